"""A score says what it has, and raises where a number is asked for that does not exist."""

from __future__ import annotations

import pickle

import pytest

from kazerooni.errors import IncompleteError
from kazerooni.model import Component, Entry, Finding, Lobe, State
from kazerooni.scoring import score
from tests.scoring.builders import reading_of, whole_lungs


def test_sums_of_a_whole_reading() -> None:
    """`alveolar`, `interstitial` and `total` give the sums."""
    whole = score(reading_of(whole_lungs(RUL={(1, 2): 10, (0, 0): 990})))
    assert (whole.alveolar, whole.interstitial, whole.total) == (1, 2, 3)
    assert whole.missing() == ()


def test_a_refused_total_names_what_is_missing() -> None:
    """Without an interstitial map the alveolar sum stands, and the others are refused with the lobes they lack."""
    half = score(reading_of(whole_lungs(RUL={(1, 0): 1}), measured=frozenset({Component.ALVEOLAR})))
    assert half.alveolar == 5
    for name in ("interstitial", "total"):
        with pytest.raises(IncompleteError, match="not graded are interstitial of RUL, RML, RLL, LUL, LLL"):
            getattr(half, name)


def test_one_missing_lobe_refuses_both_sums() -> None:
    """A lobe that the map lacks refuses both sums, and is listed once a component."""
    lobes = whole_lungs()
    del lobes[Lobe.RML]
    without = score(reading_of(lobes))
    assert without.missing() == ((Lobe.RML, Component.ALVEOLAR), (Lobe.RML, Component.INTERSTITIAL))
    with pytest.raises(IncompleteError, match="alveolar of RML; interstitial of RML"):
        _ = without.total


def test_findings_are_walked_in_order() -> None:
    """The percents of the findings come in the one order, each under its finding."""
    entry = Entry(lobe=Lobe.RUL, component=Component.INTERSTITIAL, state=State.NOT_ASSESSABLE)
    lungs = whole_lungs(RUL={(1, 0): 10, (2, 0): 5, (0, 0): 85})
    lobe = score(reading_of(lungs, entries=(entry,), traction={Lobe.RUL: True})).lobes[0]
    assert dict(lobe.findings) == {
        Finding.GROUND_GLASS: 10,
        Finding.CONSOLIDATION: 5,
        Finding.SEPTAL: None,
        Finding.RETICULATION: None,
        Finding.HONEYCOMBING: None,
        Finding.TRACTION_BRONCHIECTASIS: True,
    }
    assert list(dict(lobe.findings)) == list(Finding)


def test_a_score_travels_between_processes() -> None:
    """A score survives pickling, equal in every field."""
    whole = score(reading_of(whole_lungs(RUL={(1, 2): 10})))
    assert pickle.loads(pickle.dumps(whole)) == whole  # noqa: S301 - our own bytes
