"""A scan lies on the screen as a radiologist expects it, however it was made, and the way back is exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.model import Component, Geometry, Volume
from kazerooni.phantom import (
    GANTRY_VIEW_ORIENTATIONS,
    MARKER,
    ORIENTATIONS,
    SeriesPlan,
    spiral_ct,
    uneven_positions_mm,
)
from napari_kazerooni.layers import (
    finding_map,
    image_kwargs,
    label_colours,
    label_names,
    labels_kwargs,
    lobe_map,
)
from napari_kazerooni.screen import screen_of
from tests.plugins.builders import AXIAL, written_series

PLANS: dict[str, SeriesPlan] = {
    **{
        f"{kind} {position}": spiral_ct(
            slices=24, gap_mm=2.5, slice_thickness_mm=2.5, patient_position=position, orientation=orientations[position]
        )
        for kind, orientations in (("turned", ORIENTATIONS), ("gantry", GANTRY_VIEW_ORIENTATIONS))
        for position in ORIENTATIONS
    },
}


@pytest.fixture(scope="module", params=PLANS)
def volume(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Volume:
    """Give the simple chest, read from DICOM, as it was scanned in one of many ways."""
    return written_series(PLANS[request.param], tmp_path_factory.mktemp("scan"))[1]


def _marker(volume: Volume) -> tuple[float, float, float]:
    """Give the mean place of the marker's pixels in the array shown, as shares of its size along each axis."""
    shown = image_kwargs(volume)["data"]
    found = np.argwhere(shown > 800)
    one, two, three = found.mean(axis=0) / np.array(shown.shape)
    return float(one), float(two), float(three)


def test_the_right_lies_on_the_left(volume: Volume) -> None:
    """The ball in the front of the right lung shows on the left half, in front above, and the head lies up."""
    slices, rows, columns = _marker(volume)
    assert columns < 0.5, "the right lung is on the left of the picture"
    assert rows < 0.5, "the front is above"
    assert slices > 0.5, "the head comes last, so that coronal pictures show it above"


def test_the_layer_lies_in_the_patient(volume: Volume) -> None:
    """The marker shows at the millimetres where the phantom was built, whichever way the arrays had to be turned."""
    arguments = image_kwargs(volume)
    found = np.argwhere(arguments["data"] > 800).mean(axis=0)
    world = found * arguments["scale"] + np.array(arguments["translate"])
    x, y, z = MARKER.centre_mm
    assert world == pytest.approx((z, y, x), abs=4.0)
    assert all(step > 0 for step in arguments["scale"])
    assert arguments["units"] == ("mm", "mm", "mm")
    assert arguments["contrast_limits"] == (-1350.0, 150.0)
    assert arguments["metadata"]["contrast_limits_range"] == (-1350.0, 3071.0)


def test_turning_makes_no_copy(volume: Volume) -> None:
    """What is shown is a view: paint on the screen is paint in the array of the scan, and turning twice is nothing."""
    screen = screen_of(volume.geometry)
    labels = np.zeros(volume.hu.shape, np.uint8)
    shown = labels_kwargs("alveolar", labels, screen)["data"]
    assert np.shares_memory(shown, labels)
    assert np.shares_memory(image_kwargs(volume)["data"], volume.hu)
    shown[3, 5:9, 7:20] = 1
    box = screen.box((slice(5, 9), slice(7, 20)))
    assert (labels[screen.slice_index(3)][box] == 1).all()
    assert np.count_nonzero(labels) == 4 * 13
    np.testing.assert_array_equal(screen.shown(screen.shown(labels)), labels)
    np.testing.assert_array_equal(finding_map(Component.ALVEOLAR, shown, screen).labels, labels)
    np.testing.assert_array_equal(lobe_map(shown, screen).labels, labels)


@given(st.tuples(*(st.floats(-300, 300) for _ in range(3))))
def test_places_come_back(volume: Volume, place: tuple[float, float, float]) -> None:
    """The way from the patient to the layer and back ends where it began, beyond the scan too."""
    screen = screen_of(volume.geometry)
    assert screen.to_patient(screen.to_layer(place)) == pytest.approx(place, abs=1e-6)


@given(st.tuples(*(st.floats(-300, 300) for _ in range(3))))
def test_places_come_back_on_uneven_and_tilted_stacks(place: tuple[float, float, float]) -> None:
    """Uneven gaps and a tilted gantry do not bend the way back; a slice keeps its own z."""
    origins = np.zeros((20, 3))
    origins[:, 2] = uneven_positions_mm(20, 10.0, spread=0.4, seed=3)
    origins[:, 1] = 0.2 * origins[:, 2]
    geometry = Geometry((20, 64, 64), (0.7, 0.8), origins, AXIAL, 1.0)
    screen = screen_of(geometry)
    assert screen.to_patient(screen.to_layer(place)) == pytest.approx(place, abs=1e-6)
    for index in (0, 7, 19):
        assert screen.position_mm(index) == pytest.approx(origins[index, 2])
        at = screen.to_layer((0.0, float(origins[index, 1]), float(origins[index, 2])))[0]
        assert at == pytest.approx(screen.translate_mm[0] + index * screen.scale_mm[0])


def test_a_slice_is_named() -> None:
    """The corner of the picture tells the number of the slice from 1 and its true z."""
    geometry = Geometry((2, 4, 4), (1.0, 1.0), np.array([[0, 0, -5.0], [0, 0, 7.5]]), AXIAL, 1.0)
    assert screen_of(geometry).words(1) == "slice 2 of 2, z 7.5 mm"


def test_a_single_slice_has_a_place(tmp_path: Path) -> None:
    """A scan of one slice is shown as thick as it is."""
    _, volume = written_series(spiral_ct(slices=1, slice_thickness_mm=3.0), tmp_path / "one")
    screen = screen_of(volume.geometry)
    assert screen.scale_mm[0] == 3.0
    assert screen.to_patient(screen.to_layer((1.0, 2.0, 3.0)))[:2] == pytest.approx((1.0, 2.0))


def test_every_label_has_a_name_and_a_colour_of_its_own() -> None:
    """Within a layer no two labels share a colour, what is unmarked is clear, and names are those of people."""
    for name, count in (("lobes", 6), ("alveolar", 2), ("interstitial", 3)):
        colours = label_colours(name)  # type: ignore[arg-type]
        assert len(set(colours.values())) == count + 1
        assert colours[0][3] == 0
    assert label_names("interstitial") == {1: "septal thickening", 3: "reticulation", 2: "honeycombing"}
    assert label_names("lobes")[6] == "lingula"
