"""Reading folder: the reading list of a folder of scans, put together from scans, plan, readings and drafts. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kazerooni.dicom import Found, Progress, Series, find_series
from kazerooni.files import make_folder
from napari_kazerooni.desk import Desk
from napari_kazerooni.known_drafts import DraftHead, KnownDrafts
from napari_kazerooni.listing import (
    Listed,
    Plan,
    best_series,
    counts,
    make_plan,
    read_plan,
    reading_list,
    series_key,
    signed_readings,
    write_plan,
)
from napari_kazerooni.series_rows import summary
from napari_kazerooni.study import Turn

PLAN_FILE: Final = "reading-list.json"
"""The plan of a study, beside the signed readings."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadingList:
    """The list as the dock shows it. is_kept: whether it follows a plan that is kept, as of a blinded study.

    words: how many lines have come how far, or why there are none; and what could not be read.
    """

    found: tuple[Series, ...]
    plan: Plan
    lines: tuple[Listed, ...]
    is_kept: bool
    words: str


def look_through(
    folder: Path,
    kept: Path,
    drafts: Path,
    *,
    offered: Iterable[Path] = (),
    known: KnownDrafts | None = None,
    reader: str | None = None,
    progress: Progress | None = None,
) -> ReadingList:
    """Find the scans below a folder and how far the reading of each has come.

    kept: the folder of signed readings, and of a plan, which is followed where it is there. drafts: that of drafts.
    offered: other folders of drafts. known: what draft files hold, so that each is read once.

    Raises ScanError where the folder cannot be read, ReadingError where the plan is damaged.
    """
    return listed_again(
        find_series(folder, progress=progress), kept, drafts, offered=offered, known=known, reader=reader
    )


def listed_again(
    found: Iterable[Series],
    kept: Path,
    drafts: Path,
    *,
    offered: Iterable[Path] = (),
    known: KnownDrafts | None = None,
    reader: str | None = None,
) -> ReadingList:
    """Tell anew how far the readings of scans have come that were found before."""
    all_found = tuple(found)
    plan_path = kept / PLAN_FILE
    is_kept = plan_path.is_file()
    plan = read_plan(plan_path) if is_kept else make_plan([series_key(series) for series in best_series(all_found)])
    signed, problems = signed_readings(kept)
    heads = (known or KnownDrafts()).heads(drafts, offered)
    begun = [head for head in heads if isinstance(head, DraftHead)]
    lines = reading_list(all_found, plan, signed=signed, drafts=begun, reader=reader)
    words = _words(found, lines, is_kept=is_kept)
    if problems:
        words += f" {len(problems)} readings cannot be read, the first: {problems[0]}"
    return ReadingList(all_found, plan, lines, is_kept, words)


def _words(found: Iterable[Series], lines: Sequence[Listed], *, is_kept: bool) -> str:
    if lines:
        parts = ", ".join(f"{number} {progress}" for progress, number in counts(lines).items())
        return f"{parts}. Double click opens one."
    if isinstance(found, Found) and not found:
        return summary(found)
    if is_kept:
        return f"The list kept as {PLAN_FILE} names none of these scans: choose the folder of that study."
    return "None of these series is fit to score: the series dock tells why."


def start_study(found: Iterable[Series], kept: Path, *, seed: int, repeats: int = 0, hidden: bool = True) -> Plan:
    """Shuffle the scans for a study and keep the plan with its seed beside the signed readings.

    Raises ReadingError where more repeats than scans are asked for, OutputError where a plan is there already or it
    cannot be written.
    """
    plan = make_plan([series_key(series) for series in best_series(found)], seed=seed, hidden=hidden, repeats=repeats)
    make_folder(kept)
    write_plan(plan, kept / PLAN_FILE)
    return plan


def open_line(desk: Desk, line: Listed, plan: Plan, *, is_kept: bool) -> None:
    """Note which line of a list is opened next: hidden, who it is stays out of sight, and the reading is blinded.

    Of a list that hides nothing who it is is shown with the scan, not before: what is open may be of a hidden one.

    is_kept: whether the list is one that is kept: the number of the line is then the order in the study.
    """
    desk.study.turn = Turn(line.series, line.number if is_kept else None, is_hidden=plan.hidden)
    if plan.hidden:
        desk.study.enter()
    desk.blinded = plan.hidden
