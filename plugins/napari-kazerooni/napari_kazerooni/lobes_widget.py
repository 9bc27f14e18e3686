"""Lobes widget: finding, loading and painting lobes, and the points of their fissures. Wiring only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QGroupBox,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kazerooni.errors import KazerooniError
from kazerooni.labels import CONVENTIONS
from kazerooni.model import FissureName, FissureState, Lobe
from napari_kazerooni.desk import Desk
from napari_kazerooni.fissure_points import FissurePoints
from napari_kazerooni.later import in_turns
from napari_kazerooni.layers import fissure_layer_name

_OWN_NUMBERING: Final = "numbered as here"
_STATES: Final = {
    "present": FissureState.PRESENT,
    "absent": FissureState.ABSENT,
    "not assessable": FissureState.NOT_ASSESSABLE,
}


class LobesWidget(QWidget):
    """The part of the marking dock that is about lobes. wants_brush(lobe): one is to be painted."""

    wants_brush = Signal(object)

    def __init__(self, desk: Desk, points: FissurePoints) -> None:
        super().__init__()
        self.desk, self.points = desk, points
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._lobes())
        layout.addWidget(self._fissures())
        desk.events.busy.connect(self._on_busy)

    def renew(self) -> None:
        """Show the fissures of the reading."""
        session = self.desk.session
        for name, box in self.states.items():
            fissure = None if session is None or session.fissures is None else session.fissures.get(name)
            box.setEnabled(fissure is not None)
            if fissure is not None:
                box.setCurrentIndex(list(_STATES.values()).index(fissure.state))

    def _on_show_points(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        if on:
            in_turns(self, self.points.showing())
        else:
            self.points.set_visible(visible=False)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except KazerooniError as error:
            self.desk.tell(str(error))

    def _lobes(self) -> QGroupBox:
        group, grid = QGroupBox("Lobes"), QGridLayout()
        self.find, self.load = QPushButton("Find"), QPushButton("From file\N{HORIZONTAL ELLIPSIS}")
        self.cancel, self.lingula = QPushButton("Cancel"), QCheckBox("lingula")
        self.paint_lobe, self.absent_lobe = QComboBox(), QComboBox()
        self.paint_lobe.addItem("Paint")
        self.absent_lobe.addItem("Absent")
        self.paint_lobe.setToolTip("Paint a lobe by hand, inside the lungs")
        self.absent_lobe.setToolTip("A lobe that was taken out: its neighbours fill the lung; again takes that back")
        for lobe in Lobe:
            self.paint_lobe.addItem(lobe.name)
            self.absent_lobe.addItem(lobe.name)
        self.lingula.setToolTip("Find the lingula apart from the left upper lobe, for a scheme of six lobes")
        self.numbering = QComboBox()
        self.numbering.addItem(_OWN_NUMBERING)
        self.numbering.addItems(list(CONVENTIONS))
        self.numbering.setToolTip(
            "How a file numbers its lobes. A DICOM SEG, and a .seg.nrrd with names, say it themselves; ours is 1 RUL, "
            "2 RML, 3 RLL, 4 LUL, 5 LLL, 6 lingula"
        )
        self.cancel.setEnabled(False)
        self.progress = QLabel()
        self.progress.setWordWrap(True)
        self.find.clicked.connect(lambda: self._find(None))
        self.load.clicked.connect(self._choose_file)
        self.cancel.clicked.connect(self.desk.cancel)
        self.paint_lobe.activated.connect(self._on_paint_lobe)
        self.absent_lobe.activated.connect(self._on_absent_lobe)
        for at, widget in enumerate(
            (self.find, self.load, self.cancel, self.lingula, self.paint_lobe, self.absent_lobe)
        ):
            grid.addWidget(widget, at // 3, at % 3)
        grid.addWidget(QLabel("Lobes of a file"), 2, 0)
        grid.addWidget(self.numbering, 2, 1, 1, 2)
        grid.addWidget(self.progress, 3, 0, 1, 3)
        group.setLayout(grid)
        return group

    def _fissures(self) -> QGroupBox:
        group, grid = QGroupBox("Fissures"), QGridLayout()
        self.show_points = QCheckBox("show points: drag, add, delete")
        self.show_points.toggled.connect(self._on_show_points)
        grid.addWidget(self.show_points, 0, 0, 1, 2)
        self.states: dict[FissureName, QComboBox] = {}
        for at, name in enumerate(FissureName, start=1):
            box = QComboBox()
            box.addItems(list(_STATES))
            box.activated.connect(lambda _=0, name=name: self._on_state(name))
            self.states[name] = box
            edit = QPushButton(fissure_layer_name(name))
            edit.setToolTip("Make its points the active layer")
            edit.clicked.connect(lambda _=False, name=name: self._on_edit(name))
            grid.addWidget(edit, at, 0)
            grid.addWidget(box, at, 1)
        group.setLayout(grid)
        return group

    def _on_busy(self) -> None:
        busy = self.desk.busy
        self.progress.setText("" if busy is None else f"{busy}\N{HORIZONTAL ELLIPSIS}")
        for button in (self.find, self.load):
            button.setEnabled(busy is None)
        self.cancel.setEnabled(busy is not None and not self.desk.is_held)

    def _find(self, path: Path | None) -> None:
        labels = None if path is None or not self.numbering.currentIndex() else self.numbering.currentText()
        self._try(lambda: self.desk.find_lobes(path, labels=labels, lingula=self.lingula.isChecked()))

    def _choose_file(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "A lobe map: SEG, NIfTI, NRRD or MetaImage")
        if file:
            self._find(Path(file))

    def _on_paint_lobe(self, at: int) -> None:
        if at and self.desk.session is not None:
            self.wants_brush.emit(list(Lobe)[at - 1])
        self.paint_lobe.setCurrentIndex(0)

    def _on_absent_lobe(self, at: int) -> None:
        if at and self.desk.session is not None:
            lobe = list(Lobe)[at - 1]
            self._try(lambda: self.points.set_absent(lobe, absent=not self.desk.open_session.said.is_absent(lobe)))
        self.absent_lobe.setCurrentIndex(0)

    def _on_state(self, name: FissureName) -> None:
        self._try(lambda: self.points.set_state(name, _STATES[self.states[name].currentText()]))

    def _on_edit(self, name: FissureName) -> None:
        session = self.desk.session
        if session is None or session.fissures is None or session.fissures.get(name) is None:
            self.desk.tell("this fissure was not laid; find the lobes first")
            return
        with QSignalBlocker(self.show_points):
            self.show_points.setChecked(True)
        self.points.take_up(name)
