"""Index: what an archive holds, in a small database; the next run looks only into files that changed.

It holds paths below the archive and pseudonyms, so it is private: nobody but the user may read it, and nothing of it
but UIDs, digests and numbers goes into a result.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import platformdirs

from kazerooni.archive.locks import index_in_use, is_locked
from kazerooni.archive.look import DOCUMENTS, Looker, Seen
from kazerooni.archive.schema import open_index
from kazerooni.archive.task import digest_of
from kazerooni.archive.walk import Folder, Stamp, source_of, walk
from kazerooni.errors import ArchiveError
from kazerooni.files import make_folder
from kazerooni.identity import user_key

Tell = Callable[[int, int | None], object]
"""Is called with how many are done and how many there are, None while that is not known."""

_COMMIT_S: Final = 2.0
_MOST_SERIES_KNOWN: Final = 10_000
_PROGRESS_EVERY: Final = 256
_PUT: Final = """INSERT INTO files VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (folder, name) DO UPDATE SET
  size=excluded.size, modified=excluded.modified, kind=excluded.kind, series=excluded.series, uid=excluded.uid"""
_PUT_DOCUMENT: Final = """INSERT INTO documents (file, member, kind, uid, refers, roles, digest, status, supersedes,
  broken) VALUES (?,?,?,?,?,?,?,?,?,?)"""
_MENDED_ELSEWHERE: Final = ("unreadable", "dicomdir")
_PLAIN: Final = frozenset({"picture", "other"})
_OF_FILES: Final = ("members", "documents", "problems")


@dataclass(slots=True)
class Changes:
    """What an update found. files: that there are; looked: of them new or changed; gone: that there were."""

    files: int = 0
    looked: int = 0
    gone: int = 0


class Index:
    """The index of one archive; use it in a `with`.

    file: where it stands; None: in the user's cache folder, named by a digest of the archive's place.

    Raises ArchiveError where the file is no index.
    """

    def __init__(self, archive: Path, file: Path | None = None) -> None:
        self.archive = archive
        self.root = archive if archive.is_dir() else archive.parent
        self.file = file or default_place(archive)
        make_folder(self.file.parent)
        self.database = open_index(self.file, archive)
        self._series: dict[tuple[str, str, str, bytes, bool], int] = {}
        self._next = self._highest("files") + 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    def update(self, *, tell: Tell | None = None, key: bytes | None = None) -> Changes:
        """Look into what is new or changed, forget what is gone; what was interrupted goes on where it was.

        key: of the pseudonyms; the user's own if not given.

        Raises ArchiveError where the archive cannot be read, or the index not be written.
        """
        try:
            return self._update(tell, key or user_key().key)
        except sqlite3.Error as error:
            if is_locked(error):
                raise index_in_use(self.archive) from None
            raise ArchiveError(
                f"{self.file.name}: the index cannot be written ({error}); see to the disk, or give another by --index"
            ) from None

    def _update(self, tell: Tell | None, key: bytes) -> Changes:
        looker, changes, written = Looker(key), Changes(), time.monotonic()
        run = int(self.database.execute("SELECT coalesce(max(seen), 0) + 1 FROM folders").fetchone()[0])
        for folder in walk(self.archive):
            self._folder(folder, run, looker, changes, tell)
            if time.monotonic() - written > _COMMIT_S:
                self.database.commit()
                written = time.monotonic()
        self._forget_folders(run, changes)
        self.database.commit()
        return changes

    def _folder(self, folder: Folder, run: int, looker: Looker, changes: Changes, tell: Tell | None) -> None:
        number = self._folder_number(os.fsencode(folder.path), run, folder.why)
        asked = self.database.execute("SELECT name, number, size, modified FROM files WHERE folder = ?", (number,))
        known = {os.fsdecode(row[0]): row[1:] for row in asked}
        for name, stamp in folder.files.items():
            changes.files += 1
            if tell is not None and changes.files % _PROGRESS_EVERY == 0:
                tell(changes.files, None)
            was = known.pop(name, None)
            if was is not None and was[1:] == stamp:
                continue
            changes.looked += 1
            seen = list(looker.look(source_of(self.root, folder.path, name, stamp)))
            self._put((number, folder.path), name, stamp, seen, None if was is None else int(was[0]))
        if known:
            changes.gone += len(known)
            self._forget([int(row[0]) for row in known.values()])

    def _put(self, folder: tuple[int, str], name: str, stamp: Stamp, seen: list[Seen], number: int | None) -> None:
        """Write down a file. folder: its number and path. number: of the file, None of one that is new."""
        first, *members = seen
        if number is None:
            number, self._next = self._next, self._next + 1
        else:
            self._forget_contents([number])
        # What may be mended elsewhere has no time that it could be known again by.
        modified = -1 if first.why and first.kind in _MENDED_ELSEWHERE else stamp.modified_ns
        place = os.fsencode(folder[1])
        row = (first.kind, self._series_number(first, place), first.uid)
        self.database.execute(_PUT, (number, folder[0], os.fsencode(name), stamp.size, modified, *row))
        if first.kind in _PLAIN and not first.why:
            return
        rows = [(number, m.kind, self._series_number(m, place), m.uid) for m in members if m.kind != "unreadable"]
        self.database.executemany("INSERT INTO members VALUES (?,?,?,?)", rows)
        for one in seen:
            self._put_document(number, one)

    def _put_document(self, number: int, one: Seen) -> None:
        """Write down a document of a file, and what cannot be used: of a zip by the member, which then has a number."""
        document = None
        if one.kind in DOCUMENTS or (one.member and one.why):
            kind = one.kind if one.kind in DOCUMENTS else "problem"
            row = (number, one.member, kind, one.uid, one.refers, one.roles, one.digest, *one.standing, one.is_broken)
            document = self.database.execute(_PUT_DOCUMENT, row).lastrowid
        if one.why:
            put = "INSERT INTO problems VALUES (?,?,?)"
            self.database.execute(put, (number, document if one.member else 0, one.why))

    def _series_number(self, seen: Seen, place: bytes) -> int | None:
        """Give the number of a picture's series; pictures without UIDs belong together where they lie together."""
        if seen.kind not in {"picture", "segmentation"}:
            return None
        where = b"" if seen.series and seen.study else place
        key = (seen.study, seen.series, seen.patient or "", where, seen.is_ct)
        number = self._series.get(key)
        if number is None:
            self.database.execute(
                "INSERT OR IGNORE INTO series (study, series, patient, place, is_ct) VALUES (?,?,?,?,?)", key
            )
            asked = "SELECT number FROM series WHERE study=? AND series=? AND patient=? AND place=? AND is_ct=?"
            number = int(self.database.execute(asked, key).fetchone()[0])
            if len(self._series) >= _MOST_SERIES_KNOWN:
                self._series.clear()
            self._series[key] = number
        return number

    def _folder_number(self, path: bytes, run: int, why: str) -> int:
        put = """INSERT INTO folders (path, seen, why) VALUES (?, ?, ?)
          ON CONFLICT (path) DO UPDATE SET seen = excluded.seen, why = excluded.why"""
        self.database.execute(put, (path, run, why))
        return int(self.database.execute("SELECT number FROM folders WHERE path = ?", (path,)).fetchone()[0])

    def _forget_folders(self, run: int, changes: Changes) -> None:
        for (folder,) in self.database.execute("SELECT number FROM folders WHERE seen < ?", (run,)).fetchall():
            numbers = [row[0] for row in self.database.execute("SELECT number FROM files WHERE folder = ?", (folder,))]
            changes.gone += len(numbers)
            self._forget(numbers)
        self.database.execute("DELETE FROM folders WHERE seen < ?", (run,))

    def _forget(self, files: list[int]) -> None:
        self._forget_contents(files)
        self.database.executemany("DELETE FROM files WHERE number = ?", ((number,) for number in files))

    def _forget_contents(self, files: list[int]) -> None:
        for table in _OF_FILES:
            self.database.executemany(f"DELETE FROM {table} WHERE file = ?", ((number,) for number in files))  # noqa: S608

    def path_of(self, folder: bytes, name: bytes, member: str = "") -> str:
        """Give the path of a file, or through a zip to a member of it, from what the index holds."""
        path = os.fsdecode(b"/".join(filter(None, (os.fsencode(self.root), folder, name))))
        return f"{path}/{member}" if member else path

    def kinds(self) -> dict[str, int]:
        """Count the files by what they are."""
        return dict(self.database.execute("SELECT kind, count(*) FROM files GROUP BY kind ORDER BY kind"))

    def _highest(self, table: str) -> int:
        return int(self.database.execute(f"SELECT coalesce(max(number), 0) FROM {table}").fetchone()[0])  # noqa: S608


def default_place(archive: Path) -> Path:
    """Give where the index of an archive stands if nothing else is said."""
    folder = platformdirs.user_cache_path("kazerooni", appauthor=False) / "archives"
    return folder / f"{digest_of([str(archive.resolve())])[:24]}.sqlite"
