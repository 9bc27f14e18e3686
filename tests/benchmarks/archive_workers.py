"""A small archive that nobody has read, drafted by the runner: index, plan, worker processes, journal and tables."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kazerooni.archive import Settings, rescore
from tests.benchmarks.result import Index


def by_one(folder: str) -> Index:
    """Draft it with one worker; gives the ids of the drafts."""
    return _drafted(folder, workers=1)


def by_two(folder: str) -> Index:
    """Draft it with two workers."""
    return _drafted(folder, workers=2)


def _drafted(folder: str, workers: int) -> Index:
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "out"
        settings = Settings(scheme="kazerooni", version=1, out=out, draft=True)
        rescore(Path(folder), settings, workers=workers, index=Path(place) / "index.sqlite")
        return {file.parent.name: 1 for file in out.glob("drafts/*/reading.json")}
