"""Envelope: the smooth surface that all data lie on or within, though most of a region may lie far within it.

A penalised least-squares surface (Whittaker E T, Proc Edinb Math Soc 1923;41:63) over a grid of directions and rows,
with weights that make it an envelope (after Eilers P H C, Anal Chem 2003;75:3631): what lies beyond it pulls hard, what
lies just within a little, what lies far within not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft  # type: ignore[import-untyped]

Floats = NDArray[np.float64]

# Data this far within the surface (mm) have lost three quarters of their say: curves of a healthy wall are told by
# less, disease by more.
_WITHIN_SCALE_MM = 2.0
_WITHIN_SAY, _BEYOND_SAY = 0.3, 2.0
# Marks (ribs) this far from the surface (mm), to either side, have lost three quarters: the thickness of a rib.
_MARK_SCALE_MM = 6.0
_ROUNDS = 6
_NO_SAY = 1e-6
# Steps of a round, and when what is left over is small enough (mm^2 of a place).
_MOST_STEPS, _ENOUGH = 40, 1e-4


@dataclass(frozen=True, eq=False)
class Envelope:
    """A surface over (row, direction), and how much say the data had that it was fitted to; both float64."""

    surface: Floats
    say: Floats


def fit_envelope(
    data: Floats, marks: Sequence[tuple[Floats, float]] = (), *, outer: bool, around: float, along: float
) -> Envelope:
    """Fit the envelope of distances in mm, float64 (rows, directions), NaN where there are none.

    outer: the envelope is the largest distances; else the smallest. marks: where else the surface should run, each
    float64 as `data`, with its say. around, along: stiffness over directions, which are periodic, and over rows.
    """
    sign = 1.0 if outer else -1.0
    has, values = np.isfinite(data), sign * np.nan_to_num(data)
    targets = [(np.isfinite(mark), sign * np.nan_to_num(mark), say) for mark, say in marks]
    stiff = (around, along)
    says = [np.where(known, say, 0.0) for known, _, say in targets]
    say = np.where(has, _WITHIN_SAY, 0.0)
    surface = np.full_like(values, values[has].mean() if has.any() else 0.0)
    for _ in range(_ROUNDS):
        whole = np.sum([say, *says], axis=0) + _NO_SAY
        pull = say * values + sum(s * target for s, (_, target, _) in zip(says, targets, strict=True))
        surface = _solve(whole, pull, stiff, surface)
        says = [np.where(known, s * _loss((target - surface) / _MARK_SCALE_MM), 0.0) for known, target, s in targets]
        within = np.maximum(surface - values, 0.0) / _WITHIN_SCALE_MM
        say = np.where(has, np.where(values > surface, _BEYOND_SAY, _WITHIN_SAY * _loss(within)), 0.0)
    return Envelope(sign * surface, np.sum([say, *says], axis=0))


def _loss(off: Floats) -> Floats:
    """Give the share of its say that a datum keeps at a distance (in scales), after Geman and McClure."""
    kept: Floats = 1 / (1 + off**2) ** 2
    return kept


def _solve(say: Floats, pull: Floats, stiff: tuple[float, float], start: Floats) -> Floats:
    """Solve (say + penalty) surface = pull by conjugate gradients, from the surface of the round before.

    Preconditioned by the same system with one say for all, which Fourier and cosine transforms turn into a division
    (as Garcia D, Comput Stat Data Anal 2010;54:1167).
    """
    scale = 1 / (float(say.mean()) + _stiffness(say.shape, stiff))
    surface = start
    rest = pull - say * surface - _bent(surface, stiff)
    step = change = _scaled(rest, scale)
    size = float(np.vdot(rest, change))
    for _ in range(_MOST_STEPS):
        if not size > _ENOUGH * rest.size:
            break
        applied = say * step + _bent(step, stiff)
        length = size / float(np.vdot(step, applied))
        surface = surface + length * step
        rest = rest - length * applied
        change = _scaled(rest, scale)
        size, before = float(np.vdot(rest, change)), size
        step = change + size / before * step
    return surface


def _scaled(rest: Floats, scale: Floats) -> Floats:
    waves = fft.rfft(fft.dct(rest, axis=0, norm="ortho"), axis=1, norm="ortho")
    result: Floats = fft.idct(fft.irfft(waves * scale, n=rest.shape[1], axis=1, norm="ortho"), axis=0, norm="ortho")
    return result


def _stiffness(shape: tuple[int, ...], stiff: tuple[float, float]) -> Floats:
    """Give the penalty on every wave: cosines along the rows, Fourier around; float64 (rows, directions // 2 + 1)."""
    rows, ways = shape
    around = (2 - 2 * np.cos(2 * np.pi * np.arange(ways // 2 + 1) / ways)) ** 2
    along = (2 - 2 * np.cos(np.pi * np.arange(rows) / rows)) ** 2
    whole: Floats = stiff[0] * around[None] + stiff[1] * along[:, None]
    return whole


def _bent(surface: Floats, stiff: tuple[float, float]) -> Floats:
    """Apply the penalty on second differences, periodic over directions."""
    wide = np.concatenate([surface[:, -2:], surface, surface[:, :2]], axis=1)
    bend = wide[:, 2:] - 2 * wide[:, 1:-1] + wide[:, :-2]
    whole: Floats = stiff[0] * (bend[:, 2:] - 2 * bend[:, 1:-1] + bend[:, :-2])
    if surface.shape[0] >= 3:
        bend = stiff[1] * (surface[2:] - 2 * surface[1:-1] + surface[:-2])
        whole[2:] += bend
        whole[1:-1] -= 2 * bend
        whole[:-2] += bend
    return whole
