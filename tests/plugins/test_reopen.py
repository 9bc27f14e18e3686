"""A reading that was signed earlier is offered when its scan is opened again, to be amended; never to the blind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kazerooni.dicom import Series
from kazerooni.model import Lobe
from kazerooni.phantom import sequential_hrct
from napari_kazerooni.desk import Desk
from napari_kazerooni.desks import blind
from napari_kazerooni.docks import open_docks
from napari_kazerooni.draft import find_drafts
from napari_kazerooni.listing import signed_of
from napari_kazerooni.reopen_widget import ReopenFrame
from napari_kazerooni.score_widget import ScoreWidget
from tests.plugins.builders import written_series
from tests.plugins.desk import desk_in, open_scan, signed_typed

Opened = tuple[Desk, ReopenFrame]


@pytest.fixture
def scan(tmp_path: Path) -> Series:
    """Give a small series of real files."""
    return written_series(sequential_hrct(slices=6, rows=60, columns=60), tmp_path / "scan")[0]


@pytest.fixture
def room(make_napari_viewer: Any, tmp_path: Path) -> Opened:
    """Give the desk of a window that was just started, and the frame in its score dock."""
    viewer = make_napari_viewer()
    open_docks(viewer)
    score = next(widget for name, widget in viewer.window.dock_widgets.items() if name.startswith("Score"))
    assert isinstance(score, ScoreWidget)
    return desk_in(viewer, tmp_path / "signed"), score.reopen


def test_a_signed_reading_is_reopened_by_an_amendment(room: Opened, scan: Series, tmp_path: Path, qtbot: Any) -> None:
    """Who signed and when is told when the scan is opened again; an amendment wants a reason, and holds all of it."""
    desk, frame = room
    old = signed_typed(scan, tmp_path / "signed", "37")
    new = open_scan(desk, [scan], scan)
    qtbot.waitUntil(lambda: not frame.isHidden(), timeout=30000)
    assert frame.text.text().startswith("This scan was read before: Reader A signed on ")
    frame.amend.click()
    assert desk.session is new, "no reason was given"
    new.say.nothing_found(Lobe.RUL)
    frame.reason.setText("a second look")
    frame.amend.click()
    qtbot.waitUntil(lambda: desk.session is not new and desk.busy is None, timeout=30000)
    session = desk.open_session
    assert session.setting.supersedes is not None
    assert (session.setting.supersedes.reading, session.setting.supersedes.reason) == (old.id, "a second look")
    assert {place: entry.values for place, entry in session.said.entries.items()} == {
        (entry.lobe, entry.component): entry.values for entry in old.entries
    }
    assert frame.isHidden(), "an amendment offers no other one"
    drafts = [draft.reading.id for draft in find_drafts(desk.keeping.folder)]  # type: ignore[union-attr]
    assert drafts == [new.setting.reading_id], "what was begun before stays as a draft"


def test_the_readers_own_reading_is_offered_first(room: Opened, scan: Series, tmp_path: Path, qtbot: Any) -> None:
    """Of readings by several people that of the reader who sits here is offered, and how many more there are."""
    desk, frame = room
    for reader in ("Reader A", "Reader Z"):
        signed_typed(scan, tmp_path / "signed", "37", reader=reader)
    open_scan(desk, [scan], scan)
    qtbot.waitUntil(lambda: not frame.isHidden(), timeout=30000)
    assert "Reader A signed" in frame.text.text()
    assert "(1 more)" in frame.text.text()


def test_the_blind_are_told_nothing(room: Opened, scan: Series, tmp_path: Path, qtbot: Any) -> None:
    """While the reading is blinded, or a study hides who it is, nobody hears that the scan was read before."""
    desk, frame = room
    signed_typed(scan, tmp_path / "signed", "37")
    open_scan(desk, [scan], scan, blinded=True)
    qtbot.waitUntil(lambda: bool(frame.found), timeout=30000)
    assert frame.isHidden()
    open_scan(desk, [scan], scan)
    qtbot.waitUntil(lambda: not frame.isHidden(), timeout=30000)
    blind(desk)
    assert frame.isHidden()
    open_scan(desk, [scan], scan)
    qtbot.waitUntil(lambda: not frame.isHidden(), timeout=30000)
    desk.study.enter()
    assert frame.isHidden()


def test_only_readings_of_the_series_are_found(scan: Series, tmp_path: Path) -> None:
    """A reading of another scan, one that was amended and a damaged file are not offered."""
    other, _ = written_series(sequential_hrct(slices=4, rows=60, columns=60, patient_id="P9"), tmp_path / "other")
    kept = tmp_path / "signed"
    assert signed_of(kept, scan) == ()
    signed_typed(other, kept, "10", reader="Reader B")
    own = signed_typed(scan, kept, "37")
    (kept / "broken").mkdir()
    (kept / "broken" / "reading.json").write_text(scan.series_uid)
    (one,) = signed_of(kept, scan)
    assert one.reading.id == own.id
