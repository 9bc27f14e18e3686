"""Drafts are looked at once, and each reader who goes on with one makes a reading of his own."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kazerooni.dicom import find_series
from kazerooni.model import Lobe, Volume
from napari_kazerooni.autosave import DraftKeeper
from napari_kazerooni.draft import BrokenDraft, Draft
from napari_kazerooni.known_drafts import KnownDrafts
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting
from tests.plugins.builders import START, small_volume
from tests.plugins.desk import desk_in, open_scan
from tests.plugins.desks import heard

SAMPLE = Path(__file__).resolve().parents[2] / "sample_scans" / "1999"


def test_the_draft_of_another_reader_stays_his(make_napari_viewer: Any, tmp_path: Path, qtbot: Any) -> None:
    """On one computer a second reader who goes on with a draft gets one of his own and is told; the first one stays."""
    (series,) = find_series(SAMPLE)
    desk = desk_in(make_napari_viewer(), tmp_path)
    session = open_scan(desk, [series], series)
    session.say.nothing_found(Lobe.RUL)
    desk.keeping.flush()
    (first,) = desk.keeping.folder.glob("*.kazerooni-draft")
    before, told = first.read_bytes(), heard(desk.events.told)
    desk.reader = "Reader B"
    second = open_scan(desk, [series], series)
    qtbot.waitUntil(lambda: bool(desk.keeping.found), timeout=20000)
    desk.resume(desk.keeping.found[0])
    qtbot.waitUntil(lambda: desk.session is not second and desk.busy is None, timeout=20000)
    own = desk.open_session
    assert (own.reader, own.setting.reading_id != session.setting.reading_id) == ("Reader B", True)
    assert "You began with the draft of Reader A, who keeps it" in told[-1].message
    own.say.nothing_found(Lobe.RML)
    desk.keeping.flush()
    assert first.read_bytes() == before
    assert len(list(desk.keeping.folder.glob("*.kazerooni-draft"))) == 2


def test_a_draft_that_has_not_changed_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of twenty drafts each is opened once; later only the one that changed, and that of the series that is wanted."""
    folder, known = tmp_path / "drafts", KnownDrafts()
    for number in range(20):
        series_uid = f"1.2.{number}"
        made = small_volume()
        volume = Volume(made.hu, made.geometry, replace(made.scan, series_uid=series_uid), made.technique)
        session = ReadingSession(volume, Setting(reading_id=f"R-{number}", started=START))
        DraftKeeper(session, folder).save()
    opened: list[str] = []
    really = zipfile.ZipFile

    def counted(path: Path, *rest: Any) -> zipfile.ZipFile:
        opened.append(path.name)
        return really(path, *rest)

    monkeypatch.setattr(zipfile, "ZipFile", counted)
    assert len(known.heads(folder)) == 20
    assert sorted(opened) == sorted(path.name for path in folder.iterdir())
    opened.clear()
    (own,) = known.of("1.2.7", folder)
    assert isinstance(own, Draft)
    assert (own.reading.id, opened) == ("R-7", ["R-7.kazerooni-draft"])
    opened.clear()
    (folder / "R-3.kazerooni-draft").write_bytes(b"half")
    heads = known.heads(folder)
    assert (opened, sum(isinstance(head, BrokenDraft) for head in heads)) == (["R-3.kazerooni-draft"], 1)
