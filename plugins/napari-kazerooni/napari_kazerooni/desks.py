"""Desks: what the docks beside the score want of the desk that ties room, reading and layers together."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

from platformdirs import user_documents_path

from kazerooni.dicom import Series
from kazerooni.model import Volume
from napari_kazerooni.room import Room
from napari_kazerooni.session import ReadingSession

_FOLDER: Final = "kazerooni readings"


class DeskLike(Protocol):
    """A viewer with a reading in it; all of it is None before a scan is opened.

    Events: `opened` (another scan, another session), `changed` (something was painted, typed or ticked), `signed`,
    `told` (`event.message` is for the reader).
    """

    room: Room
    session: ReadingSession | None
    series: Series | None
    volume: Volume | None
    events: Any


def desk_of(viewer: Any) -> DeskLike:
    """Give the desk of a viewer, made when it is first asked for."""
    desk: DeskLike = import_module("napari_kazerooni.desk").desk_of(viewer)
    return desk


def signing_folder(desk: DeskLike) -> Path:
    """Give the folder that signed readings are kept in: what the desk says, else one among the user's documents."""
    told: Path | None = getattr(desk, "signing_folder", None)
    return told or user_documents_path() / _FOLDER


def drafts_folder(desk: DeskLike) -> Path:
    """Give the folder that drafts are kept in: what the desk says, else that of the signed readings."""
    told: Path | None = getattr(desk, "drafts_folder", None)
    return told or signing_folder(desk)


def is_hidden(session: ReadingSession | None) -> bool:
    """Tell whether other visits and their scores are hidden: the reading is blinded, and not signed."""
    return session is not None and session.setting.blinded and session.signed is None
