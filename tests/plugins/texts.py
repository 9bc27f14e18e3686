"""Texts: every word that a window of napari shows or would show under the mouse, to look for what must stay hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.text import Text
from napari.components.overlays import TextOverlay
from napari.qt import QtViewer
from qtpy.QtCore import QModelIndex, Qt
from qtpy.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDockWidget,
    QMainWindow,
    QMenu,
    QTabBar,
    QTreeView,
    QWidget,
)

_NAMES = (
    "text",
    "toolTip",
    "statusTip",
    "whatsThis",
    "accessibleName",
    "accessibleDescription",
    "windowTitle",
    "windowFilePath",
    "title",
    "placeholderText",
    "toPlainText",
    "currentText",
    "currentMessage",
    "format",
)
_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.StatusTipRole,
    Qt.ItemDataRole.WhatsThisRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
    Qt.ItemDataRole.EditRole,
)


def shown_texts(viewer: Any) -> list[tuple[str, str]]:
    """Give all texts in sight in the window of a viewer, each with the kind of widget that shows it.

    Docks behind other tabs and menus count as in sight, what is hidden by itself does not. A test window is never put
    on the screen, so nothing in it is visible in Qt's sense.
    """
    window = viewer.window._qt_window
    found = [("viewer", text) for text in _of_model(viewer)]
    for widget in (window, *window.findChildren(QWidget)):
        if _is_in_sight(widget, window):
            found += [(type(widget).__name__, text) for text in _of_widget(widget) if text]
    return found


def _is_in_sight(widget: Any, window: QMainWindow) -> bool:
    part = widget
    while part is not None and part is not window:
        if part.isHidden() and not isinstance(part, QDockWidget | QMenu):
            return False
        part = part.parentWidget()
    return True


def _of_widget(widget: Any) -> Iterator[str]:
    for name in _NAMES:
        say = getattr(widget, name, None)
        if callable(say):
            said = say()
            if isinstance(said, str):
                yield said
    for action in widget.actions():
        yield from (action.text(), action.toolTip(), action.statusTip(), action.iconText())
    yield from _of_parts(widget)


def _of_parts(widget: Any) -> Iterator[str]:
    """Give the words of tabs, items, plots and pictures."""
    if isinstance(widget, QTabBar):
        for at in range(widget.count()):
            yield from (widget.tabText(at), widget.tabToolTip(at))
    if isinstance(widget, QComboBox):
        yield from _of_items(widget.model(), QModelIndex())
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        hides = widget.isRowHidden if isinstance(widget, QTreeView) else None
        yield from _of_items(widget.model(), QModelIndex(), hides)
        yield from _of_heads(widget.model())
    if isinstance(widget, FigureCanvasQTAgg):
        yield from (part.get_text() for part in widget.figure.findobj(Text))
    if isinstance(widget, QtViewer):
        yield from _of_model(widget.viewer)


def _of_items(model: Any, parent: QModelIndex, hides: Any = None) -> Iterator[str]:
    for row in range(model.rowCount(parent)):
        if hides is not None and hides(row, parent):
            continue
        for column in range(model.columnCount(parent)):
            index = model.index(row, column, parent)
            yield from (str(said) for role in _ROLES if isinstance(said := model.data(index, role), str))
            if column == 0 and hides is not None:
                yield from _of_items(model, index, hides)


def _of_heads(model: Any) -> Iterator[str]:
    for axis, count in ((Qt.Orientation.Horizontal, model.columnCount()), (Qt.Orientation.Vertical, model.rowCount())):
        for at in range(count):
            yield from (str(said) for role in _ROLES if isinstance(said := model.headerData(at, axis, role), str))


def _of_model(viewer: Any) -> Iterator[str]:
    """Give the words over the picture, and what napari tells of the viewer and its layers."""
    yield viewer.title
    yield str(viewer.status)
    yield str(viewer.help)
    yield str(viewer.tooltip.text)
    overlays = (over for over in viewer.canvas.overlays.values() if over.visible)
    yield from (over.text for over in overlays if isinstance(over, TextOverlay))
    for layer in viewer.layers:
        yield layer.name
        yield str(layer.get_source_str())
        shown = list(viewer.dims.displayed)
        yield str(layer.get_status(viewer.cursor.position, view_direction=None, dims_displayed=shown))
