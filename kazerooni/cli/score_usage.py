"""Score usage: which arguments of `kazerooni score` go together, and what their words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from kazerooni.model import Lobe


def check_usage(paths: Sequence[Path], table: Path | None, *, given: Sequence[str]) -> None:
    """Refuse arguments that do not go together.

    given: the names of the options that go with a scan.

    Raises typer.BadParameter.
    """
    if table is not None:
        if paths or given:
            found = ", ".join([*(path.name for path in paths), *given])
            raise typer.BadParameter(f"a table stands alone; found beside it: {found}", param_hint="--table")
    elif not paths:
        raise typer.BadParameter("give a scan with its maps, kept readings, or --table", param_hint="PATH")
    elif given:
        _check_scan(paths, given)
    else:
        folder = next((path.name for path in paths if path.is_dir()), None)
        if folder is not None:
            raise typer.BadParameter(
                f"{folder} is a folder: a scan wants the map of its findings, and kept readings are files",
                param_hint="--alveolar, --interstitial",
            )


def _check_scan(paths: Sequence[Path], given: Sequence[str]) -> None:
    if not {"--alveolar", "--interstitial"} & set(given):
        raise typer.BadParameter(
            f"{', '.join(given)} goes with a scan and the map of at least one component; give it",
            param_hint="--alveolar, --interstitial",
        )
    if len(paths) > 1:
        raise typer.BadParameter("one scan at a time; the maps belong to one", param_hint="PATH")


def check_reader(reader: str | None) -> None:
    """Refuse a sign that cannot be printed.

    Raises typer.BadParameter.
    """
    if reader is not None and not reader.isprintable():
        raise typer.BadParameter("a sign of printable letters is wanted", param_hint="--reader")


def check_report(report: Path | None, *, is_scan: bool, given: Mapping[str, object]) -> None:
    """Refuse what is said of a report that is not written, and to name the patient where no scan is read.

    given: the values of the options that say how a report is written, by their names.

    Raises typer.BadParameter.
    """
    said = [name for name, value in given.items() if value]
    if said and report is None:
        raise typer.BadParameter("goes with --report, which names the folder of the report", param_hint=", ".join(said))
    if "--identify" in said and not is_scan:
        raise typer.BadParameter("goes with a scan and its maps, which names are read from", param_hint="--identify")


def read_traction(words: str) -> dict[Lobe, bool]:
    """Read the lobes of --traction: those that are named hold it, the others were looked at and do not.

    Raises typer.BadParameter.
    """
    from kazerooni.model import Lobe

    if not words:
        return {}
    names = [] if words.lower() == "none" else [word.strip().upper() for word in words.split(",")]
    unknown = [name for name in names if name not in Lobe.__members__]
    if unknown:
        raise typer.BadParameter(
            f"found {', '.join(unknown)}; lobes are {', '.join(Lobe.__members__)}, or none", param_hint="--traction"
        )
    return {lobe: lobe.name in names for lobe in Lobe}
