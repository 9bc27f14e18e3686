"""Missing is never zero: what was not assessed has no grade, and no sum is made of it unless it was asked for."""

from __future__ import annotations

import pytest

from kazerooni.errors import IncompleteError, ReadingError
from kazerooni.model import Component, Entry, Finding, Lobe, Origin, Reading, State
from kazerooni.scoring import score
from tests.scoring.builders import (
    FIVE,
    lobe_of,
    message_of,
    reading_of,
    said,
    typed,
    typed_lungs,
    value,
    whole_lungs,
)

LINGULA = "kazerooni-lingula"


def test_a_component_without_a_map_is_null() -> None:
    """Without an interstitial map every interstitial value is None, the total is refused, the alveolar sum stands."""
    scored = score(reading_of(whole_lungs(RUL={(1, 0): 100}), measured=frozenset({Component.ALVEOLAR})))
    for lobe in scored.lobes:
        component = lobe.interstitial
        assert (component.state, component.percent, component.grade) == (None, None, None)
        assert (component.to_edge, component.trace, component.on_edge) == (None, None, None)
        assert (lobe.findings.septal, lobe.findings.reticulation, lobe.findings.honeycombing) == (None, None, None)
    totals = scored.totals
    assert (totals.alveolar, totals.without_consolidation, totals.lobes) == (5, 5, 0)
    assert (totals.interstitial, totals.total, totals.without_traces, totals.fibrosis_variant) == (None,) * 4
    assert scored.volume_weighted.interstitial_percent is None
    with pytest.raises(IncompleteError):
        _ = scored.total
    assert "missing is never zero" in message_of(scored, "incomplete")


def test_an_empty_map_is_zero() -> None:
    """An empty map says that somebody looked and found nothing: 0 %, grade 0, total 0."""
    scored = score(reading_of(whole_lungs()))
    assert (scored.total, scored.totals.lobes) == (0, 5)
    for lobe in scored.lobes:
        assert (lobe.alveolar.percent, lobe.alveolar.grade, lobe.alveolar.trace) == (0, 0, False)
        assert lobe.alveolar.to_edge is None


def test_a_lobe_that_is_not_in_the_map_is_null() -> None:
    """A lobe without voxels has no volume, no percent and no grade, and its slices are counted as 0."""
    lungs = whole_lungs()
    del lungs[Lobe.RML]
    scored = score(reading_of(lungs))
    lobe = lobe_of(scored, Lobe.RML)
    assert (lobe.volume_ml, lobe.slices, lobe.covered_mm, lobe.flags) == (None, 0, None, ())
    assert (lobe.alveolar.state, lobe.alveolar.grade, lobe.findings.ground_glass) == (None, None, None)
    assert (scored.totals.alveolar, scored.totals.lobes) == (None, 4)


@pytest.mark.parametrize("state", [State.NOT_ASSESSABLE, State.ABSENT])
def test_states_are_kept_and_refuse_the_sum(state: State) -> None:
    """A lobe that cannot be assessed, or is absent, keeps its state and has no grade; its sum is refused."""
    lungs = whole_lungs()
    if state is State.ABSENT:
        del lungs[Lobe.RML]
    scored = score(reading_of(lungs, entries=(Entry(lobe=Lobe.RML, component=Component.ALVEOLAR, state=state),)))
    lobe = lobe_of(scored, Lobe.RML)
    assert (lobe.alveolar.state, lobe.alveolar.percent, lobe.alveolar.grade) == (state, None, None)
    assert scored.totals.alveolar is None


# --- Six regions and five labels -------------------------------------------------------------------------------------


def test_six_regions_on_five_labels_are_refused() -> None:
    """A scheme that grades the lingula apart refuses a reading that does not tell it from the left upper lobe."""
    for reading in (reading_of(whole_lungs()), typed_lungs()):
        with pytest.raises(ReadingError, match=r"it grades the lingula apart .* and the reading has five lobes; give"):
            score(reading, "kazerooni-lingula")
        with pytest.raises(ReadingError, match="five lobes"):
            score(reading, "kazerooni-lingula", partial=True)


def test_six_regions_on_six_labels() -> None:
    """The six regions are graded apart: 75 % of the upper lobe's and none of the lingula's voxels are 4 and 0."""
    scored = score(reading_of({**whole_lungs(LUL={(1, 2): 75, (0, 0): 25}), Lobe.LIN: {(0, 0): 40}}), LINGULA)
    assert [lobe.lobe for lobe in scored.lobes] == list(Lobe)
    assert [lobe.alveolar.grade for lobe in scored.lobes] == [0, 0, 0, 4, 0, 0]
    assert (scored.total, scored.totals.maximum, scored.totals.lobes) == (8, 60, 6)


