"""What the window offers of the drafts of a scan: to whom, in what words, and what it never tells."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from kazerooni.dicom import Series
from kazerooni.model import BEGUN_WITH_DRAFT, Component, Lobe
from kazerooni.phantom import sequential_hrct
from napari_kazerooni.autosave import DraftKeeper
from napari_kazerooni.desk import Desk
from napari_kazerooni.desks import blind
from napari_kazerooni.docks import open_docks
from napari_kazerooni.draft import BrokenDraft, Draft
from napari_kazerooni.offering import WAITS
from napari_kazerooni.score_widget import ScoreWidget
from tests.plugins.builders import written_series
from tests.plugins.desk import desk_in, open_scan, typed_session
from tests.plugins.docks import score_dock

Opened = tuple[Desk, ScoreWidget]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Series:
    """Give a small series of real files."""
    return written_series(sequential_hrct(slices=6, rows=60, columns=60), tmp_path_factory.mktemp("scan"))[0]


@pytest.fixture
def room(make_napari_viewer: Any, tmp_path: Path) -> Opened:
    """Give the desk of a window that was just started, and its score dock; nobody is named as reader."""
    viewer = make_napari_viewer()
    open_docks(viewer)
    desk = desk_in(viewer, tmp_path / "signed")
    desk.reader = ""
    return desk, score_dock(viewer)


def _keep(desk: Desk, scan: Series, reader: str) -> str:
    """Keep a draft of a reader in the folder of drafts; gives its id."""
    session = typed_session(scan, "37", reader=reader)
    DraftKeeper(session, desk.keeping.folder).save()
    return session.setting.reading_id


def _wait(qtbot: Any, desk: Desk) -> None:
    """Wait until drafts were looked for."""
    looked = desk.keeping._search
    assert looked is not None
    with qtbot.waitSignal(looked.ended, timeout=30000):
        pass


def _open(qtbot: Any, desk: Desk, scan: Series, *, blinded: bool = False) -> None:
    open_scan(desk, [scan], scan, blinded=blinded)
    _wait(qtbot, desk)


def _name(dock: ScoreWidget, name: str) -> None:
    """Give a name as reader, as by the keyboard."""
    dock.reader.setText(name)
    dock.reader.editingFinished.emit()


def test_nobody_takes_a_draft_over_without_a_word(room: Opened, scan: Series, qtbot: Any) -> None:
    """With an empty Reader the offer names the reader and the button says as whom one goes on; it is so then."""
    desk, dock = room
    begun = _keep(desk, scan, "Reader A")
    _open(qtbot, desk, scan)
    assert not dock.drafts.isHidden()
    assert "by Reader A was found: begun " in dock.drafts.text.text()
    assert "kept last " in dock.drafts.text.text()
    assert dock.drafts.go_on.text() == "Go on as Reader A"
    dock.drafts.go_on.click()
    qtbot.waitUntil(lambda: desk.open_session.setting.reading_id == begun and desk.busy is None, timeout=30000)
    assert (desk.reader, dock.reader.text(), desk.open_session.others) == ("Reader A", "Reader A", ())


def test_who_gives_another_name_begins_a_reading_of_his_own(room: Opened, scan: Series, qtbot: Any) -> None:
    """The offer follows the name; what is begun tells in the dock whose draft it was; nothing seen is taken over."""
    desk, dock = room
    begun = _keep(desk, scan, "Reader A")
    _open(qtbot, desk, scan)
    opened = desk.open_session.setting.started
    _name(dock, "Reader B")
    assert "by Reader A, another reader, was found" in dock.drafts.text.text()
    assert dock.drafts.go_on.text() == "Begin with it"
    dock.drafts.go_on.click()
    qtbot.waitUntil(lambda: bool(desk.open_session.others) and desk.busy is None, timeout=30000)
    session = desk.open_session
    assert session.setting.reading_id != begun
    assert (session.reader, session.setting.started) == ("Reader B", opened)
    assert session.said.entries[Lobe.RLL, Component.ALVEOLAR].values
    assert len(session.looking.seen) < scan.slices
    assert [notice.code for notice in session.others] == [BEGUN_WITH_DRAFT]
    assert not dock.others.isHidden()
    assert f"begun with the draft {begun} of Reader A" in dock.others.text()
    assert "You began with the draft of Reader A" in dock.message.text()
    _open(qtbot, desk, scan, blinded=True)
    assert (dock.message.text(), dock.others.isHidden()) == ("", True), "of the reading before"


def test_a_name_that_is_still_in_its_field_counts(room: Opened, scan: Series, qtbot: Any) -> None:
    """Who typed a name and presses the button at once goes on under that name, though the field was not left."""
    desk, dock = room
    _keep(desk, scan, "Reader A")
    _open(qtbot, desk, scan)
    dock.reader.setText("Reader B")
    dock.drafts.go_on.click()
    qtbot.waitUntil(lambda: bool(desk.open_session.others) and desk.busy is None, timeout=30000)
    assert desk.open_session.reader == "Reader B"


def test_an_offer_that_was_left_stays_left(room: Opened, scan: Series, qtbot: Any) -> None:
    """Who begins anew is not asked again when he gives his name later; the next opening offers it again."""
    desk, dock = room
    _keep(desk, scan, "Reader A")
    _open(qtbot, desk, scan)
    dock.drafts.leave.click()
    _name(dock, "Reader B")
    assert dock.drafts.isHidden()
    _open(qtbot, desk, scan)
    assert not dock.drafts.isHidden()


def test_a_blinded_reading_is_offered_its_readers_own_draft_alone(room: Opened, scan: Series, qtbot: Any) -> None:
    """Nobody's name is told before a name is given, another's draft never; one's own leaves the reading blinded."""
    desk, dock = room
    other, own = _keep(desk, scan, "Reader A"), _keep(desk, scan, "Reader B")
    _open(qtbot, desk, scan, blinded=True)
    assert (desk.keeping.found, dock.drafts.text.text()) == ((), WAITS)
    assert (dock.drafts.isHidden(), dock.drafts.go_on.isHidden()) == (False, True)
    _name(dock, "Reader C")
    assert dock.drafts.isHidden()
    _name(dock, "Reader B")
    assert [draft.reading.id for draft in desk.keeping.found] == [own]
    assert not desk.keeping.found[0].blinded
    dock.drafts.go_on.click()
    qtbot.waitUntil(lambda: desk.open_session.setting.reading_id == own and desk.busy is None, timeout=30000)
    assert desk.open_session.setting.blinded
    assert other not in {draft.reading.id for draft in desk.keeping.found}


