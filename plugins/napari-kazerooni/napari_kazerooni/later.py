"""Later: what is done as soon as Qt has nothing else to do, one thing in each turn of its loop."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Final

from qtpy.compat import isalive
from qtpy.QtCore import QCoreApplication, QObject, Qt, QTimer

Step = Callable[[], object]
"""What is done in one turn."""
_NAME: Final = "kazerooni-turns"


class _Turns(QObject):
    """Takes what waits, from one timer that belongs to the application.

    Not from a timer of each owner: as it goes it frees what it was to call, which may be the last to hold the owner,
    which then takes its children, and so the timer, apart once more: a crash as a window closes.
    """

    def __init__(self, application: QObject) -> None:
        super().__init__(application)
        self.setObjectName(_NAME)
        self._waiting: deque[tuple[weakref.ref[QObject], Step]] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._take)

    def add(self, owner: QObject, act: Step) -> None:
        """Let something wait for the next turn."""
        self._waiting.append((weakref.ref(owner), act))
        self._timer.start(0)

    def _take(self) -> None:
        """Do what waits by now; what comes meanwhile, and what is left where one fails, has its turn next."""
        for _ in range(len(self._waiting)):
            if not self._waiting:
                return
            held, act = self._waiting.popleft()
            if self._waiting:
                self._timer.start(0)
            owner = held()
            if owner is not None and isalive(owner):
                act()


def later(owner: QObject, act: Step) -> None:
    """Do something once Qt is idle, unless its owner is gone by then."""
    application = QCoreApplication.instance()
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    turns = application.findChild(_Turns, _NAME, direct) or _Turns(application)
    turns.add(owner, act)


def in_turns(owner: QObject, steps: Iterator[Step]) -> None:
    """Take each step in a turn of its own, the first one in the next turn; the window answers between them.

    Where one fails no further one is taken, and a generator of steps ends at once: what it holds is let go, though
    napari keeps the traceback.
    """

    def take() -> None:
        step = next(steps, None)
        if step is None:
            return
        try:
            step()
        except BaseException:
            if isinstance(steps, Generator):
                steps.close()
            raise
        later(owner, take)

    later(owner, take)
