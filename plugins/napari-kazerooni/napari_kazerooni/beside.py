"""Beside: the score of an earlier visit as a column of the dock, with the change since then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kazerooni.errors import ReadingError
from kazerooni.model import Component, ComponentScore, Difference, Lobe, Reading
from kazerooni.scoring import differences, score
from napari_kazerooni.session import ReadingSession


@dataclass(frozen=True, slots=True)
class BesideCell:
    """One component of one lobe at the earlier visit, and what changed: now less then; None where not known."""

    grade: int | None
    percent: float | None
    grade_change: int | None
    percent_change: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The earlier visit beside this one, under the same scheme.

    total, total_change: None where one of the totals is refused.
    differences: what makes the two not comparable. is_interpretable: False where different people read them, or it is
        not known who did.
    """

    cells: Mapping[tuple[Lobe, Component], BesideCell]
    total: float | None
    total_change: float | None
    differences: tuple[Difference, ...]
    is_interpretable: bool


def beside(session: ReadingSession, earlier: Reading) -> Beside:
    """Put the score of an earlier visit beside that of a reading, and note that it was shown.

    Raises ReadingError where the reading is blinded and not signed, the earlier one is of another patient, or it cannot
    be graded under the scheme.
    """
    if not earlier.scan.patient or earlier.scan.patient != session.volume.scan.patient:
        raise ReadingError(f"reading {earlier.id} is not known to be of this patient, so it is not put beside")
    then = score(earlier, session.scheme, partial=True)
    session.show_prior("score")
    now = score(session.reading(), session.scheme, partial=True)
    cells = {
        (old.lobe, component): _cell(old.component(component), new.component(component))
        for old, new in zip(then.lobes, now.lobes, strict=True)
        for component in Component
    }
    was, is_now = (score(one, session.scheme).totals.total for one in (earlier, session.reading()))
    found = differences(earlier, session.reading())
    return Beside(
        cells=cells,
        total=was,
        total_change=None if was is None or is_now is None else is_now - was,
        differences=found,
        is_interpretable=earlier.reader is not None and all(one.what != "reader" for one in found),
    )


def _cell(then: ComponentScore, now: ComponentScore) -> BesideCell:
    return BesideCell(
        grade=then.grade,
        percent=then.percent,
        grade_change=None if then.grade is None or now.grade is None else now.grade - then.grade,
        percent_change=None if then.percent is None or now.percent is None else now.percent - then.percent,
    )
