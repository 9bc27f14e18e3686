"""Label maps are whole at birth, cannot be changed, and lie on the grid of their scan or do not."""

from __future__ import annotations

import numpy as np
import pytest

from kazerooni.errors import LabelError
from kazerooni.model import Component, FindingMap, Geometry, LobeMap, corners_mm, is_on_grid
from tests.scoring.builders import geometry_of

SHAPE = (3, 4, 5)
OBLIQUE = (0.8, 0.6, 0.0, -0.6, 0.8, 0.0)


def test_a_map_takes_its_array_over() -> None:
    """A map takes its array over without a copy and sets it read-only."""
    labels = np.zeros(SHAPE, np.uint8)
    lobes = LobeMap(labels, geometry_of(SHAPE))
    assert lobes.labels is labels
    with pytest.raises(ValueError, match="read-only"):
        labels[0, 0, 0] = 1


@pytest.mark.parametrize(("component", "highest"), [(Component.ALVEOLAR, 2), (Component.INTERSTITIAL, 3)])
def test_known_labels_only(component: Component, highest: int) -> None:
    """The highest label of a component is taken, the next one refused and told."""
    geometry = geometry_of(SHAPE)
    FindingMap(component, np.full(SHAPE, highest, np.uint8), geometry)
    with pytest.raises(LabelError, match=f"label {highest + 1} found, 0 to {highest} are known"):
        FindingMap(component, np.full(SHAPE, highest + 1, np.uint8), geometry)


def test_lobe_labels_are_1_to_6() -> None:
    """A lobe map may hold the lingula (6), and nothing above."""
    LobeMap(np.full(SHAPE, 6, np.uint8), geometry_of(SHAPE))
    with pytest.raises(LabelError, match="label 7 found"):
        LobeMap(np.full(SHAPE, 7, np.uint8), geometry_of(SHAPE))


def test_labels_fill_the_scan() -> None:
    """A map of another shape or type than uint8 is refused with what was found and wanted."""
    with pytest.raises(LabelError, match=r"\(3, 4, 6\), \(3, 4, 5\) is wanted"):
        LobeMap(np.zeros((3, 4, 6), np.uint8), geometry_of(SHAPE))
    with pytest.raises(LabelError, match="type int16; uint8 is wanted"):
        LobeMap(np.zeros(SHAPE, np.int16), geometry_of(SHAPE))


def test_corners_lie_where_dicom_says() -> None:
    """A pixel lies at origin + column x column spacing x row direction + row x row spacing x column direction."""
    geometry = geometry_of((2, 3, 4), spacing_mm=(2.0, 5.0), gap_mm=7.0, origin_mm=(100.0, 200.0, 300.0))
    wanted = [[100, 200, 300], [115, 200, 300], [100, 204, 300], [115, 204, 300]]
    assert corners_mm(geometry)[0].tolist() == wanted
    assert (corners_mm(geometry)[1] - corners_mm(geometry)[0]).tolist() == [[0, 0, 7]] * 4


@pytest.mark.parametrize("orientation", [(1.0, 0.0, 0.0, 0.0, 1.0, 0.0), OBLIQUE])
@pytest.mark.parametrize(
    ("gap_mm", "off", "fits"),
    [
        (5.0, (0.0, 0.0, 0.099), True),
        (5.0, (0.0, 0.0, 0.101), False),
        (0.5, (0.0, 0.0, 0.049), True),
        (0.5, (0.0, 0.0, 0.051), False),
        (5.0, (0.079, 0.0, 0.0), True),
        (5.0, (0.081, 0.0, 0.0), False),
        (5.0, (0.0, 0.059, 0.0), True),
        (5.0, (0.0, 0.061, 0.0), False),
    ],
)
def test_grid_tolerance(
    orientation: tuple[float, float, float, float, float, float],
    gap_mm: float,
    off: tuple[float, float, float],
    fits: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A grid fits within min(0.1 mm, 10 % of the gap) across and a tenth of a pixel in the plane, and no further."""
    geometry = geometry_of(SHAPE, gap_mm=gap_mm, spacing_mm=(0.6, 0.8), orientation=orientation)
    along_row, along_column, across = off
    moved = along_row * geometry.row_direction + along_column * geometry.column_direction + across * geometry.normal
    assert is_on_grid(corners_mm(geometry) + moved, geometry) is fits


def test_grid_is_compared_on_every_slice_and_corner() -> None:
    """A grid that agrees on the first pixel, but drifts by its spacing or its gap, is another grid."""
    geometry = geometry_of((40, 50, 60), gap_mm=1.0, spacing_mm=(0.6, 0.8))
    assert not is_on_grid(corners_mm(geometry_of((40, 50, 60), gap_mm=1.01, spacing_mm=(0.6, 0.8))), geometry)
    assert not is_on_grid(corners_mm(geometry_of((40, 50, 60), gap_mm=1.0, spacing_mm=(0.602, 0.8))), geometry)
    assert not is_on_grid(corners_mm(geometry_of((40, 50, 60), gap_mm=1.0, spacing_mm=(0.6, 0.802))), geometry)


def test_uneven_slices_are_compared_one_by_one() -> None:
    """Of an uneven stack every slice must be met at its own position."""
    geometry = geometry_of((3, 4, 5), positions_mm=(0, 1, 5))
    assert is_on_grid(corners_mm(geometry_of((3, 4, 5), positions_mm=(0, 1, 5))), geometry)
    assert not is_on_grid(corners_mm(geometry_of((3, 4, 5), positions_mm=(0, 2, 5))), geometry)


def test_a_single_slice_has_no_gap_to_compare() -> None:
    """A single slice is met within 0.1 mm."""
    geometry = geometry_of((1, 4, 5))
    assert is_on_grid(corners_mm(geometry_of((1, 4, 5), origin_mm=(0, 0, 0.09))), geometry)
    assert not is_on_grid(corners_mm(geometry_of((1, 4, 5), origin_mm=(0, 0, 0.11))), geometry)


def test_repr_is_short() -> None:
    """The representation of a map holds no array."""
    geometry: Geometry = geometry_of(SHAPE)
    assert repr(LobeMap(np.zeros(SHAPE, np.uint8), geometry)) == "<LobeMap of 3 slices>"
    alveolar = FindingMap(Component.ALVEOLAR, np.zeros(SHAPE, np.uint8), geometry)
    assert repr(alveolar) == "<FindingMap alveolar of 3 slices>"
