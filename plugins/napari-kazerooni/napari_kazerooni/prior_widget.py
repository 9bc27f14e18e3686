"""Prior widget: the dock of the other visits of the patient; one opens beside the current one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from kazerooni.dicom import Progress, Series, read_volume
from kazerooni.errors import ReadingError
from kazerooni.model import Volume
from napari_kazerooni.beside_canvas import put_beside_canvas
from napari_kazerooni.busy_widget import BusyBar
from napari_kazerooni.closing import ClosingWatch
from napari_kazerooni.desk import desk_of
from napari_kazerooni.desks import blind, can_blind, signing_folder
from napari_kazerooni.later import later
from napari_kazerooni.listing import signed_readings
from napari_kazerooni.prior_view import PriorView
from napari_kazerooni.priors import Link, link_visits
from napari_kazerooni.priors_state import priors_of
from napari_kazerooni.visits import VisitRow, default_row
from napari_kazerooni.worker import Tell, stepping_back

_NARROWEST: Final = 330
# So that its words are not cut where it stands below other docks.
_LOWEST: Final = 200
# The column follows the reading so long after a change: strokes come faster than anybody reads it.
_COLUMN_AFTER_MS: Final = 300
# The picture takes all the room that there is.
_ALL: Final = 1000
_TOO_WIDE: Final = (
    "The window is wider than the screen now: close docks that you do not need, such as those on the left. "
    "The menus Window and Plugins bring them back."
)
_NOT_WHOLE: Final = "Wait until all slices of the current scan are read."


class PriorWidget(QWidget):
    """Lists the other visits of the patient and shows one, linked by the height of the chest.

    busy: the message of the dock, and what it has in the background.
    """

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self.desk = desk_of(napari_viewer)
        self.priors = priors_of(napari_viewer)
        self.view: PriorView | None = None
        self._resting: PriorView | None = None
        self._steps: Iterator[Callable[[], object]] = iter(())
        self.shown: VisitRow | None = None
        self.busy = BusyBar()
        self._build()
        self._closing = ClosingWatch(self)
        self._closing.closing.connect(self.leave)
        self._timer = QTimer(self, singleShot=True, interval=_COLUMN_AFTER_MS)
        self._timer.timeout.connect(self.priors.update_column)
        self.priors.events.rows.connect(self._on_rows)
        self.priors.events.told.connect(self._on_told)
        self.desk.events.opened.connect(self._on_opened)
        self.desk.events.signed.connect(self.look_for_readings)
        self.desk.events.changed.connect(self._on_changed)
        self._on_rows()
        self.look_for_readings()

    def _build(self) -> None:
        self.setMinimumSize(_NARROWEST, _LOWEST)
        self.visits = QComboBox()
        self.visits.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.show_button = QPushButton("Show beside")
        self.show_button.clicked.connect(self._on_show)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close_view)
        self.link_box = QCheckBox("scroll and zoom together")
        self.link_box.setToolTip("Same height of the chest, same mm on the screen; the window follows always")
        self.link_box.setChecked(True)
        self.link_box.toggled.connect(self._on_link_box)
        self.link_words = QLabel()
        self.link_words.setWordWrap(True)
        row = QHBoxLayout()
        self.blind_box, self.blind_next_box = QCheckBox("this reading"), QCheckBox("those to come")
        self.blind_box.setToolTip("Other visits and their scores are hidden until this reading is signed; it stays so")
        self.blind_next_box.setToolTip("Readings begun from now on are blinded from their first slice on")
        self.blind_box.clicked.connect(self._on_blind_box)
        self.blind_next_box.clicked.connect(self._on_blind_next_box)
        blinded = QHBoxLayout()
        for widget in (QLabel("Blinded:"), self.blind_box, self.blind_next_box):
            blinded.addWidget(widget)
        blinded.addStretch(1)
        for widget in (self.show_button, self.close_button):
            row.addWidget(widget)
        row.addStretch(1)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self.visits)
        self._layout.addLayout(row)
        self._layout.addLayout(blinded)
        self._layout.addWidget(self.link_box)  # a row of its own: the dock is to be as narrow as half a small screen
        self._layout.addWidget(self.busy)
        self._layout.addWidget(self.link_words)
        self._layout.addStretch(1)

    # --- What there is ---

    def look_for_readings(self) -> None:
        """Look for the signed readings in their folder, in the background."""
        folder = signing_folder(self.desk)
        self.busy.run(lambda _progress, _tell: signed_readings(folder)[0], "Looking for readings", self._on_readings)

    def _on_readings(self, signed: Any) -> None:
        self.priors.take_signed(signed)

    def _on_rows(self) -> None:
        rows = self.priors.rows
        if self.priors.is_hidden and self.shown is not None:
            self.close_view()
        self.visits.clear()
        for row in rows:
            self.visits.addItem(row.words, row)
            self.visits.setItemData(self.visits.count() - 1, row.words, Qt.ItemDataRole.ToolTipRole)
        wanted = self.shown or default_row(rows)
        at = next((i for i, row in enumerate(rows) if wanted is not None and row.on == wanted.on), 0)
        self.visits.setCurrentIndex(at if rows else -1)
        if self.busy.job is None or not rows:
            self.busy.say(self.priors.why)
        self._show_blinding()
        self._set_possible()
        later(self, self._prepare_view)

    def _show_blinding(self) -> None:
        """Tell whether this reading is blinded, which a draft may be otherwise than those to come."""
        session = self.desk.session
        self.blind_box.setChecked(session is not None and session.setting.blinded)
        self.blind_box.setEnabled(can_blind(self.desk))
        self.blind_next_box.setChecked(self.desk.blinded)

    def _set_possible(self) -> None:
        self.show_button.setEnabled(bool(self.priors.rows))
        for part in (self.close_button, self.link_box):
            part.setVisible(self.view is not None)
        self.link_box.setEnabled(self.view is None or self.view.linked.link is None or self.view.linked.link.is_linked)

    def _on_told(self, event: Any) -> None:
        self.busy.say(event.message)

    def _on_changed(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _on_opened(self) -> None:
        self.close_view()
        self.look_for_readings()

    # --- Showing one ---

    def _on_show(self) -> None:
        row = self.visits.currentData()
        if row is not None:
            self.show_visit(row)

    def show_visit(self, row: VisitRow) -> None:
        """Put a visit beside the current one: its score, and its scan, which is read and linked in the background."""
        volume = self.desk.room.volume
        if volume is None or not self.desk.room.is_whole:
            self.busy.say(_NOT_WHOLE)
            return
        try:
            self.priors.note_scan()
        except ReadingError as error:
            self.busy.say(str(error))
            return
        self.close_view()
        self.shown = row
        self.priors.put_beside(row.reading)
        series = row.series
        if series is None:
            self.busy.say("The scan of this visit is not in the folder that was opened: only its score is shown.")
            return
        self._read(series, volume)

    def _read(self, series: Series, current: Volume) -> None:
        def work(progress: Progress, _: Tell) -> tuple[Volume, Link]:
            other = stepping_back(lambda: read_volume(series, progress=progress))
            progress(0, None)  # ends here where it was cancelled
            return other, link_visits(current, other)

        self.busy.run(work, "Reading the other visit", self._on_read)

    def _on_read(self, read: tuple[Volume, Link]) -> None:
        volume, link = read
        if self.priors.is_hidden or self.shown is None:
            return
        self.view = self._a_view()
        self.view.linked.events.link.connect(self._on_link)
        self.view.linked.is_on = self.link_box.isChecked()
        self.view.linked.show(volume, link, is_earlier=self.shown.is_earlier)
        self.busy.say("" if self.shown.reading is not None else "Nobody has signed a reading of this visit.")
        # What waits holds no view: it may outlive its window. Twice later, as Qt would take one step in this same turn.
        later(self, partial(later, self, self._reveal))

    def _reveal(self) -> None:
        """Show the picture, once its scan is in it and all around has its place: it is drawn at every other size."""
        if self.view is not None:
            self._set_possible()
            self.view.show()
            later(self, self._place)

    def _place(self) -> None:
        """Give the picture its place: that the docks are laid out anew, and it is drawn, are turns of their own."""
        if self.view is not None:
            put_beside_canvas(self, [self.view.canvas, *_canvas_of(self.desk.viewer)], self._fit)

    def _a_view(self) -> PriorView:
        """Give the view that rests since the last visit, or make one; it is hidden."""
        view, self._resting, self._steps = self._resting, None, iter(())
        if view is None:
            view = self._made_view()
            view.hide()
        else:
            view.begin()
        return view

    def _made_view(self) -> PriorView:
        self._closing.watch_window()
        view = PriorView(self.desk.room)
        self._layout.insertWidget(self._layout.count() - 1, view, _ALL)
        return view

    def _prepare_view(self) -> None:
        """Make the view before a visit is asked for, where one can be."""
        if self.view is None and self._resting is None and self.priors.rows and not self.isHidden():
            self._resting = view = self._made_view()
            self._steps = iter((*view.warming(), view.hide, view.rest))
            later(self, self._prepare_further)

    def _prepare_further(self) -> None:
        """Take the next step, each in a turn of its own; none is left where a visit came first."""
        step = next(self._steps, None)
        if step is not None:
            step()
            later(self, self._prepare_further)

    def _fit(self) -> None:
        """Show both pictures whole: the canvas has become narrower. Qt widens a window whose docks want more room."""
        if self.view is None:
            return
        self.view.linked.fit()
        if self.window().width() > self.screen().availableGeometry().width():
            self.busy.say(f"{self.busy.message.text()} {_TOO_WIDE}".strip())

    def _on_blind_box(self) -> None:
        told = blind(self.desk)
        self._show_blinding()
        if told:
            self.busy.say(told)

    def _on_blind_next_box(self, checked: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.desk.blinded = checked

    def _on_link_box(self, checked: bool) -> None:  # noqa: FBT001 - Qt's signal
        if self.view is not None:
            self.view.linked.switch(on=checked)

    def _on_link(self) -> None:
        if self.view is not None:
            linked = self.view.linked
            self.link_words.setText(linked.words)
            self.link_box.setEnabled(linked.link is None or linked.link.is_linked)
            self.link_words.setStyleSheet("" if linked.is_linked else "color: #ffb454")

    def close_view(self) -> None:
        """Take the other visit away; what was shown stays on record."""
        self.busy.cancel()
        self.priors.leave()
        self.shown = None
        self.link_words.clear()
        if self.view is not None:
            self._resting, self.view = self.view, None
            self._resting.hide()
            self._resting.rest()
        self._set_possible()

    def leave(self) -> None:
        """End with the dock or the window."""
        self._timer.stop()
        self._steps = iter(())
        self.close_view()
        if self._resting is not None:
            view, self._resting = self._resting, None
            self._layout.removeWidget(view)
            view.leave()


def _canvas_of(viewer: Any) -> list[QWidget]:
    """Give the canvas of a window, none where it has none."""
    qt_viewer = getattr(viewer.window, "_qt_viewer", None)
    return [] if qt_viewer is None else [qt_viewer.canvas.native]


def prior_dock(viewer: Any) -> PriorWidget:
    """Give the dock of the other visits of a window, docked when it is first asked for."""
    _, widget = viewer.window.add_plugin_dock_widget("napari-kazerooni", "Other visits")
    assert isinstance(widget, PriorWidget)
    return widget
