"""A DICOM SEG is read by its codes onto the pictures it was drawn on, or refused with the reason."""

from __future__ import annotations

import copy
import hashlib
import itertools
import os
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pydicom
import pytest
from highdicom.content import PlaneOrientationSequence
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from kazerooni import phantom
from kazerooni.dicom import Series, find_series, read_volume
from kazerooni.errors import LabelError
from kazerooni.labels import read_finding_map, read_lobe_map
from kazerooni.labels.open import MapFile
from kazerooni.labels.overlaps import Layers
from kazerooni.labels.seg import read as seg_read
from kazerooni.labels.seg.bind import _one
from kazerooni.labels.seg.frames import UnusualError, groups_from_bytes, groups_from_datasets
from kazerooni.model import Component, Notice
from tests.labels.builders import lungs
from tests.labels.seg_builder import (
    CONSOLIDATION,
    GROUND_GLASS,
    HONEYCOMB,
    LEFT,
    LIVER,
    LOWER,
    MIDDLE,
    RETICULAR,
    RIGHT,
    SEPTAL,
    UPPER,
    Coded,
    datasets_of,
    make_seg,
    save,
    series_of,
)

PLAN = phantom.sequential_hrct(slices=6, rows=10, columns=12, pixel_spacing_mm=(30.0, 25.0), gap_mm=40.0)
SHAPE = (6, 10, 12)
LUNGS = lungs(SHAPE)
LOBES = (
    Coded(UPPER, RIGHT, "RUL"),
    Coded(MIDDLE, None, "RML"),
    Coded(LOWER, RIGHT, "RLL"),
    Coded(UPPER, LEFT, "LUL"),
    Coded(LOWER, LEFT, "LLL"),
)
ALVEOLAR = (Coded(GROUND_GLASS, label="GGO"), Coded(CONSOLIDATION, label="consolidation"))


@pytest.fixture
def series(tmp_path: Path) -> Series:
    """Give the small series that the SEGs are drawn on."""
    return series_of(datasets_of(PLAN), tmp_path / "series")


def _masks(*labels: int, of: NDArray[np.uint8] = LUNGS) -> list[NDArray[np.bool_]]:
    return [of == label for label in labels]


def _marks(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 3, SHAPE, np.uint8)


def _alveolar_seg() -> Dataset:
    return make_seg(datasets_of(PLAN), _masks(1, 2, of=_marks()), ALVEOLAR)


def _refused(path: Path, series: Series, component: str = "alveolar") -> str:
    with pytest.raises(LabelError) as refused:
        read_finding_map(path, series, component)
    message = str(refused.value)
    assert message.startswith(f"{path.name}: ")
    assert str(path.parent) not in message
    assert "Phantom" not in message
    return message


def test_lobes_are_read_by_code(tmp_path: Path, series: Series) -> None:
    """Segments are told by lobe code and laterality, whatever their order, number and label."""
    order = (3, 0, 4, 1, 2)
    seg = make_seg(datasets_of(PLAN), _masks(*(k + 1 for k in order)), [LOBES[k] for k in order])
    read = read_lobe_map(save(seg, tmp_path / "l.dcm"), read_volume(series))
    assert np.array_equal(read.labels, LUNGS)
    assert read.notices == ()


@pytest.mark.parametrize(
    ("kind", "side", "label"),
    [
        (("42400003", "SCT"), None, 1),
        (("72481006", "SCT"), RIGHT, 2),
        (("266005", "SCT"), None, 3),
        (("44714003", "SCT"), LEFT, 4),
        (("41224006", "SCT"), None, 5),
        (("T-28200", "SRT"), None, None),
        (("T-28820", "SRT"), None, None),
        (("45653009", "SCT"), None, None),
        (("72481006", "SCT"), LEFT, None),
        (("42400003", "SCT"), LEFT, None),
        (("45654000", "SCT"), RIGHT, None),
        (("90596000", "SCT"), LEFT, None),
    ],
)
def test_lateral_codes(
    tmp_path: Path, series: Series, kind: tuple[str, str], side: tuple[str, str] | None, label: int | None
) -> None:
    """Lateral codes name a lobe; wrong ones that circulate, and codes without or with the other side, name none."""
    here = np.isin(LUNGS, [label or 1])
    path = save(make_seg(datasets_of(PLAN), [here], [Coded(kind, side, "a lobe")]), tmp_path / "l.dcm")
    if label is None:
        with pytest.raises(
            LabelError, match=rf"no segment is coded as one of the lobes .* 'a lobe' \({kind[1]} {kind[0]}\)"
        ):
            read_lobe_map(path, series)
    else:
        assert np.array_equal(read_lobe_map(path, series).labels, here * np.uint8(label))


def test_laterality_of_the_region(tmp_path: Path, series: Series) -> None:
    """The laterality may stand with the region instead of the type."""
    segment = Coded(LOWER, LEFT, side_of_region=True)
    path = save(make_seg(datasets_of(PLAN), _masks(5), [segment]), tmp_path / "l.dcm")
    assert np.array_equal(read_lobe_map(path, series).labels, (LUNGS == 5) * np.uint8(5))


