"""Geometry: positions, evenness, depths, missing slices and sampling, against independent reckoning."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog  # type: ignore[import-untyped]

from kazerooni.model import Geometry, plane_normal
from tests.scoring.builders import AXIAL, geometry_of


def stack(positions_mm: list[float] | NDArray[np.float64], thickness_mm: float | None = 1.0) -> Geometry:
    """Build a stack of small slices at the given positions."""
    return geometry_of(
        (len(positions_mm), 2, 2), positions_mm=[float(p) for p in positions_mm], thickness_mm=thickness_mm
    )


def off_any_line_mm(positions: NDArray[np.float64]) -> float:
    """Solve by linear programming: the least t for which some line passes every position within t."""
    index = np.arange(positions.size)
    ones = np.ones(positions.size)
    above = np.column_stack([index, ones, -ones])
    below = np.column_stack([-index, -ones, -ones])
    solved = linprog(
        [0, 0, 1],
        A_ub=np.vstack([above, below]),
        b_ub=np.concatenate([positions, -positions]),
        bounds=[(None, None), (None, None), (0, None)],
        method="highs",
    )
    assert solved.success
    return float(solved.fun)


# --- Where slices lie ------------------------------------------------------------------------------------------------


def test_axial_slices_ascend_to_the_head() -> None:
    """For an axial scan the normal is +z, and positions are the z of the slices."""
    geometry = geometry_of((3, 2, 2), gap_mm=2.5, origin_mm=(-7, 9, -100))
    assert geometry.normal.tolist() == [0, 0, 1]
    assert geometry.slice_positions_mm.tolist() == [-100, -97.5, -95]
    assert geometry.gaps_mm.tolist() == [2.5, 2.5]
    assert geometry.origin_mm.tolist() == [-7, 9, -100]


def test_prone_slices_ascend_to_the_feet() -> None:
    """The normal follows the picture: with columns running to the front it points to the feet."""
    geometry = geometry_of((2, 2, 2), orientation=(1.0, 0.0, 0.0, 0.0, -1.0, 0.0))
    assert geometry.normal.tolist() == [0, 0, -1]
    assert geometry.slice_positions_mm.tolist() == [0, 1]


@given(angle=st.floats(-3, 3), tilt=st.floats(-1.5, 1.5))
def test_the_normal_is_a_unit_vector_across_both_directions(angle: float, tilt: float) -> None:
    """The normal has length 1, is square to rows and columns, and makes a right-handed system with them."""
    row = np.array([np.cos(angle), np.sin(angle), 0])
    column = np.array([-np.sin(angle) * np.cos(tilt), np.cos(angle) * np.cos(tilt), np.sin(tilt)])
    normal = plane_normal((*row, *column))
    assert np.linalg.norm(normal) == pytest.approx(1)
    assert np.abs([normal @ row, normal @ column]).max() < 1e-12
    assert np.linalg.det(np.stack([row, column, normal])) == pytest.approx(1)


def test_pixel_area_and_shear() -> None:
    """A pixel's area is the product of the two spacings; an upright stack has no shear, a tilted one has."""
    upright = geometry_of((3, 4, 5), spacing_mm=(0.6, 0.8))
    assert upright.pixel_area_mm2 == pytest.approx(0.48)
    assert upright.shear_mm.tolist() == [0, 0]
    origins = upright.origins_mm + np.arange(3)[:, None] * np.array([0, 0.5, 0])
    tilted = Geometry((3, 4, 5), (0.6, 0.8), origins, AXIAL, 1.0)
    assert tilted.shear_mm.tolist() == [0, 1.0]
    assert tilted.slice_positions_mm.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"shape": (0, 2, 2)}, "at least one"),
        ({"shape": (2, 0, 2)}, "at least one"),
        ({"shape": (3, 2, 2)}, "origins_mm has shape"),
        ({"pixel_spacing_mm": (0.0, 1.0)}, "two positive numbers"),
        ({"pixel_spacing_mm": (1.0, float("nan"))}, "two positive numbers"),
        ({"slice_thickness_mm": 0.0}, "positive number or None"),
        ({"slice_thickness_mm": float("nan")}, "positive number or None"),
        ({"origins_mm": np.array([[0, 0, 1.0], [0, 0, 0]])}, "must ascend"),
        ({"origins_mm": np.array([[0, 0, 1.0], [5, 0, 1]])}, "must ascend"),
        ({"origins_mm": np.array([[0, 0, 1.0], [0, 0, np.nan]])}, "finite"),
        ({"origins_mm": np.array([[0, 0, 1.0], [0, 0, np.inf]])}, "finite"),
        ({"orientation": (1.0, 0.0, 0.0, 0.0, float("nan"), 0.0)}, "finite"),
        ({"orientation": (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)}, "must ascend|span a plane"),
    ],
)
def test_contradictions_are_refused(changed: dict[str, object], message: str) -> None:
    """A geometry whose values contradict each other cannot be made."""
    values: dict[str, object] = {
        "shape": (2, 2, 2),
        "pixel_spacing_mm": (1.0, 1.0),
        "origins_mm": np.array([[0, 0, 0], [0, 0, 1.0]]),
        "orientation": AXIAL,
        "slice_thickness_mm": 1.0,
    }
    with pytest.raises(ValueError, match=message):
        Geometry(**{**values, **changed})  # type: ignore[arg-type]


