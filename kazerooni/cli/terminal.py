"""Terminal: what goes to standard output, what to standard error, and how wide."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import typer

from kazerooni.errors import OutputError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from kazerooni.archive import Standing
    from kazerooni.dicom import Progress

_WIDTH_OF_A_PIPE = 120
_LOGGER = logging.getLogger("kazerooni")


def printable(text: str) -> str:
    """Replace what is not to be printed: text of a DICOM header may hold the control codes of a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def say(text: str) -> None:
    """Tell a person something on standard error, wrapped to the terminal, and the log; lines of `text` stay lines."""
    _LOGGER.info("%s", printable(text))
    width = _width()
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        wrapped = textwrap.fill(
            printable(line), width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        typer.echo(wrapped, err=True)


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document on standard output."""
    _print(json.dumps(document, indent=2, allow_nan=False))


def print_json_list(frame: Mapping[str, object], name: str, items: Iterable[Mapping[str, object]]) -> None:
    """Print one JSON document whose last member is a list, item by item as they come: it never is in memory whole.

    frame: its other members. name: of the list.
    """
    _print(f"{json.dumps(frame, allow_nan=False)[:-1]}, {json.dumps(name)}: [")
    before = ""
    for item in items:
        _print(f"{before}{json.dumps(item, allow_nan=False)}", ends_line=False)
        before = ",\n"
    _print("\n]}")


def print_lines(lines: Iterable[str]) -> None:
    """Print lines on standard output as they come."""
    for line in lines:
        _print(line)


def show(*parts: RenderableType) -> None:
    """Print tables and text, the result of a command, on standard output; plain text where it is no terminal."""
    from rich.console import Console

    page = io.StringIO()
    is_terminal = on_terminal()
    console = Console(
        file=page,
        force_terminal=is_terminal,
        width=_width(),
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in parts:
        console.print(part)
    _print("\n".join(line.rstrip() for line in page.getvalue().splitlines()), color=is_terminal)


def on_terminal() -> bool:
    """Tell whether standard output is a terminal, where a person reads."""
    return sys.stdout is not None and sys.stdout.isatty()


def _print(text: str, *, color: bool | None = None, ends_line: bool = True) -> None:
    """Write to standard output. Raises OutputError where it is closed or full, BrokenPipeError where nobody reads."""
    if sys.stdout is None:
        raise OutputError("standard output is closed; give the result somewhere to go")
    try:
        typer.echo(text, color=color, nl=ends_line)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter would fail on it once more
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def plain_table() -> Table:
    """Make an empty table: a line under its head on a terminal, nothing but blanks between columns in a pipe."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    return Table(
        box=SIMPLE_HEAD if sys.stdout and sys.stdout.isatty() else None,
        pad_edge=False,
        show_edge=False,
        header_style="bold",
    )


def _width() -> int:
    """Give the width of the terminal, or COLUMNS where it is set, or room enough in a pipe."""
    return shutil.get_terminal_size((_WIDTH_OF_A_PIPE, 24)).columns


@contextmanager
def steps() -> Iterator[Callable[[str], None] | None]:
    """Give a function to tell the step that begins, shown on a terminal while it lasts; None where there is none."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield status.update


@contextmanager
def progress(what: str) -> Iterator[Progress | None]:
    """Give a function to tell progress with (done, of how many), drawn on a terminal; None where there is none."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class Working(NamedTuple):
    """Functions to tell of files that are looked at, of tasks that end, and of steps that begin."""

    files: Progress | None
    tasks: Callable[[Standing], None] | None
    step: Callable[[str], None] | None


@contextmanager
def working() -> Iterator[Working]:
    """Give functions to tell of work with, shown on a terminal; None where there is none.

    Shown are count, rate, time left and errors.
    """
    if not sys.stderr.isatty():
        yield Working(None, None, None)
        return
    from rich.console import Console

    with Console(stderr=True).status("Looking") as status:
        yield Working(
            lambda done, _: status.update(f"Looking: {done} files"),
            lambda at: status.update(standing_words(at)),
            status.update,
        )


def standing_words(at: Standing) -> str:
    """Tell how far work has come."""
    new = at.done - at.before
    rate = f"{new / at.seconds:.1f}/s" if at.seconds > 0 else "-"
    left = (
        "-"
        if at.left_s is None
        else f"{int(at.left_s) // 3600}:{int(at.left_s) // 60 % 60:02d}:{int(at.left_s) % 60:02d}"
    )
    return f"{at.done} of {at.total}, {rate}, {left} left, {at.failed} failed"