@pytest.mark.parametrize(
    ("component", "codes", "labels"),
    [
        (Component.ALVEOLAR, (CONSOLIDATION, LIVER, GROUND_GLASS), (2, 0, 1)),
        (Component.INTERSTITIAL, (HONEYCOMB, SEPTAL, RETICULAR, GROUND_GLASS), (2, 1, 3, 0)),
    ],
)
def test_findings_by_code(
    tmp_path: Path, series: Series, component: Component, codes: tuple[tuple[str, str], ...], labels: tuple[int, ...]
) -> None:
    """Findings are told by their codes; segments of anything else are passed over."""
    drawn = np.random.default_rng(1).integers(0, len(codes) + 1, SHAPE, np.uint8)
    masks = _masks(*range(1, len(codes) + 1), of=drawn)
    path = save(make_seg(datasets_of(PLAN), masks, [Coded(code) for code in codes]), tmp_path / "f.dcm")
    wanted = np.array([0, *labels], np.uint8)[drawn]
    assert np.array_equal(read_finding_map(path, series, component).labels, wanted)


def test_an_empty_segment_is_assessed(tmp_path: Path, series: Series) -> None:
    """A segment without a mark, with all its frames or with none that are empty, reads as a map without a mark."""
    nothing = np.zeros(SHAPE, np.bool_)
    masks = [nothing, _marks() == 2]
    for omit in (True, False):
        path = save(make_seg(datasets_of(PLAN), masks, ALVEOLAR, omit_empty_frames=omit), tmp_path / f"{omit}.dcm")
        assert np.array_equal(read_finding_map(path, series, "alveolar").labels, 2 * (_marks() == 2))
    path = save(make_seg(datasets_of(PLAN), [nothing] * 2, ALVEOLAR, omit_empty_frames=False), tmp_path / "none.dcm")
    assert not read_finding_map(path, series, "alveolar").labels.any()


def test_slices_without_a_frame_are_unmarked(tmp_path: Path, series: Series) -> None:
    """Frames are bound by the picture they name, not by their order: gaps stay gaps."""
    some = [1, 4]
    seg = make_seg([datasets_of(PLAN)[k] for k in some], [mask[some] for mask in _masks(1, 2, of=_marks())], ALVEOLAR)
    wanted = np.zeros(SHAPE, np.uint8)
    wanted[some] = _marks()[some]
    assert np.array_equal(read_finding_map(save(seg, tmp_path / "f.dcm"), series, "alveolar").labels, wanted)


