"""Notices: how they are shown to a person, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kazerooni.cli.terminal import printable
from kazerooni.model import Notice
from kazerooni.model.notice import worst_first

_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}


def notice_lines(notices: Iterable[Notice], *, indent: int = 0) -> Iterator[Padding]:
    """Give a block of notices, errors first: severity, code and message, wrapped beside each other."""
    ordered = worst_first(notices)
    if not ordered:
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for notice in ordered:
        severity = Text(notice.severity, style=_STYLES[notice.severity])
        table.add_row(severity, Text(printable(f"{notice.code}: {notice.message}")))
    yield Padding(table, (0, 0, 0, indent))
