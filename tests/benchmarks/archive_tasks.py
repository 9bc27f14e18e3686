"""Tasks: what the archive plans of a folder."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kazerooni.archive import Index, Task
from kazerooni.archive.plan import plan


def tasks_of(folder: Path, *, draft: bool = False) -> list[Task]:
    """Index a folder and plan it; give the tasks."""
    with tempfile.TemporaryDirectory() as place, Index(folder, Path(place) / "index.sqlite") as made:
        made.update()
        return [choice.task for choice in plan(made, draft=draft) if choice.task is not None]
