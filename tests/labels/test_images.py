"""NIfTI and MetaImage maps are read voxel for voxel onto the scan, or refused with what was found and wanted."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels import read_finding_map
from kazerooni.model import Geometry
from tests.labels.builders import META_TYPES, NIFTI_TYPES, steps_of, write_meta, write_nifti, write_nrrd
from tests.scoring.builders import geometry_of

SHAPE = (5, 6, 7)
SCAN = geometry_of(SHAPE, gap_mm=2.5, spacing_mm=(0.7, 0.8), origin_mm=(-10.5, -20.25, 30.125))
OBLIQUE = geometry_of(SHAPE, gap_mm=2.5, spacing_mm=(0.7, 0.8), orientation=(0.8, 0.6, 0.0, -0.6, 0.8, 0.0))
LABELS = np.random.default_rng(0).integers(0, 3, SHAPE, np.uint8)
NAMES = ("a.nii", "a.nii.gz", "a.mha", "a.nrrd")


def _write(path: Path, labels: NDArray[np.generic] = LABELS, scan: Geometry = SCAN) -> Path:
    writers: dict[str, Callable[..., Path]] = {
        ".nii": write_nifti,
        ".gz": write_nifti,
        ".mha": write_meta,
        ".nrrd": write_nrrd,
    }
    return writers[path.suffix](path, labels, scan)


def _refused(path: Path, scan: Geometry = SCAN, **how: Any) -> str:
    with pytest.raises(LabelError) as refused:
        read_finding_map(path, scan, "alveolar", **how)
    message = str(refused.value)
    assert message.startswith(f"{path.name}: ")
    assert str(path.parent) not in message
    return message


def _same(path: Path, scan: Geometry = SCAN, labels: NDArray[np.uint8] = LABELS) -> bool:
    return np.array_equal(read_finding_map(path, scan, "alveolar").labels, labels)


@pytest.mark.parametrize("scan", [SCAN, OBLIQUE], ids=["axial", "oblique"])
@pytest.mark.parametrize("name", NAMES)
def test_read_as_written(tmp_path: Path, name: str, scan: Geometry) -> None:
    """Labels are read voxel for voxel, with the digest of the file."""
    path = _write(tmp_path / name, scan=scan)
    read = read_finding_map(path, scan, "alveolar")
    assert np.array_equal(read.labels, LABELS)
    assert read.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read.notices == ()


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.mha", "a.mhd", "a.nrrd"])
@pytest.mark.parametrize("packed", [False, True])
def test_files_of_simpleitk(tmp_path: Path, name: str, *, packed: bool) -> None:
    """What SimpleITK writes, rotated or not, is read voxel for voxel."""
    for scan in (SCAN, OBLIQUE):
        steps = steps_of(scan)
        lengths = np.linalg.norm(steps, axis=1)
        image = SimpleITK.GetImageFromArray(LABELS)
        image.SetSpacing(lengths.tolist())
        image.SetDirection((steps / lengths[:, None]).T.ravel().tolist())
        image.SetOrigin(scan.origin_mm.tolist())
        SimpleITK.WriteImage(image, tmp_path / name, useCompression=packed)
        assert _same(tmp_path / name, scan)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", sorted(set(NIFTI_TYPES) & set(META_TYPES)))
def test_every_type(tmp_path: Path, name: str, dtype: str) -> None:
    """Labels of every type of number become uint8; a value that is unknown is told in any of them."""
    assert _same(_write(tmp_path / name, LABELS.astype(dtype)))
    unknown = LABELS.astype(dtype)
    unknown[0, 0, 0] = 99
    assert "unknown labels 99; 0 to 2 are wanted" in _refused(_write(tmp_path / name, unknown))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_exact_turns_are_undone(tmp_path: Path, name: str, order: tuple[int, int, int]) -> None:
    """Axes that are exchanged and flipped in any way are turned back."""
    for flips in itertools.product([False, True], repeat=3):
        stored, steps, origin = LABELS.transpose(order), steps_of(OBLIQUE)[::-1][list(order)], OBLIQUE.origin_mm.copy()
        for axis, flip in enumerate(flips):
            if flip:
                stored = np.flip(stored, axis)
                origin += steps[axis] * (stored.shape[axis] - 1)
                steps[axis] *= -1
        _write_turned(tmp_path / name, stored, steps[::-1], origin)
        assert _same(tmp_path / name, OBLIQUE)


def _write_turned(
    path: Path, stored: NDArray[np.uint8], steps: NDArray[np.float64], origin: NDArray[np.float64]
) -> None:
    """Write an array whose axes, fastest first, run along `steps`."""
    if path.name.startswith("a.nii"):
        affine = np.column_stack([steps.T, origin]) * np.array([[-1.0], [-1.0], [1.0]])
        write_nifti(path, stored, SCAN, rows=tuple(affine.ravel()))
    elif path.suffix == ".mha":
        lengths = np.linalg.norm(steps, axis=1)
        write_meta(
            path, stored, SCAN, TransformMatrix=" ".join(map(repr, (steps / lengths[:, None]).ravel().tolist())),
            ElementSpacing=" ".join(map(repr, lengths.tolist())), Offset=" ".join(map(repr, origin.tolist())),
        )  # fmt: skip
    else:
        write_nrrd(
            path, stored, SCAN, space_directions=" ".join(f"({a!r},{b!r},{c!r})" for a, b, c in steps.tolist()),
            space_origin="({!r},{!r},{!r})".format(*origin.tolist()),
        )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_other_grids_are_refused(tmp_path: Path, name: str) -> None:
    """A map that lies a little beside the scan, or is of another size, is refused with both grids."""
    moved = geometry_of(SHAPE, gap_mm=2.5, spacing_mm=(0.7, 0.8), origin_mm=(-10.5, -20.25, 30.24))
    message = _refused(_write(tmp_path / name, scan=moved))
    assert "Found: 5 slices, 6 rows, 7 columns" in message
    assert "Wanted: 5 slices, 6 rows, 7 columns" in message
    assert "the scan has 7 x 6 x 5" in _refused(_write(tmp_path / name, LABELS[1:]))


@pytest.mark.parametrize("name", NAMES)
def test_uneven_scans_want_a_seg(tmp_path: Path, name: str) -> None:
    """Uneven slices fit into no image file."""
    uneven = geometry_of(SHAPE, positions_mm=(0, 1, 2, 3, 9))
    assert "SEG only" in _refused(_write(tmp_path / name), uneven)


# --- By index --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_by_index(tmp_path: Path, name: str) -> None:
    """By index x, y, z are column, row, slice, wherever the header places them; and that is told."""
    elsewhere = geometry_of(SHAPE, gap_mm=9.0, orientation=(-1.0, 0.0, 0.0, 0.0, -1.0, 0.0))
    uneven = geometry_of(SHAPE, positions_mm=(0, 1, 2, 3, 9))
    read = read_finding_map(_write(tmp_path / name, scan=elsewhere), uneven, "alveolar", by_index=True)
    assert np.array_equal(read.labels, LABELS)
    assert [notice.code for notice in read.notices] == ["map-not-placed"]


@pytest.mark.parametrize("name", NAMES)
def test_by_index_wants_the_order_of_the_scan(tmp_path: Path, name: str) -> None:
    """By index nothing is turned: an array whose axes stand in another order is refused."""
    path = _write(tmp_path / name, LABELS.transpose(1, 0, 2))
    assert "x, y, z must be columns, rows, slices of the scan, 7 x 6 x 5; found 7 x 5 x 6" in _refused(
        path, by_index=True
    )


def test_by_index_takes_files_without_a_place(tmp_path: Path) -> None:
    """By index a file that does not say where it lies is taken; else it is refused with that remedy."""
    path = write_nifti(tmp_path / "a.nii", LABELS, SCAN, sform_code=0)
    assert "take it by index" in _refused(path)
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar", by_index=True).labels, LABELS)


# --- NIfTI -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("end", ["<", ">"])
def test_versions_and_byte_orders(tmp_path: Path, version: int, end: str) -> None:
    """Both versions of NIfTI are read in both byte orders."""
    assert _same(write_nifti(tmp_path / "a.nii", LABELS.astype(np.int16), SCAN, version=version, end=end))
    assert _same(write_nifti(tmp_path / "a.nii.gz", LABELS.astype(np.int16), SCAN, version=version, end=end))


# A quarter turn about z: x of the file runs along y of RAS, y against x.
QUARTER = {"quaternion": (0.0, 0.0, 0.5**0.5), "qform_code": 1, "sform_code": 0}


@pytest.mark.parametrize("qfac", [1.0, -1.0])
def test_quaternions(tmp_path: Path, qfac: float) -> None:
    """A place given as quaternion is that which the same turn as matrix gives."""
    matrix = np.array([[0, -0.7, 0, 3.0], [0.8, 0, 0, -4.0], [0, 0, qfac * 2.5, 5.0]])
    steps = matrix[:, :3].T * (-1, -1, 1)
    normal_up = 1 if qfac > 0 else -1
    origin = matrix[:, 3] * (-1, -1, 1)
    first = origin if normal_up > 0 else origin + 4 * steps[2]
    row, column = steps[0] / 0.8, steps[1] / 0.7
    scan = geometry_of(SHAPE, gap_mm=2.5, spacing_mm=(0.7, 0.8), orientation=(*row, *column), origin_mm=tuple(first))
    path = write_nifti(
        tmp_path / "a.nii", LABELS, SCAN, **QUARTER, offset=(3.0, -4.0, 5.0), pixdim=(qfac, 0.8, 0.7, 2.5, 0, 0, 0, 0)
    )  # fmt: skip
    assert _same(path, scan, LABELS if normal_up > 0 else LABELS[::-1])
    image = SimpleITK.ReadImage(path)
    assert np.allclose(image.GetOrigin(), origin, atol=1e-4)
    assert np.allclose(
        np.array(image.GetDirection()).reshape(3, 3).T * np.array(image.GetSpacing())[:, None], steps, atol=1e-4
    )


def test_two_places_must_agree(tmp_path: Path) -> None:
    """A file whose qform and sform place it differently is refused; where they agree it is read."""
    agreeing: dict[str, Any] = {"qform_code": 1, "quaternion": (0.0, 0.0, 1.0), "offset": (10.5, 20.25, 30.125)}
    assert _same(write_nifti(tmp_path / "a.nii", LABELS, SCAN, **agreeing))
    path = write_nifti(tmp_path / "a.nii", LABELS, SCAN, **(agreeing | {"offset": (10.5, 20.25, 31.0)}))
    assert "its qform and sform place it 0.88 mm apart" in _refused(path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dim": (4, 7, 6, 5, 2, 1, 1, 1)}, "4 dimensions, 2 volumes"),
        ({"dim": (2, 7, 6, 1, 1, 1, 1, 1)}, "2 dimensions"),
        ({"dim": (3, 32767, 32767, 32767, 1, 1, 1, 1)}, "32767 x 32767 x 32767 voxels"),
        ({"dim": (3, -7, 6, 5, 1, 1, 1, 1)}, "-7 x 6 x 5 voxels"),
        ({"datatype": 128}, "of NIfTI type 128"),
        ({"datatype": 1}, "of NIfTI type 1"),
        ({"slope": 2.0}, "its numbers are scaled (slope 2"),
        ({"intercept": 1.0}, "intercept 1"),
        ({"slope": float("nan")}, "its numbers are scaled"),
        ({"vox_offset": 1e30}, "cannot begin at byte"),
        ({"vox_offset": 12}, "cannot begin at byte"),
        ({"vox_offset": float("nan")}, "cannot begin at byte"),
        ({"units": 1}, "not in millimetres"),
        ({"rows": (float("nan"),) * 12}, "is no number"),
        ({"rows": (0.0,) * 12}, "no length or direction"),
        ({"magic": b"ni1\0"}, "one half of a pair"),
        ({"magic": b"\0\0\0\0"}, "an Analyze file"),
        ({"data": b""}, "ends before its data does"),
        ({"data": bytes(211)}, "more data than its header says"),
    ],
)
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_broken_nifti(tmp_path: Path, name: str, changed: dict[str, Any], message: str) -> None:
    """A NIfTI header that cannot be true, or means something else than one label a voxel, is refused."""
    assert message in _refused(write_nifti(tmp_path / name, LABELS, SCAN, **changed))


def test_four_dimensions_of_one_volume(tmp_path: Path) -> None:
    """Four dimensions are taken where the fourth is 1; a slope of 0 means that nothing is scaled."""
    assert _same(write_nifti(tmp_path / "a.nii", LABELS, SCAN, dim=(4, 7, 6, 5, 1, 1, 1, 1), slope=0.0))


# --- MetaImage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.mha", "a.nii.gz", "a.nrrd"])
def test_converted_by_another_program(tmp_path: Path, name: str) -> None:
    """A file that ITK converted from NRRD, whose remarks it carries along in the new header, is read."""
    SimpleITK.WriteImage(SimpleITK.ReadImage(write_nrrd(tmp_path / "source.nrrd", LABELS, SCAN)), tmp_path / name)
    assert _same(tmp_path / name)


@pytest.mark.parametrize("packed", [False, True])
def test_meta_packed(tmp_path: Path, *, packed: bool) -> None:
    """Compressed and plain data are read, in either byte order."""
    assert _same(write_meta(tmp_path / "a.mha", LABELS, SCAN, packed=packed))
    swapped = LABELS.astype(">u2").view(np.uint8).view("<u2")
    assert _same(write_meta(tmp_path / "a.mha", swapped, SCAN, packed=packed, BinaryDataByteOrderMSB="True"))


def test_data_beside_the_header(tmp_path: Path) -> None:
    """Data in a file beside a .mhd is read; the digest is of both files, header first."""
    path = write_meta(tmp_path / "a.mhd", LABELS[:0], SCAN, DimSize="7 6 5", ElementDataFile="a.raw")
    (tmp_path / "a.raw").write_bytes(LABELS.tobytes())
    read = read_finding_map(path, SCAN, "alveolar")
    assert np.array_equal(read.labels, LABELS)
    assert read.digest == hashlib.sha256(path.read_bytes() + LABELS.tobytes()).hexdigest()


@pytest.mark.parametrize(
    "target", ["../secret.raw", "{secret}", "LIST", "sub/a.raw", "..\\secret.raw", "%03d.raw 1 5 1", "C:secret", "link"]
)
def test_data_elsewhere_is_never_followed(tmp_path: Path, target: str) -> None:
    """A header that names a path, a list, a pattern or a link is refused; nothing of that file is read."""
    (tmp_path / "secret.raw").write_bytes(LABELS.tobytes())
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret.raw")
    told = target.format(secret=tmp_path / "secret.raw")
    path = write_meta(folder / "a.mhd", LABELS[:0], SCAN, DimSize="7 6 5", ElementDataFile=told)
    message = _refused(path)
    assert "points at another file" in message or "cannot be opened" in message
    path = write_meta(folder / "a.mha", LABELS[:0], SCAN, DimSize="7 6 5", ElementDataFile="a.raw")
    assert "points at another file" in _refused(path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"NDims": "4"}, "4 dimensions"),
        ({"ElementNumberOfChannels": "3"}, "3 numbers a voxel"),
        ({"BinaryData": "False"}, "its data is text"),
        ({"HeaderSize": "-1"}, "does not follow its header"),
        ({"DimSize": "1000000 1000000 1"}, "1000000 x 1000000 x 1 voxels"),
        ({"DimSize": "7 6"}, "7 x 6 voxels"),
        ({"DimSize": None}, "no voxels"),
        ({"ElementType": "MET_ASCII_CHAR"}, "MET_ASCII_CHAR; whole numbers"),
        ({"TransformMatrix": None}, "TransformMatrix or ElementSpacing is not said"),
        ({"Offset": "nan 0 0"}, "is not said"),
        ({"ElementSpacing": "1 1"}, "is not said"),
        ({"TransformMatrix": "0 0 0 0 1 0 0 0 1"}, "no length or direction"),
        ({"CompressedData": "True"}, "is cut short or damaged"),
    ],
)
def test_broken_meta(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    """A MetaImage header that cannot be true, or says no place in the patient, is refused."""
    assert message in _refused(write_meta(tmp_path / "a.mha", LABELS, SCAN, **changed))


def test_fields_that_are_said_twice(tmp_path: Path) -> None:
    """A header that says a field twice is refused: programs would not agree on which counts."""
    path = write_meta(tmp_path / "a.mha", LABELS, SCAN)
    path.write_bytes(b"NDims = 3\n" + path.read_bytes())
    assert "says ndims twice" in _refused(path)


# --- Broken files of every format ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*NAMES, "a.mhd", "a.dcm", "a"])
@pytest.mark.parametrize(
    "content", [b"", b"x", b"\x1f\x8b", bytes(400), b"NRRD", b"a = b\n", b"version https://git-lfs"]
)
def test_other_content_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    """A file that is not what its name says is refused."""
    path = tmp_path / name
    path.write_bytes(content)
    _refused(path)


@pytest.mark.parametrize("name", [*NAMES, "a.dcm"])
def test_missing_files_folders_and_pipes(tmp_path: Path, name: str) -> None:
    """A missing file, a folder and a pipe are refused by name, without waiting."""
    assert "No such file" in _refused(tmp_path / name)
    (tmp_path / name).mkdir()
    assert "cannot be opened" in _refused(tmp_path / name)
    (tmp_path / name).rmdir()
    os.mkfifo(tmp_path / name)
    assert "not a regular file" in _refused(tmp_path / name)


@given(at=st.integers(0, 2000), value=st.integers(0, 255), name=st.sampled_from(NAMES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150)
def test_no_byte_breaks_a_reader(tmp_path: Path, at: int, value: int, name: str) -> None:
    """Whatever one byte of a file is changed to, it is read or refused, and nothing else is raised."""
    path = _write(tmp_path / name)
    whole = bytearray(path.read_bytes())
    whole[at % len(whole)] = value
    path.write_bytes(whole)
    try:
        read = read_finding_map(path, SCAN, "alveolar")
    except LabelError:
        return
    assert read.labels.shape == SHAPE


@pytest.mark.parametrize("left", [0.0, 0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("name", NAMES)
def test_cut_short_is_refused(tmp_path: Path, name: str, left: float) -> None:
    """A file that ends early is refused, wherever it ends."""
    path = _write(tmp_path / name)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * left)])
    _refused(path)


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nrrd", "a.mha"])
def test_packed_bombs_are_bounded(tmp_path: Path, name: str) -> None:
    """Data that unpacks to far more than the header says is refused when the first byte too many is met."""
    bomb = bytes(50 * 2**20)
    if name == "a.nii.gz":
        path = write_nifti(tmp_path / name, LABELS, SCAN, data=bomb)
    elif name == "a.nrrd":
        path = write_nrrd(tmp_path / name, LABELS, SCAN, data=bomb, encoding="gzip")
    else:
        path = write_meta(tmp_path / name, LABELS, SCAN, CompressedData="True")
        path.write_bytes(path.read_bytes()[: -LABELS.size] + zlib.compress(bomb))
    assert "more data than its header says" in _refused(path)


def test_gzip_of_several_members(tmp_path: Path) -> None:
    """A gzip file of several members, as parallel packers write, is read whole."""
    whole = write_nifti(tmp_path / "a.nii", LABELS, SCAN).read_bytes()
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress(whole[:100]) + gzip.compress(whole[100:400]) + gzip.compress(whole[400:]))
    assert _same(path)
