"""Once: a thing that is costly to make is made by one of the processes that run the tests, and used by all."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

_Made = TypeVar("_Made")
_PATIENCE_S = 600.0


def once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], _Made]) -> _Made:
    """Make something into a folder of its own, unless another process of this run has; give what `make` gave.

    What is made must not be changed: others use it at the same time.
    """
    shared = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, told, failed = (shared / f"{name}{ending}" for ending in ("", ".made", ".failed"))
    try:
        folder.mkdir()
    except FileExistsError:
        _wait(told, failed)
        there: _Made = pickle.loads(told.read_bytes())  # noqa: S301 - we wrote it
        return there
    try:
        made = make(folder)
    except BaseException:
        failed.touch()
        raise
    part = told.with_suffix(".part")
    part.write_bytes(pickle.dumps(made))
    part.rename(told)
    return made


def _wait(told: Path, failed: Path) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not told.exists():
        if failed.exists() or time.monotonic() > until:
            pytest.fail(f"another process of the tests did not make {told.stem}; its test tells why")
        time.sleep(0.1)
