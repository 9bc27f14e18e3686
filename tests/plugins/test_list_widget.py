"""The reading list in a window: new, draft, signed; next unread; shuffled, hidden and repeated for a study."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtWidgets import QTreeWidgetItem

from kazerooni.dicom import find_series
from kazerooni.phantom import sequential_hrct
from napari_kazerooni.autosave import DraftKeeper
from napari_kazerooni.list_widget import ListWidget
from napari_kazerooni.listing import read_plan
from napari_kazerooni.reader import series_dock
from napari_kazerooni.reading_folder import PLAN_FILE
from tests.plugins.builders import written_series
from tests.plugins.desk import desk_in, signed_typed, typed_session


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with four patients."""
    folder = tmp_path_factory.mktemp("scans")
    for at in range(4):
        plan = sequential_hrct(
            slices=6, rows=60, columns=60, patient_id=f"P{at}", study_date=date(2001 + at, 1, 2), seed=at
        )
        written_series(plan, folder / f"study{at}")
    return folder


@pytest.fixture
def dock(make_napari_viewer: Any, tmp_path: Path) -> ListWidget:
    """Give the reading list on a desk without a scan."""
    viewer = make_napari_viewer()
    desk_in(viewer, tmp_path / "signed")
    widget = ListWidget(viewer)
    viewer.window.add_dock_widget(widget, area="right")
    return widget


def wait(dock: ListWidget, qtbot: Any) -> None:
    """Wait until the list and the series dock have nothing in the background."""
    series = series_dock(dock.viewer)
    qtbot.waitUntil(lambda: dock.busy.job is None and not series.is_busy, timeout=30000)


def rows(dock: ListWidget) -> list[tuple[str, ...]]:
    """Give what the lines of the list show."""
    items = [dock.tree.topLevelItem(at) for at in range(dock.tree.topLevelItemCount())]
    return [tuple(item.text(column) for column in range(3)) for item in items]


def item(dock: ListWidget, at: int) -> QTreeWidgetItem:
    """Give a line of the list."""
    return dock.tree.topLevelItem(at)


def test_scans_are_new_begun_or_signed(dock: ListWidget, scans: Path, tmp_path: Path, qtbot: Any) -> None:
    """Every scan of the folder says how far its reading has come; a double click opens it in the room."""
    found = find_series(scans)
    signed_typed(found[0], tmp_path / "signed", "40")
    DraftKeeper(typed_session(found[1], "20"), tmp_path / "signed" / "drafts").save()
    dock.look_at(scans)
    wait(dock, qtbot)
    assert [row[2] for row in rows(dock)] == ["signed", "draft", "new", "new"]
    assert str(found[0].study_date) in rows(dock)[0][1]
    assert dock.busy.message.text() == "2 new, 1 draft, 1 signed. Double click opens one."
    dock.tree.itemDoubleClicked.emit(item(dock, 2), 0)
    wait(dock, qtbot)
    room = dock.desk.room
    assert room.is_whole
    assert room.volume is not None
    assert room.volume.scan.series_uid == found[2].series_uid
    assert "2003" in room.captions["scan"]


def test_next_unread_goes_round(dock: ListWidget, scans: Path, tmp_path: Path, qtbot: Any) -> None:
    """The next scan that is not signed follows, from the start again at the end, until all are signed."""
    dock.look_at(scans)
    wait(dock, qtbot)
    dock.next_button.click()
    wait(dock, qtbot)
    assert dock.opened == 1
    found = find_series(scans)
    for series in found[:3]:
        signed_typed(series, tmp_path / "signed", "40")
    dock.desk.events.signed()
    wait(dock, qtbot)
    dock.next_button.click()
    wait(dock, qtbot)
    assert dock.opened == 4
    signed_typed(found[3], tmp_path / "signed", "40")
    dock.desk.events.signed()
    wait(dock, qtbot)
    dock.next_button.click()
    assert dock.busy.message.text() == "Every scan of the list is signed."


