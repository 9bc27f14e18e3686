"""Later: what is done as soon as Qt has nothing else to do, one thing in each turn of its loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from qtpy.QtCore import QObject, QTimer

Step = Callable[[], object]
"""What is done in one turn."""


def later(owner: QObject, act: Callable[[], object]) -> None:
    """Do something once Qt is idle, unless its owner is gone by then.

    The same with every Qt binding; a single shot with an owner is known to PySide6 only.
    """
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.timeout.connect(act)
    timer.timeout.connect(timer.deleteLater)
    timer.start(0)


def in_turns(owner: QObject, steps: Iterator[Step]) -> None:
    """Take each step in a turn of its own, the first one in the next turn; the window answers between them."""

    def take() -> None:
        step = next(steps, None)
        if step is not None:
            step()
            later(owner, take)

    later(owner, take)
