"""Known: what the index holds of a series, a reading or a map: where it lies, and by what it is known again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from kazerooni.archive.index import Index
from kazerooni.archive.task import digest_of

PLACE: Final = "f.number, o.path, f.name, f.size, f.modified"
FILES: Final = "files f JOIN folders o ON o.number = f.folder"
DOCUMENTS: Final = "documents d JOIN files f ON f.number = d.file JOIN folders o ON o.number = f.folder"
# What the score book holds (`booked.note_book`), for one look; said: of one that a file holds, too, else "".
_BOOKED: Final = """CREATE TEMP TABLE IF NOT EXISTS booked (number INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,
  series TEXT NOT NULL, supersedes TEXT NOT NULL, said TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS temp.booked_series ON booked (series);
CREATE INDEX IF NOT EXISTS temp.booked_superseding ON booked (supersedes) WHERE supersedes != ''"""
HAS_PICTURES: Final = """(EXISTS (SELECT 1 FROM files WHERE series = s.number AND kind = 'picture')
  OR EXISTS (SELECT 1 FROM members WHERE series = s.number AND kind = 'picture'))"""


class Place(NamedTuple):
    """A file, or a member of one: the number of the file in the index, its path, its stamp."""

    number: int
    path: str
    stamp: str


class Map(NamedTuple):
    """A SEG. roles: the maps that it holds: lobes, alveolar, interstitial."""

    place: Place
    uid: str
    roles: tuple[str, ...]


class Known:
    """Asks an index; of each question the answer is read row by row, so memory does not grow with the archive."""

    def __init__(self, index: Index) -> None:
        self._index = index
        index.database.executescript(_BOOKED)

    def rows(self, asked: str, values: Iterable[object] = ()) -> sqlite3.Cursor:
        """Ask the database."""
        return self._index.database.execute(asked, tuple(values))

    def is_so(self, asked: str, *values: object) -> bool:
        """Tell whether there is a row."""
        return bool(self.rows(f"SELECT EXISTS ({asked})", values).fetchone()[0])

    def end_writing(self) -> None:
        """Bring to disk what was noted."""
        self._index.database.commit()

    def place(self, row: Iterable[Any], member: str = "") -> Place:
        """Make a place of the columns of PLACE."""
        number, folder, name, size, modified = row
        return Place(number, self._index.path_of(folder, name, member), f"{size} {modified}")

    def has_reading(self, uid: str) -> bool:
        """Tell whether a reading of a series is kept, in a file or in the score book."""
        asked = """SELECT 1 FROM documents WHERE kind = 'reading' AND refers = ?1 UNION ALL
          SELECT 1 FROM booked WHERE series = ?1"""
        return uid != "" and self.is_so(asked, uid)

    def is_graded(self, reading: str) -> bool:
        """Tell whether a file or the score book holds a reading of an id, and none stands in its place."""
        asked = """SELECT 1 FROM documents WHERE kind = 'reading' AND uid = ?1 UNION ALL
          SELECT 1 FROM booked WHERE uid = ?1"""
        is_held = reading != "" and self.is_so(asked, reading)
        return is_held and not self.is_superseded(reading, is_draft=not self.is_signed(reading))

    def is_signed(self, reading: str) -> bool:
        """Tell whether a file or the score book, which takes no drafts, holds a reading of an id as signed."""
        asked = """SELECT 1 FROM documents WHERE kind = 'reading' AND uid = ?1 AND status = 'signed' UNION ALL
          SELECT 1 FROM booked WHERE uid = ?1"""
        return reading != "" and self.is_so(asked, reading)

    def is_superseded(self, reading: str, *, is_draft: bool) -> bool:
        """Tell whether another stands in the place of a reading: no draft in that of a signed one (`superseded`)."""
        asked = """SELECT 1 FROM documents WHERE kind = 'reading' AND supersedes = ?1 AND supersedes != '' AND uid != ?1
          AND (status = 'signed' OR (?2 AND status = 'draft')) UNION ALL
          SELECT 1 FROM booked WHERE supersedes = ?1 AND supersedes != '' AND uid != ?1"""
        return reading != "" and self.is_so(asked, reading, is_draft)

    def pictures(self, series: Iterable[int]) -> tuple[list[Place], str]:
        """List the files with the pictures of some series, zips once; and a digest of the UIDs of the pictures."""
        numbers = tuple(series)
        marks = ",".join("?" * len(numbers))
        asked = f"""SELECT f.uid, {PLACE} FROM {FILES} WHERE f.series IN ({marks}) UNION ALL
          SELECT m.uid, {PLACE} FROM {FILES} JOIN members m ON m.file = f.number
          WHERE m.series IN ({marks}) ORDER BY 2"""  # noqa: S608 - numbers alone
        places: dict[int, Place] = {}
        uids: set[str] = set()
        for uid, *rest in self.rows(asked, numbers * 2):
            uids.add(uid)
            if rest[0] not in places:
                places[rest[0]] = self.place(rest)
        return list(places.values()), digest_of(sorted(uids))

    def maps(self, uid: str) -> list[Map]:
        """List the maps of a series that hold anything of use, a copy of one once (`placed.place_maps`)."""
        asked = f"""SELECT d.uid, d.roles, d.member, {PLACE} FROM placed p JOIN {DOCUMENTS}
          WHERE d.number = p.document AND p.series = ? AND d.roles != '' ORDER BY d.uid, f.number, d.member"""  # noqa: S608
        found: dict[str, Map] = {}
        for sop_uid, roles, member, *rest in self.rows(asked, (uid,)):
            found.setdefault(sop_uid, Map(self.place(rest, member), sop_uid, tuple(roles.split())))
        return list(found.values())

    def broken_maps(self, uid: str) -> list[Map]:
        """List the maps that lie beside a series or its maps and cannot be read (`mapped.place_maps`)."""
        asked = f"""SELECT d.uid, d.member, {PLACE} FROM beside b JOIN {DOCUMENTS}
          WHERE d.number = b.document AND b.series = ? ORDER BY f.number, d.member"""  # noqa: S608
        return [Map(self.place(rest, member), sop_uid, ()) for sop_uid, member, *rest in self.rows(asked, (uid,))]

    def old_scores(self, *, reading: str = "", series: str = "") -> list[Place]:
        """List the score documents of a reading, or of a series; copies once."""
        column, value = ("uid", reading) if reading else ("refers", series)
        if not value:
            return []
        # The plus keeps the index by digest from being taken for the order: it would go through all scores each time.
        asked = f"""SELECT d.digest, d.member, {PLACE} FROM {DOCUMENTS} WHERE d.kind = 'score' AND d.{column} = ?
          ORDER BY +d.digest, f.number, d.member"""  # noqa: S608
        found: dict[str, Place] = {}
        for digest, member, *rest in self.rows(asked, (value,)):
            found.setdefault(digest, self.place(rest, member)._replace(stamp=digest))
        return list(found.values())

    def series_of(self, study: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Give number and UID of some series."""
        numbers = tuple(study)
        marks = ",".join("?" * len(numbers))
        asked = f"SELECT number, series FROM series WHERE number IN ({marks}) ORDER BY series, number"  # noqa: S608
        yield from self.rows(asked, numbers).fetchall()


def stamp_of(places: Iterable[Place]) -> str:
    """Give by what a task is known to be of files that are as they were."""
    return digest_of(sorted(place.stamp for place in places))[:16]
