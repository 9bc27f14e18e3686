"""Scans: which readings are of one scan, which scans of one patient, and what is left out, with the reason.

A scan is told by its series UID. A typed reading that names none belongs to the one series of its patient and date, or
else that patient and date are the scan. Pseudonyms are keyed, so one patient may have two: who shares a series is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kazerooni.model import Case, Reading, ScanRef, Status, superseded

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A reading that is not compared, and why."""

    reading: str
    why: str


@dataclass(frozen=True, kw_only=True, eq=False)
class ScanRead:
    """One scan and its readings by reader, each reader's first one first.

    owner: tells scans of one patient from those of others; a scan of no named patient is its own.
    """

    ref: ScanRef
    owner: str
    readings: Mapping[str, tuple[Case, ...]]


def match(cases: Iterable[Case]) -> tuple[tuple[ScanRead, ...], tuple[LeftOut, ...]]:
    """Sort readings by scan and reader; the order in which they come matters for repeats of unknown start alone.

    Left out are readings that another supersedes, that are given twice, that name no reader or no scan, drafts of who
    signed a reading of the scan, and those of which of several series they are is not known.
    """
    kept, left_out = _that_stand(cases)
    people = _people([case.reading.scan for case in kept])
    series = _series_of(kept, people)
    by_scan: dict[Key, dict[str, list[Case]]] = defaultdict(lambda: defaultdict(list))
    for case in kept:
        key = _key(case.reading, people, series)
        if key is None:
            left_out.append(LeftOut(case.reading.id, _WHY_NOT_PLACED))
        else:
            by_scan[key][case.reading.reader or ""].append(case)
    scans = [_scan(key, by_scan[key], people, left_out) for key in sorted(by_scan)]
    return tuple(scans), tuple(sorted(left_out, key=lambda one: (one.why, one.reading)))


_WHY_NOT_PLACED = "names no series, and either no patient and date or those of several series"


def _that_stand(cases: Iterable[Case]) -> tuple[list[Case], list[LeftOut]]:
    """Leave out what cannot be compared whatever it is of; one id may be two typed readings that say the same."""
    ordered = _in_order(cases)
    replaced = superseded([case.reading for case in ordered])
    kept: dict[tuple[object, ...], Case] = {}
    left_out = []
    for case in ordered:
        reading = case.reading
        same = (reading.id, reading.inputs)
        why = (
            "is superseded"
            if reading.id in replaced
            else "names no reader"
            if not reading.reader
            else "is given twice"
            if same in kept
            else ""
        )
        if why:
            left_out.append(LeftOut(reading.id, why))
        else:
            kept[same] = case
    return list(kept.values()), left_out


def _in_order(cases: Iterable[Case]) -> list[Case]:
    """Order readings by when they were started; where that is not known, by which table or maps were given first.

    By the table, not by the reading: so the first of two typed tables is the first of every scan.
    """
    listed = list(cases)
    given = {inputs: i for i, inputs in enumerate(dict.fromkeys(case.reading.inputs for case in listed))}

    def place(case: Case) -> tuple[bool, float, int, str]:
        started = case.reading.session.started
        when = 0.0 if started is None else started.timestamp()
        return (started is None, when, given[case.reading.inputs], case.reading.id)

    return sorted(listed, key=place)


def _people(scans: Sequence[ScanRef]) -> dict[str, str]:
    """Give for each name of a patient the one under which all names of that person go."""
    by_series: dict[str, set[str]] = defaultdict(set)
    for scan in scans:
        if scan.patient and scan.series_uid:
            by_series[scan.series_uid].add(scan.patient)
    groups: dict[str, set[str]] = {scan.patient: {scan.patient} for scan in scans if scan.patient}
    for names in by_series.values():
        merged = set().union(*(groups[name] for name in names))
        groups.update(dict.fromkeys(merged, merged))
    return {name: min(group) for name, group in groups.items()}


def _day(scan: ScanRef, people: Mapping[str, str]) -> tuple[str, date] | None:
    return (people[scan.patient], scan.study_date) if scan.patient and scan.study_date else None


def _series_of(cases: Iterable[Case], people: Mapping[str, str]) -> dict[tuple[str, date], set[str]]:
    """Give the series that were read of a patient and date."""
    found: dict[tuple[str, date], set[str]] = defaultdict(set)
    for case in cases:
        scan = case.reading.scan
        day = _day(scan, people)
        if scan.series_uid and day:
            found[day].add(scan.series_uid)
    return found


def _key(reading: Reading, people: Mapping[str, str], series: Mapping[tuple[str, date], set[str]]) -> Key | None:
    if reading.scan.series_uid:
        return ("series", reading.scan.series_uid)
    day = _day(reading.scan, people)
    if day is None:
        return None
    of_day = series.get(day, set())
    if len(of_day) > 1:
        return None
    return ("series", min(of_day)) if of_day else ("day", f"{day[1].isoformat()} {day[0]}")


def _scan(
    key: Key, by_reader: Mapping[str, list[Case]], people: Mapping[str, str], left_out: list[LeftOut]
) -> ScanRead:
    refs = [case.reading.scan for cases in by_reader.values() for case in cases]
    names = sorted({people[ref.patient] for ref in refs if ref.patient})
    dates = sorted({ref.study_date for ref in refs if ref.study_date})
    ref = ScanRef(
        patient=names[0] if names else None,
        series_uid=key[1] if key[0] == "series" else None,
        study_date=dates[0] if dates else None,
    )
    readings = {reader: tuple(_final(by_reader[reader], left_out)) for reader in sorted(by_reader)}
    return ScanRead(ref=ref, owner=f"patient {names[0]}" if names else " ".join(key), readings=readings)


def _final(cases: Iterable[Case], left_out: list[LeftOut]) -> Iterator[Case]:
    """Give the signed readings of a reader; the drafts where none is signed."""
    listed = list(cases)
    is_signed = any(case.reading.status is Status.SIGNED for case in listed)
    for case in listed:
        if is_signed and case.reading.status is not Status.SIGNED:
            left_out.append(LeftOut(case.reading.id, "is a draft, and its reader signed a reading of the scan"))
        else:
            yield case
