"""Heights: the spline through nodes follows a surface to hundredths of a millimetre."""

from __future__ import annotations

import numpy as np
import pytest

from kazerooni.model import FissurePoint, Geometry, PointOrigin
from kazerooni.segment import fit_surface, height_mm
from kazerooni.segment.heights import height_field, is_upright
from tests.segment.builders import box_geometry


@pytest.mark.parametrize("seed", range(3))
def test_the_spline_follows_the_surface(seed: int) -> None:
    """Through 150 points of a surface that bends like a fissure, heights agree with the surface to 0.05 mm."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(-90, 90, 150), random.uniform(-90, 90, 150)
    z = 0.9 * y + 8 * np.sin(x / 40) + 5 * np.cos(y / 30) + random.normal(0, 0.3, 150)
    surface = fit_surface(
        [FissurePoint(p, 1.0, PointOrigin.DETECTED) for p in zip(x.tolist(), y.tolist(), z.tolist(), strict=True)]
    )
    at_x, at_y = np.linspace(-95, 90, 97), np.linspace(-95, 90, 83)
    field = height_field(surface, box_geometry())
    exact = height_mm(surface, at_x[None], at_y[:, None])
    assert np.abs(field.on_grid(at_x, at_y) - exact).max() < 0.05
    across, down = np.broadcast_arrays(at_x[None], at_y[:, None])
    assert np.abs(field.at(across, down) - exact).max() < 0.05


def test_a_single_voxel_has_a_height() -> None:
    """A scan of one voxel has a field too."""
    geometry = Geometry((1, 1, 1), (1.0, 1.0), np.zeros((1, 3)), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 1.0)
    surface = fit_surface([FissurePoint((0.0, 0.0, 7.0), 1.0, PointOrigin.PLACED)])
    assert height_field(surface, geometry).on_grid(np.zeros(1), np.zeros(1)) == pytest.approx(7.0)


def test_only_straight_axial_stacks_are_upright() -> None:
    """Tilted, turned and coronal stacks have no single height on a pixel; flipped ones have."""
    assert is_upright(box_geometry())
    assert is_upright(box_geometry(orientation=(-1.0, 0.0, 0.0, 0.0, -1.0, 0.0)))
    assert not is_upright(box_geometry(shear_mm=0.9))
    assert not is_upright(box_geometry(orientation=(0.96, 0.28, 0.0, -0.28, 0.96, 0.0)))
    assert not is_upright(box_geometry(orientation=(1.0, 0.0, 0.0, 0.0, 0.0, -1.0)))
