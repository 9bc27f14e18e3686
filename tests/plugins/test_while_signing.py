"""What a reader may do in the window between the click on Sign and the signature: look, and wait."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from kazerooni.dicom import Series
from kazerooni.errors import OutputError
from kazerooni.labels import read_reading
from kazerooni.model import Lobe, Volume
from napari_kazerooni.desk import Desk
from napari_kazerooni.docks import open_docks
from napari_kazerooni.score_widget import ScoreWidget
from napari_kazerooni.sign_dialog import SignDialog
from napari_kazerooni.signing import sign
from tests.plugins.desks import FIVE, SLICES, Clock, centre, heard, opened, written
from tests.plugins.docks import score_dock

Scan = tuple[Series, Volume]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Give a small sequential scan."""
    return written(tmp_path_factory.mktemp("scan"))


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let signing wait, as for a slow disk, until this is set."""
    event = threading.Event()

    def slowly(*given: Any) -> Path:
        assert event.wait(30)
        return sign(*given)

    monkeypatch.setattr("napari_kazerooni.desk.sign", slowly)
    return event


def _ready(viewer: Any, scan: Scan) -> tuple[Desk, Clock, ScoreWidget, SignDialog]:
    """Read a scan by typing until it can be signed, half of it seen, and ask to sign."""
    open_docks(viewer)
    desk, clock = opened(viewer, scan)
    for lobe in FIVE:
        desk.open_session.say.nothing_found(lobe)
    desk.open_session.looking.seen.update(range(SLICES // 2))
    dock = score_dock(viewer)
    dock.ask_to_sign()
    assert dock.dialog is not None
    dock.dialog.buttons["coverage: Yes, sign anyway"].click()
    return desk, clock, dock, dock.dialog


def test_what_stood_at_the_click_is_signed(
    viewer: Any, scan: Scan, tmp_path: Path, qtbot: Any, go_on: threading.Event
) -> None:
    """Reader, scheme, words, marks and slices that come while it is signed are refused, and no field takes them."""
    desk, clock, dock, dialog = _ready(viewer, scan)
    session = desk.open_session
    stood = session.reading()
    told = heard(desk.events.told)
    dialog.folder.setText(str(tmp_path / "kept"))
    dialog.sign_button.click()
    assert desk.busy == "Signing"
    fields = (dock.reader, dock.scheme, dock.pattern, dock.remarks, dialog.reader, dialog.remarks, dialog.folder)
    assert not any(field.isEnabled() for field in fields)
    assert not dialog.sign_button.isEnabled()
    dock.reader.setText("Reader B")
    dock.reader.editingFinished.emit()
    assert dock.reader.text() == "Reader A"
    dock.scheme.setCurrentText("kazerooni-lingula")
    dock.scheme.activated.emit(dock.scheme.currentIndex())
    assert dock.scheme.currentText() == "kazerooni"
    assert not desk.do(lambda say: say.set_remarks("later"))
    assert {event.message for event in told} >= {"Signing: wait until it is done"}
    assert not any("cancel" in event.message for event in told), "signing cannot be cancelled"
    desk.layers["alveolar"].paint(centre(Lobe.RUL, 2), 1)
    for index in range(SLICES):
        desk.room.go_to(index)
        clock.turn(desk, 0.2)
    go_on.set()
    qtbot.waitUntil(lambda: session.signed is not None and desk.busy is None, timeout=30000)
    assert desk.signed_in is not None
    signed = read_reading(desk.signed_in / "reading.json")
    assert (signed.reader, signed.remarks, signed.entries) == (stood.reader, "", stood.entries)
    assert signed.session.slices_seen == stood.session.slices_seen
    assert session.scheme.name == "kazerooni"
    assert not desk.layers["alveolar"].data.any()


def test_a_signature_that_fails_gives_the_reading_back(
    viewer: Any, scan: Scan, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it could not be kept, fields, marks and slices go on, and it can be signed under another name."""
    desk, clock, dock, dialog = _ready(viewer, scan)
    session = desk.open_session

    def full(*_: Any) -> Path:
        raise OutputError("no space is left on the disk")

    with monkeypatch.context() as patch:
        patch.setattr("napari_kazerooni.desk.sign", full)
        dialog.folder.setText(str(tmp_path / "kept"))
        dialog.sign_button.click()
        qtbot.waitUntil(lambda: desk.busy is None, timeout=30000)
    assert "No space is left on the disk" in dialog.message.text()
    assert all(field.isEnabled() for field in (dock.reader, dock.scheme, dialog.reader, dialog.sign_button))
    dialog.reader.setText("Reader B")
    dialog.reader.editingFinished.emit()
    assert (session.reader, desk.reader) == ("Reader B", "Reader B")
    desk.layers["alveolar"].paint(centre(Lobe.RUL, 2), 1)
    desk.layers["alveolar"].undo()
    desk.room.go_to(SLICES - 1)
    clock.turn(desk, 0.2)
    assert SLICES - 1 in session.looking.seen
    dialog.sign_button.click()
    qtbot.waitUntil(lambda: session.signed is not None and desk.busy is None, timeout=30000)
    assert session.signed is not None
    assert session.signed.reader == "Reader B"
    assert not dialog.isVisible()
