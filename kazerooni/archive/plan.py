"""Plan: from the index to tasks, and why each series or reading was chosen or left.

Everything is read from the database row by row: memory does not grow with the archive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from kazerooni.archive.index import Index
from kazerooni.archive.task import Kind, Task, digest_of, task_id

_PLACES: Final = "f.number, o.path, f.name, f.size, f.modified"
_FROM: Final = "FROM files f JOIN folders o ON o.number = f.folder"
_ROLES: Final = ("lobes", "alveolar", "interstitial")


class Choice(NamedTuple):
    """What was decided of a reading, series or study. task: None where it is left. why: of both, in words.

    what: `reading`, `series` or `study`. uid: by which it is told; digests stand for readings without an id.
    """

    what: str
    uid: str
    why: str
    task: Task | None = None


class _Place(NamedTuple):
    """A file: its number in the index, its path, its stamp."""

    number: int
    path: str
    stamp: str


def plan(index: Index, *, draft: bool) -> Iterator[Choice]:
    """Decide of everything in the index. draft: whether studies of which nothing is known are to be drafted."""
    yield from _readings(index)
    yield from _mapped(index)
    if draft:
        yield from _studies(index)


def _readings(index: Index) -> Iterator[Choice]:
    asked = f"SELECT f.uid, f.refers, f.digest, {_PLACES} {_FROM} WHERE f.kind = 'reading' ORDER BY f.number"
    for uid, refers, digest, *rest in index.database.execute(asked):
        place = _place(index, rest)
        old = _old_scores(index, uid, "")
        task = Task(
            id=task_id(Kind.READING, [digest]),
            kind=Kind.READING,
            stamp=_stamp([place._replace(stamp=digest), *old]),  # so a copy of it is the same task
            number=place.number,
            series_uid=refers,
            reading=uid,
            files=(place.path,),
            old=tuple(one.path for one in old),
        )
        yield Choice("reading", uid or digest[:16], "kept reading, graded again", task)


def _mapped(index: Index) -> Iterator[Choice]:
    """Decide of every series that a map was drawn on."""
    asked = "SELECT DISTINCT refers FROM files WHERE kind = 'segmentation' AND refers != '' ORDER BY refers"
    for (uid,) in index.database.execute(asked):
        yield _of_series(index, uid, _maps(index, "f.refers = ?", uid))
    for series, uid in index.database.execute(_BESIDE):
        if not _known(index, uid):
            yield _of_series(
                index,
                uid,
                _maps(index, "f.refers = '' AND f.folder IN (SELECT folder FROM files WHERE series = ?)", series),
            )


# Series whose folder holds maps that name none, and no pictures of another series.
_BESIDE: Final = """
SELECT s.number, s.series FROM series s WHERE s.series != '' AND s.is_ct AND EXISTS (
  SELECT 1 FROM files p JOIN files m ON m.folder = p.folder AND m.kind = 'segmentation' AND m.refers = ''
  WHERE p.series = s.number AND NOT EXISTS (
    SELECT 1 FROM files x WHERE x.folder = p.folder AND x.kind = 'picture' AND x.series != s.number))
