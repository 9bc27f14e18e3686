"""Ticking: lets time pass at the desk of a window, and keeps the draft when the window closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qtpy.QtCore import QEvent, QObject, QTimer

from napari_kazerooni.garbage import search_all
from napari_kazerooni.later import later

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
        """Keep the draft when the window closes, and let no time pass then; whoever stays after all goes on."""
        kind = None if event is None else event.type()
        if kind == QEvent.Type.Close:
            self.timer.stop()
            search_all()
            self._desk.cancel()
            self._desk.keeping.flush()
            later(self, self._go_on)  # napari asks meanwhile, and may close nothing
        elif kind == QEvent.Type.Hide and not event.spontaneous():
            self.timer.stop()
        elif kind == QEvent.Type.Show:
            self.timer.start()
        return False

    def _go_on(self) -> None:
        if self.parent().isVisible():
            self.timer.start()


def start_ticking(desk: Desk, window: Any) -> None:
    """Let time pass at a desk, once for each window."""
    if window.findChild(Ticker, _NAME) is None:
        Ticker(desk, window)
