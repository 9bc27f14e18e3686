"""Looking: which slices were on the screen long enough to be seen, and by which windows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kazerooni.model import Window
from kazerooni.scoring import SEEN_FROM_S, shows_lung


@dataclass(frozen=True, slots=True)
class _Shown:
    index: int
    window: Window
    since_s: float


class Looking:
    """What was on the screen. Times are seconds of a clock that never goes back, handed in by the viewer.

    seen: indices (of the scan) of the slices that were on the screen at lung window for 0.1 s at least.
    windows: the windows under which a slice was on the screen as long, in the order of their first use.
    """

    def __init__(self, seen: Iterable[int] = (), windows: Iterable[Window] = ()) -> None:
        self.seen = set(seen)
        self.windows = list(windows)
        self._shown: _Shown | None = None

    def show(self, index: int, window: Window, at_s: float) -> bool:
        """Tell that a slice is on the screen from now on; gives whether a slice was newly seen."""
        newly = self.tick(at_s)
        now = self._shown
        if now is None or (now.index, now.window) != (index, window):
            self._shown = _Shown(index, window, at_s)
        return newly

    def hide(self, at_s: float) -> bool:
        """Tell that no axial slice is on the screen any more: another plane, another window, or the end."""
        newly = self.tick(at_s)
        self._shown = None
        return newly

    def tick(self, at_s: float) -> bool:
        """Tell the time while nothing changes; gives whether the slice on the screen was newly seen."""
        now = self._shown
        if now is None or at_s - now.since_s < SEEN_FROM_S:
            return False
        if now.window not in self.windows:
            self.windows.append(now.window)
        if now.index in self.seen or not shows_lung(now.window):
            return False
        self.seen.add(now.index)
        return True