ORDER BY s.series"""


_WITH_PICTURES: Final = """
SELECT number, study FROM series s WHERE series = ? AND is_ct AND (
  EXISTS (SELECT 1 FROM files WHERE series = s.number) OR EXISTS (SELECT 1 FROM members WHERE series = s.number))"""


def _known(index: Index, uid: str) -> bool:
    asked = "SELECT 1 FROM files WHERE kind = 'segmentation' AND refers = ? LIMIT 1"
    return index.database.execute(asked, (uid,)).fetchone() is not None


class _Map(NamedTuple):
    place: _Place
    uid: str
    roles: tuple[str, ...]


def _maps(index: Index, where: str, value: object) -> list[_Map]:
    asked = (
        f"SELECT f.uid, f.roles, {_PLACES} {_FROM} WHERE f.kind = 'segmentation' AND {where} ORDER BY f.uid, f.number"
    )
    return [
        _Map(_place(index, rest), uid, tuple(roles.split()))
        for uid, roles, *rest in index.database.execute(asked, (value,))
    ]


def _of_series(index: Index, uid: str, maps: list[_Map]) -> Choice:
    maps = [one for one in {one.uid: one for one in maps}.values() if one.roles]  # a copy of a map is no second one
    rows = index.database.execute(_WITH_PICTURES, (uid,)).fetchall()
    if (why := _why_left(index, uid, maps, rows)) is not None:
        return Choice("series", uid, f"left: {why}")
    number, study = rows[0]
    pictures, uids = _pictures(index, (number,))
    old = _old_scores(index, "", uid)
    task = Task(
        id=task_id(Kind.MAPS, [study, uid, uids, *(one.uid for one in maps)]),
        kind=Kind.MAPS,
        stamp=_stamp([*pictures, *(one.place for one in maps), *old]),
        number=min(one.number for one in pictures),
        study_uid=study,
        series_uid=uid,
        files=tuple(one.path for one in pictures),
        maps=tuple(one.place.path for one in maps),
        old=tuple(one.path for one in old),
    )
    return Choice("series", uid, "maps of its lobes and findings, no reading: measured and graded", task)


def _why_left(index: Index, uid: str, maps: list[_Map], rows: list[tuple[int, str]]) -> str | None:
    """Say why a series with maps is not measured; None where it is. rows: of the series of this UID with pictures."""
    roles = Counter(role for one in maps for role in one.roles)
    twice = next((role for role in _ROLES if roles[role] > 1), "")
    reasons = {
        "a reading of it is kept, which is graded again": _has_reading(index, uid),
        "its maps hold no lobes": not roles["lobes"],
        "its maps hold lobes, and no findings": len(roles) == 1,
        f"{roles[twice]} maps of {twice}, and nothing says which counts; keep one": bool(twice),
        "maps of it are here, its pictures are not": not rows,
        "its UID stands in several patients or studies": len(rows) > 1,
    }
    return next((why for why, is_so in reasons.items() if is_so), None)


def _studies(index: Index) -> Iterator[Choice]:
    """Decide of every study with CT pictures: drafted where none of its series has a reading or a map."""
    asked = """SELECT study, patient, place, group_concat(number) FROM series WHERE is_ct
      GROUP BY study, patient, place ORDER BY study, patient, place"""
    for study, _, __, numbers in index.database.execute(asked):
        series = tuple(map(int, numbers.split(",")))
        told = study or "(no UID)"
        pictures, uids = _pictures(index, series)
        if not pictures:
            continue
        if _is_known(index, series):
            yield Choice("study", told, "left: a reading or maps of it are kept")
            continue
        task = Task(
            id=task_id(Kind.DRAFT, [study, uids]),
            kind=Kind.DRAFT,
            stamp=_stamp(pictures),
            number=min(one.number for one in pictures),
            study_uid=study,
            files=tuple(one.path for one in pictures),
        )
        yield Choice("study", told, "no reading and no maps: its best series is drafted", task)


def _is_known(index: Index, series: tuple[int, ...]) -> bool:
    marks = ",".join("?" * len(series))
    asked = f"""SELECT 1 FROM files WHERE kind IN ('reading', 'segmentation') AND refers IN
      (SELECT series FROM series WHERE series != '' AND number IN ({marks})) LIMIT 1"""  # noqa: S608
    return index.database.execute(asked, series).fetchone() is not None


def _has_reading(index: Index, uid: str) -> bool:
    asked = "SELECT 1 FROM files WHERE kind = 'reading' AND refers = ? LIMIT 1"
    return index.database.execute(asked, (uid,)).fetchone() is not None


def _pictures(index: Index, series: tuple[int, ...]) -> tuple[list[_Place], str]:
    """List the files with the pictures of some series, zips once; and a digest of the UIDs of the pictures."""
    marks = ",".join("?" * len(series))
    asked = f"""SELECT f.uid, {_PLACES} {_FROM} WHERE f.series IN ({marks}) UNION ALL
      SELECT m.uid, {_PLACES} {_FROM} JOIN members m ON m.file = f.number WHERE m.series IN ({marks}) ORDER BY 2"""
    places: dict[int, _Place] = {}
    uids: set[str] = set()
    for uid, *rest in index.database.execute(asked, series * 2):
        uids.add(uid)
        if rest[0] not in places:
            places[rest[0]] = _place(index, rest)
    return list(places.values()), digest_of(sorted(uids))


def _old_scores(index: Index, reading: str, series: str) -> list[_Place]:
    """List the score documents of a reading, or of a series; copies once."""
    column, value = ("uid", reading) if reading else ("refers", series)
    if not value:
        return []
    asked = f"SELECT f.digest, {_PLACES} {_FROM} WHERE f.kind = 'score' AND f.{column} = ? ORDER BY f.digest, f.number"
    rows = index.database.execute(asked, (value,))
    return list({digest: _place(index, rest)._replace(stamp=digest) for digest, *rest in rows}.values())


def _place(index: Index, row: list[object]) -> _Place:
    number, folder, name, size, modified = row
    assert isinstance(number, int)
    assert isinstance(folder, bytes)
    assert isinstance(name, bytes)
    return _Place(number, index.path_of(folder, name), f"{size} {modified}")


def _stamp(places: list[_Place]) -> str:
    return digest_of(sorted(place.stamp for place in places))[:16]