def test_a_blinded_study_hides_who_it_is(dock: ListWidget, scans: Path, tmp_path: Path, qtbot: Any) -> None:
    """The list is shuffled by a seed that is kept, with repeats; neither list nor picture shows a date or a name."""
    dock.look_at(scans)
    wait(dock, qtbot)
    dock.seed.setValue(7)
    dock.repeats.setValue(2)
    dock.study_button.click()
    wait(dock, qtbot)
    assert dock.desk.room.identity_hidden, "before a scan of the study is opened"
    plan = read_plan(tmp_path / "signed" / PLAN_FILE)
    assert (plan.seed, plan.hidden, len(plan.tasks)) == (7, True, 6)
    assert [row[1] for row in rows(dock)] == [f"Case {at:03d}" for at in range(1, 7)]
    assert not dock.study.isEnabled()
    dock.open_next()
    wait(dock, qtbot)
    room = dock.desk.room
    assert room.volume is not None
    assert room.identity_hidden
    assert dock.desk.open_session.setting.blinded
    shown = " ".join(room.captions[name] for name in ("scan", "notices", "slice", "cursor"))
    assert "200" not in shown
    assert series_dock(dock.viewer).tree.isHidden()
    assert series_dock(dock.viewer).details.isHidden()
    assert dock.list is not None
    assert dock.desk.open_session.setting.order == 1
    dock.open(dock.list.lines[4])
    wait(dock, qtbot)
    assert dock.desk.open_session.setting.order == 5, "the place in the kept list, not the count of scans opened"
    assert not dock.leave_button.isHidden()
    dock.leave_button.click()
    assert room.identity_hidden, "the reading is blinded until it is signed"
    assert "200" not in room.captions["scan"]
    assert dock.desk.open_session.setting.blinded, "a reading that was begun blinded stays so"
    dock.desk.events.signed()
    assert "200" in room.captions["scan"]
    assert dock.leave_button.isHidden()


def test_who_leaves_a_study_and_goes_on_with_it_stays_blind(dock: ListWidget, scans: Path, qtbot: Any) -> None:
    """After *Leave the study* the next case of its list is hidden as the first was, also once it is signed."""
    dock.look_at(scans)
    wait(dock, qtbot)
    dock.study_button.click()
    wait(dock, qtbot)
    dock.open_next()
    wait(dock, qtbot)
    dock.leave_button.click()
    dock.open_next()
    wait(dock, qtbot)
    room = dock.desk.room
    assert dock.desk.open_session.setting.blinded
    assert "200" not in room.captions["scan"]
    dock.desk.events.signed()
    wait(dock, qtbot)
    assert room.identity_hidden


def test_a_kept_study_hides_who_it_is_when_it_is_listed(dock: ListWidget, scans: Path, qtbot: Any) -> None:
    """The list of a hidden study that was kept hides dates before a scan of it is opened; leaving shows them."""
    dock.look_at(scans)
    wait(dock, qtbot)
    dock.study_button.click()
    wait(dock, qtbot)
    room = dock.desk.room
    hidden = [room.identity_hidden]
    dock.leave_button.click()
    hidden.append(room.identity_hidden)
    dock.look_at(scans)
    wait(dock, qtbot)
    assert [*hidden, room.identity_hidden] == [True, False, True]
    assert series_dock(dock.viewer).tree.isHidden()


def test_a_scan_opened_otherwise_ends_what_a_study_hides(
    dock: ListWidget, scans: Path, tmp_path: Path, qtbot: Any
) -> None:
    """After a hidden study a scan from the series dock shows its date, is not blinded, and is counted on."""
    dock.look_at(scans)
    wait(dock, qtbot)
    dock.make_study()
    wait(dock, qtbot)
    dock.open_next()
    wait(dock, qtbot)
    room = dock.desk.room
    hidden = [room.identity_hidden]
    other = written_series(sequential_hrct(slices=6, rows=60, columns=60, patient_id="P9"), tmp_path / "other")[0]
    series_dock(dock.viewer).open(other)
    wait(dock, qtbot)
    assert [*hidden, room.identity_hidden] == [True, False]
    setting = dock.desk.open_session.setting
    assert (setting.blinded, setting.order) == (False, 2)
    assert not dock.desk.blinded


def test_what_stands_against_a_list_is_told(dock: ListWidget, scans: Path, tmp_path: Path, qtbot: Any) -> None:
    """A folder without CT, one that is gone, a damaged plan, one of other scans and one that is kept are told."""
    (tmp_path / "empty").mkdir()
    dock.look_at(tmp_path / "empty")
    wait(dock, qtbot)
    assert "No CT series among 0 files" in dock.busy.message.text()
    assert not dock.next_button.isEnabled()
    dock.look_at(tmp_path / "nowhere")
    wait(dock, qtbot)
    assert "no such file or folder" in dock.busy.message.text()
    dock.look_at(scans)
    wait(dock, qtbot)
    kept = tmp_path / "signed"
    kept.mkdir()
    (kept / PLAN_FILE).write_text(
        '{"plan_version": 1, "tasks": [{"series": "1.2", "turn": 1}], "seed": 1, "hidden": 0}'
    )
    dock.make_study()
    assert dock.busy.message.text().startswith("No list was made: reading-list.json: is there already")
    dock.look_at(scans)
    wait(dock, qtbot)
    assert "names none of these scans" in dock.busy.message.text()
    (kept / PLAN_FILE).write_text("{")
    dock.look_at(scans)
    wait(dock, qtbot)
    assert "damaged" in dock.busy.message.text()
