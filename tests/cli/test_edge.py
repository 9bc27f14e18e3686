"""The edge of the command line: every end of a command is a message and an exit status."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from kazerooni.cli.edge import edge
from kazerooni.errors import ChoiceError, LabelError


def end_of(error: BaseException, *, verbose: bool = False, log: Path | None = None) -> int:
    """Give the exit status of a command that ends with an error."""
    with pytest.raises(typer.Exit) as caught, edge(verbose=verbose, log=log):
        raise error
    return int(caught.value.exit_code)


@pytest.mark.parametrize(
    ("error", "status"),
    [(LabelError("the map does not fit"), 3), (ChoiceError("two studies"), 2), (ValueError("oops"), 70)],
    ids=["unusable", "choice", "inside"],
)
def test_an_error_is_a_message(error: Exception, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    """An error is told in words on standard error, without a traceback, and leaves with its status."""
    assert end_of(error) == status
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("kazerooni: ")
    assert "Traceback" not in told.err


def test_a_message_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A list in a message stays a list."""
    end_of(ChoiceError("two studies:\n  study 1.2\n  study 1.3"))
    assert capsys.readouterr().err.splitlines() == ["kazerooni: two studies:", "  study 1.2", "  study 1.3"]


def test_an_interruption_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C leaves with 130 and no word."""
    assert end_of(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == ""


def test_wrong_usage_is_left_to_the_parser() -> None:
    """A wrong option value goes on to the parser, which tells the usage."""
    with pytest.raises(typer.BadParameter), edge(verbose=False, log=None):
        raise typer.BadParameter("no")


def test_an_error_inside_does_not_quote(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What a library says of a header or a path is held back everywhere; where it went wrong is told."""
    log, name = tmp_path / "log.txt", "Doe^John"
    error = OSError(28, "No space left on device", f"/scans/{name}")
    error.__cause__ = KeyError(name)
    assert end_of(error, verbose=True, log=log) == 70
    told = capsys.readouterr().err + log.read_text(encoding="utf-8")
    assert "OSError (No space left on device)" in told
    assert "KeyError\nwhich led to\n" in told
    assert "test_edge.py" in told
    assert name not in told


def test_a_traceback_needs_asking(capsys: pytest.CaptureFixture[str]) -> None:
    """The place in the code is shown with `verbose` only."""
    end_of(ValueError("oops"))
    assert "test_edge.py" not in capsys.readouterr().err
    end_of(ValueError("oops"), verbose=True)
    told = capsys.readouterr().err
    assert "test_edge.py:" in told
    assert str(Path(__file__).parent) not in told


def test_the_log_grows(tmp_path: Path) -> None:
    """The log keeps what was said with time and version, and is added to, never overwritten."""
    log = tmp_path / "log.txt"
    end_of(LabelError("first"), log=log)
    end_of(LabelError("second"), log=log)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert [line.split(" ", 3)[3] for line in lines[1::2]] == ["kazerooni: first", "kazerooni: second"]
    assert "starts" in lines[0]


def test_a_log_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    """A log in a folder that is not there is refused before anything is done."""
    with pytest.raises(typer.BadParameter, match="cannot be written"), edge(verbose=False, log=tmp_path / "no" / "log"):
        pytest.fail("the command ran")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE")
def test_a_closed_pipe_is_quiet() -> None:
    """When the reader of standard output goes away, nothing is complained of."""
    code = "from kazerooni.cli.edge import edge; import sys\nwith edge(verbose=False, log=None): print('x' * 10**6)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        assert "BrokenPipe" not in program.stderr.read().replace("Exit", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no disk that is always full")
def test_a_full_disk_for_the_log_ends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A log that cannot be written to prints no traceback and lets the command end as it would."""
    with edge(verbose=False, log=Path("/dev/full")):
        typer.echo("done")
    told = capsys.readouterr()
    assert told.out == "done\n"
    assert told.err == ""
