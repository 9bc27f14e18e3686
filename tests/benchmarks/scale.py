"""`python -m tests.benchmarks.scale`: what an archive costs by its size, without pixels: seconds a series, and memory.

Simulated archives (`scale_data.py`) of 1,000, 10,000 and 100,000 series are indexed, looked at again, worked off by
`kazerooni.archive.rescore` with two workers (index, plan, processes, journal, tables, difference report: everything a
run does, readings graded, drafts refused for want of pixels), and gone on with when all is done. Each step is a
process of its own (`scale_run.py`). Prints a table; `--figures` writes the numbers, `--plot` draws them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

SIZES = (1_000, 10_000, 100_000)
STEPS = {
    "first": "first index",
    "again": "index again, nothing changed",
    "run": "run: plan, work, journal, tables",
    "resume": "the same gone on with, all done",
}
ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Measure the sizes that the command line asks for; status 1 where a step fails."""
    asked = _arguments()
    place = Path(tempfile.mkdtemp(prefix="kazerooni-scale-", dir=asked.folder))
    measured: list[dict[str, Any]] = []
    try:
        for size in asked.sizes:
            measured.append(_measure(size, place / str(size)))
            _write(measured, asked)
    finally:
        shutil.rmtree(place)
    _console().print(_table(measured))
    return 0


def _write(measured: Sequence[dict[str, Any]], asked: argparse.Namespace) -> None:
    """Write what is measured so far: a run that is ended before the largest archive leaves the others."""
    figures = {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "load": round(os.getloadavg()[0], 1),
        "sizes": measured,
    }
    if asked.figures is not None:
        asked.figures.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if asked.plot is not None:
        _python("scale_plot", str(asked.figures), str(asked.plot))


def _measure(size: int, place: Path) -> dict[str, Any]:
    """Make an archive of so many series and take every step; the archive is deleted afterwards."""
    _tell(f"{size} series are written")
    archive = place / "archive"
    _python("scale_data", str(archive), str(size))
    measured: dict[str, Any] = {"series": size}
    for step, words in STEPS.items():
        measured[step] = _step(archive, place, step)
        _tell(f"{size} series, {words}: {measured[step]['seconds']:.1f} s")
    shutil.rmtree(place)
    return measured


def _step(archive: Path, place: Path, step: str) -> dict[str, float]:
    told = json.loads(_python("scale_run", str(archive), str(place), step))
    return {name: round(value, 3) for name, value in told.items()}


def _python(module: str, *arguments: str) -> str:
    """Run a module of the benchmarks in a process of its own, as one user with one key, and give what it prints."""
    environment = os.environ | {"KAZEROONI_KEY": "the key of the bench", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def _table(measured: Sequence[dict[str, Any]]) -> Table:
    table = Table(title="archives without pixels, two workers", title_justify="left", title_style="bold")
    for heading in ("series", "step", "seconds", "cpu s", "cpu ms a series", "master MB", "a worker MB"):
        table.add_column(heading, justify="left" if heading == "step" else "right")
    for one in measured:
        for step, words in STEPS.items():
            told, worker_mb = one[step], one[step]["worker MB"]
            cells = [f"{told[name]:.1f}" for name in ("seconds", "cpu")]
            cells += [f"{1000 * told['cpu'] / one['series']:.2f}", f"{told['master MB']:.0f}"]
            table.add_row(f"{one['series']:,}", words, *cells, f"{worker_mb:.0f}" if worker_mb else "")
    return table


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 120)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=SIZES, metavar="N[,N]", help="numbers of series")
    parser.add_argument("--figures", type=Path, metavar="FILE", help="write the numbers there, as JSON")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw them there, as PNG; with --figures")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="where the archives are made, and deleted")
    return parser.parse_args()


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


if __name__ == "__main__":
    sys.exit(main())
