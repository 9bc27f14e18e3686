"""Series widget: the dock that lists what was found and opens it. Wiring only."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from kazerooni.dicom import Found, Progress, Series, find_series, read_volume
from kazerooni.model import Volume
from napari_kazerooni.busy_widget import BusyBar
from napari_kazerooni.caption_labels import show_captions
from napari_kazerooni.desk import desk_of
from napari_kazerooni.desks import why_hidden
from napari_kazerooni.docks import open_docks
from napari_kazerooni.drops import DropFilter
from napari_kazerooni.help_widget import HelpOverlay
from napari_kazerooni.keeping import DRAFTS_OFFERED
from napari_kazerooni.later import in_turns, later
from napari_kazerooni.notices_widget import NoticesFrame
from napari_kazerooni.opening import middle, only_choice, read_slice
from napari_kazerooni.reader import holds_ct
from napari_kazerooni.room import middle_of, room_of
from napari_kazerooni.series_rows import details, row, studies, summary
from napari_kazerooni.still import keep_still
from napari_kazerooni.visits import is_other_visit
from napari_kazerooni.warm import Preparation, warm_up
from napari_kazerooni.worker import Tell, Work, stepping_back

_NARROWEST = 310
_DRAWN_WITHIN_S = 1.0
_SERIES_ROLE = Qt.ItemDataRole.UserRole


class SeriesWidget(QWidget):
    """Lists the series at the paths that are dropped or chosen; a double click opens one, on a study its fittest."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        warm_up()
        self.room, self.desk = room_of(napari_viewer), desk_of(napari_viewer)
        show_captions(self.room.captions, getattr(self.room.viewer.window, "_qt_viewer", None))
        keep_still(self.room, getattr(self.room.viewer.window, "_qt_viewer", None))
        self._wanted: list[Path] = []
        self._help: HelpOverlay | None = None
        self._opening: Series | None = None
        self._beginning: Volume | None = None
        self._drops = DropFilter(self)
        self._drops.dropped.connect(self.look_at)
        self._drops.closing.connect(self.cancel)
        self._build()
        self._drops.watch(self)
        self.room.events.help.connect(self._toggle_help)
        self.room.events.told.connect(self._on_told)
        self.room.events.unseen.connect(self._on_unseen)
        for event in (self.room.events.identity, self.desk.events.opened, self.desk.events.signed):
            event.connect(self._hide)
        self._preparation = Preparation(self, self.desk)
        self._drops.closing.connect(self._preparation.stop)

    def _build(self) -> None:
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.setExpandsOnDoubleClick(False)  # a double click opens
        self.tree.itemDoubleClicked.connect(self._on_double_click)
        self.tree.currentItemChanged.connect(self._on_chosen)
        self.details = QTextBrowser()
        self.details.setMaximumHeight(200)
        self.details.hide()
        self.setMinimumWidth(_NARROWEST)
        self.notices = NoticesFrame(self.room.acknowledge)
        self.busy = BusyBar("Drop a folder, a DICOMDIR or a zip here, or choose one.")
        layout = QVBoxLayout(self)
        for widget in (self._choosers(), self.busy, self.notices, self.tree, self.details):
            layout.addWidget(widget)
        layout.setStretchFactor(self.tree, 1)
        layout.addStretch()  # where the list is hidden what is left stays at the top

    def _choosers(self) -> QWidget:
        folder, file = (
            QPushButton("Open folder\N{HORIZONTAL ELLIPSIS}"),
            QPushButton("Open file\N{HORIZONTAL ELLIPSIS}"),
        )
        folder.clicked.connect(self._choose_folder)
        file.clicked.connect(self._choose_file)
        return _beside(folder, file)

    # --- Finding ---

    def look_at(self, paths: Iterable[str | Path]) -> None:
        """Look for series at paths, in the background, and list them; one that is the only one is opened.

        What is asked for in one go is looked at together: napari hands over many files one by one. Drafts at these
        paths, as in the results of `kazerooni rescore --draft`, are offered with their scans.
        """
        if not self._wanted:
            QTimer.singleShot(0, self._look)
        self._wanted += [Path(path) for path in paths]

    @property
    def is_busy(self) -> bool:
        """Whether something runs in the background, or will in a moment."""
        return self.busy.job is not None or bool(self._wanted) or self._beginning is not None

    def _look(self) -> None:
        asked, self._wanted = self._wanted, []
        drafts = self.desk.keeping.offer(asked)
        wanted = [path for path in asked if path not in drafts or holds_ct(path)]
        if drafts and not wanted:
            self.busy.say(DRAFTS_OFFERED)
        if wanted:
            self.look_for(lambda progress, _: find_series(wanted, progress=progress))

    def look_for(self, work: Work) -> None:
        """List the series that some work in the background finds."""
        self.tree.clear()
        self._tell_details(None)
        self._start(work, "Reading headers", returned=self._on_found)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "A folder with a CT")
        if folder:
            self.look_at([folder])

    def _choose_file(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "A DICOMDIR, a zip or a DICOM file")
        if file:
            self.look_at([file])

    def _on_found(self, found: Found) -> None:
        for title, group in studies(found):
            study = QTreeWidgetItem(self.tree, [title])
            for series in group:
                item = QTreeWidgetItem(study, [row(series)])
                item.setData(0, _SERIES_ROLE, series)
                item.setDisabled(not series.usable)
                item.setToolTip(0, "; ".join(series.reasons))
        self.tree.expandAll()
        self._hide()
        self.busy.say(summary(found))
        self.room.take_found(found)
        only = only_choice(found)
        if only is not None:
            self.open(only)

    def _on_chosen(self, item: QTreeWidgetItem | None) -> None:
        series = None if item is None else item.data(0, _SERIES_ROLE)
        self._tell_details(series)

    def _tell_details(self, series: Series | None) -> None:
        """Tell more of a series; nothing takes no room, and neither does what a study hides."""
        self.details.setHtml("" if series is None else details(series))
        self.details.setVisible(series is not None and not self.room.identity_hidden)

    def _on_double_click(self, item: QTreeWidgetItem) -> None:
        """Open the series of a line; on the line of a study, the fittest of it, which stands first."""
        lines = (item, *(item.child(at) for at in range(item.childCount())))
        listed = (line.data(0, _SERIES_ROLE) for line in lines)
        series = next((one for one in listed if one is not None and one.usable), None)
        if series is not None:
            self.open(series)

    # --- Opening ---

    def open(self, series: Series) -> None:
        """Read a series in the background: its middle slice is shown at once, then all of it."""
        self._choose(series)
        self._tell_details(series)
        self._opening = series
        self._drawn = drawn = threading.Event()

        def work(progress: Progress, tell: Tell) -> Volume:
            tell(read_slice(series, middle(series)))
            drawn.wait(_DRAWN_WITHIN_S)  # reading takes all processors: the first slice goes first
            return stepping_back(lambda: read_volume(series, progress=progress))

        self._start(work, "Reading slices", told=self._on_slice, returned=self._on_read)

    def _choose(self, series: Series) -> None:
        """Let the list show which series is opened."""
        studies = (self.tree.topLevelItem(at) for at in range(self.tree.topLevelItemCount()))
        items = (study.child(at) for study in studies for at in range(study.childCount()))
        item = next((one for one in items if one.data(0, _SERIES_ROLE) is series), None)
        if item is not None:
            self.tree.setCurrentItem(item)

    def _on_slice(self, volume: Volume) -> None:
        self.room.preview(volume)
        later(self, partial(later, self, self._drawn.set))  # the picture is held for a turn

    def _on_read(self, volume: Volume) -> None:
        """Show the scan, its middle, then each empty map, then begin its reading: at once they hold the window."""
        self.room.preview(volume)
        self._beginning = volume
        to_middle = partial(self.room.go_to, middle_of(volume))
        begin = partial(self._begin, volume, self._opening)
        in_turns(self, chain((to_middle,), self.desk.showing(volume), (begin,)))

    def _begin(self, volume: Volume, series: Series | None) -> None:
        self._beginning = None
        self.room.show(volume, series=series)
        self.busy.say("Read. F1 lists the keys.")
        open_docks(self.room.viewer)
        window = self.window()
        if isinstance(window, QMainWindow) and window.centralWidget() is not None:
            window.centralWidget().setFocus()  # keys are for the picture now

    # --- Work in the background ---

    def _start(self, work: Work, what: str, *, returned: Any, told: Any = None) -> None:
        self._drops.watch(self.window())
        self.busy.run(work, what, returned, told=told)

    def cancel(self) -> None:
        """End what runs in the background; what is shown stays."""
        self.busy.stop()

    # --- The window around ---

    def showEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Watch the window that the dock has come into, for drops."""
        super().showEvent(event)
        self._drops.watch(self.window())

    def closeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """End the work in the background with the dock."""
        self.cancel()
        self._preparation.stop()
        super().closeEvent(event)

    def _toggle_help(self) -> None:
        if self._help is None:
            self._help = HelpOverlay(self.window())
        self._help.toggle()

    def _hide(self) -> None:
        """Hide what may not be seen: in a study all that was found, while a reading is blinded the other visits."""
        self.tree.setVisible(not self.room.identity_hidden)
        self.details.setVisible(bool(self.details.toPlainText()) and not self.room.identity_hidden)
        current = self.room.series if why_hidden(self.desk) else None
        for study in (self.tree.topLevelItem(at) for at in range(self.tree.topLevelItemCount())):
            study.setHidden(current is not None and is_other_visit(study.child(0).data(0, _SERIES_ROLE), current))

    def _on_told(self, event: Any) -> None:
        self.busy.say(event.message)

    def _on_unseen(self) -> None:
        self.notices.show_notices(self.room.unseen)


def _beside(*widgets: QWidget) -> QWidget:
    """Put widgets beside each other."""
    frame = QWidget()
    layout = QHBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget)
    return frame