@given(masks=arrays(np.bool_, (3, *SHAPE)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=6)
def test_overlaps_of_findings(tmp_path: Path, series: Series, masks: NDArray[np.bool_]) -> None:
    """Honeycombing lies over reticulation over septal thickening, and overlapping voxels are told."""
    segments = [Coded(HONEYCOMB), Coded(SEPTAL), Coded(RETICULAR)]
    honeycombing, septal, reticulation = masks
    read = read_finding_map(
        save(make_seg(datasets_of(PLAN), list(masks), segments), tmp_path / "f.dcm"), series, "interstitial"
    )
    wanted = np.select([honeycombing, reticulation, septal], [2, 3, 1], 0)
    assert np.array_equal(read.labels, wanted)
    assert [notice.code for notice in read.notices] == (["map-overlap"] if (masks.sum(axis=0) > 1).any() else [])


def test_overlap_is_told_with_its_voxels(tmp_path: Path, series: Series) -> None:
    """Consolidation lies over ground glass; the notice says in how many voxels both were marked."""
    glass, solid = np.zeros(SHAPE, np.bool_), np.zeros(SHAPE, np.bool_)
    glass[2, :4], solid[2, 3:6] = True, True
    path = save(make_seg(datasets_of(PLAN), [solid, glass], [ALVEOLAR[1], ALVEOLAR[0]]), tmp_path / "f.dcm")
    read = read_finding_map(path, series, "alveolar")
    assert np.array_equal(read.labels, np.where(solid, 2, np.where(glass, 1, 0)))
    (notice,) = read.notices
    assert "consolidation and ground glass in 12 voxels" in notice.message


def test_segments_of_one_finding_are_joined(tmp_path: Path, series: Series) -> None:
    """Several segments of one finding, such as one a lobe, are one finding, without a notice."""
    left, right = _marks(1) == 1, _marks(2) == 1
    path = save(make_seg(datasets_of(PLAN), [left, right], [ALVEOLAR[0]] * 2), tmp_path / "f.dcm")
    read = read_finding_map(path, series, "alveolar")
    assert np.array_equal(read.labels, left | right)
    assert [notice.code for notice in read.notices] == ["map-findings-not-named"]


def test_findings_without_a_segment_are_told(tmp_path: Path, series: Series) -> None:
    """A SEG without a segment for some finding of the component is taken, and those are told."""
    masks = [_marks() == 1, np.zeros(SHAPE, np.bool_), np.zeros(SHAPE, np.bool_)]
    segments = [Coded(HONEYCOMB), Coded(SEPTAL), Coded(RETICULAR)]
    path = save(make_seg(datasets_of(PLAN), masks[:1], segments[:1]), tmp_path / "f.dcm")
    (notice,) = read_finding_map(path, series, "interstitial").notices
    assert (notice.code, notice.severity) == ("map-findings-not-named", "warning")
    assert "has no segment for septal thickening, reticulation; taken as looked for and not seen" in notice.message
    path = save(make_seg(datasets_of(PLAN), masks, segments), tmp_path / "f.dcm")
    assert read_finding_map(path, series, "interstitial").notices == ()


def test_overlapping_lobes_are_refused(tmp_path: Path, series: Series) -> None:
    """Lobes that overlap are refused with their names and the voxels."""
    masks = _masks(1, 2, 3, 4, 5)
    masks[1] = masks[1] | (np.cumsum(masks[0]).reshape(SHAPE) <= 7) & masks[0]
    path = save(make_seg(datasets_of(PLAN), masks, LOBES), tmp_path / "l.dcm")
    with pytest.raises(LabelError, match="lobes overlap: right middle lobe and right upper lobe in 7 voxels"):
        read_lobe_map(path, series)


def test_one_lobe_twice_is_refused(tmp_path: Path, series: Series) -> None:
    """Two segments coded as one lobe are refused."""
    path = save(make_seg(datasets_of(PLAN), _masks(1, 2), [LOBES[0], LOBES[0]]), tmp_path / "l.dcm")
    with pytest.raises(LabelError, match="several segments are coded as right upper lobe"):
        read_lobe_map(path, series)


# --- Other scans -----------------------------------------------------------------------------------------------------


def _spoiled(spoil: Callable[[Dataset], object], tmp_path: Path) -> Path:
    seg = pydicom.dcmread(save(_alveolar_seg(), tmp_path / "whole.dcm"))  # highdicom's own items are shared by frames
    spoil(seg)
    return save(seg, tmp_path / "f.dcm")


def _rename_sources(seg: Dataset) -> None:
    for groups in seg.PerFrameFunctionalGroupsSequence:
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        source.ReferencedSOPInstanceUID += ".9"


def test_the_map_of_another_series(tmp_path: Path, series: Series) -> None:
    """A map whose frames name pictures that the scan does not hold, in another frame of reference, is refused."""

    def spoil(seg: Dataset) -> None:
        _rename_sources(seg)
        seg.FrameOfReferenceUID += ".9"

    message = _refused(_spoiled(spoil, tmp_path), series)
    frames = _alveolar_seg().NumberOfFrames
    assert f"{frames} of {frames} frames reference instances that are not in the scan" in message
    assert "a map of another series" in message


def test_another_series_of_the_same_space(tmp_path: Path, series: Series) -> None:
    """A map of another reconstruction that lies exactly on the slices is taken by position, and that is told."""
    read = read_finding_map(_spoiled(_rename_sources, tmp_path), series, "alveolar")
    assert np.array_equal(read.labels, _marks())
    assert [notice.code for notice in read.notices] == ["map-of-another-series"]


def _move(mm: float) -> Callable[[Dataset], None]:
    def move(seg: Dataset) -> None:
        for groups in seg.PerFrameFunctionalGroupsSequence:
            position = groups.PlanePositionSequence[0].ImagePositionPatient
            groups.PlanePositionSequence[0].ImagePositionPatient = [*position[:2], position[2] + mm]

    return move


def test_another_series_between_the_slices(tmp_path: Path, series: Series) -> None:
    """A map of another reconstruction beside the slices is refused, however near it lies."""

    def spoil(seg: Dataset) -> None:
        _rename_sources(seg)
        _move(0.11)(seg)

    assert "reference instances that are not in the scan" in _refused(_spoiled(spoil, tmp_path), series)


def _drop_sources(seg: Dataset) -> None:
    for groups in seg.PerFrameFunctionalGroupsSequence:
        del groups.DerivationImageSequence


@pytest.mark.parametrize("bare", [True, False])
def test_no_references(tmp_path: Path, series: Series, *, bare: bool) -> None:
    """Frames that name no picture, or slices that have no names, are taken by exact position, and that is told."""
    path = _spoiled(_drop_sources, tmp_path) if not bare else save(_alveolar_seg(), tmp_path / "f.dcm")
    assert series.geometry is not None
    read = read_finding_map(path, series.geometry if bare else series, "alveolar")
    assert np.array_equal(read.labels, _marks())
    assert [notice.code for notice in read.notices] == ["map-placed-by-position"]


def test_no_references_in_another_space(tmp_path: Path, series: Series) -> None:
    """Frames that name no picture and lie in another frame of reference are refused."""

    def spoil(seg: Dataset) -> None:
        _drop_sources(seg)
        seg.FrameOfReferenceUID += ".9"

    assert "lie on no slice of the scan" in _refused(_spoiled(spoil, tmp_path), series)


@pytest.mark.parametrize("mm", [0.099, -0.099])
def test_small_shifts_are_let_pass(tmp_path: Path, series: Series, mm: float) -> None:
    """Frames within 0.1 mm of the slice that they name are taken."""
    read = read_finding_map(_spoiled(_move(mm), tmp_path), series, "alveolar")
    assert np.array_equal(read.labels, _marks())


@pytest.mark.parametrize("mm", [0.11, 40.0])
def test_name_and_place_must_agree(tmp_path: Path, series: Series, mm: float) -> None:
    """A frame that names a picture and lies elsewhere is refused: one of the two is wrong."""
    assert "was drawn on slice" in _refused(_spoiled(_move(mm), tmp_path), series)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda shared: setattr(shared.PixelMeasuresSequence[0], "PixelSpacing", [25.0, 30.0]),
        lambda shared: setattr(
            shared.PlaneOrientationSequence[0], "ImageOrientationPatient", [0.8, 0.6, 0, -0.6, 0.8, 0]
        ),
    ],
    ids=["spacing", "orientation"],
)
def test_other_planes_are_refused(tmp_path: Path, series: Series, spoil: Callable[[Dataset], None]) -> None:
    """Frames of another spacing or orientation are refused, though they name pictures of the scan."""
    path = _spoiled(lambda seg: spoil(seg.SharedFunctionalGroupsSequence[0]), tmp_path)
    assert "by its position, orientation, size and pixel spacing" in _refused(path, series)


