"""Conflicts widget: what contradicts itself, with both grades, and buttons that settle it. Wiring only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from napari_kazerooni.evidence import Conflict
from napari_kazerooni.question_row import question_row

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
            row = self._layout.takeAt(0).widget()
            row.hide()
            row.deleteLater()
        for conflict in conflicts:
            self._layout.addWidget(self._row(conflict))
        self.setVisible(bool(conflicts))

    def _row(self, conflict: Conflict) -> QWidget:
        kinds = ("typed", "painted") if conflict.kind == "typed-over-marks" else ("painted",)
        answers = {
            keep: (f"{keep} counts" if len(kinds) > 1 else "take back", partial(self._settle, conflict, keep))
            for keep in kinds
        }
        row, buttons = question_row(conflict.message, answers.values())
        for keep, button in zip(answers, buttons, strict=True):
            self.buttons[f"{conflict.lobe.name} {conflict.component} {keep}"] = button
        return row

    def _settle(self, conflict: Conflict, keep: str) -> None:
        kept = "typed" if keep == "typed" else "painted"
        self._desk.do(lambda say: say.settle(conflict.lobe, conflict.component, keep=kept))  # type: ignore[arg-type]
