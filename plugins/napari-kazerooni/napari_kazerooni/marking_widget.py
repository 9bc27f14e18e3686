"""Marking widget: tools, brush, findings, locks, lobes and fissures. Wiring only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from qtpy.QtCore import QSignalBlocker, Qt
from qtpy.QtGui import QColor, QIcon, QPixmap
from qtpy.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kazerooni.errors import KazerooniError
from kazerooni.labels import COLOURS
from kazerooni.model import Lobe
from napari_kazerooni.desk import desk_of
from napari_kazerooni.desk_keys import DeskKeys
from napari_kazerooni.fissure_points import FissurePoints
from napari_kazerooni.label_layers import FINDINGS, FIRST_BRUSH_MM
from napari_kazerooni.layers import LAYER_NAMES
from napari_kazerooni.lobes_widget import LobesWidget
from napari_kazerooni.suggesting import Suggestion, copy_to_next

_TOOLS: Final = {
    "pan_zoom": ("Look", "Move the picture"),
    "paint": ("Brush", "Paint with a round brush"),
    "erase": ("Eraser", "Take marks away"),
    "polygon": ("Polygon", "Click around, double click ends"),
    "fill_lobe": ("Fill lobe", "Click into a lobe: all of it on this slice (or key Q)"),
    "threshold": ("Threshold", "Brush that marks only within the HU window"),
}
_COMPACT: Final = "QPushButton { min-width: 30px; padding: 3px; } QComboBox { min-width: 60px; }"
_NARROWEST: Final = 345
_THRESHOLD_HU: Final = (-700.0, -300.0)


class MarkingWidget(QWidget):
    """The dock to mark with."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self.desk = desk_of(napari_viewer)
        self.viewer = self.desk.viewer
        self.points = FissurePoints(self.desk)
        self.suggestion = Suggestion(self.desk)
        self.keys = DeskKeys(self.desk)
        self.tool = "pan_zoom"
        self._build()
        self.desk.layers.events.chosen.connect(self._on_chosen)
        self.desk.events.opened.connect(self._on_opened)
        self.desk.events.signed.connect(self._on_opened)
        self.desk.events.lobes.connect(self._on_opened)
        self.suggestion.events.waits.connect(self._on_suggestion)
        self.viewer.mouse_drag_callbacks.append(self._on_click)
        self.points.renew()
        self._on_suggestion()
        self._on_opened()

    def _build(self) -> None:
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(4, 4, 4, 4)
        self.lobes = LobesWidget(self.desk, self.points)
        self.lobes.wants_brush.connect(self._on_lobe_brush)
        self.groups = (self._tools(), self._locks(), self._slices(), self.lobes)
        for group in self.groups:
            layout.addWidget(group)
        layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside.setStyleSheet(_COMPACT)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.setMinimumWidth(_NARROWEST)

    def _tools(self) -> QGroupBox:
        group, grid = QGroupBox("Mark"), QGridLayout()
        self.finding = QComboBox()
        for finding in FINDINGS:
            picture = QPixmap(14, 14)
            picture.fill(QColor(*COLOURS[finding]))
            self.finding.addItem(QIcon(picture), finding.full_name)
        self.finding.activated.connect(lambda at: self.desk.layers.choose(FINDINGS[at]))
        self.tools, self._tool_group = {}, QButtonGroup(self)
        grid.addWidget(self.finding, 0, 0, 1, 3)
        for at, (name, (words, tip)) in enumerate(_TOOLS.items()):
            button = QPushButton(words)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, name=name: self.choose_tool(name))
            self.tools[name] = button
            self._tool_group.addButton(button)
            grid.addWidget(button, 1 + at // 3, at % 3)
        self.brush = QDoubleSpinBox()
        self.brush.setRange(0.5, 200.0)
        self.brush.setSuffix(" mm")
        self.brush.setDecimals(1)
        self.brush.setValue(FIRST_BRUSH_MM)
        self.brush.valueChanged.connect(self._on_brush)
        grid.addWidget(QLabel("Brush"), 3, 0)
        grid.addWidget(self.brush, 3, 1, 1, 2)
        group.setLayout(grid)
        return group

    def _locks(self) -> QGroupBox:
        group, grid = QGroupBox("Marks stay inside"), QGridLayout()
        self.in_lobe, self.in_lungs, self.in_window = (
            QCheckBox("clicked lobe"),
            QCheckBox("lungs"),
            QCheckBox("HU from"),
        )
        self.low, self.high = QDoubleSpinBox(), QDoubleSpinBox()
        for spin, value in zip((self.low, self.high), _THRESHOLD_HU, strict=True):
            spin.setRange(-1100, 3000)
            spin.setDecimals(0)
            spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
            spin.setSingleStep(10)
            spin.setValue(value)
            spin.valueChanged.connect(self._on_locks)
        for box in (self.in_lobe, self.in_lungs, self.in_window):
            box.toggled.connect(self._on_locks)
        grid.addWidget(self.in_lobe, 0, 0, 1, 2)
        grid.addWidget(self.in_lungs, 0, 2, 1, 2)
        grid.addWidget(self.in_window, 1, 0)
        grid.addWidget(self.low, 1, 1)
        grid.addWidget(QLabel("to"), 1, 2)
        grid.addWidget(self.high, 1, 3)
        group.setLayout(grid)
        self.in_lobe.setToolTip("Marks keep to the lobe under the first click")
        return group

    def _slices(self) -> QGroupBox:
        group, row = QGroupBox("Other slices"), QHBoxLayout()
        self.copy_up, self.copy_down = QPushButton("Copy up"), QPushButton("Copy down")
        self.between, self.accept, self.drop = QPushButton("Fill between"), QPushButton("Accept"), QPushButton("Not so")
        for button in (self.between, self.accept, self.drop):
            button.hide()  # until there is a scan without gaps
        self.copy_up.clicked.connect(lambda: self._try(lambda: copy_to_next(self.desk, 1)))
        self.copy_down.clicked.connect(lambda: self._try(lambda: copy_to_next(self.desk, -1)))
        self.between.clicked.connect(lambda: self._try(self.suggestion.make))
        self.accept.clicked.connect(lambda: self._try(self.suggestion.accept))
        self.drop.clicked.connect(lambda: self._try(self.suggestion.drop))
        self.copy_up.setToolTip("Copy the marks of this slice to the next one (Shift+PageUp)")
        self.copy_down.setToolTip("Copy the marks of this slice to the one before (Shift+PageDown)")
        for button in (self.copy_up, self.copy_down, self.between, self.accept, self.drop):
            row.addWidget(button)
        group.setLayout(row)
        return group

    # --- Showing ------------------------------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        session = self.desk.session
        for group in self.groups:
            group.setEnabled(session is not None and session.signed is None)
        if session is None:
            return
        for layer_name in LAYER_NAMES:
            self.desk.layers[layer_name].events.brush_size.connect(self._show_brush)
        locks = self.desk.layers.locks
        for box, on in ((self.in_lobe, locks.in_lobe), (self.in_lungs, locks.in_lungs)):
            with QSignalBlocker(box):
                box.setChecked(on)
        gaps = session.volume.geometry.is_sampled
        self.copy_up.setVisible(gaps)
        self.copy_down.setVisible(gaps)
        for button in (self.between, self.accept, self.drop):
            button.setVisible(not gaps)
        self.lobes.renew()
        self._on_chosen()

    def _on_chosen(self) -> None:
        if self.desk.session is None:
            return
        layers = self.desk.layers
        self.finding.setCurrentIndex(FINDINGS.index(layers.finding))
        self._show_brush()

    def _on_suggestion(self) -> None:
        for button in (self.accept, self.drop):
            button.setEnabled(self.suggestion.waits)

    def _show_brush(self) -> None:
        with QSignalBlocker(self.brush):
            self.brush.setValue(self.desk.layers.painted.brush_mm)

    # --- Doing --------------------------------------------------------------------------------------------------------

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except KazerooniError as error:
            self.desk.tell(str(error))

    def choose_tool(self, name: str) -> None:
        """Mark with a tool."""
        if self.desk.session is None:
            return
        if "threshold" in (name, self.tool):
            self.in_window.setChecked(name == "threshold")
        self.tool = name
        self.tools[name].setChecked(True)
        layer = self.desk.layers.painted
        self.viewer.layers.selection.active = layer
        layer.mode = {"fill_lobe": "pan_zoom", "threshold": "paint"}.get(name, name)

    def _on_click(self, _: Any, event: Any) -> Iterator[None]:
        layer = self.desk.layers.active if self.tool == "fill_lobe" and self.desk.session is not None else None
        if layer is not None and event.button == 1 and self.desk.layers.name_of(layer) != "lobes":
            layer.fill_lobe(layer.world_to_data(event.position), layer.selected_label)
            event.handled = True
        yield

    def _on_brush(self, diameter_mm: float) -> None:
        if self.desk.session is not None:
            self.desk.layers.painted.brush_mm = diameter_mm

    def _on_locks(self, _: object = None) -> None:
        locks = self.desk.layers.locks
        locks.in_lobe, locks.in_lungs = self.in_lobe.isChecked(), self.in_lungs.isChecked()
        low, high = sorted((self.low.value(), self.high.value()))
        locks.window = (low, high) if self.in_window.isChecked() else None

    def _on_lobe_brush(self, lobe: Lobe) -> None:
        layer = self.desk.layers["lobes"]
        layer.selected_label = int(lobe)
        self.viewer.layers.selection.active = layer
        self.choose_tool("paint")
