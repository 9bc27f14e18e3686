"""Captions: the texts in the corners of the canvas."""

from __future__ import annotations

import string
from typing import Any, Final

from napari.components.overlays import TextOverlay

_COLOUR = (0.93, 0.93, 0.80, 1.0)
_WARNING = (1.0, 0.75, 0.30, 1.0)
CORNERS: Final = ("scan", "notices", "slice", "cursor")
_LETTERS: Final = string.digits + string.ascii_letters + string.punctuation
# In a narrow canvas the words under the cursor would run into the two lines on the left: they stand above these.
_LIFT = {"cursor": "\n \n "}


class Captions:
    """Four texts by name: `scan` top left, `notices` top right, `slice` bottom left, `cursor` bottom right.

    `captions["slice"] = "..."` sets one; an empty text hides.
    """

    def __init__(self, viewer: Any) -> None:
        self._overlays = {
            "scan": _overlay("top_left", _COLOUR),
            "notices": _overlay("top_right", _WARNING),
            "slice": _overlay("bottom_left", _COLOUR),
            "cursor": _overlay("bottom_right", _COLOUR),
        }
        for name, overlay in self._overlays.items():
            viewer.canvas.overlays[f"kazerooni_{name}"] = overlay

    def warm(self) -> None:
        """Let every letter be drawn once, unseen, in each text: the first time takes milliseconds a letter."""
        for overlay in self._overlays.values():
            if not overlay.visible:
                overlay.opacity, overlay.text, overlay.visible = 0.0, _LETTERS, True

    def end_warming(self) -> None:
        """Show what is said from now on."""
        for overlay in self._overlays.values():
            if overlay.text == _LETTERS:
                overlay.text, overlay.visible = "", False
            overlay.opacity = 1.0

    def __getitem__(self, name: str) -> str:
        return str(self._overlays[name].text).removesuffix(_LIFT.get(name, ""))

    def __setitem__(self, name: str, text: str) -> None:
        overlay = self._overlays[name]
        if overlay.opacity != 1.0:
            overlay.opacity = 1.0
        text = text + _LIFT.get(name, "") if text else ""
        if overlay.text != text:
            overlay.text = text
        if overlay.visible != bool(text):
            overlay.visible = bool(text)


def _overlay(position: str, colour: tuple[float, ...]) -> TextOverlay:
    return TextOverlay(position=position, color=colour, box=False, font_size=8, visible=False)
