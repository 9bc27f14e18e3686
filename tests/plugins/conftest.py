"""Fixtures of the reading room's tests: real napari under Xvfb."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kazerooni.phantom import VISITS, sample_folder


@pytest.fixture(scope="session", autouse=True)
def _display(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give windows a screen that nobody sees, a renderer that needs no graphics card, and settings of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NAPARI_CONFIG", str(tmp_path_factory.mktemp("napari") / "settings.yaml"))
        patch.setenv("NAPARI_ASYNC", "0")
        if not sys.platform.startswith("linux"):
            yield
            return
        read, write = os.pipe()
        screen = ("-screen", "0", "1280x800x24", "-nolisten", "tcp")
        server = subprocess.Popen([tool("Xvfb"), "-displayfd", str(write), *screen], pass_fds=(write,))
        os.close(write)
        try:
            with os.fdopen(read) as told:
                patch.setenv("DISPLAY", f":{told.readline().strip()}")
            for name, value in {"LIBGL_ALWAYS_SOFTWARE": "1", "QT_QPA_PLATFORM": "xcb"}.items():
                patch.setenv(name, value)
            yield
        finally:
            server.terminate()
            server.wait(timeout=10)


@pytest.fixture(scope="session")
def visits() -> list[Path]:
    """Give the folders of the three sample visits, oldest first."""
    return [sample_folder() / visit.name for visit in VISITS]
