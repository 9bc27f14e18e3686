"""Bad files: not DICOM, cut off, lying, odd; a reason for each, never a crash, never much memory (dicom.md)."""

from __future__ import annotations

import json
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom import uid

from kazerooni.dicom import find_series, read_volume
from kazerooni.errors import KazerooniError, UnusableSeriesError
from kazerooni.phantom import damage, hu_of, to_bytes, to_enhanced, traps, truth_of, write_zip


def survive(desk: Any) -> Any:
    """Find and read everything on the desk; only errors of ours may be raised."""
    found = desk.find()
    for series in found:
        try:
            volume = read_volume(series)
        except KazerooniError as error:
            assert not isinstance(error, UnusableSeriesError) or not series.usable  # noqa: PT017
        else:
            assert series.usable
            assert volume.hu.shape[0] == series.slices
    return found


NOT_DICOM: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "one byte": (b"\x08", "DICOM"),
    "text": (b"Read me: these are the slices of the scan.\n" * 9, "not DICOM"),
    "huge text": (damage.huge_text(megabytes=2), "not DICOM"),
    "Git LFS pointer": (damage.lfs_pointer(b"whatever"), "Git LFS"),
    "JSON": (json.dumps({"00080016": {"vr": "UI"}}).encode(), "not DICOM"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(300), "not DICOM"),
    "PDF": (b"%PDF-1.7\n" + bytes(300), "not DICOM"),
    "NRRD": (b"NRRD0004\ntype: short\n" * 20, "not DICOM"),
    "gzip": (b"\x1f\x8b\x08\0" + bytes(range(256)), "not DICOM"),
    "zeros": (bytes(5000), "DICOM"),
    "ones": (b"\xff" * 5000, "not DICOM"),
    "preamble only": (bytes(128), "DICOM"),
    "preamble and prefix": (bytes(128) + b"DICM", "DICOM"),
    "prefix and garbage": (bytes(128) + b"DICM" + bytes(range(1, 256)) * 9, ""),
    "starts like DICOM": (b"\x08\0" * 200, ""),
    "starts like big-endian DICOM": (b"\0\x08" * 200, ""),
}


@pytest.mark.parametrize(("data", "reason"), NOT_DICOM.values(), ids=NOT_DICOM.keys())
@pytest.mark.parametrize("name", ["IM0099.dcm", "README"])
def test_what_is_no_dicom_is_skipped_with_the_reason(desk: Any, data: bytes, reason: str, name: str) -> None:
    """A file that is no DICOM picture is listed with a reason, whatever its name; the slices beside it are read."""
    folder = desk.save(desk.build())
    (folder / name).write_bytes(data)
    found = desk.find()
    assert [s.slices for s in found] == [5]
    (skipped,) = found.skipped
    assert skipped.path == f"scan/{name}"
    assert skipped.reason
    assert reason in skipped.reason
    assert found.files == 6
    desk.same(read_volume(desk.folder), truth_of(desk.plan()))


@pytest.mark.parametrize("syntax", [
    uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian, uid.RLELossless,
], ids=lambda s: s.name)  # fmt: skip
@pytest.mark.parametrize("change", [damage.drop_preamble, damage.drop_file_meta])
def test_files_that_begin_too_late(desk: Any, syntax: str, change: Any) -> None:
    """Without preamble or file meta a native picture is still read; one whose syntax cannot be known is told."""
    folder = desk.save(desk.build(), syntax=syntax)
    for path in folder.iterdir():
        damage.alter_file(path, change)
    series = desk.only()
    if syntax == uid.RLELossless and change is damage.drop_file_meta:
        assert not series.usable
        return
    desk.same(read_volume(series), truth_of(desk.plan()))


@pytest.mark.parametrize(
    ("keyword", "reason"),
    [("SOPClassUID", "SOP class"), ("Rows", "Rows"), ("Columns", "Rows"), ("PixelData", "PixelData")],
)
def test_pictures_need_class_rows_and_pixels(desk: Any, keyword: str, reason: str) -> None:
    """A DICOM file without SOP class, Rows, Columns or PixelData is skipped and the reason names what it lacks."""
    datasets = traps.remove_attributes(desk.build(), keyword, slices=[2])
    folder = desk.save(datasets)
    if keyword == "SOPClassUID":
        damage.alter_file(folder / "IM0003.dcm", damage.drop_file_meta)
    found = desk.find()
    assert sum(s.slices for s in found) == 4
    assert reason in found.skipped[0].reason


