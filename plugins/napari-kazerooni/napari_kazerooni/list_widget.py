"""List widget: the dock of the reading list: a folder of scans as new, draft and signed; a double click opens one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from qtpy.QtCore import Qt
from qtpy.QtGui import QBrush, QColor
from qtpy.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from kazerooni.dicom import Series
from kazerooni.errors import KazerooniError
from napari_kazerooni.busy_widget import BusyBar
from napari_kazerooni.closing import ClosingWatch
from napari_kazerooni.desk import desk_of
from napari_kazerooni.desks import signing_folder, why_hidden
from napari_kazerooni.keeping import DRAFTS_OFFERED
from napari_kazerooni.listing import Listed, Progress, next_unread
from napari_kazerooni.reader import holds_ct, series_dock
from napari_kazerooni.reading_folder import ReadingList, listed_again, look_through, open_line, start_study

_NARROWEST: Final = 330
_LARGEST_SEED: Final = 2**31 - 1
_LINE_ROLE: Final = Qt.ItemDataRole.UserRole
_COLOURS: Final = {Progress.NEW: "#d0d4da", Progress.DRAFT: "#ffb454", Progress.SIGNED: "#7fc99a"}


class ListWidget(QWidget):
    """Lists the scans of a folder with how far their reading has come, plainly or for a blinded study."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self.desk = desk_of(napari_viewer)
        self.viewer = self.desk.viewer
        self.list: ReadingList | None = None
        self.opened: int = 0
        self._to_look_at: Listed | None = None
        self.busy = BusyBar("Choose a folder of scans.")
        self._build()
        self._closing = ClosingWatch(self)
        self._closing.closing.connect(self.busy.cancel)
        self.desk.events.opened.connect(self._on_opened)
        self.desk.events.signed.connect(self.look_again)
        self.desk.room.events.identity.connect(self._on_identity)

    def _build(self) -> None:
        self.setMinimumWidth(_NARROWEST)
        self.folder_button = QPushButton("Open folder\N{HORIZONTAL ELLIPSIS}")
        self.folder_button.clicked.connect(self._choose_folder)
        self.next_button = QPushButton("Next unread")
        self.next_button.clicked.connect(self.open_next)
        self.next_button.setEnabled(False)
        row = QHBoxLayout()
        row.addWidget(self.folder_button)
        row.addWidget(self.next_button)
        self.leave_button = QPushButton("Leave the study")
        self.leave_button.setToolTip(
            "Show who it is again; for a reading that was begun blinded only once it is signed"
        )
        self.leave_button.clicked.connect(self.desk.study.leave)
        row.addWidget(self.leave_button)
        self._on_identity()
        self.tree = QTreeWidget()
        self.tree.setRootIsDecorated(False)
        self.tree.setStyleSheet("QTreeWidget::item { padding: 3px; }")
        self.tree.setHeaderLabels(["", "Scan", "Reading"])
        for column, mode in enumerate(("ResizeToContents", "Stretch", "ResizeToContents")):
            self.tree.header().setSectionResizeMode(column, QHeaderView.ResizeMode[mode])
        self.tree.header().setStretchLastSection(False)
        self.tree.itemDoubleClicked.connect(self._on_double_click)
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        layout.addWidget(self.busy)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self._study())

    def _study(self) -> QWidget:
        self.seed, self.repeats, self.hidden = QSpinBox(), QSpinBox(), QCheckBox("identity hidden, priors blinded")
        self.seed.setRange(0, _LARGEST_SEED)
        self.hidden.setChecked(True)
        self.study_button = QPushButton("Shuffle and keep the list")
        self.study_button.clicked.connect(self.make_study)
        self.study = QGroupBox("Blinded study")
        form = QFormLayout(self.study)
        form.addRow("seed", self.seed)
        form.addRow("read twice", self.repeats)
        form.addRow(self.hidden)
        form.addRow(self.study_button)
        self.study.setEnabled(False)
        return self.study

    # --- The list ---

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "A folder of scans")
        if folder:
            self.look_at(Path(folder))

    @property
    def _options(self) -> dict[str, Any]:
        keeping = self.desk.keeping
        return {"offered": keeping.offered, "known": keeping.known, "reader": self.desk.reader or None}

    def look_at(self, folder: Path) -> None:
        """List the scans of a folder, in the background; one with drafts of scans that are listed offers them."""
        self._closing.watch_window()
        keeping = self.desk.keeping
        if keeping.offer([folder]) and not holds_ct(folder):
            self.busy.say(DRAFTS_OFFERED)
            self.look_again()
            return
        kept, drafts, options = signing_folder(self.desk), keeping.folder, self._options
        self.busy.run(
            lambda progress, _: look_through(folder, kept, drafts, progress=progress, **options),
            "Reading headers",
            self._show_hidden,
        )

    def look_again(self) -> None:
        """Tell anew how far the readings have come, of the scans that were found."""
        if self.list is None:
            return
        found, kept = self.list.found, signing_folder(self.desk)
        drafts, options = self.desk.keeping.folder, self._options
        self.busy.run(
            lambda _progress, _tell: listed_again(found, kept, drafts, **options),
            "Reading the list",
            self._show,
        )

    def _show_hidden(self, made: ReadingList) -> None:
        """Show a list that was looked for; that of a study hides who it is before a scan of it is opened."""
        if made.is_kept and made.plan.hidden:
            self.desk.study.enter()
        self._show(made)

    def _show(self, made: ReadingList) -> None:
        self.list = made
        self.desk.room.take_found(made.found)
        self.tree.clear()
        for line in made.lines:
            item = QTreeWidgetItem(self.tree, [str(line.number), line.label, line.progress.value])
            item.setData(0, _LINE_ROLE, line)
            item.setForeground(2, QBrush(QColor(_COLOURS[line.progress])))
            item.setToolTip(1, line.label)
            if line.number == self.opened:
                self.tree.setCurrentItem(item)
        self.repeats.setMaximum(len(made.lines))
        self.next_button.setEnabled(bool(made.lines))
        self.study.setEnabled(bool(made.lines) and not made.is_kept)
        self.busy.say(made.words)

    def _on_identity(self) -> None:
        self.leave_button.setVisible(self.desk.room.identity_hidden)

    def make_study(self) -> None:
        """Shuffle the scans by the seed, and keep the list beside the signed readings."""
        if self.list is None:
            return
        try:
            start_study(
                self.list.found,
                signing_folder(self.desk),
                seed=self.seed.value(),
                repeats=self.repeats.value(),
                hidden=self.hidden.isChecked(),
            )
        except KazerooniError as error:
            self.busy.say(f"No list was made: {error}.")
            return
        if self.hidden.isChecked():
            self.desk.study.enter()
        self.look_again()

    # --- Opening ---

    def _on_double_click(self, item: QTreeWidgetItem) -> None:
        self.open(item.data(0, _LINE_ROLE))

    def open_next(self) -> None:
        """Open the next scan that is not signed."""
        line = None if self.list is None else next_unread(self.list.lines, self.opened)
        if line is None:
            self.busy.say("Every scan of the list is signed.")
        else:
            self.open(line)

    def open(self, line: Listed) -> None:
        """Open the scan of a line in the way of the series dock; a signed reading of it for looking.

        Not in a study that hides who it is: a repeat must not show the first reading.
        """
        assert self.list is not None
        self.opened = line.number
        self._to_look_at = line if line.progress is Progress.SIGNED and not self.list.plan.hidden else None
        open_line(self.desk, line, self.list.plan, is_kept=self.list.is_kept)
        series: Series = line.series
        series_dock(self.viewer).open(series)

    def _on_opened(self) -> None:
        """Tell anew how far the readings have come, and show the signed one that its line stands for."""
        line, self._to_look_at = self._to_look_at, None
        is_its_scan = line is not None and self.desk.room.series is line.series
        if line is not None and line.kept is not None and is_its_scan and not why_hidden(self.desk):
            self.desk.look_at_signed(line.kept)
        self.look_again()
