"""Another visit beside the current one: linked by patient z, its score as a column, hidden while blinded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtWidgets import QDockWidget

from kazerooni.dicom import Series
from kazerooni.model import Component, Lobe
from napari_kazerooni.cells import What
from napari_kazerooni.desk import Desk
from napari_kazerooni.desks import BLINDED
from napari_kazerooni.prior_link import OUT_OF_REACH
from napari_kazerooni.prior_widget import PriorWidget, prior_dock
from napari_kazerooni.visits import NO_VISITS
from napari_kazerooni.windowing import MEDIASTINUM
from tests.plugins.builders import FIVE, see_all
from tests.plugins.desk import desk_in, found_in, open_scan, signed_typed

Dock = tuple[Desk, PriorWidget]


@pytest.fixture(scope="module")
def found(visits: list[Path]) -> list[Series]:
    """Give the three sample visits: 1999 every 25 mm, 2000 about every 10 mm, 2009 every 1.25 mm."""
    return found_in(*visits)


@pytest.fixture
def dock(make_napari_viewer: Any, tmp_path: Path, qtbot: Any) -> Dock:
    """Give the dock of the other visits on a desk without a scan."""
    viewer = make_napari_viewer()
    desk = desk_in(viewer, tmp_path / "signed")
    widget = PriorWidget(viewer)
    viewer.window.add_dock_widget(widget, area="right")
    wait(widget, qtbot)
    return desk, widget


def wait(widget: PriorWidget, qtbot: Any) -> None:
    """Wait until nothing runs in the background."""
    qtbot.waitUntil(lambda: widget.busy.job is None, timeout=30000)


def show(widget: PriorWidget, year: int, qtbot: Any) -> None:
    """Show the visit of a year beside the current one."""
    row = next(row for row in widget.priors.rows if row.on is not None and row.on.year == year)
    widget.visits.setCurrentIndex(widget.priors.rows.index(row))
    widget.show_button.click()
    wait(widget, qtbot)


@pytest.mark.parametrize(("current", "other"), [(2009, 1999), (2009, 2000), (1999, 2009), (2000, 2009)])
def test_visits_of_other_spacing_scroll_together(
    dock: Dock, found: list[Series], current: int, other: int, qtbot: Any
) -> None:
    """At every slice the other visit shows its slice nearest to that height of the chest, and leads the same way."""
    desk, widget = dock
    open_scan(desk, found, next(one for one in found if one.study_date and one.study_date.year == current))
    wait(widget, qtbot)
    show(widget, other, qtbot)
    assert widget.view is not None
    linked, room = widget.view.linked, widget.view.room
    assert linked.is_linked, linked.words
    assert linked.link is not None
    assert widget.link_words.text().startswith("Linked by the lungs")
    z, other_z = desk.room.volume.geometry.origins_mm[:, 2], room.volume.geometry.origins_mm[:, 2]  # type: ignore[union-attr]
    shift = linked.link.shift_mm
    followed = 0
    for index in range(0, len(z), max(1, len(z) // 20)):
        desk.room.go_to(index)
        nearest = int(np.argmin(np.abs(other_z - z[index] - shift)))
        if room.captions["notices"] != OUT_OF_REACH:
            assert room.index == nearest
            followed += 1
    assert followed > 5
    middle = len(other_z) // 2
    room.go_to(middle)
    assert desk.room.index == int(np.argmin(np.abs(z - (other_z[middle] - shift))))
    assert room.index == middle
    desk.room.set_window(MEDIASTINUM)
    assert room.window == MEDIASTINUM
    assert desk.session is not None
    assert desk.session.prior_shown == "scan"


def test_zoom_and_shift_go_together(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """As many pixels go to a mm in both pictures, a shift is followed by as many mm, until the link is switched off."""
    desk, widget = dock
    open_scan(desk, found, found[1])
    wait(widget, qtbot)
    show(widget, 1999, qtbot)
    assert widget.view is not None
    one, other = desk.viewer.scene.camera, widget.view.model.scene.camera
    widget.view.linked.fit()
    assert one.zoom == other.zoom
    assert "Zoom and shift go together" in widget.link_words.text()
    for mover, moved in ((one, other), (other, one)):
        before = np.array(moved.center)
        mover.zoom *= 3
        mover.center = (mover.center[0], mover.center[1] + 20.0, mover.center[2] - 30.0)
        assert moved.zoom == mover.zoom
        np.testing.assert_allclose(np.array(moved.center)[1:] - before[1:], (20.0, -30.0), atol=1e-6)
    widget.link_box.setChecked(False)
    before_zoom = other.zoom
    one.zoom *= 2
    assert other.zoom == before_zoom


def test_what_is_not_linked_says_so(
    dock: Dock, found: list[Series], qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Visits that cannot be linked scroll each on its own, and the dock says so; a link can be switched off."""
    desk, widget = dock
    open_scan(desk, found, found[1])
    wait(widget, qtbot)
    show(widget, 1999, qtbot)
    assert widget.view is not None
    widget.link_box.setChecked(False)
    assert widget.link_words.text().startswith("Not linked: switched off")
    at = widget.view.room.index
    desk.room.go_to(0)
    assert widget.view.room.index == at
    widget.link_box.setChecked(True)
    monkeypatch.setattr("napari_kazerooni.priors._SIMILAR_FROM", 1.1)
    show(widget, 1999, qtbot)
    assert not widget.view.linked.is_linked
    assert widget.link_words.text().startswith("Not linked: at best the lungs are alike")
    assert not widget.link_box.isEnabled()


