"""A timeline orders the visits of one patient, counts what changed, and says what makes visits not comparable."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import ReadingError
from kazerooni.model import Change, Component, Entry, Lobe, Reading, ScanRef, State, Status, Supersedes, Technique
from kazerooni.scoring import differences, timeline
from tests.scoring.builders import FIVE, Marks, reading_of, whole_lungs

FIRST = date(1999, 3, 1)
TECHNIQUE = Technique(
    manufacturer="SIEMENS",
    kernel="B70f",
    kernel_class="sharp",
    kvp=120.0,
    slice_thickness_mm=1.0,
    slice_gap_mm=10.0,
    contrast="none",
    patient_position="HFS",
    coverage_mm=250.0,
)


def visit(year: int, ground_glass: int, *, reader: str | None = "R1", patient: str | None = "P-1") -> Reading:
    """Give a reading of five lobes, so many per mille of the right upper one marked as ground glass."""
    made = reading_of(whole_lungs(RUL={(1, 0): ground_glass, (0, 0): 1000 - ground_glass}))
    scan = ScanRef(patient=patient, study_date=date(year, 3, 1))
    return replace(made, id=f"r{year}", scan=scan, reader=reader, technique=TECHNIQUE)


def change(earlier: Reading, later: Reading) -> Change:
    """Give the change between two visits."""
    found = timeline([earlier, later]).points[1].since_previous
    assert found is not None
    return found


def test_visits_stand_by_date_in_whatever_order_they_come() -> None:
    """Every order of the readings gives the same dates, totals and changes."""
    visits = [visit(1999, 600), visit(2000, 300), visit(2009, 40)]
    for order in permutations(visits):
        line = timeline(order)
        assert [point.on.year for point in line.points] == [1999, 2000, 2009]
        assert [point.score.total for point in line.points] == [4, 3, 1]
        previous = [point.since_previous.total for point in line.points if point.since_previous]
        baseline = [point.since_baseline.total for point in line.points if point.since_baseline]
        assert (previous, baseline) == ([-1, -2], [-1, -3])
        assert (line.baseline, line.patient, line.maximum) == (FIRST, "P-1", 50)


def test_a_percent_can_fall_while_its_grade_stands_still() -> None:
    """Ground glass that falls from 24 % to 6 % keeps grade 2: the change holds both."""
    found = change(visit(1999, 240), visit(2000, 60))
    (upper,) = [c for c in found.lobes if c.lobe is Lobe.RUL and c.component is Component.ALVEOLAR]
    assert (upper.grade, upper.percent) == (0, -18.0)
    assert found.total == 0
    assert found.days == 366


def test_the_baseline_is_the_first_visit_or_one_that_is_named() -> None:
    """A named baseline has changes after it only; one that is no visit is refused with those that there are."""
    visits = [visit(1999, 600), visit(2000, 300), visit(2009, 40)]
    line = timeline(visits, baseline=date(2000, 3, 1))
    assert [point.since_baseline is None for point in line.points] == [True, True, False]
    with pytest.raises(ReadingError, match="2001-01-01 is the date of no reading; there are 1999-03-01, 2000-03-01"):
        timeline(visits, baseline=date(2001, 1, 1))


def test_equal_visits_differ_in_nothing() -> None:
    """Two visits of one technique, reader and lung volume have nothing that is not comparable."""
    found = change(visit(1999, 600), visit(2000, 300))
    assert found.differences == ()
    assert found.is_interpretable


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"kernel_class": "soft"}, "kernel"),
        ({"kvp": 140.0}, "kvp"),
        ({"kvp": None}, "kvp"),
        ({"slice_thickness_mm": 1.25}, "slice-thickness"),
        ({"slice_gap_mm": 25.0}, "slice-gap"),
        ({"contrast": "given"}, "contrast"),
        ({"patient_position": "HFP"}, "position"),
        ({"coverage_mm": 150.0}, "coverage"),
        ({"manufacturer": "GE"}, "manufacturer"),
    ],
)
def test_another_technique_is_told(changed: dict[str, float], what: str) -> None:
    """Each part of the technique that differs, or is not said once, is told; the change stays interpretable."""
    later = replace(visit(2000, 300), technique=replace(TECHNIQUE, **changed))  # type: ignore[arg-type]
    found = change(visit(1999, 600), later)
    assert [difference.what for difference in found.differences] == [what]
    assert found.is_interpretable


@pytest.mark.parametrize(("voxels", "told"), [(1000, False), (1100, False), (1101, True), (900, False), (899, True)])
def test_a_changed_lung_volume_is_told(voxels: int, told: bool) -> None:  # noqa: FBT001 - pytest hands it over
    """A lung volume that changed by over 10 % of the earlier one, either way, fakes ground glass and is told."""
    lungs: dict[Lobe | int, Marks] = {lobe: {(0, 0): voxels} for lobe in FIVE}
    later = replace(visit(2000, 300), tally=reading_of(lungs).tally)
    whats = [difference.what for difference in differences(visit(1999, 600), later)]
    assert ("lung-volume" in whats) is told


def test_different_readers_are_not_interpretable() -> None:
    """A change between two readers is shown as not interpretable; a reader who is not said is another one."""
    for reader in ("R2", None):
        found = change(visit(1999, 600), visit(2000, 300, reader=reader))
        assert not found.is_interpretable
        assert found.total == -1


def test_what_is_missing_has_no_change() -> None:
    """Where a lobe is not assessable at one visit, its change and that of its sum are None, in partial totals too."""
    entry = Entry(lobe=Lobe.LLL, component=Component.INTERSTITIAL, state=State.NOT_ASSESSABLE)
    later = replace(visit(2000, 300), entries=(entry,))
    for partial in (False, True):
        found = timeline([visit(1999, 600), later], partial=partial).points[1].since_previous
        assert found is not None
        assert (found.total, found.interstitial, found.alveolar) == (None, None, -1)
        (lower,) = [c for c in found.lobes if c.lobe is Lobe.LLL and c.component is Component.INTERSTITIAL]
        assert (lower.grade, lower.percent) == (None, None)


def test_a_superseded_reading_is_left_out() -> None:
    """A correction stands in the place of the reading that it supersedes."""
    wrong, right = (
        visit(1999, 600),
        replace(visit(1999, 300), id="better", supersedes=Supersedes("r1999", "lobe missed")),
    )
    line = timeline([wrong, right, visit(2000, 300)])
    assert [point.reading.id for point in line.points] == ["better", "r2000"]


def test_a_draft_takes_the_place_of_no_signed_reading() -> None:
    """A draft that is to supersede a signed reading leaves it standing: there are two readings of that day."""
    signed = replace(visit(1999, 600), status=Status.SIGNED)
    draft = replace(visit(1999, 300), id="better", supersedes=Supersedes("r1999", "lobe missed"))
    with pytest.raises(ReadingError, match="two readings of 1999-03-01"):
        timeline([signed, draft])
    assert [point.reading.id for point in timeline([signed, replace(draft, status=Status.SIGNED)]).points] == ["better"]


def test_a_state_alone_is_no_other_origin() -> None:
    """A lobe that is said to be not assessable leaves a painted reading painted."""
    entry = Entry(lobe=Lobe.LLL, component=Component.INTERSTITIAL, state=State.NOT_ASSESSABLE)
    assert differences(visit(1999, 600), replace(visit(2000, 300), entries=(entry,))) == ()


def test_what_is_no_timeline_is_refused() -> None:
    """No reading, two patients, no date and two readings of one day by one reader are refused, each with its reason."""
    with pytest.raises(ReadingError, match="no reading to follow"):
        timeline([])
    with pytest.raises(ReadingError, match="readings r1999 and r2000 are of two patients"):
        timeline([visit(1999, 0), visit(2000, 0, patient="P-2")])
    with pytest.raises(ReadingError, match="reading r1999 names no patient"):
        timeline([visit(1999, 0, patient=None), visit(2000, 0, patient=None)])
    with pytest.raises(ReadingError, match="given twice, or two have one id"):
        timeline([visit(1999, 0), replace(visit(2000, 0), id="r1999")])
    with pytest.raises(ReadingError, match="has no date"):
        timeline([replace(visit(1999, 0), scan=ScanRef(patient="P-1"))])
    with pytest.raises(ReadingError, match=r"two readings of 1999-03-01 by one reader \(R1\): other and r1999"):
        timeline([visit(1999, 0), replace(visit(1999, 0), id="other")])


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=5))
def test_changes_add_up(per_mille: list[int]) -> None:
    """The changes from visit to visit add up to the change since the baseline, in totals and days."""
    visits = [visit(1999 + i, share) for i, share in enumerate(per_mille)]
    points = timeline(visits).points
    steps = [point.since_previous for point in points if point.since_previous is not None]
    last = points[-1].since_baseline
    assert last is not None
    assert sum(step.total or 0 for step in steps) == last.total
    assert FIRST + timedelta(days=sum(step.days for step in steps)) == points[-1].on
