"""The published schemes: their numbers stand in score.md, and never change once they are published."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import SchemeError
from kazerooni.model import Component, Finding
from kazerooni.scoring import SCHEMES, Criterion, Scheme, find_scheme

CRITERIA = [
    pytest.param(scheme.criterion(component), id=f"{scheme.name}-{component}")
    for scheme in SCHEMES.values()
    for component in Component
]
DEFAULT = find_scheme("kazerooni")

TINY = Fraction(1, 10**30)
EDGES_AND_BESIDE = [
    edge + step for edge in (0, 5, 25, 50, 75, 100) for step in (-TINY, Fraction(0), TINY) if 0 <= edge + step <= 100
]
PERCENTS = st.one_of(st.fractions(0, 100), st.sampled_from(EDGES_AND_BESIDE))

# The edges of score.md, "Edges (decision)", written out once more by hand; one voxel of a million stands for the least.
ABOVE_5 = {"5": 2, "24.999": 2, "25": 3, "49.5": 3, "49.999": 3, "50": 4, "75": 4, "75.001": 5, "100": 5}
EDGES = {
    "alveolar": {"0": 0, "0.0001": 1, "4.999": 1, **ABOVE_5},
    "interstitial": {"0": 0, "0.0001": 2, "4.999": 2, **ABOVE_5},
}

# Published schemes are frozen: an old score can always be made again. Never change a digest; add a version.
DIGESTS = {
    ("kazerooni", 1): "921fc10f4cbc8a5567f82d23a019a26ca2ae44838ccc02ba9de7b4b5f83112cf",
    ("kazerooni-mean", 1): "a75c34f203b9d9a8c99df8e806717e281f7d228bdb8ea81dd4ac210a68e70b99",
    ("kazerooni-lingula", 1): "e91d483f4c211deb6ff3d127f526ed485e4329422273bd5541400673c777c31e",
    ("kazerooni-fibrosis", 1): "2fed0b2d446819a2cd0ae122985e63f3a97bcf947d163c102b3ed15f762f9cf4",
}


def digest_of(scheme: Scheme) -> str:
    """Digest every value of a scheme, spelled out, so that a field that a later version adds changes no old digest."""
    criteria = [
        [
            sorted(criterion.measures),
            [[band.grade, band.low, band.high, sorted(band.owns)] for band in criterion.bands],
            sorted(criterion.presence),
            criterion.presence_grade,
        ]
        for criterion in (scheme.alveolar, scheme.interstitial)
    ]
    regions = [[region.lobe.name, [lobe.name for lobe in region.holds]] for region in scheme.regions]
    spelled = [scheme.name, scheme.version, scheme.citation, regions, criteria, scheme.combine, scheme.maximum]
    return hashlib.sha256(json.dumps(spelled).encode()).hexdigest()


@pytest.mark.parametrize("key", SCHEMES, ids=str)
def test_published_schemes_are_frozen(key: tuple[str, int]) -> None:
    """Every published scheme has the digest that it was published with."""
    assert digest_of(SCHEMES[key]) == DIGESTS[key]


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("component", Component)
def test_edge_table(scheme: Scheme, component: Component) -> None:
    """Every published scheme grades the edges of score.md as their owner says (docs/decisions/0010)."""
    table = EDGES[component]
    assert {percent: scheme.criterion(component).grade(Fraction(percent)) for percent in table} == table


@pytest.mark.parametrize("criterion", CRITERIA)
@given(percent=PERCENTS)
def test_every_percent_has_exactly_one_grade(criterion: Criterion, percent: Fraction) -> None:
    """Every percent from 0 to 100 lies in exactly one band, and that is the one it is graded by."""
    holding = [band.grade for band in criterion.bands if band.holds(percent)]
    assert holding == [criterion.grade(percent)]


@pytest.mark.parametrize("criterion", CRITERIA)
@given(percents=st.tuples(PERCENTS, PERCENTS), present=st.tuples(st.booleans(), st.booleans()))
def test_more_is_never_less(
    criterion: Criterion, percents: tuple[Fraction, Fraction], present: tuple[bool, bool]
) -> None:
    """A larger percent, or a finding that was not there before, never lowers the grade."""
    less = criterion.grade(min(percents), present=min(present))
    assert less <= criterion.grade(max(percents), present=max(present))


def test_presence_gives_grade_1_only_without_extent() -> None:
    """Septal thickening, reticulation or traction bronchiectasis give 1 at 0 % honeycombing, and nothing above."""
    grade = DEFAULT.interstitial.grade
    assert (grade(0), grade(0, present=True)) == (0, 1)
    assert grade(Fraction(1, 10**6), present=True) == grade(Fraction(1, 10**6)) == 2
    assert DEFAULT.interstitial.presence == {
        Finding.SEPTAL, Finding.RETICULATION, Finding.TRACTION_BRONCHIECTASIS,
    }  # fmt: skip


def test_distance_is_measured_to_inner_edges() -> None:
    """Distances are to 5, 25, 50, 75 (alveolar) and 25, 50, 75 (honeycombing), and none at 0 %."""
    assert DEFAULT.alveolar.inner_edges == (5, 25, 50, 75)
    assert DEFAULT.interstitial.inner_edges == (25, 50, 75)
    for percent, alveolar, interstitial in ((1, 4, 24), (5, 0, 20), (14, 9, 11), (16, 9, 9), (100, 25, 25)):
        assert DEFAULT.alveolar.to_edge(percent) == alveolar
        assert DEFAULT.interstitial.to_edge(percent) == interstitial
    assert DEFAULT.alveolar.to_edge(0) is None


def test_maximum_and_ranges() -> None:
    """The highest sums, or means, and totals are those of the table of score.md."""
    assert {name: (*map(scheme.highest, Component), scheme.maximum) for (name, _), scheme in SCHEMES.items()} == {
        "kazerooni": (25, 25, 50),
        "kazerooni-mean": (5, 5, 10),
        "kazerooni-lingula": (30, 30, 60),
        "kazerooni-fibrosis": (25, 25, 50),
    }


FIVE_REGIONS = [["RUL"], ["RML"], ["RLL"], ["LUL", "LIN"], ["LLL"]]
SIX_REGIONS = [["RUL"], ["RML"], ["RLL"], ["LUL"], ["LLL"], ["LIN"]]

# The table of score.md, "Schemes are data": regions, alveolar, interstitial by extent and by presence, combine.
ROWS = {
    "kazerooni": (
        FIVE_REGIONS,
        {"ground_glass", "consolidation"},
        {"honeycombing"},
        {"septal", "reticulation", "traction_bronchiectasis"},
        "sum",
    ),
    "kazerooni-mean": (
        FIVE_REGIONS,
        {"ground_glass"},
        {"honeycombing"},
        {"septal", "reticulation", "traction_bronchiectasis"},
        "mean",
    ),
    "kazerooni-lingula": (
        SIX_REGIONS,
        {"ground_glass", "consolidation"},
        {"honeycombing"},
        {"septal", "reticulation", "traction_bronchiectasis"},
        "sum",
    ),
    "kazerooni-fibrosis": (
        FIVE_REGIONS,
        {"ground_glass", "consolidation"},
        {"honeycombing", "reticulation"},
        {"septal", "traction_bronchiectasis"},
        "sum",
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_schemes_are_those_of_the_table(name: str) -> None:
    """Every scheme has the regions, findings and way of combining that the table of score.md gives it."""
    regions, alveolar, by_extent, by_presence, combine = ROWS[name]
    scheme = find_scheme(name, 1)
    assert [[lobe.name for lobe in region.holds] for region in scheme.regions] == regions
    assert [region.lobe.name for region in scheme.regions] == [holds[0] for holds in regions]
    assert {finding.value for finding in scheme.alveolar.measures} == alveolar
    assert scheme.alveolar.presence == frozenset()
    assert {finding.value for finding in scheme.interstitial.measures} == by_extent
    assert {finding.value for finding in scheme.interstitial.presence} == by_presence
    assert (scheme.interstitial.presence_grade, scheme.combine) == (1, combine)


def test_no_other_scheme_is_published() -> None:
    """The schemes are those of the table, and the default is the first of them."""
    assert list(SCHEMES) == [(name, 1) for name in ROWS]


def test_schemes_are_cited() -> None:
    """Every scheme says where it is from; the variants say that they are none of the original."""
    for word in ("AJR 1997;169:977", "AJRCCM 1998;157:1063", "10.3899/jrheum.121026"):
        assert word in DEFAULT.citation
        assert word in find_scheme("kazerooni-fibrosis").citation
    assert "not the original" in find_scheme("kazerooni-fibrosis").citation
    assert "AJRCCM 1998;157:1063" in find_scheme("kazerooni-mean").citation


def test_schemes_are_found_by_name_and_version() -> None:
    """The newest version is taken unless one is named; an unknown one is refused with those that there are."""
    for key, scheme in SCHEMES.items():
        assert find_scheme(key[0]) is find_scheme(*key) is scheme
    known = "choose one of: kazerooni 1, kazerooni-mean 1, kazerooni-lingula 1, kazerooni-fibrosis 1$"
    for name, version in (("kazeroni", None), ("kazerooni", 2)):
        with pytest.raises(SchemeError, match=known):
            find_scheme(name, version)
