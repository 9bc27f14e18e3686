"""Builders of graded readings whose every grade is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from kazerooni.model import Case, Component, InputDigest, Lobe, Reading, ScanRef, Session, State, Status, Supersedes
from kazerooni.scoring import score
from tests.scoring.builders import FIVE, said, typed, typed_lungs, value


def reading(
    reader: str | None,
    grades: int | dict[Lobe, int | None],
    *,
    patient: str | None = "P1",
    on: date | None = date(2001, 2, 3),
    series: str | None = None,
    name: str | None = None,
    status: Status = Status.SIGNED,
    supersedes: str | None = None,
    hour: int | None = None,
    table: str | None = None,
) -> Reading:
    """Build a reading with the alveolar grades of lobes (one for all, or by lobe; None: not assessable), all else 0."""
    by_lobe = dict.fromkeys(FIVE, grades) if isinstance(grades, int) else {lobe: grades.get(lobe, 0) for lobe in FIVE}
    entries = [
        typed(lobe, value(grade=grade, scheme="kazerooni"), component=Component.ALVEOLAR)
        for lobe, grade in by_lobe.items()
        if grade is not None
    ]
    for lobe, grade in by_lobe.items():
        if grade is None:
            entries += said(lobe, State.NOT_ASSESSABLE, Component.ALVEOLAR)
    return replace(
        typed_lungs(*entries),
        id=name or f"{reader}-{patient}-{on}-{series}-{hour}",
        scan=ScanRef(patient=patient, study_date=on, series_uid=series),
        reader=reader,
        status=status,
        supersedes=None if supersedes is None else Supersedes(supersedes, "a slip"),
        session=Session(started=None if hour is None else datetime(2020, 1, 1, hour, tzinfo=UTC)),
        inputs=() if table is None else (InputDigest("table", table),),
    )


def case(made: Reading) -> Case:
    """Grade a reading by the default scheme."""
    return Case(reading=made, score=score(made))


def study(*readers: str, patients: int = 12, visits: int = 1, wrong: int = 3) -> list[Case]:
    """Build readings of scans with known grades; of every third scan the readers but the first say 1 more in RUL.

    wrong: every so many scans.
    """
    made = []
    for number in range(patients * visits):
        patient, visit = divmod(number, visits)
        truth = {lobe: (number + place) % 5 for place, lobe in enumerate(FIVE)}
        for place, reader in enumerate(readers):
            shift = 1 if place and number % wrong == 0 else 0
            grades: dict[Lobe, int | None] = {**truth, Lobe.RUL: truth[Lobe.RUL] + shift}
            made.append(case(reading(reader, grades, patient=f"P{patient:02}", on=date(2001 + visit, 2, 3))))
    return made
