"""Agreement of graded readings: who is compared with whom, on what, and what is missing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import BEGUN_WITH_DRAFT, EARLIER_READING_SHOWN, Case, Component, Lobe, Notice
from kazerooni.scoring import score
from kazerooni.stats import Agreement, Comparison, agreement
from kazerooni.stats.bootstrap import MANY_PATIENTS
from tests.stats.builders import case, reading, study


def grade_of(one: Comparison, lobe: Lobe | None) -> tuple[int, float | None]:
    """Give how many pairs of alveolar grades a lobe has, and their linear kappa."""
    (found,) = [each for each in one.grades if each.lobe is lobe and each.component is Component.ALVEOLAR]
    return found.count, found.linear.value


def test_two_readers_who_differ_in_a_known_way() -> None:
    """R2 gives 1 more on every third of 12 scans: bias 1/3, 8 of 12 grades the same there, all elsewhere."""
    found = agreement(study("R1", "R2"))
    (one,) = found.comparisons
    assert (one.kind, one.first, one.second, one.scans, one.patients) == ("between", "R1", "R2", 12, 12)
    rul = one.grades[0]
    assert (rul.lobe, rul.count) == (Lobe.RUL, 12)
    assert rul.same.value == pytest.approx(100 * 8 / 12)
    assert grade_of(one, Lobe.LLL) == (12, 1)
    assert one.grades[5].count == 60
    total = one.sums[2]
    assert (total.what, total.count) == ("total", 12)
    assert total.differences.bias.value == pytest.approx(1 / 3)
    # Four differences of 1 among twelve: the squared standard error is half their mean square.
    assert total.detectable.sem == pytest.approx((4 / 12 / 2) ** 0.5)
    assert found.everyone is None
    assert found.readers_error.kind == "between"
    assert found.readers_error.is_beyond("total", 2)
    assert not found.readers_error.is_beyond("total", -1)
    assert found.readers_error.is_beyond("total", None) is None


@pytest.mark.parametrize("code", [BEGUN_WITH_DRAFT, EARLIER_READING_SHOWN])
def test_readings_that_lean_on_another_are_told(code: str) -> None:
    """Readings that began with another's draft, or after a look at another one, are compared, counted, and weighed."""
    cases = study("R1", "R2", patients=MANY_PATIENTS)
    assert agreement(cases).warnings == ()
    notice = Notice(code, "warning", "a reading of the scan was known")
    leaning = [Case(reading=replace(one.reading, notices=(notice,)), score=one.score) for one in cases[:3]]
    found = agreement([*leaning, *cases[3:]])
    assert (found.dependent, found.readings) == (3, 2 * MANY_PATIENTS)
    (told,) = found.warnings
    assert told.startswith("3 readings began with the draft of another reader, or after another reading")
    assert found.comparisons == agreement(cases).comparisons


def test_order_does_not_matter() -> None:
    """Readings in any order give the same agreement, to the last digit of every interval."""
    cases = study("R1", "R2", "R3", visits=2)
    first = agreement(cases)
    for seed in range(3):
        random.Random(seed).shuffle(cases)  # noqa: S311 - an order, no secret
        assert agreement(cases) == first


def test_more_readers_are_compared_by_twos_and_together() -> None:
    """Three readers make three pairs, and an alpha of all; ICC of all stands on the scans that all read."""
    cases = [one for one in study("R1", "R2", "R3") if (one.reading.reader, one.reading.scan.patient) != ("R3", "P04")]
    found = agreement(cases)
    assert [(one.first, one.second, one.scans) for one in found.comparisons] == [
        ("R1", "R2", 12),
        ("R1", "R3", 11),
        ("R2", "R3", 11),
    ]
    assert found.everyone is not None
    assert [each.count for each in found.everyone.sums] == [11, 11, 11]
    assert found.everyone.grades[0].count == 12
    assert [scan.missing for scan in found.scans if scan.missing] == [("R3",)]
    assert found.errors[0].total.repeats == 23


def test_one_reader_who_reads_again_is_compared_with_themselves() -> None:
    """Repeats of one reader are a comparison within; their error comes first."""
    again = [
        case(reading("R1", 1, patient=f"P{i}", hour=hour, name=f"{i}-{hour}")) for i in range(11) for hour in (1, 2)
    ]
    found = agreement(again)
    (one,) = found.comparisons
    assert (one.kind, one.first, one.second, one.scans) == ("within", "R1", "R1", 11)
    assert (found.readers_error.kind, found.readers_error.total.smallest) == ("within", 0)
    both = agreement([*again, *(case(reading("R2", 2, patient=f"P{i}")) for i in range(11))])
    assert [error.kind for error in both.errors] == ["within", "between"]
    assert both.readers_error.kind == "within"


def test_few_repeats_leave_the_error_between_readers() -> None:
    """With one repeat of a scan and 12 scans of two readers, the error is that between readers."""
    cases = [*study("R1", "R2"), case(reading("R1", 3, patient="P00", hour=5))]
    found = agreement(cases)
    assert [(error.kind, error.total.smallest is None) for error in found.errors] == [
        ("within", True),
        ("between", False),
    ]
    assert found.readers_error.kind == "between"


def test_a_missing_grade_is_no_zero() -> None:
    """A lobe that one could not assess has no pair there and no total of its scan; other lobes keep theirs."""
    cases = study("R1", "R2")
    hole = next(i for i, one in enumerate(cases) if one.reading.reader == "R2")
    cases[hole] = case(reading("R2", {Lobe.RML: None}, patient="P00", on=date(2001, 2, 3)))
    (one,) = agreement(cases).comparisons
    assert [grade_of(one, lobe)[0] for lobe in (Lobe.RUL, Lobe.RML, None)] == [12, 11, 59]
    assert [each.count for each in one.sums] == [11, 12, 11]


def test_partial_sums_are_not_compared() -> None:
    """Sums that stand on fewer lobes are left out, as if they were not known."""
    cases = [replace(one, score=score(one.reading, partial=True)) for one in study("R1", "R2")]
    assert [each.count for each in agreement(cases).comparisons[0].sums] == [0, 0, 0]


def test_schemes_are_never_mixed() -> None:
    """Scores of two schemes are refused, and both are named."""
    cases = study("R1", "R2")
    changed = replace(cases[0].score, scheme_version=2)
    with pytest.raises(ReadingError, match="kazerooni 1 and kazerooni 2 are never compared"):
        agreement([Case(reading=cases[0].reading, score=changed), *cases[1:]])


@pytest.mark.parametrize("readers", [("R1",), ("R1", "R2")])
def test_nothing_to_compare(readers: tuple[str, ...]) -> None:
    """One reading a scan is refused with what to do, whoever read it."""
    cases = [case(reading(reader, 1, patient=f"P{i}")) for i, reader in enumerate(readers)]
    with pytest.raises(ReadingError, match="Give readings of the same scans"):
        agreement(cases)


def test_the_seed_is_named_and_changes_intervals_alone() -> None:
    """Another seed gives the same figures, and other intervals."""
    cases = study("R1", "R2", visits=2)

    def figures(found: Agreement) -> list[float | None]:
        return [grade.linear.value for grade in found.comparisons[0].grades]

    one, other = agreement(cases, seed=1), agreement(cases, seed=2)
    assert (one.seed, other.seed) == (1, 2)
    assert figures(one) == figures(other)
    assert one.comparisons[0].grades[0].linear.low != other.comparisons[0].grades[0].linear.low
