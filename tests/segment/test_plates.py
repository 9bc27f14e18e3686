"""Plates: found where a plane was drawn, not where a tube was; and a relief bent to them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.model import FissureName, Geometry, ScanRef, Technique, Volume
from kazerooni.segment.atlas import SHAPES, terms_of
from kazerooni.segment.coherence import coherent
from kazerooni.segment.frame import Frame
from kazerooni.segment.match import Law, candidates_for, match
from kazerooni.segment.plates import Plates, find_plates
from kazerooni.segment.relief import bend, lattice_mm, relief_of

SHAPE = (40, 60, 60)
BOX = (slice(0, 40), slice(0, 60), slice(0, 60))
GEOMETRY = Geometry(
    SHAPE, (1.0, 1.0), np.arange(40)[:, None] * np.array([[0.0, 0.0, 1.25]]), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 1.25
)
NORMAL = np.array([0.1, -0.7, 0.7]) / np.linalg.norm([0.1, -0.7, 0.7])
MIDDLE = np.array([30.0, 30.0, 25.0])


def places() -> NDArray[np.float64]:
    """Give the LPS place of every voxel."""
    z, y, x = np.meshgrid(np.arange(40) * 1.25, np.arange(60.0), np.arange(60.0), indexing="ij")
    return np.stack([x, y, z], axis=-1)


def plates_of(bright: NDArray[np.bool_]) -> Plates:
    """Find plates in dark noise with something bright in it."""
    hu = -850.0 + np.random.default_rng(1).normal(0, 20.0, SHAPE)
    hu[bright] += 250.0
    return find_plates(Volume(hu.astype(np.int16), GEOMETRY, ScanRef(), Technique()), np.ones(SHAPE, bool), BOX)


def test_plane_is_found_where_it_is() -> None:
    """Supported plates of a bright plane lie within 0.5 mm of it and are turned as it is, to 10 degrees."""
    plates = coherent(plates_of(np.abs((places() - MIDDLE) @ NORMAL) < 0.6))
    strong = plates.chosen(plates.strengths > 0.7)
    assert len(strong) > 300
    assert np.median(np.abs((strong.places_mm - MIDDLE) @ NORMAL)) < 0.5
    assert np.median(np.abs(strong.normals @ NORMAL)) > np.cos(np.deg2rad(10))


def test_tube_gives_no_supported_plates() -> None:
    """With a vessel 2 mm wide a tenth of the plates are left that go on in most directions, of what a plane leaves."""
    along = np.array([0.0, 0.7, 0.7]) / np.linalg.norm([0.7, 0.7])
    off = places() - MIDDLE
    distance = np.linalg.norm(off - (off @ along)[..., None] * along, axis=-1)
    tube = coherent(plates_of(distance < 1.0))
    plane = coherent(plates_of(np.abs(off @ NORMAL) < 0.6))
    assert np.count_nonzero(tube.strengths > 0.7) < 0.1 * np.count_nonzero(plane.strengths > 0.7)


def test_nothing_is_found_in_nothing() -> None:
    """A lung without voxels, and one of two slices, give no plates and no error."""
    volume = Volume(np.full(SHAPE, -850, np.int16), GEOMETRY, ScanRef(), Technique())
    assert len(coherent(find_plates(volume, np.zeros(SHAPE, bool), BOX))) == 0
    thin = (slice(0, 2), slice(0, 60), slice(0, 60))
    assert len(coherent(find_plates(volume, np.ones((2, 60, 60), bool), thin))) == 0


FRAME = Frame(
    1, np.array([-140.0, -90.0, -140.0]), np.array([120.0, 180.0, 260.0]), np.zeros((0, 3)), 2.5, BOX,
    is_whole=True, is_placed=True,
)  # fmt: skip


def surface_plates(height: NDArray[np.float64], xy: NDArray[np.float64], slope: NDArray[np.float64]) -> Plates:
    """Give plates on a surface, and as many strewn over the lung and turned anyhow."""
    random = np.random.default_rng(5)
    normals = np.column_stack([-slope, np.ones(len(xy))])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    strewn = FRAME.low_mm + FRAME.size_mm * random.random((len(xy), 3))
    turned = random.normal(size=(len(xy), 3))
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    return Plates(
        np.concatenate([np.column_stack([xy, height]), strewn]),
        np.concatenate([normals, turned]),
        np.ones(2 * len(xy)),
        1.3,
    )


def test_relief_follows_plates_that_no_shape_of_the_atlas_has() -> None:
    """A fissure of another height, slope and with a wave of 5 mm is followed to 1 mm among as many false plates."""
    shape = SHAPES[FissureName.RIGHT_OBLIQUE]
    law = Law(FissureName.RIGHT_OBLIQUE, np.array(shape.mean), shape.covariance)
    xy = lattice_mm(FRAME).reshape(-1, 2)
    xy = np.repeat(xy, 3, axis=0) + np.random.default_rng(4).uniform(-3, 3, (3 * len(xy), 2))
    share = (xy - FRAME.low_mm[:2]) / FRAME.size_mm[:2]
    base = FRAME.low_mm[2] + FRAME.size_mm[2] * (terms_of(share[:, 0], share[:, 1], 3) @ law.mean)
    height = base + 9.0 + 12.0 * (share[:, 1] - 0.5) + 5.0 * np.sin(2 * np.pi * share[:, 0])
    step = 1e-3
    terms = [
        terms_of(share[:, 0] + a * step, share[:, 1] + b * step, 3) @ law.mean for a, b in ((1, 0), (0, 1), (0, 0))
    ]
    along_x = (terms[0] - terms[2]) / step * FRAME.size_mm[2] / FRAME.size_mm[0]
    along_y = (terms[1] - terms[2]) / step * FRAME.size_mm[2] / FRAME.size_mm[1] + 12.0 / FRAME.size_mm[1]
    along_x += 10.0 * np.pi * np.cos(2 * np.pi * share[:, 0]) / FRAME.size_mm[0]
    plates = surface_plates(height, xy, np.column_stack([along_x, along_y]))
    candidates = candidates_for(plates, FRAME, law)
    relief = bend(relief_of(FRAME, law, match(candidates, law)), candidates, law, np.zeros((0, 3)))
    inner = np.all((share > 0.1) & (share < 0.9), axis=1)
    assert np.median(np.abs(relief.at(xy[inner])[0] - height[inner])) < 1.0


@pytest.mark.parametrize("name", SHAPES)
def test_law_is_one(name: FissureName) -> None:
    """The covariance of every shape is symmetric and positive, and fits its polynomial."""
    shape = SHAPES[name]
    assert np.allclose(shape.covariance, shape.covariance.T)
    assert np.linalg.eigvalsh(shape.covariance).min() > 0
    assert len(shape.mean) == (shape.degree + 1) * (shape.degree + 2) // 2


def test_oblique_fissures_rise_to_the_back() -> None:
    """The mean oblique fissures rise by a third of the lung or more from front to back; the minor one is level."""
    front, back = np.array([0.5]), np.array([0.5])
    for name, shape in SHAPES.items():
        low = float((terms_of(front, np.array([0.15]), shape.degree) @ np.array(shape.mean))[0])
        high = float((terms_of(back, np.array([0.85]), shape.degree) @ np.array(shape.mean))[0])
        if name is FissureName.RIGHT_MINOR:
            assert abs(high - low) < 0.12  # 30 mm
        else:
            assert high - low > 1 / 3
