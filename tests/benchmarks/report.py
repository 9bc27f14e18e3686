"""Report: the table for people."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.benchmarks.cases import GROUPS
from tests.benchmarks.run import Group, Result
from tests.benchmarks.size import Size
from tests.benchmarks.targets import Reached, targets_of

_COMPARED = {
    "index": "series",
    "archive": "series",
    "again": "series",
    "rescore": "readings",
    "maps": "counts",
    "draft": "drafts",
    "draft30": "drafts",
    "workers": "drafts",
    "tally": "counts",
    "brush": "counts",
    "lungs": "",
    "lobes": "",
    "lobes30": "",
    "point": "",
    "store": "counts of rows",
    "course": "counts of readings",
    "cohort": "",
    "seg": "voxels of every segment",
    "room": "",
}
_PACKAGES = (
    *("kazerooni", "SimpleITK", "pydicom", "highdicom", "dcm2niix", "python-gdcm", "imagecodecs", "numpy", "napari"),
)


def print_heading(size: Size, rounds: int) -> None:
    """Print what is measured, how, and on what."""
    _console().print(_heading(size, rounds), highlight=False)


def print_group(group: Group, size: Size) -> None:
    """Print the table of one group, with what was wanted and whether it was reached."""
    console = _console()
    console.print(_table(group, targets_of(group, size)))
    if group.ours.figures:
        console.print(_figures(group))
    console.print(_remarks(group, size), highlight=False)


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 120)


def _heading(size: Size, rounds: int) -> str:
    scan = f"{size.slices} x {size.side} x {size.side} int16 = {size.volume_mb:.0f} MB"
    system = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    return (
        f"Volume: {scan}. Median of {rounds} rounds in which the programs take turns, each in its own process,\n"
        f"warmed up, files in the page cache, the fastest of three calls where they are short.\n"
        f"cpu: of all threads; where it tells another story than the time, the machine was busy with other things.\n"
        f"Peak: of the whole process in the first call; floor: before it, after imports and warming up.\n"
        f"{system}; {', '.join(_installed())}"
    )


def _installed() -> list[str]:
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return found


def _table(group: Group, targets: Sequence[Reached]) -> Table:
    table = Table(title=f"{group.name}: {GROUPS[group.name]}", title_justify="left", title_style="bold")
    table.add_column("program")
    for heading in ("time s", "range s", "x ours", "cpu s", "peak MB", "floor MB"):
        table.add_column(heading, justify="right")
    table.add_column("wanted: reached?")
    for result in group.results:
        beside = "; ".join(_shown(t) for t in targets if t.program == result.case.program)
        style = "dim" if result.case.is_limit else "bold" if result is group.ours else None
        table.add_row(*_cells(result, group.ours), beside, style=style)
    return table


def _cells(result: Result, ours: Result) -> list[str]:
    name = f"limit: {result.case.program}" if result.case.is_limit else result.case.program
    if result.error:
        return [name, "-", result.error[:40], *"----"]
    ratio = "-" if ours.error else f"{result.time / ours.time:.2f}"
    spread = f"{min(result.seconds):.3f}-{max(result.seconds):.3f}"
    memory = (f"{mb:.0f}" for mb in (result.peak, median(result.floor_mb)))
    return [name, f"{result.time:.3f}", spread, ratio, f"{median(result.busy):.3f}", *memory]


def _figures(group: Group) -> Table:
    """Show what programs in a window gave, median and range."""
    table = Table(title="in the window", title_justify="left")
    table.add_column("figure")
    for result in group.results:
        table.add_column(result.case.program, justify="right")
    for name in dict.fromkeys(name for result in group.results for name in result.figures):
        given = [result.figures.get(name) for result in group.results]
        table.add_row(name, *(f"{median(v):.1f} ({min(v):.1f}-{max(v):.1f})" if v else "" for v in given))
    return table


def _shown(target: Reached) -> str:
    return f"{target.wanted}: {'reached' if target.reached else 'NOT reached'}, {target.figure}"


def _remarks(group: Group, size: Size) -> str:
    same = [r.case.program for r in group.results if r.digests and r.case.program not in group.differing]
    compared = _COMPARED.get(group.name, "voxels and spacing")
    if group.ours.figures:
        return (
            "  a turn: one pass of Qt's event loop; both programs drew with software (llvmpipe) where there is Xvfb\n"
        )
    remarks = (
        [f"equal {compared}: {', '.join(same)}"] if compared else ["one result in all rounds; the others are steps"]
    )
    if group.name == "index" and group.memory:
        files = size.archive_series * size.archive_slices
        kept, peak = (group.memory[name] / files for name in ("kept_bytes", "peak_bytes"))
        remarks.append(f"memory of ours for each of {files:,} files: {kept:.0f} bytes kept, {peak:.0f} at the peak")
    return "\n".join(f"  {line}" for line in remarks) + "\n"
