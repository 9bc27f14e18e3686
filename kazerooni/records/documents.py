"""Documents: what the JSON files of a folder say, a score book or a reading, each part read for itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from kazerooni.errors import ReadingError
from kazerooni.json_stream import JsonStream
from kazerooni.labels import reading_from_json
from kazerooni.records.book import PATIENTS, check_start, head_of
from kazerooni.records.document import PARTS, parts_of, patient_from_json
from kazerooni.records.found import Entry, Fault, Found, Value, Where
from kazerooni.records.identity_columns import is_identity
from kazerooni.records.table import NOBODY, PatientOf
from kazerooni.tables import UnfitError

_REFUSED = (
    "tells who a patient is, which belongs in no score book; delete the member, or give --pseudonymise, which leaves "
    "it out and makes codes of what calls the patient"
)


_OF_READING = frozenset({"scan", "entries"})


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Reads the documents of one file into what was found.

    name: of the file, for messages. patient_of, drops_identity: as for a table.
    """

    name: str
    found: Found
    patient_of: PatientOf
    drops_identity: bool

    def read(self, stream: JsonStream) -> bool:
        """Read a document; False where it is neither a score book nor a reading, and nothing was read.

        The parts of a book are read each for itself, so that all that are wrong are told.
        """
        try:
            for index, course in enumerate(stream):
                check_start(stream)
                self._read_course(f"{PATIENTS}[{index}]", course)
            if PATIENTS in stream.frame:
                head_of(stream)
        except ReadingError as error:
            self._refuse("", str(error))
            return True
        if stream.frame.keys() >= _OF_READING:
            self.read_reading(stream.frame)
            return True
        return PATIENTS in stream.frame

    def read_reading(self, document: dict[str, Any], place: str = "") -> None:
        """Read a reading."""
        if self._is_refused(place, document) or self._is_refused(f"{place}.scan", document.get("scan")):
            return
        try:
            reading = reading_from_json(document)
            if reading.scan.patient is None:
                self._refuse(place, NOBODY)
                return
            patient = self.patient_of(reading.scan.patient)
        except (ReadingError, UnfitError) as error:
            self._refuse(place, str(error))
            return
        if patient != reading.scan.patient:
            reading = replace(reading, scan=replace(reading.scan, patient=patient))
        self._keep(place, patient, reading)

    def _read_course(self, place: str, course: object) -> None:
        if self._is_refused(place, course):
            return
        try:
            parts = list(parts_of(course))
            (_, _, document), *others = parts
            if self._is_refused(f"{place}.patient", document):
                return
            patient = patient_from_json(_with_code(document, self.patient_of))
        except (ReadingError, UnfitError) as error:
            self._refuse(f"{place}.patient", str(error))
            return
        self._keep(f"{place}.patient", patient.pseudonym, patient)
        for name, kind, part in others:
            self._read_part(f"{place}.{name}", kind, part, patient.pseudonym)

    def _read_part(self, place: str, kind: str, part: object, patient: str) -> None:
        """Read what stands beside a patient; readings name theirs themselves."""
        if kind == "readings" and isinstance(part, dict):
            self.read_reading(part, place)
            return
        if self._is_refused(place, part):
            return
        try:
            self._keep(place, patient, PARTS[kind](part))
        except ReadingError as error:
            self._refuse(place, str(error))

    def _is_refused(self, place: str, document: object) -> bool:
        """Refuse members that tell who a patient is, or take them out where that is asked for."""
        members = [name for name in document if is_identity(name)] if isinstance(document, dict) else []
        if not members:
            return False
        if not self.drops_identity:
            for name in members:
                self._refuse(place, _REFUSED, name)
            return True
        assert isinstance(document, dict), "only such have members"
        for name in members:
            del document[name]
        told = f"{self.name}: members that tell who a patient is were left out: {', '.join(sorted(members))}"
        if told not in self.found.told:
            self.found.told.append(told)
        return False

    def _keep(self, place: str, patient: str, value: Value) -> None:
        self.found.entries.append(Entry(Where(self.name, member=place), patient, value))

    def _refuse(self, place: str, said: str, column: str = "") -> None:
        self.found.faults.append(Fault(Where(self.name, member=place), said, column))


def _with_code(document: object, patient_of: PatientOf) -> object:
    """Give the document of a patient with the code that is kept; what is no such document is left to the schema."""
    if isinstance(document, dict) and isinstance(document.get("pseudonym"), str):
        return {**document, "pseudonym": patient_of(document["pseudonym"])}
    return document
