"""A reading that was signed earlier is offered when its scan is opened again, to be amended; never to the blind."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QTimer

from kazerooni.dicom import Series, read_volume
from kazerooni.errors import ReadingError
from kazerooni.model import EARLIER_READING_SHOWN, Lobe, Reading
from kazerooni.phantom import sequential_hrct
from kazerooni.scoring import score
from napari_kazerooni.desk import Desk
from napari_kazerooni.desks import blind
from napari_kazerooni.docks import open_docks
from napari_kazerooni.draft import find_drafts
from napari_kazerooni.list_widget import ListWidget
from napari_kazerooni.listing import signed_of
from napari_kazerooni.reopen_widget import ReopenFrame
from napari_kazerooni.signing import reopen, sign
from tests.plugins.builders import box_lobes, clock, written_series
from tests.plugins.desk import desk_in, open_scan, signed_typed, typed_session
from tests.plugins.docks import marking_dock, score_dock

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
    return desk_in(viewer, tmp_path / "signed"), score_dock(viewer).reopen


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


def test_a_signed_reading_is_opened_for_looking(room: Opened, scan: Series, tmp_path: Path, qtbot: Any) -> None:
    """Its scores, marks and slices seen are those that were signed; no tool or field changes it; it can be amended."""
    desk, frame = room
    kept = tmp_path / "signed"
    old = signed_typed(scan, kept, "37", reader="Reader Z")
    before = {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()}
    open_scan(desk, [scan], scan)
    qtbot.waitUntil(lambda: not frame.isHidden(), timeout=30000)
    frame.look.click()
    qtbot.waitUntil(lambda: desk.open_session.signed is not None and desk.busy is None, timeout=30000)
    session = desk.open_session
    shown = session.signed
    assert shown is not None
    assert (shown.id, shown.entries, shown.session, shown.inputs) == (old.id, old.entries, old.session, old.inputs)
    assert session.score().totals == score(old, session.scheme).totals
    assert tuple(sorted(session.looking.seen)) == old.session.slices_seen
    assert desk.reader == "Reader A", "who sits here stays who it is"
    dock, marking = score_dock(desk.viewer), marking_dock(desk.viewer)
    assert frame.isHidden()
    assert not dock.signed.isHidden()
    assert not any(part.isEnabled() for part in (dock.buttons, dock.reader, dock.remarks, dock.scheme, dock.pattern))
    assert not any(group.isEnabled() for group in marking.groups)
    assert not any(layer.editable for layer in desk.layers.all)
    assert not desk.do(lambda say: say.nothing_found(Lobe.RUL))
    desk.layers["alveolar"].paint((2, 30, 30), 1)
    assert not session.canvas.labels("alveolar").any()
    desk.keeping.flush()
    assert {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()} == before
    dock.signed.reason.setText("a second look")
    dock.signed.amend.click()
    qtbot.waitUntil(lambda: desk.open_session.setting.supersedes is not None, timeout=30000)
    assert desk.open_session.setting.supersedes.reading == old.id  # type: ignore[union-attr]
    assert dock.buttons.isEnabled()
    assert all(layer.editable for layer in desk.layers.all)


def is_shown(desk: Desk, reading: Reading) -> bool:
    """Tell whether a desk shows a signed reading."""
    signed = None if desk.session is None else desk.session.signed
    return signed is not None and signed.id == reading.id


def test_the_reading_list_shows_a_signed_reading(room: Opened, scan: Series, tmp_path: Path, qtbot: Any) -> None:
    """A double click on a signed line opens its reading for looking; in a study that hides who it is, a new one."""
    desk, _ = room
    old = signed_typed(scan, tmp_path / "signed", "37")
    dock = ListWidget(desk.viewer)
    desk.viewer.window.add_dock_widget(dock, area="right")
    dock.look_at(tmp_path / "scan")
    qtbot.waitUntil(lambda: dock.tree.topLevelItemCount() == 1, timeout=30000)
    assert dock.tree.topLevelItem(0).text(2) == "signed"
    dock.tree.itemDoubleClicked.emit(dock.tree.topLevelItem(0), 0)
    qtbot.waitUntil(lambda: is_shown(desk, old), timeout=30000)
    dock.make_study()
    qtbot.waitUntil(lambda: dock.busy.job is None and dock.list is not None and dock.list.is_kept, timeout=30000)
    looked_at = desk.session
    dock.tree.itemDoubleClicked.emit(dock.tree.topLevelItem(0), 0)
    qtbot.waitUntil(lambda: desk.session is not looked_at, timeout=30000)
    qtbot.waitUntil(lambda: dock.busy.job is None and desk.busy is None, timeout=30000)
    assert desk.open_session.signed is None
    assert not desk.open_session.said.entries
    desk.layers.tell_strokes()


def test_a_map_that_was_changed_is_not_shown_as_signed(scan: Series, tmp_path: Path) -> None:
    """The reading holds digests of its maps: one that was changed, or is gone, is refused by name."""
    volume = read_volume(scan)
    session = typed_session(scan, "37")
    session.canvas.replace("lobes", box_lobes(volume.hu.shape))
    place = sign(session, scan, tmp_path / "signed", clock())
    again = reopen(place, scan, volume, clock())
    assert np.array_equal(again.canvas.labels("lobes"), session.canvas.labels("lobes"))
    assert again.reading().tally is not None
    file = place / "lobes.dcm"
    file.write_bytes(file.read_bytes() + b"\0\0")
    with pytest.raises(ReadingError, match=r"lobes\.dcm of reading .* is not the one that was signed"):
        reopen(place, scan, volume, clock())
    file.unlink()
    with pytest.raises(ReadingError, match=r"lobes\.dcm of reading"):
        reopen(place, scan, volume, clock())


def turns_of(desk: Desk, swapped: list[str]) -> QTimer:
    """Note each other map that a layer shows, and `-` for each turn of Qt's loop."""
    for name in ("lobes", "alveolar", "interstitial"):
        desk.layers[name].events.set_data.connect(partial(_note_swap, desk, name, swapped))
    desk.events.opened.connect(lambda: swapped.append("opened"))
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: swapped.append("-"))
    timer.start()
    return timer


