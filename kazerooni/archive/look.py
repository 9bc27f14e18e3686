"""Look: what one file of an archive is: a picture, a map, a reading, a score, or nothing of use."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from kazerooni.archive.fit import check_signs
from kazerooni.archive.record import record_of_document
from kazerooni.dicom import FileSource, Glance, Glancer, Skipped, Source, find_sources, list_dicomdir
from kazerooni.errors import LabelError, ReadingError
from kazerooni.labels import READING_SCHEMA_VERSION, seg_contents
from kazerooni.model import Status
from kazerooni.strict_json import strict_decoder

_LARGEST_DOCUMENT: Final = 2**26
_LOOKED_AT: Final = 256
_UNREADABLE: Final = "cannot be read; see to its permissions and its disk"
_READING_FILE: Final = "reading.json"
_BROKEN_ZIP: Final = "a zip that cannot be read; get it again"
BROKEN_MAP: Final = "a DICOM SEG that cannot be read"
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_STATUSES: Final = frozenset(Status)

DOCUMENTS: Final = frozenset({"segmentation", "reading", "score", "broken score"})
"""Kinds of what is kept of a scan."""


class Seen(NamedTuple):
    """What a file, or a member of a zip, is.

    kind: picture, segmentation, reading, score, broken score, zip, dicomdir, other; unreadable: looked at again by the
    next run.
    member: its name in a zip, "" of a file.
    uid: SOP instance UID, or the id of a reading. refers: the series that a map, reading or score is of.
    roles: of a map, the maps it holds. digest: SHA-256 of a reading or score.
    standing: of a reading: draft or signed, "" for what is neither; and the id of the reading that it supersedes.
    is_broken: of a reading: it is known at a glance that it cannot be graded.
    why: it, or something in it, cannot be used; without the name of a file.
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
    standing: tuple[str, str] = ("", "")
    is_broken: bool = False
    why: str = ""


class Looker:
    """Looks into files. key: of the pseudonyms."""

    def __init__(self, key: bytes) -> None:
        self._glancer = Glancer(key)

    def look(self, source: FileSource) -> Iterator[Seen]:
        """Tell what a file is; of a zip, then each of its members."""
        if source.name[-4:].lower() == ".zip":
            yield from self._zip(source)
            return
        found = self._look(source)
        missing = len(list_dicomdir(source)) if found.kind == "dicomdir" else 0
        lost = "1 file that is" if missing == 1 else f"{missing} files that are"
        yield found._replace(why=f"a DICOMDIR that lists {lost} not there") if missing else found

    def _zip(self, source: FileSource) -> Iterator[Seen]:
        path = Path(source.path)
        try:
            source.open().close()
        except OSError:
            yield Seen("unreadable", why=_UNREADABLE)
            return
        yield Seen("zip")
        start = len(path.name) + 1
        for member in find_sources(path):
            if isinstance(member, Skipped):
                name = member.path[start:]
                yield Seen("unreadable", member=name, why=f"in a zip: {member.reason}" if name else _BROKEN_ZIP)
            else:
                yield self._look(member)._replace(member=member.name[start:])

    def _look(self, source: Source) -> Seen:
        found = _document(source) if source.name[-5:].lower() == ".json" else _of_glance(self._glancer.look(source))
        if found.kind == "unreadable":
            return found._replace(why=_UNREADABLE)
        return _with_roles(found, source) if found.kind == "segmentation" else found


def _with_roles(found: Seen, source: Source) -> Seen:
    try:
        with source.open() as file:
            held = seg_contents(file)
    except (LabelError, OSError):
        return found._replace(why=BROKEN_MAP)
    roles = (["lobes"] if held.lobes else []) + sorted(component.value for component in held.findings)
    return found._replace(refers=held.series_uid, roles=" ".join(roles))


def _of_glance(found: Glance) -> Seen:
    kind, patient, study, series, uid, is_ct, why = found
    return Seen(kind, patient=patient, study=study, series=series, is_ct=is_ct, uid=uid, why=why)


def _document(source: Source) -> Seen:
    """Tell what a JSON file is. One that looks like a reading or a score and is broken stays one: it is told."""
    is_called_so = source.name.lower().rpartition("/")[2] == _READING_FILE
    try:
        start = source.read(0, _LOOKED_AT)
        if not is_called_so and (
            not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or b'"schema_version"' not in start
        ):
            return Seen("other")
        data = source.read(0, min(source.size, _LARGEST_DOCUMENT))
    except OSError:
        return Seen("unreadable")
    digest = hashlib.sha256(data).hexdigest()
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError):
        kind = "reading" if is_called_so else _broken_kind(start)
        return Seen(kind, digest=digest, is_broken=kind == "reading")
    if isinstance(document, dict):
        if "scheme" in document and ("totals" in document or "lobes" in document):
            return _score(document, data)
        if "scan" in document and "id" in document and "entries" in document:
            return _reading(document, digest)
    return Seen("reading", digest=digest, is_broken=True) if is_called_so else Seen("other")


def _reading(document: dict[str, Any], digest: str) -> Seen:
    scan, old, status = document["scan"], document.get("supersedes"), document.get("status")
    uid, refers = _code(document["id"]), _code(scan.get("series_uid") if isinstance(scan, dict) else "")
    supersedes = _code(old.get("reading") if isinstance(old, dict) else "")
    standing = (status if isinstance(status, str) and status in _STATUSES else "", supersedes)
    is_broken = not uid or not standing[0] or not _is_fit(document, scan)
    return Seen("reading", refers=refers, uid=uid, digest=digest, standing=standing, is_broken=is_broken)


def _is_fit(document: dict[str, Any], scan: object) -> bool:
    """Tell whether a reading is of a version that is read, and names nobody; its numbers are not looked at."""
    named: dict[str, Any] = scan if isinstance(scan, dict) else {}
    try:
        check_signs(named.get("patient"), named.get("series_uid"), document.get("reader"))
    except ReadingError:
        return False
    return document.get("schema_version") == READING_SCHEMA_VERSION


def _broken_kind(start: bytes) -> str:
    """Tell by its first members what a document was before it was broken."""
    if b'"id"' in start and b'"status"' in start:
        return "reading"
    return "broken score" if b'"study_date"' in start and b'"series_uid"' in start else "other"


def _score(document: dict[str, Any], data: bytes) -> Seen:
    digest = hashlib.sha256(data).hexdigest()
    refers, uid = _code(document.get("series_uid")), _code(document.get("reading"))
    try:
        record_of_document(strict_decoder().decode(data.decode("utf-8-sig")))
    except (ReadingError, ValueError, RecursionError):
        return Seen("broken score", refers=refers, uid=uid, digest=digest)
    return Seen("score", refers=refers, uid=uid, digest=digest)


def _code(value: object) -> str:
    """Give an id or a UID; "" for all else, as it may be a name."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else ""
