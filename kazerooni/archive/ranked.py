"""Ranked: why one series of a study is drafted, and the others are not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from kazerooni.archive.choice import NO_UID, Choice, left
from kazerooni.archive.known import Known
from kazerooni.archive.task import Task
from kazerooni.dicom import Series, choose, find_series
from kazerooni.errors import ChoiceError, ScanError


def ranked(known: Known, task: Task, uids: Iterable[str]) -> Iterator[Choice]:
    """Tell each series of a study that is drafted, by its headers; kept in the index until its files change.

    uids: of the series of the study.
    """
    kept = known.rows("SELECT told FROM looks WHERE task = ? AND stamp = ?", (task.id, task.stamp)).fetchone()
    rows: list[list[str]] = json.loads(kept[0]) if kept else [list(row) for row in _ranked(task, uids)]
    if kept is None:
        known.rows("INSERT OR REPLACE INTO looks VALUES (?,?,?)", (task.id, task.stamp, json.dumps(rows)))
        known.end_writing()
    for uid, why, detail in rows:
        yield Choice("series", uid, why, detail=detail, study=task.study_uid)


def _ranked(task: Task, uids: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Give of each series its UID, what is done with it and why, and what is its own of that."""
    found, chosen, better = [], None, "another series of its study is better"
    try:
        found = [one for one in find_series(task.files) if not task.study_uid or one.study_uid == task.study_uid]
        chosen = choose(found, study_uid=task.study_uid or None)
    except ChoiceError:
        better = "it has no study UID, and lies with series of other studies"
    except ScanError:
        pass  # nothing can be read: told of each series
    for one in found:
        uid = one.series_uid if one.parts == 1 else f"{one.series_uid}:{one.part}"
        if not one.usable:
            yield _row(left("series", uid or NO_UID, f"not fit to score: {_faults(one)}"))
        elif one is chosen:
            yield uid or NO_UID, "the best series of its study: drafted", _words(one.reasons)
        else:
            yield _row(left("series", uid or NO_UID, better, detail=_compared(chosen, one) if chosen else ""))
    for uid in sorted(set(uids) - {one.series_uid for one in found}):
        yield _row(left("series", uid or NO_UID, "no picture of it can be read"))


def _compared(better: Series, worse: Series) -> str:
    """Say in what a series is better: by the reasons of its rank, the weightiest first, else by its slices."""
    pairs = zip(better.reasons, worse.reasons, strict=True)
    differing = [(one, other) for one, other in pairs if one != other]
    if not differing and _slices(better) == _slices(worse):
        return "equal in all that counts; the first is taken"
    if not differing:
        return f"that one: {_slices(better)}; this one: {_slices(worse)}"
    ours, theirs = zip(*differing, strict=True)
    return f"that one: {_words(ours)}; this one: {_words(theirs)}"


def _slices(series: Series) -> str:
    told = [f"{series.slices} slices"]
    if series.slice_thickness_mm is not None:
        told.append(f"of {series.slice_thickness_mm:g} mm")
    if series.coverage_mm is not None:
        told.append(f"over {series.coverage_mm:.0f} mm")
    return " ".join(told)


def _row(choice: Choice) -> tuple[str, str, str]:
    return choice.uid, choice.why, choice.detail


def _faults(series: Series) -> str:
    """List the codes of the notices that make a series unusable."""
    return ", ".join(sorted({notice.code for notice in series.notices if notice.severity == "error"}))


def _words(reasons: Iterable[str]) -> str:
    return ", ".join(filter(None, reasons))
