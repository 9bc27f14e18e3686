"""Rivals: readings of one id in files of other bytes: the same reading saved again, or another one under its name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kazerooni.archive.known import DOCUMENTS, PLACE, Known, Place
from kazerooni.archive.task import Booked, digest_of
from kazerooni.errors import ReadingError
from kazerooni.labels import read_reading, reading_text
from kazerooni.model import Reading, Session, Status

_HAS_OTHERS: Final = "SELECT 1 FROM documents WHERE kind = 'reading' AND uid = ? AND digest != ?"


@dataclass(frozen=True, slots=True)
class Rivals:
    """What stands beside a reading under its id.

    is_again: whether the same reading is graded from another file. others: files that hold other ones.
    is_first: whether it is the first of these: what belongs to the id, such as old scores, is told with it.
    booked: what the score book holds under the id.
    """

    is_again: bool = False
    others: tuple[Place, ...] = ()
    is_first: bool = True
    booked: Booked = Booked.NO


_ALONE: Final = Rivals()


def rivals_of(known: Known, uid: str, digest: str) -> Rivals:
    """Tell what other files hold under the id of a reading.

    digest: of the bytes of its file. Of files that say the same that of the lowest digest is graded, so that the order
    in which they were found does not matter. A broken reading is told for itself, and rivals none; drafts of what was
    signed do not count (`Known.is_signed`).
    """
    booked = known.rows("SELECT said FROM booked WHERE uid = ? AND said != ''", (uid,)).fetchone() if uid else None
    if not uid or (booked is None and not known.is_so(_HAS_OTHERS, uid, digest)):
        return _ALONE
    places, contents = _held(known, uid)
    if digest not in contents:
        return _ALONE
    graded: dict[str, str] = {}
    for one in sorted(contents):
        graded.setdefault(contents[one], one)
    if digest not in graded.values():
        return Rivals(is_again=True)
    others = tuple(places[one] for one in sorted(graded.values()) if one != digest)
    in_book = Booked.NO
    if booked is not None:
        in_book = Booked.SAME if booked[0] == contents[digest] else Booked.OTHER
    return Rivals(others=others, is_first=digest == min(graded.values()), booked=in_book)


def held_under(known: Known, uid: str) -> list[tuple[str, Place]]:
    """Tell what the files say that hold a reading of an id, and where they lie; broken ones say nothing."""
    places, contents = _held(known, uid)
    return [(said, places[one]) for one, said in contents.items()]


def _held(known: Known, uid: str) -> tuple[dict[str, Place], dict[str, str]]:
    """Give by digest the files that hold a reading of an id, and what those say that are not broken."""
    places = _places(known, uid)
    read = {one: _content(known, one, place) for one, place in places.items()}
    return places, {one: said for one, said in read.items() if said is not None}


def _places(known: Known, uid: str) -> dict[str, Place]:
    """Give the first file of each digest, known again by its digest; drafts where none was signed."""
    asked = f"""SELECT d.digest, d.member, {PLACE} FROM {DOCUMENTS} WHERE d.kind = 'reading' AND d.uid = ?
      AND (d.status != 'draft' OR NOT ?) ORDER BY +d.digest, d.file, d.member"""  # noqa: S608 - the plus, as in `Known.old_scores`
    found: dict[str, Place] = {}
    for digest, member, *rest in known.rows(asked, (uid, known.is_signed(uid))):
        found.setdefault(digest, known.place(rest, member)._replace(stamp=digest))
    return found


def _content(known: Known, digest: str, place: Place) -> str | None:
    """Tell what a reading says; None of a broken one."""
    kept = known.rows("SELECT said FROM contents WHERE digest = ?", (digest,)).fetchone()
    if kept is not None:
        return str(kept[0])
    try:
        reading = read_reading(Path(place.path))
    except ReadingError:
        return None
    said = said_of(reading)
    known.rows("INSERT INTO contents VALUES (?, ?)", (digest, said))
    known.end_writing()
    return said


def said_of(reading: Reading) -> str:
    """Give a digest of what a reading says, however it is written, but for how and when it was recorded.

    Readings are named after what they were made from, so one that was made twice differs in its session alone.
    """
    bare = replace(reading, session=Session(), status=Status.DRAFT, remarks="", notices=())
    return digest_of([reading_text(bare)])
