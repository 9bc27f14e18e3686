"""Look: what one file of an archive is: a picture, a map, a reading, a score, or nothing of use."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from kazerooni.dicom import FileSource, Glance, Glancer, Skipped, find_sources
from kazerooni.errors import KazerooniError
from kazerooni.labels import seg_contents

_LARGEST_DOCUMENT: Final = 2**26
_LOOKED_AT: Final = 256
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Seen(NamedTuple):
    """What a file, or a member of a zip, is.

    kind: picture, segmentation, reading, score, zip, dicomdir, other; unreadable: looked at again by the next run.
    member: its name in a zip, "" of a file.
    uid: SOP instance UID, or the id of a reading. refers: the series that a map, reading or score is of.
    roles: of a map, the maps it holds. digest: SHA-256 of a reading or score.
    """

    kind: str
    member: str = ""
    patient: str | None = None
    study: str = ""
    series: str = ""
    is_ct: bool = False
    uid: str = ""
    refers: str = ""
    roles: str = ""
    digest: str = ""


class Looker:
    """Looks into files. key: of the pseudonyms."""

    def __init__(self, key: bytes) -> None:
        self._glancer = Glancer(key)

    def look(self, source: FileSource) -> Iterator[Seen]:
        """Tell what a file is; of a zip, then each of its members."""
        ending = source.name[-5:].lower()
        if ending == ".json":
            yield _document(source)
        elif ending.endswith(".zip"):
            yield Seen("zip")
            yield from self._members(source)
        else:
            yield self._dicom(source)

    def _dicom(self, source: FileSource) -> Seen:
        found = _of_glance(self._glancer.look(source))
        if found.kind != "segmentation":
            return found
        try:
            held = seg_contents(source.path)
        except KazerooniError:
            return found
        roles = (["lobes"] if held.lobes else []) + sorted(component.value for component in held.findings)
        return found._replace(refers=held.series_uid, roles=" ".join(roles))

    def _members(self, source: FileSource) -> Iterator[Seen]:
        for member in find_sources(Path(source.path)):
            if not isinstance(member, Skipped):
                yield _of_glance(self._glancer.look(member))._replace(member=member.name)


def _of_glance(found: Glance) -> Seen:
    kind, patient, study, series, uid, is_ct = found
    return Seen(kind, patient=patient, study=study, series=series, is_ct=is_ct, uid=uid)


def _document(source: FileSource) -> Seen:
    """Tell what a JSON file is. One that looks like a reading and is broken stays a reading, so that it is told."""
    try:
        start = source.read(0, _LOOKED_AT)
        if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or b'"schema_version"' not in start:
            return Seen("other")
        data = source.read(0, min(source.size, _LARGEST_DOCUMENT))
    except OSError:
        return Seen("unreadable")
    digest = hashlib.sha256(data).hexdigest()
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError):
        is_reading = b'"id"' in start and b'"status"' in start
        return Seen("reading", digest=digest) if is_reading else Seen("other")
    if "totals" in document and "lobes" in document and "scheme" in document:
        refers, uid = document.get("series_uid"), document.get("reading")
        return Seen("score", refers=_code(refers), uid=_code(uid), digest=digest)
    if "scan" in document and "id" in document and "entries" in document:
        scan = document["scan"]
        refers = scan.get("series_uid") if isinstance(scan, dict) else ""
        return Seen("reading", refers=_code(refers), uid=_code(document["id"]), digest=digest)
    return Seen("other")


def _code(value: object) -> str:
    """Give an id or a UID; "" for all else, as it may be a name."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else ""
