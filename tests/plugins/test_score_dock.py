"""The score dock in a real window: live, typed with the keyboard alone, conflicts, signing, amending."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QLabel

from kazerooni.dicom import Series
from kazerooni.labels import read_reading
from kazerooni.model import Component, Finding, Lobe, State, Status, Volume
from napari_kazerooni.cells import What
from napari_kazerooni.desk import Desk
from napari_kazerooni.docks import open_docks
from napari_kazerooni.score_widget import ScoreWidget
from napari_kazerooni.windowing import LUNG
from tests.plugins.desks import FIVE, SLICES, Clock, centre, heard, opened, written
from tests.plugins.docks import score_dock
from tests.plugins.hand import Hand

Scan = tuple[Series, Volume]
ALVEOLAR, INTERSTITIAL = Component.ALVEOLAR, Component.INTERSTITIAL


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


def text(score: ScoreWidget, lobe: Lobe, component: Component, column: Any) -> str:
    """Give what a cell of the dock shows."""
    table = score.tables[component]
    return str(table.item(table.lobes.index(lobe), table.column_at(column)).text())


def look_at_all(desk: Desk, clock: Clock) -> None:
    """Look at every slice for long enough."""
    for index in range(desk.open_session.volume.geometry.shape[0]):
        desk.room.go_to(index)
        clock.turn(desk, 0.2)


def test_scores_are_live_while_painting(viewer: Any, scan: Scan) -> None:
    """A stroke changes percent and grade of its lobe, undo takes them back, and the totals follow."""
    desk, clock = opened(viewer, scan)
    score = score_dock(viewer)
    layer = desk.layers["alveolar"]
    layer.mode, layer.brush_mm = "paint", 8 * layer.spacing_mm[0]
    assert text(score, Lobe.RLL, ALVEOLAR, What.STATE) == "not read"
    Hand(viewer, layer).drag(centre(Lobe.RLL, 2), (2, 20, 32))
    clock.turn(desk, 0.2)
    assert float(text(score, Lobe.RLL, ALVEOLAR, Finding.GROUND_GLASS)) > 5
    assert text(score, Lobe.RLL, ALVEOLAR, What.GRADE) == "2"
    assert "Total" in score.totals.text()
    layer.undo()
    clock.turn(desk, 0.2)
    assert text(score, Lobe.RLL, ALVEOLAR, What.STATE) == "not read"


def test_scores_are_live_before_the_button_is_let_go(viewer: Any, scan: Scan) -> None:
    """While the button is still held the percent of the lobe follows; a stroke that breaks off takes it back."""
    desk, clock = opened(viewer, scan)
    score, layer = score_dock(viewer), desk.layers["alveolar"]
    layer.brush_mm = 8 * layer.spacing_mm[0]
    layer._begin_stroke()
    layer.paint(centre(Lobe.RLL, 2), 1)
    clock.turn(desk, 0.2)
    assert float(text(score, Lobe.RLL, ALVEOLAR, Finding.GROUND_GLASS)) > 1
    layer._abort_stroke()
    clock.turn(desk, 0.2)
    assert text(score, Lobe.RLL, ALVEOLAR, What.STATE) == "not read"


def test_a_typed_value_stands_in_italics(viewer: Any, scan: Scan) -> None:
    """What is typed into a cell is shown in italics with its grade; what means nothing gives way, and is told."""
    opened(viewer, scan)
    score = score_dock(viewer)
    table = score.tables[ALVEOLAR]
    item = table.item(1, table.column_at(Finding.GROUND_GLASS))
    item.setText("30")
    shown = table.item(1, table.column_at(Finding.GROUND_GLASS))
    assert (shown.text(), shown.font().italic(), shown.toolTip()) == ("30", True, "ground glass, typed")
    shown.setText("plenty")
    assert table.item(1, table.column_at(Finding.GROUND_GLASS)).text() == "30"
    assert "is no number" in score.message.text()


def press(window: Any, qtbot: Any, *keys: Any) -> None:
    """Press keys where the focus is, as a keyboard does."""
    for key in (part for each in keys for part in (each if isinstance(each, str) else (each,))):
        target = QApplication.focusWidget() or window.focusWidget()
        if isinstance(key, str):
            qtbot.keyClicks(target, key)
        else:
            qtbot.keyClick(target, *(key if isinstance(key, tuple) else (key,)))


def test_a_typed_reading_works_with_the_keyboard_alone(
    make_napari_viewer: Any, scan: Scan, tmp_path: Path, qtbot: Any
) -> None:
    """Five lobes are typed cell by cell with Tab, signed with Ctrl+Return, and kept as reading.json; no mouse."""
    viewer = make_napari_viewer(show=True)
    open_docks(viewer)
    desk, clock = opened(viewer, scan, with_lobes=False)
    desk.reading_folder = tmp_path / "signed"
    score, window = score_dock(viewer), viewer.window._qt_window
    qtbot.waitUntil(score.isVisible)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    canvas = viewer.window._qt_viewer.canvas.native
    canvas.setFocus()
    tab, enter = Qt.Key.Key_Tab, Qt.Key.Key_Return
    for key in (Qt.Key.Key_Home, *[Qt.Key.Key_PageUp] * (SLICES - 1)):
        qtbot.keyClick(canvas, key)
        clock.turn(desk, 0.2)
    qtbot.keyClick(canvas, Qt.Key.Key_F10)
    assert window.focusWidget() is score.tables[ALVEOLAR]
    for _ in FIVE:
        press(window, qtbot, "10", tab, "0", tab, tab)
    assert window.focusWidget() is score.tables[INTERSTITIAL]
    for _ in FIVE:
        press(window, qtbot, "0", tab, "8", tab, "0", tab, "+", tab, tab)
    assert text(score, Lobe.LLL, ALVEOLAR, Finding.GROUND_GLASS) == "10"
    assert text(score, Lobe.LLL, INTERSTITIAL, Finding.TRACTION_BRONCHIECTASIS) == "+"
    press(window, qtbot, (enter, Qt.KeyboardModifier.ControlModifier))
    dialog = score.dialog
    assert dialog is not None
    assert not dialog.buttons, "nothing is left to ask"
    signed = heard(desk.events.signed)
    qtbot.keyClick(dialog.reader, enter)
    qtbot.waitUntil(lambda: bool(signed), timeout=20000)
    assert desk.signed_in is not None
    reading = read_reading(desk.signed_in / "reading.json")
    assert (reading.status, reading.reader) == (Status.SIGNED, "Reader A")
    assert len(reading.entries) == 10
    told = reading.session
    assert (told.coverage_percent, told.slices_seen) == (100, tuple(range(SLICES)))
    assert (told.windows, told.prior_shown, told.order) == ((LUNG,), "none", 1)
    assert told.started is not None
    assert told.ended is not None
    assert told.started <= told.ended


KEYSTROKE_S, MENTAL_S = 0.28, 1.35
"""Card, Moran, Newell: The keystroke-level model. CACM 23 (1980) 396-410: average non-secretary typist; mental act."""


def test_a_typed_reading_takes_under_two_minutes_by_the_keystroke_model(
    make_napari_viewer: Any, scan: Scan, tmp_path: Path, qtbot: Any
) -> None:
    """Every key of a reading with findings in two lobes, each cell thought over, costs far less than two minutes.

    Keys and mental acts are counted as they are pressed, from the opened scan to the signed reading. It is a model of
    typing, not a person: looking at the slices for longer than it takes to turn them is not in it.
    """
    viewer = make_napari_viewer(show=True)
    open_docks(viewer)
    desk, clock = opened(viewer, scan, with_lobes=False)
    desk.reading_folder = tmp_path / "signed"
    score, window = score_dock(viewer), viewer.window._qt_window
    qtbot.waitUntil(score.isVisible)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    canvas = viewer.window._qt_viewer.canvas.native
    canvas.setFocus()
    key, shift, control = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    pressed, thought = 0, 0
    for one in (key.Key_Home, *[key.Key_PageUp] * (SLICES - 1), key.Key_F10):
        qtbot.keyClick(canvas, one)
        clock.turn(desk, 0.2)
        pressed += 1
    rest, clear = (key.Key_F9, shift), key.Key_F9
    # RUL, RML and LUL are clear; ground glass 10 % and no consolidation in RLL and LLL, and nothing else there.
    lower = ("10", key.Key_Tab, "0", rest)
    for lobe_keys in ((clear,), (clear,), lower, (clear,), lower):
        press(window, qtbot, *lobe_keys)
        thought += sum(isinstance(one, str) or one in (rest, clear) for one in lobe_keys)
        pressed += sum(len(one) if isinstance(one, str | tuple) else 1 for one in lobe_keys)
    press(window, qtbot, (key.Key_Return, control))
    assert score.dialog is not None
    assert not score.dialog.buttons, "nothing is left to ask"
    signed = heard(desk.events.signed)
    qtbot.keyClick(score.dialog.reader, key.Key_Return)
    qtbot.waitUntil(lambda: bool(signed), timeout=20000)
    pressed, thought = pressed + 3, thought + 3
    assert desk.open_session.signed is not None
    totals = desk.open_session.score().totals
    assert (totals.total, totals.alveolar) == (4, 4)
    assert pressed * KEYSTROKE_S + thought * MENTAL_S < 60


def test_a_conflict_is_settled_by_a_button(viewer: Any, scan: Scan) -> None:
    """Both values stay in sight until a button says which counts."""
    desk, _ = opened(viewer, scan)
    score = score_dock(viewer)
    desk.layers.choose(Finding.GROUND_GLASS)
    desk.layers.painted.fill_lobe(centre(Lobe.RUL, 2), 1)
    desk.do(lambda say: say.type_grade(Lobe.RUL, ALVEOLAR, 5))
    assert text(score, Lobe.RUL, ALVEOLAR, What.GRADE) == "5 (2)"
    assert not score.conflicts.isHidden()
    score.conflicts.buttons["RUL alveolar painted"].click()
    assert text(score, Lobe.RUL, ALVEOLAR, What.GRADE) == "2"
    assert score.conflicts.isHidden()
    score.undo.click()
    assert text(score, Lobe.RUL, ALVEOLAR, What.STATE) == "conflict"


def test_signing_asks_about_traces_and_coverage_and_closes_the_reading(
    viewer: Any, scan: Scan, tmp_path: Path, qtbot: Any
) -> None:
    """A trace has to be answered, low coverage confirmed; then nothing can be painted or typed, until it is amended."""
    desk, clock = opened(viewer, scan)
    score = score_dock(viewer)
    layer = desk.layers["alveolar"]
    layer.mode, layer.brush_mm = "paint", 1.0
    Hand(viewer, layer).drag(centre(Lobe.LLL, 2))
    for lobe in FIVE:
        desk.lobe = lobe
        desk.do(lambda say: say.nothing_else(desk.lobe))
    score.ask_to_sign()
    dialog = score.dialog
    assert dialog is not None
    assert not dialog.sign_button.isEnabled()
    shown = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Signing closes the reading. It is not an electronic signature in law." in shown
    assert any(label.startswith(f"{desk.now():%Y-%m-%d}") for label in shown), "the date is told"
    dialog.buttons["trace LLL ground_glass: It counts"].click()
    dialog.buttons["coverage: Yes, sign anyway"].click()
    assert dialog.sign_button.isEnabled()
    dialog.folder.setText(str(tmp_path / "kept"))
    dialog.sign_button.click()
    qtbot.waitUntil(lambda: desk.open_session.signed is not None and desk.busy is None, timeout=20000)
    assert {path.name for path in desk.signed_in.iterdir()} == {  # type: ignore[union-attr]
        "reading.json",
        "lobes.dcm",
        "alveolar.dcm",
        "interstitial.dcm",
    }
    before = layer.data.copy()
    layer.paint(centre(Lobe.RUL, 1), 1)
    assert (layer.data == before).all()
    assert not layer.editable
    assert not desk.do(lambda say: say.type_grade(Lobe.RUL, ALVEOLAR, 1))
    assert score.tables[ALVEOLAR].is_frozen
    assert not score.signed.isHidden()
    score.signed.reason.setText("a second look")
    score.signed.amend.click()
    qtbot.waitUntil(lambda: desk.open_session.signed is None and desk.busy is None, timeout=20000)
    supersedes = desk.open_session.setting.supersedes
    assert supersedes is not None
    assert supersedes.reason == "a second look"
    assert layer.editable
    assert score.signed.isHidden()
    layer.fill_lobe(centre(Lobe.RUL, 1), 1)
    assert not desk.open_session.canvas.miscounted()
    clock.turn(desk, 0.2)
    assert text(score, Lobe.RUL, ALVEOLAR, What.STATE) == "painted"


def test_not_assessable_is_said_from_a_menu_with_its_reason(viewer: Any, scan: Scan) -> None:
    """The menu says of one component or both of a lobe why they cannot be assessed; one undo takes it back."""
    desk, _ = opened(viewer, scan)
    score = score_dock(viewer)
    menu = score.state.menu()
    parts = menu.parts
    assert set(parts) == {"Both", "Alveolar", "Interstitial"}
    for part in parts.values():
        assert [action.text() for action in part.actions()] == ["collapse", "motion", "expiration", "not covered"]
    table = score.tables[INTERSTITIAL]
    table.setCurrentCell(table.lobes.index(Lobe.RML), 0)
    parts["Both"].actions()[1].trigger()
    for component in Component:
        assert text(score, Lobe.RML, component, What.STATE) == "n: motion"
        assert desk.open_session.reading().state((Lobe.RML,), component) is State.NOT_ASSESSABLE
    desk.undo()
    assert not desk.open_session.said.entries
    parts["Alveolar"].actions()[0].trigger()
    assert text(score, Lobe.RML, ALVEOLAR, What.STATE) == "n: collapse"
    assert text(score, Lobe.RML, INTERSTITIAL, What.STATE) == "not read"
    next(action for action in menu.actions() if action.text() == "Both: take back what was said").trigger()
    assert not desk.open_session.said.entries


def test_no_column_is_cut_where_the_dock_is_narrow_and_scrolls(make_napari_viewer: Any, scan: Scan, qtbot: Any) -> None:
    """At the least width, with a bar to scroll, all columns of both tables are in sight, states and intervals too."""
    viewer = make_napari_viewer()
    desk, clock = opened(viewer, scan)
    score = ScoreWidget(viewer)
    qtbot.addWidget(score)
    score.resize(score.minimumWidth(), 300)
    score.show()
    qtbot.waitExposed(score)
    desk.layers["alveolar"].fill_lobe(centre(Lobe.RUL, 1), 1)
    desk.do(lambda say: say.not_assessable(Lobe.RML, tuple(Component), "expiration"))
    clock.turn(desk, 0.2)
    QApplication.processEvents()
    for table in score.tables.values():
        assert table.visibleRegion().boundingRect().width() == table.width()
        assert table.horizontalHeader().length() <= table.viewport().width()


def test_a_scheme_is_chosen_with_its_citation(viewer: Any, scan: Scan) -> None:
    """Another scheme grades at once; its citation stands in the tooltip; one that cannot grade is refused."""
    desk, _ = opened(viewer, scan)
    score = score_dock(viewer)
    desk.do(lambda say: say.type_grade(Lobe.RUL, ALVEOLAR, 5))
    score.scheme.setCurrentText("kazerooni-mean")
    score.scheme.activated.emit(score.scheme.currentIndex())
    if desk.open_session.scheme.name == "kazerooni":
        assert score.message.text()
    desk.do(lambda say: say.clear(Lobe.RUL, ALVEOLAR))
    score.scheme.setCurrentText("kazerooni-mean")
    score.scheme.activated.emit(score.scheme.currentIndex())
    assert desk.open_session.scheme.name == "kazerooni-mean"
    assert desk.open_session.scheme.citation in score.scheme.toolTip()


def test_pattern_remarks_and_reader_go_into_the_reading(viewer: Any, scan: Scan) -> None:
    """The fields beneath the tables are part of what is said; undo takes them back."""
    desk, clock = opened(viewer, scan)
    score = score_dock(viewer)
    score.pattern.setCurrentText("UIP")
    score.pattern.activated.emit(1)
    score.remarks.setText("dose reduced")
    score.remarks.editingFinished.emit()
    score.reader.setText("Reader B")
    score.reader.editingFinished.emit()
    reading = desk.open_session.reading()
    assert reading.pattern is not None
    assert (reading.pattern.name, reading.remarks, reading.reader) == ("UIP", "dose reduced", "Reader B")
    desk.undo()
    assert score.remarks.text() == ""
    desk.open_session.reader = "Reader C"
    clock.turn(desk, 0.2)
    score.ask_to_sign()
    assert score.dialog is not None
    assert score.dialog.reader.text() == "Reader C"
    score.dialog.close()


def test_the_bar_over_the_slider_shows_what_was_seen(viewer: Any, scan: Scan) -> None:
    """Stretches of lung that were on the screen are told apart from those that were not."""
    desk, clock = opened(viewer, scan)
    bar = viewer.window._qt_viewer.findChild(object, "kazerooni-seen")
    desk.room.go_to(2)
    clock.turn(desk, 0.2)
    assert (2, 3, 1) in bar.stretches()
    assert "% of the lung" in bar.toolTip()
    look_at_all(desk, clock)
    assert bar.stretches() == [(0, 6, 1)]
