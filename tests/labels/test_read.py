"""A label map is read voxel for voxel, or refused with what was found, what was wanted and what to do."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels import read_finding_map, read_lobe_map
from kazerooni.labels.images import image
from kazerooni.labels.numbering import Numbering
from kazerooni.model import Component, Geometry, ScanRef, Technique, Volume
from tests.labels.builders import lungs, write_meta, write_nifti, write_nrrd
from tests.scoring.builders import geometry_of

SHAPE = (12, 16, 20)
SCAN = geometry_of(SHAPE, gap_mm=2.5, spacing_mm=(0.7, 0.8), origin_mm=(-10.5, -20.25, 30.125))
OBLIQUE = geometry_of(SHAPE, gap_mm=2.5, spacing_mm=(0.7, 0.8), orientation=(0.8, 0.6, 0.0, -0.6, 0.8, 0.0))
LUNGS = lungs(SHAPE)


def _alveolar(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 3, SHAPE, np.uint8)


def _refused(path: Path, scan: Geometry = SCAN) -> str:
    """Give the message that refuses an alveolar map; it names the file, and no folder."""
    with pytest.raises(LabelError) as refused:
        read_finding_map(path, scan, "alveolar")
    message = str(refused.value)
    assert message.startswith(f"{path.name}: ")
    assert str(path.parent) not in message
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return message


@pytest.mark.parametrize("scan", [SCAN, OBLIQUE], ids=["axial", "oblique"])
@pytest.mark.parametrize("encoding", ["raw", "gzip"])
def test_read_as_written(tmp_path: Path, scan: Geometry, encoding: str) -> None:
    """Labels are read voxel for voxel, with the geometry of the scan and the digest of the file."""
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), scan, encoding=encoding)
    read = read_finding_map(path, scan, "alveolar")
    assert np.array_equal(read.labels, _alveolar())
    assert read.labels.dtype == np.uint8
    assert read.geometry is scan
    assert read.component is Component.ALVEOLAR
    assert read.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_lobes_read_as_written(tmp_path: Path) -> None:
    """A lobe map is read voxel for voxel; a volume may stand for its geometry, a string for a path."""
    path = write_nrrd(tmp_path / "l.nrrd", LUNGS, SCAN)
    volume = Volume(np.zeros(SHAPE, np.int16), SCAN, ScanRef(), Technique())
    assert np.array_equal(read_lobe_map(str(path), volume).labels, LUNGS)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"])
def test_every_whole_number_type(tmp_path: Path, dtype: str) -> None:
    """Labels of any whole-number type become uint8."""
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar().astype(f"<{np.dtype(dtype).str[1:]}"), SCAN)
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, _alveolar())


def test_big_endian(tmp_path: Path) -> None:
    """Big-endian labels are read as such."""
    data = _alveolar().astype(">u2").tobytes()
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar().astype(np.uint16), SCAN, data=data, endian="big")
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, _alveolar())


def test_files_of_simpleitk(tmp_path: Path) -> None:
    """A file that SimpleITK wrote is read voxel for voxel."""
    image = SimpleITK.GetImageFromArray(_alveolar())
    image.SetSpacing((0.8, 0.7, 2.5))
    image.SetOrigin((-10.5, -20.25, 30.125))
    SimpleITK.WriteImage(image, tmp_path / "a.nrrd", useCompression=True)
    assert np.array_equal(read_finding_map(tmp_path / "a.nrrd", SCAN, "alveolar").labels, _alveolar())


@pytest.mark.parametrize("space", ["right-anterior-superior", "RAS", "left-anterior-superior", "LAS", "LPS"])
def test_every_space_means_its_place(tmp_path: Path, space: str) -> None:
    """The same place written in another patient space is the same place: signs of x and y turn with the space."""
    word = {"LPS": "left-posterior-superior", "RAS": "right-anterior-superior", "LAS": "left-anterior-superior"}
    signs = np.array([-1 if word.get(space, space).startswith("right") else 1, 1 if space == "LPS" else -1, 1])
    steps = np.diag([0.8, 0.7, 2.5]) * signs
    path = write_nrrd(
        tmp_path / "a.nrrd",
        _alveolar(),
        SCAN,
        space=space,
        space_directions=" ".join(f"({a},{b},{c})" for a, b, c in steps),
        space_origin="({},{},{})".format(*(np.array([-10.5, -20.25, 30.125]) * signs)),
    )
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, _alveolar())


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("flips", list(itertools.product([False, True], repeat=3)))
@pytest.mark.parametrize("scan", [SCAN, OBLIQUE], ids=["axial", "oblique"])
def test_exact_turns_are_undone(
    tmp_path: Path, scan: Geometry, order: tuple[int, int, int], flips: tuple[bool, bool, bool]
) -> None:
    """A map stored with its axes exchanged and flipped in any of the 48 ways is read back onto the scan."""
    # In array axes (slice, row, column), then written with the fastest axis first.
    steps = np.stack(
        [scan.normal * 2.5, scan.column_direction * 0.7, scan.row_direction * 0.8]
    )  # fmt: skip
    stored = _alveolar().transpose(order)
    turned_steps = steps[list(order)]
    origin = scan.origin_mm.copy()
    for axis, flip in enumerate(flips):
        if flip:
            stored = np.flip(stored, axis)
            origin += turned_steps[axis] * (stored.shape[axis] - 1)
            turned_steps[axis] *= -1
    path = write_nrrd(
        tmp_path / "a.nrrd",
        stored,
        scan,
        space_directions=" ".join(f"({a!r},{b!r},{c!r})" for a, b, c in turned_steps[::-1].tolist()),
        space_origin="({!r},{!r},{!r})".format(*origin.tolist()),
    )
    assert np.array_equal(read_finding_map(path, scan, "alveolar").labels, _alveolar())


@given(labels=arrays(np.uint8, SHAPE, elements=st.integers(0, 3)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25)
def test_round_trip(tmp_path: Path, labels: NDArray[np.uint8]) -> None:
    """Any interstitial map is read back equal."""
    path = write_nrrd(tmp_path / "i.nrrd", labels, SCAN, encoding="gzip")
    assert np.array_equal(read_finding_map(path, SCAN, "interstitial").labels, labels)


# --- Grids that are not the scan's -----------------------------------------------------------------------------------


def _origin(mm: tuple[float, float, float]) -> str:
    return "(" + ",".join(repr(float(a + b)) for a, b in zip(SCAN.origin_mm, mm, strict=True)) + ")"


@pytest.mark.parametrize("mm", [(0.079, 0.0, 0.0), (0.0, 0.069, 0.0), (0.0, 0.0, 0.099)])
def test_small_shifts_are_let_pass(tmp_path: Path, mm: tuple[float, float, float]) -> None:
    """A grid within a tenth of a pixel and 0.1 mm across slices is that of the scan."""
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN, space_origin=_origin(mm))
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, _alveolar())


SMALL_TURN = "(0.79996,0.008,0) (-0.007,0.699965,0) (0,0,2.5)"


@pytest.mark.parametrize(
    "changed",
    [
        {"space_origin": _origin((0.081, 0, 0))},
        {"space_origin": _origin((0, 0.071, 0))},
        {"space_origin": _origin((0, 0, 0.101))},
        {"space_origin": _origin((0, 0, 2.5))},
        {"space_directions": "(0.8,0,0) (0,0.7,0) (0,0,2.52)"},
        {"space_directions": "(0.81,0,0) (0,0.7,0) (0,0,2.5)"},
        {"space_directions": "(0.7,0,0) (0,0.8,0) (0,0,2.5)"},
        {"space_directions": SMALL_TURN},
        {"space_directions": "(0.8,0,0) (0,0.7,0) (0,0.3,2.5)"},
        {"space_directions": "(0.8,0,0) (0,0.7,0) (0,0,-2.5)"},
    ],
    ids=["right", "back", "up", "a slice up", "gap", "columns", "spacings exchanged", "turned", "sheared", "downwards"],
)
def test_other_grids_are_refused_with_both_printed(tmp_path: Path, changed: dict[str, Any]) -> None:
    """Beyond the tolerance nothing is resampled: the map is refused, and both grids are told."""
    message = _refused(write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN, **changed))
    assert "lies on another grid than the scan" in message
    found, wanted = message.split("Wanted: ")
    assert "Found: 12 slices, 16 rows, 20 columns" in found
    assert "12 slices, 16 rows, 20 columns; LPS, mm: first pixel (-10.50, -20.25, 30.12)" in wanted


@pytest.mark.parametrize("shape", [(12, 16, 19), (11, 16, 20), (24, 8, 20)])
def test_other_sizes_are_refused(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    """A map of other sizes is refused by its header alone."""
    message = _refused(write_nrrd(tmp_path / "a.nrrd", np.zeros(shape, np.uint8), SCAN))
    assert f"{shape[2]} x {shape[1]} x {shape[0]} voxels; the scan has 20 x 16 x 12" in message


def test_sizes_that_lie_cost_no_memory(tmp_path: Path) -> None:
    """A header of 120 million million voxels is refused before anything is read."""
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN, sizes="60000 50000 40000")
    assert "60000 x 50000 x 40000 voxels" in _refused(path)


def test_rows_and_columns_exchanged_on_a_square_scan(tmp_path: Path) -> None:
    """Where rows and columns are as many, an exchange that the header does not tell is refused by the spacing."""
    square = geometry_of((3, 8, 8), spacing_mm=(0.7, 0.8))
    path = write_nrrd(
        tmp_path / "a.nrrd", np.zeros((3, 8, 8), np.uint8), square, space_directions="(0.7,0,0) (0,0.8,0) (0,0,1)"
    )
    assert "another grid" in _refused(path, square)


def test_uneven_and_tilted_scans_want_a_seg(tmp_path: Path) -> None:
    """An NRRD cannot hold uneven or tilted slices: refused, SEG only, or by index."""
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN)
    uneven = geometry_of(SHAPE, positions_mm=[*range(11), 20])
    assert "unevenly spaced" in _refused(path, uneven)
    origins = SCAN.origins_mm.copy()
    origins[:, 1] += np.linspace(0, 3, SHAPE[0])
    tilted = Geometry(SHAPE, SCAN.pixel_spacing_mm, origins, SCAN.orientation, 1.0)
    assert "tilted" in _refused(path, tilted)
    assert "SEG only" in _refused(path, tilted)
    assert "taken by index" in _refused(path, tilted)


def test_positions_rounded_by_the_scanner(tmp_path: Path) -> None:
    """A scan whose positions were rounded to 0.1 mm is even, and its map is read."""
    positions = [round(i * 0.7 * 2, 1) for i in range(12)]
    rounded = geometry_of(SHAPE, positions_mm=positions, spacing_mm=(0.7, 0.8))
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), rounded, space_directions="(0.8,0,0) (0,0.7,0) (0,0,1.4)")
    assert np.array_equal(read_finding_map(path, rounded, "alveolar").labels, _alveolar())


def test_a_single_slice(tmp_path: Path) -> None:
    """A scan of one slice takes a map of one slice."""
    one = geometry_of((1, 16, 20))
    labels = _alveolar()[:1]
    assert np.array_equal(
        read_finding_map(write_nrrd(tmp_path / "a.nrrd", labels, one), one, "alveolar").labels, labels
    )


# --- Files that are no label map -------------------------------------------------------------------------------------


def test_unknown_labels_are_told(tmp_path: Path) -> None:
    """Labels that the component does not know are refused and listed."""
    labels = _alveolar().astype(np.int16)
    labels[0, 0, :3] = (3, 7, -1)
    message = _refused(write_nrrd(tmp_path / "a.nrrd", labels, SCAN))
    assert "unknown labels -1, 3, 7; 0 to 2 are wanted" in message


def test_many_unknown_labels_are_cut_short(tmp_path: Path) -> None:
    """Of many unknown labels the first eight are listed: a CT given as a label map stays readable."""
    labels = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    message = _refused(write_nrrd(tmp_path / "a.nrrd", labels, SCAN))
    assert "unknown labels 3, 4, 5, 6, 7, 8, 9, 10, ...; 0 to 2" in message


def test_a_picture_is_read_no_further_than_it_must(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A probability map given as a label map is refused after its first piece, and few of its numbers are kept."""
    monkeypatch.setattr(image, "_CHUNK_BYTES", 400)
    pieces: list[int] = []
    translate = Numbering.translate

    def counting(self: Numbering, values: NDArray[np.generic]) -> NDArray[np.uint8]:
        pieces.append(values.size)
        return translate(self, values)

    monkeypatch.setattr(Numbering, "translate", counting)
    values = np.random.default_rng(0).random(SHAPE).astype(np.float32)
    assert "unknown labels 0.0" in _refused(write_nrrd(tmp_path / "a.nrrd", values, SCAN))
    assert pieces == [100]


