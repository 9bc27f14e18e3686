"""Course: the score of a patient over time, of the signed readings and the one that is being made. Without Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kazerooni.errors import KazerooniError, ReadingError
from kazerooni.model import Component, Difference, Lobe, Reading, Status, Timeline, TimePoint
from kazerooni.report import DIFFERENCES
from kazerooni.scoring import Scheme, score, timeline
from napari_kazerooni.listing import Signed
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.visits import preferred

NOTHING_OPEN: Final = "Open a scan first."
NO_DATE: Final = "This scan has no date, so it has no place in time."


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What the timeline dock shows.

    line: the visits, None where nothing can be shown; `words` say why then, and else what was left out.
    """

    line: Timeline | None
    words: str = ""


def course_of(session: ReadingSession | None, signed: Sequence[Signed], *, why_hidden: str = "") -> Course:
    """Follow the patient of a reading over time, and note that scores of other visits were shown.

    One reading a visit: this one for its own, else that of the same reader, else the one begun last. A total is shown
    only where every lobe has a grade.

    why_hidden: why other visits are hidden, as while the reading is blinded; nothing is shown then.
    """
    if session is None:
        return Course(None, NOTHING_OPEN)
    if why_hidden:
        return Course(None, why_hidden)
    current = session.signed or session.reading()
    if current.scan.study_date is None:
        return Course(None, NO_DATE)
    others, left_out = _others(current, [one.reading for one in signed], session.scheme)
    try:
        line = timeline([*others, current], session.scheme)
    except KazerooniError as error:
        return Course(None, f"No timeline: {error}.")
    if others:
        session.show_prior("score")
    return Course(line, " ".join(left_out))


def _others(current: Reading, signed: Sequence[Reading], scheme: Scheme) -> tuple[list[Reading], list[str]]:
    """Give one reading for each other date, and sentences on those that were left out."""
    replaced = set() if current.supersedes is None else {current.supersedes.reading}
    own = [
        one
        for one in signed
        if current.scan.patient is not None
        and one.scan.patient == current.scan.patient
        and one.id not in {current.id, *replaced}
        and one.scan.study_date not in {None, current.scan.study_date}
    ]
    kept, left_out = [], []
    for on in sorted({one.scan.study_date for one in own if one.scan.study_date}):
        same = [one for one in own if one.scan.study_date == on]
        one = preferred(same, current.reader)
        assert one is not None
        if len(same) > 1:
            left_out.append(f"{on}: of {len(same)} readings that of {one.reader or 'somebody'} is shown.")
        try:
            score(one, scheme)
        except ReadingError:
            left_out.append(f"{on}: cannot be graded under {scheme.name}, left out.")
            continue
        kept.append(one)
    return kept, left_out


def totals_of(line: Timeline) -> dict[str, list[float | None]]:
    """Give total, alveolar and interstitial sum of each visit."""
    names = ("total", Component.ALVEOLAR.value, Component.INTERSTITIAL.value)
    return {name: [getattr(point.score.totals, name) for point in line.points] for name in names}


def lobes_of(line: Timeline) -> tuple[Lobe, ...]:
    """Give the lobes that the scheme grades."""
    return tuple(one.lobe for one in line.points[0].score.lobes)


def grades_of(line: Timeline, lobe: Lobe, component: Component) -> list[int | None]:
    """Give the grade of a component of a lobe at each visit."""
    return [
        next(one.component(component).grade for one in point.score.lobes if one.lobe is lobe) for point in line.points
    ]


def differs(point: TimePoint) -> bool:
    """Tell whether a visit is not comparable with the one before."""
    return point.since_previous is not None and bool(point.since_previous.differences)


def visit_words(point: TimePoint) -> str:
    """Say all of a visit in a line: date, total, status, and what differs from the visit before."""
    totals = point.score.totals
    total = "no total, lobes are missing" if totals.total is None else f"total {totals.total:g} of {totals.maximum:g}"
    words = f"{point.on}   {total}   {'draft' if point.reading.status is Status.DRAFT else 'signed'}"
    if not differs(point) or point.since_previous is None:
        return words
    return f"{words}   not comparable with {point.since_previous.since}: {_named(point.since_previous.differences)}"


def _named(differences: Sequence[Difference]) -> str:
    return ", ".join(DIFFERENCES[one.what].lower() for one in differences)


def nearest_visit(line: Timeline, day: float) -> TimePoint:
    """Give the visit nearest to a day, counted as `date.toordinal`."""
    return min(line.points, key=lambda point: abs(point.on.toordinal() - day))