def test_origins_are_read_only() -> None:
    """A geometry cannot be changed."""
    with pytest.raises(ValueError, match="read-only"):
        stack([0, 1]).origins_mm[0, 0] = 1


# --- Even or not -----------------------------------------------------------------------------------------------------


@given(
    gap=st.floats(0.4, 12),
    noise=st.lists(st.floats(-1, 1), min_size=3, max_size=40),
    scale=st.sampled_from([0.01, 0.04, 0.06, 0.1, 0.2, 0.3]),
    start=st.floats(-2000, 2000),
)
def test_evenness_equals_a_linear_programme(gap: float, noise: list[float], scale: float, start: float) -> None:
    """A stack is even where some straight line passes every position within max(0.05 mm, 2 % of the gap), else not."""
    positions = start + gap * np.arange(len(noise)) + min(scale, 0.4 * gap) * np.array(noise)
    assume(np.diff(positions).min() > 0.01)
    geometry = stack(positions)
    tolerance = max(0.05, 0.02 * (geometry.usual_gap_mm or 0))
    off = off_any_line_mm(positions)
    assume(abs(off - tolerance) > 1e-5)
    assert geometry.is_even == (off < tolerance)


@given(st.integers(3, 800), st.floats(0.3, 12), st.floats(-2000, 2000))
@example(600, 0.625, -317.25)
@example(800, 0.6667, 1000.123)
def test_positions_rounded_to_a_tenth_are_even(slices: int, gap: float, start: float) -> None:
    """Positions that a scanner rounded to 0.1 mm lie within 0.05 mm of a line, and count as even."""
    positions = np.round(start + gap * np.arange(slices), 1)
    assume(np.diff(positions).min() > 0)
    assert stack(positions).is_even


@given(st.integers(4, 300), st.floats(0.5, 12), st.data())
def test_a_missing_slice_is_uneven(slices: int, gap: float, data: st.DataObject) -> None:
    """A stack that lacks a slice is not even, wherever the slice is missing."""
    positions = np.delete(gap * np.arange(slices + 1), data.draw(st.integers(1, slices - 1)))
    assert not stack(positions).is_even


@pytest.mark.parametrize("positions", [[0.0], [0.0, 7.3]])
def test_one_or_two_slices_are_even(positions: list[float]) -> None:
    """One slice and two slices lie on a straight line."""
    assert stack(positions).is_even


def test_two_spacings_are_uneven() -> None:
    """4 mm then 7 mm in one series, as in a head of dcm-qa-ct, is uneven."""
    assert not stack([*np.arange(0, 40, 4), *np.arange(43, 90, 7)]).is_even


# --- Depths ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("positions", [[5.0], [0.0, 7.3], [0.0, 0.7, 1.4, 2.1], [0.0, 10.04, 19.97, 30.0]])
def test_even_slices_stand_for_one_depth(positions: list[float]) -> None:
    """Every slice of an even stack has depth 1, whatever the last digits of its position."""
    assert stack(positions).depths().tolist() == [1] * len(positions)


@given(st.lists(st.integers(200, 40_000), min_size=2, max_size=60))
def test_uneven_depths_are_half_way_to_each_neighbour(gaps_um: list[int]) -> None:
    """A slice stands for half the gap to each neighbour, the first and last for their one gap, exactly."""
    positions = [sum(gaps_um[:i]) for i in range(len(gaps_um) + 1)]
    geometry = stack(np.array(positions) / 1000)
    assume(not geometry.is_even)
    wanted = []
    for i, here in enumerate(positions):
        below = here - positions[i - 1] if i else gaps_um[0]
        above = positions[i + 1] - here if i + 1 < len(positions) else gaps_um[-1]
        wanted.append(Fraction(below, 2) + Fraction(above, 2))
    assert geometry.depth_unit_mm == 0.0005
    assert [Fraction(int(depth), 2) for depth in geometry.depths()] == wanted
    assert geometry.depths().dtype == np.int64


@given(st.lists(st.floats(0.3, 40), min_size=1, max_size=60))
def test_depths_add_up_to_what_the_stack_stands_for(gaps: list[float]) -> None:
    """The depths together are the length of the stack and half a gap more at each end, to a micrometre a slice."""
    geometry = stack(np.concatenate(([0.0], np.cumsum(gaps))))
    assert geometry.depth_unit_mm is not None
    stands_for_mm = float(geometry.depths().sum()) * geometry.depth_unit_mm
    wanted = sum(gaps) + (gaps[0] + gaps[-1]) / 2
    slack = 0.1 + 0.02 * max(gaps) if geometry.is_even else 0.001 * len(gaps) + 0.001
    assert stands_for_mm == pytest.approx(wanted, abs=slack)


