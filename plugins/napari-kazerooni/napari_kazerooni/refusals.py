"""Refusals: why a stroke left no mark, told in a corner of the picture for a while, where the eyes are."""

from __future__ import annotations

from typing import Final

from napari_kazerooni.corner import notices_text
from napari_kazerooni.room import Room

SHOWN_S: Final = 4.0
_CORNER: Final = "notices"


class Refusals:
    """Shows the last refusal of a room in the corner of its notices, which come back afterwards."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._until_s: float | None = None

    def show(self, reason: str, at_s: float) -> None:
        """Show why a stroke was refused."""
        self._room.captions[_CORNER] = f"no mark: {reason}"
        self._until_s = at_s + SHOWN_S

    def tick(self, at_s: float) -> None:
        """Let time pass: the notices come back."""
        if self._until_s is not None and at_s >= self._until_s:
            self._until_s = None
            self._room.captions[_CORNER] = notices_text(self._room.unseen)