def test_negative_labels_of_one_byte(tmp_path: Path) -> None:
    """Negative labels are unknown in one byte as in two, and are not taken for unmarked."""
    labels = _alveolar().astype(np.int8)
    labels[0, 0, :2] = (-1, -56)
    assert "unknown labels -56, -1; 0 to 2" in _refused(write_nrrd(tmp_path / "a.nrrd", labels, SCAN))


def test_large_labels_do_not_wrap(tmp_path: Path) -> None:
    """A label of 257 is unknown, and is not taken for 1."""
    assert "unknown labels 257" in _refused(write_nrrd(tmp_path / "a.nrrd", np.full(SHAPE, 257, np.uint16), SCAN))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_whole_numbers_of_a_float_type(tmp_path: Path, dtype: str) -> None:
    """Labels that are stored as floats are taken where every one is a whole number, and refused otherwise."""
    whole = _alveolar().astype(dtype)
    assert np.array_equal(
        read_finding_map(write_nrrd(tmp_path / "a.nrrd", whole, SCAN), SCAN, "alveolar").labels, _alveolar()
    )
    whole[0, 0, :4] = (0.5, np.nan, np.inf, 1e30)
    message = _refused(write_nrrd(tmp_path / "a.nrrd", whole, SCAN))
    assert "unknown labels 0.5, 1e+30, inf, nan; 0 to 2 are wanted" in message


