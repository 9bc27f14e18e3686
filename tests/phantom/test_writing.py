"""Files in every transfer syntax, read back by other programs."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any, get_args

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames

from kazerooni.phantom import (
    LOSSLESS_SYNTAXES,
    NEAR_LOSSLESS_DIFFERENCE,
    build_series,
    encode,
    hu_of,
    redirect_dicomdir,
    sequential_hrct,
    spiral_ct,
    stored_of,
    to_bytes,
    write_dicomdir,
    write_series,
    write_zip,
)
from kazerooni.phantom.plan import Manufacturer, Motion

PIXELS: dict[str, dict[str, Any]] = {
    "unsigned 12 of 16": {"signed": False, "bits_stored": 12},
    "unsigned 16": {"signed": False, "bits_stored": 16},
    "signed 12 of 16": {"signed": True, "bits_stored": 12, "intercept": 0.0},
    "signed 16": {"signed": True, "bits_stored": 16},
    "unsigned 8": {"bits_allocated": 8, "bits_stored": 8, "slope": 8.0},
}
ENCAPSULATED = [syntax for syntax in LOSSLESS_SYNTAXES if uid.UID(syntax).is_encapsulated]
# pydicom needs pylibjpeg for HTJ2K, and no back end of it takes 12 bit JPEG.
BY_IMAGECODECS: dict[str, Callable[[bytes], np.ndarray]] = {
    uid.HTJ2KLossless: imagecodecs.htj2k_decode,
    uid.JPEGExtended12Bit: imagecodecs.jpeg8_decode,
}


def slice_of(**changes: Any) -> Dataset:
    """Build one noisy slice with unequal sides."""
    return build_series(spiral_ct(slices=1, rows=41, columns=36, noise_hu=20.0, **changes))[0]


def read(data: bytes) -> Dataset:
    """Read the bytes of a file by plain pydicom."""
    return pydicom.dcmread(BytesIO(data))


def decode(dataset: Dataset) -> np.ndarray:
    """Decode one frame by pydicom, or by imagecodecs where pydicom cannot."""
    decoder = BY_IMAGECODECS.get(dataset.file_meta.TransferSyntaxUID)
    if decoder is None:
        return dataset.pixel_array
    return decoder(next(generate_frames(dataset.PixelData, number_of_frames=1)))


@pytest.mark.parametrize("syntax", LOSSLESS_SYNTAXES, ids=lambda s: uid.UID(s).name)
@pytest.mark.parametrize("pixels", PIXELS.values(), ids=PIXELS.keys())
def test_lossless_syntaxes_give_the_pixels_back(syntax: str, pixels: dict[str, Any]) -> None:
    """What is written in a lossless syntax is read back equal."""
    dataset = slice_of(**pixels)
    found = read(to_bytes(dataset, syntax=syntax))
    assert found.file_meta.TransferSyntaxUID == syntax
    assert np.array_equal(decode(found), stored_of(dataset))


@pytest.mark.parametrize(
    ("syntax", "pixels", "difference"),
    [
        (uid.JPEGLSNearLossless, "unsigned 12 of 16", NEAR_LOSSLESS_DIFFERENCE),
        (uid.JPEGLSNearLossless, "signed 16", NEAR_LOSSLESS_DIFFERENCE),
        (uid.JPEG2000, "unsigned 12 of 16", 20),
        (uid.JPEG2000, "signed 16", 20),
        (uid.JPEGBaseline8Bit, "unsigned 8", 4),
        (uid.JPEGExtended12Bit, "unsigned 12 of 16", 4),
    ],
)
def test_lossy_syntaxes_stay_near_and_say_so(syntax: str, pixels: str, difference: int) -> None:
    """Lossy syntaxes change stored values a little and declare the loss."""
    dataset = slice_of(**PIXELS[pixels])
    found = read(to_bytes(dataset, syntax=syntax))
    assert found.LossyImageCompression == "01"
    assert found.LossyImageCompressionMethod.startswith("ISO_")
    assert 0 < np.abs(decode(found).astype(int) - stored_of(dataset)).max() <= difference


@pytest.mark.parametrize("syntax", ENCAPSULATED, ids=lambda s: uid.UID(s).name)
@pytest.mark.parametrize(
    "options", [{"fragments": 3}, {"fragments": 3, "offset_table": "empty"}, {"offset_table": "extended"}]
)
def test_fragments_and_offset_tables(syntax: str, options: dict[str, Any]) -> None:
    """A frame may lie in several fragments, with or without a basic or an extended offset table."""
    dataset = slice_of()
    found = read(to_bytes(dataset, syntax=syntax, **options))
    assert np.array_equal(decode(found), stored_of(dataset))
    assert ("ExtendedOffsetTable" in found) == (options.get("offset_table") == "extended")
    items = found.PixelData.count(b"\xfe\xff\x00\xe0")
    assert items >= 1 + options.get("fragments", 1)


def test_big_endian_pixels_are_big_endian() -> None:
    """In explicit VR big endian the pixel words themselves are swapped."""
    dataset = slice_of()
    found = read(to_bytes(dataset, syntax=uid.ExplicitVRBigEndian))
    assert np.array_equal(np.frombuffer(found.PixelData, ">u2"), stored_of(dataset).ravel())


def test_jpeg_lossless_first_order_uses_the_first_predictor() -> None:
    """The two JPEG lossless syntaxes differ in the predictor, which the scan header tells."""
    for syntax, predictor in ((uid.JPEGLosslessSV1, 1), (uid.JPEGLossless, 4)):
        stream = next(generate_frames(encode(slice_of(), syntax).PixelData, number_of_frames=1))
        scan_header = stream.index(b"\xff\xda")
        assert stream[scan_header + 7] == predictor


@pytest.mark.parametrize(
    ("syntax", "pixels", "options", "message"),
    [
        ("1.2.3", "unsigned 16", {}, "these can"),
        (uid.JPEGBaseline8Bit, "unsigned 16", {}, "unsigned 8 bit"),
        (uid.JPEGExtended12Bit, "signed 12 of 16", {}, "unsigned 12 bit"),
        (uid.RLELossless, "unsigned 16", {"fragments": 2, "offset_table": "extended"}, "extended offset table"),
    ],
)
def test_what_a_syntax_cannot_hold_is_refused(syntax: str, pixels: str, options: dict[str, Any], message: str) -> None:
    """A syntax that is unknown or cannot hold the pixels is refused with what it wants."""
    with pytest.raises(ValueError, match=message):
        encode(slice_of(**PIXELS[pixels]), syntax, **options)


def test_encoding_leaves_the_dataset_alone() -> None:
    """Encoding makes a copy."""
    dataset = slice_of()
    before = to_bytes(dataset)
    encode(dataset, uid.RLELossless)
    assert to_bytes(dataset) == before


def test_series_is_one_file_a_slice(tmp_path: Path) -> None:
    """Files stand in the order of the datasets under the names wanted, in folders where a name has one."""
    datasets = build_series(spiral_ct(slices=3))
    numbered = write_series(datasets, tmp_path)
    named = write_series(datasets, tmp_path, names=["a/1", "a/2", "b/1"])
    assert [path.name for path in numbered] == ["IM0001.dcm", "IM0002.dcm", "IM0003.dcm"]
    assert named[2] == tmp_path / "b" / "1"
    assert [pydicom.dcmread(path).SOPInstanceUID for path in named] == [d.SOPInstanceUID for d in datasets]


def test_file_meta_follows_the_dataset() -> None:
    """Every file has full file meta that agrees with its dataset."""
    meta = read(to_bytes(slice_of())).file_meta
    dataset = slice_of()
    assert meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert meta.MediaStorageSOPClassUID == uid.CTImageStorage
    assert meta.ImplementationClassUID.startswith("2.25.")


def test_zip_holds_the_files(tmp_path: Path) -> None:
    """A zip holds the same files, may hold names that climb, and is the same each time."""
    datasets = build_series(spiral_ct(slices=2))
    path = write_zip(datasets, tmp_path / "scan.zip", names=["x/1.dcm", "../2.dcm"])
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["x/1.dcm", "../2.dcm"]
        assert np.array_equal(read(archive.read("x/1.dcm")).pixel_array, stored_of(datasets[0]))
    assert path.read_bytes() == write_zip(datasets, tmp_path / "twin.zip", names=["x/1.dcm", "../2.dcm"]).read_bytes()


def test_dicomdir_lists_every_slice(tmp_path: Path) -> None:
    """A DICOMDIR names every slice by a path in its tree."""
    datasets = build_series(spiral_ct(slices=3))
    records = pydicom.dcmread(write_dicomdir(datasets, tmp_path)).DirectoryRecordSequence
    paths = [tmp_path.joinpath(*record.ReferencedFileID) for record in records if "ReferencedFileID" in record]
    assert {pydicom.dcmread(path).SOPInstanceUID for path in paths} == {d.SOPInstanceUID for d in datasets}


def test_dicomdir_can_point_out_of_its_folder(tmp_path: Path) -> None:
    """A record can be made to climb out of the folder while the rest of the DICOMDIR stays readable."""
    dicomdir = write_dicomdir(build_series(spiral_ct(slices=2)), tmp_path)
    redirect_dicomdir(dicomdir, "..\\..\\SECRET")
    records = pydicom.dcmread(dicomdir).DirectoryRecordSequence
    targets = [list(r.ReferencedFileID) for r in records if "ReferencedFileID" in r]
    assert targets[0] == ["..", "..", "SECRET"]
    assert (tmp_path / Path(*targets[1])).is_file()
    with pytest.raises(ValueError, match="room for"):
        redirect_dicomdir(dicomdir, "A" * 80)


@pytest.mark.parametrize(("manufacturer", "motion"), list(product(get_args(Manufacturer), get_args(Motion))))
def test_files_are_valid_ct(
    manufacturer: Manufacturer, motion: Motion, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    """The DICOM validator finds no error in the CT of any manufacturer."""
    path = write_series(build_series(spiral_ct(slices=1, manufacturer=manufacturer, motion=motion)), tmp_path)[0]
    told = subprocess.run([tool("dciodvfy"), str(path)], capture_output=True, text=True, check=False).stderr
    assert "CTImage" in told
    assert "Error" not in told


def test_manufacturers_tell_the_motion_in_their_words() -> None:
    """Siemens tells the motion in ImageType, GE and Philips in ScanOptions, Canon in AcquisitionType."""

    def header(manufacturer: str, motion: str) -> Dataset:
        return build_series(sequential_hrct(slices=1, manufacturer=manufacturer, motion=motion))[0]

    assert header("Siemens", "sequential").ImageType[3] == "CT_SOM5 SEQ"
    assert header("Siemens", "spiral").ImageType[3] == "CT_SOM5 SPI"
    assert header("GE", "sequential").ScanOptions == "AXIAL MODE"
    assert header("GE", "spiral").SpiralPitchFactor == 1.375
    assert header("Philips", "spiral").ImageType[3] == header("Philips", "spiral").ScanOptions == "HELIX"
    assert header("Canon", "sequential").AcquisitionType == "SEQUENCED"
    assert "ScanOptions" not in header("GE", "unstated")


def test_hu_of_reads_what_pydicom_reads() -> None:
    """`hu_of` agrees with the rescaled pixels of a written file."""
    dataset = slice_of(slope=0.5, bits_stored=13)
    found = read(to_bytes(dataset))
    assert np.array_equal(hu_of(dataset), found.pixel_array * found.RescaleSlope + found.RescaleIntercept)