def test_blinding_takes_an_offer_back(room: Opened, scan: Series, qtbot: Any) -> None:
    """Another's draft is offered no more once the reading is blinded, nor opened with less blinding than was asked."""
    desk, dock = room
    desk.reader = "Reader B"
    other, own = _keep(desk, scan, "Reader A"), _keep(desk, scan, "Reader B")
    _open(qtbot, desk, scan)
    assert [draft.reading.id for draft in desk.keeping.found] == [own, other]
    dock.drafts.go_on.click()
    assert desk.busy is not None
    assert blind(desk) == ""
    assert [draft.reading.id for draft in desk.keeping.found] == [own]
    qtbot.waitUntil(lambda: desk.open_session.setting.reading_id == own and desk.busy is None, timeout=30000)
    assert desk.open_session.setting.blinded, "it was blinded while the draft was opened"


def test_a_search_that_ends_late_takes_nothing_away(
    room: Opened, scan: Series, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two searches of one scan the later one counts, though the one before it, in an empty folder, ends after it."""
    desk, _ = room
    first, known = threading.Event(), desk.keeping.known.of

    def slow(series_uid: str, folder: Path, offered: Any) -> tuple[Draft | BrokenDraft, ...]:
        if folder == tmp_path / "empty":
            assert first.wait(30)
        return known(series_uid, folder, offered)

    monkeypatch.setattr(desk.keeping.known, "of", slow)
    _keep(desk, scan, "Reader A")
    kept, desk.keeping.folder = desk.keeping.folder, tmp_path / "empty"
    open_scan(desk, [scan], scan)
    before = desk.keeping._search
    assert before is not None
    desk.keeping.folder = kept
    desk.keeping.look_for_drafts()
    qtbot.waitUntil(lambda: bool(desk.keeping.found), timeout=30000)
    with qtbot.waitSignal(before.ended, timeout=30000):
        first.set()
    assert desk.keeping.found


def test_nobody_goes_on_with_a_draft_twice(room: Opened, scan: Series, qtbot: Any) -> None:
    """A draft that is gone on with is not offered beside the reading that is made of it."""
    desk, dock = room
    desk.reader = "Reader A"
    _keep(desk, scan, "Reader A")
    _open(qtbot, desk, scan)
    dock.drafts.go_on.click()
    qtbot.waitUntil(lambda: desk.open_session.said.entries != {} and desk.busy is None, timeout=30000)
    _name(dock, "Reader A, later")
    assert dock.drafts.isHidden()
