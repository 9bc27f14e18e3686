"""The edge table: what every scheme makes of every finding on the edges and beside them, painted and typed.

All grades are copied by hand from score.md. The edges 5, 25, 50 and 75 are owned as docs/decisions/0010 says; that
consolidation is graded is docs/decisions/0011.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from kazerooni.model import Component, Finding, Lobe
from kazerooni.scoring import score
from tests.scoring.builders import (
    SCHEME_NAMES,
    SIX,
    Marks,
    codes_of,
    lobe_of,
    reading_of,
    typed,
    typed_lungs,
    value,
)

MILLION = 1_000_000

# One voxel of a million stands for the least that can be seen.
PERCENTS = ("0", "0.0001", "4.999", "5", "24.999", "25", "49.5", "50", "75", "75.001", "100")

BY_EXTENT = (0, 2, 2, 2, 2, 3, 3, 4, 4, 5, 5)
BY_EXTENT_WITH_5 = (0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5)
BY_PRESENCE = (0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
NOT_AT_ALL = (0,) * len(PERCENTS)

EDGE_TABLE = {
    ("kazerooni", "ground_glass"): BY_EXTENT_WITH_5,
    ("kazerooni", "consolidation"): BY_EXTENT_WITH_5,
    ("kazerooni", "septal"): BY_PRESENCE,
    ("kazerooni", "reticulation"): BY_PRESENCE,
    ("kazerooni", "honeycombing"): BY_EXTENT,
    ("kazerooni-mean", "ground_glass"): BY_EXTENT_WITH_5,
    ("kazerooni-mean", "consolidation"): NOT_AT_ALL,
    ("kazerooni-mean", "septal"): BY_PRESENCE,
    ("kazerooni-mean", "reticulation"): BY_PRESENCE,
    ("kazerooni-mean", "honeycombing"): BY_EXTENT,
    ("kazerooni-lingula", "ground_glass"): BY_EXTENT_WITH_5,
    ("kazerooni-lingula", "consolidation"): BY_EXTENT_WITH_5,
    ("kazerooni-lingula", "septal"): BY_PRESENCE,
    ("kazerooni-lingula", "reticulation"): BY_PRESENCE,
    ("kazerooni-lingula", "honeycombing"): BY_EXTENT,
    ("kazerooni-fibrosis", "ground_glass"): BY_EXTENT_WITH_5,
    ("kazerooni-fibrosis", "consolidation"): BY_EXTENT_WITH_5,
    ("kazerooni-fibrosis", "septal"): BY_PRESENCE,
    ("kazerooni-fibrosis", "reticulation"): BY_EXTENT,
    ("kazerooni-fibrosis", "honeycombing"): BY_EXTENT,
}

# The grades of the two bands that meet at an edge: a typed value may have been meant for either.
BOTH_OWNERS = {"5": (1, 2), "25": (2, 3), "50": (3, 4), "75": (4, 5)}

ROWS = [(scheme, Finding(finding)) for scheme, finding in EDGE_TABLE]


def _edges(scheme: str, finding: Finding) -> set[str]:
    """Give the inner edges at which a scheme grades a finding."""
    grades = EDGE_TABLE[scheme, finding.value]
    if grades == BY_EXTENT:
        return {"25", "50", "75"}
    return {"5", "25", "50", "75"} if grades == BY_EXTENT_WITH_5 else set()


def _marks(finding: Finding, percent: str) -> Marks:
    voxels = int(Fraction(percent) * MILLION / 100)
    label = finding.label or 0
    cell = (label, 0) if finding.component is Component.ALVEOLAR else (0, label)
    return {cell: voxels, (0, 0): MILLION - voxels}


def test_the_table_is_whole() -> None:
    """The table holds every finding of area under every published scheme."""
    assert set(ROWS) == {(scheme, finding) for scheme in SCHEME_NAMES for finding in Finding if finding.label}


@pytest.mark.parametrize(("scheme", "finding"), ROWS)
def test_painted(scheme: str, finding: Finding) -> None:
    """A painted lobe of a million voxels is graded by the owner of each edge, to the voxel; none is on_edge."""
    found = []
    for percent in PERCENTS:
        lungs = {lobe: {(0, 0): MILLION} for lobe in SIX} | {Lobe.RLL: _marks(finding, percent)}
        lobe = lobe_of(score(reading_of(lungs, slices=1), scheme), Lobe.RLL)  # type: ignore[arg-type]
        graded = lobe.component(finding.component)
        assert getattr(lobe.findings, finding.value) == float(Fraction(percent))
        assert graded.on_edge is False
        found.append(graded.grade)
    assert tuple(found) == EDGE_TABLE[scheme, finding.value]


@pytest.mark.parametrize(("scheme", "finding"), ROWS)
def test_typed(scheme: str, finding: Finding) -> None:
    """A typed percent is graded by the owner of each edge, and marked on_edge on inner edges of its scheme only."""
    found, on_edge = [], set()
    for percent in PERCENTS:
        scored = score(typed_lungs(typed(Lobe.RLL, value(finding, percent)), lobes=SIX), scheme)
        graded = lobe_of(scored, Lobe.RLL).component(finding.component)
        found.append(graded.grade)
        if graded.on_edge:
            on_edge.add(percent)
        assert ("typed-on-edge" in codes_of(scored)) is bool(graded.on_edge)
    assert tuple(found) == EDGE_TABLE[scheme, finding.value]
    assert on_edge == _edges(scheme, finding)


@pytest.mark.parametrize(("scheme", "finding"), ROWS)
def test_the_total_of_a_typed_edge_has_a_range(scheme: str, finding: Finding) -> None:
    """The total beside a typed percent on an edge is given under both owners; beside any other it has no range."""
    lobes = 5 if scheme == "kazerooni-mean" else 1  # what one lobe's grade is divided by
    for percent in PERCENTS:
        totals = score(typed_lungs(typed(Lobe.RLL, value(finding, percent)), lobes=SIX), scheme).totals
        wanted: tuple[float | None, float | None] = (None, None)
        if percent in _edges(scheme, finding):
            low, high = BOTH_OWNERS[percent]
            wanted = (low / lobes, high / lobes)
        assert (totals.low, totals.high) == wanted


def test_ranges_of_several_edges_add_up() -> None:
    """Three typed edges widen the range thrice: 5 and 75 alveolar, 25 honeycombing, make 1+4+2 to 2+5+3 about 9."""
    scored = score(
        typed_lungs(
            typed(Lobe.RUL, value(Finding.GROUND_GLASS, "5")),
            typed(Lobe.RML, value(Finding.CONSOLIDATION, "75")),
            typed(Lobe.LLL, value(Finding.HONEYCOMBING, "25")),
        )
    )
    assert (scored.totals.low, scored.total, scored.totals.high) == (7, 9, 10)


def test_a_union_may_lie_on_an_edge() -> None:
    """15 % ground glass and 10 % consolidation, typed, lie on the 25 % edge together, though neither does alone."""
    entry = typed(Lobe.RUL, value(Finding.GROUND_GLASS, "15"), value(Finding.CONSOLIDATION, "10"))
    scored = score(typed_lungs(entry))
    graded = lobe_of(scored, Lobe.RUL).alveolar
    assert (graded.percent, graded.grade, graded.on_edge, graded.to_edge) == (25, 3, True, 0)
    assert (scored.totals.low, scored.totals.high) == (2, 3)


@pytest.mark.parametrize(
    ("percent", "alveolar", "interstitial"),
    [("0", None, None), ("1", 4, 24), ("5", 0, 20), ("14", 9, 11), ("16", 9, 9), ("49.5", 0.5, 0.5), ("100", 25, 25)],
)
def test_distance_is_to_inner_edges(percent: str, alveolar: float | None, interstitial: float | None) -> None:
    """Distances are to 5, 25, 50, 75 (alveolar) or 25, 50, 75 (honeycombing), never to 0 or 100; none at 0 %."""
    entries = (
        typed(Lobe.RUL, value(Finding.GROUND_GLASS, percent)),
        typed(Lobe.RUL, value(Finding.HONEYCOMBING, percent)),
    )
    lobe = lobe_of(score(typed_lungs(*entries)), Lobe.RUL)
    assert (lobe.alveolar.to_edge, lobe.interstitial.to_edge) == (alveolar, interstitial)
