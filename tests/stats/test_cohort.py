"""A cohort: its figures, its tests, and who is missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import ReadingError
from kazerooni.stats import (
    CohortRules,
    Dated,
    DroppedOut,
    PatientSeries,
    Variable,
    add_months,
    cohort,
    cohort_json,
    describe,
    holm,
    paired_t,
    signed_rank,
)

RULES = CohortRules(scheme="kazerooni", scheme_version=1, maximum=50.0)
INDEX = date(2000, 1, 10)


def patient(
    code: str, *totals: float | None, pattern: str | None = "NSIP", readers: Sequence[str] = ()
) -> PatientSeries:
    """Build a patient with totals at baseline, 12 and 40 months, None where there is none."""
    days = (INDEX, add_months(INDEX, 12), add_months(INDEX, 40))
    who = (*readers, *[""] * 3)
    values = tuple(
        Dated(day, value, by) for day, value, by in zip(days, totals, who, strict=False) if value is not None
    )
    return PatientSeries(patient=code, index=INDEX, pattern=pattern, values={Variable.TOTAL: values})


def test_tests_stand_on_pairs_and_figures_on_everybody() -> None:
    """A patient without a later value counts in the baseline's figures and in no pair, and the reason is told."""
    found = cohort(
        [patient("P1", 10, 7, 6), patient("P2", 20, 14), patient("P3", 6), patient("P4", 8, 7, 9)], RULES
    ).all
    assert found.point(Variable.TOTAL, "baseline").summary == describe([10, 20, 6, 8])
    first = found.comparison(Variable.TOTAL)
    assert (first.pairs, first.t, first.signed_rank) == (3, paired_t([-3, -6, -1]), signed_rank([-3, -6, -1]))
    assert first.before == describe([10, 20, 8])
    assert first.dropped == (DroppedOut("P3", "12 months", "no value in the window"),)
    second = found.comparison(Variable.TOTAL, "12 months", "last")
    assert [(who.patient, who.time_point) for who in second.dropped] == [("P2", "last"), ("P3", "12 months")]
    assert found.point(Variable.TOTAL, "last").missing == {"no value after 12 months": 2}


def test_what_makes_a_pair_doubtful_is_told() -> None:
    """Pairs whose two values are by other readers are named; they count, and the tests without them stand beside."""
    same, other = ("A", "A"), ("A", "A and B")
    found = cohort([patient("P1", 10, 7, readers=other), patient("P2", 9, 5, readers=same)], RULES).all
    assert found.comparison(Variable.TOTAL).other_origin == ("P1",)
    assert found.comparison(Variable.TOTAL).pairs == 2
    assert found.comparison(Variable.TOTAL).same_origin == paired_t([-4])
    assert found.comparison(Variable.TOTAL).same_origin_rank == signed_rank([-4])
    assert found.comparison(Variable.FVC).same_origin is None
    assert found.point(Variable.TOTAL, "12 months").origins == {"A": 1, "A and B": 1}


def test_holm_is_within_a_group_and_each_kind_of_test() -> None:
    """All eight t tests of a group are one family, the signed-rank tests another; without being asked there is none."""
    people = [patient(f"P{n}", 10 + n, 7 + n % 3, 5 + n % 4) for n in range(8)]
    assert cohort(people, RULES).all.comparison(Variable.TOTAL).t_holm is None
    adjusted = cohort(people, replace(RULES, with_holm=True)).all.comparisons
    assert [one.t_holm for one in adjusted] == list(holm([one.t.p for one in adjusted]))
    assert [one.signed_rank_holm for one in adjusted] == list(holm([one.signed_rank.p for one in adjusted]))


def test_patterns_are_groups_whatever_their_case() -> None:
    """By pattern each pattern is a group after all patients; UIP and uip are one, none recorded is its own."""
    people = [patient("P1", 1, pattern="UIP"), patient("P2", 2, pattern="uip"), patient("P3", 3, pattern=None)]
    found = cohort(people, replace(RULES, by_pattern=True))
    assert [(group.name, group.patients) for group in found.groups] == [("all", 3), ("UIP", 2), ("not recorded", 1)]


def test_nobody_and_nobody_twice() -> None:
    """No patient, and a patient who stands twice, are refused."""
    with pytest.raises(ReadingError, match="no patient to follow"):
        cohort([], RULES)
    with pytest.raises(ReadingError, match="a patient stands twice"):
        cohort([patient("P1", 1), patient("P1", 2)], RULES)


@given(st.lists(st.tuples(*[st.one_of(st.none(), st.integers(0, 50))] * 3), min_size=1, max_size=12))
def test_everybody_is_in_a_pair_or_told(totals: list[tuple[int | None, ...]]) -> None:
    """Pairs and drop-outs are all patients, in every comparison; present and missing are, at every time point."""
    people = [patient(f"P{n}", *three) for n, three in enumerate(totals)]
    found = cohort(people, RULES)
    for one in found.all.comparisons:
        assert one.pairs + len(one.dropped) == len(people)
    for point in found.all.points:
        assert point.summary.n + sum(point.missing.values()) == len(people)
    document = cohort_json(found, program_version="1")
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_the_document_names_its_rules() -> None:
    """The JSON tells version, scheme, rules by name, and what stands for a patient's time point, or why not."""
    document = cohort_json(cohort([patient("P1", 10, 7)], RULES), program_version="9.9")
    assert document["schema_version"] == 1
    assert document["scheme"] == {"name": "kazerooni", "version": 1, "maximum": 50.0}
    rules = document["rules"]
    assert isinstance(rules, dict)
    assert (rules["index"], rules["months"], rules["quartiles"]["name"]) == ("treatment_start", "calendar", "type7")
    (one,) = document["patients"]  # type: ignore[misc]
    at = {(cell["variable"], cell["time_point"]): cell for cell in one["values"]}  # type: ignore[has-type]
    assert at["total", "12 months"]["value"] == 7
    assert at["total", "last"] == {
        "variable": "total", "time_point": "last", "value": None, "reason": "no value after 12 months",
    }  # fmt: skip


def test_a_cohort_of_made_up_patients_says_so() -> None:
    """A cohort is synthetic where every patient is called so."""
    assert cohort([patient("SYNTHETIC-1", 1)], RULES).is_synthetic
    assert not cohort([patient("SYNTHETIC-1", 1), patient("P1", 1)], RULES).is_synthetic
