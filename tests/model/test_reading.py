"""A reading keeps what was recorded, and refuses what contradicts itself."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Finding, Lobe, LobeEntry, Reading, ScanRef, State, Technique
from tests.scoring.builders import reading_of, tally_of, whole_lungs

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
    entry = LobeEntry(Lobe.RUL, alveolar=State.NOT_ASSESSABLE)
    reading = reading_of(whole_lungs(), entries=(entry,))
    assert reading.state((Lobe.RUL,), ALVEOLAR) is State.NOT_ASSESSABLE
    assert reading.state((Lobe.RUL,), INTERSTITIAL) is State.ASSESSED


def test_state_of_a_region_of_two_lobes() -> None:
    """Of two lobes in a region, one that cannot be assessed leaves the whole unknown; an absent one does not."""
    not_assessable = LobeEntry(Lobe.LIN, alveolar=State.NOT_ASSESSABLE)
    absent = LobeEntry(Lobe.LIN, alveolar=State.ABSENT, interstitial=State.ABSENT)
    for entry, wanted in ((not_assessable, State.NOT_ASSESSABLE), (absent, State.ASSESSED)):
        assert reading_of(whole_lungs(), entries=(entry,)).state(LEFT_UPPER, ALVEOLAR) is wanted
    both = (absent, LobeEntry(Lobe.LUL, alveolar=State.ABSENT))
    without_left_upper = {lobe: marks for lobe, marks in whole_lungs().items() if lobe is not Lobe.LUL}
    assert reading_of(without_left_upper, entries=both).state(LEFT_UPPER, ALVEOLAR) is State.ABSENT


def test_traction_bronchiectasis_is_said_or_unknown() -> None:
    """Traction bronchiectasis is true, false, or unknown where nothing was said; any lobe of a region is enough."""
    entries = (LobeEntry(Lobe.LUL, traction_bronchiectasis=False), LobeEntry(Lobe.LIN, traction_bronchiectasis=True))
    reading = reading_of(whole_lungs(), entries=(*entries, LobeEntry(Lobe.RUL)))
    assert reading.traction_bronchiectasis((Lobe.LUL,)) is False
    assert reading.traction_bronchiectasis(LEFT_UPPER) is True
    assert reading.traction_bronchiectasis((Lobe.RUL,)) is None
    assert reading.traction_bronchiectasis((Lobe.RML,)) is None


def test_one_entry_a_lobe() -> None:
    """Two entries of one lobe are refused."""
    with pytest.raises(ReadingError, match=r"two entries \(RUL, RUL\)"):
        reading_of(whole_lungs(), entries=(LobeEntry(Lobe.RUL), LobeEntry(Lobe.RUL)))


def test_an_absent_lobe_has_no_voxels() -> None:
    """A lobe that is said to be absent and stands in the lobe map is refused."""
    with pytest.raises(ReadingError, match="RUL is said to be absent, but the lobe map holds it"):
        reading_of(whole_lungs(), entries=(LobeEntry(Lobe.RUL, alveolar=State.ABSENT),))


def test_assessed_needs_something_counted() -> None:
    """A component that is said to be assessed, but was never counted, is refused: missing is never zero."""
    entry = LobeEntry(Lobe.RUL, interstitial=State.ASSESSED)
    with pytest.raises(ReadingError, match="interstitial of RUL is said to be assessed, but nothing was counted"):
        reading_of(whole_lungs(), entries=(entry,), measured=frozenset({ALVEOLAR}))


def test_a_reading_has_an_id() -> None:
    """A reading without an id is refused."""
    with pytest.raises(ReadingError, match="no id"):
        Reading(id="", scan=ScanRef(), technique=Technique(), reader=None, tally=tally_of({}))


def test_a_reading_cannot_be_changed() -> None:
    """A change makes a new reading."""
    with pytest.raises(FrozenInstanceError):
        reading_of(whole_lungs()).reader = "R2"  # type: ignore[misc]


def test_a_reading_travels_between_processes() -> None:
    """A reading survives pickling with all its counts."""
    reading = reading_of(whole_lungs(RUL={(1, 0): 3, (0, 0): 9}), entries=(LobeEntry(Lobe.RML),))
    back: Reading = pickle.loads(pickle.dumps(reading))  # noqa: S301 - our own bytes
    assert back.entries == reading.entries
    assert back.tally.percent((Lobe.RUL,), (Finding.GROUND_GLASS,)) == 25
