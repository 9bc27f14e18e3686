"""Segmenters: every method by its name, networks of other packages by stand-ins of the same signature."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.errors import LabelError, SegmentError
from kazerooni.labels import CONVENTIONS, write_map
from kazerooni.model import FissureName, FissureSet, FissureState, Lobe, LobeMap, Notice, PointOrigin, Volume
from kazerooni.segment import (
    SEGMENTERS,
    Guidance,
    LobeCondition,
    Segmentation,
    SegmentRequest,
    lobes_of,
    method_names,
    segment,
    segmenters,
)
from tests.segment.builders import box_geometry, box_lungs, box_volume, expected_lobes, plane, three_planes


def numbered(labels: NDArray[np.uint8], program: str) -> NDArray[np.uint8]:
    """Give labels in the numbers of another program."""
    table = np.zeros(max(Lobe) + 1, np.uint8)
    for number, lobe in CONVENTIONS[program].lobes.items():
        table[lobe] = number
    return table[labels]


class Inferer:
    """Stands in for `lungmask.LMInferer` (0.2.22): takes (z, y, x) in LPS, gives uint8 of that shape."""

    asked: dict[str, Any] = {}  # noqa: RUF012 - what the last one was asked for
    gives: Any = None

    def __init__(self, modelname: str = "R231", fillmodel: str | None = None, *, tqdm_disable: bool = False) -> None:
        Inferer.asked = {"modelname": modelname, "fillmodel": fillmodel, "tqdm_disable": tqdm_disable}

    def apply(self, image: NDArray[np.int16]) -> NDArray[np.uint8]:
        """Find lobes."""
        Inferer.asked["image"] = image
        if isinstance(Inferer.gives, Exception):
            raise Inferer.gives
        result: NDArray[np.uint8] = Inferer.gives(image)
        return result


@pytest.fixture
def lungmask(monkeypatch: pytest.MonkeyPatch) -> type[Inferer]:
    """Put the stand-in where `import lungmask` finds it."""
    module = ModuleType("lungmask")
    module.LMInferer = Inferer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lungmask", module)
    axial = numbered(expected_lobes(box_geometry()), "lungmask")
    Inferer.gives = lambda _: axial
    return Inferer


class Network:
    """Stands in for `totalsegmentator.python_api.totalsegmentator` (2.18) and for what nibabel is used for."""

    gives: Any = None
    asked: dict[str, Any] = {}  # noqa: RUF012 - what the last call asked for

    def totalsegmentator(self, picture: Any, output: Any = None, **how: Any) -> Any:
        """Find lobes."""
        assert output is None
        Network.asked = {"image": picture, **how}
        if isinstance(Network.gives, Exception):
            raise Network.gives
        return SimpleNamespace(dataobj=Network.gives)


@pytest.fixture
def totalsegmentator(monkeypatch: pytest.MonkeyPatch) -> type[Network]:
    """Put the stand-ins where the adapter finds them."""
    api = ModuleType("totalsegmentator.python_api")
    api.totalsegmentator = Network().totalsegmentator  # type: ignore[attr-defined]
    images = ModuleType("nibabel")
    images.Nifti1Image = lambda data, affine: SimpleNamespace(data=data, affine=affine)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "totalsegmentator", ModuleType("totalsegmentator"))
    monkeypatch.setitem(sys.modules, "totalsegmentator.python_api", api)
    monkeypatch.setitem(sys.modules, "nibabel", images)
    return Network


AXIAL = box_geometry()
FLIPPED = box_geometry(orientation=(-1.0, 0.0, 0.0, 0.0, -1.0, 0.0))
CORONAL = box_geometry(orientation=(1.0, 0.0, 0.0, 0.0, 0.0, -1.0))


@pytest.mark.parametrize("geometry", [AXIAL, FLIPPED, CORONAL], ids=["axial", "flipped", "coronal"])
def test_lungmask_sees_axial_planes_and_its_numbers_become_ours(lungmask: type[Inferer], geometry: Any) -> None:
    """The network gets planes from the feet up, front first, right first, and its lobes land where they belong."""
    lungs = box_lungs(geometry)
    found = segment(box_volume(lungs), "lungmask")
    assert np.array_equal(found.lobes.labels, expected_lobes(geometry))
    asked = lungmask.asked
    assert (asked["modelname"], asked["fillmodel"]) == ("LTRCLobes", "R231")
    assert np.array_equal(asked["image"], box_volume(box_lungs()).hu)
    assert found.method == "lungmask"
    assert (found.lobes.source or "").startswith("lungmask")
    assert found.fissures is not None
    assert {p.origin for f in found.fissures.fissures for p in f.points} == {PointOrigin.DETECTED}


@pytest.mark.parametrize("geometry", [AXIAL, FLIPPED, CORONAL], ids=["axial", "flipped", "coronal"])
def test_totalsegmentator_gets_the_place_of_the_scan(totalsegmentator: type[Network], geometry: Any) -> None:
    """The network gets the volume with the affine of NIfTI (RAS), and only the lobes are asked for."""
    totalsegmentator.gives = numbered(expected_lobes(geometry), "totalsegmentator").transpose(2, 1, 0)
    found = segment(box_volume(box_lungs(geometry)), "totalsegmentator")
    assert np.array_equal(found.lobes.labels, expected_lobes(geometry))
    asked = totalsegmentator.asked
    assert (asked["ml"], asked["task"], len(asked["roi_subset"])) == (True, "total", 5)
    column, row, index = 3, 5, 7
    place = geometry.origins_mm[index] + row * 5 * geometry.column_direction + column * 5 * geometry.row_direction
    assert asked["image"].affine @ [column, row, index, 1] == pytest.approx([-place[0], -place[1], place[2], 1])
    assert asked["image"].data.shape == geometry.shape[::-1]


@pytest.mark.parametrize("method", ["lungmask", "totalsegmentator"])
def test_a_missing_package_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """Without its package a method says how to install it."""
    for name in ("lungmask", "totalsegmentator", "totalsegmentator.python_api"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SegmentError) as refused:
        segment(box_volume(box_lungs()), method)
    assert str(refused.value) == f"the method {method} needs its package: pip install kazerooni[{method}]"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (OSError(2, "No such file or directory"), "did not find its weights"),
        (OSError("URL cannot be opened"), "did not find its weights"),
        (RuntimeError("size mismatch"), "failed within its own package"),
    ],
    ids=["no file", "no network", "other weights"],
)
@pytest.mark.parametrize("method", ["lungmask", "totalsegmentator"])
def test_missing_weights_are_told(
    method: str, wrong: Exception, told: str, lungmask: type[Inferer], totalsegmentator: type[Network]
) -> None:
    """Weights that cannot be fetched or do not fit are told in one sentence, with what to do."""
    lungmask.gives = totalsegmentator.gives = wrong
    with pytest.raises(SegmentError, match=f"{method} {told}.*--method classical"):
        segment(box_volume(box_lungs()), method)


@pytest.mark.parametrize("method", ["lungmask", "totalsegmentator"])
def test_nonsense_of_a_network_is_refused(
    method: str, lungmask: type[Inferer], totalsegmentator: type[Network]
) -> None:
    """Labels of another shape, or numbers that are no lobes, are refused."""
    for nonsense, told in ((np.zeros((1, 2, 3), np.uint8), "of shape"), (np.full((40, 40, 40), 200), "the label 200")):
        lungmask.gives, totalsegmentator.gives = (lambda _, n=nonsense: n), nonsense
        with pytest.raises(SegmentError, match=told):
            segment(box_volume(box_lungs()), method)


@pytest.mark.parametrize("method", ["classical", "lungmask", "totalsegmentator"])
def test_unproven_values_are_refused(method: str, lungmask: type[Inferer], totalsegmentator: type[Network]) -> None:
    """No method looks at values that are not known to be HU."""
    assert lungmask is not None
    assert totalsegmentator is not None
    volume = replace(box_volume(box_lungs()), notices=(Notice("hu-unproven", "warning", "raw"),))
    with pytest.raises(SegmentError, match="Hounsfield"):
        segment(volume, method)


def test_totalsegmentator_wants_a_whole_volume(totalsegmentator: type[Network]) -> None:
    """Slices with gaps, and uneven ones, are refused: the network was made for whole volumes."""
    assert totalsegmentator is not None
    sampled = box_lungs(box_geometry(thickness_mm=1.0))
    uneven = AXIAL.origins_mm.copy()
    uneven[20:] += [0.0, 0.0, 3.0]
    for lungs in (sampled, box_lungs(replace(AXIAL, origins_mm=uneven))):
        with pytest.raises(SegmentError, match="--method classical"):
            segment(box_volume(lungs), "totalsegmentator")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Keep the true lobes of the box chest in a file."""
    write_map(LobeMap(expected_lobes(AXIAL), AXIAL), tmp_path / "lobes.nrrd")
    return tmp_path / "lobes.nrrd"


