"""Journal: what a run planned and what came of it, so that a killed run goes on where it was. No path stands in it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from kazerooni.archive.record import ScoreRecord
from kazerooni.archive.task import Failure, Result, Task
from kazerooni.errors import ArchiveError
from kazerooni.model import ScorePair

JOURNAL_VERSION: Final = 3
JOURNAL_FILE: Final = "journal.sqlite"
_TABLES: Final = """
CREATE TABLE settings (content TEXT NOT NULL);
CREATE TABLE planned (task TEXT PRIMARY KEY, kind TEXT NOT NULL, stamp TEXT NOT NULL, number INTEGER NOT NULL,
  member INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE ended (task TEXT PRIMARY KEY, stamp TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL,
  attempts INTEGER NOT NULL, study TEXT NOT NULL, series TEXT NOT NULL, reading TEXT NOT NULL, cause TEXT NOT NULL,
  error TEXT NOT NULL, why TEXT NOT NULL, long TEXT NOT NULL, wide TEXT NOT NULL, files TEXT NOT NULL,
  new TEXT, old TEXT NOT NULL, told TEXT NOT NULL) WITHOUT ROWID;
"""
_STORE: Final = "store"
_COMMIT_S: Final = 1.0
_END: Final = "INSERT OR REPLACE INTO ended VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_DONE: Final = "FROM planned p JOIN ended e ON e.task = p.task AND e.stamp = p.stamp"


class Failed(NamedTuple):
    """A task that failed, as errors.csv tells it."""

    task: str
    kind: str
    study: str
    series: str
    reading: str
    number: int
    member: int
    cause: str
    error: str
    why: str
    attempts: int


class Journal:
    """The journal of a folder of results; use it in a `with`. settings: those of the run; another run's are refused.

    Raises ArchiveError.
    """

    def __init__(self, folder: Path, settings: dict[str, Any] | None = None) -> None:
        self._name = folder.name
        file = folder / JOURNAL_FILE
        if settings is None and not file.exists():
            raise ArchiveError(f"{folder.name}: holds no run (no {JOURNAL_FILE}); give the folder of one")
        try:
            self._database = sqlite3.connect(file)
        except sqlite3.Error as error:
            raise _unusable(folder, error) from None
        try:
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._prepare(settings)
        except sqlite3.Error as error:
            self._database.close()
            raise _unusable(folder, error) from None
        except ArchiveError:
            self._database.close()
            raise
        self._written = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.commit()
        self._database.close()

    def _prepare(self, settings: dict[str, Any] | None) -> None:
        version = self._database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._database.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {JOURNAL_VERSION}; COMMIT;")
        elif version != JOURNAL_VERSION:
            raise ArchiveError(f"{self._name}: its journal is of another version of the program; give another folder")
        if settings is None:
            return
        text = json.dumps(settings, sort_keys=True)
        kept = self._database.execute("SELECT content FROM settings").fetchone()
        if kept is None:
            self._database.execute("INSERT INTO settings VALUES (?)", (text,))
            self._database.commit()
        elif kept[0] != text:
            differing = _differing(json.loads(kept[0]), settings)
            raise ArchiveError(
                f"{self._name}: was begun with other settings ({differing}); go on with the same, or give another "
                "folder"
            )

    def plan(self, tasks: Iterable[Task]) -> int:
        """Write down what is to be done, in place of what was planned before; gives how many tasks stand twice."""
        twice = 0
        self._database.execute("DELETE FROM planned")
        for task in tasks:
            row = (task.id, task.kind.value, task.stamp, task.number, task.member)
            twice += 1 - self._database.execute("INSERT OR IGNORE INTO planned VALUES (?,?,?,?,?)", row).rowcount
        self._database.commit()
        return twice

    def forget_failed(self) -> int:
        """Forget that tasks failed, so that they are done again; gives how many did."""
        count = self._database.execute("DELETE FROM ended WHERE cause != ''").rowcount
        self._database.commit()
        return count

    def has_ended(self) -> bool:
        """Tell whether any task has ended, planned now or not."""
        return bool(self._one("SELECT EXISTS (SELECT 1 FROM ended)"))

    def is_done(self, task: Task) -> bool:
        """Tell whether a task has ended, of files that are as they were."""
        asked = "SELECT 1 FROM ended WHERE task = ? AND stamp = ?"
        return self._database.execute(asked, (task.id, task.stamp)).fetchone() is not None

    def end(self, task: Task, outcome: Result | Failure, attempts: int, *, old: Sequence[ScoreRecord] = ()) -> None:
        """Write down what became of a task; on the disk within a second.

        old: the scores that were kept before of one that failed; those of a result stand in it.
        """
        if isinstance(outcome, Failure):
            told = (task.study_uid, task.series_uid, task.reading, outcome.cause.value, outcome.error, outcome.why)
            lost = json.dumps([(one.to_json(), None) for one in old])
            rows: tuple[str | None, ...] = ("", "", "", None, lost, "")
        else:
            uids = (outcome.study_uid or task.study_uid, outcome.series_uid or task.series_uid)
            told = (*uids, outcome.reading or task.reading, "", "", "")
            beside = zip(outcome.old, outcome.new_by_old, strict=True)
            kept = json.dumps([(one.to_json(), None if by is None else by.to_json()) for one, by in beside])
            new = None if outcome.new is None else outcome.new.to_json()
            rows = (outcome.long, outcome.wide, outcome.files, new, kept, " ".join(outcome.told))
        row = (task.id, task.stamp, task.kind.value, task.number, attempts, *map(_storable, told), *rows)
        self._database.execute(_END, row)
        if time.monotonic() - self._written > _COMMIT_S:
            self.commit()

    def commit(self) -> None:
        """Bring to disk what ended."""
        self._database.commit()
        self._written = time.monotonic()

    def counts(self) -> dict[str, int]:
        """Count what was planned, what is done of it and what of that failed."""
        planned = int(self._one("SELECT count(*) FROM planned"))
        done = int(self._one(f"SELECT count(*) {_DONE}"))
        failed = int(self._one(f"SELECT count(*) {_DONE} WHERE e.cause != ''"))
        return {"planned": planned, "done": done, "failed": failed}

    def kinds(self) -> dict[str, int]:
        """Count the planned tasks by kind."""
        return dict(self._database.execute("SELECT kind, count(*) FROM planned GROUP BY kind ORDER BY kind"))

    def rows(self, table: str) -> Iterator[str]:
        """Give the rows of the long or the wide table, as CSV, in the order of the tasks' ids."""
        assert table in {"long", "wide"}
        for (text,) in self._database.execute(f"SELECT e.{table} {_DONE} ORDER BY p.task"):
            yield text

    def failed(self) -> Iterator[Failed]:
        """Give what failed, in the order of the tasks' ids."""
        columns = (
            "e.task, e.kind, e.study, e.series, e.reading, p.number, p.member, e.cause, e.error, e.why, e.attempts"
        )
        for row in self._database.execute(f"SELECT {columns} {_DONE} WHERE e.cause != '' ORDER BY p.task"):
            yield Failed(*row)

    def pairs(self) -> Iterator[ScorePair]:
        """Give each new score beside every old one, in the order of the tasks' ids; one at a time in memory.

        A reading without an old score has one pair, with the new alone; in those of a task that failed stands its kind
        of error in the place of the new. A broken old score is in none (`broken_old`).
        """
        for new, old, cause, error in self._database.execute(
            f"SELECT e.new, e.old, e.cause, e.error {_DONE} WHERE e.kind != 'score' ORDER BY p.task"
        ):
            if not cause and new is None:
                continue
            made = _record(new)
            for one, by in json.loads(old) or ((None, None),):
                yield ScorePair(old=_record(one), new=made, new_by_old=_record(by), error=error or cause)

    def drafts(self) -> int:
        """Count the drafts that were made."""
        return int(self._one(f"SELECT count(*) {_DONE} WHERE e.kind = 'draft' AND e.cause = ''"))

    def sums(self, *, drafts: bool) -> Iterator[str]:
        """Give the sums of the reports, or of the drafts, that were made (`sums.sums_of`), in the order of the ids."""
        asked = f"SELECT e.files {_DONE} WHERE e.files != '' AND (e.kind = 'draft') = ? ORDER BY p.task"
        for (text,) in self._database.execute(asked, (drafts,)):
            yield text

    def broken_old(self) -> int:
        """Count the old scores that are broken."""
        return int(self._one(f"SELECT count(*) {_DONE} WHERE e.kind = 'score' AND e.cause != ''"))

    def _one(self, asked: str) -> Any:
        return self._database.execute(asked).fetchone()[0]


def _unusable(folder: Path, error: sqlite3.Error) -> ArchiveError:
    return ArchiveError(f"{folder.name}: its journal cannot be used ({error}); give another folder")


def _differing(was: dict[str, Any], now: dict[str, Any]) -> str:
    """Name each setting that differs with what it was and what it is."""
    names = sorted(name for name in {*was, *now} if was.get(name) != now.get(name))
    return "; ".join(
        # Of a score book a digest of its place stands there, as results name no path: two tell a person nothing.
        f"{_STORE}: another book, or at another place"
        if name == _STORE and was.get(name) and now.get(name)
        else f"{name}: {_said(was.get(name), name)}, now {_said(now.get(name), name)}"
        for name in names
    )


def _said(setting: object, name: str) -> str:
    """Write the value of a setting for a person."""
    if isinstance(setting, bool):
        return "yes" if setting else "no"
    if setting and name == _STORE:
        return "a book"
    return (", ".join(map(str, setting)) if isinstance(setting, list) else str(setting)) or "none"


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _record(text: str | None) -> ScoreRecord | None:
    return None if text is None else ScoreRecord.from_json(text)
