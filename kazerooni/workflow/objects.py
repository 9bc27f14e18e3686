"""Objects: the DICOM objects of a case, as files by what follows the name of the reading in their names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

import pydicom
from pydicom.dataset import Dataset

from kazerooni.dicom import Series
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import OutputError
from kazerooni.files import StrPath, make_folder, write_all_whole
from kazerooni.labels import Author, is_dicom, read_sr, seg_object, sr_bytes
from kazerooni.labels.patient_study import patient_and_study
from kazerooni.model import Case, Component, FindingMap, LobeMap, PointOrigin, Reading
from kazerooni.workflow.kept import files_by_digest
from kazerooni.workflow.pictures import read_kept_map

OBJECTS: Final = ("sr", "seg", "epdf")
"""The formats of a report that are DICOM objects, and want the scan: they carry its patient and study."""

_OF_CASE: Final = ("sr", "seg")

_SR_ENDING: Final = ".sr.dcm"
_SEG_CLASSES: Final = {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"}
_IDENTITY: Final = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID")
_ROLES: Final = ("lobes", *Component)


def dicom_objects(
    case: Case, series: Series, formats: Collection[str], *, folders: Iterable[StrPath] = ()
) -> Mapping[str, bytes]:
    """Make the DICOM objects of a case: `sr`, its score as a structured report, and `seg`, its maps.

    The maps are those of the case, else files in one of some folders whose digests the reading holds; a SEG among them
    that carries patient and study of the scan stays as it is. The report references the lobes of the SEG objects that
    are made with it or lie there, and the report of the reading that it replaces, where that lies there under its own
    name (`<id>.sr.dcm`).

    Gives the files by what follows the id of the reading in their names. Raises OutputError, LabelError.
    """
    beside = [Path(folder) for folder in folders]
    kept = _maps_beside(case.reading, beside)
    made = _seg_objects(case, series, kept) if "seg" in formats else {}
    if "sr" not in formats:
        return made
    held = list(made.values()) or [path.read_bytes() for path in kept.values()]
    segmentations = [header for data in held if (header := _seg_header(data)) is not None]
    report = sr_bytes(case, series, segmentations=segmentations, previous=_replaced(case.reading, beside))
    return {_SR_ENDING: report, **made}


def write_objects(
    case: Case,
    series: Series,
    folder: StrPath,
    *,
    formats: Collection[str] = _OF_CASE,
    beside: Iterable[StrPath] = (),
    force: bool = False,
) -> tuple[Path, ...]:
    """Write the DICOM objects of a case on the series that was read: all of them, or none; gives the files.

    beside: folders in which maps and earlier reports may lie, besides `folder`.

    Raises OutputError, LabelError.
    """
    unknown = [name for name in formats if name not in _OF_CASE]
    if unknown:
        raise OutputError(f"format {unknown[0]!r} is no DICOM object of a case; choose of {', '.join(_OF_CASE)}")
    made = dicom_objects(case, series, formats, folders=(*beside, folder))
    make_folder(Path(folder))
    files = {Path(folder) / f"{case.reading.id}{ending}": data for ending, data in made.items()}
    write_all_whole(files, force=force)
    return tuple(files)


def _maps_beside(reading: Reading, places: Sequence[Path]) -> dict[str, Path]:
    """Find the map files of a reading by their roles, in folders or among single files."""
    wanted = {one.sha256: one.role for one in reading.inputs if one.role in _ROLES and one.sha256}
    return {wanted[digest]: path for digest, path in files_by_digest(places, wanted).items()}


def _seg_objects(case: Case, series: Series, kept: Mapping[str, Path]) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    source = patient_and_study(series)
    for role in _ROLES:
        own = case.lobes if role == "lobes" else case.alveolar if role == Component.ALVEOLAR else case.interstitial
        if role in kept and _is_of_source(_seg_header(data := kept[role].read_bytes()), source):
            made[f".{role}.seg.dcm"] = data
        elif role in kept or own is not None:
            labels = own or read_kept_map(role, kept[role], series, case.reading)
            made[f".{role}.seg.dcm"] = seg_object(
                labels, series, author=_author(case.reading, labels), reading=case.reading.id
            )
    if not made:
        raise OutputError(
            f"reading {case.reading.id}: no map of it is at hand, so no SEG can be written; put the map files that it "
            "was made from beside it, unchanged, or write SEG when the scan is scored"
        )
    return made


def _is_of_source(seg: Dataset | None, source: Dataset) -> bool:
    """Whether a SEG carries patient and study of the scan, as it has them now."""
    return seg is not None and all(str(seg.get(word) or "") == str(source.get(word) or "") for word in _IDENTITY)


def _author(reading: Reading, labels: LobeMap | FindingMap) -> Author:
    """Say who drew a map: the reader drew findings; lobes are of the program that found them, or of nobody known."""
    if isinstance(labels, FindingMap):
        return Author("SEMIAUTOMATIC") if reading.reader is None else Author("MANUAL", reader=reading.reader)
    if labels.source is None:
        return Author("SEMIAUTOMATIC")
    program, _, version = labels.source.partition(" ")
    fissures = () if reading.fissures is None else reading.fissures.fissures
    placed = any(point.origin is PointOrigin.PLACED for fissure in fissures for point in fissure.points)
    return Author("SEMIAUTOMATIC" if placed else "AUTOMATIC", program=program, version=version or "unknown")


def _seg_header(data: bytes) -> Dataset | None:
    """Give what a SEG says before its pixels; None for any other file."""
    if data[128:132] != b"DICM":
        return None
    with quiet_pydicom():
        header: Dataset = pydicom.dcmread(BytesIO(data), stop_before_pixels=True)
    return header if str(header.get("SOPClassUID", "")) in _SEG_CLASSES else None


def _replaced(reading: Reading, folders: Iterable[Path]) -> list[Dataset]:
    """Give the header of the report of the reading that this one replaces, where it lies in one of some folders."""
    if reading.supersedes is None:
        return []
    for folder in folders:
        path = folder / f"{reading.supersedes.reading}{_SR_ENDING}"
        if path.is_file() and is_dicom(path) and read_sr(path).reading.id == reading.supersedes.reading:
            with quiet_pydicom():
                return [pydicom.dcmread(path)]
    return []
