"""`kazerooni demo`: the main job, from three folders of DICOM to a report, on the sample scans."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.inspect import inspect
from kazerooni.cli.options import Log, Verbose
from kazerooni.cli.terminal import progress

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
        from kazerooni.files import make_folder
        from kazerooni.labels import write_reading
        from kazerooni.phantom import VISITS, sample_folder
        from kazerooni.scoring import timeline
        from kazerooni.workflow import report_visits, write_tables

        with progress("Making the sample scans") as told:
            samples = sample_folder(progress=told)
        make_folder(out)
        names = [visit.name for visit in VISITS]
        _announce("inspect", *(_shown(samples / name) for name in names))
        inspect([samples / name for name in names], verbose=verbose)
        cases = []
        for name in names:
            maps = _shown(samples / "maps" / name)
            _announce(
                "score", _shown(samples / name), "--lobes", f"{maps}/lobes.dcm", "--alveolar", f"{maps}/alveolar.dcm",
                "--interstitial", f"{maps}/interstitial.dcm", "--traction", _traction(samples, name),
                "--reader", _READER, "-o", f"{out}/{name}.json",
            )  # fmt: skip
            case = _score(samples, name)
            show_cases([case])
            write_reading(case.reading, out / f"{name}.json", force=True)
            cases.append(case)
        _announce("timeline", *(f"{out}/{name}.json" for name in names))
        show_timeline(timeline([case.reading for case in cases]))
        tables = write_tables(cases, out, force=True)
        pages = report_visits(cases, out, formats=("html", "pdf"), force=True)
        pages = tuple(page.replace(out / f"report{page.suffix}") for page in pages)
        typer.echo(f"\nReadings: {', '.join(f'{name}.json' for name in names)}")
        typer.echo(f"Tables:   {', '.join(path.name for path in tables)}")
        typer.echo(f"Report:   {pages[0].name}, for any browser, and {pages[1].name}, for paper and archives")
        typer.echo(f"All in    {out}")


def _score(samples: Path, name: str) -> Case:
    """Score one visit from its scan and its maps."""
    from kazerooni.model import Lobe
    from kazerooni.workflow import LobeSource, MapFiles, score_scan

    maps, held = samples / "maps" / name, _traction(samples, name).split(",")
    files = MapFiles(
        lobes=LobeSource(maps / "lobes.dcm"),
        alveolar=maps / "alveolar.dcm",
        interstitial=maps / "interstitial.dcm",
        traction={lobe: lobe.name in held for lobe in Lobe},
    )
    return score_scan(samples / name, files, reader=_READER)


def _traction(samples: Path, name: str) -> str:
    """Give the lobes of a visit that hold traction bronchiectasis, as --traction takes them."""
    truth = json.loads((samples / "truth.json").read_text("utf-8"))[name]["lobes"]
    return ",".join(lobe for lobe, told in truth.items() if told["traction_bronchiectasis"]) or "none"


def _shown(path: Path) -> str:
    """Name a path as it would be typed from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _announce(*words: str) -> None:
    typer.echo(f"\n$ kazerooni {' '.join(map(shlex.quote, words))}\n")
