"""The numbers of other programs are read when they are named, and named when they are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels import CONVENTIONS, read_lobe_map
from tests.labels.builders import lungs, write_nrrd
from tests.scoring.builders import geometry_of

SHAPE = (12, 16, 20)
SCAN = geometry_of(SHAPE, gap_mm=20, spacing_mm=(15, 15), origin_mm=(-142.5, -112.5, 0))
LUNGS = lungs(SHAPE)
# RUL, RML, RLL, LUL, LLL, as interface.md gives them.
NUMBERS = {
    "lungmask": (3, 4, 5, 1, 2),
    "totalsegmentator": (12, 13, 14, 10, 11),
    "lola11": (20, 21, 22, 10, 11),
    "cip": (4, 5, 6, 7, 8),
}


def _numbered(name: str) -> NDArray[np.uint16]:
    return np.array([0, *NUMBERS[name]], np.uint16)[LUNGS]


def test_every_convention_is_tested() -> None:
    """The table holds these conventions and no other."""
    assert set(CONVENTIONS) == set(NUMBERS)


@pytest.mark.parametrize("name", NUMBERS)
def test_named_conventions_are_read(tmp_path: Path, name: str) -> None:
    """Under its name every numbering becomes ours."""
    path = write_nrrd(tmp_path / "l.nrrd", _numbered(name), SCAN)
    read = read_lobe_map(path, SCAN, labels=name)
    assert np.array_equal(read.labels, LUNGS)
    assert read.notices == ()


@pytest.mark.parametrize("name", NUMBERS)
def test_conventions_in_one_byte(tmp_path: Path, name: str) -> None:
    """Under its name every numbering is read from signed bytes too, and a negative number is refused."""
    labels = _numbered(name).astype(np.int8)
    path = write_nrrd(tmp_path / "l.nrrd", labels, SCAN)
    assert np.array_equal(read_lobe_map(path, SCAN, labels=name).labels, LUNGS)
    labels[0, 0, 0] = -2
    with pytest.raises(LabelError, match="unknown labels -2"):
        read_lobe_map(write_nrrd(path, labels, SCAN), SCAN, labels=name)


@pytest.mark.parametrize("name", NUMBERS)
def test_unnamed_conventions_are_told(tmp_path: Path, name: str) -> None:
    """Without a name no other numbering is taken for ours, and the message names the one that fits."""
    path = write_nrrd(tmp_path / "l.nrrd", _numbered(name), SCAN)
    with pytest.raises(LabelError, match=rf"It fits {name}: name that numbering \(labels: {name}\)"):
        read_lobe_map(path, SCAN)


@pytest.mark.parametrize("given", NUMBERS)
@pytest.mark.parametrize("held", NUMBERS)
def test_the_wrong_name_is_refused(tmp_path: Path, given: str, held: str) -> None:
    """Under the name of another program a map is refused."""
    if given != held:
        path = write_nrrd(tmp_path / "l.nrrd", _numbered(held), SCAN)
        with pytest.raises(LabelError):
            read_lobe_map(path, SCAN, labels=given)


def test_a_flipped_map_fits_no_convention(tmp_path: Path) -> None:
    """A map in our numbers that is flipped head to foot is refused, and no numbering is blamed."""
    path = write_nrrd(tmp_path / "l.nrrd", LUNGS[::-1], SCAN)
    with pytest.raises(LabelError) as refused:
        read_lobe_map(path, SCAN)
    assert "It fits" not in str(refused.value)


def test_unknown_conventions_are_refused(tmp_path: Path) -> None:
    """A name that is unknown is refused with those that are known."""
    path = write_nrrd(tmp_path / "l.nrrd", LUNGS, SCAN)
    with pytest.raises(LabelError, match="known are lungmask, totalsegmentator, lola11, cip"):
        read_lobe_map(path, SCAN, labels="slicer")


def test_organs_of_totalsegmentator_are_outside(tmp_path: Path) -> None:
    """Its other organs count as outside, without a word; a number that it does not know is refused."""
    labels = _numbered("totalsegmentator")
    labels[LUNGS == 0] = 51
    path = write_nrrd(tmp_path / "l.nrrd", labels, SCAN)
    assert np.array_equal(read_lobe_map(path, SCAN, labels="totalsegmentator").labels, LUNGS)
    labels[0, 0, 0] = 118
    with pytest.raises(LabelError, match="unknown labels 118; 0, 10, 11, 12, 13, 14 are wanted"):
        read_lobe_map(write_nrrd(path, labels, SCAN), SCAN, labels="totalsegmentator")


@pytest.mark.parametrize("name", ["lungmask", "lola11"])
def test_other_numbers_are_refused(tmp_path: Path, name: str) -> None:
    """Programs that label lobes only have no other numbers."""
    labels = _numbered(name)
    labels[0, 0, 0] = 6
    with pytest.raises(LabelError, match="unknown labels 6"):
        read_lobe_map(write_nrrd(tmp_path / "l.nrrd", labels, SCAN), SCAN, labels=name)


def test_vessels_of_cip_belong_to_their_lobe(tmp_path: Path) -> None:
    """Of a number of CIP the low byte says the region; lung that is of no lobe is outside, and told."""
    labels = _numbered("cip")
    labels[::2] += 3 << 8
    labels[0, 0, :3] = (2, 3, 1 << 8 | 1)
    labels[0, 1, 0] = 58
    read = read_lobe_map(write_nrrd(tmp_path / "l.nrrd", labels, SCAN), SCAN, labels="cip")
    wanted = LUNGS.copy()
    wanted[0, 0, :3] = 0
    wanted[0, 1, 0] = 0
    assert np.array_equal(read.labels, wanted)
    (notice,) = read.notices
    assert notice.code == "map-lung-outside-lobes"
    assert "3 voxels" in notice.message


def test_a_real_map_of_cip(shared_data: Path) -> None:
    """Five real lobes of CIP are read under its name as SimpleITK counts them; without a name, the name is told."""
    path = shared_data / "cip" / "Testing" / "Data" / "Input" / "crop_ct_interactiveLobeSegmentation.nrrd"
    image = SimpleITK.ReadImage(path)
    stored = SimpleITK.GetArrayFromImage(image)
    x, y, gap = image.GetSpacing()
    scan = geometry_of(stored.shape, gap_mm=gap, spacing_mm=(y, x), origin_mm=image.GetOrigin())
    read = read_lobe_map(path, scan, labels="cip")
    assert [int((read.labels == lobe).sum()) for lobe in range(1, 6)] == [
        int((stored & 255 == k).sum()) for k in range(4, 9)
    ]
    with pytest.raises(LabelError, match=r"labels: cip\)"):
        read_lobe_map(path, scan)
