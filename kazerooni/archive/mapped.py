"""Mapped: which maps are of which series, and what is done with a series that has some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from kazerooni.archive.choice import FAILS, NO_UID, Choice, left
from kazerooni.archive.known import HAS_PICTURES, Known, Map, stamp_of
from kazerooni.archive.look import BROKEN_MAP
from kazerooni.archive.task import Kind, Task, task_id

_ROLES: Final = ("lobes", "alveolar", "interstitial")
_HELD: Final = {"lobes": "lobes", "alveolar": "alveolar findings", "interstitial": "interstitial findings"}
_PLACED: Final = """CREATE TEMP TABLE IF NOT EXISTS placed (series TEXT NOT NULL, document INTEGER NOT NULL,
  PRIMARY KEY (series, document)) WITHOUT ROWID"""
_BESIDE: Final = _PLACED.replace("placed", "beside")
_NAMELESS: Final = "FROM documents d JOIN files f ON f.number = d.file WHERE d.kind = 'segmentation' AND d.refers = ''"
_WITH_PICTURES: Final = f"SELECT number, study FROM series s WHERE series = ? AND is_ct AND {HAS_PICTURES}"  # noqa: S608
_BROKEN: Final = """FROM documents d JOIN files f ON f.number = d.file WHERE d.kind = 'segmentation' AND d.roles = ''
  AND d.refers = '' AND EXISTS (SELECT 1 FROM problems p WHERE p.file = d.file AND p.why = ?)"""
_HAS_BROKEN: Final = f"a map beside its pictures or its maps cannot be read: {FAILS}"
NO_FINDINGS: Final = "its maps hold lobes, and no findings"


def place_maps(known: Known) -> None:
    """Note in a table `placed` of which series each map is: of the one that it names, or that it lies beside.

    A map that names none belongs to the one CT series whose pictures share its folder or its zip, unless maps that
    name this series are there.
    """
    known.rows(_PLACED)
    known.rows("DELETE FROM placed")
    known.rows("INSERT INTO placed SELECT refers, number FROM documents WHERE kind = 'segmentation' AND refers != ''")
    asked = f"SELECT DISTINCT f.folder, CASE d.member WHEN '' THEN 0 ELSE d.file END {_NAMELESS} AND d.roles != ''"
    for folder, zipped in known.rows(asked).fetchall():
        uid = _only_series(known, folder, zipped)
        if not uid or known.is_so("SELECT 1 FROM documents WHERE kind = 'segmentation' AND refers = ?", uid):
            continue
        where, value = ("d.file = ?", zipped) if zipped else ("d.member = '' AND f.folder = ?", folder)
        put = f"INSERT OR IGNORE INTO placed SELECT ?, d.number {_NAMELESS} AND {where}"
        known.rows(put, (uid, value))
    _place_broken(known)
    known.end_writing()


def _place_broken(known: Known) -> None:
    """Note in a table `beside` which series maps may be of that cannot be read: those whose pictures or maps are there.

    What such a map held nobody knows, so that a score without it would be a wrong one.
    """
    known.rows(_BESIDE)
    known.rows("DELETE FROM beside")
    asked = f"SELECT d.number, f.folder, CASE d.member WHEN '' THEN 0 ELSE d.file END {_BROKEN}"
    for number, folder, zipped in known.rows(asked, (BROKEN_MAP,)).fetchall():
        where, value = ("d.file = ?", zipped) if zipped else ("d.member = '' AND f.folder = ?", folder)
        with_maps = f"""SELECT DISTINCT p.series FROM placed p JOIN documents d ON d.number = p.document
          JOIN files f ON f.number = d.file WHERE {where}"""  # noqa: S608 - one of two texts
        uids = {uid for (uid,) in known.rows(with_maps, (value,))} | {_only_series(known, folder, zipped)}
        for uid in uids - {""}:
            known.rows("INSERT OR IGNORE INTO beside VALUES (?,?)", (uid, number))


def _only_series(known: Known, folder: int, zipped: int) -> str:
    """Give the UID of the one series whose pictures lie in a folder, or in a zip; "" where it is none, or no CT."""
    where, value = ("members WHERE file", zipped) if zipped else ("files WHERE folder", folder)
    found = known.rows(
        f"SELECT DISTINCT series FROM {where} = ? AND kind = 'picture' LIMIT 2",  # noqa: S608
        (value,),
    ).fetchall()
    if len(found) != 1:
        return ""
    uid, is_ct = known.rows("SELECT series, is_ct FROM series WHERE number = ?", found[0]).fetchone()
    return str(uid) if is_ct else ""


def of_mapped(known: Known, *, draft: bool) -> Iterator[Choice]:
    """Decide of every series that a map was drawn on.

    draft: whether a series with lobes and no findings is drafted with these; one whose maps hold neither is then no
    matter of its maps.
    """
    for (uid,) in known.rows("SELECT series FROM placed UNION SELECT series FROM beside ORDER BY series"):
        maps = known.maps(uid)
        if maps or not draft or known.broken_maps(uid):
            yield _of_series(known, uid, maps, draft=draft)
    unplaced = "d.roles != '' AND NOT EXISTS (SELECT 1 FROM placed WHERE document = d.number)"
    alone = "it names no series, and the pictures beside it are not those of one CT series"
    for uid, file in known.rows(f"SELECT d.uid, d.file {_NAMELESS} AND {unplaced} ORDER BY d.uid, d.file"):
        yield left("map", uid or NO_UID, alone, detail=f"file {file}")


def is_measured(known: Known, uid: str) -> bool:
    """Tell whether a series is measured from its maps."""
    task = _of_series(known, uid, known.maps(uid), draft=False).task
    return task is not None


def _of_series(known: Known, uid: str, maps: list[Map], *, draft: bool) -> Choice:
    rows = known.rows(_WITH_PICTURES, (uid,)).fetchall()
    study = rows[0][1] if rows else ""
    why = _why_left(known, uid, maps, rows)
    broken = known.broken_maps(uid)
    if broken and len(rows) == 1 and not known.has_reading(uid):
        return Choice("series", uid, _HAS_BROKEN, _task(known, Kind.MAPS, uid, [*maps, *broken], rows[0]), study=study)
    if why is None:
        told = "maps of its lobes and findings, no reading: measured and graded"
        return Choice("series", uid, told, _task(known, Kind.MAPS, uid, maps, rows[0]), study=study)
    if why == NO_FINDINGS and draft:
        told = "a map of its lobes, none of its findings: drafted with these lobes"
        return Choice("series", uid, told, _task(known, Kind.DRAFT, uid, maps, rows[0]), study=study)
    detail = "--draft drafts it with these lobes" if why == NO_FINDINGS else ""
    return left("series", uid, why, detail=detail, study=study)


def _task(known: Known, kind: Kind, uid: str, maps: list[Map], row: tuple[int, str]) -> Task:
    number, study = row
    pictures, uids = known.pictures((number,))
    old = known.old_scores(series=uid) if kind is Kind.MAPS else []
    return Task(
        id=task_id(kind, [study, uid, uids, *(one.uid for one in maps)]),
        kind=kind,
        stamp=stamp_of([*pictures, *(one.place for one in maps), *old]),
        number=min(one.number for one in pictures),
        study_uid=study,
        series_uid=uid,
        files=tuple(one.path for one in pictures),
        maps=tuple(one.place.path for one in maps),
        old=tuple(one.path for one in old),
    )


def _why_left(known: Known, uid: str, maps: list[Map], rows: list[tuple[int, str]]) -> str | None:
    """Say why a series with maps is not measured; None where it is. rows: of the series of this UID with pictures."""
    roles = Counter(role for one in maps for role in one.roles)
    twice = next((role for role in _ROLES if roles[role] > 1), "")
    reasons = {
        "a reading of it is kept, which is graded again": known.has_reading(uid),
        "its maps hold no lobes": not roles["lobes"],
        f"{roles[twice]} maps of {_HELD.get(twice)}, and nothing says which counts; keep one": bool(twice),
        "maps of it are here, its pictures are not": not rows,
        "series of several patients or studies carry its UID": len(rows) > 1,
        NO_FINDINGS: len(roles) == 1,
    }
    return next((why for why, is_so in reasons.items() if is_so), None)