def test_an_absent_lingula_is_known() -> None:
    """A reading that says the lingula was taken out tells it apart: six regions are graded, its own has no grade."""
    scored = score(typed_lungs(*said(Lobe.LIN, State.ABSENT)), LINGULA, partial=True)
    assert (scored.lobes[5].alveolar.state, scored.lobes[5].alveolar.grade) == (State.ABSENT, None)
    assert (scored.total, scored.totals.lobes) == (0, 5)


# --- Partial totals --------------------------------------------------------------------------------------------------


def _lungs_without(lobe: Lobe) -> Reading:
    """Read lungs whose lobes have the alveolar grades 1 to 5 and interstitial grades 5 to 1, without one of them."""
    alveolar, interstitial = (1, 10, 30, 60, 90), (90, 60, 30, 10, 0)
    entries = []
    for each, ground_glass, honeycombing in zip(FIVE, alveolar, interstitial, strict=True):
        entries.append(typed(each, value(Finding.GROUND_GLASS, str(ground_glass))))
        lines = value(Finding.SEPTAL, present=True)
        entries.append(typed(each, value(Finding.HONEYCOMBING, str(honeycombing)), lines))
    kept = tuple(entry for entry in entries if entry.lobe is not lobe)
    return typed_lungs(*kept, lobes=())


@pytest.mark.parametrize(
    ("lost", "alveolar", "interstitial"),
    [(Lobe.RUL, 14, 10), (Lobe.RML, 13, 11), (Lobe.RLL, 12, 12), (Lobe.LUL, 11, 13), (Lobe.LLL, 10, 14)],
)
def test_partial_sums_stand_on_the_other_lobes(lost: Lobe, alveolar: int, interstitial: int) -> None:
    """A sum that was asked for over four lobes is theirs, and says so; the maximum stays that of the scheme."""
    scored = score(_lungs_without(lost), partial=True)
    assert (scored.alveolar, scored.interstitial, scored.total) == (alveolar, interstitial, 24)
    assert (scored.totals.lobes, scored.totals.maximum, scored.is_partial) == (4, 50, True)
    message = message_of(scored, "partial")
    assert message.startswith("the total stands on 4 of 5 lobes (alveolar 4, interstitial 4); not graded are ")
    assert lost.name in message


def test_partial_means_are_over_the_lobes_that_there_are() -> None:
    """The mean of four lobes is divided by four, not by five."""
    totals = score(_lungs_without(Lobe.RUL), "kazerooni-mean", partial=True).totals
    assert (totals.alveolar, totals.interstitial, totals.total) == (14 / 4, 10 / 4, 24 / 4)
    assert (totals.maximum, totals.lobes) == (10, 4)


@pytest.mark.parametrize("state", [State.ABSENT, State.NOT_ASSESSABLE])
def test_absent_lobes_need_asking_too(state: State) -> None:
    """An absent lobe leaves no sum of five: it is refused, and given over four where it is asked for."""
    reading = typed_lungs(*said(Lobe.RML, state, reason="lobectomy"))
    assert score(reading).totals.total is None
    assert (score(reading, partial=True).total, score(reading, partial=True).totals.lobes) == (0, 4)
    words = f"alveolar of RML {state.replace('_', ' ')} (lobectomy)"
    assert words in message_of(score(reading, partial=True), "not-assessed")


def test_a_partial_total_of_one_component() -> None:
    """Of alveolar grades alone the partial total is their sum, on the lobes that have one."""
    reading = typed_lungs(without=[(lobe, Component.INTERSTITIAL) for lobe in FIVE] + [(Lobe.RUL, Component.ALVEOLAR)])
    totals = score(reading, partial=True).totals
    assert (totals.alveolar, totals.interstitial, totals.total, totals.lobes) == (0, None, 0, 4)


def test_nothing_assessed_is_no_partial_total() -> None:
    """Where no component of any lobe was assessed, there is no partial total either: it is not 0."""
    scored = score(typed_lungs(lobes=(), traction={Lobe.RUL: True}), partial=True)
    totals = scored.totals
    assert (totals.alveolar, totals.interstitial, totals.total, totals.lobes) == (None, None, None, 0)
    with pytest.raises(IncompleteError):
        _ = scored.total


def test_variants_stand_on_the_same_lobes() -> None:
    """In a partial score a variant is over the lobes of the plain sum, or it is not given: never over fewer."""
    present = typed(Lobe.RUL, value(Finding.RETICULATION, present=True))
    totals = score(typed_lungs(present, *said(Lobe.LLL, State.ABSENT)), partial=True).totals
    assert (totals.interstitial, totals.lobes, totals.fibrosis_variant) == (1, 4, None)
    percent = typed(Lobe.RUL, value(Finding.RETICULATION, "30"))
    totals = score(typed_lungs(percent, *said(Lobe.LLL, State.ABSENT)), partial=True).totals
    assert (totals.interstitial, totals.lobes, totals.fibrosis_variant) == (1, 4, 3)