def test_floating_point_pixels_are_named(desk: Any) -> None:
    """An object with FloatPixelData is no CT picture and is skipped."""
    datasets = traps.remove_attributes(desk.build(slices=1), "PixelData")
    datasets[0].FloatPixelData = bytes(20 * 24 * 4)
    datasets[0].BitsAllocated = 32
    folder = desk.save([])
    (folder / "x").write_bytes(_written(datasets[0]))
    assert "PixelData" in desk.find().skipped[0].reason


def _written(dataset: Any) -> bytes:
    stream = BytesIO()
    pydicom.dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


# --- Cut off --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("syntax", [
    uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian, uid.DeflatedExplicitVRLittleEndian,
    uid.JPEGLSLossless,
], ids=lambda s: s.name)  # fmt: skip
def test_a_file_cut_off_anywhere(desk: Any, syntax: str) -> None:
    """Wherever a slice is cut off, it is never read as whole: it is skipped, or its series says truncated."""
    folder = desk.save(desk.build(), syntax=syntax)
    path = folder / "IM0003.dcm"
    data = path.read_bytes()
    for length in {*range(1, len(data), max(len(data) // 40, 1)), 127, 128, 131, 132, 140, len(data) - 1}:
        path.write_bytes(data[:length])
        found = survive(desk)
        told = {n.code for s in found for n in s.notices}
        skipped = [s for s in found.skipped if s.path.endswith("IM0003.dcm")]
        whole = [s for s in found if s.usable and s.slices == 5]
        if whole:  # only what stands behind the pixels is missing
            desk.same(read_volume(whole[0]), truth_of(desk.plan()))
            assert length > len(data) - 16, length
        else:
            assert skipped or told & {"truncated", "undecodable"}, length


@pytest.mark.parametrize("beyond", [0, 5, 9], ids=["between elements", "in the head of one", "in the value of one"])
@pytest.mark.parametrize(
    "after",
    [b"\x20\0\x0e\0UI", b"\x20\0\x37\0DS", b"\x28\0\x10\0US", b"\x28\0\x52\x10DS"],
    ids=["series UID", "orientation", "rows", "intercept"],
)
def test_header_cut_off_after_its_identity(desk: Any, after: bytes, beyond: int) -> None:
    """A slice whose header ends behind its series UID is skipped, and its series says so by the slice's UID."""
    datasets = desk.build()
    folder = desk.save(datasets)
    path = folder / "IM0005.dcm"
    data = path.read_bytes()
    start = data.rfind(after)
    path.write_bytes(data[: start + 8 + struct.unpack_from("<H", data, start + 6)[0] + beyond])
    found = desk.find()
    assert [s.slices for s in found] == [4]
    assert found.skipped[0].path == "scan/IM0005.dcm"
    notice = desk.notice(found[0], "truncated")
    assert (notice.severity, notice.sop_uids) == ("error", (datasets[4].SOPInstanceUID,))


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.95])
@pytest.mark.parametrize(
    "syntax", [uid.ExplicitVRLittleEndian, uid.JPEGLSLossless, uid.RLELossless], ids=lambda s: s.name
)
def test_pixels_cut_off(desk: Any, keep: float, syntax: str) -> None:
    """A slice cut off in its pixels makes the series unusable by a notice that names the slice and what is there."""
    datasets = desk.build()
    folder = desk.save(datasets, syntax=syntax)
    damage.alter_file(folder / "IM0003.dcm", lambda data: damage.truncate_pixels(data, keep=keep))
    series = desk.only()
    notice = desk.notice(series, "truncated")
    assert (notice.severity, series.usable, series.slices) == ("error", False, 5)
    assert notice.sop_uids == (datasets[2].SOPInstanceUID,)
    assert f"slice {datasets[2].InstanceNumber}" in notice.message
    assert any(character.isdigit() for character in notice.message.split(":", 1)[1])
    with pytest.raises(UnusableSeriesError, match="slice 3"):
        read_volume(series)


def test_all_notices_come_at_once(desk: Any) -> None:
    """A series with several faults tells all of them at once."""
    datasets = traps.remove_attributes(desk.build(slices=9), "ImagePositionPatient", slices=[1])
    folder = desk.save(traps.set_attributes(datasets, SliceThickness="5"))
    damage.alter_file(folder / "IM0004.dcm", damage.truncate_pixels)
    damage.alter_file(folder / "IM0006.dcm", lambda data: damage.lie_about_pixel_length(data, 5000))
    assert desk.codes(desk.only()) >= {"missing-position", "truncated", "size-mismatch", "thick-slices"}


# --- Lies -----------------------------------------------------------------------------------------------------------


LIES: dict[str, dict[str, Any]] = {
    "giant": {"Rows": 65535, "Columns": 65535},
    "as large as allowed": {"Rows": 8192, "Columns": 8192},
    "no rows": {"Rows": 0},
    "no columns": {"Columns": 0},
    "one row more": {"Rows": 21},
    "one row less": {"Rows": 19},
    "half": {"Rows": 10},
    "giant frames": {"NumberOfFrames": 2**31 - 1},
    "some frames": {"NumberOfFrames": 3},
    "wider words": {"BitsAllocated": 32, "BitsStored": 32, "HighBit": 31},
    "narrower words": {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7},
    "three samples": {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0},
    "many samples": {"SamplesPerPixel": 65535},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
@pytest.mark.parametrize("which", ["one slice", "all slices"])
@pytest.mark.parametrize("syntax", [
    uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian, uid.DeflatedExplicitVRLittleEndian, uid.JPEGLSLossless,
    uid.JPEG2000Lossless, uid.RLELossless,
], ids=lambda s: s.name)  # fmt: skip
def test_sizes_that_lie(desk: Any, lie: dict[str, Any], which: str, syntax: str) -> None:
    """Rows, Columns, frames, bits and samples that do not fit the pixels are told before memory is reserved."""
    folder = desk.save(desk.build(noise_hu=20.0), syntax=syntax)
    for path in sorted(folder.iterdir())[2:3] if which == "one slice" else folder.iterdir():
        damage.alter_file(path, lambda data: damage.lie(data, **lie))
    with desk.little_memory():
        found = survive(desk)
    lying = found if which == "all slices" else [s for s in found if not (s.usable and s.slices == 4)]
    if syntax in (uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian, uid.DeflatedExplicitVRLittleEndian):
        assert lying
        assert not any(s.usable for s in lying)
    else:
        assert not any(s.usable and _reads_wrong(s) for s in found)


def _reads_wrong(series: Any) -> bool:
    """Tell whether a series can be read although it holds a lying slice."""
    try:
        volume = read_volume(series)
    except KazerooniError:
        return False
    return bool(volume.hu.shape[1:] != (20, 24))


STREAM_SIZES: dict[str, tuple[str, bytes, str, int]] = {
    # marker of the size in the stream, layout of (columns, rows) or (rows, columns), offset behind the marker
    "JPEG 2000": (uid.JPEG2000Lossless, b"\xff\x51", ">LL", 4),
    "JPEG-LS": (uid.JPEGLSLossless, b"\xff\xf7", ">HH", 3),
    "JPEG lossless": (uid.JPEGLosslessSV1, b"\xff\xc3", ">HH", 3),
}


@pytest.mark.parametrize("stream", STREAM_SIZES.values(), ids=STREAM_SIZES.keys())
@pytest.mark.parametrize("side", [8192, 65535])
def test_header_and_stream_that_lie_together(desk: Any, stream: tuple[str, bytes, str, int], side: int) -> None:
    """A giant size that header and compressed stream both claim reserves no memory where the stream is short."""
    syntax, marker, layout, offset = stream
    folder = desk.save(desk.build(slices=2, noise_hu=20.0), syntax=syntax)
    for path in folder.iterdir():
        data = bytearray(damage.lie(path.read_bytes(), Rows=side, Columns=side))
        struct.pack_into(layout, data, data.rfind(marker) + 2 + offset, side, side)
        if syntax == uid.JPEG2000Lossless:  # the tile is as large as the picture
            struct.pack_into(layout, data, data.rfind(marker) + 2 + offset + 16, side, side)
        path.write_bytes(data)
    with desk.little_memory():
        found = survive(desk)
    assert not any(s.usable and _reads_wrong(s) for s in found)


@pytest.mark.parametrize(
    "syntax", [uid.JPEG2000Lossless, uid.JPEGLSLossless, uid.JPEGLosslessSV1, uid.RLELossless], ids=lambda s: s.name
)
def test_blank_slices_compress_well_and_are_read(desk: Any, syntax: str) -> None:
    """A blank slice of usual size is a few hundred bytes when compressed and no lie."""
    datasets = desk.build(slices=2, rows=512, columns=512, pixel_spacing_mm=(0.7, 0.7))
    datasets[1].PixelData = bytes(len(datasets[1].PixelData))
    volume = desk.read(datasets, syntax=syntax)
    assert np.array_equal(volume.hu, desk.hu(datasets))


@pytest.mark.parametrize("length", [0, 2, 100, 958, 959, 962, 1000, 1920, 5000, 2**31, 2**32 - 2])
@pytest.mark.parametrize("filled", [False, True])
def test_pixel_length_that_lies(desk: Any, length: int, filled: bool) -> None:  # noqa: FBT001
    """A length of PixelData that is not Rows x Columns is an error; a surplus below a row is left out, and told."""
    folder = desk.save(desk.build())
    path = folder / "IM0003.dcm"
    data = damage.lie_about_pixel_length(path.read_bytes(), length)
    path.write_bytes(data + bytes(min(max(length - 960, 0), 10_000)) if filled else data)
    with desk.little_memory():
        found = survive(desk)
    told = {n.code: n for s in found for n in s.notices if n.code in ("truncated", "size-mismatch")}
    assert told
    if any(s.usable and s.slices == 5 for s in found):
        assert length in (962, 1000)
        assert np.array_equal(read_volume(found[0]).hu, truth_of(desk.plan()).hu)


def test_pixels_of_undefined_length_in_a_plain_file(desk: Any) -> None:
    """Plain pixels of undefined length are refused, with the slice named."""
    folder = desk.save(desk.build())
    damage.alter_file(folder / "IM0003.dcm", lambda data: damage.lie_about_pixel_length(data, 0xFFFFFFFF))
    series = survive(desk)[0]
    assert not series.usable or series.slices == 4


@pytest.mark.parametrize(
    "keyword", ["Manufacturer", "ImageType", "SeriesInstanceUID", "PixelSpacing", "Rows", "WindowWidth"]
)
@pytest.mark.parametrize("length", [0, 3, 400, 65534])
def test_element_length_that_lies(desk: Any, keyword: str, length: int) -> None:
    """A wrong length of any element never crashes, and the slice is never quietly lost."""
    folder = desk.save(desk.build())
    damage.alter_file(folder / "IM0003.dcm", lambda data: damage.lie_about_length(data, keyword, length))
    with desk.little_memory():
        found = survive(desk)
    assert sum(s.slices for s in found) + len(found.skipped) == 5


@pytest.mark.parametrize("defined", [False, True])
@pytest.mark.parametrize("depth", [10, 300, 2000, 20000])
def test_sequences_nested_deeply(desk: Any, depth: int, defined: bool) -> None:  # noqa: FBT001
    """Sequences within sequences, however deep, do not exhaust the stack."""
    opened = b"\x40\0\x75\x02SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    closed = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    nested = opened * depth + closed * depth
    if defined:
        nested = b"\x40\0\x75\x02SQ\0\0" + struct.pack("<L", len(nested) + 8) + b"\xfe\xff\x00\xe0" + struct.pack(
            "<L", len(nested)
        ) + nested  # fmt: skip
    folder = desk.save(desk.build())
    for path in folder.iterdir():
        data = path.read_bytes()
        at = data.rfind(b"\xe0\x7f\x10\0OW")
        path.write_bytes(data[:at] + nested + data[at:])
    found = survive(desk)
    assert sum(s.slices for s in found) + len(found.skipped) == 5
    if depth == 10:
        desk.same(read_volume(found[0]), truth_of(desk.plan()))


def test_sequences_with_pictures_before_the_pixels(desk: Any) -> None:
    """Icons and private sequences of undefined length, with Rows and PixelData of their own, are passed over."""
    for place, syntax in enumerate((uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian, uid.JPEGLSLossless)):
        desk.save(traps.bury_pixels(desk.build(seed=place)), into=f"{place}", syntax=syntax)
    found = desk.find()
    assert [s.slices for s in found] == [5, 5, 5]
    for series in found:
        assert np.array_equal(read_volume(series).hu, truth_of(desk.plan()).hu)


def test_private_elements_of_100_kb(desk: Any) -> None:
    """A header that is long before its pixels is read."""
    datasets = desk.build()
    for dataset in datasets:
        dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "OB", bytes(100_000))
    series = desk.only(datasets)
    desk.same(read_volume(series), truth_of(desk.plan()))


@pytest.mark.parametrize("tail", [b"\xfc\xff\xfc\xffOB\0\0\x10\0\0\0" + bytes(16), bytes(777), b"garbage" * 50])
def test_something_after_the_pixels(desk: Any, tail: bytes) -> None:
    """Padding and garbage behind the pixels do not matter."""
    folder = desk.save(desk.build())
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes() + tail)
    series = desk.only()
    desk.same(read_volume(series), truth_of(desk.plan()))


