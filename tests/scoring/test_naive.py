"""Measuring and scoring agree with a naive second implementation: plain loops over voxels and the table of score.md."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.model import Component, Finding, FindingMap, Lobe, LobeMap, Reading, ScanRef, Score, Totals
from kazerooni.scoring import measure, score
from tests.scoring import naive
from tests.scoring.builders import SCHEME_NAMES, geometry_of, lobe_of

Labels = NDArray[np.uint8]

CASES = 60  # of every scheme
SHAPES = [(1, 5, 6), (2, 4, 4), (3, 6, 7), (6, 5, 5), (4, 9, 10)]
PIXELS_MM = [0.5, 2.5, 5.0, 10.0]  # two pixels of 5 mm are exactly the 50 mm2 below which a mark is a trace


def _maps(rng: np.random.Generator, shape: tuple[int, int, int]) -> tuple[Labels, Labels, Labels]:
    """Draw lobes of unlike size, now and then one missing, and findings from nothing or a stray voxel to everything."""
    weights = rng.random(7) ** 2 + 0.05
    if rng.random() < 0.2:
        weights[rng.integers(1, 7)] = 0
    lobes = rng.choice(7, shape, p=weights / weights.sum()).astype(np.uint8)
    alveolar, interstitial = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for lobe in range(7):
        inside = lobes == lobe
        for labels, highest in ((alveolar, 2), (interstitial, 3)):
            share = rng.choice([0.0, 0.004, rng.random() ** 3, rng.random()])
            kinds = rng.permutation(np.arange(1, highest + 1))[: rng.integers(1, highest + 1)]
            marked = inside & (rng.random(shape) < share)
            labels[marked] = rng.choice(kinds, int(marked.sum()))
    return lobes, alveolar, interstitial


def _positions_um(rng: np.random.Generator, slices: int) -> list[int]:
    """Draw positions in whole micrometres: even, or so uneven that no rule could take them for even."""
    if rng.random() < 0.4 or slices < 3:
        gap = int(rng.integers(300, 10_000))
        return [gap * i for i in range(slices)]
    gaps = rng.permutation(np.concatenate(([2000], 5000 + rng.integers(0, 20_000, slices - 2))))
    return [0, *np.cumsum(gaps).tolist()]


def _traction(rng: np.random.Generator) -> dict[int, bool]:
    return {int(lobe): bool(rng.integers(0, 2)) for lobe in Lobe if rng.random() < 0.3}


@pytest.mark.parametrize("scheme", SCHEME_NAMES)
def test_agrees_with_plain_loops(scheme: str) -> None:
    """Hundreds of random scans get the percents, grades, traces and totals that plain loops over their voxels give."""
    rng, whole = np.random.default_rng(1997), 0
    for _ in range(CASES):
        shape = SHAPES[rng.integers(len(SHAPES))]
        maps, positions, traction = _maps(rng, shape), _positions_um(rng, shape[0]), _traction(rng)
        pixel_mm = PIXELS_MM[rng.integers(len(PIXELS_MM))]
        if scheme == "kazerooni-lingula" and not (maps[0] == Lobe.LIN).any():
            continue
        geometry = geometry_of(
            shape, positions_mm=[position / 1000 for position in positions], spacing_mm=(pixel_mm, pixel_mm)
        )
        tally = measure(
            geometry,
            LobeMap(maps[0].copy(), geometry),
            alveolar=FindingMap(Component.ALVEOLAR, maps[1].copy(), geometry),
            interstitial=FindingMap(Component.INTERSTITIAL, maps[2].copy(), geometry),
        )
        reading = Reading(id="r", scan=ScanRef(), tally=tally, traction={Lobe(k): v for k, v in traction.items()})
        wanted = naive.score(
            *(labels.tolist() for labels in maps),
            positions=[Fraction(position) for position in positions],
            pixel_mm2=Fraction(pixel_mm) ** 2,
            traction=traction,
            scheme=scheme,
        )
        scored = score(reading, scheme)
        _compare_lobes(scored, wanted)
        _compare_totals(scored.totals, wanted.totals(partial=False))
        _compare_totals(score(reading, scheme, partial=True).totals, wanted.totals(partial=True))
        whole += scored.totals.total is not None
        extents = (scored.volume_weighted.alveolar_percent, scored.volume_weighted.interstitial_percent)
        assert extents == tuple(map(_float, wanted.volume_weighted()))
    assert whole > CASES / 3, "most scans should hold every lobe"


def _compare_lobes(scored: Score, wanted: naive.Score) -> None:
    assert [int(lobe.lobe) for lobe in scored.lobes] == [region.number for region in wanted.regions]
    for region in wanted.regions:
        lobe = lobe_of(scored, Lobe(region.number))
        found = [(graded.percent, graded.grade, graded.trace) for graded in (lobe.alveolar, lobe.interstitial)]
        assert found == [
            (_float(region.percent(which)), region.grade(which), region.has_trace(which)) for which in (0, 1)
        ]
        for finding in Finding:
            if finding.label is not None:
                share = region.percent_of(int(finding.component is Component.INTERSTITIAL), finding.label)
                assert getattr(lobe.findings, finding.value) == _float(share)
                assert getattr(lobe.present, finding.value) == (None if share is None else share > 0)


def _compare_totals(found: Totals, wanted: naive.Totals) -> None:
    for name in ("alveolar", "interstitial", "total", "without_traces", "without_consolidation", "fibrosis_variant"):
        assert getattr(found, name) == _float(getattr(wanted, name)), name
    assert (found.maximum, found.lobes) == (wanted.maximum, wanted.lobes)
    assert (found.low, found.high) == (None, None)


def _float(exact: Fraction | None) -> float | None:
    return None if exact is None else float(exact)
