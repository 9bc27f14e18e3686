"""What was typed of a lobe is kept as typed, and refused where it contradicts itself."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Entry, Finding, Lobe, Origin, SchemeRef, State, TypedValue, findings_of
from tests.scoring.builders import painted, said, typed, value

ALVEOLAR, INTERSTITIAL = Component.ALVEOLAR, Component.INTERSTITIAL
GROUND_GLASS, CONSOLIDATION = Finding.GROUND_GLASS, Finding.CONSOLIDATION
SEPTAL, RETICULATION, HONEYCOMBING = Finding.SEPTAL, Finding.RETICULATION, Finding.HONEYCOMBING
OURS = SchemeRef("kazerooni", 1)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"finding": SEPTAL}, "septal thickening: none of them given; exactly one of percent, present and grade"),
        ({"finding": SEPTAL, "percent": Decimal(1), "present": True}, "percent and present given; exactly one"),
        ({"grade": 2, "present": False, "scheme": OURS}, "the component: present and grade given"),
        ({"percent": Decimal("-0.1")}, "-0.1 is no percent; 0 to 100"),
        ({"finding": HONEYCOMBING, "percent": Decimal("100.01")}, "honeycombing: 100.01 is no percent"),
        ({"percent": Decimal("NaN")}, "NaN is no percent"),
        ({"percent": Decimal("sNaN")}, "sNaN is no percent"),
        ({"percent": Decimal("Infinity")}, "Infinity is no percent"),
        ({"finding": Finding.TRACTION_BRONCHIECTASIS, "present": True}, "is a yes or no of a lobe, recorded apart"),
        ({"grade": 2}, "a grade and the scheme that it was given under go together"),
        ({"percent": Decimal(2), "scheme": OURS}, "go together"),
        ({"grade": -1, "scheme": OURS}, "a grade is 0 or more"),
        ({"finding": HONEYCOMBING, "grade": 2, "scheme": OURS}, "of a whole component, not of a finding"),
        ({"present": True}, "said to be present, but not what; name the finding"),
    ],
)
def test_a_value_that_contradicts_itself_is_refused(given: dict[str, Any], message: str) -> None:
    """A typed value is exactly one percent from 0 to 100, presence of a named finding, or grade under a scheme."""
    with pytest.raises(ReadingError, match=message):
        TypedValue(**given)


@pytest.mark.parametrize(
    ("values", "component", "message"),
    [
        ((value(percent="3"),), INTERSTITIAL, "^interstitial of RUL: 3 % of no finding; say of which"),
        ((value(percent="0.001"),), INTERSTITIAL, "0.001 % of no finding"),
        ((value(SEPTAL, "1"),), ALVEOLAR, "^alveolar of RUL: septal thickening belongs to the other component"),
        ((value(GROUND_GLASS, "1"),), INTERSTITIAL, "ground glass belongs to the other component"),
        ((value(SEPTAL, "1"), value(SEPTAL, present=True)), INTERSTITIAL, "septal thickening is given twice"),
        ((value(percent="1"), value(percent="2")), ALVEOLAR, "a value is given twice"),
        ((value(percent="1"), value(GROUND_GLASS, "1")), ALVEOLAR, "a value of the whole component stands beside"),
        (
            (value(SEPTAL, present=True), value(grade=1, scheme="kazerooni")),
            INTERSTITIAL,
            "a value of the whole component stands beside",
        ),
        ((value(GROUND_GLASS, "60"), value(CONSOLIDATION, "40.01")), ALVEOLAR, "add up to 100.01 %"),
        ((value(SEPTAL, "50"), value(RETICULATION, "50"), value(HONEYCOMBING, "1")), INTERSTITIAL, "add up to 101 %"),
    ],
)
def test_values_that_contradict_each_other_are_refused(
    values: tuple[TypedValue, ...], component: Component, message: str
) -> None:
    """Findings of an entry are of its component, each once, with 100 % at most; an interstitial percent is of one."""
    with pytest.raises(ReadingError, match=message):
        typed(Lobe.RUL, *values, component=component) if values[0].finding is None else Entry(
            lobe=Lobe.RUL, component=component, values=values
        )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"state": State.NOT_ASSESSABLE, "values": (value(percent="0"),)}, "not_assessable, typed, yet values"),
        ({"state": State.ABSENT, "values": (value(percent="0"),)}, "absent, typed, yet values were typed"),
        ({"origin": Origin.PAINTED, "values": (value(percent="0"),)}, "assessed, painted, yet values were typed"),
        ({"origin": Origin.PROPOSED, "values": (value(percent="0"),)}, "assessed, proposed, yet values were typed"),
        ({"values": (value(percent="0"),), "reason": "motion"}, "assessed, yet a reason is given why not"),
        ({}, "nothing was typed; say what was found, 0 percent where nothing was"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(changed: dict[str, Any], message: str) -> None:
    """Values are typed of what was assessed, reasons are given of what was not, and no entry is empty."""
    with pytest.raises(ReadingError, match=f"alveolar of RUL: .*{message}"):
        Entry(lobe=Lobe.RUL, component=ALVEOLAR, **changed)


def test_what_may_be_said() -> None:
    """100 % in parts, 0 % of nothing, not present, a state with its reason and painted marks are all entries."""
    parts = typed(Lobe.RUL, value(SEPTAL, "33.3"), value(RETICULATION, "33.3"), value(HONEYCOMBING, "33.4"))
    assert parts.extent((SEPTAL, RETICULATION, HONEYCOMBING)) == 100
    for component in Component:
        for nothing in (value(percent="0"), value(present=False)):
            assert typed(Lobe.RUL, nothing, component=component).extent(findings_of(component)) == 0
    (collapsed,) = said(Lobe.RML, State.NOT_ASSESSABLE, ALVEOLAR, reason="collapse")
    assert (collapsed.reason, collapsed.values) == ("collapse", ())
    assert painted(Lobe.RUL, ALVEOLAR).state is State.ASSESSED


@given(
    digits=st.decimals(0, 100, places=9),
    finding=st.sampled_from([finding for finding in Finding if finding.label]),
)
def test_percents_are_exact(digits: Decimal, finding: Finding) -> None:
    """A percent is kept digit for digit and is the exact extent of its finding; the others of its entry are 0 %."""
    entry = typed(Lobe.RUL, TypedValue(finding=finding, percent=digits))
    assert entry.values[0].percent is digits
    for other in findings_of(finding.component):
        assert entry.extent((other,)) == (Fraction(digits) if other is finding else 0)
        assert entry.is_seen(other) is (other is finding and digits > 0)


def test_presence_has_no_extent() -> None:
    """A finding that is present has no extent, so neither has any union with it; what is known beside it is known."""
    entry = typed(Lobe.RUL, value(RETICULATION, present=True), value(HONEYCOMBING, "10"))
    assert entry.extent((RETICULATION,)) is None
    assert entry.extent((RETICULATION, HONEYCOMBING)) is None
    assert entry.extent((HONEYCOMBING, SEPTAL)) == 10
    assert (entry.is_seen(RETICULATION), entry.is_seen(HONEYCOMBING), entry.is_seen(SEPTAL)) == (True, True, False)


def test_an_alveolar_percent_of_no_finding_is_the_union() -> None:
    """Alveolar findings that were not told apart have an extent together, and none alone."""
    entry = typed(Lobe.RUL, value(percent="30"), component=ALVEOLAR)
    assert entry.extent((GROUND_GLASS, CONSOLIDATION)) == 30
    assert entry.extent((GROUND_GLASS,)) is None
    assert entry.is_seen(GROUND_GLASS) is None
    nothing = typed(Lobe.RUL, value(percent="0"), component=ALVEOLAR)
    assert nothing.extent((GROUND_GLASS,)) == 0
    assert nothing.is_seen(GROUND_GLASS) is False


def test_a_grade_has_no_extent() -> None:
    """Out of a grade, 0 included, no extent and no finding is read."""
    for grade in (0, 3):
        entry = typed(Lobe.RUL, value(grade=grade, scheme="kazerooni"), component=INTERSTITIAL)
        assert entry.grade is entry.values[0]
        assert entry.extent(findings_of(INTERSTITIAL)) is None
        assert entry.is_seen(HONEYCOMBING) is None
    assert typed(Lobe.RUL, value(percent="3"), component=ALVEOLAR).grade is None
    assert painted(Lobe.RUL, ALVEOLAR).grade is None


def test_an_entry_cannot_be_changed() -> None:
    """A change makes a new entry, and a new value."""
    entry = typed(Lobe.RUL, value(SEPTAL, "3"))
    with pytest.raises(FrozenInstanceError):
        entry.reason = "motion"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        entry.values[0].percent = Decimal(4)  # type: ignore[misc]


def test_a_scheme_is_named_with_its_version() -> None:
    """A scheme that a grade was given under prints as its name and version."""
    assert str(OURS) == "kazerooni 1"