def test_lobes_from_a_file_stay_as_they_are(kept: Path) -> None:
    """A lobe map from a file is kept voxel by voxel, and its fissures are traced."""
    found = segment(box_volume(box_lungs()), "from_file", SegmentRequest(lobes=kept))
    assert np.array_equal(found.lobes.labels, expected_lobes(AXIAL))
    assert found.fissures is not None
    assert [f.name for f in found.fissures.fissures] == list(FissureName)[:3]


def test_points_correct_lobes_from_a_file(kept: Path) -> None:
    """Points placed on a fissure of a map from a file move the border to them, and keep the lungs."""
    guidance = Guidance(fissures=FissureSet((plane(FissureName.RIGHT_MINOR, 131.0),)))
    found = segment(box_volume(box_lungs()), "from_file", SegmentRequest(lobes=kept, guidance=guidance))
    wanted = lobes_of(box_lungs(), FissureSet((*three_planes().fissures[::2], plane(FissureName.RIGHT_MINOR, 131.0))))
    off = np.count_nonzero(found.lobes.labels != wanted.labels) / np.count_nonzero(wanted.labels)
    assert off < 0.03
    assert np.array_equal(found.lobes.labels > 0, box_lungs().labels > 0)


def test_a_lobe_that_is_gone_leaves_a_map_from_a_file(kept: Path) -> None:
    """Saying that the middle lobe was taken out gives its voxels to its neighbours."""
    guidance = Guidance(lobes={Lobe.RML: LobeCondition.ABSENT})
    found = segment(box_volume(box_lungs()), "from_file", SegmentRequest(lobes=kept, guidance=guidance))
    assert not np.any(found.lobes.labels == Lobe.RML)
    assert np.array_equal(found.lobes.labels > 0, box_lungs().labels > 0)
    assert found.conditions == {Lobe.RML: LobeCondition.ABSENT}


