"""What a reader does by mistake in the window: deleting a layer of the reading, painting where nothing may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.layers._layer_actions import _duplicate_layer

from kazerooni.dicom import Series
from kazerooni.model import Lobe, Volume
from napari_kazerooni.docks import open_docks
from napari_kazerooni.refusals import SHOWN_S
from tests.plugins.desks import FIVE, SLICES, centre, heard, opened, written

Scan = tuple[Series, Volume]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Give a small sequential scan."""
    return written(tmp_path_factory.mktemp("scan"))


@pytest.fixture
def viewer(make_napari_viewer: Any) -> Any:
    """Give a window with the docks of the reading room."""
    made = make_napari_viewer()
    open_docks(made)
    return made


@pytest.mark.parametrize("names", [("alveolar",), ("lobes", "CT"), ("CT", "lobes", "alveolar", "interstitial")])
def test_a_deleted_layer_comes_back_with_its_marks(viewer: Any, scan: Scan, names: tuple[str, ...]) -> None:
    """It is the same layer at the same place, its marks and its undo are there, and it still counts strokes."""
    desk, clock = opened(viewer, scan)
    told = heard(desk.events.told)
    layer = desk.layers["alveolar"]
    layer.paint(centre(Lobe.RUL, 2), 1)
    marked = layer.data.copy()
    before = [one.name for one in viewer.layers]
    for name in names:
        viewer.layers.remove(viewer.layers[name])
    clock.turn(desk, 0.1)
    assert [one.name for one in viewer.layers] == before
    assert desk.layers["alveolar"] is layer
    assert told[-1].message.startswith("Put back, as the reading needs it")
    assert all(name in told[-1].message for name in names)
    np.testing.assert_array_equal(layer.data, marked)
    layer.fill_lobe(centre(Lobe.LLL, 3), 1)
    assert not desk.open_session.canvas.miscounted()
    layer.undo()
    layer.undo()
    assert not layer.data.any()
    assert not desk.open_session.canvas.miscounted()


@pytest.mark.parametrize("name", ["alveolar", "CT"])
def test_a_layer_that_was_shifted_goes_back_over_the_scan(viewer: Any, scan: Scan, name: str) -> None:
    """What napari's tool to transform layers did to marks or scan is taken back, and the tool put down; it is told."""
    desk, clock = opened(viewer, scan)
    told = heard(desk.events.told)
    layer = viewer.layers[name]
    layer.mode = "transform"
    layer.affine = np.array([[1.0, 0, 0, 0], [0, 0.9, 0, 20], [0, 0, 1, -30], [0, 0, 0, 1]])
    clock.turn(desk, 0.1)
    assert layer.mode == "pan_zoom"
    np.testing.assert_array_equal(layer.affine.affine_matrix, np.eye(4))
    assert told[-1].message.startswith(f"Laid back over the scan: {name}.")
    assert "eye" not in told[-1].message, "nobody deleted it"
    told.clear()
    clock.turn(desk, 0.1)
    assert not told


def test_a_layer_of_a_signed_reading_comes_back_closed(viewer: Any, scan: Scan, tmp_path: Path, qtbot: Any) -> None:
    """Deleted and put back, or opened by hand, no layer of it can be painted or edited."""
    desk, clock = opened(viewer, scan)
    for lobe in FIVE:
        desk.open_session.say.nothing_found(lobe)
    desk.open_session.looking.seen.update(range(SLICES))
    desk.sign(tmp_path)
    qtbot.waitUntil(lambda: desk.open_session.signed is not None and desk.busy is None, timeout=30000)
    names = [layer.name for layer in desk.layers.all]
    for name in names:
        viewer.layers.remove(viewer.layers[name])
    clock.turn(desk, 0.1)
    assert all(name in viewer.layers for name in names)
    assert not any(layer.editable for layer in desk.layers.all)
    desk.layers["lobes"].editable = True
    desk.layers["lobes"].mode = "paint"
    clock.turn(desk, 0.1)
    assert not any(layer.editable for layer in desk.layers.all)
    desk.layers["lobes"].mode = "paint"
    assert desk.layers["lobes"].mode == "pan_zoom"


def test_other_layers_may_be_deleted(viewer: Any, scan: Scan) -> None:
    """A layer that somebody added beside the reading goes for good."""
    desk, clock = opened(viewer, scan)
    viewer.add_points(name="mine")
    viewer.layers.remove("mine")
    clock.turn(desk, 0.1)
    assert "mine" not in viewer.layers


def test_a_copy_of_a_layer_is_told_to_be_no_part_of_the_reading(viewer: Any, scan: Scan) -> None:
    """What is painted in the copy that napari makes does not count, and the window says so once."""
    desk, clock = opened(viewer, scan)
    clock.turn(desk, 0.1)
    told = heard(desk.events.told)
    viewer.layers.selection = {desk.layers["alveolar"]}
    _duplicate_layer(viewer.layers)
    clock.turn(desk, 0.1)
    clock.turn(desk, 0.1)
    words = "Not part of the reading: alveolar copy. What is painted there does not count."
    assert [event.message for event in told] == [words]


def test_a_stroke_that_left_no_mark_says_why_in_the_picture(viewer: Any, scan: Scan) -> None:
    """The reason stands in the corner of the picture and in the dock; the notices of the scan come back after it."""
    desk, clock = opened(viewer, scan)
    told = heard(desk.events.told)
    notices = desk.room.captions["notices"]
    layer = desk.layers["alveolar"]
    desk.layers.locks.closed = "Signing: marks wait until it is done."
    layer.paint(centre(Lobe.RUL, 2), 1)
    assert not layer.data.any()
    assert desk.room.captions["notices"] == "no mark: Signing: marks wait until it is done."
    assert told[-1].message == "Signing: marks wait until it is done."
    clock.turn(desk, SHOWN_S / 2)
    assert desk.room.captions["notices"].startswith("no mark")
    clock.turn(desk, SHOWN_S)
    assert desk.room.captions["notices"] == notices
    desk.layers.locks.closed = None
    desk.room.show_plane("axial")
    viewer.dims.order = (1, 0, 2)
    layer.paint(centre(Lobe.RUL, 2), 1)
    assert not layer.data.any()
    assert desk.room.captions["notices"].startswith("no mark: ")
