"""`kazerooni demo`: the main job, from three folders of DICOM to a report, on the sample scans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.inspect import inspect
from kazerooni.cli.options import Log, Verbose
from kazerooni.cli.terminal import progress
from kazerooni.errors import OutputError

if TYPE_CHECKING:
    from kazerooni.model import Case

_READER = "phantom"


def demo(
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where readings, tables and report go; what is there is replaced.")
    ] = Path("kazerooni-demo"),
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Go the whole way on the sample scans: three visits of one patient, their scores and their report.

    Finds the series of each visit, reads lobes and findings, scores, follows the total over time, and writes readings,
    tables and a report. The patient is a phantom. Without the folder sample_scans of the repository the scans are made
    first, which takes a minute.

    \b
    Example:
      kazerooni demo --out demo
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.cli.score_table import show_cases
        from kazerooni.cli.timeline_table import show_timeline
        from kazerooni.labels import write_reading
        from kazerooni.phantom import VISITS, sample_folder
        from kazerooni.scoring import timeline
        from kazerooni.workflow import report_visits, write_tables

        with progress("Making the sample scans") as told:
            samples = sample_folder(progress=told)
        _make(out)
        names = [visit.name for visit in VISITS]
        _announce(f"inspect {' '.join(names)}")
        inspect([samples / name for name in names], verbose=verbose)
        cases = []
        for name in names:
            _announce(
                f"score {name} --lobes maps/{name}/lobes.dcm --alveolar maps/{name}/alveolar.dcm "
                f"--interstitial maps/{name}/interstitial.dcm -o {out.name}/{name}.json"
            )
            case = _score(samples, name)
            show_cases([case])
            write_reading(case.reading, out / f"{name}.json", force=True)
            cases.append(case)
        _announce(f"timeline {' '.join(f'{out.name}/{name}.json' for name in names)}")
        show_timeline(timeline([case.reading for case in cases]))
        tables = write_tables(cases, out, force=True)
        (report,) = report_visits(cases, out, force=True)
        report = report.replace(out / "report.html")
        typer.echo(f"\nReadings: {', '.join(f'{name}.json' for name in names)}")
        typer.echo(f"Tables:   {', '.join(path.name for path in tables)}")
        typer.echo(f"Report:   {report.name}, for any browser")
        typer.echo(f"All in    {out}")


def _score(samples: Path, name: str) -> Case:
    """Score one visit from its scan and its maps."""
    from kazerooni.model import Lobe
    from kazerooni.workflow import MapFiles, score_scan

    truth = json.loads((samples / "truth.json").read_text("utf-8"))[name]["lobes"]
    maps = samples / "maps" / name
    files = MapFiles(
        lobes=maps / "lobes.dcm",
        alveolar=maps / "alveolar.dcm",
        interstitial=maps / "interstitial.dcm",
        traction={Lobe[lobe]: told["traction_bronchiectasis"] for lobe, told in truth.items()},
    )
    return score_scan(samples / name, files, reader=_READER)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder.name}: the folder cannot be made ({error.strerror}); give another --out") from None


def _announce(command: str) -> None:
    typer.echo(f"\n$ kazerooni {command}\n")
