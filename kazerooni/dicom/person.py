"""Person: name and birth date of the patient of a series, read at the moment they are asked for; nothing keeps them."""

from __future__ import annotations

from typing import Final

import pydicom
from pydicom.multival import MultiValue
from pydicom.valuerep import PersonName

from kazerooni.dicom import values
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.dicom.series import Series
from kazerooni.errors import ScanError
from kazerooni.model import Person

_TAGS: Final = ["PatientName", "PatientBirthDate"]
# Three groups of 64 letters each, with the signs between them (PS3.5, 6.2): more has swallowed other elements.
_LONGEST: Final = 3 * 64 + 2


def read_person(series: Series) -> Person:
    """Read name and birth date of a patient from the header of the first slice of a series.

    Raises ScanError where the file cannot be read; the message says nothing of the person.
    """
    if not series.frames:
        raise ScanError(f"series {series.series_uid or '(no UID)'} has no slice to read the patient's name from")
    source = series.frames[0].source
    try:
        with quiet_pydicom(), source.open() as file:
            header = pydicom.dcmread(file, force=True, stop_before_pixels=True, specific_tags=list(_TAGS))
            name = _first(header.get("PatientName"))
            born = str(_first(header.get("PatientBirthDate")) or "")
            shown = name_as_read(name) if isinstance(name, PersonName) else ""
    except (OSError, ValueError, LookupError, EOFError, AttributeError, TypeError, pydicom.errors.InvalidDicomError):
        raise ScanError(f"{source.name}: the patient's name cannot be read from its header") from None
    return Person(name=shown, born=values.day(born.encode("ascii", "replace")))


def _first(value: object) -> object:
    return (value[0] if value else None) if isinstance(value, MultiValue) else value


def name_as_read(name: PersonName) -> str:
    """Write a name as it is read; "" where there is none. Its groups (letters, ideographs, sounds) follow each other.

    >>> name_as_read(PersonName("Adams^John Robert Quincy^^Rev.^B.A. M.Div."))
    'Adams, Rev. John Robert Quincy, B.A. M.Div.'
    >>> name_as_read(PersonName("Yamada^Tarou=山田^太郎=やまだ^たろう"))
    'Yamada, Tarou (山田 太郎, やまだ たろう)'
    """
    if len(str(name)) > _LONGEST or "\0" in str(name):
        return ""
    letters, *others = [part.strip(" ^") for part in (*str(name).split("="), "")][:3]
    latin = _in_order(letters)
    beside = ", ".join(" ".join(group.replace("^", " ").split()) for group in others if group)
    if not latin:
        return beside
    return f"{latin} ({beside})" if beside else latin


def _in_order(group: str) -> str:
    """Write family, given and middle name, prefix and suffix as they are read."""
    family, given, middle, prefix, suffix, *rest = (
        *(" ".join(part.split()) for part in group.split("^")),
        *("",) * 5,
    )
    calling = " ".join(part for part in (prefix, given, middle) if part)
    return ", ".join(part for part in (family, calling, suffix, *rest) if part)
