"""Draft widget: offers the drafts that were found of the scan that is open. Wiring only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

if TYPE_CHECKING:
    from napari_kazerooni.desk import Desk


class DraftFrame(QFrame):
    """Offers the draft that was saved last; hidden where there is none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.go_on, self.leave = QPushButton("Go on with it"), QPushButton("Begin anew")
        self.leave.setToolTip("The draft stays where it is and is offered again")
        self.go_on.clicked.connect(self._on_go_on)
        self.leave.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.go_on)
        layout.addWidget(self.leave)
        desk.events.drafts.connect(self._on_drafts)
        desk.events.opened.connect(self._on_opened)
        self.hide()

    def _on_opened(self) -> None:
        self.hide()

    def _on_drafts(self) -> None:
        found = self._desk.keeping.found
        self.setVisible(bool(found))
        if found:
            started = found[0].reading.session.started
            when = "" if started is None else f", begun {started:%Y-%m-%d %H:%M}"
            others = f" ({len(found) - 1} older)" if len(found) > 1 else ""
            self.text.setText(f"An unfinished reading of this scan was found{when}{others}.")

    def _on_go_on(self) -> None:
        self.hide()
        self._desk.resume(self._desk.keeping.found[0])
