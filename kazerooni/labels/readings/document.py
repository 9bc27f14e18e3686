"""Reading document: a Reading as JSON values and back, without loss. Its shape is `reading.schema.json`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from kazerooni.errors import ReadingError
from kazerooni.labels.readings.counts import Rows, plain_rows, tally_from_json, tally_json, without_rows
from kazerooni.model import (
    Component,
    Entry,
    Finding,
    Fissure,
    FissureName,
    FissurePoint,
    FissureSet,
    FissureState,
    FissureSurface,
    InputDigest,
    Lobe,
    Notice,
    Origin,
    Pattern,
    PointOrigin,
    Reading,
    ScanRef,
    SchemeRef,
    Session,
    State,
    Status,
    Supersedes,
    Technique,
    TypedValue,
    Window,
)
from kazerooni.strict_json import check_version, checked

READING_SCHEMA_VERSION = 1
_SCHEMA = Path(__file__).with_name("reading.schema.json")

Document = dict[str, Any]


def reading_json(reading: Reading) -> Document:
    """Give a reading as JSON values; `reading_from_json` gives the same reading back, bit for bit."""
    return {
        "schema_version": READING_SCHEMA_VERSION,
        "id": reading.id,
        "status": reading.status.value,
        "reader": reading.reader,
        "scan": {
            **_members(reading.scan),
            "study_date": _text(reading.scan.study_date),
            "sop_uids": list(reading.scan.sop_uids),
        },
        "technique": _members(reading.technique),
        "session": _session_json(reading.session),
        "pattern": None if reading.pattern is None else asdict(reading.pattern),
        "remarks": reading.remarks,
        "supersedes": None if reading.supersedes is None else asdict(reading.supersedes),
        "inputs": [asdict(digest) for digest in reading.inputs],
        "tally": None if reading.tally is None else tally_json(reading.tally),
        "entries": [_entry_json(entry) for entry in reading.entries],
        "traction_bronchiectasis": {lobe.name: seen for lobe, seen in reading.traction.items()},
        "unread": [
            {"lobe": lobe.name, "component": component.value}
            for lobe in Lobe
            for component in Component
            if (lobe, component) in reading.unread
        ],
        "fissures": None if reading.fissures is None else [_fissure_json(f) for f in reading.fissures.fissures],
        "notices": [{**asdict(notice), "sop_uids": list(notice.sop_uids)} for notice in reading.notices],
    }


def reading_from_json(document: object) -> Reading:
    """Make a reading of JSON values.

    Raises ReadingError, naming the place, what was found and what is wanted, where they are none.
    """
    rows = plain_rows(document)
    checked = _checked(document if rows is None else without_rows(document))
    try:
        return _reading(checked, rows)
    except ValueError as error:  # a date that is none, or counts that contradict each other
        raise ReadingError(f"the reading cannot be right: {error}") from None


def _members(value: ScanRef | Technique | Session) -> Document:
    """Give the members as they are: `asdict` would copy what lies below them, at ten times the cost."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _session_json(session: Session) -> Document:
    return {
        **_members(session),
        "started": _text(session.started),
        "ended": _text(session.ended),
        "windows": [asdict(window) for window in session.windows],
        "slices_seen": None if session.slices_seen is None else list(session.slices_seen),
    }


def _entry_json(entry: Entry) -> Document:
    return {
        "lobe": entry.lobe.name,
        "component": entry.component.value,
        "state": entry.state.value,
        "origin": entry.origin.value,
        "reason": entry.reason,
        "values": [
            {
                "finding": None if value.finding is None else value.finding.value,
                "percent": None if value.percent is None else str(value.percent),
                "present": value.present,
                "grade": value.grade,
                "scheme": None if value.scheme is None else value.scheme._asdict(),
            }
            for value in entry.values
        ],
    }


def _fissure_json(fissure: Fissure) -> Document:
    surface = fissure.surface
    return {
        "name": fissure.name.value,
        "state": fissure.state.value,
        "points": [
            {"position_mm": list(point.position_mm), "weight": point.weight, "origin": point.origin.value}
            for point in fissure.points
        ],
        "surface": None
        if surface is None
        else {
            "plane": list(surface.plane),
            "centres_mm": [list(centre) for centre in surface.centres_mm],
            "weights": list(surface.weights),
        },
    }


