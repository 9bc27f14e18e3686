"""A scheme is whole data: one with a hole, an overlap or a region named twice cannot be built."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import SchemeError
from kazerooni.model import Component, Finding, Lobe
from kazerooni.scoring import SCHEMES, Band, Criterion, Region, Scheme, find_scheme

CRITERIA = [
    pytest.param(scheme.criterion(component), id=f"{scheme.name}-{component}")
    for scheme in SCHEMES.values()
    for component in Component
]
DEFAULT = find_scheme("kazerooni")
GROUND_GLASS = frozenset({Finding.GROUND_GLASS})

# The edges of score.md, "Edges (decision)", written out once more by hand; one voxel of a million stands for the least.
ABOVE_5 = {"5": 2, "24.999": 2, "25": 3, "49.5": 3, "49.999": 3, "50": 4, "75": 4, "75.001": 5, "100": 5}
EDGES = {
    "alveolar": {"0": 0, "0.0001": 1, "4.999": 1, **ABOVE_5},
    "interstitial": {"0": 0, "0.0001": 2, "4.999": 2, **ABOVE_5},
}

# Published schemes are frozen: an old score can always be made again. Never change a digest; add a version.
DIGESTS = {
    ("kazerooni", 1): "921fc10f4cbc8a5567f82d23a019a26ca2ae44838ccc02ba9de7b4b5f83112cf",
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
@given(percent=st.fractions(0, 100))
def test_every_percent_has_exactly_one_grade(criterion: Criterion, percent: Fraction) -> None:
    """Every percent from 0 to 100 lies in exactly one band, and that is the one it is graded by."""
    holding = [band.grade for band in criterion.bands if band.holds(percent)]
    assert holding == [criterion.grade(percent)]


@pytest.mark.parametrize("criterion", CRITERIA)
@given(percents=st.tuples(st.fractions(0, 100), st.fractions(0, 100)), present=st.tuples(st.booleans(), st.booleans()))
def test_more_is_never_less(
    criterion: Criterion, percents: tuple[Fraction, Fraction], present: tuple[bool, bool]
) -> None:
    """A larger percent, or a finding that was not there before, never lowers the grade."""
    less = criterion.grade(min(percents), present=min(present))
    assert less <= criterion.grade(max(percents), present=max(present))


@pytest.mark.parametrize("percent", [Fraction(-1, 1000), Fraction(100001, 1000)])
def test_no_percent_no_grade(percent: Fraction) -> None:
    """Below 0 and above 100 % nothing is graded."""
    with pytest.raises(ValueError, match="is no percent"):
        DEFAULT.alveolar.grade(percent)


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


def test_maximum_is_50() -> None:
    """Five lobes of twice grade 5 make 50."""
    assert {scheme.maximum for scheme in SCHEMES.values()} == {50}


def test_default_measures_as_decided() -> None:
    """The default scheme grades ground glass or consolidation, and honeycombing, over five lobes."""
    assert DEFAULT.alveolar.measures == {Finding.GROUND_GLASS, Finding.CONSOLIDATION}
    assert DEFAULT.interstitial.measures == {Finding.HONEYCOMBING}
    assert [region.lobe.name for region in DEFAULT.regions] == ["RUL", "RML", "RLL", "LUL", "LLL"]
    assert DEFAULT.regions[3].holds == (Lobe.LUL, Lobe.LIN)
    for word in ("AJR 1997;169:977", "AJRCCM 1998;157:1063", "10.3899/jrheum.121026"):
        assert word in DEFAULT.citation


BANDS = {
    "a hole": (Band(0, 0, 0, (0,)), Band(1, 0, 20), Band(2, 25, 100, (25, 100))),
    "an overlap": (Band(0, 0, 0, (0,)), Band(1, 0, 30), Band(2, 25, 100, (25, 100))),
    "25 % has 0 owners": (Band(0, 0, 0, (0,)), Band(1, 0, 25), Band(2, 25, 100, (100,))),
    "25 % has 2 owners": (Band(0, 0, 0, (0,)), Band(1, 0, 25, (25,)), Band(2, 25, 100, (25, 100))),
    "0 % has 0 owners": (Band(1, 0, 25), Band(2, 25, 100, (25, 100))),
    "100 % has 0 owners": (Band(0, 0, 0, (0,)), Band(1, 0, 25), Band(2, 25, 100, (25,))),
    "do not reach from 0": (Band(1, 5, 100, (5, 100)),),
    "to 100 %": (Band(0, 0, 0, (0,)), Band(1, 0, 99, (99,))),
    "none do not reach": (),
    r"grades must rise with the percent, found \[0, 2, 1\]": (
        Band(0, 0, 0, (0,)), Band(2, 0, 25), Band(1, 25, 100, (25, 100)),
    ),
    r"found \[0, 1, 1\]": (Band(0, 0, 0, (0,)), Band(1, 0, 25), Band(1, 25, 100, (25, 100))),
    r"found \[-1, 1\]": (Band(-1, 0, 0, (0,)), Band(1, 0, 100, (100,))),
}  # fmt: skip


@pytest.mark.parametrize("message", BANDS)
def test_holes_and_overlaps_cannot_be_built(message: str) -> None:
    """Bands that leave a percent without a grade, or give it two, or fall, are refused with the place."""
    with pytest.raises(SchemeError, match=message):
        Criterion(Component.ALVEOLAR, GROUND_GLASS, BANDS[message])


def _damaged(kind: str, which: int, edge: int) -> tuple[Band, ...]:
    """Give the alveolar bands without one of them, without the owner of an edge, or with a second one."""
    bands = DEFAULT.alveolar.bands
    if kind == "a band dropped":
        return bands[:which] + bands[which + 1 :]
    if kind == "an edge disowned":
        return tuple(replace(band, owns=tuple(e for e in band.owns if e != edge)) for band in bands)
    return tuple(replace(band, owns=tuple({band.low, band.high} & {edge} | set(band.owns))) for band in bands)


@given(
    kind=st.sampled_from(["a band dropped", "an edge disowned", "an edge owned twice"]),
    which=st.integers(0, 5),
    edge=st.sampled_from([0, 5, 25, 50, 75]),
)
def test_any_hole_or_overlap_is_found(kind: str, which: int, edge: int) -> None:
    """Whatever band is dropped, whatever edge is disowned or owned twice: the scheme cannot be built."""
    with pytest.raises(SchemeError):
        Criterion(Component.ALVEOLAR, GROUND_GLASS, _damaged(kind, which, edge))


@pytest.mark.parametrize(
    ("low", "high", "owns", "message"),
    [(5, 1, (), "is no band"), (1, 5, (3,), "is no band"), (5, 5, (), "is no band"), (1, 5, (5, 5), "an edge twice")],
)
def test_bands_are_checked(low: int, high: int, owns: tuple[int, ...], message: str) -> None:
    """A band runs upwards and owns edges of its own, each once."""
    with pytest.raises(SchemeError, match=message):
        Band(1, low, high, owns)


def _criterion(**changed: object) -> Criterion:
    return replace(DEFAULT.interstitial, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"measures": GROUND_GLASS}, "ground glass belongs to the other component"),
        ({"measures": frozenset()}, "measures none"),
        ({"measures": frozenset({Finding.TRACTION_BRONCHIECTASIS}), "presence": frozenset({Finding.SEPTAL})}, "area"),
        ({"presence": frozenset({Finding.HONEYCOMBING})}, "honeycombing cannot be graded by extent and by presence"),
        ({"presence_grade": None}, "go together"),
        ({"presence": frozenset()}, "go together"),
        ({"presence_grade": 0}, "the grade by presence, 0"),
        ({"presence_grade": 3}, "the grade by presence, 3"),
        ({"bands": (Band(0, 0, 100, (0, 100)),)}, "the grade by presence, 1"),
    ],
)
def test_criteria_are_checked(changed: dict[str, object], message: str) -> None:
    """A criterion measures findings of its own component, each in one way, and presence never outweighs extent."""
    with pytest.raises(SchemeError, match=message):
        _criterion(**changed)


SIX = tuple(Region(lobe, (lobe,)) for lobe in Lobe)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"regions": (*SIX, SIX[0])}, "region RUL is named twice"),
        ({"regions": (*SIX[:5], Region(Lobe.LIN, (Lobe.LIN, Lobe.LUL)))}, "lobe LUL is named twice"),
        ({"regions": SIX[:5]}, "LIN belongs to no region"),
        ({"regions": (Region(Lobe.RUL, (Lobe.RML,)), Region(Lobe.RML, (Lobe.RUL,)), *SIX[2:])}, "its own lobe"),
        ({"alveolar": DEFAULT.interstitial}, "alveolar criterion grades the other component"),
        ({"version": 0}, "version from 1 on"),
        ({"citation": ""}, "a citation"),
        ({"name": ""}, "a name"),
    ],
)
def test_schemes_are_checked(changed: dict[str, object], message: str) -> None:
    """A scheme names every lobe exactly once, says where it is from, and grades each component by its own rule."""
    with pytest.raises(SchemeError, match=message):
        replace(DEFAULT, **changed)  # type: ignore[arg-type]


def test_another_scheme_is_data() -> None:
    """A scheme of six regions needs nothing but its value."""
    assert replace(DEFAULT, name="six", regions=SIX).maximum == 60


def test_schemes_are_found_by_name_and_version() -> None:
    """The newest version is taken unless one is named; an unknown one is refused with those that there are."""
    assert find_scheme("kazerooni") is find_scheme("kazerooni", 1)
    for name, version in (("kazeroni", None), ("kazerooni", 2)):
        with pytest.raises(SchemeError, match="choose one of: kazerooni 1, kazerooni-fibrosis 1"):
            find_scheme(name, version)
