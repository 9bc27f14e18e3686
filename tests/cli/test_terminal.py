"""What goes to the terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kazerooni.cli.terminal import printable, progress, say


def test_what_is_said_is_wrapped(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A long line is wrapped to the terminal under its own indent; a UID is never broken."""
    monkeypatch.setenv("COLUMNS", "40")
    uid = "1.2.826.0.1.3680043.8.498.12345678901234567890"
    say(f"Two studies are here and one is wanted; name it:\n  study {uid} of the patient on that day")
    lines = capsys.readouterr().err.splitlines()
    assert all(len(line) <= 40 for line in lines if uid not in line)
    assert any(uid in line for line in lines)
    assert lines[-1].startswith("  ")


def test_control_codes_become_a_mark() -> None:
    """What a terminal would obey is replaced; letters of every script stay."""
    assert printable("Größe \u80ba\x1b[2J\x00") == "Größe \u80ba\ufffd[2J\ufffd"


def test_a_pipe_sees_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard error is no terminal there is nothing to tell progress to."""
    with progress("Reading") as told:
        assert told is None
    assert capsys.readouterr().err == ""


def test_a_terminal_sees_progress_and_colour() -> None:
    """On a terminal progress is drawn and the head of a table is underlined."""
    code = (
        "from kazerooni.cli.terminal import plain_table, progress, show\n"
        "with progress('Reading slices') as told:\n    told(3, 5); told(5, 5)\n"
        "table = plain_table(); table.add_column('Lobe'); table.add_row('RUL'); show(table)\n"
    )
    pty = pytest.importorskip("pty", reason="a pseudo-terminal needs a POSIX system")
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen([sys.executable, "-c", code], stdout=slave, stderr=slave, env=environment) as program:
        os.close(slave)
        drawn = _read_all(master)
    assert program.returncode == 0
    assert "Reading slices" in drawn
    assert "5/5" in drawn
    assert "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * 4 in drawn


def _read_all(descriptor: int) -> str:
    """Read a pseudo-terminal until the program at its other end has gone."""
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # how Linux tells the end
            part = b""
        if not part:
            os.close(descriptor)
            return b"".join(parts).decode("utf-8")
        parts.append(part)