def _text(moment: date | datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _checked(document: object) -> Document:
    """Hold a document against the schema, and give it."""
    check_version(document, READING_SCHEMA_VERSION, what="reading", file="a reading.json", error=ReadingError)
    checked(document, _schema(), what="reading", file="reading.json", error=ReadingError)
    assert isinstance(document, dict), "the schema asks for it"
    return document


@cache
def _schema() -> str:
    return _SCHEMA.read_text("utf-8")


def _reading(document: Document, rows: Rows | None) -> Reading:
    scan, pattern, supersedes = document["scan"], document["pattern"], document["supersedes"]
    tally, fissures = document["tally"], document["fissures"]
    return Reading(
        id=document["id"],
        status=Status(document["status"]),
        reader=document["reader"],
        scan=ScanRef(
            **{
                **scan,
                "study_date": None if scan["study_date"] is None else date.fromisoformat(scan["study_date"]),
                "sop_uids": tuple(scan["sop_uids"]),
            }
        ),
        technique=Technique(**document["technique"]),
        session=_session(document["session"]),
        pattern=None if pattern is None else Pattern(**pattern),
        remarks=document["remarks"],
        supersedes=None if supersedes is None else Supersedes(**supersedes),
        inputs=tuple(InputDigest(**digest) for digest in document["inputs"]),
        tally=None if tally is None else tally_from_json(tally, rows),
        entries=tuple(map(_entry, document["entries"])),
        traction={Lobe[name]: seen for name, seen in document["traction_bronchiectasis"].items()},
        unread=frozenset((Lobe[place["lobe"]], Component(place["component"])) for place in document.get("unread", ())),
        fissures=None if fissures is None else FissureSet(tuple(map(_fissure, fissures))),
        notices=tuple(Notice(**{**told, "sop_uids": tuple(told["sop_uids"])}) for told in document["notices"]),
    )


def _session(document: Document) -> Session:
    def moment(name: str) -> datetime | None:
        return None if document[name] is None else datetime.fromisoformat(document[name])

    seen = document["slices_seen"]
    return Session(
        **{
            **document,
            "started": moment("started"),
            "ended": moment("ended"),
            "windows": tuple(Window(**window) for window in document["windows"]),
            "order": _whole(document["order"]),
            "slices_seen": None if seen is None else tuple(map(int, seen)),
        }
    )


def _entry(document: Document) -> Entry:
    return Entry(
        lobe=Lobe[document["lobe"]],
        component=Component(document["component"]),
        state=State(document["state"]),
        origin=Origin(document["origin"]),
        reason=document["reason"],
        values=tuple(map(_value, document["values"])),
    )


def _value(document: Document) -> TypedValue:
    finding, percent, scheme = document["finding"], document["percent"], document["scheme"]
    return TypedValue(
        finding=None if finding is None else Finding(finding),
        percent=None if percent is None else Decimal(percent),
        present=document["present"],
        grade=_whole(document["grade"]),
        scheme=None if scheme is None else SchemeRef(scheme["name"], int(scheme["version"])),
    )


def _whole(number: float | None) -> int | None:
    """Give a whole number as such: JSON Schema lets 3.0 pass for one."""
    return None if number is None else int(number)


def _fissure(document: Document) -> Fissure:
    points = (
        FissurePoint((x, y, z), point["weight"], PointOrigin(point["origin"]))
        for point in document["points"]
        for x, y, z in (point["position_mm"],)
    )
    surface = document["surface"]
    return Fissure(
        name=FissureName(document["name"]),
        state=FissureState(document["state"]),
        points=tuple(points),
        surface=None
        if surface is None
        else FissureSurface(
            plane=tuple(surface["plane"]),
            centres_mm=tuple((x, y) for x, y in surface["centres_mm"]),
            weights=tuple(surface["weights"]),
        ),
    )
