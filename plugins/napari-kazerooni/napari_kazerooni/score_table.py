"""Score table: the rows of one component, live, with cells that are typed into. Wiring only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from qtpy.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableWidget, QTableWidgetItem

from kazerooni.model import Component, Lobe
from napari_kazerooni.beside import BesideCell
from napari_kazerooni.cells import Cell, Column, What, cell, columns_of, head
from napari_kazerooni.dock import DockRow

_WARNING: Final = QColor(255, 190, 80)
# napari leaves headers to the style of the system, which draws each as a button of its own, a pixel beside its cells.
_FLAT: Final = """
QHeaderView, QHeaderView::section, QTableCornerButton::section { background-color: transparent; border: none; }
QHeaderView::section:horizontal { padding: 2px 0; }
QHeaderView::section:vertical { padding: 0 4px; }
"""
_ROW_HEIGHT: Final = 22
_FRAME: Final = 9
_NARROWEST: Final = 36
_YEAR_AND_MONTH: Final = len("2026-01")
_Action = QAbstractItemView.CursorAction


class ScoreTable(QTableWidget):
    """One component: a row a lobe. Tab goes from cell to cell that can be typed into, and out at the end.

    typed(lobe, column, text): something was typed. chosen(lobe): another row.
    """

    typed = Signal(object, object, str)
    chosen = Signal(object)

    def __init__(self, component: Component) -> None:
        columns = columns_of(component)
        super().__init__(0, len(columns))
        self.component, self.columns = component, columns
        self.lobes: tuple[Lobe, ...] = ()
        self._shown: dict[tuple[int, int], Cell] = {}
        self.setAccessibleName(f"{component.value} scores")
        self.setStyleSheet(_FLAT)
        for at, column in enumerate(columns):
            words, tip = head(column)
            item = QTableWidgetItem(words)
            item.setToolTip(tip)
            self.setHorizontalHeaderItem(at, item)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(_NARROWEST)
        for column in (What.PRIOR, What.STATE):
            self.horizontalHeader().setSectionResizeMode(columns.index(column), QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.is_frozen = True
        self.freeze(frozen=False)
        self.itemChanged.connect(self._on_edited)
        self.currentCellChanged.connect(self._on_current)
        self._showing = False

    def freeze(self, *, frozen: bool) -> None:
        """Let nothing be typed, or let it again."""
        triggers = QAbstractItemView.EditTrigger
        typing = triggers.AnyKeyPressed | triggers.DoubleClicked | triggers.EditKeyPressed
        self.is_frozen = frozen
        self.setEditTriggers(triggers.NoEditTriggers if frozen else typing)

    def show_rows(self, rows: tuple[DockRow, ...], priors: Mapping[tuple[Lobe, Component], BesideCell]) -> None:
        """Show rows of the component; only cells that changed are written."""
        mine = [row for row in rows if row.component is self.component]
        lobes = tuple(row.lobe for row in mine)
        self._showing = True
        if lobes != self.lobes:
            self.lobes = lobes
            self._shown.clear()
            self.setRowCount(len(lobes))
            self.setVerticalHeaderLabels([lobe.name for lobe in lobes])
            height = self.horizontalHeader().sizeHint().height() + _ROW_HEIGHT * len(lobes) + _FRAME
            self.setFixedHeight(height)
        for at, row in enumerate(mine):
            for column_at, column in enumerate(self.columns):
                self._put(at, column_at, cell(row, column, priors.get((row.lobe, self.component))))
        self._showing = False

    def _put(self, row: int, column: int, shown: Cell) -> None:
        if self._shown.get((row, column)) == shown:
            return
        self._shown[row, column] = shown
        item = QTableWidgetItem(shown.text)
        item.setToolTip(shown.tip)
        item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        font = item.font()
        font.setItalic(shown.is_typed)
        item.setFont(font)
        if shown.warns and shown.text:
            item.setForeground(_WARNING)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if shown.can_type else flags)
        self.setItem(row, column, item)

    def _on_edited(self, item: QTableWidgetItem) -> None:
        if self._showing:
            return
        key = (item.row(), item.column())
        before = self._shown.pop(key, Cell())
        if item.text() == before.text:
            self._shown[key] = before
            return
        self.typed.emit(self.lobes[key[0]], self.columns[key[1]], item.text())

    def _on_current(self, row: int, *_: int) -> None:
        if 0 <= row < len(self.lobes):
            self.chosen.emit(self.lobes[row])

    def choose(self, lobe: Lobe) -> None:
        """Go to the row of a lobe."""
        if lobe in self.lobes and self.currentRow() != self.lobes.index(lobe):
            with QSignalBlocker(self):
                self.setCurrentCell(self.lobes.index(lobe), max(self.currentColumn(), 0))

    def head_prior(self, words: str) -> None:
        """Put the date of the visit beside over its column, its day into the tip; an empty one takes it off."""
        item = self.horizontalHeaderItem(self.column_at(What.PRIOR))
        usual, tip = head(What.PRIOR)
        item.setText(words[:_YEAR_AND_MONTH] if words[:1].isdigit() else usual)
        item.setToolTip(f"{words}: {tip}" if words else tip)

    @property
    def is_typed_into(self) -> bool:
        """Whether the keyboard is in the table, or in a cell of it that is open."""
        focus = QApplication.focusWidget()
        return focus is not None and (focus is self or self.isAncestorOf(focus))

    def go_below(self) -> None:
        """Go to the first cell of the row below, where there is one."""
        if self.currentRow() + 1 < self.rowCount():
            self.setCurrentCell(self.currentRow() + 1, 0)

    def column_at(self, column: Column) -> int:
        """Give the place of a column."""
        return self.columns.index(column)

    # --- The keyboard: Tab visits the cells that can be typed into ----------------------------------------------------

    def _beside(self, by: int) -> tuple[int, int] | None:
        """Give the next cell that can be typed into, or the one before; None at the end of the table."""
        width = len(self.columns)
        at = self.currentRow() * width + self.currentColumn() + by
        while 0 <= at < width * self.rowCount():
            shown = self._shown.get(divmod(at, width))
            if (shown is None or shown.can_type) and self.columns[at % width] is not What.STATE:
                row, column = divmod(at, width)
                return row, column
            at += by
        return None

    def moveCursor(self, action: Any, modifiers: Any) -> QModelIndex:  # noqa: N802 - Qt's name
        """Go to the next cell that can be typed into with Tab."""
        by = {_Action.MoveNext: 1, _Action.MovePrevious: -1}.get(action)
        if by is None:
            index: QModelIndex = super().moveCursor(action, modifiers)
            return index
        found = self._beside(by)
        return self.currentIndex() if found is None else self.model().index(*found)

    def keyPressEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Leave the table with Tab at its end; clear a cell with Delete."""
        by = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}.get(event.key())
        if by is not None and self._beside(by) is None:
            self._leave(forwards=by > 0)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.currentItem() is not None:
            self._clear()
        else:
            super().keyPressEvent(event)

    def _clear(self) -> None:
        if not self.is_frozen:
            self.typed.emit(self.lobes[self.currentRow()], self.columns[self.currentColumn()], "")

    def _leave(self, *, forwards: bool) -> None:
        self.setTabKeyNavigation(False)  # else Qt sends the key back here
        self.focusNextPrevChild(forwards)
        self.setTabKeyNavigation(True)

    def closeEditor(self, editor: Any, hint: Any) -> None:  # noqa: N802 - Qt's name
        """Leave the table where Tab was pressed in its last cell."""
        by = {"EditNextItem": 1, "EditPreviousItem": -1}.get(getattr(hint, "name", ""))
        if by is not None and self._beside(by) is None:
            super().closeEditor(editor, type(hint).NoHint)
            self._leave(forwards=by > 0)
            return
        super().closeEditor(editor, hint)

    def focusInEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Begin at the first cell, or at the last one from behind."""
        super().focusInEvent(event)
        width = len(self.columns)
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self.setCurrentCell(0, 0)
        elif event.reason() == Qt.FocusReason.BacktabFocusReason and self.rowCount():
            self.setCurrentCell(self.rowCount() - 1, width - 1)
