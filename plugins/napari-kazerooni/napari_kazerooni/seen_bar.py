"""Seen bar: over the slider of the slices, which parts of the lung were on the screen at lung window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from qtpy.QtCore import QRect
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import QStyle, QStyleOptionSlider, QWidget

if TYPE_CHECKING:
    from napari_kazerooni.desk import Desk

_HEIGHT: Final = 7
_SEEN, _UNSEEN = QColor(86, 180, 233), QColor(105, 105, 105)
_NAME: Final = "kazerooni-seen"


class SeenBar(QWidget):
    """One stretch a slice: bright where it was seen, dark where not, nothing where no lung is."""

    def __init__(self, desk: Desk, sliders: Any) -> None:
        super().__init__()
        self.setObjectName(_NAME)
        self._desk, self._sliders = desk, sliders
        self._shown: tuple[object, list[tuple[int, int, int]]] | None = None
        self.setFixedHeight(_HEIGHT)
        for emitter in (desk.events.seen, desk.events.lobes, desk.events.opened, desk.events.changed):
            emitter.connect(self.renew)

    def renew(self) -> None:
        """Show what has been seen by now."""
        session = self._desk.session
        if session is None:
            return
        shown = session.setting.reading_id, self.stretches()
        if shown != self._shown:  # a stretch of 5 mm is several slices
            self._shown = shown
            self.setToolTip(f"{session.coverage:.0f} % of the lung was on the screen at lung window")
            self.update()

    def stretches(self) -> list[tuple[int, int, int]]:
        """Give first slice, slice behind the last, and -1 no lung, 0 not seen, 1 seen."""
        session = self._desk.session
        if session is None:
            return []
        bar = session.seen_bar
        edges = np.flatnonzero(np.diff(bar)) + 1
        starts = [0, *edges.tolist()]
        return [(start, end, int(bar[start])) for start, end in zip(starts, [*starts[1:], len(bar)], strict=True)]

    def paintEvent(self, _: Any) -> None:  # noqa: N802 - Qt's name
        """Draw along the slider of the slices."""
        found = [] if self._shown is None else self._shown[1]
        if not found or self._desk.room.plane != "axial" or not self._sliders.slider_widgets:
            return
        slider = self._sliders.slider_widgets[0].slider
        groove = _groove(slider)
        left = self.mapFromGlobal(slider.mapToGlobal(groove.topLeft())).x()
        step = groove.width() / found[-1][1]
        painter = QPainter(self)
        for start, end, seen in found:
            if seen >= 0:
                begin, stop = round(left + start * step), round(left + end * step)
                painter.fillRect(QRect(begin, 1, max(stop - begin, 1), _HEIGHT - 2), _SEEN if seen else _UNSEEN)
        painter.end()


def _groove(slider: Any) -> QRect:
    """Give where the handle of a slider runs, without the buttons at its ends."""
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    part = QStyle.SubControl.SC_ScrollBarGroove
    return slider.style().subControlRect(QStyle.ComplexControl.CC_ScrollBar, option, part, slider)


def install_seen_bar(desk: Desk, viewer: Any) -> SeenBar | None:
    """Put the bar over the sliders of a window, once; None where the window has none."""
    sliders = getattr(getattr(viewer.window, "_qt_viewer", None), "dims", None)
    if sliders is None:
        return None
    layout = sliders.parentWidget().layout()
    known: SeenBar | None = sliders.parentWidget().findChild(QWidget, _NAME)
    if known is None:
        known = SeenBar(desk, sliders)
        layout.insertWidget(layout.indexOf(sliders), known)
    return known