def _note_swap(desk: Desk, name: str, swapped: list[str], _: object = None) -> None:
    assert desk.busy is not None or swapped[-1:] == ["opened"]
    if name not in swapped:
        swapped.append(name)


@pytest.mark.parametrize("way", ["look", "amend"])
def test_the_maps_of_a_reading_come_one_in_a_turn(
    way: str, room: Opened, scan: Series, tmp_path: Path, qtbot: Any
) -> None:
    """Each map is shown in a turn of Qt's loop of its own, then the reading begins; nothing is changed meanwhile."""
    desk, _ = room
    signed_typed(scan, tmp_path / "signed", "37")
    before = open_scan(desk, [scan], scan)
    place = signed_of(tmp_path / "signed", scan)[0].folder
    told: list[str] = []
    desk.events.told.connect(lambda event: told.append(event.message))
    happened: list[str] = []
    timer = turns_of(desk, happened)

    def act_meanwhile() -> None:
        if desk.session is before and "alveolar" in happened and not told:
            desk.do(lambda say: say.nothing_found(Lobe.RUL))
            desk.layers["lobes"].paint((2, 30, 30), 1)

    timer.timeout.connect(act_meanwhile)
    if way == "look":
        desk.look_at_signed(place)
    else:
        desk.amend("a second look", place)
    qtbot.waitUntil(lambda: desk.session is not before and desk.busy is None, timeout=30000)
    timer.stop()
    order = [one for one in happened if one != "-"]
    assert order == ["lobes", "alveolar", "interstitial", "opened"]
    parts = "".join(one if one == "-" else one[0] for one in happened).strip("-")
    assert all(one not in parts for one in ("la", "ai", "io")), "two in one turn"
    assert any("wait until it is done" in words for words in told)
    assert not before.said.entries
    assert not before.canvas.labels("lobes").any()
    assert not desk.open_session.canvas.labels("lobes").any()


def test_what_is_not_opened_leaves_the_draft_to_be_saved(
    room: Opened, scan: Series, tmp_path: Path, qtbot: Any
) -> None:
    """While something else runs no reading is opened, and what was said is saved afterwards all the same."""
    desk, _ = room
    signed_typed(scan, tmp_path / "signed", "37")
    session = open_scan(desk, [scan], scan)
    place = signed_of(tmp_path / "signed", scan)[0].folder
    session.say.nothing_found(Lobe.RUL)
    go_on = threading.Event()
    desk.start("Waiting", lambda *_: go_on.wait(20), lambda _: None)
    desk.look_at_signed(place)
    go_on.set()
    qtbot.waitUntil(lambda: desk.busy is None, timeout=20000)
    assert desk.session is session
    desk.keeping.flush()
    assert len(find_drafts(desk.keeping.folder)) == 1


