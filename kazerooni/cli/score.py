"""`kazerooni score`: the Kazerooni score of a scan from its label maps, of kept readings, or of typed values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import CASE_FAILED, edge
from kazerooni.cli.options import Force, Json, Log, Verbose
from kazerooni.cli.terminal import progress, say
from kazerooni.errors import ReadingError
from kazerooni.files import make_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kazerooni.model import Case, Lobe
    from kazerooni.workflow import Failure, MapFiles


def score(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", readable=False, help="The scan, beside --lobes; else kept readings."),
    ] = None,
    *,
    lobes: Annotated[Path | None, typer.Option(metavar="FILE", readable=False, help="Map of the lobes.")] = None,
    alveolar: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Map of the alveolar findings.")
    ] = None,
    interstitial: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Map of the interstitial findings.")
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Numbering of the lobe map: lungmask, totalsegmentator, lola11 or cip."),
    ] = None,
    by_index: Annotated[
        bool, typer.Option("--by-index", help="Take maps of the scan's shape as they lie, slice by slice.")
    ] = False,
    traction: Annotated[
        str, typer.Option(metavar="LOBES", help="All lobes with traction bronchiectasis, as RLL,LLL; or none.")
    ] = "",
    table: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", readable=False, help="Grade a table of typed values.")
    ] = None,
    series: Annotated[
        str | None, typer.Option(metavar="UID", help="Take this series, not the best; UID:2 is its second part.")
    ] = None,
    study: Annotated[str | None, typer.Option(metavar="UID", help="Take the best series of this study.")] = None,
    reader: Annotated[str | None, typer.Option(metavar="SIGN", help="Who drew the findings.")] = None,
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    partial: Annotated[
        bool, typer.Option("--partial", help="Sum the lobes that are graded, and say how many they are.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Keep the reading, as reading.json; several in a folder."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="Write the report of one scan into this folder.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Grade every lobe and give the total.

    Of a scan, from maps of its lobes and findings: DICOM SEG, NIfTI, NRRD, .seg.nrrd or MetaImage. Lobes: 1 RUL,
    2 RML, 3 RLL, 4 LUL, 5 LLL, 6 lingula. Alveolar: 1 ground glass, 2 consolidation. Interstitial: 1 septal
    thickening, 2 honeycombing, 3 reticulation. Without --series the best of one study is taken, and said.

    Of kept readings (reading.json, from -o), under any scheme and without the maps. Of typed values, by --table.

    A map in which nothing is marked says that nothing was found; a map that is not given says nothing, and a total
    that needs it is refused, unless --partial.

    \b
    Examples:
      kazerooni score /scans/visit-1 --lobes lobes.nrrd --alveolar alveolar.nrrd --interstitial interstitial.nrrd
      kazerooni score reading.json --scheme kazerooni-fibrosis
      kazerooni score --table readings.csv -o readings/
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        scan_options = {
            "--alveolar": alveolar,
            "--interstitial": interstitial,
            "--labels": labels,
            "--by-index": by_index,
            "--traction": traction,
            "--series": series,
            "--study": study,
            "--reader": reader,
            "--report": report,
        }
        _check_usage(paths or [], lobes, table, given=[name for name, value in scan_options.items() if value])
        _check_words(labels, reader)
        from kazerooni.cli.score_output import check_out, keep, print_cases

        check_out(out, force=force)
        if report is not None:
            make_folder(report)
        failures: Sequence[Failure] = ()
        if lobes is not None:
            from kazerooni.workflow import MapFiles

            maps = MapFiles(
                lobes=lobes,
                alveolar=alveolar,
                interstitial=interstitial,
                labels=labels,
                by_index=by_index,
                traction=_traction(traction),
            )
            assert paths, "the usage was checked"
            chosen = {"series": series, "study": study, "reader": reader}
            cases: Sequence[Case] = [_score_scan(paths[0], maps, scheme=scheme, partial=partial, **chosen)]
        elif table is not None:
            from kazerooni.workflow import score_table

            cases, failures = score_table(table, scheme=scheme, partial=partial)
        else:
            from kazerooni.workflow import score_readings

            cases, failures = score_readings(paths or [], scheme=scheme, partial=partial)
        if not cases:
            raise ReadingError("\n".join(failure.why for failure in failures))
        print_cases(cases, failures, as_json=as_json)
        keep([case.reading for case in cases], out, force=force)
        if report is not None:
            from kazerooni.cli.report import say_written
            from kazerooni.workflow import report_visits

            say_written(report_visits(cases, report, partial=partial, force=force))
        if failures:
            raise typer.Exit(CASE_FAILED)


def _check_usage(paths: Sequence[Path], lobes: Path | None, table: Path | None, *, given: Sequence[str]) -> None:
    if table is not None:
        if paths or lobes or given:
            found = ", ".join([*map(str, [p.name for p in paths]), *(["--lobes"] if lobes else []), *given])
            raise typer.BadParameter(f"a table stands alone; found beside it: {found}", param_hint="--table")
    elif not paths:
        raise typer.BadParameter("give a scan with --lobes, kept readings, or --table", param_hint="PATH")
    elif lobes is None:
        if given:
            raise typer.BadParameter(f"{', '.join(given)} goes with a scan and its lobe map", param_hint="--lobes")
        folder = next((path.name for path in paths if path.is_dir()), None)
        if folder is not None:
            raise typer.BadParameter(
                f"{folder} is a folder: a scan wants its lobe map, and kept readings are files",
                param_hint="--lobes",
            )
    elif len(paths) > 1:
        raise typer.BadParameter("one scan at a time; the maps belong to one", param_hint="PATH")
    elif not {"--alveolar", "--interstitial"} & set(given):
        raise typer.BadParameter("give the map of at least one component", param_hint="--alveolar, --interstitial")


def _check_words(labels: str | None, reader: str | None) -> None:
    from kazerooni.labels import CONVENTIONS

    if labels is not None and labels not in CONVENTIONS:
        raise typer.BadParameter(
            f"{labels} is not known; one of {', '.join(CONVENTIONS)} is wanted", param_hint="--labels"
        )
    if reader is not None and not reader.isprintable():
        raise typer.BadParameter("a sign of printable letters is wanted", param_hint="--reader")


def _traction(words: str) -> dict[Lobe, bool]:
    """Read the lobes of --traction: those that are named hold it, the others were looked at and do not."""
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


def _score_scan(path: Path, maps: MapFiles, *, scheme: str, partial: bool, **chosen: str | None) -> Case:
    from kazerooni.cli.score_table import series_line
    from kazerooni.workflow import score_scan

    with progress("Reading slices") as told:
        return score_scan(
            path,
            maps,
            scheme=scheme,
            partial=partial,
            progress=told,
            on_choice=lambda series, rivals: say(series_line(series, rivals)),
            **chosen,
        )