@pytest.mark.parametrize(
    ("positions", "thickness_mm", "unit_mm"),
    [
        ([5.0], 1.25, 1.25),
        ([5.0], None, None),
        ([0.0, 10.0], 1.0, 10.0),
        ([0.0, 2.5, 5.0, 7.5], 1.0, 2.5),
        ([0.0, 1.0, 5.0], 1.0, 0.0005),
    ],
)
def test_unit_of_depth(positions: list[float], thickness_mm: float | None, unit_mm: float | None) -> None:
    """A unit of depth is the gap of an even stack, the thickness of a single slice, half a micrometre otherwise."""
    assert stack(positions, thickness_mm).depth_unit_mm == unit_mm


def test_thickness_is_never_the_depth() -> None:
    """1 mm slices every 10 mm stand for 10 mm each."""
    geometry = stack([0.0, 10.0, 20.0], thickness_mm=1.0)
    assert geometry.depth_unit_mm == 10
    assert geometry.depths().tolist() == [1, 1, 1]


def test_a_missing_slice_is_capped() -> None:
    """Beside a missing slice depths are capped at the usual gap where that is asked for, and only there."""
    geometry = stack([0.0, 5.0, 10.0, 20.0, 25.0])
    assert geometry.depths().tolist() == [10_000, 10_000, 15_000, 15_000, 10_000]
    assert geometry.depths(cap_missing=True).tolist() == [10_000] * 5


# --- Missing slices and sampling -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("positions", "missing"),
    [
        ([0, 5, 10, 20], [15]),
        ([0, 5, 10, 15, 30, 35, 40], [20, 25]),
        ([0, 10, 15, 20, 25, 35], [5, 30]),
        ([0, 1, 2, 3], []),
        ([0, 10], []),
        ([0], []),
        ([0, 4, 8, 12, 19, 26, 33], []),
    ],
)
def test_missing_positions(positions: list[float], missing: list[float]) -> None:
    """Slices are suspected to be missing where a gap is a whole multiple of the usual one."""
    assert stack(positions).missing_positions_mm == pytest.approx(missing)


@given(st.integers(6, 200), st.floats(0.5, 12), st.data())
def test_a_dropped_slice_is_found(slices: int, gap: float, data: st.DataObject) -> None:
    """A slice dropped from an even stack is found where it was."""
    dropped = data.draw(st.integers(1, slices - 1))
    positions = np.delete(gap * np.arange(slices + 1), dropped)
    assert stack(positions).missing_positions_mm == pytest.approx((gap * dropped,))


@pytest.mark.parametrize(
    ("positions", "thickness_mm", "sampling", "is_sampled"),
    [
        ([0], 1.0, "single", False),
        ([0, 1, 2, 3], 1.0, "contiguous", False),
        ([0, 5, 10, 15], 5.0, "contiguous", False),
        ([0, 0.5, 1, 1.5], 1.0, "overlapping", False),
        ([0, 10, 20, 30], 1.0, "sampled", True),
        ([0, 1.5, 3, 4.5], 1.0, "contiguous", False),
        ([0, 1.6, 3.2, 4.8], 1.0, "sampled", True),
        ([0, 1, 2, 10], 1.0, "irregular", False),
        ([0, 10, 20, 37], 1.0, "irregular", True),
        ([0, 1, 2, 3], None, "unknown", False),
    ],
)
def test_sampling(
    positions: list[float],
    thickness_mm: float | None,
    sampling: str,
    is_sampled: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Positions against thickness say how the lung is sampled: `sampled` where the gap exceeds 1.5 x the thickness."""
    geometry = stack(positions, thickness_mm)
    assert geometry.sampling == sampling
    assert geometry.is_sampled is is_sampled


@given(st.lists(st.floats(0.3, 40), min_size=1, max_size=40))
def test_turning_a_stack_over_changes_nothing(gaps: list[float]) -> None:
    """Read from the other end, a stack is as even and its depths are the same, in reverse."""
    positions = np.concatenate(([0.0], np.cumsum(gaps)))
    there, back = stack(positions), stack(positions[-1] - positions[::-1])
    assume(abs(off_any_line_mm(positions) - max(0.05, 0.02 * (there.usual_gap_mm or 0))) > 1e-5)
    assert there.is_even == back.is_even
    assert np.abs(there.depths() - back.depths()[::-1]).max() <= 2  # of half a micrometre: rounding of the sums


def test_a_row_of_long_gaps_is_another_spacing() -> None:
    """One or two long gaps hide slices; three in a row are a wider spacing of the scan, and keep their depth."""
    steps = np.array([1.0] * 10 + [2.0] * 3)
    wide = geometry_of((14, 2, 2), positions_mm=np.concatenate(([0.0], np.cumsum(steps))).tolist())
    lost = geometry_of((13, 2, 2), positions_mm=np.concatenate(([0.0], np.cumsum(steps[:-1]))).tolist())
    assert wide.missing_after == ()
    assert wide.depths(cap_missing=True).tolist() == wide.depths().tolist()
    assert lost.missing_after == (10, 11)
    assert lost.depths(cap_missing=True)[-1] == 2000
