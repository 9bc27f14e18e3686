"""Score widget: the dock in which a reading is scored, live, painted or typed, and signed. Wiring only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from qtpy.QtCore import Qt
from qtpy.QtGui import QKeySequence, QShortcut
from qtpy.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kazerooni.model import Component, Lobe
from kazerooni.scoring import SCHEMES
from napari_kazerooni.caption_labels import show_captions
from napari_kazerooni.cells import Column, enter
from napari_kazerooni.conflicts_widget import ConflictsFrame
from napari_kazerooni.desk import desk_of
from napari_kazerooni.dock import Dock, dock_of
from napari_kazerooni.draft_widget import DraftFrame, OthersLabel
from napari_kazerooni.fitting import keep_fitted
from napari_kazerooni.keys import as_on_keyboard
from napari_kazerooni.prior_column import PriorColumn
from napari_kazerooni.priors_state import priors_of
from napari_kazerooni.reopen_widget import ReopenFrame
from napari_kazerooni.score_table import ScoreTable
from napari_kazerooni.seen_bar import install_seen_bar
from napari_kazerooni.sign_dialog import SignDialog, SignedFrame
from napari_kazerooni.state_menu import state_button
from napari_kazerooni.still import keep_still
from napari_kazerooni.summary import legend_html, notes_html, totals_html, warnings_html
from napari_kazerooni.ticking import start_ticking

PATTERNS: Final = ("", "UIP", "NSIP", "other")
# So that no column is cut where the dock scrolls.
_NARROWEST: Final = 452
_NO_SCAN: Final = "Open a scan: its reading begins here."


class ScoreWidget(QWidget):
    """The score dock of a viewer."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self.desk = desk_of(napari_viewer)
        self.priors = priors_of(napari_viewer)
        self.earlier: PriorColumn | None = None
        self.dialog: SignDialog | None = None
        self._dock: Dock | None = None
        self.tables = {component: ScoreTable(component) for component in Component}
        self._build()
        self._listen()
        self._on_opened()
        self._on_changed()

    def _build(self) -> None:
        self.scheme, self.reader = QComboBox(), QLineEdit()
        for scheme in SCHEMES.values():
            self.scheme.addItem(scheme.name)
            self.scheme.setItemData(self.scheme.count() - 1, scheme.citation, Qt.ItemDataRole.ToolTipRole)
        self.reader.setPlaceholderText("name or sign")
        self.pattern, self.remarks = QComboBox(), QLineEdit()
        self.pattern.addItems(list(PATTERNS))
        self.pattern.setEditable(True)
        self.pattern.setToolTip("The pattern of the lung disease as you read it")
        self.remarks.setPlaceholderText("remarks")
        self.totals, self.warnings, self.legend, self.message = QLabel(), QLabel(), QLabel(legend_html()), QLabel()
        self.notes = QLabel()
        for label in (self.totals, self.notes, self.warnings, self.legend, self.message):
            label.setWordWrap(True)
        self.drafts, self.conflicts = DraftFrame(self.desk), ConflictsFrame(self.desk)
        self.signed, self.reopen, self.others = SignedFrame(self.desk), ReopenFrame(self.desk), OthersLabel(self.desk)
        self.buttons = self._buttons()
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        parts = (
            _beside(QLabel("Scheme"), self.scheme, QLabel("Reader"), self.reader),
            self.drafts,
            self.reopen,
            self.signed,
            self.others,
            *(part for c in Component for part in (QLabel(f"<b>{c.value.capitalize()}</b>"), self.tables[c])),
            self.totals,
            self.notes,
            self.conflicts,
            self.buttons,
            _beside(QLabel("Pattern"), self.pattern, QLabel("Remarks"), self.remarks),
            self.message,
            self.warnings,
            self.legend,
        )
        for part in parts:
            layout.addWidget(part)
        layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.setMinimumWidth(_NARROWEST)
        order = (self.scheme, self.reader, *self.tables.values(), self.nothing, self.nothing_else, self.state)
        for before, after in pairwise((*order, self.undo, self.redo, self.sign_button, self.pattern, self.remarks)):
            QWidget.setTabOrder(before, after)

    def _buttons(self) -> QWidget:
        self.nothing = QPushButton("Nothing found")
        self.nothing_else = QPushButton("Nothing else")
        self.undo, self.redo = QPushButton("Undo"), QPushButton("Redo")
        self.sign_button = QPushButton("Sign\N{HORIZONTAL ELLIPSIS}")
        self.nothing.setToolTip("Nothing was found in the lobe of this row (F9)")
        self.nothing_else.setToolTip("What is marked or typed in this lobe is all there is (Shift+F9)")
        undo_tip = "Take back the last thing that was said (Ctrl+Z here; on the picture it undoes strokes)"
        self.undo.setToolTip(as_on_keyboard(undo_tip))
        self.state = state_button(self.desk)
        self.sign_button.setToolTip(as_on_keyboard("Close the reading and keep it (Ctrl+Return)"))
        self.nothing.clicked.connect(lambda: self.desk.do(lambda say: say.nothing_found(self.desk.lobe)))
        self.nothing_else.clicked.connect(lambda: self.desk.do(lambda say: say.nothing_else(self.desk.lobe)))
        self.undo.clicked.connect(self.desk.undo)
        self.redo.clicked.connect(self.desk.redo)
        self.sign_button.clicked.connect(self.ask_to_sign)
        about_lobe = _beside(self.nothing, self.nothing_else, self.state)
        return _beneath(about_lobe, _beside(self.undo, self.redo, self.sign_button))

    def _listen(self) -> None:
        for component, table in self.tables.items():
            table.typed.connect(lambda lobe, column, text, c=component: self._on_typed(lobe, c, column, text))
            table.chosen.connect(self._on_row)
        for key, act in (
            ("Ctrl+Z", self.desk.undo),
            ("Ctrl+Shift+Z", self.desk.redo),
            ("Ctrl+Return", self.ask_to_sign),
            ("F9", lambda: self._say_and_go_on(self.nothing)),
            ("Shift+F9", lambda: self._say_and_go_on(self.nothing_else)),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self.scheme.activated.connect(self._on_scheme)
        self.reader.editingFinished.connect(self._on_reader)
        self.drafts.go_on.pressed.connect(self._on_reader)  # a click takes the keyboard away on some systems only
        self.pattern.activated.connect(lambda _: self._on_pattern())
        self.pattern.lineEdit().editingFinished.connect(self._on_pattern)
        self.remarks.editingFinished.connect(self._on_remarks)
        events = self.desk.events
        for emitter, hear in (
            (events.opened, self._on_another),
            (events.changed, self._on_changed),
            (events.seen, self._on_seen),
            (events.signed, self._on_opened),
            (events.busy, self._on_busy),
            (events.told, self._on_told),
            (events.chosen, self._on_chosen),
            (events.typing, self._on_typing),
            (self.priors.events.column, self._on_prior),
        ):
            emitter.connect(hear)
        viewer = self.desk.viewer
        window = getattr(viewer.window, "_qt_window", None)
        if window is not None:
            start_ticking(self.desk, window)
            keep_fitted(self.desk.room, window)
            install_seen_bar(self.desk, viewer)
            show_captions(self.desk.room.captions, getattr(viewer.window, "_qt_viewer", None))
            keep_still(self.desk.room, getattr(viewer.window, "_qt_viewer", None))

    # --- Showing ------------------------------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        session = self.desk.session
        is_open = session is not None and session.signed is None
        self.buttons.setEnabled(is_open)
        self._enable_fields()
        for table in self.tables.values():
            table.setEnabled(session is not None)
            table.freeze(frozen=not is_open)
        if session is None:
            self.message.setText(_NO_SCAN)
            return
        if self.message.text() == _NO_SCAN:
            self.message.clear()
        self.earlier = self.priors.column
        self.reader.setText(session.reader or "")
        self.scheme.setCurrentText(session.scheme.name)

    def _on_another(self) -> None:
        """Show another reading, and no word of the one before, but that its draft could not be saved."""
        if not self.desk.keeping.failing:
            self.message.clear()
        self._on_opened()

    def _enable_fields(self) -> None:
        """Let fields be filled where a reading is open and nothing in the background changes or signs it."""
        session = self.desk.session
        is_open = session is not None and session.signed is None and not self.desk.is_held
        for field in (self.scheme, self.reader, self.pattern, self.remarks):
            field.setEnabled(is_open)

    def _on_changed(self) -> None:
        session = self.desk.session
        if session is None:
            return
        self._dock = dock = dock_of(session)
        for table in self.tables.values():
            table.show_rows(dock.rows, {} if self.earlier is None else self.earlier.beside.cells)
            table.head_prior("" if self.earlier is None else self.earlier.heading)
        self._show(self.totals, totals_html(dock, self.earlier))
        self._show(self.notes, notes_html(self.earlier))
        self._show(self.warnings, warnings_html(dock))
        self.conflicts.show_conflicts(dock.conflicts)
        self._show_words(dock)
        self._on_chosen()

    def _on_seen(self) -> None:
        """Tell how much was seen; no score follows from it."""
        session = self.desk.session
        if session is not None and self._dock is not None:
            self._dock = replace(self._dock, coverage_percent=session.coverage)
            self._show(self.totals, totals_html(self._dock, self.earlier))

    def _show_words(self, dock: Dock) -> None:
        session = self.desk.open_session
        self.scheme.setToolTip(f"{dock.scheme} {dock.scheme_version}: {dock.citation}")
        if self.reader.text() != (session.reader or "") and not self.reader.hasFocus():
            self.reader.setText(session.reader or "")
        pattern = "" if session.said.pattern is None else session.said.pattern.name
        if self.pattern.currentText() != pattern and not self.pattern.hasFocus():
            self.pattern.setCurrentText(pattern)
        if self.remarks.text() != session.said.remarks and not self.remarks.hasFocus():
            self.remarks.setText(session.said.remarks)

    def _show(self, label: QLabel, text: str) -> None:
        if label.text() != text:
            label.setText(text)
        label.setVisible(bool(text))

    def _on_prior(self) -> None:
        """Show the scores of another visit in the column beside."""
        self.earlier = self.priors.column
        self._on_changed()

    def _on_chosen(self) -> None:
        for table in self.tables.values():
            table.choose(self.desk.lobe)

    def _on_typing(self) -> None:
        self.tables[Component.ALVEOLAR].setFocus(Qt.FocusReason.TabFocusReason)

    def _on_busy(self) -> None:
        busy = self.desk.busy
        session = self.desk.session
        self.buttons.setEnabled(session is not None and session.signed is None)
        self._enable_fields()
        if busy is not None:
            self.message.setText(f"{busy}\N{HORIZONTAL ELLIPSIS}")
        elif self.message.text().endswith("\N{HORIZONTAL ELLIPSIS}"):
            self.message.clear()

    def _on_told(self, event: Any) -> None:
        self.message.setText(event.message)

    # --- Saying -------------------------------------------------------------------------------------------------------

    def _on_typed(self, lobe: Lobe, component: Component, column: Column, text: str) -> None:
        self.message.clear()
        if not self.desk.do(lambda say: enter(say, lobe, component, column, text)):
            self._on_changed()  # what was typed gives way to what stands

    def _say_and_go_on(self, button: QPushButton) -> None:
        """Press a button about the lobe of the row where the keyboard is, and go to the lobe below it."""
        table = next((one for one in self.tables.values() if one.is_typed_into), None)
        if table is not None:
            table.setFocus()  # what stands in an open cell is taken first
        button.click()
        if table is not None:
            table.go_below()

    def _on_row(self, lobe: Lobe) -> None:
        if self.desk.lobe is not lobe:
            self.desk.lobe = lobe
            self.desk.events.chosen()

    def _on_scheme(self, _: int) -> None:
        if not self.desk.choose_scheme(self.scheme.currentText()):
            self.scheme.setCurrentText(self.desk.open_session.scheme.name)
        self._on_changed()

    def _on_reader(self) -> None:
        session = self.desk.session
        if session is None or session.signed is not None or self.reader.text() == (session.reader or ""):
            return
        if not self.desk.name_reader(self.reader.text()):
            self.reader.setText(session.reader or "")

    def _on_pattern(self) -> None:
        session, name = self.desk.session, self.pattern.currentText().strip()
        if session is None or session.signed is not None:
            return
        before = "" if session.said.pattern is None else session.said.pattern.name
        if name != before:
            self.desk.do(lambda say: say.set_pattern(name or None, session.reader))

    def _on_remarks(self) -> None:
        session = self.desk.session
        if session is not None and session.signed is None and self.remarks.text() != session.said.remarks:
            self.desk.do(lambda say: say.set_remarks(self.remarks.text()))

    def ask_to_sign(self) -> None:
        """Ask what has to be asked before signing."""
        session = self.desk.session
        if session is None or session.signed is not None:
            return
        if self.reader.isModified():
            self._on_reader()
        if self.remarks.isModified():
            self._on_remarks()
        self.dialog = SignDialog(self.desk, self)
        self.dialog.show()


def _beside(*widgets: QWidget) -> QWidget:
    """Put widgets beside each other."""
    return _filled(QHBoxLayout(), widgets)


def _beneath(*widgets: QWidget) -> QWidget:
    """Put widgets beneath each other."""
    return _filled(QVBoxLayout(), widgets)


def _filled(layout: QHBoxLayout | QVBoxLayout, widgets: Iterable[QWidget]) -> QWidget:
    frame = QWidget()
    frame.setLayout(layout)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for widget in widgets:
        layout.addWidget(widget)
    return frame
