"""What went wrong once: handles, damaged zips, odd files that ended a whole search or vanished from it."""

from __future__ import annotations

import gc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEGLSLossless

from kazerooni.dicom import find_series, read_volume
from kazerooni.dicom.sources import MemorySource
from kazerooni.errors import NoSeriesError
from kazerooni.phantom import to_bytes, to_enhanced, traps

RAW_DATA = "1.2.840.10008.5.1.4.1.1.66"


def test_more_zips_than_files_may_be_open(desk: Any) -> None:
    """A zip holds no file open, before or after its slices are read."""
    resource = pytest.importorskip("resource", reason="the limit on open files is one of POSIX")
    for number, dataset in enumerate(desk.build(slices=90)):
        with zipfile.ZipFile(desk.folder / f"{number}.zip", "w") as made:
            made.writestr("slice", to_bytes(dataset))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    try:
        (series,) = desk.find()
        assert read_volume(series).hu.shape[0] == 90
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_colour_captures_at_one_place(desk: Any) -> None:
    """Two colour pictures that claim one position are refused like any capture; the search goes on."""
    first, second = desk.build(slices=1), desk.build(slices=1)
    for number, (dataset,) in enumerate((first, second)):
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
        dataset.PixelData = dataset.PixelData * 3
        dataset.SOPInstanceUID = f"1.2.{number}"
    series = desk.only([*first, *second])
    assert "secondary-capture" in {n.code for n in series.notices}


@pytest.mark.parametrize("share", [0.2, 0.3, 0.7, 0.8])
def test_slices_of_one_place_in_a_damaged_zip(desk: Any, share: float) -> None:
    """A member that breaks in the middle is told; it does not end the search."""
    (dataset,) = desk.build(slices=1, rows=512, columns=512, pixel_spacing_mm=(0.6, 0.55))
    dataset.PixelData = np.random.default_rng(1).integers(0, 50, (512, 512), np.int16).tobytes()
    path = desk.folder / "damaged.zip"
    for syntax in (dataset.file_meta.TransferSyntaxUID, DeflatedExplicitVRLittleEndian):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            for name in ("a", "b"):
                made.writestr(name, to_bytes(dataset, syntax=syntax))
        data = bytearray(path.read_bytes())
        start = int(len(data) * share)
        data[start : start + 3000] = b"\7" * 3000
        path.write_bytes(data)
        found = desk.find()
        assert len(found) + len(found.skipped) >= 1
        assert all("OSError" not in skipped.reason for skipped in found.skipped)


def test_a_lost_slice_concerns_its_own_study(desk: Any) -> None:
    """A file without its pixels makes the series of its study unusable, not one of the same UID in another study."""
    desk.save(desk.build(), "one")
    folder = desk.save(traps.set_attributes(desk.build(), StudyInstanceUID="1.2.3"), "other")
    path = min(folder.iterdir())
    broken = dcmread(path)
    del broken.PixelData
    broken.save_as(path)
    assert {s.study_uid == "1.2.3": s.usable for s in desk.find()} == {True: False, False: True}


def test_raw_data_beside_the_slices(desk: Any) -> None:
    """An object of the same series that never had pixels is skipped, and the series stays usable."""
    folder = desk.save(desk.build())
    raw = desk.build()[0]
    del raw.PixelData
    raw.SOPClassUID = raw.file_meta.MediaStorageSOPClassUID = RAW_DATA
    raw.SOPInstanceUID = "1.2.66"
    raw.save_as(folder / "raw", enforce_file_format=True)
    (series,) = found = desk.find()
    assert series.usable
    assert len(found.skipped) == 1


def test_functional_groups_without_a_frame(desk: Any) -> None:
    """A multi-frame file that describes no frame is told, not lost."""
    whole = to_enhanced(desk.build())
    whole.PerFrameFunctionalGroupsSequence = []
    assert not desk.only([whole]).usable


def test_nothing_is_held_after_reading(desk: Any) -> None:
    """A multi-frame file in a zip is held in memory while it is read, and no longer."""
    with zipfile.ZipFile(desk.folder / "scan.zip", "w") as made:
        made.writestr("whole", to_bytes(to_enhanced(desk.build()), syntax=JPEGLSLossless))
    read_volume(desk.find()[0])
    gc.collect()
    assert not [held for held in gc.get_objects() if isinstance(held, MemorySource)]


def test_a_path_that_no_system_takes(tmp_path: Path) -> None:
    """A name too long is told like a folder that is not there."""
    with pytest.raises(NoSeriesError):
        find_series(tmp_path / ("x" * 300))


def test_a_tilt_without_a_tag(desk: Any) -> None:
    """Where the header says nothing of a tilt, the notice does not say that it says 0."""
    slices = desk.build()
    for number, dataset in enumerate(slices):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, float(y) + 0.3 * number, z]
        if "GantryDetectorTilt" in dataset:
            del dataset.GantryDetectorTilt
    (notice,) = (n for n in desk.only(slices).notices if n.code == "gantry-tilt")
    assert "GantryDetectorTilt says nothing" in notice.message
