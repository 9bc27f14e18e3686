"""Booked: the readings of the score book beside those of files. What is told of one id must not contradict itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kazerooni.archive.choice import FAILS, Choice, left
from kazerooni.archive.known import Known
from kazerooni.archive.rivals import held_under, said_of
from kazerooni.archive.task import Kind, Task, digest_of, task_id
from kazerooni.errors import StoreError

if TYPE_CHECKING:
    from kazerooni.store import Store

_TABLE: Final = "INSERT INTO booked (uid, series, supersedes, said) VALUES (?, ?, ?, ?)"
_OTHER: Final = f"a file holds another reading under its id: {FAILS}"
_SHOWN_OF_DIGEST: Final = 16
SUPERSEDED: Final = "another reading, here too, supersedes it"
"""Why a reading is left in whose place another stands."""


def check_book(place: str) -> None:
    """See that a score book can be used before a run is begun with it; place: "" for none. Raises StoreError."""
    if place:
        from kazerooni.store import open_store  # noqa: PLC0415 - an archive without a book does not wait for it

        open_store(place).close()


def note_book(known: Known, place: str) -> None:
    """Note what the book holds, until the index is closed; place: "" for no book. What files hold, too, is read."""
    known.rows("DELETE FROM booked")
    if not place:
        return
    from kazerooni.store import open_store  # noqa: PLC0415 - an archive without a book does not wait for it

    with open_store(place) as book:
        for uid, series, supersedes in book.reading_refs():
            is_filed = known.is_so("SELECT 1 FROM documents WHERE kind = 'reading' AND uid = ?", uid)
            known.rows(_TABLE, (uid, series, supersedes, _said(book, uid) if is_filed else ""))


def _said(book: Store, uid: str) -> str:
    """Tell what the book says of a reading; "" where that is damaged, as its own task will tell."""
    try:
        return said_of(book.reading(uid))
    except StoreError:
        return ""


def of_book(known: Known) -> Iterator[Choice]:
    """Decide of every reading of the book: one that a file holds, too, is graded there; one that it contradicts fails.

    A broken file keeps no reading of the book from being graded.
    """
    for uid, said in known.rows("SELECT uid, said FROM booked ORDER BY number"):
        if known.is_superseded(uid, is_draft=False):
            yield left("reading", uid, SUPERSEDED)
            continue
        filed = held_under(known, uid) if said else []
        others = [place for one, place in filed if one != said]
        if filed and not others:
            yield left("reading", uid, "a reading of the score book, of which a file is graded")
            continue
        old = [] if said else known.old_scores(reading=uid)
        stamps = (place.stamp for place in (*others, *old))
        task = Task(
            id=task_id(Kind.BOOK, [uid]),
            kind=Kind.BOOK,
            stamp=digest_of([uid, *stamps])[:_SHOWN_OF_DIGEST],
            number=others[0].number if others else 0,
            reading=uid,
            files=tuple(one.path for one in others),
            old=tuple(one.path for one in old),
        )
        yield Choice("reading", uid, _OTHER if others else "a reading of the score book: graded again", task)
