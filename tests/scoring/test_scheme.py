"""A scheme is whole data: one with a hole, an overlap or a region named twice cannot be built."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazerooni.errors import SchemeError
from kazerooni.model import Component, Finding, Lobe
from kazerooni.scoring import Band, Criterion, Region, find_scheme

DEFAULT = find_scheme("kazerooni")
GROUND_GLASS = frozenset({Finding.GROUND_GLASS})


@pytest.mark.parametrize("percent", [Fraction(-1, 1000), Fraction(100001, 1000)])
def test_no_percent_no_grade(percent: Fraction) -> None:
    """Below 0 and above 100 % nothing is graded."""
    with pytest.raises(ValueError, match="is no percent"):
        DEFAULT.alveolar.grade(percent)


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


GRID = (0, 25, 50, 100)
BETWEEN = (12, 37, 75)


@st.composite
def _any_bands(draw: st.DrawFn) -> tuple[Band, ...]:
    """Draw up to four bands in ascending order, with rising grades, that may or may not fit each other."""
    edges = draw(st.lists(st.tuples(st.sampled_from(GRID), st.sampled_from(GRID)), min_size=1, max_size=4))
    bands = []
    for grade, (low, high) in enumerate(sorted((min(pair), max(pair)) for pair in edges)):
        owns = {low} if low == high else draw(st.sets(st.sampled_from((low, high))))
        bands.append(Band(grade, low, high, tuple(owns)))
    return tuple(bands)


@given(_any_bands())
@settings(max_examples=200)
def test_bands_are_built_just_where_every_percent_has_one(bands: tuple[Band, ...]) -> None:
    """Bands can be built if every percent lies in exactly one of them, and only then."""
    fits = all(sum(band.holds(percent) for band in bands) == 1 for percent in GRID + BETWEEN)
    try:
        Criterion(Component.ALVEOLAR, GROUND_GLASS, bands)
    except SchemeError:
        assert not fits
    else:
        assert fits


@pytest.mark.parametrize("edges", [(0, 25, 50, 100), (0, 50, 100), (0, 100), (0, 0, 25, 100)])
def test_bands_that_fit_are_built(edges: tuple[int, ...]) -> None:
    """Bands that meet, each holding its lower edge and the last one both, are built: the law above is not empty."""
    pairs = list(pairwise(edges))
    bands = tuple(
        Band(grade, low, high, (low, high) if high == 100 and low != high else (() if low == 0 and grade else (low,)))
        for grade, (low, high) in enumerate(pairs)
    )
    assert Criterion(Component.ALVEOLAR, GROUND_GLASS, bands).highest_grade == len(pairs) - 1


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


@st.composite
def _partitions(draw: st.DrawFn) -> tuple[Region, ...]:
    """Draw regions that hold every lobe once and their own among them."""
    heads = draw(st.lists(st.sampled_from(Lobe), min_size=1, unique=True))
    holds = {head: [head] for head in heads}
    for lobe in Lobe:
        if lobe not in holds:
            holds[draw(st.sampled_from(heads))].append(lobe)
    return tuple(Region(head, tuple(held)) for head, held in holds.items())


@given(regions=_partitions(), lobe=st.sampled_from(Lobe), which=st.integers(0, 5))
def test_regions_hold_every_lobe_once(regions: tuple[Region, ...], lobe: Lobe, which: int) -> None:
    """Regions that hold every lobe once are built; with a lobe too few or too many, or a name twice, they are not."""
    assert replace(DEFAULT, regions=regions).regions == regions
    fewer = tuple(Region(r.lobe, tuple(held for held in r.holds if held is not lobe)) for r in regions)
    one = regions[which % len(regions)]
    more = tuple(Region(r.lobe, (*r.holds, lobe)) if r is one else r for r in regions)
    for wrong in (fewer, more, (*regions, one), regions[1:]):
        with pytest.raises(SchemeError):
            replace(DEFAULT, regions=wrong)


def test_another_scheme_is_data() -> None:
    """A scheme of six regions needs nothing but its value."""
    assert replace(DEFAULT, name="six", regions=SIX).maximum == 60


def test_a_scheme_without_inner_edges_has_no_distances() -> None:
    """A scheme that tells only nothing from something has no inner edge, so no distance to one."""
    bands = (Band(0, 0, 0, (0,)), Band(1, 0, 100, (100,)))
    criterion = Criterion(Component.ALVEOLAR, GROUND_GLASS, bands)
    assert criterion.inner_edges == ()
    assert criterion.to_edge(50) is None