# --- Deflated -------------------------------------------------------------------------------------------------------


def deflated(body: bytes, meta_of: bytes) -> bytes:
    """Give a deflated file of this data set, with the file meta of another deflated file."""
    length = struct.unpack_from("<L", meta_of, 140)[0]
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return meta_of[: 144 + length] + packer.compress(body) + packer.flush()


def body_of(dataset: Any) -> bytes:
    """Give the explicit little-endian data set without its file meta."""
    return damage.drop_file_meta(to_bytes(dataset))


@pytest.mark.parametrize("where", ["before the pixels", "in the pixels", "behind the pixels", "nothing else"])
def test_deflate_bomb(desk: Any, where: str) -> None:
    """A deflated file of 100 kB that unpacks to 100 MB reserves little memory and time, wherever the nothing lies."""
    dataset = desk.build(slices=1)[0]
    frame = to_bytes(dataset, syntax=uid.DeflatedExplicitVRLittleEndian)
    body = body_of(dataset)
    at = body.rfind(b"\xe0\x7f\x10\0OW")
    zeros = bytes(100_000_000)
    bombs = {
        "before the pixels": body[:at] + b"\x35\x7f\x01\x10OB\0\0" + struct.pack("<L", len(zeros)) + zeros + body[at:],
        "in the pixels": body[:at] + b"\xe0\x7f\x10\0OW\0\0" + struct.pack("<L", len(zeros)) + zeros,
        "behind the pixels": body + b"\xfc\xff\xfc\xffOB\0\0" + struct.pack("<L", len(zeros)) + zeros,
        "nothing else": zeros[:1_000_000],
    }
    folder = desk.save([])
    (folder / "bomb.dcm").write_bytes(deflated(bombs[where], frame))
    del zeros, bombs
    assert (folder / "bomb.dcm").stat().st_size < 300_000
    with desk.little_memory(16_000_000):
        found = survive(desk)
    assert len(found) + len(found.skipped) == 1


