"""Edge: where every error of a command ends, as one message on standard error and an exit status."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import typer

from kazerooni.cli.terminal import say
from kazerooni.errors import ChoiceError, KazerooniError, ProfileError, SchemeError
from kazerooni.version import __version__

# 0: done. 1: done, but some case failed. 2: wrong usage. 3: the input cannot be used. The rest are customs of Unix.
CASE_FAILED = 1
WRONG_USAGE = 2
UNUSABLE = 3
INTERNAL = 70
INTERRUPTED = 130
BROKEN_PIPE = 141

# What a person can mend by other arguments.
_USAGE_ERRORS = (ChoiceError, ProfileError, SchemeError)
_LOGGER = logging.getLogger("kazerooni")


@contextmanager
def edge(*, verbose: bool, log: Path | None) -> Iterator[None]:
    """Run the body of a command; whatever ends it early becomes a message and an exit status (`typer.Exit`).

    verbose: show the traceback of an error inside the program on standard error.
    log: append what is said, and such a traceback, to this file.
    """
    with _logging(log):
        _LOGGER.info("kazerooni %s starts", __version__)
        try:
            yield
            if sys.stdout is not None:
                sys.stdout.flush()
        except (typer.Exit, typer.BadParameter):
            raise
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            _close_output()
            raise typer.Exit(BROKEN_PIPE) from None
        except KazerooniError as error:
            say(f"kazerooni: {error}")
            raise typer.Exit(WRONG_USAGE if isinstance(error, _USAGE_ERRORS) else UNUSABLE) from None
        except Exception as error:  # noqa: BLE001 - the one place that knows how to tell it
            say(f"kazerooni: {_inside(error)}")
            trace = _trace(error)
            _LOGGER.critical("%s", trace)
            if verbose:
                typer.echo(trace, err=True)
            raise typer.Exit(INTERNAL) from None


@contextmanager
def _logging(log: Path | None) -> Iterator[None]:
    if log is None:
        yield
        return
    handler = _open_log(log)
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.addHandler(handler)
    try:
        yield
    finally:
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(logging.NOTSET)
        with suppress(OSError):  # what is left of the log does not fit on a full disk
            handler.close()


class _QuietHandler(logging.FileHandler):
    """Writes a log; a full disk ends no command and prints no traceback."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002 - the name of the library
        return


def _open_log(log: Path) -> logging.Handler:
    try:
        handler = _QuietHandler(log, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"the log cannot be written: {error.strerror}", param_hint="--log") from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    return handler


def _inside(error: Exception) -> str:
    """Say that the program went wrong, and where; without the error's own words, which may quote a header or a path."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}kazerooni{os.sep}" in frame.filename]
    place = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    why = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return (
        f"the program went wrong: {type(error).__name__}{why}{place}. "
        "Run it again with --log FILE and send the developers the file, which names no patient."
    )


def _trace(error: BaseException) -> str:
    """Give the traceback of an error and of what led to it, each without its own words (see `_inside`) and folders."""
    before = error.__cause__ or error.__context__
    head = f"{_trace(before)}\nwhich led to\n" if before is not None else ""
    frames = traceback.extract_tb(error.__traceback__)
    places = "".join(f"  {Path(f.filename).name}:{f.lineno} in {f.name}: {f.line}\n" for f in frames)
    return f"{head}{places}{type(error).__name__}"


def _close_output() -> None:
    """Let the interpreter flush into nothing when it ends: whoever read standard output has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
