"""Reading a book of very many readings, and one of few."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from kazerooni.store import Store, open_store
from tests.benchmarks.result import Index
from tests.benchmarks.store_courses import COUNT, EACH, SCORED_PATIENTS, SCORED_VISITS, count_in, courses

_WHEN = datetime(2026, 5, 1, tzinfo=UTC)
_TIMES = 10


def write(folder: Path, readings: int) -> None:
    """Write a small book of one patient, and a large one: patients with scores, and so many readings of others."""
    (folder / COUNT).write_text(str(readings))
    scored = min(SCORED_PATIENTS, max(readings // 30, 1))
    with open_store(folder / "small.sqlite", create=True) as small:
        small.add(courses("b", 1, EACH), who="bench", when=_WHEN)
    with open_store(folder / "large.sqlite", create=True) as large:
        large.add(courses("c", scored, SCORED_VISITS), who="bench", when=_WHEN)
        large.score_with("kazerooni", who="bench", when=_WHEN)
        rest = max((readings - scored * SCORED_VISITS) // EACH, 1)
        large.add(chain(courses("b", 1, EACH), courses("d", rest, EACH)), who="bench", when=_WHEN)


def course_of_large(folder: str) -> Index:
    """Read the course of one patient, ten times, from the large book."""
    with open_store(Path(folder) / "large.sqlite") as book:
        return _course(book)


def course_of_small(folder: str) -> Index:
    """Read the same course, ten times, from the small book."""
    with open_store(Path(folder) / "small.sqlite") as book:
        return _course(book)


def _course(book: Store) -> Index:
    return {"readings": sum(len(book.course("P-b-0").readings) for _ in range(_TIMES))}


def cohort(folder: str) -> Index:
    """Read the scores of all patients that have some from the large book."""
    assert count_in(folder)
    with open_store(Path(folder) / "large.sqlite") as book:
        rows = list(book.scores("kazerooni"))
    return {"scores": len(rows), "patients": len({row.patient for row in rows})}
