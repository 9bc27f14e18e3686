"""Drops: folders and files that are dropped anywhere on the window come to the series dock first.

The same watch tells when the window closes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qtpy.QtCore import QEvent, QObject, Signal
from qtpy.QtWidgets import QWidget

from napari_kazerooni.reader import holds_ct


class DropFilter(QObject):
    """Takes drops that hold a CT, and leaves all others to napari (which would ask which reader to use)."""

    dropped = Signal(list)
    closing = Signal()

    def watch(self, widget: QWidget) -> None:
        """Watch a widget and all within it that take drops."""
        widget.setAcceptDrops(True)
        for part in (widget, *widget.findChildren(QWidget)):
            if part.acceptDrops():
                part.removeEventFilter(self)
                part.installEventFilter(self)

    def _tell_closing(self, watched: Any) -> None:
        if watched.isWindow():
            self.closing.emit()

    def eventFilter(self, watched: QObject | None, event: Any) -> bool:  # noqa: N802 - Qt's name
        """Take a drop of local paths where one of them holds a CT; tell of a window that closes."""
        if event is not None and event.type() == QEvent.Type.Close and watched is not None and watched.isWidgetType():
            self._tell_closing(watched)
        if event is None or event.type() not in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            return False
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if event.type() == QEvent.Type.DragEnter:
            event.setAccepted(bool(paths))
            return bool(paths)
        ours = [path for path in paths if holds_ct(path)]
        if ours:
            event.acceptProposedAction()
            self.dropped.emit(ours)
        return bool(ours)
