"""The series dock in a real window: finding, opening, cancelling, dropping, bad input."""

from __future__ import annotations

import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

import napari
import pytest
from qtpy.QtCore import QMimeData, QPointF, Qt, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtWidgets import QApplication, QPushButton, QWidget

from kazerooni.dicom import find_series, read_volume
from kazerooni.phantom import build_series, sequential_hrct, spiral_ct, write_dicomdir, write_series, write_zip
from napari_kazerooni import samples
from napari_kazerooni.__main__ import main
from napari_kazerooni.desk import desk_of
from napari_kazerooni.desks import blind
from napari_kazerooni.reader import series_dock
from napari_kazerooni.room import WELCOME
from napari_kazerooni.series_rows import details, row
from napari_kazerooni.series_widget import SeriesWidget
from napari_kazerooni.windowing import MEDIASTINUM

READ = "napari_kazerooni.series_widget.read_volume"


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with two visits: a sequential scan and a spiral one."""
    folder = tmp_path_factory.mktemp("patient")
    write_series(build_series(sequential_hrct(slices=6)), folder / "one")
    write_series(build_series(spiral_ct(slices=8, series_number=3)), folder / "two")
    return folder


@pytest.fixture
def dock(make_napari_viewer: Any) -> SeriesWidget:
    """Give the series dock of a new window."""
    widget = series_dock(make_napari_viewer())
    assert isinstance(widget, SeriesWidget)
    return widget


def idle(dock: SeriesWidget) -> bool:
    """Tell whether nothing runs in the background."""
    return not dock.is_busy


def look(dock: SeriesWidget, path: Path, qtbot: Any) -> None:
    """Look at a path and wait until what follows has ended."""
    dock.look_at([path])
    qtbot.waitUntil(lambda: idle(dock), timeout=20000)


def items(dock: SeriesWidget) -> list[Any]:
    """List the series in the dock."""
    tops = [dock.tree.topLevelItem(i) for i in range(dock.tree.topLevelItemCount())]
    return [top.child(i) for top in tops for i in range(top.childCount())]


def wait_until_prepared(dock: SeriesWidget, qtbot: Any) -> None:
    """Wait until the room has made all that it makes before a scan; its welcome comes last but one."""
    qtbot.waitUntil(lambda: dock.room.captions["scan"] == WELCOME, timeout=20000)


def test_a_double_click_on_a_study_opens_its_fittest_series(dock: SeriesWidget, patient: Path, qtbot: Any) -> None:
    """The line of a study, clicked twice, opens the series that stands first below it."""
    look(dock, patient, qtbot)
    study = dock.tree.topLevelItem(0)
    dock.tree.itemDoubleClicked.emit(study, 0)
    qtbot.waitUntil(lambda: idle(dock), timeout=20000)
    fittest = study.child(0).data(0, Qt.ItemDataRole.UserRole)
    assert dock.room.series is not None
    assert dock.room.series.series_uid == fittest.series_uid
    assert dock.tree.currentItem() is study.child(0)


def test_other_visits_of_a_blinded_reading_are_not_listed(dock: SeriesWidget, tmp_path: Path, qtbot: Any) -> None:
    """While a reading is blinded the dock lists its own study and other patients; signed, the other visits again."""
    for year, patient_id in ((2001, "P1"), (2002, "P1"), (2003, "P2")):
        plan = sequential_hrct(slices=6, rows=60, columns=60, patient_id=patient_id, study_date=date(year, 1, 2))
        write_series(build_series(plan), tmp_path / str(year))
    look(dock, tmp_path, qtbot)
    studies = [dock.tree.topLevelItem(at) for at in range(3)]

    def listed() -> set[str]:
        return {study.text(0)[:4] for study in studies if not study.isHidden()}

    dock.open(next(one for one in dock.room.found if one.study_date == date(2002, 1, 2)))
    qtbot.waitUntil(lambda: idle(dock), timeout=20000)
    seen = [listed()]
    blind(dock.desk)
    seen.append(listed())
    dock.desk.open_session.signed = dock.desk.open_session.reading()
    dock.desk.events.signed()
    assert [*seen, listed()] == [{"2001", "2002", "2003"}, {"2002", "2003"}, {"2001", "2002", "2003"}]


def test_what_is_prepared_ends_with_the_window(make_napari_viewer: Any, qtbot: Any) -> None:
    """A window that closes before all is prepared for a scan is given no more layers or docks."""
    viewer = make_napari_viewer()
    widget = SeriesWidget(viewer)
    opened: list[str] = []
    viewer.layers.events.inserted.connect(lambda: opened.append("layer"))
    preparation = widget._preparation
    viewer.close()
    for _ in range(20):
        preparation._next()
    assert opened == []
    widget.close()


def test_series_are_listed_and_opened_by_a_double_click(dock: SeriesWidget, patient: Path, qtbot: Any) -> None:
    """Two series are listed with how they were scanned; none is opened until one is clicked twice."""
    look(dock, patient, qtbot)
    texts = [item.text(0) for item in items(dock)]
    assert len(texts) == 2
    lines = [line.strip() for text in texts for line in text.splitlines()]
    assert {"sequential, sampled", "spiral, contiguous"} < set(lines)
    assert {"6 x 1 mm, gap 10 mm, B70f", "8 x 1.25 mm, gap 1.25 mm, B60f"} < set(lines)
    assert sorted(text[:3] for text in texts) == ["1  ", "2  "], "their ranks"
    assert dock.details.isHidden(), "nothing is told before a series is chosen"
    dock.tree.setCurrentItem(items(dock)[0])
    assert "partial-lung" in dock.details.toPlainText(), "its notices"
    assert "thin slices" in dock.details.toPlainText(), "why it ranks there"
    assert dock.busy.message.text() == "2 series, 2 fit to score. Double click opens one."
    assert dock.room.volume is None
    wanted = next(item for item in items(dock) if "spiral" in item.text(0))
    dock.tree.itemDoubleClicked.emit(wanted, 0)
    assert dock.tree.currentItem() is wanted
    qtbot.waitUntil(lambda: idle(dock), timeout=20000)
    assert dock.room.is_whole
    assert dock.room.layer is not None
    assert dock.room.layer.data.shape[0] == 8
    assert "SpiralPitchFactor" in dock.details.toPlainText()


def test_one_slice_is_shown_before_the_others_are_read(
    dock: SeriesWidget, patient: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The middle slice is on the screen while the whole scan is still being read, and stays the slice in sight."""
    go_on = threading.Event()

    def slowly(*arguments: Any, **options: Any) -> Any:
        assert go_on.wait(20)
        return read_volume(*arguments, **options)

    monkeypatch.setattr(READ, slowly)
    dock.look_at([patient / "two"])
    qtbot.waitUntil(lambda: dock.room.volume is not None, timeout=20000)
    assert not dock.room.is_whole
    layer = dock.room.layer
    assert layer is not None
    assert layer.data.shape[0] == 1
    assert "reading the other slices" in dock.room.captions["scan"]
    z = dock.room.captions["slice"].split("z ")[1].split()[0]
    go_on.set()
    qtbot.waitUntil(lambda: idle(dock), timeout=20000)
    assert layer.data.shape[0] == 8
    assert dock.room.captions["slice"].startswith(f"slice 5 of 8   z {z} mm")


