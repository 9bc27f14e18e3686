"""Cohort table: how `kazerooni cohort` shows a cohort to a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rich.text import Text

from kazerooni.cli.score_table import DISCLAIMER
from kazerooni.cli.terminal import plain_table, printable, show
from kazerooni.stats import MOST_EXACT, Cohort, CohortGroup, PairedComparison, PointSummary, Summary, Variable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_NOTHING = "-"
_LEAST_P = 0.0001
_MOST_NAMED = 6
_NO_INDEX = "no index event"
# They name their time point, or none.
_WHOLE_REASONS = ("never recorded", "no value after 12 months")
_NAMES: Final = {
    Variable.FVC: "FVC %",
    Variable.DLCO: "DLCO %",
    Variable.TOTAL: "Total",
    Variable.ALVEOLAR: "Alveolar",
    Variable.INTERSTITIAL: "Interst.",
    Variable.PREDNISONE: "Prednisone",
}
_EVENTS: Final = {"treatment_start": "start of treatment", "onset": "onset", "first": "first score"}
_ORIGINS: Final = {Variable.FVC: "reference equations", Variable.DLCO: "reference equations or haemoglobin"}


def show_cohort(found: Cohort) -> None:
    """Print the figures at each time point, the tests between them, who is missing, and by which rules."""
    parts: list[RenderableType] = [Text(_head(found), style="bold")]
    for group in found.groups:
        if len(found.groups) > 1:
            parts.extend((Text(), Text(f"{_group_name(group)}: {_count(group.patients)}", style="bold")))
        parts.extend((Text(), _points_table(group), Text(), _tests_table(group, with_holm=found.rules.with_holm)))
        notes = list(_notes(group))
        if notes:
            parts.extend((Text(), *map(Text, notes)))
    show(*parts, Text(), Text(_rules(found)), Text(), Text(DISCLAIMER))


def _head(found: Cohort) -> str:
    rules = found.rules
    counted = Counter(row.series.pattern or "not recorded" for row in found.rows)
    patterns = ", ".join(f"{count} {printable(name)}" for name, count in sorted(counted.items()))
    label = "SYNTHETIC: " if found.is_synthetic else ""
    return (
        f"{label}{_count(len(found.rows))} ({patterns}), months from {_EVENTS[rules.index]}, scheme {rules.scheme} "
        f"{rules.scheme_version}, total 0 to {rules.maximum:g}"
    )


def _group_name(group: CohortGroup) -> str:
    return "All patients" if group.name == "all" else f"Pattern {printable(group.name)}"


def _points_table(group: CohortGroup) -> Table:
    """Give the figures of each variable at each time point; where nobody has a value there is no row."""
    table = plain_table()
    for name in ("Variable", "Months"):
        table.add_column(name, no_wrap=True)
    for name in ("n", "Mean", "SD", "Median", "IQR"):
        table.add_column(name, justify="right", no_wrap=True)
    last: Variable | None = None
    for one in group.points:
        if not one.summary.n:
            continue
        shown = "" if one.variable is last else _NAMES[one.variable]
        last = one.variable
        table.add_row(shown, one.time_point.removesuffix(" months"), *_figures(one))
    return table


def _figures(one: PointSummary) -> tuple[str, ...]:
    found = one.summary
    return (str(found.n), _number(found.mean), _number(found.sd), _number(found.median), _iqr(found))


def _iqr(found: Summary) -> str:
    return _NOTHING if found.q1 is None else f"{_number(found.q1)} to {_number(found.q3)}"


def _tests_table(group: CohortGroup, *, with_holm: bool) -> Table:
    table = plain_table()
    for name in ("Variable", "Compared"):
        table.add_column(name, no_wrap=True)
    adjusted = ", Holm" if with_holm else ""
    for name in ("Pairs", "Medians", "Mean change\n(95 % int.)", f"t test\np{adjusted}", f"Wilcoxon\np{adjusted}"):
        table.add_column(name, justify="right", no_wrap=True)
    last: Variable | None = None
    for one in _recorded(group):
        shown = "" if one.variable is last else _NAMES[one.variable]
        last = one.variable
        t, rank = [_p(one.t.p)], [_p(one.signed_rank.p)]
        if with_holm:
            t, rank = [*t, _p(one.t_holm)], [*rank, _p(one.signed_rank_holm)]
        table.add_row(shown, _compared(one), str(one.pairs), _medians(one), _change(one), "\n".join(t), "\n".join(rank))
    return table


def _compared(one: PairedComparison) -> str:
    short = {"baseline": "base", "12 months": "12", "last": "last"}
    return f"{short.get(one.earlier, one.earlier)} to {short.get(one.later, one.later)}"


def _medians(one: PairedComparison) -> str:
    return _NOTHING if not one.pairs else f"{_number(one.before.median)}, {_number(one.after.median)}"


def _change(one: PairedComparison) -> str:
    if one.t.mean is None:
        return _NOTHING
    mean = _signed(one.t.mean)
    return mean if one.t.low is None or one.t.high is None else f"{mean}\n{_signed(one.t.low)}, {_signed(one.t.high)}"


def _recorded(group: CohortGroup) -> list[PairedComparison]:
    """Give the comparisons of variables of which somebody has a value at a time point."""
    known = {one.variable for one in group.points if one.summary.n}
    return [one for one in group.comparisons if one.variable in known]


def _notes(group: CohortGroup) -> Iterator[str]:
    """Say who is in no pair and why, which tests could not be made, and what the values of pairs differ in."""
    lost = [who.patient for who in group.comparisons[0].dropped if who.reason == _NO_INDEX]
    if lost:
        yield f"No time points, as the index event was not recorded: {len(lost)} ({_named(lost)})"
    recorded = _recorded(group)
    unknown = dict.fromkeys(_NAMES[one.variable] for one in group.comparisons if one not in recorded)
    if unknown:
        yield f"At no time point of anybody: {', '.join(unknown)}"
    for one in recorded:
        named = f"{_NAMES[one.variable]}, {_compared(one)}"
        if said := _dropped(one):
            yield f"Not in {named}: {said}"
        if one.t.reason and one.pairs:
            yield f"No t test of {named}: {one.t.reason}"
        if one.other_origin:
            what = _ORIGINS.get(one.variable, "readers")
            who = _named(one.other_origin)
            yield f"Weigh {named}: other {what} at the two time points in {len(one.other_origin)} of {one.pairs}: {who}"
            yield f"  Their change is not interpretable. {_without_them(one)}"


def _without_them(one: PairedComparison) -> str:
    """Say what the tests give without the pairs of other origin."""
    alike = one.same_origin
    if alike is None or not alike.n:
        return "No pair is left without them."
    mean = _NOTHING if alike.mean is None else _signed(alike.mean)
    rank = None if one.same_origin_rank is None else one.same_origin_rank.p
    return f"Without them: {alike.n} pairs, mean change {mean}, p {_p(alike.p)} (t), {_p(rank)} (signed rank)."


def _dropped(one: PairedComparison) -> str:
    """Say who is in no pair, by the reason, but for those who have no time points at all."""
    reasons: dict[str, list[str]] = {}
    for who in one.dropped:
        if who.reason != _NO_INDEX:
            where = "" if who.reason in _WHOLE_REASONS else f" at {who.time_point}"
            reasons.setdefault(f"{who.reason}{where}", []).append(who.patient)
    return "; ".join(f"{len(those)} {why} ({_named(those)})" for why, those in reasons.items())


def _named(patients: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(patients) - _MOST_NAMED} more" if len(patients) > _MOST_NAMED else ""
    return f"{', '.join(map(printable, patients[:_MOST_NAMED]))}{more}"


def _rules(found: Cohort) -> str:
    rules = found.rules
    return (
        f"FVC and DLCO in % predicted, prednisone in mg/day. Quartiles: {rules.quartiles}. Tests: two-sided; Wilcoxon "
        f"with zeros by {rules.zeros}, counted over all signs up to {MOST_EXACT} differences, else normal with "
        f"corrections for ties and continuity{'; Holm within each group and test' if rules.with_holm else ''}. "
        "Baseline: the last value in the 3 months before; 6, 12, 24: the nearest in 3 to 9, 9 to 15, 18 to 30 months; "
        "last: the latest after 12 months."
    )


def _p(p: float | None) -> str:
    if p is None:
        return _NOTHING
    return f"<{_LEAST_P}" if p < _LEAST_P else f"{p:.4f}"


def _number(value: float | None) -> str:
    return _NOTHING if value is None else f"{round(value, 1) + 0.0:.1f}"  # + 0.0: a rounded -0.0 is 0


def _signed(value: float) -> str:
    return f"{round(value, 1) + 0.0:+.1f}"


def _count(patients: int) -> str:
    return "1 patient" if patients == 1 else f"{patients} patients"
