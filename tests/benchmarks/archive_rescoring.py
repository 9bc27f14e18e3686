"""Readings of 600 slices graded again, as a worker of an archive does, beside parsing their JSON alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from kazerooni.archive import Kind, Settings, Task
from kazerooni.archive.jobs import Work
from kazerooni.archive.worker import collect_rarely
from kazerooni.labels import write_reading
from kazerooni.model import LABELS_SHAPE, Component, Reading, ScanRef, Tally
from tests.benchmarks.result import Index

READINGS, _SLICES = 20, 600


def write(folder: Path, readings: int) -> None:
    """Write readings whose lobes and findings are spread by chance, the same every time."""
    chance = np.random.default_rng(0)
    for number in range(readings):
        counts = chance.integers(0, 4000, (_SLICES, *LABELS_SHAPE)) * (chance.random((_SLICES, *LABELS_SHAPE)) < 0.2)
        counts[:, 6] = 0  # no lingula
        tally = Tally(
            counts.astype(np.int64),
            np.ones(_SLICES, np.int64),
            depth_unit_mm=0.5,
            pixel_area_mm2=0.4,
            measured=frozenset(Component),
        )
        scan = ScanRef(sop_uids=tuple(f"2.25.{number}.{index}" for index in range(_SLICES)))
        write_reading(Reading(id=f"R-{number}", scan=scan, tally=tally), folder / f"{number}.json")


def grade(folder: str) -> Index:
    """Grade them, and make their rows of the tables."""
    work = Work(Settings(scheme="kazerooni", version=1, out=Path(folder)))
    collect_rarely()
    files = sorted(Path(folder).iterdir())
    done = [work(Task(id="T", kind=Kind.READING, stamp="", files=(str(file),))) for file in files]
    return {one.reading: 1 for one in done}


def parse(folder: str) -> Index:
    """Parse their JSON, and nothing more."""
    return {json.loads(file.read_bytes())["id"]: 1 for file in sorted(Path(folder).iterdir())}