def test_an_empty_window_is_prepared_for_a_scan(dock: SeriesWidget, patient: Path, qtbot: Any) -> None:
    """Layers and docks are there, empty and closed to marks, before a scan is; a scan is shown in these same layers."""
    viewer = dock.room.viewer
    wait_until_prepared(dock, qtbot)
    prepared = list(viewer.layers)
    layers = prepared[:4]
    assert [layer.name for layer in layers] == ["CT", "lobes", "alveolar", "interstitial"]
    assert [layer.editable for layer in layers[1:]] == [False] * 3
    assert [layer.visible for layer in prepared] == [True] * 4 + [False] * 4
    assert dock.room.volume is None
    look(dock, patient / "two", qtbot)
    assert list(viewer.layers) == prepared
    assert [layer.data.shape[0] for layer in layers] == [8] * 4
    assert dock.room.index == 4
    look(dock, patient / "one", qtbot)  # slices 10 mm apart instead of 1.25
    assert list(viewer.layers) == prepared
    assert dock.room.index == 3
    session = desk_of(viewer).open_session
    qtbot.wait(300)
    assert session.looking.seen <= {3}
    score = viewer.window.dock_widgets["Score (napari-kazerooni)"]
    assert score.message.text() == ""
    assert [layer.editable for layer in layers[1:]] == [True] * 3


