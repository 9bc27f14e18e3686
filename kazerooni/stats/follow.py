"""Follow: from the series of patients to the figures and tests of their cohort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kazerooni.errors import ReadingError
from kazerooni.stats.cohort import (
    COMPARED,
    COMPARISONS,
    Cohort,
    CohortGroup,
    CohortRules,
    DroppedOut,
    PairedComparison,
    PointSummary,
    Row,
    rows_by_pattern,
)
from kazerooni.stats.describe import describe
from kazerooni.stats.multiple import holm
from kazerooni.stats.paired import paired_t
from kazerooni.stats.series import PatientSeries, Variable
from kazerooni.stats.signed_rank import signed_rank
from kazerooni.stats.time_points import TIME_POINTS, Missing, Taken, TimePointName, time_points

_Pair = tuple[Row, Taken, Taken]


def cohort(series: Iterable[PatientSeries], rules: CohortRules) -> Cohort:
    """Give the figures of a cohort.

    series: each patient once; sums of the scheme that the rules name.

    Raises ReadingError where there is no patient, one stands twice, or the rule of quartiles is unknown.
    """
    rows = tuple(Row(one, time_points(one)) for one in sorted(series, key=lambda one: one.patient))
    if not rows:
        raise ReadingError("no patient to follow; give tables or readings that name some")
    if len({row.series.patient for row in rows}) < len(rows):
        raise ReadingError("a patient stands twice; put what is known of each into one series")
    parts = rows_by_pattern(rows) if rules.by_pattern else {}
    groups = (_group("all", rows, rules), *(_group(name, part, rules) for name, part in parts.items()))
    return Cohort(rules, rows, groups)


def _group(name: str, rows: Sequence[Row], rules: CohortRules) -> CohortGroup:
    points = tuple(_point(rows, variable, at, rules) for variable in Variable for at in TIME_POINTS)
    compared = [_compare(rows, variable, *pair, rules) for variable in COMPARED for pair in COMPARISONS]
    if rules.with_holm:
        adjusted = zip(holm([one.t.p for one in compared]), holm([one.signed_rank.p for one in compared]), strict=True)
        compared = [
            replace(one, t_holm=t, signed_rank_holm=rank) for one, (t, rank) in zip(compared, adjusted, strict=True)
        ]
    return CohortGroup(name, len(rows), points, tuple(compared))


def _point(rows: Sequence[Row], variable: Variable, at: TimePointName, rules: CohortRules) -> PointSummary:
    cells = [row.cells[variable, at] for row in rows]
    taken = [cell.of for cell in cells if isinstance(cell, Taken)]
    return PointSummary(
        variable,
        at,
        describe([one.value for one in taken], rule=rules.quartiles),
        Counter(cell.reason for cell in cells if isinstance(cell, Missing)),
        Counter(one.origin for one in taken),
    )


def _compare(
    rows: Sequence[Row], variable: Variable, earlier: TimePointName, later: TimePointName, rules: CohortRules
) -> PairedComparison:
    pairs: list[_Pair] = []
    dropped: list[DroppedOut] = []
    for row in rows:
        before, after = row.cells[variable, earlier], row.cells[variable, later]
        if isinstance(before, Taken) and isinstance(after, Taken):
            pairs.append((row, before, after))
        else:
            dropped.append(_dropped(row, variable, earlier, later))
    differences = _differences(pairs)
    alike = [pair for pair in pairs if pair[1].of.origin == pair[2].of.origin]
    is_mixed = len(alike) < len(pairs)
    return PairedComparison(
        variable=variable,
        earlier=earlier,
        later=later,
        before=describe([before.of.value for _, before, _ in pairs], rule=rules.quartiles),
        after=describe([after.of.value for _, _, after in pairs], rule=rules.quartiles),
        t=paired_t(differences),
        signed_rank=signed_rank(differences, zeros=rules.zeros),
        dropped=tuple(dropped),
        other_origin=tuple(row.series.patient for row, before, after in pairs if before.of.origin != after.of.origin),
        same_origin=paired_t(_differences(alike)) if is_mixed else None,
        same_origin_rank=signed_rank(_differences(alike), zeros=rules.zeros) if is_mixed else None,
    )


def _differences(pairs: Sequence[_Pair]) -> list[float]:
    return [after.of.value - before.of.value for _, before, after in pairs]


def _dropped(row: Row, variable: Variable, *points: TimePointName) -> DroppedOut:
    cells = ((at, row.cells[variable, at]) for at in points)
    at, missing = next((at, cell) for at, cell in cells if isinstance(cell, Missing))
    return DroppedOut(row.series.patient, at, missing.reason)
