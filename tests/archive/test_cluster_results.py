"""What workers of Dask write themselves, and a score book: reports, drafts, its readings; and their memory."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kazerooni.archive import Cause, Failure, Journal, Limits, Result, Settings
from kazerooni.archive import rescore as run
from kazerooni.archive.cluster import Cluster
from kazerooni.dicom import find_series
from kazerooni.labels import read_lobe_map, write_reading
from kazerooni.model import Course, Patient, Reading, Status
from kazerooni.store import open_store
from tests.archive.conftest import SAMPLES
from tests.archive.jobs import task, work
from tests.archive.runs import digests

# Dask opens sockets and loops whose ends it leaves to the interpreter.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning:distributed", "ignore::ResourceWarning:tornado")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, reading: Reading) -> tuple[Path, Settings]:
    """Give an archive of a reading and a scan that nobody read, and settings with a book of two other readings."""
    folder = tmp_path_factory.mktemp("small")
    root, book = folder / "archive", folder / "book.sqlite"
    shutil.copytree(SAMPLES / "2000", root / "scan")
    write_reading(replace(reading, id="R-FILE"), root / "reading.json")
    signed = [replace(reading, id=f"R-{n}", reader="R1", status=Status.SIGNED) for n in range(2)]
    course = Course(patient=Patient(pseudonym=reading.scan.patient or ""), readings=tuple(signed))
    with open_store(str(book), create=True) as opened:
        opened.add([course], who="tests", when=datetime(2026, 1, 2, tzinfo=UTC))
        opened.score_with("kazerooni-mean", who="tests", when=datetime(2026, 1, 2, tzinfo=UTC))
    own = Settings(
        scheme="kazerooni", version=1, out=folder / "out", draft=True, store=str(book), formats=("html", "json")
    )
    run(root, own)
    return root, own


def test_reports_drafts_and_the_book_are_the_same_by_dask(
    settings: tuple[Path, Settings], dask: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `--draft`, `--report` and `--store` workers of Dask leave what an own process leaves, byte for byte.

    Paths without a root are those of the program that asks, not of the workers. A draft tells when it was begun, so
    two differ in that.
    """
    root, own = settings
    monkeypatch.chdir(tmp_path)
    shutil.copy(own.store, tmp_path / "book.sqlite")
    summary = run(root, replace(own, out=Path("out"), store="book.sqlite"), dask=dask)
    assert summary.kinds == {"book": 2, "draft": 1, "reading": 1}
    assert summary.counts["failed"] == 0
    plain, far = digests(own.out), digests(tmp_path / "out")
    assert set(plain) == set(far)
    assert {Path(name).parts[0] for name in far} >= {"reports", "reports.sha256", "drafts", "difference.html"}
    assert len([name for name in far if name.startswith("reports/")]) == 2 * 3
    begun = {name for name in far if name.endswith((".kazerooni-draft", ".dcm"))} | {"drafts.sha256"}
    assert {name for name in far if far[name] != plain[name]} <= begun
    (series,) = find_series(root / "scan")
    maps = [read_lobe_map(next(out.glob("drafts/*/lobes.dcm")), series) for out in (own.out, tmp_path / "out")]
    assert (maps[0].labels == maps[1].labels).all()


def test_old_scores_of_the_book_come_by_dask_too(settings: tuple[Path, Settings], dask: str, tmp_path: Path) -> None:
    """The score that the book kept stands beside the new one, whoever graded it."""
    root, own = settings
    run(root, replace(own, out=tmp_path / "out", draft=False, formats=()), dask=dask)
    with Journal(tmp_path / "out") as journal:
        old = {pair.new.reading: pair.old for pair in journal.pairs() if pair.new is not None}
    assert {uid: None if one is None else one.scheme for uid, one in old.items()} == {
        "R-FILE": None,
        "R-0": "kazerooni-mean",
        "R-1": "kazerooni-mean",
    }


def test_the_memory_limit_holds_on_workers_of_dask(dask: str) -> None:
    """A task that takes ever more memory there is ended at the limit and recorded with it; what follows is done."""
    pytest.importorskip("psutil")
    batches = [[task("eat")], [task("nothing", 1)], [task("nothing", 2)]]
    ended = {one.task.id: one for one in Cluster(work, dask, limits=Limits(memory_mb=500.0)).run(batches)}
    eaten = ended["T-eat-0"]
    assert isinstance(eaten.outcome, Failure)
    assert (eaten.outcome.cause, eaten.attempts, "500 MB" in eaten.outcome.why) == (Cause.MEMORY, 2, True)
    assert all(isinstance(ended[f"T-nothing-{n}"].outcome, Result) for n in (1, 2))