def test_the_score_of_an_earlier_visit_stands_in_a_column(
    dock: Dock, found: list[Series], tmp_path: Path, qtbot: Any
) -> None:
    """Grades then, with the change, follow the reading; the session records that a score was shown."""
    desk, widget = dock
    signed_typed(found[0], tmp_path / "signed", "40")
    session = open_scan(desk, found, found[1])
    wait(widget, qtbot)
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    show(widget, 1999, qtbot)
    column = widget.priors.column
    assert column is not None
    assert column.heading == str(found[0].study_date)
    assert column.cells[Lobe.RLL, Component.ALVEOLAR] == "3 (\N{MINUS SIGN}3)"
    assert column.tips[Lobe.RLL, Component.ALVEOLAR] == "40 %, \N{MINUS SIGN}40 points since"
    score_dock = desk.viewer.window.add_plugin_dock_widget("napari-kazerooni", "Score")[1]
    assert score_dock.earlier == column
    table = score_dock.tables[Component.ALVEOLAR]
    cell = table.item(table.lobes.index(Lobe.RLL), table.column_at(What.PRIOR))
    assert cell.text() == "3 (\N{MINUS SIGN}3)"
    head = table.horizontalHeaderItem(table.column_at(What.PRIOR))
    assert (head.text(), head.toolTip()[:10]) == (column.heading[:7], column.heading)
    assert all(note.split(":")[0] in score_dock.notes.text() for note in column.notes)
    assert column.total == "3 (\N{MINUS SIGN}3)"
    assert any(note.startswith("Distance of slices") for note in column.notes)
    assert session.prior_shown == "score"
    session.say.type_percent(Lobe.RLL, Component.ALVEOLAR, "80")
    desk.events.changed()
    qtbot.waitUntil(lambda: widget.priors.column != column, timeout=5000)
    later = widget.priors.column
    assert later is not None
    assert later.cells[Lobe.RLL, Component.ALVEOLAR] == "3 (+2)"
    version = session.version
    widget.priors.update_column()
    assert session.version == version
    widget.close_button.click()
    assert widget.priors.column is None