def test_a_reading_does_not_open_in_a_window_that_was_closed(
    room: Opened, scan: Series, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever closes the window while a signed reading is read gets no layers in a viewer that has gone."""
    desk, _ = room
    signed_typed(scan, tmp_path / "signed", "37")
    before = open_scan(desk, [scan], scan)
    place = signed_of(tmp_path / "signed", scan)[0].folder
    reached, go_on = threading.Event(), threading.Event()

    def slowly(*given: Any) -> Any:
        reached.set()
        assert go_on.wait(20)
        return reopen(*given)

    monkeypatch.setattr("napari_kazerooni.desk.reopen", slowly)
    desk.look_at_signed(place)
    qtbot.waitUntil(reached.is_set, timeout=20000)
    desk.viewer.close()
    go_on.set()
    qtbot.waitUntil(lambda: desk.busy is None, timeout=20000)
    assert desk.session is before
    assert not desk.viewer.layers


@pytest.mark.parametrize("blinded", [False, True])
def test_a_reading_that_follows_a_look_tells_of_it(
    room: Opened, scan: Series, tmp_path: Path, qtbot: Any, *, blinded: bool
) -> None:
    """Who looked at a signed reading and reads the scan anew signs that its score was shown; the blind do not see it.

    Of another scan nothing is told, and nothing of the reading that an amendment amends.
    """
    desk, frame = room
    old = signed_typed(scan, tmp_path / "signed", "37", reader="Reader Z")
    assert open_scan(desk, [scan], scan).others == ()
    qtbot.waitUntil(lambda: not frame.isHidden(), timeout=30000)
    frame.look.click()
    qtbot.waitUntil(lambda: is_shown(desk, old) and desk.busy is None, timeout=30000)
    desk.amend("a second look")
    qtbot.waitUntil(lambda: not is_shown(desk, old) and desk.busy is None, timeout=30000)
    assert (desk.open_session.others, desk.open_session.prior_shown) == ((), "score")
    assert (desk.reader, desk.open_session.reader) == ("Reader A", "Reader A"), "who sits here amends"
    dock = score_dock(desk.viewer)
    assert (dock.others.text(), dock.others.isHidden()) == ("This is an amendment: a second look.", False)
    session = open_scan(desk, [scan], scan, blinded=blinded)
    (notice,) = session.reading().notices[-1:]
    assert (notice.code, notice.severity) == (EARLIER_READING_SHOWN, "warning")
    assert old.id in notice.message
    assert "Reader Z" in notice.message
    assert session.reading().session.prior_shown == "score"
    assert dock.others.isHidden() is blinded
    other = written_series(sequential_hrct(slices=4, rows=60, columns=60, patient_id="P9"), tmp_path / "other")[0]
    assert open_scan(desk, [other], other).others == ()


def test_why_nothing_can_be_painted_stands_after_a_failed_amendment(
    room: Opened, scan: Series, tmp_path: Path, qtbot: Any
) -> None:
    """A signed reading whose amendment could not be opened says that it is signed, not that something is waited for."""
    desk, frame = room
    signed_typed(scan, tmp_path / "signed", "37")
    open_scan(desk, [scan], scan)
    qtbot.waitUntil(lambda: not frame.isHidden(), timeout=30000)
    frame.look.click()
    qtbot.waitUntil(lambda: desk.open_session.signed is not None and desk.busy is None, timeout=30000)
    refused: list[str] = []
    desk.layers.events.refused.connect(lambda event: refused.append(event.reason))
    desk.layers["alveolar"].paint((2, 30, 30), 1)
    place = desk.signed_in
    assert place is not None
    (place / "reading.json").rename(place / "elsewhere.json")
    desk.amend("a second look")
    qtbot.waitUntil(lambda: desk.busy is None, timeout=30000)
    desk.layers["alveolar"].paint((2, 30, 30), 1)
    assert refused == ["This reading is signed and stays as it is: amend it to change something."] * 2


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