@pytest.mark.parametrize("damaged", ["cut", "zeros", "not deflated"])
def test_broken_deflate(desk: Any, damaged: str) -> None:
    """A deflated file whose stream is broken is skipped or truncated, never half read."""
    folder = desk.save(desk.build(noise_hu=20.0), syntax=uid.DeflatedExplicitVRLittleEndian)
    path = folder / "IM0003.dcm"
    data = path.read_bytes()
    half = len(data) // 2
    path.write_bytes({
        "cut": data[: half + 300],
        "zeros": data[:half] + bytes(200) + data[half + 200 :],
        "not deflated": damage.claim_syntax(to_bytes(desk.build()[2]), uid.DeflatedExplicitVRLittleEndian),
    }[damaged])  # fmt: skip
    found = survive(desk)
    assert not any(s.usable and s.slices == 5 for s in found)
    assert found.skipped or any("truncated" in desk.codes(s) for s in found)


# --- Odd values -----------------------------------------------------------------------------------------------------


ODD: dict[str, tuple[Any, str]] = {
    "DS with words": (lambda d: traps.write_raw(d, {"KVP": b"120 kV"}), "KVP"),
    "DS with a comma": (lambda d: traps.write_raw(d, {"KVP": b"120,0"}), "KVP"),
    "date with dots the wrong way": (lambda d: traps.write_raw(d, {"StudyDate": b"14.05.2003"}), "StudyDate"),
    "date that is none": (lambda d: traps.write_raw(d, {"StudyDate": b"20031399"}), "StudyDate"),
    "UID with letters": (traps.spoil_uids, "FrameOfReferenceUID"),
    "unknown character set": (traps.claim_charset, "SpecificCharacterSet"),
    "all of it": (lambda d: traps.spoil_uids(traps.claim_charset(traps.spoil_values(d))), "KVP"),
}


