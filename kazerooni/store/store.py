"""Store: a score book that is open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, func, select

from kazerooni.errors import RefusedError
from kazerooni.model import Course, Reading
from kazerooni.scoring import Scheme, find_scheme
from kazerooni.store import read
from kazerooni.store.add import Added, Adder
from kazerooni.store.backup import Backup, back_up
from kazerooni.store.chain import Deed, Head, head_of
from kazerooni.store.engine import reading, writing
from kazerooni.store.read import Holding, SchemeScore, ScoreRow
from kazerooni.store.refusals import words_of
from kazerooni.store.scored import fill_scores, unscored
from kazerooni.store.tables import READINGS
from kazerooni.store.verify import Verified, verify
from kazerooni.store.withdraw import Withdrawn, empty, erase

_PROBLEMS_TOLD = 20
Tell = Callable[[int], object]


class Store:
    """A score book, append only; made by `open_store`. Every method raises StoreError where the book cannot be used.

    Many programs may use one book at once: each write is kept as a whole or not at all, and waits for the others.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the book."""
        self._engine.dispose()

    @property
    def name(self) -> str:
        """The name of the book for messages: its file, or host and database."""
        return words_of(self._engine.url)

    def add(
        self,
        courses: Iterable[Course],
        *,
        who: str,
        when: datetime,
        partial: bool = False,
        correct: bool = False,
        readmit: bool = False,
        tell: Tell | None = None,
    ) -> Added:
        """Add courses in one transaction; what is there already is counted and not written again.

        who, when: written into the audit; when has a time zone.
        partial: write what can be, and tell the rest in `Added.problems`.
        correct: a measurement, treatment, event or description that contradicts an older one takes its place; the
            older one stays in the book. A signed reading is never changed: another one supersedes it.
        readmit: take patients who were withdrawn.
        tell: called with the number of courses that are done.

        Scores are not made here: see `score_with`.

        Raises RefusedError with everything that was refused where not `partial`; nothing was written then.
        """
        deed = Deed.of(who=who, when=when, what="add")
        with writing(self._engine) as connection:
            adder = Adder(connection, deed, is_correcting=correct, is_readmitting=readmit)
            for done in adder.add(courses):
                if tell is not None:
                    tell(done)
            added = adder.result()
            if added.problems and not partial:
                raise RefusedError(_refused_words(added.problems), added.problems)
        return added

    def score_with(self, scheme: Scheme | str, *, who: str, when: datetime, tell: Tell | None = None) -> int:
        """Make the scores of all readings that have none under this scheme and version; give how many were made.

        Written some hundred readings at a time, so that it goes on where it was interrupted. Scores of other schemes
        and versions stay beside them.
        """
        made = 0
        for count in fill_scores(self._engine, _scheme(scheme), Deed.of(who=who, when=when, what="score")):
            made += count
            if tell is not None:
                tell(made)
        return made

    def unscored(self, scheme: Scheme | str) -> int:
        """Count the readings that `score_with` would score."""
        with reading(self._engine) as connection:
            asked = select(func.count()).select_from(READINGS).where(unscored(_scheme(scheme)))
            return int(connection.scalar(asked) or 0)

    def patients(self) -> tuple[str, ...]:
        """List the pseudonyms of the patients, in the order in which they came."""
        with reading(self._engine) as connection:
            return read.patients(connection)

    def holdings(self) -> tuple[Holding, ...]:
        """List the patients with their readings and dates, in the order in which they came."""
        with reading(self._engine) as connection:
            return tuple(read.holdings(connection))

    def course(self, patient: str) -> Course:
        """Give all that is known of a patient: readings by date and id, the rest by date."""
        with reading(self._engine) as connection:
            return read.course_of(connection, patient)

    def courses_without_readings(self) -> Iterator[Course]:
        """Give what is known of all patients beside their readings; with `scores` a cohort needs no more."""
        with reading(self._engine) as connection:
            for patient in read.patients(connection):
                yield read.course_of(connection, patient, with_readings=False)

    def courses(self) -> Iterator[Course]:
        """Give the courses of all patients; one is in memory at a time."""
        for patient in self.patients():
            yield self.course(patient)

    def reading(self, identifier: str) -> Reading:
        """Give a reading by its id."""
        with reading(self._engine) as connection:
            return read.reading_by_id(connection, identifier)

    def reading_refs(self) -> Iterator[tuple[str, str, str]]:
        """Give id and series UID of all readings, one after the other, and what they supersede; "" for none."""
        with reading(self._engine) as connection:
            yield from read.reading_refs(connection)

    def kept_scores(self, identifier: str) -> tuple[SchemeScore, ...]:
        """Give the scores of a reading that the book keeps, by scheme and version."""
        with reading(self._engine) as connection:
            return read.kept_scores(connection, identifier)

    def superseded(self) -> dict[str, str]:
        """Give the ids of readings whose place others have taken, and of the reading that did last."""
        with reading(self._engine) as connection:
            return read.superseded(connection)

    def scores(self, scheme: Scheme | str, *, patients: Collection[str] | None = None) -> Iterator[ScoreRow]:
        """Give the scores made under a scheme, of some patients or all, without reading the readings."""
        with reading(self._engine) as connection:
            yield from read.score_rows(connection, _scheme(scheme), patients)

    def head(self) -> Head:
        """Give the head of the chain: print it where it is kept apart from the book."""
        with reading(self._engine) as connection:
            return head_of(connection)

    def verify(self, expect: Head | str | None = None) -> Verified:
        """Verify chain and rows; expect: a head that was told before, which the chain must hold.

        Raises StoreError where `expect` is no head; what is broken is told in `Verified.broken`.
        """
        expected = Head.parse(expect) if isinstance(expect, str) else expect
        with reading(self._engine) as connection:
            return verify(connection, expected)

    def backup(self, path: Path, *, force: bool = False) -> Backup:
        """Copy the book into a file, whole or not at all, and verify the copy; a file of a server's book, too."""
        return back_up(self._engine, path, force=force)

    def withdraw(self, patient: str, *, who: str, why: str, when: datetime) -> Withdrawn:
        """Empty all rows of a patient for ever and destroy the key that seals them; the chain still verifies.

        why: stays in the audit, so it must not name the patient.
        """
        deed = Deed.of(who=who, when=when, what="withdraw", note=why)
        with writing(self._engine) as connection:
            rows, head = empty(connection, patient, deed)
        return Withdrawn(rows, head, erase(self._engine))


def _scheme(scheme: Scheme | str) -> Scheme:
    return find_scheme(scheme) if isinstance(scheme, str) else scheme


def _refused_words(problems: tuple[str, ...]) -> str:
    lines = "".join(f"\n  {problem}" for problem in problems[:_PROBLEMS_TOLD])
    more = len(problems) - _PROBLEMS_TOLD
    rest = f"\n  and {more} more" if more > 0 else ""
    return f"nothing was added to the book, as {len(problems)} of its parts cannot be taken:{lines}{rest}"
