"""Server: what a PACS is asked, whichever way it is spoken to; `open_server` chooses the way by the profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pydicom.dataset import Dataset

Level = Literal["STUDY", "SERIES", "IMAGE"]


@dataclass(frozen=True, slots=True)
class Instance:
    """One object of a series. sop_class: "" where the server does not tell it."""

    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class: str = ""


class Receiver(Protocol):
    """Who takes what a server sends."""

    def keep(self, wanted: Instance, data: bytes) -> None:
        """Take an object as the bytes of a DICOM file."""

    def lose(self, wanted: Instance, why: str) -> None:
        """Be told that an object cannot be had."""


class Server(Protocol):
    """A PACS. Every call may raise PacsError: PassingError where it may be repeated."""

    at_once: int
    """How many instances of a series are best fetched by one call."""

    def echo(self) -> None:
        """Ask whether the server is there and lets us in."""

    def find(self, level: Level, keys: Mapping[str, str]) -> list[Dataset]:
        """Ask for what matches; a key without a value is only returned."""

    def fetch(self, wanted: Sequence[Instance], receiver: Receiver, *, whole_series: bool) -> None:
        """Fetch objects of one series; `whole_series` says that they are all of it."""

    def send(self, item: Dataset) -> None:
        """Send one object, with its file meta; raises ObjectError where the server does not take it."""

    def close(self) -> None:
        """Let go of connections."""

    def interrupt(self) -> None:
        """End from another thread what is under way."""
