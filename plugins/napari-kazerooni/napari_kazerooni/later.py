"""Later: what is done as soon as Qt has nothing else to do."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QObject, QTimer


def later(owner: QObject, act: Callable[[], object]) -> None:
    """Do something once Qt is idle, unless its owner is gone by then.

    The same with every Qt binding; a single shot with an owner is known to PySide6 only.
    """
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.timeout.connect(act)
    timer.timeout.connect(timer.deleteLater)
    timer.start(0)
