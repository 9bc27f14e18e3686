"""Found: what files say of patients, each value with the place where it stands, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from kazerooni.model import Event, LungFunction, Patient, Reading, Treatment

Value = Patient | Reading | LungFunction | Treatment | Event
"""What is known of a patient, one thing of it."""


class Where(NamedTuple):
    """A place in a file: a line of a table, or a member of a document, as `patients[2].events[0]`; or the whole file.

    file: as it was given, or its path inside the folder that was given.
    """

    file: str
    line: int | None = None
    member: str = ""

    def __str__(self) -> str:
        line = "" if self.line is None else f", line {self.line}"
        return f"{self.file}{line}{f', {self.member}' if self.member else ''}"


class Fault(NamedTuple):
    """What is wrong at a place; in which column (or member of it), where it is one."""

    where: Where
    said: str
    column: str = ""

    def __str__(self) -> str:
        return f"{self.where}{f', column {self.column}' if self.column else ''}: {self.said}"


class Entry(NamedTuple):
    """One thing that a file says of a patient."""

    where: Where
    patient: str
    value: Value


@dataclass(slots=True)
class Found:
    """What was found so far; filled file by file.

    told: what the user is to know that is no fault, as a file of another kind that was passed over.
    """

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
