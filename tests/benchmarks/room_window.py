"""A window that nobody sees: napari under Xvfb, its event loop turned by hand, so that every turn is timed.

A turn is one pass of Qt's event loop: what the reader does meanwhile waits until it ends. What a test calls itself, as
a key would, is a turn of its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

_PATIENCE_S = 120.0
_QUIET_S = 0.6  # so long nothing takes time: the window has settled
_NOTHING_S = 0.005
_STALL_S = 0.05
_IDLE_S = 0.001
_SIZE = (1280, 800)


def start_screen() -> None:
    """Give napari a screen, a renderer without graphics card, and settings of its own."""
    folder = tempfile.mkdtemp(prefix="kazerooni-room-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ |= {"NAPARI_CONFIG": f"{folder}/settings.yaml", "NAPARI_ASYNC": "0", "XDG_DATA_HOME": f"{folder}/data"}
    program = shutil.which("Xvfb")
    if not sys.platform.startswith("linux") or program is None:
        return  # the screen of whoever sits there
    read, write = os.pipe()
    options = ("-screen", "0", "{}x{}x24".format(*_SIZE), "-nolisten", "tcp")
    server = subprocess.Popen(
        [program, "-displayfd", str(write), *options], pass_fds=(write,), stderr=subprocess.DEVNULL
    )
    atexit.register(server.terminate)
    os.close(write)
    with os.fdopen(read) as told:
        os.environ |= {"DISPLAY": f":{told.readline().strip()}", "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1"}


class Loop:
    """The event loop of a window, one turn after another.

    turns: seconds of each since `stalls` was entered. work: of each, the processor time of the main thread, which the
    software that draws (as a graphics card would) and other programs of the machine have no part in.
    """

    def __init__(self) -> None:
        import napari  # noqa: PLC0415 - wants the screen
        from qtpy.QtWidgets import QApplication  # noqa: PLC0415

        self.viewer = napari.Viewer(show_welcome_screen=False)
        self.viewer.window._qt_window.setGeometry(0, 0, *_SIZE)
        self._application = QApplication
        self.turns: list[float] = []
        self.work: list[float] = []
        self.drawn = 0
        self.viewer.window._qt_viewer.canvas._scene_canvas.events.draw.connect(self._count, position="last")

    def _count(self, _: Any) -> None:
        self.drawn += 1

    def turn(self) -> float:
        """Let Qt do what waits, once."""
        return self.call(self._application.processEvents)

    def call(self, act: Callable[[], object]) -> float:
        """Do something in the main thread; gives the seconds that it took."""
        start, busy = time.perf_counter(), time.thread_time()
        act()
        self.turns.append(time.perf_counter() - start)
        self.work.append(time.thread_time() - busy)
        return self.turns[-1]

    def until(self, is_done: Callable[[], bool]) -> None:
        """Turn until something is done."""
        end = time.perf_counter() + _PATIENCE_S
        while not is_done():
            if time.perf_counter() > end:
                raise TimeoutError(f"not done in {_PATIENCE_S:.0f} s")
            if self.turn() < _NOTHING_S:
                time.sleep(_IDLE_S)

    def until_drawn(self) -> None:
        """Turn until the picture has been drawn anew."""
        before = self.drawn
        self.until(lambda: self.drawn > before)

    def settle(self) -> None:
        """Turn until nothing has taken time for a while."""
        quiet = time.perf_counter()
        while time.perf_counter() - quiet < _QUIET_S:
            if self.turn() > _NOTHING_S:
                quiet = time.perf_counter()
            time.sleep(_IDLE_S)

    @contextmanager
    def stalls(self, what: str, figures: dict[str, float]) -> Iterator[None]:
        """Note the longest turn of what is done, the most work in one, and what turns of over 50 ms took together."""
        self.turns, self.work = [], []
        yield
        figures[f"{what}: longest turn, ms"] = 1000 * max(self.turns)
        figures[f"{what}: most work in a turn, ms"] = 1000 * max(self.work)
        figures[f"{what}: turns over 50 ms, in all, ms"] = 1000 * sum(s for s in self.turns if s > _STALL_S)

    def scroll(self, step: Callable[[int], object], steps: int) -> float:
        """Show one slice after another, up and down by turns of ten; gives the median ms from key to picture."""
        took = []
        for number in range(steps):
            way = 1 if number // 10 % 2 == 0 else -1
            start = time.perf_counter()
            before = self.drawn
            self.call(lambda way=way: step(way))  # type: ignore[misc]
            self.until(lambda before=before: self.drawn > before)  # type: ignore[misc]
            took.append(time.perf_counter() - start)
        return 1000 * median(took)

    def strokes(self, layer: Any, index: int, number: int) -> float:
        """Paint strokes of 20 discs as a brush does; gives the median ms of one, drawing not included."""
        took = []
        for at in range(number):
            row = 150 + 5 * at
            took.append(self.call(lambda row=row: _stroke(layer, index, row)))  # type: ignore[misc]
            self.turn()
        return 1000 * median(took)


def _stroke(layer: Any, index: int, row: int) -> None:
    with layer.block_history():
        for column in range(160, 240, 4):
            layer.paint((index, row, column), 1)
