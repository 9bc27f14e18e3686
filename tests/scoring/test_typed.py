"""Typed readings: percents and presences are graded as painted ones are, and nothing is invented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from kazerooni.model import Component, Finding, Lobe, Origin, State
from kazerooni.scoring import score
from tests.scoring.builders import (
    SCHEME_NAMES,
    SIX,
    codes_of,
    lobe_of,
    message_of,
    painted,
    tally_of,
    typed,
    typed_lungs,
    value,
    whole_lungs,
)

ALVEOLAR, INTERSTITIAL = Component.ALVEOLAR, Component.INTERSTITIAL
GROUND_GLASS, CONSOLIDATION = Finding.GROUND_GLASS, Finding.CONSOLIDATION
SEPTAL, RETICULATION, HONEYCOMBING = Finding.SEPTAL, Finding.RETICULATION, Finding.HONEYCOMBING


@pytest.mark.parametrize("scheme", SCHEME_NAMES)
def test_nothing_found_is_0(scheme: str) -> None:
    """0 % without a finding says that nothing was found: 0 % of every finding, grade 0, a total of 0."""
    scored = score(typed_lungs(lobes=SIX), scheme)
    assert (scored.total, scored.totals.without_traces, scored.totals.fibrosis_variant) == (0, 0, 0)
    lobe = scored.lobes[0]
    assert (lobe.alveolar.state, lobe.alveolar.percent, lobe.alveolar.grade) == (State.ASSESSED, 0, 0)
    assert (lobe.alveolar.to_edge, lobe.alveolar.on_edge, lobe.alveolar.trace) == (None, False, False)
    assert (lobe.findings.ground_glass, lobe.findings.honeycombing) == (0, 0)
    assert (lobe.present.consolidation, lobe.present.septal) == (False, False)
    assert [notice.code for notice in scored.notices] == ["traction-not-recorded"]


def test_not_present_is_0() -> None:
    """A component, or a finding, that is said not to be present is 0 %."""
    scored = score(
        typed_lungs(
            typed(Lobe.RUL, value(present=False), component=INTERSTITIAL),
            typed(Lobe.RML, value(HONEYCOMBING, present=False), value(SEPTAL, present=True)),
        )
    )
    assert [lobe.interstitial.grade for lobe in scored.lobes] == [0, 1, 0, 0, 0]
    assert [lobe.interstitial.percent for lobe in scored.lobes] == [0] * 5
    assert [lobe.findings.honeycombing for lobe in scored.lobes] == [0] * 5
    assert (scored.lobes[1].findings.septal, scored.lobes[1].present.septal) == (None, True)


@pytest.mark.parametrize(
    ("finding", "grades"),
    [
        (SEPTAL, {"kazerooni": 1, "kazerooni-mean": 1, "kazerooni-lingula": 1, "kazerooni-fibrosis": 1}),
        (RETICULATION, {"kazerooni": 1, "kazerooni-mean": 1, "kazerooni-lingula": 1, "kazerooni-fibrosis": None}),
        (HONEYCOMBING, dict.fromkeys(SCHEME_NAMES)),
        (GROUND_GLASS, dict.fromkeys(SCHEME_NAMES)),
        (CONSOLIDATION, {**dict.fromkeys(SCHEME_NAMES), "kazerooni-mean": 0}),
    ],
)
def test_presence_without_a_percent(finding: Finding, grades: dict[str, int | None]) -> None:
    """Presence grades only what a scheme grades by presence; where the extent is graded, it is not graded but told."""
    for scheme, grade in grades.items():
        scored = score(typed_lungs(typed(Lobe.RLL, value(finding, present=True)), lobes=SIX), scheme)
        lobe = lobe_of(scored, Lobe.RLL)
        graded = lobe.component(finding.component)
        assert (graded.state, graded.grade) == (State.ASSESSED, grade)
        assert (getattr(lobe.present, finding.value), getattr(lobe.findings, finding.value)) == (True, None)
        assert ("extent-not-given" in codes_of(scored)) is (grade is None)
        assert ("incomplete" in codes_of(scored)) is (grade is None)
        if grade is None:
            assert message_of(scored, "extent-not-given").startswith(f"{finding.component} of RLL: ")
            assert (graded.percent, graded.to_edge, scored.totals.total) == (None, None, None)


def test_fibrosis_variant_needs_the_extent_of_reticulation() -> None:
    """Reticulation present without a percent leaves the plain sum whole and the fibrosis variant unknown."""
    totals = score(typed_lungs(typed(Lobe.RLL, value(RETICULATION, present=True)))).totals
    assert (totals.interstitial, totals.total, totals.fibrosis_variant) == (1, 1, None)


def test_consolidation_present_leaves_what_is_known_without_it() -> None:
    """Consolidation present without a percent refuses the alveolar sum; the one without consolidation stands."""
    entry = typed(Lobe.RLL, value(GROUND_GLASS, "30"), value(CONSOLIDATION, present=True))
    totals = score(typed_lungs(entry)).totals
    assert (totals.alveolar, totals.without_consolidation, totals.total) == (None, 3, None)


@pytest.mark.parametrize(
    ("scheme", "percent", "grade"),
    [("kazerooni", 30, 3), ("kazerooni-lingula", 30, 3), ("kazerooni-fibrosis", 30, 3), ("kazerooni-mean", None, None)],
)
def test_an_alveolar_percent_of_no_finding_is_the_union(scheme: str, percent: int | None, grade: int | None) -> None:
    """30 % of alveolar findings not told apart are graded where all of them are measured, and by Gay's scheme not."""
    scored = score(typed_lungs(typed(Lobe.RUL, value(percent="30"), component=ALVEOLAR), lobes=SIX), scheme)
    lobe = scored.lobes[0]
    assert (lobe.alveolar.percent, lobe.alveolar.grade) == (percent, grade)
    assert (lobe.findings.ground_glass, lobe.findings.consolidation) == (None, None)
    assert (lobe.present.ground_glass, lobe.present.consolidation) == (None, None)
    assert scored.totals.without_consolidation is None
    assert ("extent-not-given" in codes_of(scored)) is (grade is None)


