"""Notices widget: what is to be known of the scan in sight, until somebody has read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qtpy.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout

from kazerooni.model import Notice
from napari_kazerooni.series_rows import notice_lines


class NoticesFrame(QFrame):
    """Shows notices with a button that acknowledges them; hidden where there are none."""

    def __init__(self, acknowledge: Callable[[], None]) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.button = QPushButton("I have read this")
        self._acknowledge = acknowledge
        self.button.clicked.connect(self._on_clicked)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(self.button)
        self.hide()

    def _on_clicked(self) -> None:
        self._acknowledge()

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show these notices instead of those before."""
        self.text.setText(notice_lines(notices))
        self.setVisible(bool(notices))