def test_a_file_must_be_given_and_fit(tmp_path: Path) -> None:
    """Without a file, or with one of another scan, from_file says what is wanted."""
    with pytest.raises(SegmentError, match="no file was given"):
        segment(box_volume(box_lungs()), "from_file")
    write_map(
        LobeMap(np.zeros(FLIPPED.shape, np.uint8), replace(AXIAL, pixel_spacing_mm=(4.0, 4.0))), tmp_path / "o.nrrd"
    )
    with pytest.raises(LabelError):
        segment(box_volume(box_lungs()), "from_file", SegmentRequest(lobes=tmp_path / "o.nrrd"))


def offered(volume: Volume, request: SegmentRequest) -> Segmentation:
    """Find lobes as another package might."""
    assert request.guidance == Guidance()
    return Segmentation(lobes=LobeMap(np.zeros(volume.hu.shape, np.uint8), volume.geometry), method="theirs")


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer methods by entry points, as installed packages do."""
    group = segmenters.ENTRY_POINTS
    points = EntryPoints(
        [
            EntryPoint("theirs", "their_package:offered", group),
            EntryPoint("classical", "their_package:offered", group),
            EntryPoint("broken", "no_such_package:segment", group),
        ]
    )
    package = ModuleType("their_package")
    package.offered = offered  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "their_package", package)
    monkeypatch.setattr(segmenters, "entry_points", points.select)


@pytest.mark.usefixtures("others")
def test_other_packages_add_methods() -> None:
    """A method of another package is listed and run by its name; ours stay ours; a broken one is told."""
    assert method_names() == (*SEGMENTERS, "broken", "theirs")
    assert segment(box_volume(box_lungs()), "theirs").method == "theirs"
    with pytest.raises(SegmentError, match="broken of no_such_package cannot be loaded"):
        segment(box_volume(box_lungs()), "broken")
    with pytest.raises(SegmentError, match="no method is called nnunet; there are classical, from_file"):
        segment(box_volume(box_lungs()), "nnunet")


def test_steps_are_told(kept: Path) -> None:
    """A method tells each step as it begins."""
    told: list[str] = []
    segment(box_volume(box_lungs()), "from_file", SegmentRequest(lobes=kept, progress=told.append))
    assert told == ["Reading the lobe map"]


def test_an_absent_fissure_is_passed_through(kept: Path) -> None:
    """A fissure that a person says is absent parts nothing, and a notice tells it."""
    absent = replace(plane(FissureName.RIGHT_MINOR, 0.0), state=FissureState.ABSENT, points=(), surface=None)
    request = SegmentRequest(lobes=kept, guidance=Guidance(fissures=FissureSet((absent,))))
    found = segment(box_volume(box_lungs()), "from_file", request)
    assert not np.any(found.lobes.labels == Lobe.RML)
    assert "lobes-not-parted" in {notice.code for notice in found.notices}
