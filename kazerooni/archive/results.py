"""Results: what a run leaves in its folder when its tasks have ended: tables, difference report, `run.json`."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kazerooni.archive.index import Changes
from kazerooni.archive.journal import Journal
from kazerooni.archive.pool import can_watch_memory
from kazerooni.archive.settings import Limits, Settings
from kazerooni.archive.tables import has_difference, has_parquet, write_tables
from kazerooni.errors import OutputError
from kazerooni.files import digest_of
from kazerooni.report import write_difference
from kazerooni.version import __version__

Step = Callable[[str], object]
"""Is told what is done after the work."""

_DICTIONARY: Final = ".dictionary"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to.

    files: by what they are. left: series and readings that were left, by why. counts: of the journal.
    drafts: how many there are.
    """

    changes: Changes
    files: dict[str, int]
    counts: dict[str, int]
    kinds: dict[str, int]
    left: dict[str, int]
    before: int
    seconds: float
    drafts: int
    told: tuple[str, ...] = field(default_factory=tuple)


def write_results(journal: Journal, folder: Path, step: Step | None) -> dict[str, str]:
    """Write tables and difference report, each whole or not at all; gives their SHA-256 by name. Raises OutputError."""
    step = step or (lambda _: None)
    try:
        step("Writing the tables")
        digests = write_tables(journal, folder)
        if has_difference():
            step("Writing the difference report")
            broken = journal.broken_old()
            made = write_difference(journal.pairs(), folder, program_version=__version__, broken_old=broken, force=True)
            digests |= {path.name: digest_of(path) for path in made if _DICTIONARY not in path.suffixes}
    except OutputError as error:
        raise OutputError(f"{error}. What was done is kept: see to the disk, then go on with --resume") from None
    return digests


def told_of_packages(limits: Limits) -> tuple[str, ...]:
    """Tell what could not be done for want of a package."""
    told: list[str] = []
    if limits.memory_mb is not None and not can_watch_memory():
        told.append('the memory of workers was not watched; pip install "kazerooni[archive]"')
    if not has_difference():
        told.append('no difference report was written; pip install "kazerooni[report]"')
    if not has_parquet():
        told.append('no Parquet was written; pip install "kazerooni[archive]"')
    return tuple(told)


def run_document(
    summary: Summary,
    settings: Settings,
    *,
    limits: Limits,
    workers: int | None,
    started: datetime,
    digests: dict[str, str],
) -> bytes:
    """Make run.json: all that differs from run to run stands here, and nowhere else."""
    document: dict[str, Any] = {
        "schema_version": 1,
        "program": {"name": "kazerooni", "version": __version__},
        "scheme": {"name": settings.scheme, "version": settings.version},
        "settings": {
            **settings.kept(),
            "workers": "of Dask" if workers is None else workers,
            "time limit s": limits.seconds,
            "memory limit MB": limits.memory_mb,
        },
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "processors": os.cpu_count(),
            "python": platform.python_version(),
        },
        "started": started.isoformat(),
        "ended": datetime.now(UTC).isoformat(),
        "seconds": round(summary.seconds, 3),
        "files": {
            "by kind": summary.files,
            "there": summary.changes.files,
            "looked at": summary.changes.looked,
            "gone": summary.changes.gone,
        },
        "tasks": {**summary.counts, "before": summary.before, "by kind": summary.kinds},
        "left": dict(sorted(summary.left.items())),
        "sha256": digests,
        "told": list(summary.told),
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
