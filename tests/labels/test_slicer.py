"""A segmentation of 3D Slicer is read by the names and codes of its segments, never by its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels import read_finding_map, read_lobe_map
from kazerooni.labels.meaning import part_named
from kazerooni.model import Finding, Geometry, Lobe
from tests.labels.builders import lungs, vector, write_nrrd
from tests.scoring.builders import geometry_of

SHAPE = (6, 7, 8)
SCAN = geometry_of(SHAPE, gap_mm=20.0, spacing_mm=(15.0, 16.0), origin_mm=(-56, -45, 0))
MARKS = np.random.default_rng(0).integers(0, 3, SHAPE, np.uint8)
LOBE_NAMES = ("RUL", "RML", "RLL", "LUL", "LLL")
TAG = "Segmentation.Status:inprogress|TerminologyEntry:List~SCT^49755003^x~{}~{}~Anatomic codes~^^~^^|"


def _write(
    path: Path, labels: NDArray[np.generic], segments: list[dict[str, str]], scan: Geometry = SCAN, **changed: Any
) -> Path:
    """Write labels (slice, row, column) or (slice, row, column, layer) with the key/value pairs of their segments."""
    if labels.ndim == 4:
        steps = "none (16,0,0) (0,15,0) (0,0,20)"
        changed = {
            "dimension": "4", "kinds": "list domain domain domain", "space_directions": steps, **changed,
            "sizes": " ".join(map(str, labels.shape[::-1])),
        }  # fmt: skip
    write_nrrd(path, labels, scan, **changed)
    pairs = "".join(
        f"Segment{k}_{key}:={value}\n" for k, segment in enumerate(segments) for key, value in segment.items()
    )
    path.write_bytes(path.read_bytes().replace(b"\n\n", b"\n" + pairs.encode() + b"\n", 1))
    return path


def _named(name: str, value: int, layer: int = 0) -> dict[str, str]:
    return {"ID": "Segment_1", "Name": name, "LabelValue": str(value), "Layer": str(layer), "Extent": "0 1 0 1 0 1"}


def _refused(path: Path, component: str = "alveolar") -> str:
    with pytest.raises(LabelError) as refused:
        read_finding_map(path, SCAN, component)
    assert str(refused.value).startswith(f"{path.name}: ")
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("RUL", Lobe.RUL),
        ("Right Upper Lobe", Lobe.RUL),
        ("right-upper_lobe", Lobe.RUL),
        ("lung_upper_lobe_right", Lobe.RUL),
        ("Middle lobe of right lung", Lobe.RML),
        ("rml", Lobe.RML),
        ("right inferior lobe", Lobe.RLL),
        ("Left upper lobe", Lobe.LUL),
        ("lower lobe of the left lung", Lobe.LLL),
        ("Lingula", Lobe.LIN),
        ("GGO", Finding.GROUND_GLASS),
        ("Ground-glass opacity", Finding.GROUND_GLASS),
        ("ground glass", Finding.GROUND_GLASS),
        ("Consolidation", Finding.CONSOLIDATION),
        ("Septal line(s)", Finding.SEPTAL),
        ("interlobular septal thickening", Finding.SEPTAL),
        ("Reticular pattern", Finding.RETICULATION),
        ("honeycombing", Finding.HONEYCOMBING),
        ("left middle lobe", None),
        ("lung", None),
        ("right", None),
        ("", None),
        ("Segment_1", None),
        ("no ground glass", None),
    ],
)
def test_names(name: str, part: Lobe | Finding | None) -> None:
    """Names are told whatever their capitals and punctuation; nothing is guessed from a part of a name."""
    assert part_named(name) == part


def test_lobes_by_name(tmp_path: Path) -> None:
    """Numbers mean what the names say, whatever they are."""
    numbers = np.array([0, 9, 4, 200, 1, 3], np.uint8)
    names = ["RUL", "RML", "RLL", "LUL", "LLL"]
    segments = [_named(name, int(numbers[k])) for k, name in enumerate(names, 1)]
    path = _write(tmp_path / "l.seg.nrrd", numbers[lungs(SHAPE)], segments)
    assert np.array_equal(read_lobe_map(path, SCAN).labels, lungs(SHAPE))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32"])
def test_every_type(tmp_path: Path, dtype: str) -> None:
    """Numbers of any type are looked up."""
    path = _write(tmp_path / "f.seg.nrrd", MARKS.astype(dtype), [_named("GGO", 1), _named("consolidation", 2)])
    read = read_finding_map(path, SCAN, "alveolar")
    assert np.array_equal(read.labels, MARKS)
    assert read.notices == ()


@pytest.mark.parametrize(
    ("dtype", "number"),
    [
        ("uint8", 200),
        ("int8", -1),
        ("int16", -1),
        ("uint16", 65535),
        ("int32", 65537),
        ("float32", 1e30),
        ("float32", 1.5),
    ],
)
def test_numbers_of_no_segment(tmp_path: Path, dtype: str, number: float) -> None:
    """A number that no segment has, below zero, huge or no whole one too, is refused and told; nothing vanishes."""
    stored = MARKS.astype(dtype)
    stored[0, 0, :3] = number
    path = _write(tmp_path / "f.seg.nrrd", stored, [_named("GGO", 1), _named("consolidation", 2)])
    assert f"holds numbers that no segment has: {number:g};" in _refused(path)


def test_layers_of_no_segment(tmp_path: Path) -> None:
    """Marks in a layer in which no segment lies are refused; an empty layer does no harm."""
    segments = [_named("GGO", 1), _named("consolidation", 2)]
    stored = np.stack([MARKS, 0 * MARKS], axis=-1)
    path = _write(tmp_path / "f.seg.nrrd", stored, segments)
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, MARKS)
    stored[1, 2, 3, 1] = 1
    assert "holds numbers that no segment has: 1;" in _refused(_write(path, stored, segments))


def test_findings_without_a_segment_are_told(tmp_path: Path) -> None:
    """A map without a segment for some finding of its component is taken, and those are told."""
    path = _write(tmp_path / "f.seg.nrrd", np.minimum(MARKS, 1), [_named("Honeycombing", 1)])
    (notice,) = read_finding_map(path, SCAN, "interstitial").notices
    assert (notice.code, notice.severity) == ("map-findings-not-named", "warning")
    assert "has no segment for septal thickening, reticulation; taken as looked for and not seen" in notice.message
    path = _write(tmp_path / "l.seg.nrrd", lungs(SHAPE), [_named(name, k) for k, name in enumerate(LOBE_NAMES, 1)])
    assert read_lobe_map(path, SCAN).notices == ()


def test_keys_may_begin_at_any_segment(tmp_path: Path) -> None:
    """A file whose keys begin at another segment than 0 is read by its names all the same, never by its numbers."""
    segments = [{}, _named("consolidation", 1), _named("GGO", 2)]
    path = _write(tmp_path / "f.seg.nrrd", MARKS, segments)
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, np.array([0, 2, 1])[MARKS])


def test_a_segmentation_must_name_its_segments(tmp_path: Path) -> None:
    """A .seg.nrrd without any segment in its header is refused: its numbers could mean anything."""
    assert "names no segments" in _refused(_write(tmp_path / "f.seg.nrrd", MARKS, []))
    assert "found are none" in _refused(_write(tmp_path / "f.nrrd", MARKS, [{"Extent": "0 1 0 1 0 1"}]))


def test_findings_of_both_components(tmp_path: Path) -> None:
    """A file may hold findings of both components; each map takes its own."""
    drawn = np.random.default_rng(1).integers(0, 4, SHAPE, np.uint8)
    path = _write(
        tmp_path / "f.seg.nrrd", drawn, [_named("GGO", 2), _named("Honeycombing", 1), _named("Reticulation", 3)]
    )
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, drawn == 2)
    assert np.array_equal(read_finding_map(path, SCAN, "interstitial").labels, np.array([0, 2, 0, 3])[drawn])


def test_codes_tell_where_names_do_not(tmp_path: Path) -> None:
    """A segment with a name of its own is told by its terminology; a name that contradicts it is refused."""
    coded = _named("my marks", 1) | {"Tags": TAG.format("DCM^112120^Ground glass opacity", "^^")}
    path = _write(tmp_path / "f.seg.nrrd", np.minimum(MARKS, 1), [coded])
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, np.minimum(MARKS, 1))
    path = _write(tmp_path / "f.seg.nrrd", np.minimum(MARKS, 1), [coded | {"Name": "consolidation"}])
    assert "segment 'consolidation' is coded as ground glass" in _refused(path)
    sided = _named("x", 1) | {"Tags": TAG.format("SCT^45653009^Upper lobe of lung", "SCT^24028007^Right")}
    path = _write(tmp_path / "l.seg.nrrd", (lungs(SHAPE) == 1).astype(np.uint8), [sided])
    assert np.array_equal(read_lobe_map(path, SCAN).labels, lungs(SHAPE) == 1)


def test_layers(tmp_path: Path) -> None:
    """Segments that overlap lie in layers; the graver finding lies on top, and overlapping voxels are told."""
    glass, solid = np.random.default_rng(2).random((2, *SHAPE)) < 0.4
    stored = np.stack([glass * 5, solid * 7], axis=-1).astype(np.uint8)
    path = _write(tmp_path / "f.seg.nrrd", stored, [_named("GGO", 5, 0), _named("consolidation", 7, 1)])
    read = read_finding_map(path, SCAN, "alveolar")
    assert np.array_equal(read.labels, np.where(solid, 2, np.where(glass, 1, 0)))
    (notice,) = read.notices
    assert notice.code == "map-overlap"
    assert f"in {(glass & solid).sum()} voxels" in notice.message


def test_old_files(tmp_path: Path) -> None:
    """Files of Slicer before 4.11, without numbers and layers, hold one layer of ones a segment."""
    stored = np.stack([MARKS == 2, MARKS == 1], axis=-1).astype(np.uint8)
    path = _write(tmp_path / "f.seg.nrrd", stored, [{"Name": "consolidation"}, {"Name": "GGO"}])
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, MARKS)


@pytest.mark.parametrize("window", [(slice(1, 4), slice(2, 7), slice(0, 3)), (slice(5, 6), slice(0, 1), slice(7, 8))])
def test_cropped_files_are_padded(tmp_path: Path, window: tuple[slice, slice, slice]) -> None:
    """A file that Slicer cropped to what is marked is put back on its voxels; the rest is unmarked."""
    starts = [part.start for part in window]
    origin = SCAN.origin_mm + np.array([starts[2] * 16.0, starts[1] * 15.0, starts[0] * 20.0])
    path = _write(tmp_path / "f.seg.nrrd", MARKS[window], [_named("GGO", 1), _named("consolidation", 2)],
                  space_directions="(16,0,0) (0,15,0) (0,0,20)", space_origin=vector(origin))  # fmt: skip
    wanted = np.zeros(SHAPE, np.uint8)
    wanted[window] = MARKS[window]
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, wanted)


@pytest.mark.parametrize(
    "origin", ["(-48,-45,0)", "(-56,-45,0.11)", "(-72,-45,0)", "(-56,-45,80)", "(-8,-45,0)"],
    ids=["half a pixel", "between slices", "before the first column", "after the last slice", "after the last column"],
)  # fmt: skip
def test_cropped_files_must_lie_on_voxels(tmp_path: Path, origin: str) -> None:
    """A cropped file that lies between the voxels of the scan, or reaches out of it, is refused with both grids."""
    path = _write(
        tmp_path / "f.seg.nrrd", MARKS[:3, :5, :6], [_named("GGO", 1), _named("consolidation", 2)], space_origin=origin,
        space_directions="(16,0,0) (0,15,0) (0,0,20)",
    )  # fmt: skip
    assert "lies on another grid than the scan" in _refused(path)


@pytest.mark.parametrize(
    ("segments", "message"),
    [
        (
            [_named("tumour", 1), _named("GGO", 2)],
            "unknown segments; found are 'tumour', 'GGO'; wanted are ground glass",
        ),
        ([_named("RUL", 1)], "no segment of alveolar findings; found are 'RUL'"),
        ([_named("GGO", 1), _named("consolidation", 1)], "share numbers or have none"),
        ([_named("GGO", 0)], "share numbers or have none"),
        ([_named("GGO", 1, layer=1)], "share numbers or have none"),
        ([_named("GGO", 1) | {"LabelValue": "-1"}], "no usable layer or number"),
        ([_named("GGO", 1) | {"LabelValue": "9999999"}], "no usable layer or number"),
        ([_named("GGO", 1) | {"LabelValue": "70000"}], "share numbers or have none"),
        ([_named("GGO", 1) | {"Layer": "9" * 5000}], "no usable layer or number"),
    ],
)
def test_unclear_segments_are_refused(tmp_path: Path, segments: list[dict[str, str]], message: str) -> None:
    """Names that are unknown, and numbers that are shared or missing, are refused with what was found and wanted."""
    assert message in _refused(_write(tmp_path / "f.seg.nrrd", MARKS, segments))


def test_two_segments_of_one_lobe(tmp_path: Path) -> None:
    """Two segments of one lobe are refused; two of one finding are joined."""
    path = _write(tmp_path / "l.seg.nrrd", lungs(SHAPE), [_named("RUL", 1), _named("right upper lobe", 2)])
    with pytest.raises(LabelError, match="two segments stand for one of the lobes"):
        read_lobe_map(path, SCAN)
    path = _write(tmp_path / "f.seg.nrrd", MARKS, [_named("GGO", 1), _named("ground glass", 2)])
    assert np.array_equal(read_finding_map(path, SCAN, "alveolar").labels, MARKS > 0)


def test_names_take_no_convention(tmp_path: Path) -> None:
    """A numbering contradicts a file with names and is refused."""
    path = _write(tmp_path / "l.seg.nrrd", lungs(SHAPE), [_named("RUL", 1)])
    with pytest.raises(LabelError, match=r"name no numbering \(labels\)"):
        read_lobe_map(path, SCAN, labels="cip")


def test_by_index(tmp_path: Path) -> None:
    """By index a segmentation of equal shape is taken by its names, wherever it lies."""
    path = _write(
        tmp_path / "f.seg.nrrd", MARKS, [_named("GGO", 1), _named("consolidation", 2)], space_origin="(0,0,999)"
    )
    read = read_finding_map(path, SCAN, "alveolar", by_index=True)
    assert np.array_equal(read.labels, MARKS)
    assert [notice.code for notice in read.notices] == ["map-not-placed"]
