"""Cohort document: the JSON of `kazerooni cohort --json`. It may grow; what stands here stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from kazerooni.model import InputDigest
from kazerooni.stats.cohort import Cohort, CohortGroup, CohortRules, PairedComparison, PointSummary, Row
from kazerooni.stats.describe import QUARTILE_RULES
from kazerooni.stats.signed_rank import MOST_EXACT
from kazerooni.stats.time_points import BASELINE_MONTHS, WINDOWS, Cell, Taken

COHORT_SCHEMA_VERSION = 1


def cohort_json(
    found: Cohort, *, program_version: str, inputs: Iterable[InputDigest] = (), told: Iterable[str] = ()
) -> dict[str, object]:
    """Give a cohort as JSON values; what is not defined is None, with its reason beside it.

    inputs: digests of the files that were read. told: what was left out or is to be weighed, a sentence each.
    """
    rules = found.rules
    return {
        "schema_version": COHORT_SCHEMA_VERSION,
        "program": {"name": "kazerooni", "version": program_version},
        "scheme": {"name": rules.scheme, "version": rules.scheme_version, "maximum": rules.maximum},
        "rules": _rules(rules),
        "inputs": [asdict(digest) for digest in inputs],
        "told": list(told),
        "synthetic": found.is_synthetic,
        "patients": [_patient(row) for row in found.rows],
        "groups": [_group(group) for group in found.groups],
    }


def _rules(rules: CohortRules) -> dict[str, object]:
    windows = [{"name": w.name, "target": w.target, "from": w.start, "before": w.end} for w in WINDOWS]
    return {
        "index": rules.index,
        "months": "calendar",
        "baseline": f"last value from {BASELINE_MONTHS} months before the index day to the day itself",
        "windows": windows,
        "window_choice": "nearest to the target, of two equally near the earlier",
        "last": "latest value, later than 12 months and than the value of 12 months",
        "quartiles": {"name": rules.quartiles, "numpy": QUARTILE_RULES[rules.quartiles]},
        "t": "paired, two-sided",
        "signed_rank": {
            "zeros": rules.zeros,
            "ties": "mean ranks",
            "p": f"two-sided, over all signs up to {MOST_EXACT} differences, then normal with both corrections",
        },
        "adjusted": "holm" if rules.with_holm else None,
    }


def _patient(row: Row) -> dict[str, object]:
    one = row.series
    return {
        "patient": one.patient,
        "pattern": one.pattern,
        "index": None if one.index is None else one.index.isoformat(),
        "died": None if one.died is None else one.died.isoformat(),
        **asdict(one.profile),
        "serology": list(one.profile.serology),
        "values": [
            {"variable": variable.value, "time_point": at, **_cell(cell)} for (variable, at), cell in row.cells.items()
        ],
    }


def _cell(cell: Cell) -> dict[str, object]:
    if not isinstance(cell, Taken):
        return {"value": None, "reason": cell.reason}
    on, value, origin = cell.of
    return {"value": value, "date": on.isoformat(), "days": cell.days, "origin": origin}


def _group(group: CohortGroup) -> dict[str, object]:
    return {
        "name": group.name,
        "patients": group.patients,
        "time_points": [_point(one) for one in group.points],
        "comparisons": [_comparison(one) for one in group.comparisons],
    }


def _point(one: PointSummary) -> dict[str, object]:
    return {
        "variable": one.variable.value,
        "time_point": one.time_point,
        **asdict(one.summary),
        "missing": dict(one.missing),
        "origins": dict(one.origins),
    }


def _comparison(one: PairedComparison) -> dict[str, object]:
    return {
        "variable": one.variable.value,
        "earlier": one.earlier,
        "later": one.later,
        "pairs": one.pairs,
        "before": asdict(one.before),
        "after": asdict(one.after),
        "t": asdict(one.t),
        "signed_rank": asdict(one.signed_rank),
        "t_holm": one.t_holm,
        "signed_rank_holm": one.signed_rank_holm,
        "dropped": [asdict(who) for who in one.dropped],
        "other_origin": list(one.other_origin),
        "same_origin": None
        if one.same_origin is None or one.same_origin_rank is None
        else {"t": asdict(one.same_origin), "signed_rank": asdict(one.same_origin_rank)},
    }
