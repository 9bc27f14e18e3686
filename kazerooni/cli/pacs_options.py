"""Options that the commands of a PACS share, and how a patient and days are given."""

from __future__ import annotations

import re
import sys
from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.terminal import say
from kazerooni.errors import ProfileError

if TYPE_CHECKING:
    from kazerooni.pacs import Profile, Query

Name = Annotated[str, typer.Argument(metavar="PROFILE", help="A profile, such as `clinic`.")]
Profiles = Annotated[
    Path | None,
    typer.Option(
        "--profiles",
        metavar="FILE",
        readable=False,
        help="The file of profiles; else KAZEROONI_PACS, or pacs.toml of the user's configuration.",
    ),
]
Patient = Annotated[
    str | None,
    typer.Option("--patient", metavar="ID", help="Of this patient; the shell keeps what is typed, see --patient-from."),
]
PatientFrom = Annotated[
    str | None,
    typer.Option(
        "--patient-from", metavar="FILE", help="Read the patient id from a file; - asks for it, or reads a pipe."
    ),
]
Study = Annotated[str | None, typer.Option("--study", metavar="UID", help="This study.")]
Days = Annotated[
    str | None, typer.Option("--date", metavar="DAYS", help="2024-05-01, 2024-05, 2024, or FROM..TO with either end.")
]

_DAY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")


def profile_of(name: str, profiles: Path | None) -> Profile:
    """Give a profile, and say where what is sent over it is not encrypted. Raises ProfileError."""
    from kazerooni.pacs import find_profile, profiles_path

    profile = find_profile(name, profiles_path(profiles))
    if not profile.tls:
        say(f"Profile {profile.name}: not encrypted; who is on the way can read along.")
    return profile


def query_of(
    patient: str | None, patient_from: str | None, study: str | None, days: str | None, modality: str | None = None
) -> Query:
    """Put together what is looked for."""
    from kazerooni.pacs import Query

    if patient is not None and patient_from is not None:
        raise typer.BadParameter("give one of --patient and --patient-from", param_hint="--patient-from")
    first, last = _span(days) if days is not None else (None, None)
    patient_id = patient if patient_from is None else _read_patient(patient_from)
    return Query(patient_id=patient_id, study_uid=study, first=first, last=last, modality=modality)


def _read_patient(place: str) -> str:
    """Read the patient id, which then stands in no history of a shell and no list of processes."""
    if place == "-" and sys.stdin.isatty():
        return str(typer.prompt("Patient id (not shown)", hide_input=True, err=True)).strip()
    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"--patient-from: cannot be read ({getattr(error, 'strerror', 'no UTF-8 text')})") from None
    lines = text.split("\n")
    if len([line for line in lines if line.strip()]) != 1:
        raise ProfileError("--patient-from: one line with one patient id is wanted")
    return text.strip()


def _span(text: str) -> tuple[date | None, date | None]:
    first, dots, last = text.partition("..")
    start = _day(first, is_end=False) if first else None
    end = _day(last if dots else first, is_end=True) if (last or not dots) else None
    if (start is None and end is None) or (start is not None and end is not None and start > end):
        raise _no_days(text)
    return start, end


def _day(text: str, *, is_end: bool) -> date:
    """Give the first, or the last, day of a year, a month or a day."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise _no_days(text)
    year = int(found["year"])
    try:
        month = int(found["month"] or (12 if is_end else 1))
        return date(year, month, int(found["day"] or (monthrange(year, month)[1] if is_end else 1)))
    except ValueError:
        raise _no_days(text) from None


def _no_days(text: str) -> typer.BadParameter:
    return typer.BadParameter(
        f"{text[:30]!r} is no day or span of days; 2024-05-01, 2024-05, 2024 or 2024-01-01..2024-06-30 is wanted",
        param_hint="--date",
    )