def test_nothing_is_shown_while_blinded(dock: Dock, found: list[Series], tmp_path: Path, qtbot: Any) -> None:
    """A blinded reading lists no visit, shows no score and records none, until it is signed."""
    desk, widget = dock
    signed_typed(found[0], tmp_path / "signed", "40")
    session = open_scan(desk, found, found[1], blinded=True)
    wait(widget, qtbot)
    assert widget.visits.count() == 0
    assert not widget.show_button.isEnabled()
    assert widget.busy.message.text() == BLINDED
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    see_all(session)
    desk.sign(tmp_path / "signed")
    qtbot.waitUntil(lambda: session.signed is not None, timeout=20000)
    wait(widget, qtbot)
    assert session.signed is not None
    assert session.signed.session.prior_shown == "none"
    assert widget.visits.count() == 2
    show(widget, 1999, qtbot)
    assert widget.view is not None
    assert widget.priors.column is not None


def test_a_visit_of_which_only_the_reading_is_kept(dock: Dock, found: list[Series], tmp_path: Path, qtbot: Any) -> None:
    """Where the scan of a visit is not in the folder, its score is shown, and the dock says so."""
    desk, widget = dock
    signed_typed(found[0], tmp_path / "signed", "10")
    open_scan(desk, [found[2]], found[2])
    wait(widget, qtbot)
    assert [row.words for row in widget.priors.rows] == [
        f"{found[0].study_date}   earlier   scan not in this folder, scored by Reader A"
    ]
    widget.show_button.click()
    assert widget.view is None
    assert "not in the folder" in widget.busy.message.text()
    assert widget.priors.column is not None


