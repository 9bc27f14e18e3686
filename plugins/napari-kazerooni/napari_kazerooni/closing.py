"""Closing: tells a dock that it, or the window around it, goes, so that it can end its work and free its canvas."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QEvent, QObject, Signal
from qtpy.QtWidgets import QWidget


class ClosingWatch(QObject):
    """Watches a dock, its parent, and the window that it is in: `closing` tells that either goes.

    It holds nothing of its own: Qt asks it even while Python takes it apart.
    """

    closing = Signal()

    def __init__(self, dock: QWidget) -> None:
        super().__init__(dock)
        dock.installEventFilter(self)

    def watch_window(self) -> None:
        """Watch the window that the dock is in now."""
        window = self.parent().window()
        window.removeEventFilter(self)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: Any) -> bool:  # noqa: N802 - Qt's name
        """Tell when the dock is taken out of its window or the window closes; nothing is held back."""
        dock = self.parent()
        if event is None or watched is None or dock is None:
            return False
        kind = event.type()
        is_out = watched is dock and kind == QEvent.Type.ParentChange and dock.parent() is None
        if is_out or (kind == QEvent.Type.Close and watched.isWidgetType() and (watched is dock or watched.isWindow())):
            self.closing.emit()
        return False
