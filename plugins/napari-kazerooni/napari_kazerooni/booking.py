"""Booking: a signed reading goes into a score book. Without Qt; the book's database is loaded when one is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kazerooni.dicom import Progress
from kazerooni.errors import ReadingError, StoreError
from kazerooni.model import Course, Patient, Reading, Status

if TYPE_CHECKING:
    from kazerooni.store import Store

PATIENCE_S: Final = 10.0
"""So long a window waits for other programs that write: a person stands before it."""
_SCHEME: Final = "kazerooni"  # what `kazerooni store import` scores under
NOT_SIGNED: Final = "Sign the reading first: a score book takes signed readings only."
NO_PATIENT: Final = (
    "this scan names no patient, so its reading belongs to nobody's course; write the pseudonym into its reading.json "
    "(scan, patient), then `kazerooni store import`"
)


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of a reading. book: its name. is_new: False where it was there. unscored: why it has no score yet."""

    book: str
    is_new: bool
    unscored: str = ""

    @property
    def words(self) -> str:
        """Say it to the reader."""
        if not self.is_new:
            return f"This reading is in {self.book} already: nothing was written twice."
        if self.unscored:
            return f"Added to {self.book}, but not scored there ({self.unscored}): run `kazerooni store score`."
        return f"Added to {self.book}."


def add_to_book(
    reading: Reading,
    where: Path | None,
    *,
    when: datetime,
    create: bool = False,
    patience_s: float = PATIENCE_S,
    progress: Progress | None = None,
) -> Booked:
    """Add a signed reading to a book, and its score as `kazerooni store import` does; belongs on another thread.

    where: the file; None: the book of KAZEROONI_STORE, or the user's own. create: make it first.
    patience_s: how long other programs that write are waited for.
    progress: is called before the reading is kept; where it raises, nothing is.

    Raises StoreError where the book cannot be used or refuses the reading (nothing was written then), ReadingError
    where the reading is a draft or of nobody.
    """
    from kazerooni.store import open_store  # noqa: PLC0415 - SQLAlchemy takes half a second, and few sessions want it

    if reading.status is not Status.SIGNED:
        raise ReadingError(NOT_SIGNED)
    if reading.scan.patient is None:
        raise ReadingError(NO_PATIENT)
    course = Course(patient=Patient(pseudonym=reading.scan.patient), readings=(reading,))
    who = reading.reader or "reading room"
    with open_store(where, create=create, who=who, patience_s=patience_s) as book:
        try:
            added = book.add((course,), who=who, when=when, tell=_checked(progress))
        except StoreError as error:
            raise StoreError(_without_patient(str(error), reading.scan.patient)) from None
        is_new = not added.same.get("readings")
        return Booked(book.name, is_new, _score(book, who, when))


def _checked(progress: Progress | None) -> Callable[[int], object] | None:
    return None if progress is None else lambda _: progress(0, None)


def _score(book: Store, who: str, when: datetime) -> str:
    """Score what has no score; gives why that failed: the reading is in the book already."""
    try:
        book.score_with(_SCHEME, who=who, when=when)
    except StoreError as error:
        return str(error)
    return ""


def _without_patient(words: str, pseudonym: str) -> str:
    """Keep the patient out of a message: who it is may be hidden."""
    return words.replace(f"patient {pseudonym}", "this patient").replace(pseudonym, "this patient")
