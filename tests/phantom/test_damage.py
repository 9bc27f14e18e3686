"""Damaged files are damaged as told."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom import uid
from pydicom.encaps import generate_frames

from kazerooni.phantom import build_series, damage, spiral_ct, stored_of, to_bytes, traps

DATASET = build_series(spiral_ct(slices=1, noise_hu=10.0))[0]
PLAIN = to_bytes(DATASET)


def read(data: bytes) -> pydicom.FileDataset:
    """Read bytes by pydicom, preamble or not."""
    return pydicom.dcmread(BytesIO(data), force=True)


def test_header_parts_are_dropped() -> None:
    """Without preamble a file begins with file meta, without file meta with the dataset; the rest is whole."""
    bare = damage.drop_preamble(PLAIN)
    assert bare[:4] == b"\x02\x00\x00\x00"
    assert np.array_equal(read(bare).pixel_array, stored_of(DATASET))
    naked = damage.drop_file_meta(to_bytes(DATASET, syntax=uid.ImplicitVRLittleEndian))
    assert naked[:4] == b"\x08\x00\x05\x00"
    assert read(naked).PixelData == DATASET.PixelData
    with pytest.raises(pydicom.errors.InvalidDicomError):
        pydicom.dcmread(BytesIO(naked))


def test_truncated_files_lack_their_end() -> None:
    """Files end amid header, pixels or fragments."""
    assert "PixelData" not in read(damage.truncate_header(PLAIN))
    half = damage.truncate_pixels(PLAIN)
    assert half == PLAIN[: len(half)]
    assert len(PLAIN) - len(half) == len(DATASET.PixelData) // 2
    packed = to_bytes(DATASET, syntax=uid.JPEG2000Lossless, fragments=4)
    assert packed.startswith(damage.drop_last_fragment(packed))
    assert damage.drop_last_fragment(packed).count(b"\xfe\xff\x00\xe0") == packed.count(b"\xfe\xff\x00\xe0") - 1
    assert len(damage.truncate_pixels(packed, keep=0.1)) < len(packed)


def test_truncation_finds_the_slice_behind_icons() -> None:
    """The pixels cut off are the slice's, not those of an icon before them."""
    buried = to_bytes(traps.bury_pixels([DATASET])[0])
    cut = damage.truncate_pixels(buried, keep=0.0)
    assert len(buried) - len(cut) == len(DATASET.PixelData)


def test_lies_leave_the_pixels() -> None:
    """Other dimensions are claimed beside the same pixels."""
    giant = damage.lie(PLAIN, Rows=65535, Columns=65535, NumberOfFrames=2**31 - 1)
    found = read(giant)
    assert (found.Rows, found.Columns, found.NumberOfFrames) == (65535, 65535, 2**31 - 1)
    assert found.PixelData == DATASET.PixelData
    assert len(giant) < len(PLAIN) + 100


def test_lengths_lie() -> None:
    """Element headers claim other lengths; the file keeps its size."""
    long = damage.lie_about_pixel_length(PLAIN, 2**31)
    assert len(long) == len(PLAIN)
    assert long.count(b"\xe0\x7f\x10\x00OW\x00\x00\x00\x00\x00\x80") == 1
    element = damage.lie_about_length(PLAIN, "Manufacturer", 60_000)
    assert element.count(b"\x08\x00\x70\x00LO\x60\xea") == 1
    with pytest.raises(ValueError, match="PatientAge was not found"):
        damage.lie_about_length(PLAIN, "PatientAge", 4)
    with pytest.raises(ValueError, match="no PixelData"):
        damage.truncate_pixels(damage.truncate_header(PLAIN))


def test_unknown_words_are_written() -> None:
    """A VR that does not exist and an unknown transfer syntax stand in the file."""
    assert damage.spoil_vr(PLAIN).count(b"\x08\x00\x70\x00ZZ") == 1
    found = read(damage.claim_syntax(PLAIN, "1.2.3.4"))
    assert found.file_meta.TransferSyntaxUID == "1.2.3.4"
    assert found.PixelData == DATASET.PixelData


@pytest.mark.parametrize("syntax", [uid.JPEG2000Lossless, uid.HTJ2KLossless, uid.JPEGLSLossless])
def test_codestream_mistakes_the_sign(syntax: str) -> None:
    """The codestream is unsigned and holds the two's complement of signed pixels in BitsStored bits."""
    dataset = build_series(spiral_ct(slices=1, signed=True, bits_stored=12, intercept=0.0))[0]
    found = read(damage.mistake_sign(dataset, syntax=syntax))
    assert found.PixelRepresentation == 1
    decoded = imagecodecs.imread(next(generate_frames(found.PixelData, number_of_frames=1)))
    assert decoded.dtype == np.uint16
    signed = (decoded.astype(np.int64) ^ 2048) - 2048
    assert np.array_equal(signed, stored_of(dataset))


def test_mutation_is_seeded() -> None:
    """A few bytes change, the same ones for the same seed."""
    mutated = damage.mutate(PLAIN, count=10, seed=4)
    changed = np.count_nonzero(np.frombuffer(mutated, np.uint8) != np.frombuffer(PLAIN, np.uint8))
    assert 1 <= changed <= 10
    assert mutated == damage.mutate(PLAIN, count=10, seed=4) != damage.mutate(PLAIN, count=10, seed=5)


def test_files_that_are_no_dicom(tmp_path: Path) -> None:
    """A Git LFS pointer names digest and size; a huge text is as long as wanted; a file is altered in place."""
    pointer = damage.lfs_pointer(PLAIN)
    assert pointer.startswith(b"version https://git-lfs")
    assert f"size {len(PLAIN)}".encode() in pointer
    assert len(pointer) < 200
    assert len(damage.huge_text(megabytes=2)) == pytest.approx(2_000_000, abs=100)
    path = tmp_path / "slice.dcm"
    path.write_bytes(PLAIN)
    damage.alter_file(path, damage.lfs_pointer)
    assert path.read_bytes() == pointer
