"""A lobe map whose lobes lie where no lobes lie is refused: flipped, or numbered by another program."""

from __future__ import annotations

import itertools
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from kazerooni.dicom import find_series
from kazerooni.errors import LabelError
from kazerooni.labels import read_lobe_map
from kazerooni.labels.lobe_order import check_placement, lobe_centres_mm
from kazerooni.model import Geometry, Lobe, LobeMap
from tests.labels.builders import lungs
from tests.scoring.builders import geometry_of

SHAPE = (12, 16, 20)
SUPINE = geometry_of(SHAPE, gap_mm=20, spacing_mm=(15, 15), origin_mm=(-142.5, -112.5, 0))
LUNGS = lungs(SHAPE)

LUNGMASK = {"LUL": 1, "LLL": 2, "RUL": 3, "RML": 4, "RLL": 5}
CIP_RIGHT = {"RUL": 4, "RML": 5, "RLL": 6}


def _renumbered(labels: NDArray[np.uint8], numbers: dict[str, int]) -> NDArray[np.uint8]:
    """Give the same lobes under the numbers of another program; lobes that it does not name are dropped."""
    table = np.zeros(7, np.uint8)
    for name, number in numbers.items():
        table[Lobe[name]] = number
    return table[labels]


def _refused(labels: NDArray[np.uint8], geometry: Geometry = SUPINE) -> str:
    with pytest.raises(LabelError) as refused:
        check_placement("lobes.nrrd", LobeMap(labels.copy(), geometry))
    message = str(refused.value)
    assert message.startswith("lobes.nrrd: ")
    assert "renumber it" in message or "numbered 1 to 6" in message
    return message


def test_lobes_in_their_place_are_taken() -> None:
    """A map in our numbering on a supine scan is taken, with five lobes and with the lingula apart."""
    check_placement("l", LobeMap(LUNGS.copy(), SUPINE))
    lingula = LUNGS.copy()
    lingula[:6][lingula[:6] == 4] = 6
    check_placement("l", LobeMap(lingula, SUPINE))


def test_centres_by_hand() -> None:
    """The centre of a lobe is the mean of its voxels' places in the patient."""
    labels = np.zeros((3, 4, 5), np.uint8)
    labels[0, 1, 2] = labels[2, 3, 4] = 1
    labels[1, 0, 0] = 5
    geometry = geometry_of((3, 4, 5), gap_mm=10, spacing_mm=(2, 3), origin_mm=(100, 200, 300))
    centres = lobe_centres_mm(LobeMap(labels, geometry))
    assert {lobe: centre.tolist() for lobe, centre in centres.items()} == {
        Lobe.RUL: [109, 204, 310],
        Lobe.LLL: [100, 200, 310],
    }


def test_centres_of_a_large_map_are_sampled() -> None:
    """On 512 x 512 pixels centres are taken from a part of the voxels, and are right within a few pixels."""
    labels = np.zeros((2, 512, 512), np.uint8)
    labels[:, 100:300, 40:240] = 1
    centres = lobe_centres_mm(LobeMap(labels, geometry_of((2, 512, 512), spacing_mm=(1, 1))))
    assert np.abs(centres[Lobe.RUL] - [139.5, 199.5, 0.5]).max() < 3


@given(labels=arrays(np.uint8, array_shapes(min_dims=3, max_dims=3, max_side=7), elements=st.integers(0, 6)))
def test_centres_are_means_of_places(labels: NDArray[np.uint8]) -> None:
    """Whatever a small map holds, each of its lobes has the mean of the places of its voxels, and no other has any."""
    geometry = geometry_of(labels.shape, gap_mm=3, spacing_mm=(0.5, 2), origin_mm=(-7, 11, 13))
    centres = lobe_centres_mm(LobeMap(labels.copy(), geometry))
    assert set(centres) == set(np.unique(labels[labels > 0]).tolist())
    for lobe, centre in centres.items():
        z, y, x = np.argwhere(labels == lobe).mean(axis=0)
        assert centre.tolist() == pytest.approx([2 * x - 7, 0.5 * y + 11, 3 * z + 13])


@pytest.mark.parametrize(
    ("width_mm", "verdict"), [(193, nullcontext()), (207, pytest.raises(LabelError, match="wider"))]
)
def test_widths_of_a_large_map_are_sampled(width_mm: int, verdict: AbstractContextManager[object]) -> None:
    """On 512 x 512 pixels a lobe of 193 mm is taken and one of 207 mm refused, though not every pixel is looked at."""
    labels = np.zeros((2, 512, 512), np.uint8)
    labels[:, 100:300, 40 : 40 + width_mm] = Lobe.RUL
    drawn = LobeMap(labels, geometry_of((2, 512, 512), spacing_mm=(1, 1), origin_mm=(-255.5, -255.5, 0)))
    with verdict:
        check_placement("l", drawn)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_flipped_maps_are_refused(axis: int) -> None:
    """A map that is flipped head to foot, front to back or side to side against its scan is refused."""
    message = _refused(np.flip(LUNGS, axis))
    assert ("wrong side" in message) == (axis == 2)
    assert ("A mirrored patient (situs inversus) cannot be told from a mirrored map" in message) == (axis == 2)


