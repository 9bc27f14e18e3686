"""Timeline widget: the dock of the score over time; a click opens a visit beside, a double click to be read."""

from __future__ import annotations

from typing import Any, Final

from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from napari_kazerooni.busy_widget import BusyBar
from napari_kazerooni.closing import ClosingWatch
from napari_kazerooni.course import Course, course_of, nearest_visit, visit_words
from napari_kazerooni.course_plot import draw_course
from napari_kazerooni.desk import desk_of
from napari_kazerooni.desks import signing_folder, why_hidden
from napari_kazerooni.listing import Signed, signed_readings
from napari_kazerooni.prior_widget import prior_dock
from napari_kazerooni.priors_state import priors_of
from napari_kazerooni.reader import series_dock
from napari_kazerooni.visits import VisitRow

# Drawing takes longer than a stroke: the plot follows the reading so long after a change.
_DRAWN_AFTER_MS: Final = 600
_SMALLEST: Final = (380, 320)
_NARROWEST: Final = 420
_HINT: Final = (
    "A click on a visit opens it beside; a double click opens it to be read, and keeps the draft of this one. "
    "Hollow: not comparable with the visit before; dots: another reader."
)


class TimelineWidget(QWidget):
    """Plots totals and lobes over time, of the readings in the signing folder and the current one."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self.desk = desk_of(napari_viewer)
        self.viewer = self.desk.viewer
        self.signed: tuple[Signed, ...] = ()
        self.problems: tuple[str, ...] = ()
        self.course = Course(None)
        self.busy = BusyBar()
        self.visits = QLabel()
        self.visits.setWordWrap(True)
        self.hint = QLabel(_HINT)
        self.hint.setWordWrap(True)
        self.figure = Figure(layout="constrained")
        self.canvas = FigureCanvasQTAgg(self.figure)
        self.canvas.setMinimumSize(*_SMALLEST)
        self.canvas.mpl_connect("button_press_event", self._on_click)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        for widget in (self.busy, self.canvas, self.visits, self.hint):
            layout.addWidget(widget)
        layout.setStretchFactor(self.canvas, 1)
        layout.addStretch()  # where nothing is drawn the words stay at the top
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setMinimumWidth(_NARROWEST)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self._timer = QTimer(self, singleShot=True, interval=_DRAWN_AFTER_MS)
        self._timer.timeout.connect(self.draw)
        # A click waits for whether it is the first half of a double one: what is shown beside goes on record.
        self._click = QTimer(self, singleShot=True, interval=QApplication.doubleClickInterval())
        self._click.timeout.connect(self._on_single_click)
        self._day = 0.0
        self._closing = ClosingWatch(self)
        self._closing.closing.connect(self.leave)
        self.desk.events.opened.connect(self.look_for_readings)
        self.desk.events.signed.connect(self.look_for_readings)
        self.desk.events.changed.connect(self._on_changed)
        self.desk.room.events.identity.connect(self.draw)
        self.look_for_readings()

    def look_for_readings(self) -> None:
        """Look for the signed readings in their folder, in the background, and draw."""
        self._closing.watch_window()
        if why_hidden(self.desk):
            self.draw()  # what is in sight of the reading before goes at once
        folder = signing_folder(self.desk)
        self.busy.run(lambda _progress, _tell: signed_readings(folder), "Looking for readings", self._on_readings)

    def _on_readings(self, found: tuple[tuple[Signed, ...], tuple[str, ...]]) -> None:
        self.signed, self.problems = found
        self.draw()

    def _on_changed(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def draw(self) -> None:
        """Draw the course as it stands."""
        self.course = course_of(self.desk.session, self.signed, why_hidden=why_hidden(self.desk))
        line = self.course.line
        draw_course(self.figure, line)
        self.canvas.setVisible(line is not None)
        self.hint.setVisible(line is not None)
        self.visits.setText("" if line is None else "\n".join(visit_words(point) for point in line.points))
        self._tell()
        self.canvas.draw_idle()

    def _tell(self) -> None:
        """Tell what was left out, and what could not be read."""
        told = [self.course.words]
        if self.problems and self.course.line is not None:
            told.append(f"Of {len(self.problems)} that cannot be read the first is {self.problems[0]}")
        self.busy.say(" ".join(filter(None, told)))

    def _on_click(self, event: Any) -> None:
        if event.xdata is None:
            return
        self._day = event.xdata
        if event.dblclick:
            self._click.stop()
            self.read_visit(event.xdata)
        else:
            self._click.start()

    @property
    def is_busy(self) -> bool:
        """Whether something runs in the background, or will in a moment."""
        return self.busy.job is not None or self._click.isActive()

    def _on_single_click(self) -> None:
        self.open_visit(self._day)

    def _row_at(self, day: float) -> VisitRow | None:
        """Give the visit nearest to a day; where it cannot be opened it is told, and None."""
        line, session = self.course.line, self.desk.session
        if line is None or session is None:
            return None
        point = nearest_visit(line, day)
        if point.reading.id == session.setting.reading_id:
            self.busy.say("This is the scan that is open.")
            return None
        row = next((row for row in priors_of(self.viewer).rows if row.on == point.on), None)
        if row is None:
            self.busy.say(f"The visit of {point.on} is not among the other visits: open the folder that holds it.")
        return row

    def open_visit(self, day: float) -> None:
        """Open the visit nearest to a day beside the current one."""
        row = self._row_at(day)
        if row is not None:
            prior_dock(self.viewer).show_visit(row)
            self._tell()

    def read_visit(self, day: float) -> None:
        """Open the visit nearest to a day as the scan to read; the draft of the one before is kept."""
        row = self._row_at(day)
        if row is None:
            return
        if row.series is None:
            self.busy.say(f"The scan of the visit of {row.on} is not here: open the folder that holds it.")
            return
        series_dock(self.viewer).open(row.series)
        self._tell()

    def leave(self) -> None:
        """End with the dock or the window."""
        self._timer.stop()
        self._click.stop()
        self.busy.cancel()