def test_no_other_visit_is_said(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """Before a scan is open, and where the folder holds no other visit, the dock says what to do."""
    desk, widget = dock
    assert widget.busy.message.text() == "Open a scan first."
    open_scan(desk, [found[0]], found[0])
    wait(widget, qtbot)
    assert widget.busy.message.text() == NO_VISITS


def test_a_visit_that_cannot_be_read_is_a_message(
    dock: Dock, found: list[Series], qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unreadable scan of another visit is told in the dock; the current one stays, and another can be shown."""
    desk, widget = dock
    open_scan(desk, found, found[1])
    wait(widget, qtbot)

    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError("no pixels")

    monkeypatch.setattr("napari_kazerooni.prior_widget.read_volume", broken)
    show(widget, 1999, qtbot)
    assert widget.view is None
    assert "went wrong" in widget.busy.message.text()
    monkeypatch.undo()
    show(widget, 1999, qtbot)
    assert widget.view is not None


def test_another_scan_closes_the_view(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """What was beside the scan before does not stay beside the next one."""
    desk, widget = dock
    open_scan(desk, found, found[1])
    wait(widget, qtbot)
    show(widget, 1999, qtbot)
    open_scan(desk, found, found[0])
    wait(widget, qtbot)
    assert widget.view is None
    assert widget.link_words.text() == ""
    assert [row.on for row in widget.priors.rows] == [found[2].study_date, found[1].study_date]


def test_both_visits_are_as_wide_beside_the_scores(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """In a window of 1280 pixels with the score dock open, canvas and dock of the other visit have the same width."""
    desk, widget = dock
    window = desk.viewer.window._qt_window
    window.setGeometry(0, 0, 1280, 800)
    window.show()
    open_scan(desk, found, found[1])
    desk.viewer.window.add_plugin_dock_widget("napari-kazerooni", "Score")
    for left in (each for each in window.findChildren(QDockWidget) if each.windowTitle().startswith("layer ")):
        left.hide()
    wait(widget, qtbot)
    show(widget, 1999, qtbot)
    qtbot.waitUntil(lambda: abs(window.centralWidget().width() - widget.width()) <= 8, timeout=5000)
    assert widget.view is not None
    parts = (window, desk.viewer.window._qt_viewer.canvas.native, widget.view.canvas)
    qtbot.waitUntil(lambda: all(part.updatesEnabled() for part in parts), timeout=5000)  # held still meanwhile


def test_the_view_is_kept_and_lets_go_of_the_scan(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """Closed and shown anew, the other visit comes back in the same view; meanwhile it holds no scan and no link."""
    desk, widget = dock
    open_scan(desk, found, found[1])
    wait(widget, qtbot)
    show(widget, 1999, qtbot)
    view = widget.view
    assert view is not None
    first = view.room.volume
    widget.close_view()
    desk.room.go_to(0)
    assert (view.isHidden(), view.linked.link) == (True, None)
    qtbot.waitUntil(lambda: view.room.volume is None, timeout=5000)  # in a turn of its own
    assert view.model.layers[0].data.shape[0] == 1
    show(widget, 2009, qtbot)
    assert widget.view is view
    assert view.room.volume not in (None, first)
    assert view.linked.words


def test_a_reading_is_blinded_by_a_tick(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """The tick hides visits of this reading, unless one was shown; blinded stays blinded; the next has its own."""
    desk, widget = dock
    assert not widget.blind_box.isEnabled()
    session = open_scan(desk, found, found[1])
    wait(widget, qtbot)
    assert widget.visits.count() == 2
    widget.blind_box.click()
    assert (session.setting.blinded, widget.visits.count(), widget.busy.message.text()) == (True, 0, BLINDED)
    widget.blind_box.click()
    assert session.setting.blinded
    assert (widget.blind_box.isChecked(), widget.blind_box.isEnabled()) == (True, False)
    later = open_scan(desk, found, found[0])
    wait(widget, qtbot)
    assert not later.setting.blinded
    show(widget, 2000, qtbot)
    widget.blind_box.click()
    assert not later.setting.blinded
    assert not widget.blind_box.isChecked()
    assert widget.busy.message.text().startswith("Another visit or reading was shown already")
    widget.blind_next_box.click()
    assert desk.blinded
    assert not later.setting.blinded


def test_a_draft_shows_its_own_blinding(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """The ticks tell whether the reading that is gone on with is blinded, and whether those to come are, apart."""
    desk, widget = dock
    session = open_scan(desk, found, found[1], blinded=True)
    session.say.nothing_found(Lobe.RUL)
    desk.keeping.flush()
    open_scan(desk, found, found[1])
    wait(widget, qtbot)
    assert (widget.blind_box.isChecked(), widget.blind_box.isEnabled()) == (False, True)
    qtbot.waitUntil(lambda: bool(desk.keeping.found), timeout=30000)
    desk.resume(desk.keeping.found[0])
    qtbot.waitUntil(lambda: desk.open_session.setting.reading_id == session.setting.reading_id, timeout=30000)
    wait(widget, qtbot)
    assert desk.open_session.setting.blinded
    assert (widget.blind_box.isChecked(), widget.blind_box.isEnabled()) == (True, False)
    assert not widget.blind_next_box.isChecked()
    assert widget.visits.count() == 0


@pytest.mark.parametrize("is_wide", [False, True])
def test_a_window_wider_than_the_screen_is_told(
    make_napari_viewer: Any, found: list[Series], tmp_path: Path, qtbot: Any, *, is_wide: bool
) -> None:
    """Where docks beside each other want more room than the screen has, the dock says what to do, else nothing."""
    viewer = make_napari_viewer(show=True)
    desk = desk_in(viewer, tmp_path / "signed")
    signed_typed(found[0], tmp_path / "signed", "37")
    widget = prior_dock(viewer)
    open_scan(desk, found, found[1])
    wait(widget, qtbot)
    if is_wide:
        widget.setMinimumWidth(widget.screen().availableGeometry().width())
    show(widget, 1999, qtbot)
    if is_wide:
        qtbot.waitUntil(lambda: "wider than the screen" in widget.busy.message.text(), timeout=20000)
        assert viewer.window._qt_window.width() > widget.screen().availableGeometry().width()
    else:
        qtbot.wait(1000)
        assert not widget.busy.message.text()