def test_vectors_are_refused(tmp_path: Path) -> None:
    """A file with several numbers a voxel is refused, whether its header calls them a fourth axis or a colour."""
    four = {"dimension": "4", "sizes": "3 20 16 12", "kinds": "vector domain domain domain"}
    directions = "none (0.8,0,0) (0,0.7,0) (0,0,2.5)"
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN, space_directions=directions, data=bytes(11520), **four)
    assert "4 dimensions; 3 are wanted" in _refused(path)
    colour = geometry_of((12, 16, 3), gap_mm=2.5, spacing_mm=(0.7, 0.8))
    path = write_nrrd(
        tmp_path / "b.nrrd", np.zeros((12, 16, 3), np.uint8), colour,
        kinds="RGB-color domain domain",
    )  # fmt: skip
    assert "one whole number a voxel are wanted" in _refused(path, colour)


@pytest.mark.parametrize("encoding", ["raw", "gzip"])
@pytest.mark.parametrize("left", [0.0, 0.5, 0.99])
def test_cut_short_is_refused(tmp_path: Path, encoding: str, left: float) -> None:
    """A file that ends before its data does is refused."""
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN, encoding=encoding)
    whole = path.read_bytes()
    start = whole.index(b"\n\n") + 2
    path.write_bytes(whole[: start + int((len(whole) - start) * left)])
    message = _refused(path)
    assert f"encoding {encoding}, cannot be decoded" in message


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"space": None, "space_directions": None, "space_origin": None}, "its space is not said"),
        ({"space": "scanner-xyz"}, "its space is scanner-xyz"),
        ({"dimension": None}, "no dimensions; 3 are wanted"),
        ({"sizes": None}, "no voxels"),
        ({"encoding": "bzip2"}, "encoding bzip2, cannot be decoded"),
        ({"space_directions": "(0,0,0) (0,0.7,0) (0,0,2.5)"}, "no length or direction"),
        ({"space_directions": "(nan,nan,nan) (0,0.7,0) (0,0,2.5)"}, "directions or origin are not said"),
        ({"space_directions": "none (0.8,0,0) (0,0.7,0)"}, "directions or origin are not said"),
        ({"space_directions": None, "spacings": "0.8 0.7 2.5"}, "directions or origin are not said"),
        ({"space_origin": None}, "directions or origin are not said"),
        ({"space_origin": "(nan,0,0)"}, "directions or origin are not said"),
        ({"type": "nonsense"}, "its header cannot be understood"),
    ],
)
def test_broken_headers_are_refused(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    """A header without a place in the patient, or that makes no sense, is refused."""
    assert message in _refused(write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN, **changed))