@pytest.mark.parametrize(("trap", "named"), ODD.values(), ids=ODD.keys())
def test_odd_values_are_read_leniently_and_told(desk: Any, trap: Any, named: str) -> None:
    """An invalid number, date or UID and an unknown character set do not stop the reading, and a notice names them."""
    series = desk.only(trap(desk.build()))
    assert series.usable
    assert desk.codes(series) == {"invalid-value"}
    assert named in desk.notice(series, "invalid-value").message
    desk.same(read_volume(series), truth_of(desk.plan()))


@pytest.mark.parametrize("vr", [b"ZZ", b"??", b"\0\0", b"LO", b"UN", b"SQ"])
@pytest.mark.parametrize("keyword", ["Manufacturer", "StudyDescription", "WindowWidth", "ImagePositionPatient"])
def test_invalid_vr(desk: Any, vr: bytes, keyword: str) -> None:
    """A VR that does not exist or is wrong is survived; a picture is read, or told, never quietly lost."""
    folder = desk.save(desk.build())
    for path in folder.iterdir():
        damage.alter_file(path, lambda data: damage.spoil_vr(data, keyword, vr))
    found = survive(desk)
    assert sum(s.slices for s in found) + len(found.skipped) == 5
    if vr in (b"ZZ", b"LO") and keyword != "ImagePositionPatient":
        assert [s.slices for s in found] == [5]
        assert np.array_equal(read_volume(found[0]).hu, truth_of(desk.plan()).hu)


