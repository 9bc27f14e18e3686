"""Desk: as much of a desk as the docks beside the score need: a session over the scan that the room shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari.utils.events import EmitterGroup, Event

from kazerooni.dicom import Series, find_series, read_volume
from kazerooni.model import Component, Lobe, Reading, Volume
from napari_kazerooni.room import Room, room_of
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting
from napari_kazerooni.signing import sign
from tests.plugins.builders import FIVE, START, clock, see_all


class SmallDesk:
    """A room with a session; `open` opens the scan at a path at once."""

    def __init__(self, viewer: Any, signing_folder: Path) -> None:
        self.room: Room = room_of(viewer)
        self.session: ReadingSession | None = None
        self.series: Series | None = None
        self.volume: Volume | None = None
        self.signing_folder = signing_folder
        self.events = EmitterGroup(source=self, opened=Event, changed=Event, signed=Event, told=Event)

    def open(self, found: list[Series], series: Series, *, blinded: bool = False) -> ReadingSession:
        """Open one of some series that were found, and begin a reading of it."""
        self.series, self.volume = series, read_volume(series)
        setting = Setting(reading_id=f"R-{series.study_date}", started=START, blinded=blinded)
        self.session = ReadingSession(self.volume, setting, reader="Reader A")
        self.room.found = tuple(found)
        self.room.show(self.volume)
        self.events.opened()
        return self.session


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
