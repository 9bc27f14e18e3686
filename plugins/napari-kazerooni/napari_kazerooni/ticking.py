"""Ticking: lets time pass at the desk of a window, and keeps the draft when the window closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qtpy.QtCore import QEvent, QObject, QTimer

if TYPE_CHECKING:
    from napari_kazerooni.desk import Desk

_EVERY_MS: Final = 50
_NAME: Final = "kazerooni-ticker"


class Ticker(QObject):
    """Calls `tick` of a desk as long as its window is open."""

    def __init__(self, desk: Desk, window: Any) -> None:
        super().__init__(window)
        self.setObjectName(_NAME)
        self._desk = desk
        self.timer = QTimer(self)
        self.timer.timeout.connect(desk.tick)
        self.timer.start(_EVERY_MS)
        window.installEventFilter(self)

    def eventFilter(self, _: QObject | None, event: Any) -> bool:  # noqa: N802 - Qt's name
        """Keep the draft when the window closes."""
        if event is not None and event.type() == QEvent.Type.Close:
            self.timer.stop()
            self._desk.cancel()
            self._desk.keeping.flush()
        return False


def start_ticking(desk: Desk, window: Any) -> None:
    """Let time pass at a desk, once for each window."""
    if window.findChild(Ticker, _NAME) is None:
        Ticker(desk, window)
