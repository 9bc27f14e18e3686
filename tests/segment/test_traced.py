"""Traced: the fissures of a lobe map are found where its lobes meet, and part it again as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from kazerooni.model import FissureName, Geometry, Lobe, LobeMap, PointOrigin
from kazerooni.phantom import Thorax, sequential_hrct, spiral_ct, thorax_series
from kazerooni.segment import height_mm, lobes_of, trace_fissures
from kazerooni.segment.traced import lungs_of_lobes
from tests.segment.builders import box_lungs, share, three_planes
from tests.segment.test_lobes import dice_of
from tests.segment.test_parting import GRIDS

CENTRE = (0.0, 0.0, -8.0)
PLANS = {
    "spiral": spiral_ct(slices=60, gap_mm=4.0, slice_thickness_mm=4.0, centre_mm=CENTRE),
    "sequential": sequential_hrct(centre_mm=CENTRE),
}


@pytest.mark.parametrize("name", GRIDS)
def test_planes_are_traced(name: str) -> None:
    """Fissures that are planes are found again to half a voxel on every grid of 5 mm voxels."""
    lobes = lobes_of(box_lungs(GRIDS[name]), three_planes(lingula=True))
    found = trace_fissures(lobes)
    assert [f.name for f in found.fissures] == list(FissureName)
    for fissure, wanted in zip(found.fissures, three_planes(lingula=True).fissures, strict=True):
        assert {p.origin for p in fissure.points} == {PointOrigin.DETECTED}
        assert fissure.surface is not None
        assert wanted.surface is not None
        for point in fissure.points:
            x, y, _ = point.position_mm
            assert float(height_mm(fissure.surface, x, y)) == pytest.approx(
                float(height_mm(wanted.surface, x, y)), abs=2.6
            )


@pytest.mark.parametrize(("name", "least"), [("spiral", 0.97), ("sequential", 0.93)])
def test_a_chest_is_parted_again_as_it_was(name: str, least: float) -> None:
    """The lobes of a phantom chest, parted anew by the fissures traced in them, are the same but for the border."""
    truth = thorax_series(PLANS[name], Thorax(4))[1]
    lobes = LobeMap(truth.lobes.copy(), truth.scan.geometry)
    again = lobes_of(lungs_of_lobes(lobes), trace_fissures(lobes))
    dice = dice_of(again.labels, truth.lobes)
    assert min(dice.values()) >= least, dice


def test_real_lobes_are_parted_again_as_they_were(shared_data: Path) -> None:
    """So are the five real lobes of cip."""
    path = shared_data / "cip" / "Testing" / "Data" / "Input" / "crop_ct_interactiveLobeSegmentation.nrrd"
    image = SimpleITK.ReadImage(str(path))
    cip = SimpleITK.GetArrayFromImage(image) & 255
    labels = np.where((cip >= 4) & (cip <= 8), cip - 3, 0).astype(np.uint8)[::2, ::3, ::3]
    x, y, z = image.GetSpacing()
    origins = np.array(image.GetOrigin()) + np.arange(labels.shape[0])[:, None] * np.array([[0.0, 0.0, 2 * z]])
    lobes = LobeMap(labels, Geometry(labels.shape, (3 * y, 3 * x), origins, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 2 * z))
    dice = dice_of(lobes_of(lungs_of_lobes(lobes), trace_fissures(lobes)).labels, labels)
    assert min(dice.values()) >= 0.97, dice


def test_lobes_that_hardly_meet_have_no_fissure() -> None:
    """A map without a middle lobe has no minor fissure, an empty one none at all."""
    labels = lobes_of(box_lungs(), three_planes(), without={Lobe.RML})
    assert [f.name for f in trace_fissures(labels).fissures] == [FissureName.RIGHT_OBLIQUE, FissureName.LEFT_OBLIQUE]
    empty = LobeMap(np.zeros_like(labels.labels), labels.geometry)
    assert trace_fissures(empty).fissures == ()


def test_lungs_are_the_lobes_of_their_side() -> None:
    """The lungs that lobes make up are the lungs that were parted."""
    lungs = box_lungs()
    assert np.array_equal(lungs_of_lobes(lobes_of(lungs, three_planes(lingula=True))).labels, lungs.labels)
    assert sum(share(lungs.labels).values()) == pytest.approx(100)
