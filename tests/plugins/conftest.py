"""Fixtures of the reading room's tests: real napari under Xvfb."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kazerooni.phantom import VISITS, sample_folder


@pytest.fixture(scope="session", autouse=True)
def _settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give napari settings, and drafts a folder, of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NAPARI_CONFIG", str(tmp_path_factory.mktemp("napari") / "settings.yaml"))
        patch.setenv("NAPARI_ASYNC", "0")
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def qapp_args(tool: Callable[[str], str]) -> Iterator[list[str]]:
    """Give windows a screen that nobody sees and a renderer without graphics card; tests without a window need none."""
    with pytest.MonkeyPatch.context() as patch:
        if sys.platform.startswith("linux"):
            patch.setenv("DISPLAY", _start_screen(tool("Xvfb")))
            patch.setenv("LIBGL_ALWAYS_SOFTWARE", "1")
            patch.setenv("QT_QPA_PLATFORM", "xcb")
        yield [sys.argv[0]]


def _start_screen(program: str) -> str:
    """Start Xvfb and give the name of its display; it ends with its last client, so Qt never loses its screen."""
    read, write = os.pipe()
    options = ("-screen", "0", "1280x800x24", "-nolisten", "tcp", "-terminate")
    server = subprocess.Popen(
        [program, "-displayfd", str(write), *options], pass_fds=(write,), stderr=subprocess.DEVNULL
    )
    os.close(write)
    atexit.register(server.terminate)
    with os.fdopen(read) as told:
        return f":{told.readline().strip()}"


@pytest.fixture(scope="session")
def visits() -> list[Path]:
    """Give the folders of the three sample visits, oldest first."""
    return [sample_folder() / visit.name for visit in VISITS]


@pytest.fixture
def viewer(make_napari_viewer: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Give a window, and a folder for drafts that is empty."""
    monkeypatch.setattr("napari_kazerooni.keeping.drafts_folder", lambda: tmp_path / "drafts")
    return make_napari_viewer()
