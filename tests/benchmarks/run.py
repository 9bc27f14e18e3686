"""Run: every case of the groups in turn, round after round, each in its own process; then the medians.

This process stays small: the peak of memory that Linux counts for a child begins with that of its parent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.cases import MEMORY_OF, OURS, Case, cases_of
from tests.benchmarks.size import Size

ROOT = Path(__file__).resolve().parents[2]
_TIMEOUT_SECONDS = 1200


@dataclass
class Result:
    """What was measured of one case: a number for each round; or the error that ended it."""

    case: Case
    seconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)
    floor_mb: list[float] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    figures: dict[str, list[float]] = field(default_factory=dict)
    error: str = ""

    @property
    def time(self) -> float:
        """Median time in seconds."""
        return median(self.seconds)

    @property
    def peak(self) -> float:
        """Median peak of memory, in megabytes."""
        return median(self.peak_mb)

    def figure(self, name: str) -> float:
        """Median of a figure that a program in a window gave, NaN where it gave none."""
        return median(self.figures[name]) if name in self.figures else float("nan")

    def add(self, measured: dict[str, Any]) -> None:
        """Add one round."""
        if "error" in measured:
            self.error = measured["error"]
            return
        self.seconds.append(measured["seconds"])
        self.busy.append(measured["busy"])
        self.peak_mb.append(measured["peak_mb"])
        self.floor_mb.append(measured["floor_mb"])
        for name, value in measured.get("figures", {}).items():
            self.figures.setdefault(name, []).append(value)
        self.digests |= {measured["digest"]} if "digest" in measured else set()

    def as_json(self) -> dict[str, Any]:
        """Give all that was measured."""
        return {**asdict(self), "case": self.case._asdict(), "digests": sorted(self.digests)}


@dataclass
class Group:
    """What was measured on one set of data; `memory`: bytes of Python objects, see `worker.memory_of`."""

    name: str
    results: list[Result]
    memory: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, program: str) -> Result:
        return next(r for r in self.results if r.case.program == program)

    @property
    def ours(self) -> Result:
        """The result of this project."""
        return self[OURS]

    @property
    def differing(self) -> list[str]:
        """Name the programs that gave something else than this project."""
        return [r.case.program for r in self.results if r.digests and r.digests != self.ours.digests]


def run(
    groups: Iterable[str], size: Size, rounds: int, cache: Path | None = None, tell: Callable[[str], None] = print
) -> Iterator[Group]:
    """Measure groups, giving each as soon as it is done; the programs of one take turns in every round."""
    groups = list(groups)
    folders = prepare(groups, size, cache)
    for group in groups:
        yield _run_group(group, folders[group], rounds, tell)


def prepare(groups: Sequence[str], size: Size, cache: Path | None) -> dict[str, list[str]]:
    """Make the data where they are missing; give for each group its folder and that to warm up on."""
    made = _python("tests.benchmarks.data", json.dumps(asdict(size)), str(cache or ""), *groups)
    return json.loads(made)  # type: ignore[no-any-return]


def _run_group(name: str, folders: list[str], rounds: int, tell: Callable[[str], None]) -> Group:
    group = Group(name, [Result(case) for case in cases_of(name)])
    for number in range(1, rounds + 1):
        for result in group.results:
            if not result.error:
                result.add(_measure(result.case.function, folders))
        times = ", ".join(f"{r.case.program} {r.seconds[-1]:.3f}" for r in group.results if r.seconds)
        tell(f"{name} {number}/{rounds}: {times}")
    if name in MEMORY_OF:
        group.memory = _measure(MEMORY_OF[name], folders, "memory")
    return group


def _measure(function: str, folders: list[str], *what: str) -> dict[str, Any]:
    answer = _python("tests.benchmarks.worker", function, *folders, *what)
    return json.loads(answer.splitlines()[-1])  # type: ignore[no-any-return]


def _python(module: str, *arguments: str) -> str:
    """Run a module in a process of its own, as one user with one key, and give what it prints."""
    environment = os.environ | {"KAZEROONI_KEY": "the key of the bench", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, timeout=_TIMEOUT_SECONDS, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}")
    return done.stdout
