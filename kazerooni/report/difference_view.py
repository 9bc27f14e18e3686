"""Difference view: what the difference report shows, in words and written numbers."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kazerooni.model import Cause, Component, GradeChange, ScoreDifference, Transition
from kazerooni.report.difference_plot import totals_plot
from kazerooni.report.numbers import MISSING, amount, change, percent, whole
from kazerooni.report.wording import CAUSES, NOT_SAID, plain
from kazerooni.scoring import SCHEMES, incomparable
from kazerooni.stats import GroupSums, RunningDifferences

_EDGES: Final = frozenset(
    edge for scheme in SCHEMES.values() for component in Component for edge in scheme.criterion(component).inner_edges
)

LEAST_FOR_LIMITS: Final = 3
"""Of one or two totals a standard deviation says nothing: no limits are shown."""
_PERCENT: Final = "\N{NO-BREAK SPACE}%"
_WIDE: Final = 10_000
_HIGHEST: Final = max(scheme.criterion(c).highest_grade for scheme in SCHEMES.values() for c in Component)


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something was found: its name, what it means, and the share of all in words."""

    name: str
    meaning: str
    count: str
    share: str = ""


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a cross-table. kind: `same`, `up`, `down`, `none` where a side has no grade, empty where it is 0."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class CrossTable:
    """A cross-table of grades. across: the new ones. rows: of each old one its cells and sum. sums: of columns.

    One without any grade has no rows.
    """

    component: Component
    across: tuple[str, ...]
    rows: tuple[tuple[str, tuple[TableCell, ...], str], ...]
    sums: tuple[str, ...]
    count: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of a transition: figures beside a plot, or why not.

    plot: a data URI, empty where none is shown. said: the plot in words. too_few: in words, where limits of agreement
    would say nothing.
    """

    why_not: str
    figures: tuple[Counted, ...]
    left_out: tuple[Counted, ...]
    plot: str
    said: str
    too_few: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """All scores of one transition from a scheme to another.

    is_wide: whether its cross-tables hold numbers so long that they stand below each other.
    """

    heading: str
    figures: tuple[Counted, ...]
    tables: tuple[CrossTable, ...]
    causes: tuple[Counted, ...]
    totals: Totals
    is_wide: bool


@dataclass(frozen=True, slots=True)
class ChangedScore:
    """One score that changed. grades: each changed grade in words. made_by: both versions of the program.

    reading: the id of the new one, or of the old one where that has none.
    """

    patient: str
    reading: str
    study_date: str
    schemes: str
    grades: tuple[str, ...]
    total: str
    total_change: str
    cause: str
    made_by: str


def group_view(transition: Transition, sums: GroupSums) -> Group:
    """Show what the scores of one transition add up to."""
    moved = (
        Counted("Scores", "set side by side", whole(sums.count)),
        Counted("Changed a grade", "or gained or lost one", whole(sums.changed), share(sums.changed, sums.count)),
        Counted(
            "Crossed an edge",
            "by extent, each by its own scheme",
            whole(sums.crossed),
            share(sums.crossed, sums.count),
        ),
        Counted("Grades that rose", "of lobes", whole(sums.up)),
        Counted("Grades that fell", "of lobes", whole(sums.down)),
        Counted("Grades gained", "only the new score has one", whole(sums.gained)),
        Counted("Grades lost", "only the old score has one", whole(sums.lost)),
        Counted("Not compared", "the schemes grade other parts of the lung under that name", whole(sums.other_regions)),
    )
    return Group(
        heading=schemes_words(transition),
        figures=tuple(one for place, one in enumerate(moved) if place < 3 or one.count != "0"),
        tables=tuple(cross_table(component, table) for component, table in sums.tables.items()),
        causes=tuple(
            Counted(causes_words(causes), _meaning(causes), whole(count), share(count, sums.changed))
            for causes, count in sorted(sums.causes.items(), key=lambda each: (-each[1], each[0]))
        ),
        totals=_totals(transition, sums),
        is_wide=any(table.total() >= _WIDE for table in sums.tables.values()),
    )


def cross_table(component: Component, table: Counter[tuple[int | None, int | None]]) -> CrossTable:
    """Lay out a cross-table over the grades from 0 to 5, and others there are; no grade is last, where there is any."""
    if not any(grade is not None for pair in table for grade in pair):
        return CrossTable(component, (), (), (), whole(table.total()))
    named = {grade for pair in table for grade in pair}
    known = {grade for grade in named if grade is not None}
    grades: list[int | None] = [*sorted(known.union(range(_HIGHEST + 1))), *([None] if None in named else [])]
    rows = tuple(
        (
            _grade(was),
            tuple(TableCell(whole(table[was, now]), _kind(was, now) if table[was, now] else "") for now in grades),
            whole(sum(table[was, now] for now in grades)),
        )
        for was in grades
    )
    sums = tuple(whole(sum(table[was, now] for was in grades)) for now in grades)
    return CrossTable(component, tuple(map(_grade, grades)), rows, sums, whole(table.total()))


def _kind(was: int | None, now: int | None) -> str:
    if was == now:
        return "same"
    if was is None or now is None:
        return "none"
    return "up" if now > was else "down"


def _grade(grade: int | None) -> str:
    return "none" if grade is None else str(grade)


def _totals(transition: Transition, sums: GroupSums) -> Totals:
    why, totals = incomparable(transition), sums.totals
    left_out = tuple(
        Counted(plain(reason).capitalize(), "", whole(count)) for reason, count in sorted(sums.left_out.items())
    )
    if why or not totals.count:
        return Totals(why or "no pair has both totals", (), () if why else left_out, "", "")
    lower, upper = totals.limits
    figures = (
        Counted("Totals compared", "", whole(totals.count)),
        Counted("Totals that differ", "", whole(sums.total_changed), share(sums.total_changed, totals.count)),
        Counted("Mean difference", "new less old", _signed(totals.bias)),
        Counted("Standard deviation", "of a difference", MISSING if totals.sd is None else f"{totals.sd:.2f}"),
        Counted("Limits of agreement", "95 %", f"{_signed(lower.value)} to {_signed(upper.value)}"),
    )
    if not sums.total_changed:
        return Totals("", figures[:1], left_out, "", "")
    if totals.count < LEAST_FOR_LIMITS:
        told = f"Limits of agreement want {LEAST_FOR_LIMITS} comparable totals or more; there are {totals.count}."
        return Totals("", figures[:3], left_out, "", "", too_few=told)
    picture = b64encode(totals_plot(totals, transition, sums.maximum)).decode()
    return Totals("", figures, left_out, f"data:image/svg+xml;base64,{picture}", _said(totals))


def _said(totals: RunningDifferences) -> str:
    most = max(totals.points.values())
    return (
        f"New less old total against the mean of both, {whole(totals.count)} scores; mean difference "
        f"{_signed(totals.bias)}. The area of a point grows with its scores; the largest stands for {whole(most)}."
    )


def _signed(value: float | None) -> str:
    return change(None if value is None else round(value, 2))


def score_view(found: ScoreDifference) -> ChangedScore:
    """Show one score that changed, with all grades that did."""
    return _shown(found, [grade for grade in found.grades if grade.is_changed])


def alarm_view(found: ScoreDifference) -> ChangedScore:
    """Show one score that changed without a known cause, with the grades and percents that did so."""
    return _shown(found, [grade for grade in found.grades if Cause.PROGRAM in grade.causes], Cause.PROGRAM)


def _shown(found: ScoreDifference, grades: Sequence[GradeChange], *causes: Cause) -> ChangedScore:
    new, total = found.new, found.total
    versions = [plain(one.program_version or NOT_SAID) for one in (found.old, new)]
    named = {*causes, *(cause for grade in grades for cause in grade.causes)}
    return ChangedScore(
        patient=plain(new.patient or found.old.patient or NOT_SAID),
        reading=plain(new.reading or found.old.reading or ""),
        study_date=plain(new.study_date or found.old.study_date or NOT_SAID),
        schemes=schemes_words(found.transition),
        grades=tuple(map(grade_words, grades)),
        total=f"{amount(total.old)} \N{RIGHTWARDS ARROW} {amount(total.new)}",
        total_change="not comparable" if total.why_not else change(total.change),
        cause=causes_words(tuple(cause for cause in Cause if cause in named)),
        made_by=versions[0] if versions[0] == versions[1] else " \N{RIGHTWARDS ARROW} ".join(versions),
    )


def grade_words(one: GradeChange) -> str:
    """Say how one component of a lobe changed, as "RLL alveolar 2 to 3 (<25.0 to 31.4 %)", with arrows."""
    percents = [None if side is None else side.percent for side in (one.old, one.new)]
    written = [percent(value, _EDGES, missing=MISSING) for value in percents]
    between = " \N{RIGHTWARDS ARROW} ".join(dict.fromkeys(written))
    extent = "" if percents == [None, None] else f" ({between} %)"
    grades = f"{_grade(one.old_grade)} \N{RIGHTWARDS ARROW} {_grade(one.new_grade)}"
    return f"{plain(one.lobe)} {one.component} {grades}{extent}"


def schemes_words(of: Transition) -> str:
    """Name from which scheme to which."""
    old, new = f"{plain(of.old_scheme)} {of.old_version}", f"{plain(of.new_scheme)} {of.new_version}"
    return f"{old}, scored again" if of[:2] == of[2:] else f"{old} \N{RIGHTWARDS ARROW} {new}"


def causes_words(causes: tuple[Cause, ...]) -> str:
    """Name causes, as "scheme and map"."""
    return " and ".join(causes)


def _meaning(causes: tuple[Cause, ...]) -> str:
    return "; ".join(CAUSES[cause] for cause in causes)


def share(count: int, of: int) -> str:
    """Write a share as percent; empty where there is nothing to share. Neither 0 nor 100 stands for nearly so."""
    if not of:
        return ""
    percents = 100 * count / of
    if 0 < percents < 0.1:
        return f"<0.1{_PERCENT}"
    if 99.9 < percents < 100:
        return f">99.9{_PERCENT}"
    return f"{percents:.1f}{_PERCENT}"
