"""Laws that hold whatever is marked or typed: more disease never lowers a grade, and no order or turn matters."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kazerooni.errors import IncompleteError
from kazerooni.model import (
    Component,
    Entry,
    Finding,
    FindingMap,
    Geometry,
    Lobe,
    LobeMap,
    Reading,
    ScanRef,
    Score,
    State,
    Tally,
)
from kazerooni.scoring import find_scheme, measure, score
from tests.scoring.builders import (
    FIVE,
    SCHEME_NAMES,
    SIX,
    Marks,
    geometry_of,
    lobe_of,
    reading_of,
    said,
    tally_of,
    typed,
    typed_lungs,
    value,
)

Labels = NDArray[np.uint8]

SUMS = ("alveolar", "interstitial", "total", "without_consolidation", "fibrosis_variant")

FINDINGS_OF_AREA = tuple(finding for finding in Finding if finding.label)

# What a lobe holds, in thousandths of it: findings of a component exclude each other, so they add up to 1000 at most.
PERMILLES = st.builds(
    lambda a, b, c, d, e: (a, min(b, 1000 - a), c, min(d, 1000 - c), max(0, min(e, 1000 - c - d))),
    *[st.one_of(st.just(0), st.sampled_from((1, 49, 50, 249, 250, 500, 750, 751)), st.integers(0, 1000))] * 5,
)
LUNGS = st.fixed_dictionaries(dict.fromkeys(SIX, PERMILLES))
Lungs = dict[Lobe, tuple[int, int, int, int, int]]
"""Thousandths of every lobe: ground glass, consolidation, septal thickening, reticulation, honeycombing."""

TRACTION = st.dictionaries(st.sampled_from(SIX), st.booleans())


def _marks(permilles: tuple[int, int, int, int, int]) -> Marks:
    """Mark a lobe of 1000 voxels: alveolar findings from its first voxel on, interstitial ones from its last back."""
    ground_glass, consolidation, septal, reticulation, honeycombing = permilles
    alveolar = [1] * ground_glass + [2] * consolidation
    interstitial = [1] * septal + [3] * reticulation + [2] * honeycombing
    alveolar += [0] * (1000 - len(alveolar))
    interstitial = [0] * (1000 - len(interstitial)) + interstitial
    return Counter(zip(alveolar, interstitial, strict=True))


def _painted(lungs: Lungs, traction: dict[Lobe, bool]) -> Reading:
    return reading_of({lobe: _marks(permilles) for lobe, permilles in lungs.items()}, traction=traction)


def _entries(lungs: Lungs) -> list[Entry]:
    """Type every finding of every lobe with its percent."""
    entries = []
    for lobe, permilles in lungs.items():
        values = [value(f, f"{n / 10}") for f, n in zip(FINDINGS_OF_AREA, permilles, strict=True)]
        entries += [typed(lobe, *values[:2]), typed(lobe, *values[2:])]
    return entries


def _of_scheme(scheme: str, lungs: Lungs) -> Lungs:
    """Leave the lingula out where a scheme has no region of its own for it."""
    lobes = SIX if scheme == "kazerooni-lingula" else FIVE
    return {lobe: lungs[lobe] for lobe in lobes}


@given(
    lungs=LUNGS,
    traction=TRACTION,
    lobe=st.sampled_from(SIX),
    finding=st.sampled_from(FINDINGS_OF_AREA),
    painted=st.integers(1, 1000),
    new_traction=st.booleans(),
)
@settings(max_examples=25)
def test_more_marks_never_lower_anything(
    lungs: Lungs, traction: dict[Lobe, bool], lobe: Lobe, finding: Finding, painted: int, *, new_traction: bool
) -> None:
    """Unmarked voxels that become a finding, or new traction bronchiectasis, lower no grade and no sum."""
    grown = list(lungs[lobe])
    own = range(2) if finding.component is Component.ALVEOLAR else range(2, 5)
    grown[FINDINGS_OF_AREA.index(finding)] += min(painted, 1000 - sum(grown[i] for i in own))
    before = _painted(lungs, traction)
    after = _painted({**lungs, lobe: tuple(grown)}, {**traction, lobe: True} if new_traction else traction)  # type: ignore[dict-item]
    for scheme in SCHEME_NAMES:
        less, more = score(before, scheme), score(after, scheme)
        for low, high in zip(less.lobes, more.lobes, strict=True):
            assert (low.alveolar.grade or 0) <= (high.alveolar.grade or 0)
            assert (low.interstitial.grade or 0) <= (high.interstitial.grade or 0)
        for name in SUMS:
            assert getattr(less.totals, name) <= getattr(more.totals, name)


@given(lungs=LUNGS, traction=TRACTION)
@settings(max_examples=25)
def test_typed_and_painted_get_the_same_grades(lungs: Lungs, traction: dict[Lobe, bool]) -> None:
    """Whether percents were painted or typed, they get the same grades, percents, distances and sums."""
    for scheme in SCHEME_NAMES:
        lobes = _of_scheme(scheme, lungs)
        drawn = score(_painted(lobes, traction), scheme)
        said_so = score(typed_lungs(*_entries(lobes), lobes=(), traction=traction), scheme)
        for one, other in zip(drawn.lobes, said_so.lobes, strict=True):
            assert (one.findings, one.present) == (other.findings, other.present)
            for component in Component:
                a, b = one.component(component), other.component(component)
                assert (a.percent, a.grade, a.to_edge) == (b.percent, b.grade, b.to_edge)
        assert [getattr(drawn.totals, name) for name in SUMS] == [getattr(said_so.totals, name) for name in SUMS]


@given(lungs=LUNGS, traction=TRACTION, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_order_and_names_change_nothing(lungs: Lungs, traction: dict[Lobe, bool], seed: int) -> None:
    """The order of entries and of the values in them, and the names of reading and reader, change nothing."""
    chance = random.Random(seed)  # noqa: S311 - it shuffles tests
    traction.pop(Lobe.RML, None)  # it may be absent
    state = chance.choice([State.NOT_ASSESSABLE, State.ABSENT])
    places: Lungs = {lobe: permilles for lobe, permilles in lungs.items() if lobe not in {Lobe.RML, Lobe.LLL}}
    told = [*_entries(places), *said(Lobe.RML, state), *said(Lobe.LLL, State.NOT_ASSESSABLE)]
    first = typed_lungs(*told, lobes=(), traction=traction)
    mixed = [replace(entry, values=tuple(chance.sample(entry.values, len(entry.values)))) for entry in told]
    chance.shuffle(mixed)
    turned = dict(chance.sample(list(traction.items()), len(traction)))
    second = replace(first, id="another", reader="somebody", entries=tuple(mixed), traction=turned)
    for scheme in SCHEME_NAMES:
        assert score(first, scheme, partial=True) == score(second, scheme, partial=True)
        assert score(first, scheme) == score(first, scheme)


WAYS = ["painted and not assessable", "typed and not assessable", "typed and not said"]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("component", Component)
@given(lungs=LUNGS, traction=TRACTION)
@settings(max_examples=2)
def test_missing_is_never_zero(lungs: Lungs, traction: dict[Lobe, bool], component: Component, how: str) -> None:
    """One component of any lobe missing has no number, and the total is refused; a partial one counts the others."""
    if how == "painted and not assessable":
        whole = _painted(lungs, traction)
    else:
        whole = typed_lungs(*_entries(lungs), lobes=(), traction=traction, tally=_lobes_alone())
    for lost in SIX:
        kept = tuple(entry for entry in whole.entries if (entry.lobe, entry.component) != (lost, component))
        hidden = () if how == "typed and not said" else said(lost, State.NOT_ASSESSABLE, component)
        for scheme in SCHEME_NAMES:
            _hold_missing(whole, replace(whole, entries=kept + hidden), (lost, component), scheme)


def _lobes_alone() -> Tally:
    """Count lobes of 1000 voxels without a map of findings: their volumes join the lingula to its lobe."""
    return tally_of({lobe: {(0, 0): 1000} for lobe in SIX}, measured=frozenset())


def _hold_missing(whole: Reading, holed: Reading, place: tuple[Lobe, Component], scheme: str) -> None:
    """Hold what is true of the score of a reading from which one place was taken."""
    lost, component = place
    before, after, partial = score(whole, scheme), score(holed, scheme), score(holed, scheme, partial=True)
    (region,) = (region.lobe for region in find_scheme(scheme).regions if lost in region.holds)
    gone = lobe_of(after, region).component(component)
    assert (gone.percent, gone.low, gone.high, gone.grade, gone.to_edge, gone.on_edge) == (None,) * 6
    for one, other in zip(before.lobes, after.lobes, strict=True):
        for each in Component:
            if (one.lobe, each) != (region, component):
                assert one.component(each) == other.component(each)
    assert getattr(after.totals, component.value) is after.totals.total is after.totals.without_traces is None
    assert after.missing() == ((region, component),)
    with pytest.raises(IncompleteError):
        _ = after.total
    sums, parts = [], []
    for each in Component:
        grades = {lobe.lobe: lobe.component(each).grade or 0 for lobe in before.lobes}
        others = [grade for lobe, grade in grades.items() if lobe is not region]
        kept = others if each is component else list(grades.values())
        sums.append(sum(kept) / (len(kept) if scheme == "kazerooni-mean" else 1))
        parts.append(sum(others) / (len(others) if scheme == "kazerooni-mean" else 1))
    assert [partial.totals.alveolar, partial.totals.interstitial] == sums
    assert partial.total == pytest.approx(sum(parts), abs=1e-12)
    assert (partial.totals.lobes, partial.totals.maximum) == (len(before.lobes) - 1, before.totals.maximum)


def _maps(seed: int, shape: tuple[int, int, int]) -> list[Labels]:
    rng = np.random.default_rng(seed)
    shares = rng.random(2)
    return [
        rng.integers(0, 7, shape).astype(np.uint8),
        ((rng.random(shape) < shares[0]) * rng.integers(1, 3, shape)).astype(np.uint8),
        ((rng.random(shape) < shares[1]) * rng.integers(1, 4, shape)).astype(np.uint8),
    ]


def _counted(geometry: Geometry, maps: list[Labels]) -> Reading:
    lobes, alveolar, interstitial = (labels.copy() for labels in maps)
    tally = measure(
        geometry,
        LobeMap(lobes, geometry),
        alveolar=FindingMap(Component.ALVEOLAR, alveolar, geometry),
        interstitial=FindingMap(Component.INTERSTITIAL, interstitial, geometry),
    )
    return Reading(id="r", scan=ScanRef(), tally=tally, traction={Lobe.RML: True, Lobe.LLL: False})


def _numbers(scored: Score) -> list[object]:
    """Give every number of a score that no turn of the scan may change."""
    components = [lobe.component(component) for lobe in scored.lobes for component in Component]
    return [
        [(graded.state, graded.percent, graded.grade, graded.to_edge, graded.on_edge) for graded in components],
        [(lobe.findings, lobe.present) for lobe in scored.lobes],
        [getattr(scored.totals, name) for name in SUMS],
        scored.volume_weighted,
    ]


FLIPS = st.tuples(*[st.booleans()] * 3)


@given(
    seed=st.integers(0, 2**32 - 1), order=st.permutations([0, 1, 2]), flips=FLIPS, scheme=st.sampled_from(SCHEME_NAMES)
)
@settings(max_examples=40)
def test_no_turn_of_an_even_scan_changes_a_grade(
    seed: int, order: list[int], flips: tuple[bool, bool, bool], scheme: str
) -> None:
    """Axes of a scan and its maps may be flipped and exchanged: every percent, grade and sum stays."""
    maps = _maps(seed, (4, 5, 6))
    turn = tuple(slice(None, None, -1 if flip else 1) for flip in flips)
    turned = [labels.transpose(order)[turn] for labels in maps]
    depth, height, width = turned[0].shape
    first = score(_counted(geometry_of((4, 5, 6)), maps), scheme)
    second = score(_counted(geometry_of((depth, height, width)), turned), scheme)
    assert _numbers(first) == _numbers(second)


@given(seed=st.integers(0, 2**32 - 1), flips=FLIPS, scheme=st.sampled_from(SCHEME_NAMES))
@settings(max_examples=40)
def test_no_flip_of_an_uneven_scan_changes_a_grade(seed: int, flips: tuple[bool, bool, bool], scheme: str) -> None:
    """Slices of uneven gaps may be reversed with their positions, rows and columns flipped: every number stays."""
    positions = np.array([0.0, 2.0, 9.0, 14.5, 30.0])
    maps = _maps(seed, (5, 5, 6))
    turn = tuple(slice(None, None, -1 if flip else 1) for flip in flips)
    mirrored = positions[-1] - positions[::-1] if flips[0] else positions
    first = score(_counted(geometry_of((5, 5, 6), positions_mm=positions.tolist()), maps), scheme)
    second = score(
        _counted(geometry_of((5, 5, 6), positions_mm=mirrored.tolist()), [labels[turn] for labels in maps]), scheme
    )
    assert _numbers(first) == _numbers(second)
    assert [lobe.flags for lobe in first.lobes] == [lobe.flags for lobe in second.lobes]


def test_all_six_orders_of_the_axes_are_met() -> None:
    """A scan of three slices, with a quarter of every lobe involved, has that quarter in all 48 turns of its axes."""
    lobes = np.repeat(np.arange(1, 7, dtype=np.uint8), 12).reshape(3, 4, 6)
    alveolar = np.zeros((3, 4, 6), np.uint8)
    for lobe in range(1, 7):
        alveolar.ravel()[np.flatnonzero(lobes == lobe)[:3]] = 1
    maps = [lobes, alveolar, np.zeros((3, 4, 6), np.uint8)]
    for order in permutations(range(3)):
        for flips in np.ndindex(2, 2, 2):
            turn = tuple(slice(None, None, -1 if flip else 1) for flip in flips)
            turned = [labels.transpose(order)[turn] for labels in maps]
            depth, height, width = turned[0].shape
            scored = score(_counted(geometry_of((depth, height, width)), turned), "kazerooni-lingula")
            assert [(lobe.alveolar.percent, lobe.alveolar.grade) for lobe in scored.lobes] == [(25, 3)] * 6
