"""An archive that grows costs as much more as it has grown: told in steps of the database, on every machine alike."""

from __future__ import annotations

from pathlib import Path

from kazerooni.archive import Index
from kazerooni.archive.plan import plan
from tests.benchmarks.scale_data import write

_EVERY = 10


def _steps(folder: Path, series: int) -> int:
    """Plan an archive of so many series, a tenth of them with a reading and its old score; give the steps taken."""
    write(folder / "archive", series)
    steps = [0]

    def count() -> int:
        steps[0] += _EVERY
        return 0

    with Index(folder / "archive", folder / "index.sqlite") as index:
        index.update()
        index.database.set_progress_handler(count, _EVERY)
        assert sum(choice.task is not None for choice in plan(index, draft=True)) == series
        index.database.set_progress_handler(None, 0)
    return steps[0]


def test_a_plan_grows_as_its_archive_does(tmp_path: Path) -> None:
    """Four times as many series, readings and scores take the database at most four and a half times as many steps."""
    assert _steps(tmp_path / "large", 2000) <= 4.5 * _steps(tmp_path / "small", 500)