@pytest.mark.parametrize(
    "numbers",
    [
        LUNGMASK,
        {"LUL": 1, "LLL": 2},
        {"RUL": 3, "RML": 4, "RLL": 5},
        {"RUL": 1, "RML": 2, "RLL": 3, "LUL": 5, "LLL": 4},
        {"RUL": 2, "RML": 1, "RLL": 3, "LUL": 4, "LLL": 5},
        {"RUL": 3, "RML": 2, "RLL": 1, "LUL": 4, "LLL": 5},
        {"LUL": 1, "LLL": 3, "RUL": 4, "RLL": 5},
        CIP_RIGHT,
    ],
    ids=[
        "lungmask", "lungmask, left lung", "lungmask, right lung", "left lobes exchanged", "right upper and middle",
        "right upper and lower", "sides exchanged", "cip, right lung",
    ],
)  # fmt: skip
def test_other_numberings_are_never_taken_for_ours(numbers: dict[str, int]) -> None:
    """A map numbered by another program, of both lungs or of one, is refused."""
    _refused(_renumbered(LUNGS, numbers))


@pytest.mark.parametrize("first", [2, 3, 4, 5])
def test_a_slab_of_the_lungs_is_enough(first: int) -> None:
    """Of a scan that covers some slices only, our numbering is taken and that of lungmask refused."""
    slab = slice(first, first + 5)
    geometry = geometry_of((5, *SHAPE[1:]), gap_mm=20, spacing_mm=(15, 15), origin_mm=(-142.5, -112.5, 20 * first))
    check_placement("l", LobeMap(LUNGS[slab].copy(), geometry))
    _refused(_renumbered(LUNGS[slab], LUNGMASK), geometry)


def test_lobes_at_one_height_are_told_apart_by_front_and_back() -> None:
    """On one slice upper and middle lobes must lie in front of the lower one, the upper behind the middle one."""
    one = geometry_of((1, 12, 20), spacing_mm=(15, 15), origin_mm=(-142.5, 0, 0))
    order = {"right": (2, 1, 3), "left": (6, 4, 5)}  # from front to back
    labels = np.zeros((1, 12, 20), np.uint8)
    labels[0, :, :8] = np.repeat(order["right"], 4)[:, None]
    labels[0, :, 12:] = np.repeat(order["left"], 4)[:, None]
    check_placement("l", LobeMap(labels, one))
    for first, second in ((1, 2), (2, 3), (1, 3), (4, 6), (5, 6), (4, 5)):
        table = np.arange(7, dtype=np.uint8)
        table[[first, second]] = second, first
        assert "wrong order" in _refused(table[labels], one)


def test_one_lung_is_compared_with_the_middle_of_the_scan() -> None:
    """A map of one lung is taken on its side of the scan and refused on the other."""
    for numbers in ({"RUL": 1, "RML": 2, "RLL": 3}, {"LUL": 4, "LLL": 5}):
        one = _renumbered(LUNGS, numbers)
        check_placement("l", LobeMap(one, SUPINE))
        assert "wrong side" in _refused(np.flip(one, 2))


