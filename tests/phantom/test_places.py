"""The truth lies in the patient: whatever the orientation, the same place shows the same tissue."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from kazerooni.phantom import (
    CORONAL,
    GANTRY_VIEW_ORIENTATIONS,
    MARKER,
    ORIENTATIONS,
    SAGITTAL,
    SIMPLE_CHEST,
    SeriesPlan,
    build_series,
    hu_of,
    sequential_hrct,
    spiral_ct,
    truth_of,
    write_series,
)

# Most of its functions carry no types.
SITK: Any = SimpleITK
Vector = tuple[float, float, float]
POSITIONS = ("HFS", "FFS", "HFP", "FFP")
OBLIQUE = tuple(np.array([[0.8, 0.36, 0.48], [-0.6, 0.48, 0.64]]).ravel())
PLANS = {
    **{position: spiral_ct(patient_position=position) for position in POSITIONS},
    **{
        f"{position} seen from the gantry": spiral_ct(patient_position=position, orientation=cosines)
        for position, cosines in GANTRY_VIEW_ORIENTATIONS.items()
    },
    "coronal": SeriesPlan(slices=80, gap_mm=3.0, orientation=CORONAL),
    "sagittal": SeriesPlan(slices=80, gap_mm=4.0, orientation=SAGITTAL),
    "oblique": SeriesPlan(slices=50, gap_mm=5.0, orientation=OBLIQUE),
    "tilted": spiral_ct(slices=60, gantry_tilt_degrees=18.5),
    "tilted the other way, prone": spiral_ct(slices=60, gantry_tilt_degrees=-18.5, patient_position="HFP"),
    "unequal spacing": spiral_ct(rows=50, columns=70, pixel_spacing_mm=(7.1, 5.3)),
    "off centre": spiral_ct(centre_mm=(-20.0, 15.0, 5.0)),
}


def places_of(dataset: Dataset) -> np.ndarray:
    """Give the LPS place of every pixel as PS3.3 C.7.6.2.1.1 says, from the attributes alone: (row, column, 3)."""
    origin = np.array(dataset.ImagePositionPatient, float)
    row, column = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
    between_rows, between_columns = (float(s) for s in dataset.PixelSpacing)
    i, j = np.mgrid[: dataset.Rows, : dataset.Columns]
    places: np.ndarray = origin + row * between_columns * j[..., None] + column * between_rows * i[..., None]
    return places


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_marker_is_at_the_same_place(plan: SeriesPlan) -> None:
    """The centre of the marker is found at its LPS place in any position, orientation and tilt, by the header alone."""
    datasets = build_series(plan)
    places = np.concatenate([places_of(d)[hu_of(d) == MARKER.hu] for d in datasets])
    assert np.abs(places.mean(axis=0) - MARKER.centre_mm).max() < 1.5


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_pixels_show_the_body_at_their_places(plan: SeriesPlan) -> None:
    """Every pixel shows the tissue of its place in the patient, apart from rounding at an edge."""
    dataset = build_series(plan)[plan.slices // 2]
    wrong = hu_of(dataset) != SIMPLE_CHEST.hu(*np.moveaxis(places_of(dataset), -1, 0))
    assert wrong.mean() < 0.001


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_geometry_says_what_the_headers_say(plan: SeriesPlan) -> None:
    """The true geometry has the positions, cosines and spacings of the headers, in the order of the datasets."""
    datasets, geometry = build_series(plan), truth_of(plan).geometry
    assert np.array_equal([d.ImagePositionPatient for d in datasets], geometry.origins_mm)
    assert tuple(datasets[0].ImageOrientationPatient) == geometry.orientation
    assert tuple(datasets[0].PixelSpacing) == geometry.pixel_spacing_mm
    assert np.allclose(geometry.gaps_mm, plan.gap_mm, atol=1e-5)


def turned(vector: Vector, axis: Vector, angle: float) -> Vector:
    """Turn a vector about an axis of any length (Rodrigues)."""
    unit = np.array(axis) / np.linalg.norm(axis)
    v = np.array(vector)
    x, y, z = v * math.cos(angle) + np.cross(unit, v) * math.sin(angle) + unit * (unit @ v) * (1 - math.cos(angle))
    return x, y, z


@given(st.tuples(st.floats(0.1, 3.0), st.floats(-3.0, 3.0), st.floats(-3.0, 3.0)), st.floats(-math.pi, math.pi))
def test_any_orientation_shows_the_same_body(axis: Vector, angle: float) -> None:
    """However the stack is turned, pixels show the tissue of their places."""
    cosines = (*turned((1.0, 0.0, 0.0), axis, angle), *turned((0.0, 1.0, 0.0), axis, angle))
    plan = SeriesPlan(slices=1, rows=24, columns=20, pixel_spacing_mm=(12.0, 15.0), orientation=cosines)
    dataset = build_series(plan)[0]
    wrong = hu_of(dataset) != SIMPLE_CHEST.hu(*np.moveaxis(places_of(dataset), -1, 0))
    assert wrong.sum() <= 1


def test_prone_pictures_are_turned_by_half() -> None:
    """A prone scan shows the supine picture turned by half a turn, and feet-first series the cosines of head-first."""
    supine, prone = (truth_of(spiral_ct(patient_position=position)).hu for position in ("HFS", "HFP"))
    assert (supine != prone[:, ::-1, ::-1]).mean() < 0.001
    assert ORIENTATIONS["FFS"] == ORIENTATIONS["HFS"]


def test_tilt_shears_the_stack() -> None:
    """Under a tilted gantry the table moves along z: slices shift in their plane, gaps along the normal stay."""
    geometry = truth_of(spiral_ct(slices=20, gantry_tilt_degrees=20.0)).geometry
    steps = np.diff(geometry.origins_mm, axis=0)
    assert np.abs(steps[:, :2]).max() < 1e-5
    assert geometry.gaps_mm == pytest.approx(1.25, abs=1e-5)
    assert geometry.shear_mm[1] == pytest.approx(19 * 1.25 * math.tan(math.radians(20.0)), abs=1e-3)


def test_instance_numbers_run_from_head_to_feet() -> None:
    """InstanceNumber 1 is the slice nearest to the head, whatever the position."""
    for position in POSITIONS:
        datasets = build_series(sequential_hrct(patient_position=position))
        heights = [float(d.ImagePositionPatient[2]) for d in sorted(datasets, key=lambda d: int(d.InstanceNumber))]
        assert heights == sorted(heights, reverse=True)


@pytest.mark.parametrize("name", ["HFS", "FFP seen from the gantry", "oblique", "unequal spacing"])
def test_simpleitk_reads_the_same(name: str, tmp_path: Path) -> None:
    """SimpleITK reads the plain series to the same array and the same geometry."""
    plan = PLANS[name]
    truth = truth_of(plan)
    write_series(build_series(plan), tmp_path)
    image = SITK.ReadImage(SITK.ImageSeriesReader_GetGDCMSeriesFileNames(str(tmp_path)))
    geometry = truth.geometry
    assert np.array_equal(SITK.GetArrayFromImage(image), truth.hu)
    assert image.GetOrigin() == pytest.approx(tuple(geometry.origin_mm), abs=1e-4)
    assert image.GetSpacing() == pytest.approx((*geometry.pixel_spacing_mm[::-1], plan.gap_mm), abs=1e-4)
    axes = np.column_stack([geometry.row_direction, geometry.column_direction, geometry.normal])
    assert np.allclose(np.reshape(image.GetDirection(), (3, 3)), axes, atol=1e-6)
