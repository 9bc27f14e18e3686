"""Score output: where the results of `kazerooni score` go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kazerooni.cli.score_table import show_cases
from kazerooni.cli.terminal import print_json, say
from kazerooni.errors import OutputError
from kazerooni.files import check_new, make_folder, stem_of
from kazerooni.labels import write_reading
from kazerooni.workflow import score_document

if TYPE_CHECKING:
    from kazerooni.model import Case, Reading
    from kazerooni.workflow import Failure

SCORES_SCHEMA_VERSION = 1


def check_out(out: Path | None, *, force: bool) -> None:
    """Refuse early, before a scan is read, an output that cannot be written.

    Raises OutputError.
    """
    if out is None:
        return
    if out.suffix and not _is_file(out) and not out.is_dir():
        raise typer.BadParameter(
            f"{out.name} is no folder; a reading is kept as .json, several in a folder", param_hint="-o"
        )
    if _is_file(out):
        check_new(out, force=force)


def keep(readings: Sequence[Reading], out: Path | None, *, force: bool) -> None:
    """Write each reading as reading.json: one to the file `out`, or all into the folder `out`, named by their ids.

    Raises OutputError; nothing is written then where a file of that name is there already.
    """
    if out is None:
        return
    if _is_file(out):
        if len(readings) != 1:
            raise typer.BadParameter(f"{len(readings)} readings need a folder, not one file", param_hint="-o")
        files = [out]
    else:
        make_folder(out)
        files = [out / f"{stem_of(reading.id)}.json" for reading in readings]
        if len(set(files)) < len(files):
            raise OutputError("a reading is given twice, or two have one id: one file would hold two; give each once")
    for file in files:
        check_new(file, force=force)
    for reading, file in zip(readings, files, strict=True):
        write_reading(reading, file, force=force)
    say(f"Kept {files[0].name}." if len(files) == 1 else f"Kept {len(files)} readings in {out.name}.")


def print_cases(cases: Sequence[Case], failures: Sequence[Failure], *, as_json: bool) -> None:
    """Print the scores, as one JSON document or for people; what failed is told after them."""
    if not as_json:
        show_cases(cases)
    elif len(cases) == 1 and not failures:
        print_json(score_document(cases[0]))
    else:
        failed = [{"input": failure.name, "reason": failure.why} for failure in failures]
        scores = [score_document(case) for case in cases]
        print_json({"schema_version": SCORES_SCHEMA_VERSION, "scores": scores, "failed": failed})
    if failures:
        say(f"{len(failures)} of {len(cases) + len(failures)} could not be graded:")
        for failure in failures:
            say(f"  {failure.why}")


def _is_file(out: Path) -> bool:
    return out.suffix.lower() == ".json" and not out.is_dir()
