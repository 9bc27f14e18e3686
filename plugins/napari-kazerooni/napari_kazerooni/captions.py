"""Captions: the texts in the corners of the picture. Without Qt; `caption_labels` shows them."""

from __future__ import annotations

from typing import Final

from napari.utils.events import EmitterGroup, Event

CORNERS: Final = ("scan", "notices", "slice", "cursor")


class Captions:
    """Four texts by name: `scan` top left, `notices` top right, `slice` bottom left, `cursor` bottom right.

    `captions["slice"] = "..."` sets one; an empty text hides.

    Events: `text` (`event.name` has another one).
    """

    def __init__(self) -> None:
        self._texts = dict.fromkeys(CORNERS, "")
        self.events = EmitterGroup(source=self, text=Event)

    def __getitem__(self, name: str) -> str:
        return self._texts[name]

    def __setitem__(self, name: str, text: str) -> None:
        if self._texts[name] != text:
            self._texts[name] = text
            self.events.text(name=name)
