"""`kazerooni open`: starts the reading room, or says how to install it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kazerooni.cli import open as command
from tests.cli.conftest import Run


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Give the list of what is started; nothing is."""
    calls: list[list[str]] = []
    monkeypatch.setattr(command, "find_spec", lambda name: name)

    def start(words: list[str], **_: object) -> SimpleNamespace:
        calls.append(words)
        return SimpleNamespace(returncode=len(calls) - 1)  # the first is well, the second fails

    monkeypatch.setattr(subprocess, "run", start)
    return calls


def test_the_room_is_started_with_the_paths(run: Run, started: list[list[str]], tmp_path: Path) -> None:
    """The plugin is run as a module by this Python, with whole paths; its failure is told by the exit status."""
    assert run("open", tmp_path).exit_code == 0
    assert started == [[sys.executable, "-m", "napari_kazerooni", str(tmp_path.resolve())]]
    assert run("open").exit_code == 3


def test_a_path_that_is_not_there_is_told_by_its_name(run: Run, started: list[list[str]], tmp_path: Path) -> None:
    """A path that does not exist leaves with 3, starts nothing, and is named without its folders."""
    result = run("open", tmp_path / "nowhere")
    assert result.exit_code == 3
    assert "nowhere: no such file" in result.output
    assert str(tmp_path) not in result.output
    assert not started


def test_without_the_plugin_it_says_how_to_install_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the plugin is not installed, the message says what to type."""
    monkeypatch.setattr(command, "find_spec", lambda _: None)
    result = run("open", tmp_path)
    assert result.exit_code == 3
    assert "pip install napari-kazerooni" in " ".join(result.output.split())
