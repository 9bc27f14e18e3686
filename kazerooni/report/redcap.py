"""REDCap: readings as records of a REDCap project, and the data dictionary that makes its form.

One record a reading, named by the id of the reading: importing a file again changes nothing, and no instance has to be
counted over the readings of a patient, of which a file may hold only some. The patient is a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from kazerooni.model import Case, Origin, State, Status
from kazerooni.report.dictionary import WIDE
from kazerooni.report.tables import wide_rows
from kazerooni.tables import Column, Value, csv_bytes

REDCAP_COLUMNS: Final = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
"""The 18 columns of a REDCap data dictionary, as REDCap exports them."""

_FORM: Final = "kazerooni_score"
_RECORD: Final = "record_id"
# REDCap advises 26 characters at most: statistics packages cut longer names.
_SHORTER: Final = {
    "alveolar": "alv", "interstitial": "int", "percent": "pct", "consolidation": "cons", "honeycombing": "honey",
    "reticulation": "retic", "ground_glass": "ggo", "traction_bronchiectasis": "traction", "volume": "vol",
    "slice_thickness": "thickness",
}  # fmt: skip
_CHOICES: Final = {"state": tuple(State), "origin": tuple(Origin), "status": tuple(Status)}
_IDENTIFIERS: Final = {"reading", "patient", "study_date", "series_uid"}
_RANGE: Final = re.compile(r"(?P<least>[0-9]+)-(?P<most>[0-9]+)|(?:from|over) (?P<from>[0-9]+)")


class RedcapField(NamedTuple):
    """One field of the form: its name in REDCap, and the column of the wide table that it holds."""

    name: str
    column: Column


def _name(column: str) -> str:
    if column == "reading":
        return _RECORD
    name = column.lower()
    for long, short in _SHORTER.items():
        name = name.replace(long, short)
    return name if name[:4] in ("rul_", "rml_", "rll_", "lul_", "lll_", "lin_") else f"kz_{name}"


_FIRST: Final = [column for column in WIDE if column.name == "reading"]  # REDCap wants the record's id first
REDCAP_FIELDS: Final = tuple(
    RedcapField(_name(column.name), column)
    for column in (*_FIRST, *(column for column in WIDE if column.name != "reading"))
)
"""The fields of the form, in its order."""


def redcap_csv(cases: Iterable[Case], *, program_version: str) -> bytes:
    """Write readings as a REDCap import file: one record each; what is missing is empty, and never zero."""
    rows = (_record(row) for row in wide_rows(cases, program_version=program_version))
    return csv_bytes([field.name for field in REDCAP_FIELDS], rows, missing="")


def redcap_dictionary_csv() -> bytes:
    """Write the data dictionary of the form, to be uploaded to REDCap before the first import."""
    return csv_bytes(REDCAP_COLUMNS, _dictionary(), missing="")


def _record(row: dict[str, Value]) -> dict[str, Value]:
    return {field.name: _plain(row[field.column.name]) for field in REDCAP_FIELDS}


def _plain(value: Value) -> Value:
    """Give a value as REDCap validates it: yes and no as 1 and 0, numbers without an exponent."""
    if isinstance(value, bool):
        return int(value)
    return Decimal(repr(value)) if isinstance(value, float) else value


def _dictionary() -> Iterator[dict[str, Value]]:
    for field in REDCAP_FIELDS:
        column = field.column
        kind, validation, choices = _kind(column)
        least, most = _range(column) if validation in ("number", "integer") else ("", "")
        told: dict[str, Value] = {
            "Variable / Field Name": field.name,
            "Form Name": _FORM,
            "Field Type": kind,
            "Field Label": f"{column.meaning} ({column.unit})" if column.unit else column.meaning,
            "Choices, Calculations, OR Slider Labels": choices,
            "Field Note": f"column {column.name} of the wide table",
            "Text Validation Type OR Show Slider Number": validation,
            "Text Validation Min": least,
            "Text Validation Max": most,
            "Identifier?": "y" if column.name in _IDENTIFIERS else "",
        }
        yield {column: told.get(column, "") for column in REDCAP_COLUMNS}


def _kind(column: Column) -> tuple[str, str, str]:
    """Give field type, validation and choices."""
    words = next((words for end, words in _CHOICES.items() if column.name.split("_")[-1] == end), None)
    if words is not None:
        return "radio", "", " | ".join(f"{word}, {word.replace('_', ' ')}" for word in words)
    if column.type == "true or false":
        return "yesno", "", ""
    validation = {"number": "number", "whole number": "integer", "date": "date_ymd", "text": ""}[column.type]
    return "text", validation, ""


def _range(column: Column) -> tuple[str, str]:
    found = _RANGE.fullmatch(column.values)
    return ("", "") if found is None else (found["least"] or found["from"], found["most"] or "")
