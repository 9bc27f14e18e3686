"""Multi-frame objects hold the slices they were made of."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom import uid
from pydicom.dataset import Dataset

from kazerooni.phantom import (
    build_series,
    contradict_shared,
    hu_of,
    sequential_hrct,
    shuffle_frames,
    spiral_ct,
    split_concatenation,
    to_bytes,
    to_enhanced,
    to_legacy_converted,
    traps,
    truth_of,
    write_series,
)

PLAN = spiral_ct(slices=7, rows=20, columns=24)
DATASETS = build_series(PLAN)
MAKERS = {"enhanced": to_enhanced, "legacy": to_legacy_converted}


def reread(dataset: Dataset, syntax: str = uid.ExplicitVRLittleEndian) -> Dataset:
    """Write a dataset as a file and read it by plain pydicom."""
    return pydicom.dcmread(BytesIO(to_bytes(dataset, syntax=syntax)))


def frames_of(dataset: Dataset) -> list[tuple[tuple[float, ...], np.ndarray]]:
    """Give position and HU of every frame by its functional groups, per frame before shared."""
    shared = dataset.SharedFunctionalGroupsSequence[0]
    frames = []
    for pixels, frame in zip(dataset.pixel_array, dataset.PerFrameFunctionalGroupsSequence, strict=True):
        source = frame if "PixelValueTransformationSequence" in frame else shared
        rescale = source.PixelValueTransformationSequence[0]
        hu = pixels * float(rescale.RescaleSlope) + float(rescale.RescaleIntercept)
        frames.append((tuple(frame.PlanePositionSequence[0].ImagePositionPatient), hu))
    return frames


def expected(datasets: list[Dataset]) -> list[tuple[tuple[float, ...], np.ndarray]]:
    """Give position and HU of every slice."""
    return [(tuple(d.ImagePositionPatient), hu_of(d)) for d in datasets]


def assert_same(
    found: list[tuple[tuple[float, ...], np.ndarray]], wanted: list[tuple[tuple[float, ...], np.ndarray]]
) -> None:
    """Compare frames, whatever their order."""
    for (place, hu), (true_place, true_hu) in zip(
        sorted(found, key=place_of), sorted(wanted, key=place_of), strict=True
    ):
        assert place == true_place
        assert np.array_equal(hu, true_hu)


def place_of(frame: tuple[tuple[float, ...], np.ndarray]) -> tuple[float, ...]:
    """Give the place of a frame, to sort by."""
    return frame[0]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
@pytest.mark.parametrize(
    "syntax", [uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian, uid.JPEG2000Lossless, uid.RLELossless]
)
def test_frames_are_the_slices(make: Callable[[list[Dataset]], Dataset], syntax: str) -> None:
    """A multi-frame object holds positions and HU of every slice, in any transfer syntax."""
    found = reread(make(DATASETS), syntax)
    assert found.NumberOfFrames == 7
    assert_same(frames_of(found), expected(DATASETS))
    measures = found.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert tuple(measures.PixelSpacing) == truth_of(PLAN).geometry.pixel_spacing_mm


def test_slopes_stand_per_frame_where_they_differ() -> None:
    """Slices with slopes of their own make per-frame rescale; equal ones a shared rescale."""
    varied = traps.vary_slopes(DATASETS)
    found = reread(to_enhanced(varied))
    assert "PixelValueTransformationSequence" not in found.SharedFunctionalGroupsSequence[0]
    assert_same(frames_of(found), expected(varied))
    assert "PixelValueTransformationSequence" in to_enhanced(DATASETS).SharedFunctionalGroupsSequence[0]


def test_contradicting_shared_rescale_is_overruled_by_frames() -> None:
    """The shared rescale is wrong while every frame holds the true one."""
    found = reread(contradict_shared(to_enhanced(DATASETS)))
    assert found.SharedFunctionalGroupsSequence[0].PixelValueTransformationSequence[0].RescaleSlope == 7
    assert_same(frames_of(found), expected(DATASETS))


def test_shuffled_frames_keep_their_places() -> None:
    """Frames in random order keep pixels and positions together."""
    found = reread(shuffle_frames(to_enhanced(DATASETS)))
    assert [place for place, _ in frames_of(found)] != [place for place, _ in expected(DATASETS)]
    assert_same(frames_of(found), expected(DATASETS))


def test_concatenation_parts_make_the_whole() -> None:
    """A concatenation has numbered parts with one UID, which together hold every frame."""
    parts = [reread(part) for part in split_concatenation(to_enhanced(DATASETS), 3)]
    assert [int(part.NumberOfFrames) for part in parts] == [3, 3, 1]
    assert [part.InConcatenationNumber for part in parts] == [1, 2, 3]
    assert [part.ConcatenationFrameOffsetNumber for part in parts] == [0, 3, 6]
    assert len({part.ConcatenationUID for part in parts}) == 1
    assert len({part.SOPInstanceUID for part in parts}) == 3
    frames = [frame for part in parts[:2] for frame in frames_of(part)]
    assert_same(frames, expected(DATASETS[:6]))
    assert parts[2].pixel_array.shape == (20, 24)


def test_legacy_converted_object_names_its_sources() -> None:
    """Every frame of a legacy-converted object names the slice it was made from."""
    found = reread(to_legacy_converted(DATASETS))
    sources = [f.ConversionSourceAttributesSequence[0] for f in found.PerFrameFunctionalGroupsSequence]
    assert [s.ReferencedSOPInstanceUID for s in sources] == [d.SOPInstanceUID for d in DATASETS]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
def test_multiframe_objects_are_valid(
    make: Callable[[list[Dataset]], Dataset], tmp_path: Path, tool: Callable[[str], str]
) -> None:
    """The DICOM validator finds no error in sequential, spiral, split and per-frame rescaled objects."""
    sequential = build_series(sequential_hrct(slices=3, manufacturer="GE"))
    made = [make(sequential), make(traps.vary_slopes(DATASETS)), *split_concatenation(make(DATASETS), 4)]
    for path in write_series(made, tmp_path):
        told = subprocess.run([tool("dciodvfy"), str(path)], capture_output=True, text=True, check=False).stderr
        assert "EnhancedCTImage" in told
        assert "Error" not in told