@pytest.mark.parametrize(
    ("orientation", "origin_mm", "turn"),
    [
        ((-1.0, 0.0, 0.0, 0.0, -1.0, 0.0), (142.5, 112.5, 0.0), (0, 1, 1)),
        ((-1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (142.5, -112.5, 220.0), (1, 0, 1)),
        ((1.0, 0.0, 0.0, 0.0, -1.0, 0.0), (-142.5, 112.5, 220.0), (1, 1, 0)),
    ],
    ids=["prone", "feet first supine", "feet first prone"],
)
def test_the_patient_decides_not_the_picture(
    orientation: tuple[float, float, float, float, float, float],
    origin_mm: tuple[float, float, float],
    turn: tuple[int, int, int],
) -> None:
    """In all patient positions the same lungs are taken, though left and right, up and down change in the picture."""
    geometry = geometry_of(SHAPE, gap_mm=20, spacing_mm=(15, 15), orientation=orientation, origin_mm=origin_mm)
    turned = LUNGS[tuple(slice(None, None, -1 if flip else 1) for flip in turn)].copy()
    check_placement("l", LobeMap(turned, geometry))
    _refused(LUNGS, geometry)


@pytest.mark.parametrize("shift", range(-6, 7))
def test_one_lung_is_never_taken_for_two(shift: int) -> None:
    """The right lung alone, numbered by lungmask, is never taken for lobes of both, however its lobes lie."""
    one = _renumbered(LUNGS, {"RUL": 3, "RML": 4, "RLL": 5})
    fine = geometry_of((12, 16, 200), gap_mm=20, spacing_mm=(15, 1.5), origin_mm=(-142.5, -112.5, 0))
    drawn = np.repeat(one, 10, axis=2)
    lower = drawn == 3  # what our numbers call the right lower lobe
    drawn[lower] = 0
    drawn[np.roll(lower, shift, axis=2)] = 3
    assert "wrong side" in _refused(drawn, fine)


@pytest.mark.parametrize("label", [Lobe.RUL, Lobe.LUL])
def test_a_mask_of_both_lungs_is_no_lobe(label: Lobe) -> None:
    """One label over both lungs is refused by its width, whichever lobe it would be."""
    mask = (LUNGS > 0).astype(np.uint8) * np.uint8(label)
    with pytest.raises(LabelError, match="it may be a mask of both lungs"):
        check_placement("lungs.nrrd", LobeMap(mask, SUPINE))


def test_no_lobe_of_the_sample_changes_sides() -> None:
    """However five lobes of both lungs are numbered, what is taken has right lobes right and left ones left."""
    folder = Path(__file__).resolve().parents[2] / "sample_scans"
    sample = read_lobe_map(folder / "maps" / "1999" / "lobes.dcm", find_series(folder / "1999")[0])
    # Narrower right upper lobes, of which one numbering in 120 was once taken for lobes of both lungs.
    narrow = np.array(sample.labels)
    narrow[:, :, :-3][(narrow[:, :, 3:] != Lobe.RUL) & (narrow[:, :, :-3] == Lobe.RUL)] = 0
    taken = 0
    for numbers in itertools.permutations(range(1, 7), 5):
        map_of = LobeMap(np.array([0, *numbers, 0], np.uint8)[narrow], sample.geometry)
        try:
            check_placement("l", map_of)
        except LabelError:
            continue
        taken += 1
        assert {Lobe(number).side for number in numbers[:3]} == {"right"}
        assert {Lobe(number).side for number in numbers[3:]} == {"left"}
    assert taken > 0


@pytest.mark.parametrize("name", ["A0001", "A0002"])
def test_real_chests_are_taken(shared_data: Path, name: str) -> None:
    """The lobes of two real chests lie more than 100 mm apart from side to side, far above what is asked for."""
    (folder,) = (shared_data / "lung-pet-ct-dx").glob(f"**/Lung_Dx-{name}")
    (series,) = find_series(folder)
    centres = lobe_centres_mm(read_lobe_map(shared_data / "masks" / name / "lobes.nrrd", series))
    right = max(centre[0] for lobe, centre in centres.items() if lobe.side == "right")
    assert min(centre[0] for lobe, centre in centres.items() if lobe.side == "left") - right > 100


def test_small_scans_have_small_lungs() -> None:
    """On a scan of a few centimetres the sides need not lie as far apart as those of people."""
    small = geometry_of(SHAPE, gap_mm=1, spacing_mm=(0.7, 0.8), origin_mm=(-7.6, -5, 0))
    check_placement("l", LobeMap(LUNGS.copy(), small))


def test_an_empty_lobe_map_is_refused() -> None:
    """A lobe map without a lobe is refused."""
    assert "holds no lobe" in _refused(np.zeros(SHAPE, np.uint8))


def test_real_fissures(shared_data: Path, tmp_path: Path) -> None:
    """Five real lobes on 48 mm of a chest are taken in our numbering and refused in that of lungmask."""
    source = shared_data / "cip" / "Testing" / "Data" / "Input" / "crop_ct_interactiveLobeSegmentation.nrrd"
    image = SimpleITK.ReadImage(source)
    cip = SimpleITK.GetArrayFromImage(image) & 255  # 4 RUL, 5 RML, 6 RLL, 7 LUL, 8 LLL
    x, y, gap = image.GetSpacing()
    geometry = geometry_of(cip.shape, gap_mm=gap, spacing_mm=(y, x), origin_mm=image.GetOrigin())
    for name, numbers in (("ours", (1, 2, 3, 4, 5)), ("lungmask", (3, 4, 5, 1, 2))):
        table = np.zeros(256, np.uint8)
        table[4:9] = numbers
        renumbered = SimpleITK.GetImageFromArray(table[cip])
        renumbered.CopyInformation(image)
        SimpleITK.WriteImage(renumbered, tmp_path / f"{name}.nrrd")
    read_lobe_map(tmp_path / "ours.nrrd", geometry)
    with pytest.raises(LabelError, match="wrong side"):
        read_lobe_map(tmp_path / "lungmask.nrrd", geometry)
