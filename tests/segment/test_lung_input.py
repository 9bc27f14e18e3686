"""Odd input to find_lungs: nothing but a result with notices, or an error of the toolkit, comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kazerooni.errors import KazerooniError
from kazerooni.model import Geometry, ScanRef, Technique, Volume
from kazerooni.segment import find_lungs

ORIENTATIONS = [
    (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    (1.0, 0.0, 0.0, 0.0, 0.0, -1.0),
    (0.0, 1.0, 0.0, 0.0, 0.0, -1.0),
]


def volume(hu: NDArray[Any], *, pixel_mm: float, gap_mm: float, thickness_mm: float | None, way: int = 0) -> Volume:
    """Give a volume with an even grid."""
    orientation = ORIENTATIONS[way]
    normal = np.cross(orientation[:3], orientation[3:])
    origins = (np.arange(hu.shape[0])[:, None] * normal * gap_mm).astype(np.float64)
    geometry = Geometry(hu.shape, (pixel_mm, pixel_mm), origins, orientation, thickness_mm)
    return Volume(hu, geometry, ScanRef(), Technique())


def values(kind: str, shape: tuple[int, int, int], seed: int) -> NDArray[Any]:
    """Give values of one of the kinds below."""
    rng = np.random.default_rng(seed)
    match kind:
        case "noise":
            return rng.integers(-1000, 200, shape).astype(np.int16)
        case "extremes":
            return rng.choice(np.array([-32768, 32767], np.int16), shape)
        case "nan":
            return np.where(rng.random(shape) < 0.3, np.nan, rng.normal(-400, 600, shape)).astype(np.float32)
        case _:
            return two_ovals(shape)


def two_ovals(shape: tuple[int, int, int]) -> NDArray[np.int16]:
    """Give a body with two lungs that fills the picture, whatever its size."""
    _, y, x = (n - (size - 1) / 2 for n, size in zip(np.indices(shape), shape, strict=True))
    rows, columns = (max(1.0, 0.4 * n) for n in shape[1:])
    body = (y / rows) ** 2 + (x / columns) ** 2 < 1
    lungs = (y / rows * 1.5) ** 2 + ((np.abs(x) - columns / 2) / columns * 3) ** 2 < 1
    return np.where(body, np.where(lungs, -850, 40), -1000).astype(np.int16)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["noise", "extremes", "nan", "ovals"]),
    shape=st.tuples(st.integers(1, 8), st.sampled_from([1, 2, 3, 17, 64]), st.sampled_from([1, 2, 5, 33, 64])),
    spacing=st.tuples(
        st.sampled_from([0.1, 0.7, 5.0, 20.0]),
        st.sampled_from([0.1, 1.0, 5.0, 10.0]),
        st.sampled_from([None, 1.0, 5.0]),
    ),
    way=st.integers(0, 3),
    seed=st.integers(0, 99),
)
def test_nothing_but_lungs_or_an_error_of_the_toolkit(
    kind: str, shape: tuple[int, int, int], spacing: tuple[float, float, float | None], way: int, seed: int
) -> None:
    """Whatever the values, the size and the spacing: a result on the grid with a notice, or a KazerooniError."""
    pixel_mm, gap_mm, thickness_mm = spacing
    hu = values(kind, shape, seed)
    odd = volume(hu, pixel_mm=pixel_mm, gap_mm=gap_mm, thickness_mm=thickness_mm, way=way)
    try:
        lungs = find_lungs(odd)
    except KazerooniError:
        return
    assert lungs.labels.shape == shape
    assert lungs.notices


@pytest.mark.parametrize("bounds", [(-32768, -32768), (32767, 32767), (-1024, -1024)])
def test_one_value_has_no_lungs(bounds: tuple[int, int]) -> None:
    """The ends of 16 bits and the usual value of air, everywhere, hold no lungs."""
    lungs = find_lungs(volume(np.full((3, 64, 64), bounds[0], np.int16), pixel_mm=5.0, gap_mm=5.0, thickness_mm=5.0))
    assert [notice.code for notice in lungs.notices] == ["lungs-not-found"]