def test_a_window_that_shows_something_is_left_alone(make_napari_viewer: Any, qtbot: Any) -> None:
    """Where a viewer holds other layers, the series dock adds none of its own until a scan is opened."""
    viewer = make_napari_viewer()
    viewer.add_points([(1, 1)], name="mine")
    series_dock(viewer)
    qtbot.wait(300)
    assert [layer.name for layer in viewer.layers] == ["mine"]


def test_a_sample_in_a_prepared_window_leaves_one_layer_for_the_scan(dock: SeriesWidget, qtbot: Any) -> None:
    """The layer that napari wants of a sample goes where the room has one already."""
    viewer = dock.room.viewer
    wait_until_prepared(dock, qtbot)
    viewer.open_sample("napari-kazerooni", "visit-1999")
    qtbot.waitUntil(lambda: dock.room.is_whole and idle(dock), timeout=20000)
    assert [layer.name for layer in viewer.layers[:4]] == ["CT", "lobes", "alveolar", "interstitial"]
    assert [layer.name for layer in viewer.layers].count("CT") == 1
    assert dock.room.layer is not None
    assert dock.room.layer is viewer.layers[0]
    assert dock.room.layer.data.shape[0] == 10


def test_reading_can_be_cancelled(
    dock: SeriesWidget, patient: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancel ends the reading at once for the reader, the window lives, and the next series opens."""
    reached, go_on = threading.Event(), threading.Event()

    def slowly(series: Any, *, progress: Any) -> Any:
        reached.set()
        assert go_on.wait(20)
        progress(1, 8)
        return read_volume(series, progress=progress)

    monkeypatch.setattr(READ, slowly)
    dock.look_at([patient / "two"])
    qtbot.waitUntil(reached.is_set, timeout=20000)
    job = dock.busy.job
    assert job is not None
    with qtbot.waitSignal(job.ended, timeout=20000):
        dock.busy.cancel_button.click()
        assert idle(dock)
        assert dock.busy.message.text() == "Cancelled."
        go_on.set()
    assert not dock.room.is_whole
    monkeypatch.undo()
    look(dock, patient / "one", qtbot)
    assert dock.room.is_whole


def test_looking_for_series_can_be_cancelled(
    dock: SeriesWidget, patient: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancel ends the reading of headers; the dock says so, lists nothing of it, and looks at the next folder."""
    reached, go_on = threading.Event(), threading.Event()

    def slowly(paths: Any, *, progress: Any) -> Any:
        reached.set()
        assert go_on.wait(20)
        return find_series(paths, progress=progress)

    monkeypatch.setattr("napari_kazerooni.series_widget.find_series", slowly)
    dock.look_at([patient])
    qtbot.waitUntil(reached.is_set, timeout=20000)
    assert dock.busy.message.text().startswith("Reading headers")
    job = dock.busy.job
    assert job is not None
    with qtbot.waitSignal(job.ended, timeout=20000):
        dock.busy.cancel_button.click()
        go_on.set()
    assert dock.busy.message.text() == "Cancelled."
    assert items(dock) == []
    monkeypatch.undo()
    look(dock, patient, qtbot)
    assert len(items(dock)) == 2


@pytest.mark.parametrize("kind", ["folder", "dicomdir", "zip"])
def test_drops_are_taken(dock: SeriesWidget, kind: str, tmp_path: Path, qtbot: Any) -> None:
    """A folder, a DICOMDIR or a zip that is dropped on the window is opened; a text is left to napari."""
    datasets = build_series(sequential_hrct(slices=4))
    if kind == "folder":
        path = tmp_path / "visit"
        write_series(datasets, path)
    elif kind == "zip":
        path = write_zip(datasets, tmp_path / "visit.zip")
    else:
        path = write_dicomdir(datasets, tmp_path / "disc")
    (tmp_path / "notes.txt").write_text("no scan")
    dock._drops.watch(dock.window())
    target = next(part for part in dock.window().findChildren(QWidget) if part.acceptDrops() and part is not dock)
    assert drop(dock, target, path)
    qtbot.waitUntil(lambda: dock.room.is_whole and idle(dock), timeout=20000)
    assert not dock._drops.eventFilter(target, dropped(tmp_path / "notes.txt"))


def mime(path: Path) -> QMimeData:
    """Give what a file manager drags."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def dropped(path: Path) -> QDropEvent:
    """Give the event of a drop."""
    action, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(5, 5), action, mime(path), buttons, keys)
    event.data = mime(path)  # Qt does not keep it
    return event


def drop(dock: SeriesWidget, target: QWidget, path: Path) -> bool:
    """Drag a path over a widget and drop it."""
    data = mime(path)
    action, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPointF(5, 5).toPoint(), action, data, buttons, keys)
    QApplication.sendEvent(target, entered)
    assert entered.isAccepted()
    event = QDropEvent(QPointF(5, 5), action, data, buttons, keys)
    return dock._drops.eventFilter(target, event)


def test_bad_input_is_a_sentence_in_the_dock(dock: SeriesWidget, tmp_path: Path, qtbot: Any) -> None:
    """A folder without CT, one that is not there and a series that cannot be read are told in words."""
    (tmp_path / "empty").mkdir()
    look(dock, tmp_path / "empty", qtbot)
    assert "No CT series among 0 files" in dock.busy.message.text()
    look(dock, tmp_path / "nowhere", qtbot)
    assert "no such file or folder" in dock.busy.message.text()
    files = write_series(build_series(sequential_hrct(slices=4)), tmp_path / "cut")
    (series,) = find_series(tmp_path / "cut")
    for file in files:
        file.unlink()
    dock.open(series)
    qtbot.waitUntil(lambda: idle(dock), timeout=20000)
    assert dock.busy.message.text()
    assert not dock.room.is_whole


def test_files_that_come_one_by_one_are_one_scan(dock: SeriesWidget, patient: Path, qtbot: Any) -> None:
    """Several files dropped on napari, which hands them over one by one, make one series."""
    files = sorted((patient / "one").iterdir())[:4]
    for file in files:
        dock.look_at([file])
    qtbot.waitUntil(lambda: dock.room.is_whole, timeout=20000)
    assert dock.room.volume is not None
    assert dock.room.volume.geometry.shape[0] == 4


def test_keys_reach_the_room_from_the_picture(dock: SeriesWidget, patient: Path, qtbot: Any) -> None:
    """A key that is pressed on the picture changes the window of the display."""
    look(dock, patient / "one", qtbot)
    picture = dock.window().centralWidget()
    qtbot.keyClick(picture, Qt.Key.Key_F3)
    assert dock.room.window == MEDIASTINUM
    qtbot.keyClick(picture, Qt.Key.Key_PageUp)
    assert dock.room.index == 4
    qtbot.keyClick(picture, Qt.Key.Key_F1)
    assert dock._help is not None
    assert not dock._help.isHidden()


def test_a_series_that_is_not_fit_is_listed_but_not_opened(dock: SeriesWidget, tmp_path: Path, qtbot: Any) -> None:
    """An unusable series stands in the list with its reason, and a double click leaves it closed."""
    datasets = build_series(sequential_hrct(slices=4))
    for dataset in datasets:
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    write_series(datasets, tmp_path / "scout")
    look(dock, tmp_path, qtbot)
    (item,) = items(dock)
    assert "(not fit)" in item.text(0)
    dock.tree.itemDoubleClicked.emit(item, 0)
    assert idle(dock)
    assert dock.room.volume is None


def test_what_a_header_says_is_shown_as_text(tmp_path: Path) -> None:
    """Markup and control codes in a header are neither run nor hidden."""
    plan = sequential_hrct(slices=3, series_description="<b>x</b>\x07")
    write_series(build_series(plan), tmp_path)
    (series,) = find_series(tmp_path)
    assert "&lt;b&gt;x&lt;/b&gt;" in details(series)
    assert "\x07" not in row(series)


def test_notices_wait_in_the_dock(dock: SeriesWidget, patient: Path, qtbot: Any) -> None:
    """The notices of a scan stand in the dock until the button is pressed."""
    look(dock, patient / "one", qtbot)
    assert not dock.notices.isHidden()
    assert "partial-lung" in dock.notices.text.text()
    dock.notices.button.click()
    assert dock.notices.isHidden()
    assert not dock.room.captions["notices"]


def test_the_help_lists_every_key(dock: SeriesWidget) -> None:
    """The help key shows all keys over the window, and takes them away again."""
    dock.room.events.help()
    shown = dock._help
    assert shown is not None
    assert not shown.isHidden()
    dock.room.events.help()
    assert shown.isHidden()


def test_nothing_arrives_in_a_window_that_was_closed(
    make_napari_viewer: Any, patient: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing the window ends the reading; what it would have shown is shown nowhere."""
    reached, go_on = threading.Event(), threading.Event()

    def slowly(series: Any, **_: Any) -> Any:
        reached.set()
        assert go_on.wait(20)
        return read_volume(series)

    monkeypatch.setattr(READ, slowly)
    viewer = make_napari_viewer()
    widget = series_dock(viewer)
    widget.look_at([patient / "two"])
    qtbot.waitUntil(reached.is_set, timeout=20000)
    job, room = widget.busy.job, widget.room
    viewer.close()
    with qtbot.waitSignal(job.ended, timeout=20000):
        go_on.set()
    assert not room.is_whole


def test_kazerooni_open_opens(
    make_napari_viewer: Any, patient: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python -m napari_kazerooni PATH` makes a window with the series dock, which looks at the path."""
    made: list[Any] = []

    def make(**options: Any) -> Any:
        made.append(make_napari_viewer(**options))
        return made[0]

    monkeypatch.setattr(napari, "Viewer", make)
    monkeypatch.setattr(napari, "run", lambda: None)
    assert main([str(patient / "one")]) == 0
    widget = made[0].window.dock_widgets["Series (napari-kazerooni)"]
    qtbot.waitUntil(lambda: widget.room.is_whole and idle(widget), timeout=20000)
    assert made[0].title == "kazerooni"


def test_without_qt_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where napari cannot start, the program says so in a line and leaves with 3."""
    monkeypatch.setitem(sys.modules, "qtpy", None)
    assert main([]) == 3
    assert "pip install" in capsys.readouterr().err


def test_the_samples_open(make_napari_viewer: Any, qtbot: Any) -> None:
    """The three visits stand in napari's sample menu; one opens in the dock."""
    viewer = make_napari_viewer()
    (layer,) = viewer.open_sample("napari-kazerooni", "visit-1999")
    widget = viewer.window.dock_widgets["Series (napari-kazerooni)"]
    qtbot.waitUntil(lambda: widget.room.is_whole, timeout=20000)
    assert viewer.layers[0] is layer
    assert layer.data.shape[0] == 10


def test_a_sample_without_a_window_is_a_layer() -> None:
    """Where no window is open, a sample is handed over as an image."""
    ((data, options, kind),) = samples.visit_1999()
    assert (data.shape[0], options["name"], kind) == (10, "CT", "image")


def test_in_a_study_that_hides_who_it_is_the_buttons_stay_at_the_top(make_napari_viewer: Any, qtbot: Any) -> None:
    """Where the list of series is hidden nothing floats down the dock, and the list fills it once it is back."""
    viewer = make_napari_viewer(show=True)
    dock = series_dock(viewer)
    button = next(one for one in dock.findChildren(QPushButton) if one.text().startswith("Open folder"))
    desk_of(viewer).room.hide_identity(hidden=True)
    qtbot.waitUntil(lambda: not dock.tree.isVisible(), timeout=5000)
    qtbot.wait(200)
    assert button.mapTo(dock, button.rect().bottomLeft()).y() < 60
    assert dock.busy.y() < 60
    desk_of(viewer).room.hide_identity(hidden=False)
    qtbot.waitUntil(dock.tree.isVisible, timeout=5000)
    qtbot.wait(200)
    assert dock.tree.height() > dock.height() / 2
