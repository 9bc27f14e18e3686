"""`kazerooni rescore`: an archive of old series scored, and scored again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import CASE_FAILED, UNUSABLE, edge
from kazerooni.cli.options import Json, Log, Verbose
from kazerooni.cli.rescore_choices import consume
from kazerooni.cli.rescore_choices import tell as tell_choices
from kazerooni.cli.terminal import print_json, say, working

if TYPE_CHECKING:
    from kazerooni.archive import Settings, Summary


def rescore(
    archive: Annotated[
        Path, typer.Argument(metavar="ARCHIVE", readable=False, help="A folder of any depth, a DICOMDIR or a zip.")
    ],
    *,
    scheme: Annotated[str, typer.Option("--scheme", metavar="NAME", help="Grade by this scheme.")] = "kazerooni",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The folder of the results, a new one.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", min=1, help="Worker processes, one series each; 1.")
    ] = None,
    dask: Annotated[
        str, typer.Option("--dask", metavar="ADDRESS", help="Let the workers of this Dask scheduler do it instead.")
    ] = "",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run of DIR; done work is not done again.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="As --resume, and what failed is tried again.")
    ] = False,
    draft: Annotated[
        bool, typer.Option("--draft", help="Draft studies of which nothing is known, for a reader.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done and why, and do nothing.")] = False,
    table: Annotated[
        Path | None,
        typer.Option("--choices", metavar="FILE.csv", help="With --dry-run: write every row of it into a table."),
    ] = None,
    formats: Annotated[
        str | None, typer.Option("--report", metavar="FORMATS", help="Reports of each score, such as html,json.")
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Sum the lobes that are graded.")] = False,
    store: Annotated[
        str,
        typer.Option(
            "--store",
            metavar="PLACE",
            help="Grade the readings of this score book, too: a file, or postgresql://USER@HOST/DATABASE.",
            show_default=False,
        ),
    ] = "",
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", metavar="S", min=1, help="Seconds that a series may take; 1800.")
    ] = None,
    memory_limit: Annotated[
        float | None, typer.Option("--memory-limit", metavar="MB", min=1, help="Memory of a worker; 8192.")
    ] = None,
    index: Annotated[
        Path | None, typer.Option("--index", metavar="FILE", help="Where the index stands; else in the user's cache.")
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Score an archive of old series, and score it again.

    Kept readings (reading.json, and those of the score book named by --store) are graded again from their tally.
    Series with DICOM SEGs of lobes and findings, and no reading, are measured and graded. With --draft the best series
    of each other study is segmented, for a person to read.

    Each series is alone in its failure: what cannot be done stands in DIR/errors.csv, by UIDs. A run that was killed
    goes on with --resume, and its tables are those of a run that was not; --retry-failed tries what failed again.

    \b
    Examples:
      kazerooni rescore /archive --dry-run --choices choices.csv
      kazerooni rescore /archive --scheme kazerooni-fibrosis --out rescored --workers 2
      kazerooni rescore /archive --scheme kazerooni-fibrosis --out rescored --workers 2 --resume
      kazerooni rescore /archive --scheme kazerooni-fibrosis --out rescored --dask tcp://10.0.0.5:8786
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.archive import (
            MEMORY_LIMIT_MB,
            TIME_LIMIT_S,
            Limits,
            Settings,
            choices,
            holds_run,
            nothing_found,
        )
        from kazerooni.archive import rescore as run
        from kazerooni.scoring import find_scheme

        if out is None and not dry_run:
            raise typer.BadParameter("give a folder for the results, or --dry-run", param_hint="--out")
        if dask and workers is not None:
            raise typer.BadParameter("give this or --dask, whose scheduler has its workers", param_hint="--workers")
        if table is not None and not dry_run:
            raise typer.BadParameter("is written by --dry-run alone", param_hint="--choices")
        chosen = find_scheme(scheme)
        settings = Settings(
            scheme=chosen.name,
            version=chosen.version,
            out=out or Path(),
            partial=partial,
            draft=draft,
            store=store,
            formats=_formats(formats),
        )
        if dry_run:
            with working() as shown:
                files: dict[str, int] = {}
                found = choices(archive, settings, index=index, tell=shown.files, found=files.update)
                tally = consume(found, as_json=as_json, table=table)
            tell_choices(tally, as_json=as_json)
            if not tally.tasks and not tally.doomed:
                say(f"kazerooni: {nothing_found(files, draft=settings.draft)}")
                if not tally.groups:
                    raise typer.Exit(UNUSABLE)
            return
        if (resume or retry_failed) and not holds_run(settings.out):
            say(f"note: {settings.out.name} holds no run to go on with; one is begun")
        with _told_when_stopped(settings.out), working() as shown:
            limits = Limits(seconds=time_limit or TIME_LIMIT_S, memory_mb=memory_limit or MEMORY_LIMIT_MB)
            summary = run(
                archive,
                settings,
                workers=workers or 1,
                dask=dask,
                limits=limits,
                resume=resume or retry_failed,
                retry_failed=retry_failed,
                index=index,
                tell=shown.files,
                watch=shown.tasks,
                step=shown.step,
            )
        _show_summary(summary, settings, as_json=as_json)
        if not summary.counts["planned"]:
            say(f"kazerooni: {nothing_found(summary.files, draft=settings.draft)}")
            raise typer.Exit(UNUSABLE)
        if summary.counts["failed"]:
            raise typer.Exit(CASE_FAILED)


@contextmanager
def _told_when_stopped(out: Path) -> Iterator[None]:
    """Tell who ends a run by Ctrl-C that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"Stopped. What was done is kept in {out.name}: go on with --resume.")
        raise


def _formats(words: str | None) -> tuple[str, ...]:
    from kazerooni.report import WRITERS

    found = tuple(word.strip() for word in (words or "").split(",") if word.strip())
    if unknown := [word for word in found if word not in WRITERS]:
        told = ", ".join(unknown)
        raise typer.BadParameter(f"found {told}; formats are {', '.join(WRITERS)}", param_hint="--report")
    return found


def _show_summary(summary: Summary, settings: Settings, *, as_json: bool) -> None:
    counts = summary.counts
    if as_json:
        print_json(
            {
                "schema_version": 1,
                "files": {"there": summary.changes.files, "looked_at": summary.changes.looked},
                "tasks": {**counts, "before": summary.before, "by_kind": summary.kinds},
                "left": summary.left,
            }
        )
    for why, count in sorted(summary.left.items()):
        say(f"{count} left: {why}")
    for told in summary.told:
        say(f"note: {told}")
    if not counts["planned"]:
        say(f"The tables in {settings.out.name} are empty. --dry-run tells why each thing was left.")
        return
    done = counts["done"] - counts["failed"]
    again = f" Of these, {summary.before} ended in an earlier run." if summary.before else ""
    failed = f" {counts['failed']} failed: see errors.csv." if counts["failed"] else ""
    say(f"{done} of {counts['planned']} done.{failed}{again} The results stand in {settings.out.name}.")
    if counts["failed"]:
        say("The same command with --retry-failed tries again what failed.")
    if summary.drafts:
        out = settings.out.name
        say(f"Drafts stand in {out}/drafts; `kazerooni open SCANS {out}` goes on with them.")
