"""A reading keeps what was recorded, and refuses what contradicts itself."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Entry, Finding, Lobe, Origin, Reading, ScanRef, Session, State
from tests.scoring.builders import reading_of, said, tally_of, typed, typed_lungs, value, whole_lungs

ALVEOLAR, INTERSTITIAL = Component.ALVEOLAR, Component.INTERSTITIAL
LEFT_UPPER = (Lobe.LUL, Lobe.LIN)


def test_looked_and_found_none_is_assessed() -> None:
    """A lobe of the lobe map that was looked at with an empty map is assessed."""
    assert reading_of(whole_lungs()).state((Lobe.RUL,), ALVEOLAR) is State.ASSESSED


def test_no_map_is_no_state() -> None:
    """A component without a map has no state, and neither has a lobe that the lobe map lacks."""
    reading = reading_of({Lobe.RUL: {(0, 0): 5}}, measured=frozenset({ALVEOLAR}))
    assert reading.state((Lobe.RUL,), ALVEOLAR) is State.ASSESSED
    assert reading.state((Lobe.RUL,), INTERSTITIAL) is None
    assert reading.state((Lobe.RML,), ALVEOLAR) is None


def test_what_was_said_stands_before_what_was_counted() -> None:
    """A component that the reader calls not assessable is so, whatever the maps hold."""
    entry = Entry(lobe=Lobe.RUL, component=ALVEOLAR, state=State.NOT_ASSESSABLE)
    reading = reading_of(whole_lungs(), entries=(entry,))
    assert reading.state((Lobe.RUL,), ALVEOLAR) is State.NOT_ASSESSABLE
    assert reading.state((Lobe.RUL,), INTERSTITIAL) is State.ASSESSED


def test_state_of_a_region_of_two_lobes() -> None:
    """Of two lobes in a region, one that cannot be assessed leaves the whole unknown; an absent one does not."""
    not_assessable = Entry(lobe=Lobe.LIN, component=ALVEOLAR, state=State.NOT_ASSESSABLE)
    absent = tuple(Entry(lobe=Lobe.LIN, component=component, state=State.ABSENT) for component in Component)
    for entries, wanted in (((not_assessable,), State.NOT_ASSESSABLE), (absent, State.ASSESSED)):
        assert reading_of(whole_lungs(), entries=entries).state(LEFT_UPPER, ALVEOLAR) is wanted
    both = (*absent, Entry(lobe=Lobe.LUL, component=ALVEOLAR, state=State.ABSENT))
    without_left_upper = {lobe: marks for lobe, marks in whole_lungs().items() if lobe is not Lobe.LUL}
    assert reading_of(without_left_upper, entries=both).state(LEFT_UPPER, ALVEOLAR) is State.ABSENT


def test_traction_bronchiectasis_is_said_or_unknown() -> None:
    """Traction bronchiectasis is true, false, or unknown where nothing was said; any lobe of a region is enough."""
    reading = reading_of(whole_lungs(), traction={Lobe.LUL: False, Lobe.LIN: True})
    assert reading.traction_bronchiectasis((Lobe.LUL,)) is False
    assert reading.traction_bronchiectasis(LEFT_UPPER) is True
    assert reading.traction_bronchiectasis((Lobe.RUL,)) is None
    assert reading.traction_bronchiectasis((Lobe.RML,)) is None


def test_one_entry_a_component_of_a_lobe() -> None:
    """Two entries of one component of one lobe are refused; one for each of its components is right."""
    entries = tuple(
        Entry(lobe=Lobe.RUL, component=component, state=State.NOT_ASSESSABLE) for component in (*Component, ALVEOLAR)
    )
    assert len(reading_of(whole_lungs(), entries=entries[:2]).entries) == 2
    with pytest.raises(ReadingError, match=r"^alveolar of RUL has two entries"):
        reading_of(whole_lungs(), entries=entries)


def test_an_absent_lobe_has_no_voxels() -> None:
    """A lobe that is said to be absent and stands in the lobe map is refused."""
    with pytest.raises(ReadingError, match="RUL is said to be absent, but the lobe map holds it"):
        reading_of(whole_lungs(), entries=(Entry(lobe=Lobe.RUL, component=ALVEOLAR, state=State.ABSENT),))


def test_assessed_needs_something_counted() -> None:
    """A component that is said to be assessed, but was never counted, is refused: missing is never zero."""
    entry = Entry(lobe=Lobe.RUL, component=INTERSTITIAL, origin=Origin.PAINTED)
    with pytest.raises(ReadingError, match="interstitial of RUL is said to be assessed, but nothing was counted"):
        reading_of(whole_lungs(), entries=(entry,), measured=frozenset({ALVEOLAR}))


def test_a_reading_has_an_id() -> None:
    """A reading has an id that can name a file, in any folder and nowhere else; any other is refused."""
    for wrong in ("", " ", "../escaped", "/abs", "a b", "-", "x" * 101, "a\n"):
        with pytest.raises(ReadingError, match="are wanted, a letter or digit first"):
            Reading(id=wrong, scan=ScanRef())
    assert Reading(id="R-0a.1_b", scan=ScanRef()).id == "R-0a.1_b"


def test_slices_that_the_scan_lacks_were_not_seen() -> None:
    """A slice number that the scan does not have is refused among those seen."""
    with pytest.raises(ReadingError, match="slice 6 was seen, but the scan has 6, from 0"):
        replace(reading_of(whole_lungs()), session=Session(slices_seen=(0, 6)))


def test_one_part_does_not_answer_for_traction_of_the_whole() -> None:
    """Where the lingula stands apart and nothing was said of it, the upper lobe alone does not answer for both."""
    lungs = {**whole_lungs(), Lobe.LIN: {(0, 0): 100}}
    assert reading_of(lungs, traction={Lobe.LUL: False}).traction_bronchiectasis(LEFT_UPPER) is None
    assert reading_of(lungs, traction={Lobe.LUL: True}).traction_bronchiectasis(LEFT_UPPER) is True
    assert reading_of(whole_lungs(), traction={Lobe.LUL: False}).traction_bronchiectasis(LEFT_UPPER) is False


def test_a_reading_cannot_be_changed() -> None:
    """A change makes a new reading."""
    with pytest.raises(FrozenInstanceError):
        reading_of(whole_lungs()).reader = "R2"  # type: ignore[misc]


def test_a_reading_travels_between_processes() -> None:
    """A reading survives pickling with all its counts."""
    entry = Entry(lobe=Lobe.RML, component=ALVEOLAR, state=State.NOT_ASSESSABLE, reason="motion")
    lungs = whole_lungs(RUL={(1, 0): 3, (0, 0): 9})
    reading = reading_of(lungs, entries=(entry,), traction={Lobe.RML: False})
    back: Reading = pickle.loads(pickle.dumps(reading))  # noqa: S301 - our own bytes
    assert back.entries == reading.entries
    assert back.state((Lobe.RML,), ALVEOLAR) is State.NOT_ASSESSABLE
    assert (back.traction, back.traction_bronchiectasis((Lobe.RML,))) == ({Lobe.RML: False}, False)
    assert back.tally is not None
    assert back.tally.percent((Lobe.RUL,), (Finding.GROUND_GLASS,)) == 25


def test_an_absent_lobe_is_absent_altogether() -> None:
    """A lobe is not absent in one component and something else in the other, and holds no traction bronchiectasis."""
    absent = said(Lobe.RML, State.ABSENT, ALVEOLAR)
    others = (
        typed(Lobe.RML, value(percent="0"), component=INTERSTITIAL),
        *said(Lobe.RML, State.NOT_ASSESSABLE, INTERSTITIAL),
    )
    for other in others:
        for entries in ((*absent, other), (other, *absent)):
            with pytest.raises(ReadingError, match="RML is said to be absent, but its interstitial component"):
                typed_lungs(*entries, lobes=())
    with pytest.raises(ReadingError, match="RML is said to be absent, but to hold traction bronchiectasis"):
        typed_lungs(*absent, lobes=(), traction={Lobe.RML: True})
    assert typed_lungs(*absent, lobes=(), traction={Lobe.RML: False}).traction == {Lobe.RML: False}


def test_slices_of_scan_and_tally_agree() -> None:
    """A reading whose scan names another number of slices than were counted is refused."""
    tally = tally_of({}, slices=4)  # and an empty one at each end
    assert Reading(id="r", scan=ScanRef(sop_uids=tuple("123456")), tally=tally).tally is tally
    with pytest.raises(ReadingError, match="6 slices were counted, but the scan has 5"):
        Reading(id="r", scan=ScanRef(sop_uids=tuple("12345")), tally=tally)


def test_a_typed_reading_needs_no_scan_of_its_own() -> None:
    """A typed reading stands without maps; what was typed is assessed, and nothing else is."""
    reading = typed_lungs(typed(Lobe.RUL, value(Finding.SEPTAL, present=True)), lobes=())
    assert reading.state((Lobe.RUL,), INTERSTITIAL) is State.ASSESSED
    assert reading.origin(Lobe.RUL, INTERSTITIAL) is Origin.TYPED
    assert (reading.state((Lobe.RUL,), ALVEOLAR), reading.origin(Lobe.RUL, ALVEOLAR)) == (None, None)
    assert (reading.tally, reading.is_in_tally(Lobe.RUL)) == (None, False)


def test_traction_bronchiectasis_is_no_assessment() -> None:
    """Traction bronchiectasis alone leaves the interstitial component without a state."""
    reading = typed_lungs(lobes=(), traction={Lobe.RUL: True})
    assert reading.state((Lobe.RUL,), INTERSTITIAL) is None
    assert reading.traction_bronchiectasis((Lobe.RUL,)) is True


def test_the_origin_of_marks() -> None:
    """Marks are painted unless a program proposed them, which the entry says; what was not assessed has no origin."""
    proposed = Entry(lobe=Lobe.RML, component=ALVEOLAR, origin=Origin.PROPOSED)
    reading = reading_of(whole_lungs(), entries=(proposed,))
    assert reading.origin(Lobe.RML, ALVEOLAR) is Origin.PROPOSED
    assert reading.origin(Lobe.RUL, ALVEOLAR) is Origin.PAINTED
    assert reading.origin(Lobe.LIN, ALVEOLAR) is None


def test_the_lingula_is_told_apart_where_anything_says_so() -> None:
    """The lingula stands apart in a lobe map that holds it, or where anything was said of it; else it does not."""
    assert not reading_of(whole_lungs()).tells_lingula
    assert reading_of({**whole_lungs(), Lobe.LIN: {(0, 0): 1}}).tells_lingula
    assert typed_lungs(*said(Lobe.LIN, State.NOT_ASSESSABLE, ALVEOLAR)).tells_lingula
    assert not typed_lungs(traction={Lobe.LIN: True}).tells_lingula


def test_a_part_without_a_state_leaves_the_region_without_one() -> None:
    """In a region of two lobes, one of which nothing was recorded leaves the whole unknown; five lobes do not."""
    lungs = whole_lungs()
    assert reading_of(lungs).state(LEFT_UPPER, ALVEOLAR) is State.ASSESSED
    del lungs[Lobe.LUL]
    assert reading_of({**lungs, Lobe.LIN: {(0, 0): 9}}).state(LEFT_UPPER, ALVEOLAR) is None
    absent = said(Lobe.LUL, State.ABSENT)
    assert reading_of({**lungs, Lobe.LIN: {(0, 0): 9}}, entries=absent).state(LEFT_UPPER, ALVEOLAR) is State.ASSESSED


def test_not_assessable_is_said_before_not_recorded() -> None:
    """Of a part that cannot be assessed and one of which nothing was recorded, the region is not assessable."""
    entries = (*said(Lobe.LUL, State.NOT_ASSESSABLE, ALVEOLAR), *said(Lobe.LIN, State.NOT_ASSESSABLE, INTERSTITIAL))
    assert typed_lungs(*entries, lobes=()).state(LEFT_UPPER, ALVEOLAR) is State.NOT_ASSESSABLE


def test_traction_of_a_reading_cannot_be_changed() -> None:
    """What was given is copied, and the reading's own is read-only."""
    given = {Lobe.RUL: True}
    reading = typed_lungs(traction=given)
    given[Lobe.RML] = True
    assert reading.traction == {Lobe.RUL: True}
    with pytest.raises(TypeError):
        reading.traction[Lobe.RML] = True  # type: ignore[index]
