"""`kazerooni score`: the Kazerooni score of a scan from its label maps, of kept readings, or of typed values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import CASE_FAILED, edge
from kazerooni.cli.lobe_usage import check_labels, check_method
from kazerooni.cli.options import (
    ByIndex,
    Force,
    Json,
    Labels,
    Lobes,
    Log,
    Method,
    Points,
    SeriesUid,
    StudyUid,
    Verbose,
)
from kazerooni.cli.report_options import (
    Formats,
    Identify,
    PaperName,
    check_identify,
    read_formats,
    read_paper,
    say_written,
)
from kazerooni.cli.score_usage import check_reader, check_report, check_usage, read_traction
from kazerooni.cli.store_options import Where
from kazerooni.cli.terminal import progress, say, steps
from kazerooni.errors import ReadingError
from kazerooni.files import make_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kazerooni.model import Case
    from kazerooni.workflow import Failure, MapFiles


def score(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH...",
            readable=False,
            help="The scan, beside maps; else kept readings, files or ids in the book.",
        ),
    ] = None,
    *,
    lobes: Lobes = None,
    alveolar: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Map of the alveolar findings.")
    ] = None,
    interstitial: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Map of the interstitial findings.")
    ] = None,
    labels: Labels = None,
    by_index: ByIndex = False,
    method: Method = None,
    points: Points = None,
    traction: Annotated[
        str, typer.Option(metavar="LOBES", help="All lobes with traction bronchiectasis, as RLL,LLL; or none.")
    ] = "",
    table: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", readable=False, help="Grade a table of typed values.")
    ] = None,
    series: SeriesUid = None,
    study: StudyUid = None,
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
    formats: Formats = None,
    paper: PaperName = None,
    identify: Identify = False,
    where: Where = None,
    force: Force = False,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Grade every lobe and give the total.

    Of a scan, from maps of its lobes and findings: DICOM SEG, NIfTI, NRRD, .seg.nrrd or MetaImage. Lobes: 1 RUL,
    2 RML, 3 RLL, 4 LUL, 5 LLL, 6 lingula. Alveolar: 1 ground glass, 2 consolidation. Interstitial: 1 septal
    thickening, 2 honeycombing, 3 reticulation. Without --series the best of one study is taken, and said. Without
    --lobes the lobes are found, as by `kazerooni segment`, and that is said.

    Of kept readings (reading.json, from -o), under any scheme and without the maps. Of typed values, by --table.

    --report writes pages, with the most involved slice of each lobe: html, or what --format names. With --identify they
    show name and birth date as the scan says them at that moment; nothing else shows or keeps them.

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
            "--lobes": lobes,
            "--alveolar": alveolar,
            "--interstitial": interstitial,
            "--labels": labels,
            "--by-index": by_index,
            "--method": method,
            "--points": points,
            "--traction": traction,
            "--series": series,
            "--study": study,
            "--reader": reader,
            "--report": report,
        }
        given = [name for name, value in scan_options.items() if value]
        check_usage(paths or [], table, given=given)
        check_labels(labels)
        check_method(method, lobes=lobes)
        check_reader(reader)
        chosen_formats, sheet = read_formats(formats), read_paper(paper)
        check_report(report, is_scan=bool(given), given={"--format": formats, "--paper": paper, "--identify": identify})
        if identify:
            check_identify(chosen_formats)
        from kazerooni.cli.score_output import check_out, keep, print_cases

        check_out(out, force=force)
        if report is not None:
            make_folder(report)
        failures: Sequence[Failure] = ()
        if given:
            from kazerooni.workflow import LobeSource, MapFiles

            maps = MapFiles(
                lobes=LobeSource(lobes, labels=labels, by_index=by_index, method=method or "classical", points=points),
                alveolar=alveolar,
                interstitial=interstitial,
                traction=read_traction(traction),
            )
            assert paths, "the usage was checked"
            chosen = {"series": series, "study": study, "reader": reader}
            cases: Sequence[Case] = [_score_scan(paths[0], maps, scheme=scheme, partial=partial, **chosen)]
        elif table is not None:
            from kazerooni.workflow import score_table

            cases, failures = score_table(table, scheme=scheme, partial=partial)
        else:
            from kazerooni.workflow import score_readings

            cases, failures = score_readings(paths or [], scheme=scheme, partial=partial, book=where)
        if not cases:
            raise ReadingError("\n".join(failure.why for failure in failures))
        print_cases(cases, failures, as_json=as_json)
        keep([case.reading for case in cases], out, force=force)
        if report is not None:
            from kazerooni.workflow import report_visits

            scan = paths[:1] if identify and paths else ()
            files = report_visits(
                cases,
                report,
                formats=chosen_formats,
                partial=partial,
                force=force,
                paper=sheet,
                scans=scan,
                identify=identify,
            )
            say_written(files, named=identify)
        if failures:
            raise typer.Exit(CASE_FAILED)


def _score_scan(path: Path, maps: MapFiles, *, scheme: str, partial: bool, **chosen: str | None) -> Case:
    from kazerooni.cli.score_table import series_line
    from kazerooni.workflow import score_scan

    if maps.lobes.file is None:
        say(
            f"No lobe map was given: the lobes are found ({maps.lobes.method}). Look at them, by kazerooni segment"
            " --preview, before the score is used."
        )
    with progress("Reading slices") as told, steps() as step:
        return score_scan(
            path,
            maps,
            scheme=scheme,
            partial=partial,
            progress=told,
            on_choice=lambda series, rivals: say(series_line(series, rivals)),
            on_step=step,
            series=chosen["series"],
            study=chosen["study"],
            reader=chosen["reader"],
        )
