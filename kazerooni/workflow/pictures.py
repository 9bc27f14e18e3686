"""Pictures: scan and maps of kept readings found again, by the series they name and the digests they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kazerooni.dicom import Series, read_volume
from kazerooni.errors import LabelError, ReadingError
from kazerooni.files import StrPath
from kazerooni.labels import read_finding_map, read_lobe_map
from kazerooni.model import Case, Component, FindingMap, LobeMap, Reading
from kazerooni.workflow.kept import Scans, files_by_digest

_ROLES: Final = ("lobes", *(component.value for component in Component))


def with_pictures(
    case: Case,
    prior: Case | None,
    scans: Scans,
    maps: Sequence[StrPath],
) -> tuple[Case, Case | None]:
    """Give a case, and an earlier one, with their scans and maps, so that slices can be shown.

    scans: where their series lie; that of the case must be there. The earlier one stays without pictures where its
    series is not. maps: files, or folders whose own files are looked at, for the label maps of the readings.

    Raises NoSeriesError where the series of the case is not there, ReadingError where a scan or reading cannot be shown
    to belong together, LabelError where a map of a reading is not there.
    """
    places = list(map(Path, maps))
    for place in places:
        if not place.exists():
            raise LabelError(f"{place.name}: is neither a file nor a folder; give label maps, or the folder of them")
    readings = [one.reading for one in (case, prior) if one is not None]
    wanted = {one.sha256 for reading in readings for one in reading.inputs if one.role in _ROLES and one.sha256}
    by_digest = files_by_digest(places, wanted)
    own, then = scans.own(case.reading), None if prior is None else scans.find(prior.reading)
    return (
        _filled(case, own, by_digest),
        prior if prior is None or then is None else _filled(prior, then, by_digest),
    )


def _filled(case: Case, series: Series, by_digest: dict[str, Path]) -> Case:
    """Read scan and maps of a case; both must be, to the bit, what was read."""
    volume = read_volume(series)
    recorded = {one.role: one.sha256 for one in case.reading.inputs}
    if recorded.get("scan") not in (None, volume.digest):
        raise ReadingError(
            f"the series of reading {case.reading.id} is there, but not the pictures that were read: their digest is "
            "another; give the scan as it was when it was read"
        )
    files = {role: _file(case.reading, role, digest, by_digest) for role, digest in recorded.items() if role in _ROLES}
    if "lobes" not in files:
        raise LabelError(f"reading {case.reading.id} was made without a lobe map, so its slices cannot be shown")
    maps: dict[str, Any] = {role: read_kept_map(role, file, series, case.reading) for role, file in files.items()}
    return replace(case, volume=volume, **maps)


def read_kept_map(role: str, file: Path, series: Series, reading: Reading) -> LobeMap | FindingMap:
    """Read a map, `lobes` or that of a component, from the very file that a kept reading was read from.

    Raises LabelError where it cannot be read by itself: a reading does not keep whose numbering its maps follow, nor
    that a file was taken as it lies.
    """
    try:
        return read_lobe_map(file, series) if role == "lobes" else read_finding_map(file, series, role)
    except LabelError as error:
        raise LabelError(
            f"{error}. Reading {reading.id} was read from this {role} map, but does not keep how (labels, by_index); "
            "it cannot be read again; name the numbering where the scan is scored and write pictures and SEG there "
            "(kazerooni score --labels NAME --report DIR), or leave out --maps here"
        ) from error


def _file(reading: Reading, role: str, digest: str | None, by_digest: dict[str, Path]) -> Path:
    if digest is not None and digest in by_digest:
        return by_digest[digest]
    why = "was never a file" if digest is None else "is not among the files given"
    raise LabelError(f"the {role} map of reading {reading.id} {why}; give the file that it was read from (--maps)")
