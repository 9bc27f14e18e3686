"""Doubts about lungs: each is told when it is due, from label maps that are made for it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.model import Geometry
from kazerooni.segment.axial import Axial, Turn
from kazerooni.segment.doubts import doubts_of, holds_gas

# 5 mm voxels: 8000 of them are a litre.
SHAPE = (40, 60, 80)


def geometry() -> Geometry:
    """Give a grid of 5 mm voxels."""
    origins = np.arange(SHAPE[0])[:, None] * np.array([[0.0, 0.0, 5.0]])
    return Geometry(SHAPE, (5.0, 5.0), origins, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 5.0)


def boxes(right: tuple[slice, slice, slice], left: tuple[slice, slice, slice]) -> NDArray[np.uint8]:
    """Give two lungs that are boxes."""
    labels = np.zeros(SHAPE, np.uint8)
    labels[right], labels[left] = 1, 2
    return labels


@pytest.mark.parametrize(
    ("right", "left", "wanted"),
    [
        (np.s_[5:35, 10:45, 5:25], np.s_[5:35, 10:45, 45:63], set()),
        (np.s_[0:30, 10:45, 5:25], np.s_[5:35, 10:45, 45:63], {"lungs-cut"}),
        (np.s_[5:40, 10:45, 5:25], np.s_[5:35, 10:45, 45:63], {"lungs-cut"}),
        (np.s_[5:35, 10:45, 0:20], np.s_[5:35, 10:45, 45:63], {"lungs-off-picture"}),
        (np.s_[5:35, 10:45, 5:25], np.s_[5:35, 10:45, 45:53], {"lungs-uneven"}),
        (np.s_[5:35, 10:45, 5:15], np.s_[5:35, 10:45, 45:60], {"lungs-uneven"}),
        (np.s_[5:35, 10:45, 5:25], np.s_[0:0], {"lung-missing"}),
        (np.s_[5:15, 10:20, 5:15], np.s_[5:15, 10:20, 45:55], {"lung-volume-unusual"}),
        (np.s_[2:38, 5:55, 2:35], np.s_[2:38, 5:55, 45:77], {"lung-volume-unusual"}),
    ],
)  # fmt: skip
def test_each_doubt_is_told_when_it_is_due(
    right: tuple[slice, slice, slice], left: tuple[slice, slice, slice], wanted: set[str]
) -> None:
    """Lungs that are whole, of usual size and alike raise no doubt; each other case raises its own and no other."""
    told = {notice.code for notice in doubts_of(boxes(right, left), geometry())}
    assert told == wanted | {"lungs-coverage"}


def test_coverage_counts_slices_and_millimetres() -> None:
    """Lung on 30 slices of 5 mm lies over 145 mm, from the middle of the first to that of the last."""
    notices = doubts_of(boxes(np.s_[5:35, 10:45, 5:25], np.s_[5:35, 10:45, 45:63]), geometry())
    (coverage,) = (notice for notice in notices if notice.code == "lungs-coverage")
    assert coverage.message == "lung lies on 30 of 40 slices, over 145 mm, whole across the slices"


@pytest.mark.parametrize(
    ("gas", "everywhere", "told"),
    [
        (np.s_[6:12, 12:20, 46:54], -850, True),
        (np.s_[28:34, 12:20, 46:54], -850, False),
        (np.s_[6:7, 12:15, 46:49], -850, False),
        (np.s_[6:12, 12:20, 46:54], -980, False),
    ],
)
def test_a_pocket_of_gas_is_suspected(gas: tuple[slice, slice, slice], everywhere: int, *, told: bool) -> None:
    """A pocket of gas low in a lung is told; one high up, a bronchus, or emphysema all over is not."""
    lungs = boxes(np.s_[5:35, 10:45, 5:25], np.s_[5:35, 10:45, 45:63]) > 0
    hu = np.where(lungs, everywhere, 40).astype(np.int16)
    hu[gas] = -1000
    scan = Axial(hu, (5.0, 5.0, 5.0), (1, 1, 1), is_sampled=False, turn=Turn((0, 1, 2), (False, False, False)))
    assert holds_gas(scan, lungs) is told
    codes = {notice.code for notice in doubts_of(lungs.astype(np.uint8), geometry(), leaks=told)}
    assert ("lungs-leak-suspected" in codes) is told
