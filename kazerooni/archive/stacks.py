"""Stacks: the part of a series, where it had to be split, that is measured or drafted."""

from __future__ import annotations

from collections.abc import Sequence

from kazerooni.archive.task import Task
from kazerooni.dicom import Series, find_series
from kazerooni.errors import LabelError, UnusableSeriesError
from kazerooni.labels import read_lobe_map
from kazerooni.model import LobeMap


def usable_stacks(task: Task) -> list[Series]:
    """Find the stacks of a task's series that are fit to score; raises UnusableSeriesError with why none is."""
    own = [one for one in find_series(task.files) if one.series_uid == task.series_uid]
    usable = [one for one in own if one.usable]
    if not usable:
        raise UnusableSeriesError(_why_unfit(own))
    return usable


def _why_unfit(series: Sequence[Series]) -> str:
    """Say why none of some stacks is fit to score."""
    errors = dict.fromkeys(n for one in series for n in one.notices if n.severity == "error")
    told = "; ".join(f"{notice.code}: {notice.message}" for notice in errors)
    return f"not fit to score: {told or 'no picture of it can be read'}; `kazerooni inspect` tells more"


def with_lobes(stacks: Sequence[Series], path: str) -> tuple[Series, LobeMap]:
    """Give the stack that a lobe map was drawn on, and the map; raises LabelError where it fits none."""
    refused: LabelError | None = None
    for series in stacks:
        try:
            return series, read_lobe_map(path, series)
        except LabelError as error:
            refused = refused or error
    assert refused is not None, "there is a stack"
    raise refused
