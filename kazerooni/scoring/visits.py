"""Visits: the readings of one patient by date: one a reader at each visit, repeats beside them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from kazerooni.errors import ReadingError
from kazerooni.model import Reading, superseded


class Visit(NamedTuple):
    """The readings of one date: one a reader, and further ones by the same readers; sorted by reader and id."""

    on: date
    readings: tuple[Reading, ...]
    repeats: tuple[Reading, ...]


def visits_of(readings: Sequence[Reading], use: Collection[str] = ()) -> tuple[Visit, ...]:
    """Give the visits by date; a reading that another one supersedes is left out.

    use: ids of readings that stand for their reader at their visit; further ones of that reader are repeats.

    Raises ReadingError where there is no reading, two patients, a reading without a date, an id of no reading, or two
    readings of one date by one reader of which none is named.
    """
    standing = _standing(readings)
    strange = sorted(set(use) - {reading.id for reading in standing})
    if strange:
        raise ReadingError(f"{strange[0]} is named as the reading to use, but it is none of those that stand")
    by_date: dict[date, list[Reading]] = {}
    for reading in standing:
        on = reading.scan.study_date
        if on is None:
            raise ReadingError(f"reading {reading.id}: its scan has no date, so it has no place in time")
        by_date.setdefault(on, []).append(reading)
    return tuple(_visit(on, same, use) for on, same in sorted(by_date.items()))


def _visit(on: date, readings: Sequence[Reading], use: Collection[str]) -> Visit:
    by_reader: dict[str | None, list[Reading]] = {}
    for reading in sorted(readings, key=lambda reading: (reading.reader or "", reading.id)):
        by_reader.setdefault(reading.reader, []).append(reading)
    chosen = [_one(on, own, use) for own in by_reader.values()]
    repeats = [reading for own in by_reader.values() for reading in own if reading not in chosen]
    return Visit(on, tuple(chosen), tuple(repeats))


def _one(on: date, own: Sequence[Reading], use: Collection[str]) -> Reading:
    """Choose the reading of a reader at a visit: the only one, or the one that is named."""
    named = [reading for reading in own if reading.id in use]
    found = named or own
    if len(found) > 1:
        ids = " and ".join(reading.id for reading in found)
        raise ReadingError(
            f"two readings of {on} by one reader ({own[0].reader or 'not said'}): {ids}; supersede one by the other, "
            "or name the one to use by its id"
        )
    return found[0]


def _standing(readings: Sequence[Reading]) -> list[Reading]:
    if not readings:
        raise ReadingError("no reading to follow; give the readings of one patient")
    _refuse_strangers(readings)
    if len({reading.id for reading in readings}) < len(readings):
        raise ReadingError("a reading is given twice, or two have one id; give each once")
    replaced = superseded(readings)
    return [reading for reading in readings if reading.id not in replaced]


def _refuse_strangers(readings: Sequence[Reading]) -> None:
    """Refuse readings that are not known to be of one patient; the message names readings, never patients."""
    if len(readings) > 1 and (unnamed := [reading.id for reading in readings if not reading.scan.patient]):
        raise ReadingError(f"reading {unnamed[0]} names no patient, so it cannot be told whose it is; follow it alone")
    first = readings[0]
    other = next((reading for reading in readings if reading.scan.patient != first.scan.patient), None)
    if other is not None:
        raise ReadingError(f"readings {first.id} and {other.id} are of two patients; give those of one")
