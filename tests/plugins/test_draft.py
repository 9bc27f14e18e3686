"""A draft holds everything that is needed to go on; a crash loses no more than what was not saved."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from time import perf_counter, sleep

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kazerooni.errors import OutputError, ReadingError
from kazerooni.model import (
    Component,
    Finding,
    Fissure,
    FissureName,
    FissurePoint,
    FissureSet,
    Geometry,
    Lobe,
    Notice,
    PointOrigin,
    ScanRef,
    State,
    Technique,
    Volume,
    Window,
)
from napari_kazerooni.autosave import DraftKeeper
from napari_kazerooni.canvas import Canvas
from napari_kazerooni.draft import BrokenDraft, Draft, find_drafts, read_draft, resume
from napari_kazerooni.layers import LAYER_NAMES
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting
from tests.plugins.builders import AXIAL, FIVE, START, paint_rows, small_session, small_volume

ROOT = Path(__file__).resolve().parents[2]


def _rich_session() -> ReadingSession:
    """Make a session with something of everything."""
    session = small_session()
    paint_rows(session, "alveolar", Lobe.RLL, 12, 1)
    paint_rows(session, "interstitial", Lobe.LLL, 4, 3)
    session.say.nothing_found(Lobe.RUL)
    session.say.type_percent(Lobe.RLL, Component.ALVEOLAR, "40.0")
    session.say.settle(Lobe.RLL, Component.ALVEOLAR, keep="typed")
    session.say.type_percent(Lobe.LUL, Component.INTERSTITIAL, "7.25", Finding.HONEYCOMBING)
    session.say.type_grade(Lobe.LUL, Component.ALVEOLAR, 2)
    session.say.set_state(Lobe.RML, Component.ALVEOLAR, State.NOT_ASSESSABLE, "collapse")
    session.say.tick_traction(Lobe.LLL, seen=True)
    session.say.set_pattern("UIP", "Reader A")
    session.say.set_remarks("schräg, ungewöhnlich")
    session.looking.show(3, Window(-600.0, 1500.0), 0.0)
    session.looking.hide(1.0)
    session.show_prior("scan")
    session.confirmed.add("coverage")
    point = FissurePoint((1.0, 2.0, 3.5), 1.0, PointOrigin.PLACED)
    session.lobe_notices = (Notice("lobes-proposed", "warning", "check them"),)
    session.say.begin_lobes(FissureSet((Fissure(FissureName.LEFT_OBLIQUE, points=(point,)),)))
    return session


def _same(one: ReadingSession, other: ReadingSession) -> None:
    for name in LAYER_NAMES:
        np.testing.assert_array_equal(one.canvas.labels(name), other.canvas.labels(name))
    np.testing.assert_array_equal(one.canvas.counts, other.canvas.counts)
    assert (one.said, one.setting, one.reader, one.scheme) == (other.said, other.setting, other.reader, other.scheme)
    assert (one.fissures, one.lobes_source, one.confirmed) == (other.fissures, other.lobes_source, other.confirmed)
    assert (one.looking.seen, one.looking.windows) == (other.looking.seen, other.looking.windows)
    assert (one.prior_shown, one.lobe_notices) == (other.prior_shown, other.lobe_notices)


def test_a_draft_holds_everything(tmp_path: Path) -> None:
    """A session that is resumed from its draft is the session that was saved, and can be painted in and undone."""
    session = _rich_session()
    DraftKeeper(session, tmp_path / "drafts").save()
    (draft,) = find_drafts(tmp_path / "drafts")
    assert isinstance(draft, Draft)
    again = resume(draft, small_volume())
    _same(session, again)
    paint_rows(again, "alveolar", Lobe.RUL, 4, 2)
    again.say.set_remarks("")
    assert again.say.undo() is not None


def test_only_what_changed_is_packed_again(tmp_path: Path) -> None:
    """Later saves hold what was painted, erased and typed since, although only changed slices are packed anew."""
    session = _rich_session()
    keeper = DraftKeeper(session, tmp_path)
    keeper.save()
    paint_rows(session, "alveolar", Lobe.RLL, 12, 0)
    paint_rows(session, "interstitial", Lobe.LUL, 3, 1)
    session.say.type_percent(Lobe.RUL, Component.ALVEOLAR, "3")
    keeper.save()
    draft = read_draft(keeper.path)
    _same(session, resume(draft, small_volume()))


def test_an_older_snapshot_takes_nothing_back(tmp_path: Path) -> None:
    """Of two snapshots that are written in the wrong order, as by a slow thread, the draft holds the later words."""
    session = _rich_session()
    keeper = DraftKeeper(session, tmp_path)
    older = keeper.snapshot()
    paint_rows(session, "alveolar", Lobe.RLL, 12, 0)
    session.say.type_percent(Lobe.RUL, Component.ALVEOLAR, "3")
    keeper.write(keeper.snapshot())
    keeper.write(older)
    _same(session, resume(read_draft(keeper.path), small_volume()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=40), st.integers(0, 10_000), st.booleans())
def test_a_damaged_draft_is_told(tmp_path: Path, rubbish: bytes, at: int, cut: bool) -> None:  # noqa: FBT001 - a switch
    """A draft with rubbish in it or cut off anywhere is told as broken or refused, or it was not touched; no crash."""
    session = _rich_session()
    keeper = DraftKeeper(session, tmp_path)
    data = keeper.pack(keeper.snapshot())
    where = at % len(data)
    spoiled = data[:where] if cut else data[:where] + rubbish + data[where + len(rubbish) :]
    keeper.path.write_bytes(spoiled)
    (found,) = find_drafts(tmp_path)
    if isinstance(found, BrokenDraft):
        assert keeper.path.name in found.why
        return
    try:
        again = resume(found, small_volume())
    except ReadingError:
        return
    np.testing.assert_array_equal(again.canvas.labels("alveolar"), session.canvas.labels("alveolar"))


def test_other_files_in_the_folder_are_told_or_left(tmp_path: Path) -> None:
    """An empty draft, one that is no archive, a half one of a writer and a draft of a later version crash nothing."""
    assert find_drafts(tmp_path / "nowhere") == ()
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / ".kazerooni-1.kazerooni-draft").write_text("half")
    (tmp_path / "a.kazerooni-draft").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "b.kazerooni-draft", "w") as archive:
        archive.writestr("draft.json", '{"draft_version": 99}')
    with zipfile.ZipFile(tmp_path / "c.kazerooni-draft", "w") as archive:
        archive.writestr("draft.json", "[]")
    found = {broken.path.name: broken.why for broken in find_drafts(tmp_path) if isinstance(broken, BrokenDraft)}
    assert sorted(found) == ["a.kazerooni-draft", "b.kazerooni-draft", "c.kazerooni-draft"]
    assert "of version 99, this program reads 1; update it" in found["b.kazerooni-draft"]
    assert "damaged or cut off" in found["a.kazerooni-draft"]


def test_a_draft_of_another_series_is_refused(tmp_path: Path) -> None:
    """A draft is resumed on the scan that it was made of only."""
    keeper = DraftKeeper(_rich_session(), tmp_path)
    keeper.save()
    volume = small_volume()
    other = Volume(volume.hu, volume.geometry, ScanRef(series_uid="1.2.4"), Technique())
    with pytest.raises(ReadingError, match="is of another series; open the series that it was made of"):
        resume(read_draft(keeper.path), other)


def test_saving_is_due_every_five_seconds_and_on_every_slice(tmp_path: Path) -> None:
    """Nothing is saved that did not change; a change is after 5 s, of marks or words when the slice changes."""
    session = small_session()
    keeper = DraftKeeper(session, tmp_path)
    assert keeper.is_due(100.0)
    keeper.save(100.0)
    assert not keeper.is_due(200.0)
    session.say.set_remarks("x")
    assert (keeper.is_due(104.9), keeper.is_due(105.0)) == (False, True)
    assert keeper.is_due(101.0, slice_changed=True)
    keeper.save(101.0)
    session.looking.seen.add(4)
    assert not keeper.is_due(101.1, slice_changed=True), "paging alone saves nothing"
    assert keeper.is_due(107.0), "what was seen is not lost either"
    keeper.save(107.0)
    session.reader = "Reader B"
    assert keeper.is_due(113.0)
    keeper.remove()
    assert find_drafts(tmp_path) == ()


def test_a_full_disk_is_told_and_the_draft_before_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the draft cannot be written the one before stays, and saving stays due."""
    session = small_session()
    keeper = DraftKeeper(session, tmp_path)
    keeper.save(1.0)
    before = keeper.path.read_bytes()
    session.say.set_remarks("more")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _full)
        with pytest.raises(OutputError, match="No space left on device"):
            keeper.save(7.0)
    assert keeper.path.read_bytes() == before
    assert keeper.is_due(99.0)
    keeper.save(99.0)
    assert resume(read_draft(keeper.path), small_volume()).said.remarks == "more"


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_killed_program_leaves_its_draft(tmp_path: Path) -> None:
    """A program that is killed (SIGKILL) at any moment leaves a whole draft, its last one or the next."""
    for patience_s in (0.0, 0.013, 0.031):
        folder = tmp_path / f"{patience_s}"
        folder.mkdir()
        program = subprocess.Popen(
            [sys.executable, "-m", "tests.plugins.draft_until_killed", str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins/napari-kazerooni")])},
        )
        assert program.stdout is not None
        for _ in range(20):
            assert program.stdout.readline()
        sleep(patience_s)
        program.send_signal(signal.SIGKILL)
        told = [int(line) for line in program.stdout.read().split() if line.strip().isdigit()]
        program.stdout.close()
        assert program.wait() == -signal.SIGKILL
        last = max(told, default=20)
        (draft,) = find_drafts(folder)
        assert isinstance(draft, Draft), draft
        session = resume(draft, small_volume())
        marked = int(np.count_nonzero(session.canvas.labels("alveolar")))
        assert marked in (last, last + 1)
        assert session.said.remarks in (f"{marked} pixels", f"{marked - 1} pixels")
        assert session.places.holds(FIVE[0])


def test_a_large_scan_is_saved_quickly(tmp_path: Path) -> None:
    """The draft of 600 slices of 512 x 512 is saved again in under 300 ms after a stroke (the median of five)."""
    origins = np.zeros((600, 3))
    origins[:, 2] = np.arange(600) * 0.6
    geometry = Geometry((600, 512, 512), (0.7, 0.7), origins, AXIAL, 0.6)
    volume = Volume(np.zeros((600, 512, 512), np.int16), geometry, ScanRef(), Technique())
    lobes = np.zeros((600, 512, 512), np.uint8)
    lobes[50:550, 100:400, 60:240], lobes[50:550, 120:400, 270:450] = Lobe.RLL, Lobe.LLL
    canvas = Canvas(volume, {"lobes": lobes})
    session = ReadingSession(volume, Setting(reading_id="R-large", started=START), canvas=canvas)
    keeper = DraftKeeper(session, tmp_path)
    keeper.save()
    took, held = [], []
    for index in range(100, 105):
        box = (slice(120, 160), slice(80, 120))
        session.apply_box("alveolar", index, box, np.zeros((40, 40), np.uint8), np.ones((40, 40), np.uint8))
        began = perf_counter()
        taken = keeper.snapshot()
        held.append(perf_counter() - began)
        keeper.write(taken)
        took.append(perf_counter() - began)
    assert np.median(took) < 0.3
    assert np.median(held) < 0.05, "the window stands still for the snapshot only"