def test_a_partial_total_has_its_range() -> None:
    """A typed percent on an edge gives a partial total its range over the same lobes."""
    reading = typed_lungs(typed(Lobe.RUL, value(Finding.HONEYCOMBING, "50")), *said(Lobe.LLL, State.ABSENT))
    totals = score(reading, partial=True).totals
    assert (totals.low, totals.total, totals.high) == (3, 4, 4)
    assert (score(reading).totals.low, score(reading).totals.high) == (None, None)


def test_a_whole_reading_loses_nothing_by_asking() -> None:
    """A partial total of a whole reading is its total, on all lobes, and nothing is said to be missing."""
    plain, partial = score(typed_lungs()), score(typed_lungs(), partial=True)
    assert plain.totals == partial.totals
    assert (partial.notices, plain.is_partial, partial.is_partial) == (plain.notices, False, True)


def test_a_partial_total_stands_on_lobes_with_both_grades() -> None:
    """Alveolar of five lobes and interstitial of two make a total of these two; where none has both there is none."""
    ground_glass = [typed(lobe, value(Finding.GROUND_GLASS, "10")) for lobe in FIVE]
    lines = [typed(lobe, value(Finding.SEPTAL, present=True)) for lobe in (Lobe.RUL, Lobe.LLL)]
    totals = score(typed_lungs(*ground_glass, *lines, lobes=()), partial=True).totals
    assert (totals.alveolar, totals.interstitial, totals.total, totals.lobes) == (10, 2, 6, 2)
    apart = score(typed_lungs(ground_glass[0], lines[1], lobes=()), partial=True).totals
    assert (apart.alveolar, apart.interstitial, apart.total, apart.lobes) == (2, 1, None, 0)


def test_a_painted_upper_lobe_holds_its_lingula() -> None:
    """Five painted lobes and a typed lingula are not six: the painted upper lobe holds the lingula too."""
    lingula = [typed(Lobe.LIN, value(Finding.GROUND_GLASS, "80")), typed(Lobe.LIN, value(Finding.SEPTAL, present=True))]
    reading = reading_of(whole_lungs(LUL={(1, 0): 300, (0, 0): 700}), entries=tuple(lingula))
    for partial in (False, True):
        with pytest.raises(ReadingError, match="the reading has five lobes"):
            score(reading, LINGULA, partial=partial)


def test_absent_is_absent_as_a_whole() -> None:
    """A lobe that is said to be absent in one component is absent in the other too."""
    absent = Entry(lobe=Lobe.RML, component=Component.ALVEOLAR, state=State.ABSENT)
    lungs = {lobe: marks for lobe, marks in whole_lungs().items() if lobe is not Lobe.RML}
    lobe = score(reading_of(lungs, entries=(absent,))).lobes[1]
    assert (lobe.alveolar.state, lobe.interstitial.state) == (State.ABSENT, State.ABSENT)


def test_traction_bronchiectasis_that_was_not_recorded_is_told() -> None:
    """Where the grade would be 1 with it, a lobe whose traction bronchiectasis was not recorded is named."""
    reading = reading_of(whole_lungs(RUL={(0, 1): 10, (0, 0): 990}), traction={Lobe.RML: False})
    message = message_of(score(reading), "traction-not-recorded")
    assert message.startswith("RLL, LUL, LLL: interstitial grade 0")


def test_what_a_program_proposed_is_told() -> None:
    """A component that a program proposed, and nobody confirmed, is named by a warning."""
    proposed = Entry(lobe=Lobe.RLL, component=Component.ALVEOLAR, origin=Origin.PROPOSED)
    message = message_of(score(reading_of(whole_lungs(), entries=(proposed,))), "proposed")
    assert message.startswith("alveolar of RLL: proposed by a program")


def test_not_assessable_marks_do_not_count() -> None:
    """What was painted in a lobe that could not be assessed gives no grade, no percent and no share of an extent."""
    lungs = whole_lungs(RUL={(1, 2): 1000})
    scored = score(reading_of(lungs, entries=said(Lobe.RUL, State.NOT_ASSESSABLE)))
    lobe = lobe_of(scored, Lobe.RUL)
    assert (lobe.alveolar.percent, lobe.findings.ground_glass, lobe.present.ground_glass) == (None, None, None)
    assert (scored.volume_weighted.alveolar_percent, scored.totals.total) == (None, None)