@pytest.mark.parametrize(
    "keyword", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleIntercept", "SOPClassUID"]
)
def test_unknown_vr_of_what_is_needed(desk: Any, keyword: str) -> None:
    """An attribute that an archive rewrote with VR UN still counts."""
    value = {
        "ImagePositionPatient": None, "ImageOrientationPatient": rb"1\0\0\0\1\0", "PixelSpacing": rb"15.5\14",
        "RescaleIntercept": b"-1024", "SOPClassUID": b"1.2.840.10008.5.1.4.1.1.2\0",
    }[keyword]  # fmt: skip
    datasets = desk.build()
    for index, dataset in enumerate(datasets):
        raw = value or "\\".join(str(p) for p in dataset.ImagePositionPatient).encode()
        datasets[index] = traps.write_raw([dataset], {keyword: raw}, vr="UN")[0]
    folder = desk.save([])
    for index, dataset in enumerate(datasets):
        (folder / f"{index}").write_bytes(_lenient(dataset))
    desk.same(read_volume(desk.only()), truth_of(desk.plan()))


def _lenient(dataset: Any) -> bytes:
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    stream = BytesIO()
    pydicom.dcmwrite(stream, dataset)
    return stream.getvalue()


@pytest.mark.parametrize("charset", [
    "ISO_IR 999", "ISO-IR 100", "latin1", "ISO_IR 192", "ISO 2022 IR 87", "GB18030", "utf8", "", "\\ISO 2022 IR 149",
    "x" * 300,
])  # fmt: skip
def test_any_character_set(desk: Any, charset: str) -> None:
    """Whatever the character set is called, the scan is read and its description shown."""
    datasets = traps.write_raw(
        desk.build(),
        {"SpecificCharacterSet": charset.encode(), "SeriesDescription": "Thorax \xe4\xdf\x1b$B".encode("latin-1")},
    )
    series = desk.only(datasets)
    assert series.description.startswith("Thorax")
    assert series.description.isprintable()
    desk.same(read_volume(series), truth_of(desk.plan()))


