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
from scipy import sparse  # type: ignore[import-untyped]
from scipy.sparse import linalg  # type: ignore[import-untyped]

Floats = NDArray[np.float64]

# Data this far within the surface (mm) have lost three quarters of their say: curves of a healthy wall are told by
# less, disease by more.
_WITHIN_SCALE_MM = 3.0
_WITHIN_SAY, _BEYOND_SAY = 0.3, 2.0
# Marks (ribs) this far from the surface (mm), to either side, have lost three quarters: the thickness of a rib.
_MARK_SCALE_MM = 6.0
_ROUNDS = 6
_NO_SAY = 1e-6


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
    penalty = _penalty(values.shape, around, along)
    says = [np.where(known, say, 0.0) for known, _, say in targets]
    say = np.where(has, _WITHIN_SAY, 0.0)
    surface = values
    for _ in range(_ROUNDS):
        whole = np.sum([say, *says], axis=0) + _NO_SAY
        pull = say * values + sum(s * target for s, (_, target, _) in zip(says, targets, strict=True))
        system = (sparse.diags(whole.ravel()) + penalty).tocsc()
        surface = linalg.spsolve(system, pull.ravel()).reshape(values.shape)
        says = [np.where(known, s * _loss((target - surface) / _MARK_SCALE_MM), 0.0) for known, target, s in targets]
        within = np.maximum(surface - values, 0.0) / _WITHIN_SCALE_MM
        say = np.where(has, np.where(values > surface, _BEYOND_SAY, _WITHIN_SAY * _loss(within)), 0.0)
    return Envelope(sign * surface, np.sum([say, *says], axis=0))


def _loss(off: Floats) -> Floats:
    """Give the share of its say that a datum keeps at a distance (in scales), after Geman and McClure."""
    kept: Floats = 1 / (1 + off**2) ** 2
    return kept


def _penalty(shape: tuple[int, ...], around: float, along: float) -> sparse.csc_matrix:
    """Give the matrix of the penalty on second differences."""
    rows, ways = shape
    step = sparse.identity(ways, format="csc")[:, np.roll(np.arange(ways), 1)]
    ring = step + step.T - 2 * sparse.identity(ways)
    whole = around * sparse.kron(sparse.identity(rows), ring.T @ ring)
    if rows >= 3:
        bend = sparse.diags([1.0, -2.0, 1.0], [0, 1, 2], shape=(rows - 2, rows))
        whole = whole + along * sparse.kron(bend.T @ bend, sparse.identity(ways))
    return whole.tocsc()
