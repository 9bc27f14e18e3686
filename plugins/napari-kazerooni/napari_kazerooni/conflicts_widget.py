"""Conflicts widget: what contradicts itself, with both grades, and buttons that settle it. Wiring only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_kazerooni.evidence import Conflict

if TYPE_CHECKING:
    from napari_kazerooni.desk import Desk


class ConflictsFrame(QFrame):
    """Lists conflicts; hidden where there are none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shown: tuple[Conflict, ...] = ()
        self.buttons: dict[str, QPushButton] = {}
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(4, 4, 4, 4)
        self.hide()

    def show_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        """Show these conflicts instead of those before."""
        if tuple(conflicts) == self._shown:
            return
        self._shown = tuple(conflicts)
        self.buttons.clear()
        while self._layout.count():
            self._layout.takeAt(0).widget().deleteLater()
        for conflict in conflicts:
            self._layout.addWidget(self._row(conflict))
        self.setVisible(bool(conflicts))

    def _row(self, conflict: Conflict) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        label = QLabel(conflict.message)
        label.setWordWrap(True)
        layout.addWidget(label, 1)
        kinds = ("typed", "painted") if conflict.kind == "typed-over-marks" else ("painted",)
        for keep in kinds:
            button = QPushButton(f"{keep} counts" if len(kinds) > 1 else "take back")
            button.clicked.connect(partial(self._settle, conflict, keep))
            self.buttons[f"{conflict.lobe.name} {conflict.component} {keep}"] = button
            layout.addWidget(button)
        return row

    def _settle(self, conflict: Conflict, keep: str, *_: object) -> None:
        kept = "typed" if keep == "typed" else "painted"
        self._desk.do(lambda say: say.settle(conflict.lobe, conflict.component, keep=kept))  # type: ignore[arg-type]
