"""`kazerooni demo`: the main job on the sample scans that come with the repository."""

from __future__ import annotations

from pathlib import Path

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.inspect import inspect
from kazerooni.cli.options import Log, Verbose
from kazerooni.cli.score import score
from kazerooni.errors import NoSeriesError

_SAMPLES = Path(__file__).resolve().parents[2] / "sample_scans"


def demo(*, verbose: Verbose = False, log: Log = None) -> None:
    """Inspect and score the sample scan.

    Shows the whole way on one small phantom. Needs the folder sample_scans of the
    repository, so it runs from a checkout.

    \b
    Example:
      kazerooni demo
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        scan, maps = _SAMPLES / "hrct", _SAMPLES / "hrct-maps"
        if not scan.is_dir():
            raise NoSeriesError("the folder sample_scans is not there: run the demo from a checkout of the repository")
        _announce("inspect sample_scans/hrct")
        inspect([scan], verbose=verbose)
        _announce(
            "score sample_scans/hrct --lobes sample_scans/hrct-maps/lobes.nrrd "
            "--alveolar sample_scans/hrct-maps/alveolar.nrrd --interstitial sample_scans/hrct-maps/interstitial.nrrd"
        )
        score(
            [scan],
            lobes=maps / "lobes.nrrd",
            alveolar=maps / "alveolar.nrrd",
            interstitial=maps / "interstitial.nrrd",
            reader="phantom",
            verbose=verbose,
        )


def _announce(command: str) -> None:
    typer.echo(f"\n$ kazerooni {command}\n")