def test_control_characters_in_descriptions(desk: Any) -> None:
    """Control codes of a terminal in a description reach nobody."""
    datasets = traps.write_raw(
        desk.build(), {"SeriesDescription": b"a\x1b[31mb\x07c\nd", "ConvolutionKernel": b"B\x1b[2J60f"}
    )
    series = desk.only(datasets)
    assert series.description.isprintable()
    assert series.kernel.isprintable()


NUMBERS = [
    b"1" * 5000,
    b"-1",
    b"1e5",
    b"0x10",
    b"1_000",
    "\u0663".encode(),
    b"inf",
    b"1.5",
    b"2147483648",
    b"--1",
    b"\xff\xfe",
]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: repr(n[:9]))
def test_instance_numbers_that_are_none(desk: Any, number: bytes) -> None:
    """An instance number that is no number, or a giant one, does not matter."""
    series = desk.only(traps.write_raw(desk.build(), {"InstanceNumber": number}))
    desk.same(read_volume(series), truth_of(desk.plan()))


@pytest.mark.parametrize(
    "text", [b"0_7\\0_7", "\u0667\\\u0667".encode(), b"0x1p3\\0x1p3", b"1e-400\\1", b"infinity\\1"]
)
def test_numbers_that_only_python_knows(desk: Any, text: bytes) -> None:
    """Text that Python takes for a number and DICOM does not is no pixel spacing."""
    series = desk.only(traps.write_raw(desk.build(), {"PixelSpacing": text}))
    desk.notice(series, "missing-pixel-spacing")


# --- Anything ------------------------------------------------------------------------------------------------------


FUZZED: dict[str, Any] = {
    "explicit": lambda d: [to_bytes(x) for x in d],
    "implicit": lambda d: [to_bytes(x, syntax=uid.ImplicitVRLittleEndian) for x in d],
    "big-endian": lambda d: [to_bytes(x, syntax=uid.ExplicitVRBigEndian) for x in d],
    "deflated": lambda d: [to_bytes(x, syntax=uid.DeflatedExplicitVRLittleEndian) for x in d],
    "JPEG-LS": lambda d: [to_bytes(x, syntax=uid.JPEGLSLossless) for x in d],
    "JPEG 2000": lambda d: [to_bytes(x, syntax=uid.JPEG2000Lossless) for x in d],
    "JPEG lossless": lambda d: [to_bytes(x, syntax=uid.JPEGLosslessSV1) for x in d],
    "RLE": lambda d: [to_bytes(x, syntax=uid.RLELossless) for x in d],
    "buried": lambda d: [to_bytes(x) for x in traps.bury_pixels(d)],
    "enhanced": lambda d: [to_bytes(to_enhanced(d))],
    "enhanced RLE": lambda d: [to_bytes(to_enhanced(d), syntax=uid.RLELossless, fragments=1, offset_table="empty")],
}


@pytest.mark.parametrize("make", FUZZED.values(), ids=FUZZED.keys())
@pytest.mark.parametrize("count", [1, 30])
def test_random_damage_never_crashes(desk: Any, make: Any, count: int) -> None:
    """Random bytes anywhere in the files end in notices, reasons or errors of ours, in little memory."""
    files = make(desk.build(slices=3, rows=8, columns=8))
    folder = desk.save([])
    with desk.little_memory(40_000_000):
        for seed in range(25):
            for index, data in enumerate(files):
                spoilt = damage.mutate(data[132:], count=count, seed=seed * 7 + index)
                (folder / f"{index}").write_bytes(data[:132] + spoilt)
            survive(desk)