def test_other_sizes_are_refused(tmp_path: Path, series: Series) -> None:
    """Frames of other rows and columns are refused with both."""
    plan = phantom.sequential_hrct(slices=6, rows=10, columns=16, pixel_spacing_mm=(30.0, 25.0), gap_mm=40.0)
    path = save(make_seg(datasets_of(plan), [np.ones((6, 10, 16), np.bool_)], ALVEOLAR[:1]), tmp_path / "f.dcm")
    assert "frames of 10 rows and 16 columns; the scan has 10 and 12" in _refused(path, series)


@given(
    rows=st.integers(3, 17),
    columns=st.integers(3, 19),  # highdicom packs frames of less than a byte each into its own
    voxels=st.lists(st.tuples(st.integers(0, 2), st.floats(0, 0.999), st.floats(0, 0.999), st.integers(1, 2))),
)
@settings(max_examples=15)
def test_single_voxels_are_read_where_they_are(
    rows: int, columns: int, voxels: list[tuple[int, float, float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A few marked voxels, frames that share a byte or not: each is read in its place, and no other."""
    folder = tmp_path_factory.mktemp("voxels")
    datasets = datasets_of(phantom.sequential_hrct(slices=3, rows=rows, columns=columns, gap_mm=40.0))
    marks = np.zeros((3, rows, columns), np.uint8)
    for index, down, along, label in voxels:
        marks[index, int(down * rows), int(along * columns)] = label
    path = save(make_seg(datasets, _masks(1, 2, of=marks), ALVEOLAR), folder / "f.dcm")
    read = read_finding_map(path, series_of(datasets, folder / "series"), "alveolar")
    assert np.array_equal(read.labels, marks)


@pytest.mark.parametrize("exchanged", [False, True])
@pytest.mark.parametrize("flips", [(False, True), (True, False), (True, True)])
def test_flips_in_the_plane_are_undone(
    tmp_path: Path, series: Series, flips: tuple[bool, bool], *, exchanged: bool
) -> None:
    """A SEG whose rows and columns run otherwise than those of the scan is turned back exactly."""
    drawn = _marks()
    row, column = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
    steps = np.zeros(3)
    if flips[0]:
        drawn, steps, column = drawn[:, ::-1], steps + column * 30.0 * 9, -column
    if flips[1]:
        drawn, steps, row = drawn[:, :, ::-1], steps + row * 25.0 * 11, -row
    if exchanged:
        drawn, row, column = drawn.transpose(0, 2, 1), column, row
    spacing = [25.0, 30.0] if exchanged else [30.0, 25.0]
    sources = [copy.deepcopy(source) for source in datasets_of(PLAN)]
    for source in sources:
        source.Rows, source.Columns = drawn.shape[1:]
        source.ImageOrientationPatient = PlaneOrientationSequence("PATIENT", [*row, *column])[0].ImageOrientationPatient
        source.PixelSpacing = spacing
        source.ImagePositionPatient = [float(p) + s for p, s in zip(source.ImagePositionPatient, steps, strict=True)]
    path = save(make_seg(sources, _masks(1, 2, of=drawn), ALVEOLAR), tmp_path / "f.dcm")
    assert np.array_equal(read_finding_map(path, series, "alveolar").labels, _marks())


# --- Multi-frame sources ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["enhanced", "legacy", "shuffled"])
def test_multi_frame_sources(tmp_path: Path, how: str) -> None:
    """A SEG drawn on frames of one object is bound to its slices, read as a volume or as a series."""
    datasets = datasets_of(PLAN)
    whole = phantom.to_legacy_converted(datasets) if how == "legacy" else phantom.to_enhanced(datasets)
    order = np.arange(6)
    if how == "shuffled":
        order = np.array([3, 0, 5, 1, 4, 2])
        whole = phantom.take_frames(whole, [int(k) for k in order])
    found = series_of([whole], tmp_path / "series")
    path = save(make_seg([whole], [mask[order] for mask in _masks(1, 2, of=_marks())], ALVEOLAR), tmp_path / "f.dcm")
    for scan in (found, read_volume(found)):
        read = read_finding_map(path, scan, "alveolar")
        assert np.array_equal(read.labels, _marks())
        assert read.notices == ()


def test_frame_numbers_tell_phases_apart(tmp_path: Path) -> None:
    """Where one object holds a place twice, a SEG of the second phase is not taken for one of the first."""
    first = datasets_of(PLAN)
    second = [copy.deepcopy(d) for d in first]
    for dataset in second:
        dataset.AcquisitionNumber = 99
        dataset.ConvolutionKernel = "B30f"
        dataset.PixelData = bytes(len(dataset.PixelData))
    whole = phantom.to_enhanced([*first, *second])
    for number, groups in enumerate(whole.PerFrameFunctionalGroupsSequence):
        groups.FrameContentSequence[0].FrameAcquisitionNumber = 1 + number // 6
    folder = tmp_path / "series"
    phantom.write_series([whole], folder)
    parts = [part for part in find_series(folder) if part.geometry is not None]
    seg = make_seg([phantom.to_enhanced(second)], _masks(1, 2, of=_marks()), ALVEOLAR)
    path = save(seg, tmp_path / "f.dcm")
    seg = pydicom.dcmread(path)
    for groups in seg.PerFrameFunctionalGroupsSequence:
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        source.ReferencedSOPInstanceUID = whole.SOPInstanceUID
        source.ReferencedFrameNumber += 6
    save(seg, path)
    own = {tuple(frame.number for frame in part.frames): part for part in parts}
    assert set(own) == {tuple(range(6)), tuple(range(6, 12))}
    assert np.array_equal(read_finding_map(path, own[tuple(range(6, 12))], "alveolar").labels, _marks())
    assert "lie on no slice of the scan" in _refused(path, own[tuple(range(6))])


# --- Encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"])
def test_transfer_syntaxes(tmp_path: Path, series: Series, syntax: str) -> None:
    """Implicit, explicit and deflated files read alike."""
    seg = _alveolar_seg()
    seg.file_meta.TransferSyntaxUID = UID(syntax)
    path = save(seg, tmp_path / "f.dcm", implicit_vr=syntax.endswith(".1.2"), little_endian=True)
    assert np.array_equal(read_finding_map(path, series, "alveolar").labels, _marks())


def test_undefined_lengths(tmp_path: Path, series: Series) -> None:
    """Sequences and items of undefined length, which another way reads, give the same."""
    seg = _alveolar_seg()
    frames = seg["PerFrameFunctionalGroupsSequence"]
    frames.is_undefined_length = True
    for item in frames.value:
        item.is_undefined_length_sequence_item = True
    assert np.array_equal(read_finding_map(save(seg, tmp_path / "f.dcm"), series, "alveolar").labels, _marks())


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5"])
def test_label_maps(tmp_path: Path, series: Series, syntax: str) -> None:
    """A LABELMAP, plain or RLE, reads like a BINARY of the same masks."""
    how = {"segmentation_type": "LABELMAP", "omit_empty_frames": False}
    seg = make_seg(datasets_of(PLAN), _masks(2, 1, of=_marks()), [ALVEOLAR[1], ALVEOLAR[0]], **how)
    if syntax.endswith(".5"):
        seg.compress(syntax, encoding_plugin="pydicom", generate_instance_uid=False)
    assert np.array_equal(read_finding_map(save(seg, tmp_path / "f.dcm"), series, "alveolar").labels, _marks())


def test_wide_label_maps(tmp_path: Path, series: Series) -> None:
    """Numbers of 16 bits, plain or RLE, are read as such."""
    segments = [Coded(GROUND_GLASS), Coded(CONSOLIDATION)]
    seg = make_seg(
        datasets_of(PLAN), _masks(1, 2, of=_marks()), segments, segmentation_type="LABELMAP", omit_empty_frames=False
    )
    numbers = np.array([0, 300, 2], np.uint16)
    stored = numbers[np.frombuffer(seg.PixelData, np.uint8)]
    seg.BitsAllocated, seg.BitsStored, seg.HighBit = 16, 16, 15
    seg.SegmentSequence[1].SegmentNumber = 300
    seg.add_new("PixelData", "OW", stored.astype("<u2").tobytes())
    for name in ("raw", "rle"):
        if name == "rle":
            seg.compress("1.2.840.10008.1.2.5", encoding_plugin="pydicom", generate_instance_uid=False)
        assert np.array_equal(read_finding_map(save(seg, tmp_path / name), series, "alveolar").labels, _marks())


@given(value=st.binary(max_size=60))
def test_broken_groups_are_unusual(value: bytes) -> None:
    """Bytes that are no functional groups raise the one error that sends them to pydicom, and no other."""
    for implicit in (True, False):
        try:
            list(groups_from_bytes(value, implicit=implicit))
        except UnusualError:
            continue


def test_both_ways_of_reading_groups_agree(tmp_path: Path) -> None:
    """The bytes of functional groups and pydicom say the same of every frame."""
    path = save(_alveolar_seg(), tmp_path / "f.dcm")
    raw = pydicom.dcmread(path).get_item("PerFrameFunctionalGroupsSequence")
    parsed = pydicom.dcmread(path).PerFrameFunctionalGroupsSequence
    for fast, slow in zip(groups_from_bytes(raw.value, implicit=False), groups_from_datasets(parsed), strict=True):
        assert (fast.segment, fast.sources) == (slow.segment, slow.sources)
        assert [float(p) for p in fast.position.split(b"\\")] == [float(p) for p in slow.position.split(b"\\")]


# --- Files that are no map -------------------------------------------------------------------------------------------


def test_fractional_is_refused(tmp_path: Path, series: Series) -> None:
    """A FRACTIONAL segmentation, which has no sharp borders, is refused."""
    seg = make_seg(datasets_of(PLAN), _masks(1, 2, of=_marks()), ALVEOLAR, segmentation_type="FRACTIONAL")
    assert "not as FRACTIONAL" in _refused(save(seg, tmp_path / "f.dcm"), series)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda seg: setattr(seg, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2"), "no segmentation; give a DICOM SEG"),
        (lambda seg: seg.__delattr__("SegmentSequence"), "broken DICOM"),
        (lambda seg: seg.__delattr__("PixelData"), "holds no PixelData"),
        (lambda seg: seg.add_new("Rows", "OB", b"abc"), "broken DICOM"),
        (lambda seg: setattr(seg, "PixelData", seg.PixelData[:4]), "ends before its pixels do"),
        (lambda seg: setattr(seg, "NumberOfFrames", 999), "says 999 frames and describes"),
        (lambda seg: setattr(seg, "NumberOfFrames", 9999999), "says 9999999 frames; no more than 262144 are read"),
        (lambda seg: setattr(seg, "NumberOfFrames", 1), "says 1 frames and describes more"),
        (
            lambda seg: seg.SegmentSequence[0].add_new(0x00420011, "OB", bytes(2**22)),
            "described in more than 4194304 bytes",
        ),
        (lambda seg: setattr(seg, "Rows", 60000), "frames of 60000 rows"),
        (lambda seg: seg.PerFrameFunctionalGroupsSequence.append(seg.PerFrameFunctionalGroupsSequence[0]), "says"),
        (lambda seg: setattr(seg.SegmentSequence[1], "SegmentNumber", 1), "two segments have one number"),
        (lambda seg: seg.SharedFunctionalGroupsSequence[0].__delattr__("PlaneOrientationSequence"), "one orientation"),
    ],
    ids=[
        "a CT",
        "no segments",
        "no pixels",
        "odd rows",
        "few pixels",
        "many frames",
        "too many frames",
        "few frames",
        "long segments",
        "many rows",
        "a frame more",
        "numbers",
        "plane",
    ],
)
def test_broken_files_are_refused(
    tmp_path: Path, series: Series, spoil: Callable[[Dataset], object], message: str
) -> None:
    """A SEG that contradicts itself, or is another object, is refused before anything is made of it."""
    assert message in _refused(_spoiled(spoil, tmp_path), series)


def _labelmap(*, packed: bool) -> Dataset:
    how = {"segmentation_type": "LABELMAP", "omit_empty_frames": False}
    seg = make_seg(datasets_of(PLAN), _masks(1, 2, of=_marks()), ALVEOLAR, **how)
    if packed:
        seg.compress("1.2.840.10008.1.2.5", encoding_plugin="pydicom", generate_instance_uid=False)
    return seg


def _replace_first_frame(seg: Dataset, frame: bytes) -> None:
    count = int(seg.NumberOfFrames)
    seg.PixelData = encapsulate([frame, *list(generate_frames(seg.PixelData, number_of_frames=count))[1:]])


@pytest.mark.parametrize(
    ("packed", "spoil", "message"),
    [
        (False, lambda seg: setattr(seg, "PixelData", b"\x09" + seg.PixelData[1:]), "number 9, which no segment has"),
        (False, lambda seg: setattr(seg, "PixelData", seg.PixelData[:-2]), "ends before its pixels do"),
        (False, lambda seg: setattr(seg, "BitsAllocated", 32), "with 32 bits"),
        (True, lambda seg: _replace_first_frame(seg, bytes(64)), "is not packed as RLE says"),
        (
            True,
            lambda seg: _replace_first_frame(seg, b"\x01" + bytes(3) + b"\x40" + bytes(59) + bytes(4)),
            "a frame ends",
        ),
        (
            True,
            lambda seg: _replace_first_frame(seg, b"\x01" + bytes(3) + b"\xff" * 8 + bytes(56)),
            "not packed as RLE",
        ),
        (True, lambda seg: _replace_first_frame(seg, b"ab"), "a frame is not packed as RLE"),
        (True, lambda seg: setattr(seg.file_meta, "TransferSyntaxUID", UID("1.2.840.10008.1.2.4.90")), "is not read"),
    ],
)
def test_broken_label_maps_are_refused(
    tmp_path: Path, series: Series, spoil: Callable[[Dataset], object], message: str, *, packed: bool
) -> None:
    """A LABELMAP with numbers that no segment has, with damaged frames or in a syntax that is not read, is refused."""
    seg = _labelmap(packed=packed)
    spoil(seg)
    assert message in _refused(save(seg, tmp_path / "f.dcm"), series)


def _pack(segment: bytes) -> bytes:
    """Give an RLE frame of one segment."""
    return (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56) + segment


@pytest.mark.parametrize(
    ("segment", "message"),
    [
        (b"\x7f" + bytes(9), "not packed as RLE"),  # 128 bytes announced, 9 there
        (b"\x81\x01" * 500_000, "not packed as RLE"),  # 128 from each 2: 64 MB for a frame of 120 bytes
    ],
    ids=["cut run", "bomb"],
)
def test_packed_frames_are_bounded(tmp_path: Path, series: Series, segment: bytes, message: str) -> None:
    """A packed frame that ends within a run, or unpacks to more than its pixels, is refused before it is unpacked."""
    seg = _labelmap(packed=True)
    _replace_first_frame(seg, _pack(segment))
    path = save(seg, tmp_path / "f.dcm")
    tracemalloc.start()
    assert message in _refused(path, series)
    assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    tracemalloc.stop()


def test_padded_frames_are_read(tmp_path: Path, series: Series) -> None:
    """A packed frame that holds a run beyond its last pixel, as padding, is read."""
    seg = _labelmap(packed=True)
    first = next(generate_frames(seg.PixelData, number_of_frames=int(seg.NumberOfFrames)))
    _replace_first_frame(seg, first + b"\xff\x00")
    path = save(seg, tmp_path / "f.dcm")
    assert np.array_equal(read_finding_map(path, series, "alveolar").labels, _marks())


def test_frames_in_pieces_are_refused(tmp_path: Path, series: Series) -> None:
    """Packed pixels in more items than there are frames are refused: nothing tells which belong together."""
    seg = _labelmap(packed=True)
    frames = list(generate_frames(seg.PixelData, number_of_frames=int(seg.NumberOfFrames)))
    seg.PixelData = encapsulate([*frames, frames[0]])
    assert "holds more packed pixels than frames" in _refused(save(seg, tmp_path / "f.dcm"), series)


def test_compressed_bits_are_refused(tmp_path: Path, series: Series) -> None:
    """A BINARY segmentation whose bits are compressed is refused with its syntax."""
    seg = _labelmap(packed=True)
    seg.SegmentationType, seg.BitsAllocated = "BINARY", 1
    assert "its bits are compressed (1.2.840.10008.1.2.5)" in _refused(save(seg, tmp_path / "f.dcm"), series)


def test_frames_beyond_the_scan(tmp_path: Path) -> None:
    """Of a map that reaches beyond the scan empty frames are passed over; a marked one is refused."""
    part = series_of(datasets_of(PLAN)[1:5], tmp_path / "part")
    drawn = _marks()
    drawn[[0, 5]] = 0
    for row in (0, 1):
        path = save(
            make_seg(datasets_of(PLAN), _masks(1, 2, of=drawn), ALVEOLAR, omit_empty_frames=False), tmp_path / f"{row}"
        )
        if not row:
            assert np.array_equal(read_finding_map(path, part, "alveolar").labels, drawn[1:5])
        else:
            assert "4 of 12 frames reference instances that are not in the scan" in _refused(path, part)
        drawn[0, 0, 0] = 1


def test_one_slice_twice_is_refused(tmp_path: Path, series: Series) -> None:
    """Two frames of one segment on one slice are refused."""

    def spoil(seg: Dataset) -> None:
        groups = seg.PerFrameFunctionalGroupsSequence
        groups[1] = copy.deepcopy(groups[0])

    assert "frames of one segment claim slice" in _refused(_spoiled(spoil, tmp_path), series)


def test_one_slice_twice_is_refused_where_all_frames_share_their_segment(tmp_path: Path, series: Series) -> None:
    """Two frames on one slice are refused too where the number of their segment is said once for all frames."""
    drawn = np.repeat(_marks()[:1] == 1, 6, axis=0)
    path = save(make_seg(datasets_of(PLAN), [drawn], ALVEOLAR[:1]), tmp_path / "f.dcm")
    seg = pydicom.dcmread(path)
    (shared,), frames = seg.SharedFunctionalGroupsSequence, seg.PerFrameFunctionalGroupsSequence
    assert "SegmentIdentificationSequence" in shared  # highdicom puts it there for a single segment
    assert np.array_equal(read_finding_map(path, series, "alveolar").labels, drawn)
    frames[1] = copy.deepcopy(frames[0])
    assert "2 frames of one segment claim slice" in _refused(save(seg, path), series)


@pytest.mark.parametrize("order", list(itertools.permutations((b"30\\25", b"bad", b""))))
def test_one_unreadable_plane_is_refused(order: tuple[bytes, ...]) -> None:
    """Frames of which one says its spacing unreadably are refused, in whatever order a set holds what they say."""
    for told in (order, order[:2], order[1:]):
        with pytest.raises(LabelError, match="does not say one spacing for all its frames"):
            _one("f.dcm", dict.fromkeys(told), "spacing", 2)  # a dict keeps the order that a set does not
    assert np.allclose(_one("f.dcm", dict.fromkeys((b"30\\25", b"30.00001\\25")), "spacing", 2), [30, 25], atol=1e-4)


def test_faults_of_the_program_are_not_told_as_damage(
    tmp_path: Path, series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the program itself comes through, and no file is called damaged for it."""

    def broken(*_: object) -> None:
        raise AttributeError("a fault of ours")

    path = save(_alveolar_seg(), tmp_path / "f.dcm")
    for name in ("bind", "_fill", "marked_planes"):
        with monkeypatch.context() as patch:
            patch.setattr(seg_read, name, broken)
            with pytest.raises(AttributeError, match="a fault of ours"):
                read_finding_map(path, series, "alveolar")


def test_the_digest_is_of_what_was_read(tmp_path: Path, series: Series, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another SEG takes the place of one while it is read, labels and digest are both of the first one."""
    path, other = save(_alveolar_seg(), tmp_path / "f.dcm"), tmp_path / "other.dcm"
    save(make_seg(datasets_of(PLAN), _masks(2, 1, of=_marks()), ALVEOLAR), other)
    digest, settle = hashlib.sha256(path.read_bytes()).hexdigest(), Layers.settle

    def interrupted(self: Layers, name: str) -> tuple[Notice, ...]:
        other.replace(path)
        return settle(self, name)

    monkeypatch.setattr(Layers, "settle", interrupted)
    read = read_finding_map(path, series, "alveolar")
    assert read.digest == digest
    assert np.array_equal(read.labels, _marks())


def test_a_seg_that_is_written_over_is_refused(tmp_path: Path, series: Series, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a SEG is written over after its digest was made, nothing tells what was read: refused."""
    path = save(_alveolar_seg(), tmp_path / "f.dcm")
    os.utime(path, (0, 0))
    digest, settle = MapFile.digest, Layers.settle
    is_made = threading.Event()

    def told(self: MapFile) -> str:
        made = digest(self)
        is_made.set()
        return made

    def interrupted(self: Layers, name: str) -> tuple[Notice, ...]:
        assert is_made.wait(60)
        path.write_bytes(path.read_bytes())
        return settle(self, name)

    monkeypatch.setattr(MapFile, "digest", told)
    monkeypatch.setattr(Layers, "settle", interrupted)
    assert "was changed while it was read" in _refused(path, series)


@pytest.mark.parametrize("left", [0.0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_cut_short_is_refused(tmp_path: Path, series: Series, left: float) -> None:
    """A file that ends early is refused, wherever it ends."""
    path = save(_alveolar_seg(), tmp_path / "f.dcm")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * left)])
    _refused(path, series)


@given(at=st.integers(132, 6000), value=st.integers(0, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
def test_no_byte_breaks_the_reader(tmp_path: Path, series: Series, at: int, value: int) -> None:
    """Whatever one byte of a SEG is changed to, it is read or refused, and nothing else is raised."""
    path = tmp_path / "f.dcm"
    whole = bytearray(save(_alveolar_seg(), path).read_bytes())
    whole[at % len(whole)] = value
    path.write_bytes(whole)
    with suppress(LabelError):
        read_finding_map(path, series, "alveolar")


def test_a_seg_takes_no_convention(tmp_path: Path, series: Series) -> None:
    """A numbering contradicts the codes of a SEG and is refused."""
    path = save(make_seg(datasets_of(PLAN), _masks(1, 2, 3, 4, 5), LOBES), tmp_path / "l.dcm")
    with pytest.raises(LabelError, match=r"name no numbering \(labels\)"):
        read_lobe_map(path, series, labels="lungmask")


def test_a_seg_is_bound_by_index_or_not(tmp_path: Path, series: Series) -> None:
    """By index or not, a SEG is bound to the pictures that it was drawn on, and nothing is to be told."""
    read = read_finding_map(save(_alveolar_seg(), tmp_path / "f.dcm"), series, "alveolar", by_index=True)
    assert np.array_equal(read.labels, _marks())
    assert read.notices == ()


def test_deflate_bombs_are_bounded(tmp_path: Path, series: Series) -> None:
    """A deflated file that unpacks to far more than any map of the scan is refused."""
    seg = _alveolar_seg()
    seg.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    seg.PixelData = bytes(80 * 2**20)
    assert "unpacks to more than" in _refused(save(seg, tmp_path / "f.dcm"), series)