@pytest.mark.parametrize(
    "content", [b"", b"DICM", b"NRRD0004\n", b"\x1f\x8b" + bytes(99), b"NRRD0004\n" + b"#" * 70_000]
)
def test_not_an_nrrd(tmp_path: Path, content: bytes) -> None:
    """A file that is no NRRD, or whose header has no end, is refused."""
    path = tmp_path / "a.nrrd"
    path.write_bytes(content)
    assert "save" in _refused(path)


@pytest.mark.parametrize("again", ["space origin: (0,0,0)", "Space Origin: (0,0,0)"])
def test_fields_said_twice_are_refused(tmp_path: Path, again: str) -> None:
    """A header that says a field twice is refused: nothing tells which of them is meant."""
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN)
    path.write_bytes(path.read_bytes().replace(b"\n\n", f"\n{again}\n\n".encode(), 1))
    assert "its header says 'space origin' twice" in _refused(path)


@pytest.mark.parametrize("remark", ["space origin:=(0,0,0)", "type:=lobe map", "sizes:=1 1 1"])
def test_remarks_are_no_fields(tmp_path: Path, remark: str) -> None:
    """A remark of a program, which NRRD writes with `:=`, says nothing of where and how large a map is."""
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN)
    path.write_bytes(path.read_bytes().replace(b"\n\n", f"\n{remark}\n\n".encode(), 1))
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, _alveolar())


