"""Question row: what wants an answer, and a button for each answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

Answer = tuple[str, Callable[[], object]]
"""The words of a button, and what it does."""


def question_row(message: str, answers: Iterable[Answer]) -> tuple[QWidget, list[QPushButton]]:
    """Put a message and its answers beside each other; gives the row and its buttons."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    label = QLabel(message[:1].upper() + message[1:].replace(" %", "\N{NO-BREAK SPACE}%"))
    label.setWordWrap(True)
    layout.addWidget(label, 1)
    buttons = []
    for words, act in answers:
        button = QPushButton(words)
        button.clicked.connect(partial(_do, act))
        layout.addWidget(button)
        buttons.append(button)
    return row, buttons


def _do(act: Callable[[], object], *_: object) -> None:
    act()