def test_findings_of_an_entry_add_up() -> None:
    """Findings of a component exclude each other, so 12.5 % and 12.5 % typed make 25 %: grade 3."""
    lobe = score(typed_lungs(typed(Lobe.RUL, value(GROUND_GLASS, "12.5"), value(CONSOLIDATION, "12.5")))).lobes[0]
    assert (lobe.alveolar.percent, lobe.alveolar.grade) == (25, 3)
    assert (lobe.findings.ground_glass, lobe.findings.consolidation) == (12.5, 12.5)


def test_findings_not_named_are_not_seen_and_that_is_told() -> None:
    """A finding that is not named beside others is 0 % and not seen, which a notice tells by name and lobe."""
    scored = score(
        typed_lungs(
            typed(Lobe.RUL, value(GROUND_GLASS, "10")),
            typed(Lobe.LLL, value(SEPTAL, present=True), value(RETICULATION, "3"), value(HONEYCOMBING, "0")),
            typed(Lobe.RML, value(HONEYCOMBING, "3")),
        )
    )
    assert (scored.lobes[0].findings.consolidation, scored.lobes[0].present.consolidation) == (0, False)
    message = message_of(scored, "findings-not-named")
    assert message.endswith(": consolidation (RUL); septal thickening (RML); reticulation (RML)")


def test_traction_bronchiectasis_alone_is_no_assessment() -> None:
    """Traction bronchiectasis said of a lobe is kept, but without an interstitial entry the lobe has no grade."""
    reading = typed_lungs(without={(Lobe.RUL, INTERSTITIAL)}, traction={Lobe.RUL: True, Lobe.RML: True})
    scored = score(reading)
    first, second = scored.lobes[:2]
    assert (first.interstitial.state, first.interstitial.grade) == (None, None)
    assert first.findings.traction_bronchiectasis is first.present.traction_bronchiectasis is True
    assert second.interstitial.grade == 1
    assert scored.totals.interstitial is None


def test_typed_values_stand_as_typed() -> None:
    """Grades follow the digits as typed: 24.9999999999999999999 % is below 25, however it prints."""
    digits = "24.9999999999999999999"
    reading = typed_lungs(typed(Lobe.RUL, value(HONEYCOMBING, digits)))
    lobe = score(reading).lobes[0]
    assert (lobe.interstitial.percent, lobe.interstitial.grade, lobe.interstitial.on_edge) == (25.0, 2, False)
    entry = reading.entry(Lobe.RUL, INTERSTITIAL)
    assert entry is not None
    assert entry.values[0].percent == Decimal(digits)
    assert entry.extent((HONEYCOMBING,)) == Fraction(digits)


def test_a_typed_reading_has_nothing_that_was_counted() -> None:
    """A reading without maps has no volumes, slices, intervals, traces or volume-weighted extent."""
    scored = score(typed_lungs(typed(Lobe.RUL, value(GROUND_GLASS, "0.1"))))
    for lobe in scored.lobes:
        assert (lobe.volume_ml, lobe.slices, lobe.covered_mm, lobe.flags) == (None, None, None, ())
        assert (lobe.alveolar.low, lobe.alveolar.high, lobe.alveolar.trace) == (None, None, False)
        assert (lobe.alveolar.origin, lobe.interstitial.origin) == (Origin.TYPED, Origin.TYPED)
    assert scored.totals.without_traces == scored.total == 1
    weighted = scored.volume_weighted
    assert (weighted.alveolar_percent, weighted.interstitial_percent) == (None, None)


def test_typed_values_take_the_place_of_marks() -> None:
    """A typed component counts and what was painted there does not, which is told; the rest stays as painted."""
    tally = tally_of(whole_lungs(RUL={(1, 2): 800, (0, 0): 200}, RML={(1, 0): 1000}))
    entries = (typed(Lobe.RUL, value(GROUND_GLASS, "3")), painted(Lobe.RML, ALVEOLAR))
    scored = score(replace(typed_lungs(lobes=()), tally=tally, entries=entries))
    rul, rml = scored.lobes[:2]
    assert (rul.alveolar.percent, rul.alveolar.grade, rul.alveolar.origin) == (3, 1, Origin.TYPED)
    assert (rul.interstitial.percent, rul.interstitial.grade, rul.interstitial.origin) == (80, 5, Origin.PAINTED)
    assert (rml.alveolar.grade, rml.alveolar.origin) == (5, Origin.PAINTED)
    assert message_of(scored, "typed-over-marks").startswith("alveolar of RUL: ")
    assert scored.volume_weighted.alveolar_percent == pytest.approx((3 + 100) / 5)


def test_typed_values_over_an_empty_map_are_not_told() -> None:
    """Where nothing was painted, typed values set nothing aside."""
    reading = replace(typed_lungs(typed(Lobe.RUL, value(GROUND_GLASS, "3"))), tally=tally_of(whole_lungs()))
    assert "typed-over-marks" not in codes_of(score(reading))


def test_a_typed_zero_over_marks_is_told() -> None:
    """0 % typed over marks sets them aside as any other value does: grade 0, and told."""
    reading = replace(typed_lungs(), tally=tally_of(whole_lungs(LLL={(0, 3): 1, (0, 0): 999})))
    scored = score(reading)
    assert (scored.total, scored.totals.without_traces) == (0, 0)
    assert message_of(scored, "typed-over-marks").startswith("interstitial of LLL: ")