def test_missing_files_and_folders(tmp_path: Path) -> None:
    """A missing file and a folder are refused by name."""
    assert "No such file" in _refused(tmp_path / "missing.nrrd")
    (tmp_path / "folder").mkdir()
    assert "cannot be opened" in _refused(tmp_path / "folder")


# --- Files that change while they are read ---------------------------------------------------------------------------


def _meanwhile(monkeypatch: pytest.MonkeyPatch, what: str, do: Callable[[], object]) -> None:
    """Let something happen right before a step of the reading, once."""
    step = getattr(Numbering, what)
    todo = [do]

    def interrupted(self: Numbering, *args: Any) -> Any:
        while todo:
            todo.pop()()
        return step(self, *args)

    monkeypatch.setattr(Numbering, what, interrupted)


@pytest.mark.parametrize("name", ["a.nrrd", "a.nii.gz", "a.mhd"])
@pytest.mark.parametrize("step", ["__init__", "translate", "settle"])
def test_the_digest_is_of_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, name: str) -> None:
    """Where another file takes the place of a map while it is read, labels and digest are both of the first one."""
    write = {".nrrd": write_nrrd, ".gz": write_nifti}.get(Path(name).suffix)
    path, other = tmp_path / name, tmp_path / f"other-{name}"
    raw = tmp_path / "a.raw"
    if write is None:
        write_meta(path, _alveolar()[:0], SCAN, DimSize="20 16 12", ElementDataFile=raw.name)
        raw.write_bytes(_alveolar().tobytes())
        (tmp_path / "other.raw").write_bytes(_alveolar(1).tobytes())
        digest = hashlib.sha256(path.read_bytes() + raw.read_bytes()).hexdigest()
        _meanwhile(monkeypatch, step, lambda: (tmp_path / "other.raw").replace(raw))
    else:
        digest = hashlib.sha256(write(path, _alveolar(), SCAN).read_bytes()).hexdigest()
        write(other, _alveolar(1), SCAN)
        _meanwhile(monkeypatch, step, lambda: other.replace(path))
    read = read_finding_map(path, SCAN, "alveolar")
    assert np.array_equal(read.labels, _alveolar())
    assert read.digest == digest


def test_a_file_that_is_written_over_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a map is written over while it is read, no digest can tell what was read: refused."""
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN)
    os.utime(path, (0, 0))
    _meanwhile(monkeypatch, "settle", lambda: path.write_bytes(path.read_bytes()))
    assert "was changed while it was read" in _refused(path)


# --- Headers that point elsewhere ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b"\ndata file: %s\n\n",
        b"\ndatafile: %s\n\n",
        b"\nDATA FILE: %s\n\n",
        b"\rdata file: %s\n\n",
        b"\r\ndata file: %s\r\n\r\n",
        b"\ndata file: LIST\n%s\n\n",
        b"\ndata file: %s:=x\n\n",
        b"\n" + b"#\n" * 30_000 + b"data file: %s\n\n",
        b"\n" + b"#" * 65_000 + b"\n" + b"#\n" * 2_000 + b"data file: %s\n\n",
    ],
    ids=["plain", "one word", "capitals", "lone return", "windows", "list", "key", "after 60 kB", "after 64 kB"],
)
@pytest.mark.parametrize("absolute", [True, False])
def test_detached_data_is_never_followed(tmp_path: Path, line: bytes, absolute: bool) -> None:  # noqa: FBT001 - a column
    """A header that points at another file, in whatever spelling, is refused; nothing of that file is read."""
    secret = tmp_path / "secret.raw"
    secret.write_bytes(_alveolar().tobytes())
    folder = tmp_path / "maps"
    folder.mkdir()
    path = write_nrrd(folder / "a.nrrd", _alveolar(), SCAN)
    target = str(secret).encode() if absolute else b"../secret.raw"
    path.write_bytes(path.read_bytes().replace(b"\n\n", line.replace(b"%s", target), 1))
    message = _refused(path)
    assert "points at another file" in message or "no end within" in message
    assert "secret" not in message


def test_a_header_that_ends_at_the_limit_hides_nothing(tmp_path: Path) -> None:
    """A header whose first 64 KiB end with a whole line is not taken for ended."""
    path = write_nrrd(tmp_path / "a.nrrd", _alveolar(), SCAN)
    head, _, body = path.read_bytes().partition(b"\n\n")
    filler = b"#" * (2**16 - len(head) - 2) + b"\n"
    path.write_bytes(head + b"\n" + filler + b"data file: /etc/hostname\n\n" + body)
    assert "no end within" in _refused(path)
