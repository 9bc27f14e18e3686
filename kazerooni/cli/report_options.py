"""Report options: what the commands that write reports share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kazerooni.report import Paper

Formats = Annotated[
    str | None,
    typer.Option("--format", metavar="NAMES", help="html, pdf, csv, json, with commas between; html if not given."),
]
PaperName = Annotated[
    str | None, typer.Option("--paper", metavar="NAME", help="What pages are laid out for: a4 or letter; else a4.")
]
Identify = Annotated[
    bool,
    typer.Option("--identify", help="Print name and birth date, as the scan says them now, on the pages; not kept."),
]


def read_formats(words: str | None) -> list[str]:
    """Read the names of formats; HTML where none are given.

    Raises typer.BadParameter.
    """
    from kazerooni.report import WRITERS

    names = [word.strip().lower() for word in ("html" if words is None else words).split(",") if word.strip()]
    unknown = [name for name in names if name not in WRITERS]
    if unknown or not names:
        found = ", ".join(unknown) or "none"
        raise typer.BadParameter(f"found {found}; there are {', '.join(WRITERS)}", param_hint="--format")
    return names


def read_paper(word: str | None) -> Paper:
    """Read the name of a paper; A4 where none is given.

    Raises typer.BadParameter.
    """
    from kazerooni.report import PAPERS

    if word is None:
        return "a4"
    found = next((paper for paper in PAPERS if paper == word.strip().lower()), None)
    if found is None:
        raise typer.BadParameter(f"found {word}; there are {', '.join(PAPERS)}", param_hint="--paper")
    return found


def check_identify(formats: Sequence[str]) -> None:
    """Refuse a name where nothing that is written would show it.

    Raises typer.BadParameter.
    """
    from kazerooni.report import PAGES

    if not PAGES.intersection(formats):
        raise typer.BadParameter(
            f"only pages name a patient; --format {' or '.join(sorted(PAGES))} is wanted", param_hint="--identify"
        )


def say_written(files: tuple[Path, ...], *, named: bool = False) -> None:
    """Tell which files were written, and that they name the patient where they do."""
    say(f"Written: {', '.join(path.name for path in files)}.")
    if named:
        say("The pages show name and birth date of the patient: keep them as you keep other such papers.")
