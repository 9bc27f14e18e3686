"""Windowing: presets of the display window, and the window that a drag of the right mouse button makes. Pure."""

from __future__ import annotations

from typing import Final

from kazerooni.model import Window

LUNG: Final = Window(level_hu=-600.0, width_hu=1500.0)
MEDIASTINUM: Final = Window(level_hu=40.0, width_hu=400.0)
BONE: Final = Window(level_hu=400.0, width_hu=2000.0)
PRESETS: Final = {"lung": LUNG, "mediastinum": MEDIASTINUM, "bone": BONE}

# What a slider of the window spans: air to metal. Values beyond are shown as the nearest end.
RANGE_HU: Final = (-2048.0, 4096.0)
_NARROWEST_HU: Final = 1.0
# A drag over this many pixels of the screen changes width or level by the width that it began with.
_PIXELS_PER_WIDTH: Final = 400.0


def limits(window: Window) -> tuple[float, float]:
    """Give the HU that are shown black and white."""
    return window.level_hu - window.width_hu / 2, window.level_hu + window.width_hu / 2


def window_of(low: float, high: float) -> Window:
    """Give the window between the HU that are shown black and white."""
    return Window(level_hu=(low + high) / 2, width_hu=high - low)


def dragged(start: Window, right: float, down: float) -> Window:
    """Give the window after a drag by so many pixels: to the right is wider, downwards is a higher level (darker).

    Kept within RANGE_HU.
    """
    step = max(start.width_hu, _NARROWEST_HU) / _PIXELS_PER_WIDTH
    widest = RANGE_HU[1] - RANGE_HU[0]
    width = min(max(start.width_hu + right * step, _NARROWEST_HU), widest)
    level = start.level_hu + down * step
    return Window(min(max(level, RANGE_HU[0] + width / 2), RANGE_HU[1] - width / 2), width)


def name_of(window: Window) -> str:
    """Give the name of a preset, else "own"."""
    return next((name for name, preset in PRESETS.items() if preset == window), "own")
