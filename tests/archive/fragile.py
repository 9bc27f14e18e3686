"""The program with workers that really die: a task of a scan in a folder of a certain name ends its process.

`python -m tests.archive.fragile rescore ...` is the command. Everything but what a worker does with these few tasks is
the program's own.
"""

from __future__ import annotations

import os
import signal
import time
from importlib import import_module
from pathlib import Path

import kazerooni.archive.run
from kazerooni.archive import Result, Settings, Task
from kazerooni.archive.jobs import Work
from kazerooni.cli import main

CRASH, HANG, EAT = "crash", "hang", "eat"
"""How the folder of a scan is called whose task ends its worker."""
EATEN_BYTES = 800 * 2**20
_PATIENCE_S = 1000.0


class Fragile(Work):
    """Work that is killed, hangs or takes too much memory at a scan in a folder called so."""

    __slots__ = ()

    def __call__(self, task: Task) -> Result:
        """Do one task, or die of it."""
        folders = {part for path in task.files for part in Path(path).parts}
        if CRASH in folders:
            os.kill(os.getpid(), signal.SIGKILL)
        held = b"x" * EATEN_BYTES if EAT in folders else b""
        if held or HANG in folders:
            time.sleep(_PATIENCE_S)
        return Work.__call__(self, task)

    def __reduce__(self) -> tuple[object, tuple[Settings]]:
        return awake, (self.settings,)


def awake(settings: Settings) -> Fragile:
    """Make a worker's work, and load what tasks wait for at first, so that a small time limit is of the tasks alone."""
    for name in ("kazerooni.store", "alembic.command", "imagecodecs", "scipy.ndimage"):
        import_module(name)
    return Fragile(settings)


def go() -> None:
    """Run the command with such workers."""
    setattr(kazerooni.archive.run, "Work", Fragile)  # noqa: B010 - here alone the two programs differ
    main()


if __name__ == "__main__":
    import tests.archive.fragile  # so that workers find the class by the name of its module

    tests.archive.fragile.go()
