"""Outline: the borders of a mask as closed lines through the middles of its pixels' edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Directions in which the border of a pixel runs with its inside on the right hand: right, down, left, up.
_DOWN_BY = np.array([0, 1, 0, -1])
_RIGHT_BY = np.array([1, 0, -1, 0])
_TURNS_LEFT, _GOES_ON, _TURNS_RIGHT = 3, 0, 1


def outlines(mask: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """Trace the borders of a mask, outer ones and those of holes.

    Gives for each the points (row, column) of a closed line, float64 (points, 2), in pixels from the corner of the
    first one: the middles of the edges between inside and outside, without those in the middle of a straight run.
    Pixels that touch by a corner alone are apart.
    """
    direction, row, column = np.nonzero(_edges(mask))
    if not direction.size:
        return []
    following = _following(mask.shape, direction, row, column)
    before = np.empty_like(following)
    before[following] = np.arange(following.size)
    middles = np.stack((row + _DOWN_BY[direction] / 2, column + _RIGHT_BY[direction] / 2), axis=1)
    at_a_turn = (direction[following] != direction) | (direction[before] != direction)
    return [middles[run][at_a_turn[run]] for run in _runs(following)]


def _edges(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell where an edge between inside and outside starts, by its direction; bool (4, rows + 1, columns + 1)."""
    rows, columns = mask.shape
    padded = np.pad(mask, 1)
    starts = np.zeros((4, rows + 1, columns + 1), np.bool_)
    starts[0, :-1, :-1] = mask & ~padded[:-2, 1:-1]
    starts[1, :-1, 1:] = mask & ~padded[1:-1, 2:]
    starts[2, 1:, 1:] = mask & ~padded[2:, 1:-1]
    starts[3, 1:, :-1] = mask & ~padded[1:-1, :-2]
    return starts


def _following(
    shape: tuple[int, ...], direction: NDArray[np.intp], row: NDArray[np.intp], column: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Give for each edge the one that follows it; where two could, the one of the same pixel: that to the right."""
    number = np.full((4, shape[0] + 1, shape[1] + 1), -1, np.intp)
    number[direction, row, column] = np.arange(direction.size)
    end_row, end_column = row + _DOWN_BY[direction], column + _RIGHT_BY[direction]
    following = np.full(direction.size, -1, np.intp)
    for turn in (_TURNS_LEFT, _GOES_ON, _TURNS_RIGHT):
        there = number[(direction + turn) % 4, end_row, end_column]
        following = np.where(there >= 0, there, following)
    return following


def _runs(following: NDArray[np.intp]) -> list[list[int]]:
    """Part the edges into closed runs."""
    after = following.tolist()
    is_done = bytearray(len(after))
    runs = []
    for first in range(len(after)):
        run = []
        edge = first
        while not is_done[edge]:
            is_done[edge] = 1
            run.append(edge)
            edge = after[edge]
        if run:
            runs.append(run)
    return runs
