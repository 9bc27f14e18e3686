"""`kazerooni inspect`: every series in folders, DICOMDIR or zip, and whether it is fit to score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import UNUSABLE, edge
from kazerooni.cli.options import Json, Log, Verbose
from kazerooni.cli.terminal import print_json, progress, say

if TYPE_CHECKING:
    from kazerooni.dicom import Found

_SCHEMA_VERSION = 1
# The contract of `inspect --json`, in its order; it may grow at the end.
_SERIES_KEYS = (
    "patient",
    "series_uid",
    "study_uid",
    "study_date",
    "description",
    "modality",
    "manufacturer",
    "kernel",
    "kernel_class",
    "slices",
    "rows",
    "columns",
    "pixel_spacing_mm",
    "slice_thickness_mm",
    "slice_gap_mm",
    "acquisition",
    "sampling",
    "evidence",
    "patient_position",
    "coverage_mm",
    "transfer_syntaxes",
    "usable",
    "rank",
    "reasons",
    "notices",
    "part",
    "parts",
    "files",
)


def inspect(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", readable=False, help="Folders, single files, DICOMDIR files or zip files."),
    ],
    *,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """List every series and tell whether it is fit to score.

    Sequential or spiral, how the slices sample the lung, fit to score or why not; best first. Headers are read, pixels
    only of slices that claim one position. Whatever is odd about a series is told as a notice; an error among them
    makes the series unfit. Files that are no CT picture are skipped and counted, with --verbose each with its reason.

    \b
    Example:
      kazerooni inspect /scans/visit-1 /scans/visit-2.zip
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.cli.series_table import show_found
        from kazerooni.dicom import find_series

        with progress("Reading headers") as told:
            found = find_series(paths, progress=told)
        if as_json:
            print_json(found_document(found))
        else:
            show_found(found, verbose=verbose)
        if not found:
            say("kazerooni: no CT series was found. Give a folder, a file, a DICOMDIR or a zip that holds CT pictures.")
            raise typer.Exit(UNUSABLE)


def found_document(found: Found) -> dict[str, object]:
    """Give what `inspect --json` prints (interface.md)."""
    return {
        "schema_version": _SCHEMA_VERSION,
        "series": [{key: _plain(getattr(series, key)) for key in _SERIES_KEYS} for series in found],
        "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in found.skipped],
        "files": found.files,
    }


def _plain(value: object) -> object:
    """Turn a value of the toolkit into what JSON knows; a text that is empty in the header says nothing, so null."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return None if value == "" else value
