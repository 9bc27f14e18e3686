"""Find: studies, their series and the objects of these, as values; patients as pseudonyms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pydicom.dataset import Dataset

from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.dicom.values import day
from kazerooni.errors import PacsError
from kazerooni.identity import is_pseudonym, pseudonym
from kazerooni.pacs.patience import patiently
from kazerooni.pacs.server import Instance, Server

_STUDY_KEYS: Final = (
    "PatientID",
    "IssuerOfPatientID",
    "PatientName",
    "StudyInstanceUID",
    "StudyDate",
    "StudyDescription",
    "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
)
_SERIES_KEYS: Final = (
    "SeriesInstanceUID",
    "Modality",
    "SeriesNumber",
    "SeriesDescription",
    "NumberOfSeriesRelatedInstances",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which studies are looked for; None asks for nothing there. first, last: days of the study, both included."""

    patient_id: str | None = field(default=None, repr=False)
    study_uid: str | None = None
    first: date | None = None
    last: date | None = None
    modality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSeries:
    """A series as the server tells it; None and "" where it does not."""

    uid: str
    study_uid: str
    modality: str
    number: int | None
    description: str
    instances: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStudy:
    """A study as the server tells it.

    patient: the pseudonym, None where the server names no patient. patient_id, patient_name: for whoever asks to see
    them on the screen; they stand in no repr.
    """

    uid: str
    patient: str | None
    date: date | None
    modalities: tuple[str, ...]
    description: str
    series: int | None
    instances: int | None
    patient_id: str = field(repr=False)
    patient_name: str = field(repr=False)


def find_studies(server: Server, query: Query, *, key: bytes, tries: int) -> list[FoundStudy]:
    """Find studies, the newest first. key: makes the pseudonyms.

    Raises PacsError where the query would match everything, or its patient id would match others.
    """
    asked = dict.fromkeys(_STUDY_KEYS, "") | _matching(query)
    with quiet_pydicom():
        answers = patiently(lambda: server.find("STUDY", asked), tries)
        studies = [_study(answer, key) for answer in answers]
    # Servers match ids without regard to case, and some ignore keys that they do not know.
    exact = [study for study in studies if _is_wanted(study, query)]
    return sorted(exact, key=lambda study: (study.date or date.min, study.uid), reverse=True)


def find_series(server: Server, study_uid: str, *, tries: int) -> list[FoundSeries]:
    """Find the series of a study, by their numbers."""
    asked = {"StudyInstanceUID": check_uid(study_uid)} | dict.fromkeys(_SERIES_KEYS, "")
    with quiet_pydicom():
        answers = patiently(lambda: server.find("SERIES", asked), tries)
        found = [_series(answer, study_uid) for answer in answers]
    return sorted(found, key=lambda series: (series.number is None, series.number, series.uid))


def find_instances(server: Server, study_uid: str, series_uid: str, *, tries: int, sop_uid: str = "") -> list[Instance]:
    """Find the objects of a series, in no order; with `sop_uid` that one only."""
    asked = {"StudyInstanceUID": check_uid(study_uid), "SeriesInstanceUID": check_uid(series_uid)}
    asked |= {"SOPInstanceUID": sop_uid, "SOPClassUID": ""}
    with quiet_pydicom():
        answers = patiently(lambda: server.find("IMAGE", asked), tries)
        found = {_text(one, "SOPInstanceUID"): _text(one, "SOPClassUID") for one in answers}
    return [Instance(study_uid, series_uid, uid, kind) for uid, kind in found.items() if sop_uid in ("", uid)]


def check_uid(uid: str) -> str:
    """Give a UID that may be asked for, or made a name of a file; raises PacsError where it is none (PS3.5, 9)."""
    if not 0 < len(uid) <= 64 or not all(part.isascii() and part.isdigit() for part in uid.split(".")):
        raise PacsError(f"{uid[:64]!r} is no UID; digits and dots are wanted, at most 64")
    return uid


def _matching(query: Query) -> dict[str, str]:
    keys: dict[str, str] = {}
    if query.patient_id is not None:
        keys["PatientID"] = _check_patient(query.patient_id)
    if query.study_uid is not None:
        keys["StudyInstanceUID"] = check_uid(query.study_uid)
    if query.first or query.last:
        first, last = (f"{one:%Y%m%d}" if one else "" for one in (query.first, query.last))
        keys["StudyDate"] = first if first == last else f"{first}-{last}"
    if not keys:
        raise PacsError("the whole archive would be listed; name a patient, a study or a date")
    if query.modality is not None:
        keys["ModalitiesInStudy"] = query.modality.upper()
    return keys


def _check_patient(patient_id: str) -> str:
    """Refuse what is no id of the server; the message does not show it."""
    if is_pseudonym(patient_id):
        raise PacsError(
            "a pseudonym is given as patient, which no PACS knows; give the patient id, or the study's UID as "
            "`kazerooni pacs find` lists it"
        )
    if not patient_id or len(patient_id) > 64 or set(patient_id) & set("*?\\"):
        raise PacsError("a patient id has 1 to 64 characters, none of them *, ? or a backslash, as these match others")
    return patient_id


def _is_wanted(study: FoundStudy, query: Query) -> bool:
    is_day = study.date is None or (query.first or date.min) <= study.date <= (query.last or date.max)
    return (
        query.patient_id in (None, study.patient_id)
        and query.study_uid in (None, study.uid)
        and is_day
        and (query.modality is None or not study.modalities or query.modality.upper() in study.modalities)
    )


def _study(answer: Dataset, key: bytes) -> FoundStudy:
    patient_id = _text(answer, "PatientID")
    return FoundStudy(
        uid=_text(answer, "StudyInstanceUID"),
        patient=pseudonym(patient_id, _text(answer, "IssuerOfPatientID"), key),
        date=day(_text(answer, "StudyDate").encode("ascii", "replace")),
        modalities=tuple(_texts(answer, "ModalitiesInStudy")),
        description=_text(answer, "StudyDescription"),
        series=_whole(answer, "NumberOfStudyRelatedSeries"),
        instances=_whole(answer, "NumberOfStudyRelatedInstances"),
        patient_id=patient_id,
        patient_name=_text(answer, "PatientName"),
    )


def _series(answer: Dataset, study_uid: str) -> FoundSeries:
    return FoundSeries(
        uid=_text(answer, "SeriesInstanceUID"),
        study_uid=study_uid,
        modality=_text(answer, "Modality"),
        number=_whole(answer, "SeriesNumber"),
        description=_text(answer, "SeriesDescription"),
        instances=_whole(answer, "NumberOfSeriesRelatedInstances"),
    )


def _texts(answer: Dataset, name: str) -> Iterator[str]:
    value = answer.get(name)
    several = value if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
    return (str(one).strip(" \0") for one in several if one is not None)


def _text(answer: Dataset, name: str) -> str:
    value = answer.get(name)
    return "" if value is None else str(value).strip(" \0")


def _whole(answer: Dataset, name: str) -> int | None:
    try:
        return int(_text(answer, name))
    except ValueError:
        return None
