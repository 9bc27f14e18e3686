"""Busy widget: a message, and the progress of the one piece of work that a dock has in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from napari_kazerooni.worker import Job, Work


class BusyBar(QWidget):
    """Runs work in the background, one at a time; tells how far it is, and in words how it ended."""

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self.job: Job | None = None
        self.message = QLabel(words)
        self.message.setWordWrap(True)
        self.bar = QProgressBar()
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.stop)
        self._row = QWidget()
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar)
        row.addWidget(self.cancel_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.message)
        layout.addWidget(self._row)
        self._row.hide()

    def say(self, words: str) -> None:
        """Show a message; an empty one takes no room."""
        self.message.setText(words)
        self.message.setVisible(bool(words))

    def run(
        self,
        work: Work,
        what: str,
        returned: Callable[[Any], None],
        *,
        told: Callable[[Any], None] | None = None,
    ) -> None:
        """Run work in the background, in the place of what runs.

        returned, told: get what it gives in the end, and what it tells before, in the main thread.
        """
        self.cancel()
        self.job = job = Job(work)
        job.progressed.connect(self._on_progress)
        if told is not None:
            job.told.connect(told)
        job.returned.connect(returned)
        job.failed.connect(self.say)
        job.ended.connect(self._on_ended)
        self.bar.setFormat(f"{what}  %v of %m")
        self.bar.setRange(0, 0)
        self.say(f"{what}\N{HORIZONTAL ELLIPSIS}")
        self._row.show()
        job.start()

    def cancel(self) -> None:
        """End what runs; nothing of it arrives any more."""
        if self.job is not None:
            self.job.cancel()
            self.job = None
            self._row.hide()

    def stop(self) -> None:
        """End what runs, and say so."""
        if self.job is not None:
            self.cancel()
            self.say("Cancelled.")

    def _on_progress(self, done: int, total: int | None) -> None:
        if self.sender() is self.job:
            self.bar.setRange(0, total or 0)
            self.bar.setValue(done)

    def _on_ended(self) -> None:
        if self.sender() is self.job:
            self.job = None
            self._row.hide()
