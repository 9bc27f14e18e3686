"""Desk: the desk of a viewer with scans opened at once, and readings that are typed and signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kazerooni.dicom import Series, find_series, read_volume
from kazerooni.model import Component, Lobe, Reading
from napari_kazerooni.desk import Desk, desk_of
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting
from napari_kazerooni.signing import sign
from tests.plugins.builders import FIVE, START, clock, see_all


def desk_in(viewer: Any, folder: Path) -> Desk:
    """Give the desk of a viewer that keeps signed readings in a folder, and drafts beside them."""
    desk = desk_of(viewer)
    desk.reading_folder = folder
    desk.keeping.folder = folder / "drafts"
    desk.reader = "Reader A"
    return desk


def open_scan(desk: Desk, found: list[Series], series: Series, *, blinded: bool = False) -> ReadingSession:
    """Open one of some series that were found, at once; a reading of it begins."""
    desk.blinded = blinded
    desk.room.take_found(found)
    desk.room.show(read_volume(series), series=series)
    return desk.open_session


def found_in(*folders: Path) -> list[Series]:
    """Find the series in folders, the earliest first."""
    found = [series for folder in folders for series in find_series(folder)]
    return sorted(found, key=lambda series: str(series.study_date))


def typed_session(series: Series, percent: str, *, reader: str = "Reader A") -> ReadingSession:
    """Read a series by typing: a percent of ground glass in RLL, nothing in the other lobes, all of it looked at."""
    setting = Setting(reading_id=f"R-signed-{series.study_date}-{reader[-1]}", started=START)
    session = ReadingSession(read_volume(series), setting, reader=reader)
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    session.say.type_percent(Lobe.RLL, Component.ALVEOLAR, percent)
    see_all(session)
    return session


def signed_typed(series: Series, folder: Path, percent: str, *, reader: str = "Reader A") -> Reading:
    """Sign such a reading into a folder."""
    session = typed_session(series, percent, reader=reader)
    sign(session, series, folder, clock())
    assert session.signed is not None
    return session.signed
