"""`kazerooni score`: the Kazerooni score of one scan from its label maps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.options import Json, Log, Verbose
from kazerooni.cli.terminal import print_json, progress, say


def score(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", readable=False, help="The scan: a folder, file, DICOMDIR or zip.")
    ],
    *,
    lobes: Annotated[Path, typer.Option(metavar="FILE", readable=False, help="Map of the lobes.")],
    alveolar: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Map of the alveolar findings.")
    ] = None,
    interstitial: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Map of the interstitial findings.")
    ] = None,
    series: Annotated[
        str | None, typer.Option(metavar="UID", help="Take this series, not the best; UID:2 is its second part.")
    ] = None,
    study: Annotated[str | None, typer.Option(metavar="UID", help="Take the best series of this study.")] = None,
    reader: Annotated[str | None, typer.Option(metavar="SIGN", help="Who drew the findings.")] = None,
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Grade every lobe of a scan and give the total.

    From maps of the lobes and of the findings. Lobes: 1 RUL, 2 RML, 3 RLL, 4 LUL, 5 LLL, 6 lingula. Alveolar: 1 ground
    glass, 2 consolidation. Interstitial: 1 septal thickening, 2 honeycombing, 3 reticulation.

    A map in which nothing is marked says that nothing was found; a map that is not given says nothing, and a total
    that needs it is refused. Without --series the best of one study is taken, and said.

    \b
    Example:
      kazerooni score /scans/visit-1 --lobes lobes.nrrd --alveolar alveolar.nrrd --interstitial interstitial.nrrd
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        if alveolar is None and interstitial is None:
            raise typer.BadParameter("give the map of at least one component", param_hint="--alveolar, --interstitial")
        from kazerooni.cli.score_table import series_line, show_case
        from kazerooni.workflow import score_document, score_scan

        with progress("Reading slices") as told:
            case = score_scan(
                path,
                lobes=lobes,
                alveolar=alveolar,
                interstitial=interstitial,
                series=series,
                study=study,
                reader=reader,
                scheme=scheme,
                progress=told,
                on_choice=lambda chosen, rivals: say(series_line(chosen, rivals)),
            )
        if as_json:
            print_json(score_document(case))
        else:
            show_case(case)
