"""Rivals: readings of one id in files of other bytes: the same reading saved again, or another one under its name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

from kazerooni.archive.known import DOCUMENTS, PLACE, Known, Place
from kazerooni.archive.task import digest_of
from kazerooni.errors import ReadingError
from kazerooni.labels import read_reading, reading_text
from kazerooni.model import Session, Status

_HAS_OTHERS: Final = "SELECT 1 FROM documents WHERE kind = 'reading' AND uid = ? AND digest != ?"


@dataclass(frozen=True, slots=True)
class Rivals:
    """What stands beside a reading under its id.

    is_again: whether the same reading is graded from another file. others: files that hold other ones.
    is_first: whether it is the first of these: what belongs to the id, such as old scores, is told with it.
    """

    is_again: bool = False
    others: tuple[Place, ...] = ()
    is_first: bool = True


class _Content(NamedTuple):
    """What a reading says, as a digest, and whether it is a draft."""

    said: str
    is_draft: int


_ALONE: Final = Rivals()


def rivals_of(known: Known, uid: str, digest: str) -> Rivals:
    """Tell what other files hold under the id of a reading.

    digest: of the bytes of its file. Of files that say the same a signed one is graded, then that of the lowest digest,
    so that the order in which they were found does not matter. A broken reading is told for itself, and rivals none.
    """
    if not uid or not known.is_so(_HAS_OTHERS, uid, digest):
        return _ALONE
    places = _places(known, uid)
    contents = {one: content for one, place in places.items() if (content := _content(known, one, place)) is not None}
    if digest not in contents:
        return _ALONE
    graded: dict[str, str] = {}
    for one in sorted(contents, key=lambda one: (contents[one].is_draft, one)):
        graded.setdefault(contents[one].said, one)
    if digest not in graded.values():
        return Rivals(is_again=True)
    others = tuple(places[one] for one in sorted(graded.values()) if one != digest)
    return Rivals(others=others, is_first=digest == min(graded.values()))


def _places(known: Known, uid: str) -> dict[str, Place]:
    """Give the first file of each digest, known again by its digest."""
    asked = f"""SELECT d.digest, d.member, {PLACE} FROM {DOCUMENTS} WHERE d.kind = 'reading' AND d.uid = ?
      ORDER BY +d.digest, d.file, d.member"""  # noqa: S608 - the plus, as in `Known.old_scores`
    found: dict[str, Place] = {}
    for digest, member, *rest in known.rows(asked, (uid,)):
        found.setdefault(digest, known.place(rest, member)._replace(stamp=digest))
    return found


def _content(known: Known, digest: str, place: Place) -> _Content | None:
    """Tell what a reading says, however it is written, but for how and when it was recorded; None of a broken one.

    Readings are named after what they were made from, so one that was made twice differs in its session alone.
    """
    kept = known.rows("SELECT said, is_draft FROM contents WHERE digest = ?", (digest,)).fetchone()
    if kept is not None:
        return _Content(*kept)
    try:
        reading = read_reading(Path(place.path))
    except ReadingError:
        return None
    bare = replace(reading, session=Session(), status=Status.DRAFT, remarks="", notices=())
    found = _Content(digest_of([reading_text(bare)]), reading.status is Status.DRAFT)
    known.rows("INSERT INTO contents VALUES (?, ?, ?)", (digest, *found))
    known.end_writing()
    return found