def test_random_damage_of_a_zip_never_crashes(desk: Any) -> None:
    """Random bytes in a zip end in reasons or errors of ours."""
    path = write_zip(desk.build(slices=3, rows=8, columns=8, noise_hu=30.0), desk.folder / "s.zip")
    data = path.read_bytes()
    for seed in range(60):
        path.write_bytes(damage.mutate(data, count=3, seed=seed))
        survive(desk)


# --- What must not leak ---------------------------------------------------------------------------------------------


def test_pseudonym(desk: Any) -> None:
    """A patient is shown by a pseudonym that depends on id, issuer and key, and links two visits."""
    folder = desk.save(desk.build())
    one, other = (find_series(folder, key=key)[0].patient for key in (b"one", b"other"))
    assert one == find_series(folder, key=b"one")[0].patient
    assert one != other
    assert str(one).startswith("P-")
    assert find_series(desk.save(desk.build(noise_hu=5.0), into="visit 2"), key=b"one")[0].patient == one
    issued = traps.set_attributes(desk.build(), IssuerOfPatientID="Hospital")
    assert find_series(desk.save(issued, into="issued"), key=b"one")[0].patient != one
    nobody = traps.remove_attributes(desk.build(), "PatientID")
    assert find_series(desk.save(nobody, into="nobody"), key=b"one")[0].patient is None


def test_no_secret_stays_in_the_frames(desk: Any, no_secret: Any) -> None:
    """Not even the inner parts of a series, reachable by its frames, hold the patient's name, birth date or id."""
    desk.save(desk.build())
    no_secret(desk.find()[0], deep=True)
    no_secret(read_volume(desk.folder), deep=True)


FAULTS: dict[str, Any] = {
    "truncated": damage.truncate_pixels,
    "giant": lambda data: damage.lie(data, Rows=65535),
    "unknown syntax": lambda data: damage.claim_syntax(data, "1.2.3"),
    "broken header": lambda data: damage.lie_about_length(data, "PatientName", 60000),
    "broken sequence": lambda data: damage.spoil_vr(data, "PatientName", b"SQ"),
    "no class": lambda data: damage.drop_file_meta(data).replace(b"\x08\0\x16\0UI", b"\x08\0\x15\0UI"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_no_secret_in_errors(desk: Any, fault: Any, no_secret: Any) -> None:
    """No reason, notice or error, nor what caused it, quotes the patient's name, birth date or id."""
    folder = desk.save(desk.build())
    for path in folder.iterdir():
        damage.alter_file(path, fault)
    desk.find()
    try:
        read_volume(desk.folder)
    except KazerooniError as error:
        cause: BaseException | None = error
        while cause is not None:
            no_secret(str(cause))
            cause = cause.__cause__ or cause.__context__


def test_no_secret_in_logs_and_output(desk: Any, caplog: Any, capfd: Any, no_secret: Any) -> None:
    """Nothing is logged or printed that names the patient, whatever is wrong with the file."""
    datasets = traps.claim_charset(traps.spoil_values(traps.spoil_uids(desk.build())))
    datasets = traps.write_raw(datasets, {"PatientName": b"Zaphodson^Quuxine\xff", "PatientID": b"MRN4711X\x1b"})
    folder = desk.save(datasets)
    for path in sorted(folder.iterdir())[:2]:
        damage.alter_file(path, lambda data: damage.spoil_vr(data, "PatientName", b"DS"))
    for path in sorted(folder.iterdir())[2:4]:
        damage.alter_file(path, lambda data: damage.spoil_vr(data, "PatientID", b"IS"))
    caplog.clear()
    capfd.readouterr()
    survive(desk)
    no_secret(caplog.text)
    no_secret("".join(capfd.readouterr()))


def test_truth_of_the_traps(desk: Any) -> None:
    """The phantom's `hu_of` and `truth_of` agree: expected values come from construction."""
    assert np.array_equal([hu_of(d) for d in desk.build()], truth_of(desk.plan()).hu)
    assert Path(desk.folder).is_dir()
