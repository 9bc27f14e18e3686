"""Volumes against other programs (SimpleITK, pydicom) and against their own twins in other encodings.

`expected/twins.json` comes of an independent survey: decoded with pydicom, or with imagecodecs where pydicom cannot.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 - its usual name
from numpy.typing import NDArray

from kazerooni import phantom
from kazerooni.dicom import Series, find_series, read_volume
from kazerooni.dicom.pixels import read_frame
from kazerooni.model import Volume

TWINS: dict[str, Any] = json.loads((Path(__file__).parent / "expected" / "twins.json").read_text())
LIDC = "lidc-substacks/tests/assets/test_image_data/small"
CHESTS = (
    "lung-pet-ct-dx/**/Lung_Dx-A0001",
    "lung-pet-ct-dx/**/Lung_Dx-A0002",
    "cip/Testing/Data/Input/ct-64Dicom",
    "cip/Testing/Data/Input/simple_dicom",
    f"{LIDC}/LIDC-IDRI-0001",
    f"{LIDC}/LIDC-IDRI-0002",
    f"{LIDC}/LIDC-IDRI-0003",
    "lungmask/tests/testdata",
    "dcmqi/data/segmentations/ct-3slice",
    "dcmqi/data/segmentations/23x38x3/image",
    "dcmqi/data/segmentations/24x38x3/image",
)
LOSSLESS = [group["files"][0] for group in TWINS["lossless"]]


def series_of(path: Path) -> Series:
    """Give the best series at a path."""
    return find_series(path)[0]


def by_simpleitk(folder: Path) -> sitk.Image:
    """Read the one series below a folder with SimpleITK."""
    (holder,) = {path.parent for path in folder.rglob("*") if sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(path.parent))}
    (uid,) = sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(holder))
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(holder), uid))
    image: sitk.Image = reader.Execute()
    return image


def assert_same_grid(volume: Volume, image: sitk.Image) -> None:
    """Assert that both lie alike in the patient: first pixel, directions, spacing within the plane and across."""
    geometry = volume.geometry
    directions = np.array(image.GetDirection()).reshape(3, 3)
    columns, rows, slices = image.GetSpacing()
    assert geometry.shape == image.GetSize()[::-1]
    np.testing.assert_allclose(geometry.origin_mm, image.GetOrigin(), atol=1e-6)
    np.testing.assert_allclose(geometry.row_direction, directions[:, 0], atol=1e-6)
    np.testing.assert_allclose(geometry.column_direction, directions[:, 1], atol=1e-6)
    np.testing.assert_allclose(geometry.normal, directions[:, 2], atol=1e-6)
    np.testing.assert_allclose(geometry.pixel_spacing_mm, (rows, columns), rtol=1e-6)
    np.testing.assert_allclose(np.diff(geometry.slice_positions_mm).mean(), slices, atol=1e-3)


def digest(values: NDArray[Any]) -> str:
    """Give the digest that the survey made of stored values."""
    return hashlib.sha256(repr(values.shape).encode() + values.astype(np.int64).tobytes()).hexdigest()[:16]


def stored(path: Path) -> NDArray[Any]:
    """Read the stored values of every frame of a file, in the order of the file; (row, column) of a single one."""
    frames = sorted(series_of(path).frames, key=lambda frame: frame.number)
    values = np.stack([read_frame(frame) for frame in frames])
    return values if frames[0].frames > 1 else values[0]


@pytest.mark.parametrize("place", CHESTS)
def test_a_real_scan_equals_simpleitk(place: str, shared_data: Path) -> None:
    """Values and geometry of every real series that SimpleITK reads as one volume are the same here."""
    (folder,) = shared_data.glob(place)
    volume, image = read_volume(series_of(folder)), by_simpleitk(folder)
    np.testing.assert_array_equal(volume.hu, sitk.GetArrayViewFromImage(image))
    assert_same_grid(volume, image)


def test_the_tiny_chest_equals_its_nrrd(shared_data: Path) -> None:
    """The CT of 64 x 64 pixels equals the NRRD file that lies beside it, voxel by voxel and in place."""
    folder = shared_data / "cip/Testing/Data/Input"
    volume, image = read_volume(folder / "ct-64Dicom"), sitk.ReadImage(folder / "ct-64.nrrd")
    np.testing.assert_array_equal(volume.hu, sitk.GetArrayViewFromImage(image))
    assert volume.geometry.shape == image.GetSize()[::-1]
    np.testing.assert_allclose(volume.geometry.pixel_spacing_mm, image.GetSpacing()[1::-1], rtol=1e-5)


def test_every_slice_equals_pydicom(shared_data: Path) -> None:
    """Each slice of a tilted head with two spacings stands where its header says, with the values of pydicom."""
    folder = shared_data / "dcm-qa-ct/In/GE"
    volume = read_volume(folder)
    files = {ds.SOPInstanceUID: ds for ds in map(pydicom.dcmread, sorted(folder.glob("*.dcm")))}
    for i, uid in enumerate(volume.scan.sop_uids):
        dataset = files[uid]
        np.testing.assert_array_equal(
            volume.hu[i], dataset.pixel_array * dataset.RescaleSlope + dataset.RescaleIntercept
        )
        np.testing.assert_allclose(volume.geometry.origins_mm[i], dataset.ImagePositionPatient)
    assert (np.diff(volume.geometry.slice_positions_mm) > 0).all()


@pytest.mark.parametrize("group", TWINS["lossless"], ids=LOSSLESS)
def test_compressed_twins_have_the_same_values(group: dict[str, Any], shared_data: Path) -> None:
    """One picture in many encodings gives the same stored values from each: those of the survey."""
    assert {path: digest(stored(shared_data / path)) for path in group["files"]} == dict.fromkeys(
        group["files"], group["sha256"]
    )


def test_one_slice_in_ten_lossless_encodings_is_the_same_volume(shared_data: Path) -> None:
    """The chest slice of cornerstone gives the same HU from every lossless syntax, big-endian and deflated too."""
    (group,) = (g for g in TWINS["lossless"] if any("RLELossless" in path for path in g["files"]))
    volumes = [read_volume(shared_data / path) for path in group["files"]]
    reference = pydicom.dcmread(shared_data / next(path for path in group["files"] if "LittleEndianExplicit" in path))
    wanted = reference.pixel_array * float(reference.RescaleSlope) + float(reference.RescaleIntercept)
    assert len(volumes) == 10
    for volume in volumes:
        assert volume.hu.dtype == np.int16
        np.testing.assert_array_equal(volume.hu[0], wanted)


@pytest.mark.parametrize("pair", TWINS["lossy"], ids=lambda pair: pair["path"])
def test_lossy_twins_differ_no_more_than_the_survey_saw(pair: dict[str, Any], shared_data: Path) -> None:
    """A picture compressed with loss differs from its original by as many HU as other decoders find, and no more."""
    pictures = []
    for path in (pair["path"], pair["reference"]):
        (frames,) = [sorted(s.frames, key=lambda f: f.number) for s in find_series(shared_data / path)]
        a = frames[0].attributes
        pictures.append(np.stack([read_frame(f) * (a.slope or 1.0) + (a.intercept or 0.0) for f in frames]))
    assert np.abs(pictures[0] - pictures[1]).max() == pytest.approx(pair["largest_difference_hu"], abs=0.01)


def test_a_lossy_slice_is_read_with_a_warning(shared_data: Path) -> None:
    """A CT slice in JPEG of 12 bits with a fractional slope, which pydicom cannot decode, is read, the loss told."""
    (path,) = shared_data.glob("cornerstone-transfer-syntaxes/testImages/*1.2.840.10008.1.2.4.51.dcm")
    volume = read_volume(path)
    assert volume.hu.dtype == np.float32
    assert "lossy" in {notice.code for notice in volume.notices}


@pytest.mark.parametrize("twin", TWINS["frames"], ids=lambda twin: twin["multi_frame"])
def test_enhanced_frames_equal_their_classic_slices(twin: dict[str, Any], shared_data: Path) -> None:
    """Each frame of a multi-frame file has the values and the place of the slice it was made of."""
    path = shared_data / twin["multi_frame"]
    frames = sorted(series_of(path).frames, key=lambda frame: frame.number)
    singles = {p.name: p for p in shared_data.glob(f"{path.parents[1].relative_to(shared_data)}/**/*.dcm")}
    assert len(frames) == len(twin["single"])
    for frame, names in zip(frames, twin["single"], strict=True):
        candidates = [series_of(singles[name]).frames[0] for name in names]
        same = [c for c in candidates if c.position is not None and np.allclose(c.position, frame.position or (0,) * 3)]
        assert same
        np.testing.assert_array_equal(read_frame(frame), read_frame(same[0]))
        assert frame.attributes.intercept == same[0].attributes.intercept
        assert frame.attributes.orientation == same[0].attributes.orientation


@pytest.mark.parametrize("name", ["23x38x3", "24x38x3"])
def test_a_legacy_converted_series_is_the_volume_of_its_slices(name: str, shared_data: Path) -> None:
    """A legacy-converted enhanced CT gives the same volume as the classic slices, in the same order of positions."""
    folder = shared_data / "dcmqi/data/segmentations" / name
    classic, enhanced = read_volume(folder / "image"), read_volume(folder / "multiframe")
    np.testing.assert_array_equal(classic.hu, enhanced.hu)
    np.testing.assert_allclose(classic.geometry.origins_mm, enhanced.geometry.origins_mm)
    assert classic.geometry.pixel_spacing_mm == enhanced.geometry.pixel_spacing_mm
    assert classic.geometry.slice_thickness_mm == enhanced.geometry.slice_thickness_mm


# Files whose compressed stream has another sign or more bits than the header says.
SIGN_MISMATCHES = (
    "pydicom/src/pydicom/data/test_files/J2K_pixelrep_mismatch.dcm",
    "pydicom-data/data_store/data/693_J2KR.dcm",
    "pydicom-data/data_store/data/JLSL_16_15_1_1F.dcm",
)


@pytest.mark.parametrize("path", SIGN_MISMATCHES)
def test_the_sign_is_that_of_the_header(path: str, shared_data: Path) -> None:
    """Where the compressed stream contradicts the header on sign or bits, the header holds, as with pydicom."""
    dataset = pydicom.dcmread(shared_data / path)
    np.testing.assert_array_equal(stored(shared_data / path), dataset.pixel_array)


@pytest.mark.parametrize("syntax", phantom.LOSSLESS_SYNTAXES)
@pytest.mark.parametrize("signed", [False, True])
def test_a_phantom_in_any_lossless_syntax_equals_pydicom(syntax: str, *, signed: bool, tmp_path: Path) -> None:
    """A phantom series gives its truth from every lossless syntax, signed or not."""
    plan = phantom.spiral_ct(slices=3, rows=24, columns=20, signed=signed, noise_hu=20.0)
    phantom.write_series(phantom.build_series(plan), tmp_path, syntax=syntax)
    np.testing.assert_array_equal(read_volume(tmp_path).hu, phantom.truth_of(plan).hu)


@pytest.mark.parametrize("syntax", phantom.NATIVE_SYNTAXES[:2])
def test_a_phantom_equals_simpleitk(syntax: str, tmp_path: Path) -> None:
    """An oblique phantom with unequal pixel spacing lies where SimpleITK puts it."""
    plan = phantom.spiral_ct(
        slices=5, rows=12, columns=20, pixel_spacing_mm=(2.0, 3.0), orientation=(0.8, 0.6, 0, -0.6, 0.8, 0)
    )
    phantom.write_series(phantom.build_series(plan), tmp_path, syntax=syntax)
    volume, image = read_volume(tmp_path), by_simpleitk(tmp_path)
    np.testing.assert_array_equal(volume.hu, sitk.GetArrayViewFromImage(image))
    assert_same_grid(volume, image)
