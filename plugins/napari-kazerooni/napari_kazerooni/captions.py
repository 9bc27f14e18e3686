"""Captions: the texts in the corners of the canvas."""

from __future__ import annotations

from typing import Any

from napari.components.overlays import TextOverlay

_COLOUR = (0.93, 0.93, 0.80, 1.0)
_WARNING = (1.0, 0.75, 0.30, 1.0)
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

    def __getitem__(self, name: str) -> str:
        return str(self._overlays[name].text).removesuffix(_LIFT.get(name, ""))

    def __setitem__(self, name: str, text: str) -> None:
        overlay = self._overlays[name]
        text = text + _LIFT.get(name, "") if text else ""
        if overlay.text != text:
            overlay.text = text
        if overlay.visible != bool(text):
            overlay.visible = bool(text)


def _overlay(position: str, colour: tuple[float, ...]) -> TextOverlay:
    return TextOverlay(position=position, color=colour, box=False, font_size=8, visible=False)
