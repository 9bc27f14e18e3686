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
    typer.Option(
        "--format", metavar="NAMES", help="html, pdf, csv, json, redcap, sr, seg, epdf, with commas; html if not given."
    ),
]
PaperName = Annotated[
    str | None, typer.Option("--paper", metavar="NAME", help="What pages are laid out for: a4 or letter; else a4.")
]
Identify = Annotated[
    bool,
    typer.Option("--identify", help="Print name and birth date, as the scan says them now, on the pages; not kept."),
]
Scans = Annotated[
    list[Path] | None,
    typer.Option(
        "--scan", metavar="PATH", readable=False, help="Scans of the readings: for --maps, sr, seg, epdf, --identify."
    ),
]


def read_formats(words: str | None, *, objects: bool = False) -> list[str]:
    """Read the names of formats; HTML where none are given.

    objects: whether DICOM objects are among those that can be made.

    Raises typer.BadParameter.
    """
    from kazerooni.report import WRITERS
    from kazerooni.workflow import OBJECTS

    known = (*WRITERS, *OBJECTS) if objects else tuple(WRITERS)

    names = [word.strip().lower() for word in ("html" if words is None else words).split(",") if word.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        found = ", ".join(unknown) or "none"
        raise typer.BadParameter(f"found {found}; there are {', '.join(known)}", param_hint="--format")
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


def check_scan(
    formats: Sequence[str], scans: Sequence[Path] | None, maps: Sequence[Path] | None, *, identify: bool
) -> None:
    """Refuse scans that nothing would be taken from, and what cannot be had without them.

    Raises typer.BadParameter.
    """
    from kazerooni.workflow import OBJECTS

    objects = [name for name in formats if name in OBJECTS]
    if identify:
        check_identify(formats)
    if scans and not (maps or objects or identify):
        raise typer.BadParameter(
            "slices are shown with the marks on them, so --maps is wanted too; or --identify, for the name; or one of "
            f"--format {', '.join(OBJECTS)}",
            param_hint="--scan",
        )
    if not scans and (maps or objects or identify):
        hint = ", ".join([*(["--format"] if objects else []), "--maps", "--identify"])
        raise typer.BadParameter("the scan of the reading is wanted: give --scan too", param_hint=hint)


def check_deidentify(formats: Sequence[str], *, is_asked: bool, identify: bool) -> None:
    """Refuse to de-identify what tells dates and words of people on purpose.

    Raises typer.BadParameter.
    """
    from kazerooni.workflow import OBJECTS

    others = [name for name in formats if name not in OBJECTS]
    if is_asked and (others or identify):
        found = "--identify" if identify else ", ".join(others)
        raise typer.BadParameter(
            f"only DICOM objects are de-identified, --format {', '.join(OBJECTS)}; found {found}",
            param_hint="--deidentify",
        )


def check_identify(formats: Sequence[str]) -> None:
    """Refuse a name where nothing that is written would show it.

    Raises typer.BadParameter.
    """
    from kazerooni.report import PAGES

    pages = {*PAGES, "epdf"}
    if not pages.intersection(formats):
        raise typer.BadParameter(
            f"only pages name a patient; --format {' or '.join(sorted(pages))} is wanted", param_hint="--identify"
        )


def say_written(files: tuple[Path, ...], *, named: bool = False) -> None:
    """Tell which files were written, and that they name the patient where they do."""
    say(f"Written: {', '.join(path.name for path in files)}.")
    if named:
        say("The pages show name and birth date of the patient: keep them as you keep other such papers.")
