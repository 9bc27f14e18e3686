"""SEGs that other programs wrote hold, voxel for voxel, what their own masks hold; the maps of a real chest survive."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from kazerooni.dicom import Series, find_series
from kazerooni.errors import LabelError
from kazerooni.labels import Author, read_finding_map, read_lobe_map, write_map
from kazerooni.labels.open import MapFile
from kazerooni.labels.place import place_of
from kazerooni.labels.seg.bind import bind
from kazerooni.labels.seg.file import open_seg
from kazerooni.labels.seg.read import marked_planes
from kazerooni.model import Component


@pytest.fixture(scope="module")
def dcmqi(shared_data: Path) -> Path:
    """Give the folder of SEGs that dcmqi wrote, with their masks as NRRD."""
    return shared_data / "dcmqi" / "data" / "segmentations"


def _all_segments(path: Path, series: Series) -> tuple[dict[int, NDArray[np.bool_]], list[str]]:
    """Read every segment, whatever its code, and the codes of the notices."""
    assert series.geometry is not None
    masks: dict[int, NDArray[np.bool_]] = {}
    with MapFile(path) as file:
        seg = open_seg(file, most_bytes=10**8)
        binding = bind(seg, place_of(series))
        for segment in seg.segments:
            mask = masks[segment.number] = np.zeros(series.geometry.shape, np.bool_)
            for index, rows, plane in marked_planes(seg, {segment.number: 1}):
                binding.turn.undo(mask[binding.slices[index]])[rows] |= plane > 0
        return masks, [notice.code for notice in binding.notices]


@pytest.mark.parametrize(
    ("seg", "images", "masks"),
    [
        ("liver.dcm", "ct-3slice", {"liver_seg.nrrd": [1]}),
        (
            "partial_overlaps.dcm",
            "ct-3slice",
            {"partial_overlaps-1.nrrd": [1, 4, 5], "partial_overlaps-2.nrrd": [2], "partial_overlaps-3.nrrd": [3]},
        ),
        ("24x38x3/seg/label.seg", "24x38x3/image", {"24x38x3/nrrd/label.nrrd": [1]}),
        ("24x38x3/seg/label.seg", "24x38x3/multiframe", {"24x38x3/nrrd/label.nrrd": [1]}),
        ("23x38x3/seg/label.seg", "23x38x3/image", {"23x38x3/nrrd/label.nrrd": [1]}),
        ("23x38x3/seg/label.seg", "23x38x3/multiframe", {"23x38x3/nrrd/label.nrrd": [1]}),
        ("sparse-labelmap-ppv5.dcm", "24x38x3/image", {"sparse_labelmap_ppv5_seg.nrrd": [1]}),
        ("sparse-labelmap-noppv.dcm", "24x38x3/image", {"sparse_labelmap_noppv_seg.nrrd": [1]}),
    ],
)
def test_segs_of_dcmqi(dcmqi: Path, seg: str, images: str, masks: dict[str, list[int]]) -> None:
    """Every segment is the mask that dcmqi made of it: overlapping, sparse, of odd sizes, drawn on classic slices.

    On the enhanced twin of the slices, which the SEG does not name, it is bound by position and told.
    """
    (series,) = find_series(dcmqi / images)
    found, notices = _all_segments(dcmqi / seg, series)
    assert notices == (["map-of-another-series"] if "multiframe" in images else [])
    for name, numbers in masks.items():
        image = SimpleITK.ReadImage(dcmqi / name)
        assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
        assert series.geometry is not None
        assert np.allclose(image.GetOrigin(), series.geometry.origin_mm, atol=1e-3)
        stored = SimpleITK.GetArrayFromImage(image)
        for number in numbers:
            assert np.array_equal(found[number], stored == number), (name, number)


def test_segs_without_our_codes_are_refused(dcmqi: Path, shared_data: Path) -> None:
    """A SEG of a liver holds no lobe; one of another patient, on the same terms, neither."""
    (series,) = find_series(dcmqi / "ct-3slice")
    with pytest.raises(LabelError, match=r"it holds 'Liver' \(SRT T-62000\)"):
        read_lobe_map(dcmqi / "liver.dcm", series)
    fractional = shared_data / "highdicom" / "data" / "test_files" / "seg_image_ct_true_fractional.dcm"
    with pytest.raises(LabelError, match="not as FRACTIONAL"):
        read_lobe_map(fractional, series)


def test_the_real_chest(shared_data: Path, tmp_path: Path, tool: Callable[[str], str]) -> None:
    """The maps of A0001 are written as SEG on its real series without an error of dciodvfy, and read back equal."""
    folder = next((shared_data / "lung-pet-ct-dx").glob("**/Lung_Dx-A0001/*/2.000000-5mm-40805"))
    masks = shared_data / "masks" / "A0001"
    (series,) = find_series(folder)
    lobes = read_lobe_map(masks / "lobes.nrrd", series)
    write_map(lobes, tmp_path / "lobes.dcm", series=series, author=Author("SEMIAUTOMATIC"))
    assert np.array_equal(read_lobe_map(tmp_path / "lobes.dcm", series).labels, lobes.labels)
    for component in Component:
        findings = read_finding_map(masks / f"{component}.nrrd", series, component)
        write_map(findings, tmp_path / f"{component}.dcm", series=series, author=Author(reader="R1"))
        read = read_finding_map(tmp_path / f"{component}.dcm", series, component)
        assert np.array_equal(read.labels, findings.labels)
        assert read.notices == ()
    for path in sorted(tmp_path.iterdir()):
        done = subprocess.run([tool("dciodvfy"), str(path)], capture_output=True, text=True, check=False)
        assert [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")] == []
