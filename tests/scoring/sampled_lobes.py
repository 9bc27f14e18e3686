"""Lobes whose every millimetre is known, seen only on slices: how often an interval holds the true percent.

`python -m tests.scoring.sampled_lobes` prints the figures of decision 0017. The formula is written a second time here,
in floating point, with the factors of the literature; it shares nothing with `kazerooni`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kazerooni.scoring.interval import sampling_interval

Areas = NDArray[np.int64]

NUMBERS = (5, 6, 8, 10, 12, 15, 20, 30)
ALPHAS = {"1/240": 1 / 240, "1/12": 1 / 12, "1/3": 1 / 3}
_PIXEL_MM2 = 0.49
_LARGEST_AREA = 20_000  # pixels, of a lobe on one slice
_UNEVEN = 0.3  # positions are moved by up to this share of the gap


class Seen(NamedTuple):
    """One sample of a lobe: what its slices show, and the percent of the whole lobe that they were taken from."""

    involved: Areas
    whole: Areas
    depths: Areas
    true_percent: float


def gradient(rng: np.random.Generator, lobe: Areas) -> Areas:
    """Disease that grows towards one end of the lobe, with a wave in it."""
    z = np.arange(lobe.size) / lobe.size
    rise = rng.uniform(0.1, 0.95) / (1 + np.exp((rng.uniform(-0.2, 1.2) - z) / rng.uniform(0.08, 0.5)))
    wave = 1 + 0.2 * np.sin(2 * np.pi * (z * rng.uniform(1, 4) + rng.random()))
    share = np.clip((rise if rng.random() < 0.5 else rise[::-1]) * wave, 0, 1)
    return np.rint(lobe * share).astype(np.int64)


def patches(number: int, thinnest_mm: float, thickest_mm: float) -> Callable[[np.random.Generator, Areas], Areas]:
    """Disease in round patches at random heights, from `thinnest_mm` to `thickest_mm` across the slices."""

    def involve(rng: np.random.Generator, lobe: Areas) -> Areas:
        z = np.arange(lobe.size) + 0.5
        area = np.zeros(lobe.size)
        for _ in range(number):
            radius, centre = rng.uniform(thinnest_mm, thickest_mm) / 2, rng.uniform(0, lobe.size)
            widest = np.pi * (radius * rng.uniform(0.5, 1.5)) ** 2 / _PIXEL_MM2
            area += widest * np.clip(1 - ((z - centre) / radius) ** 2, 0, None)
        return np.rint(np.minimum(area, lobe)).astype(np.int64)

    return involve


DISEASES = {
    "gradient": gradient,
    "6 patches of 30-80 mm": patches(6, 30, 80),
    "20 patches of 10-40 mm": patches(20, 10, 40),
    "3 patches of 20-40 mm": patches(3, 20, 40),
    "60 patches of 8-16 mm": patches(60, 8, 16),
    "12 patches of 10-20 mm": patches(12, 10, 20),
    "300 patches of 4-8 mm": patches(300, 4, 8),
}


def samples(disease: str, slices: int, *, uneven: bool, lobes: int, seed: int) -> Iterator[Seen]:
    """Yield samples of random lobes of 120 to 200 mm, of about `slices` slices each, from every offset in millimetres.

    Even or moved by up to 30 % of the gap each; slices beyond the lobe are in it, as in a scan. Samples for which there
    is no interval, with fewer than 5 slices or nothing involved, are left out.
    """
    rng = np.random.default_rng([seed, slices, list(DISEASES).index(disease), uneven])
    for _ in range(lobes):
        lobe = _lobe(rng)
        involved = DISEASES[disease](rng, lobe)
        gap = lobe.size / slices
        for offset in range(int(gap)):
            positions = offset + gap * np.arange(-2, slices + 3)
            if uneven:
                positions += rng.uniform(-_UNEVEN, _UNEVEN, positions.size) * gap
            seen = _seen(lobe, involved, np.rint(positions).astype(np.int64))
            if np.count_nonzero(seen.whole) >= 5 and seen.involved.any():
                yield seen


def half_width(seen: Seen, alpha: float) -> float:
    """Give half the width of the unclipped 95 % interval in points for a fixed factor."""
    volumes, marked = seen.depths * seen.whole, seen.depths * seen.involved
    shown = np.flatnonzero(volumes)
    e = (marked - marked.sum() / volumes.sum() * volumes)[shown[0] : shown[-1] + 1] / volumes.sum()
    variance = alpha * max(0.0, 3 * e @ e - 4 * e[1:] @ e[:-1] + e[2:] @ e[:-2])
    return float(196 * np.sqrt(variance))


def percent_of(seen: Seen) -> float:
    """Give the percent that the slices show."""
    return float(100 * (seen.depths @ seen.involved) / (seen.depths @ seen.whole))


def _lobe(rng: np.random.Generator) -> Areas:
    """Give the area of a lobe at every millimetre: a skewed dome."""
    length = int(rng.integers(120, 201))
    z = (np.arange(length) + 0.5) / length
    area = z ** rng.uniform(0.5, 1.2) * (1 - z) ** rng.uniform(0.5, 1.2)
    pixels: Areas = np.rint(_LARGEST_AREA * area / area.max()).astype(np.int64)
    return pixels


def _seen(lobe: Areas, involved: Areas, positions: Areas) -> Seen:
    """Take slices; each stands for the depth half-way to its neighbours, doubled so that it is whole."""
    gaps = np.diff(positions)
    depths = np.concatenate((gaps[:1], gaps)) + np.concatenate((gaps, gaps[-1:]))
    inside = (positions >= 0) & (positions < lobe.size)
    at = np.where(inside, positions, 0)
    return Seen(involved[at] * inside, lobe[at] * inside, depths, 100 * involved.sum() / lobe.sum())


def _figures(disease: str, slices: int, *, uneven: bool) -> str:
    held: dict[str, list[bool]] = {name: [] for name in (*ALPHAS, "ours")}
    widths: dict[str, list[float]] = {name: [] for name in held}
    for seen in samples(disease, slices, uneven=uneven, lobes=80, seed=17):
        percent = percent_of(seen)
        for name, alpha in ALPHAS.items():
            half = half_width(seen, alpha)
            held[name].append(abs(percent - seen.true_percent) <= half)
            widths[name].append(half)
        interval = sampling_interval(seen.involved, seen.whole, seen.depths)
        assert interval is not None
        held["ours"].append(interval[0] <= seen.true_percent <= interval[1])
        widths["ours"].append((interval[1] - interval[0]) / 2)
    return " | ".join(f"{100 * np.mean(held[name]):5.1f} % {np.median(widths[name]):5.2f}" for name in held)


def _lines() -> Iterator[str]:
    yield f"coverage and median half-width in points: {', '.join(ALPHAS)}, ours"
    for disease, uneven, slices in product(DISEASES, (False, True), NUMBERS):
        spacing = "uneven" if uneven else "even"
        yield f"{disease:22} {spacing:6} {slices:2}: {_figures(disease, slices, uneven=uneven)}"


if __name__ == "__main__":
    for line in _lines():
        sys.stdout.write(f"{line}\n")
