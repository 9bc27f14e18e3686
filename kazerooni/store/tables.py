"""Tables: what a score book holds. Rows are appended; a withdrawn patient's keep their number and their seal only.

`id` counts the rows of a table from 1 without a gap. `digest` seals a row (`kazerooni.store.seal`). Content stands as
canonical JSON; columns beside it are there to find rows by, and are sealed with them.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text

metadata = MetaData()
NUMBER: Final = Integer().with_variant(BigInteger(), "postgresql")


def _number() -> Column[int]:
    return Column("id", NUMBER, primary_key=True, autoincrement=False)


def _patient() -> Column[int]:
    return Column("patient_id", NUMBER, ForeignKey("patients.id"), nullable=False)


def _digest() -> Column[str]:
    return Column("digest", Text, nullable=False)


# `key`: 32 random bytes in hexadecimal digits, with which the rows of the patient are sealed.
PATIENTS: Final = Table(
    "patients",
    metadata,
    _number(),
    Column("pseudonym", Text),
    Column("key", Text),
    _digest(),
    Index("ix_patients_pseudonym", "pseudonym"),
)
# What was recorded of a patient: the row with the highest number holds.
DESCRIPTIONS: Final = Table(
    "descriptions",
    metadata,
    _number(),
    _patient(),
    Column("content", Text),
    _digest(),
    Index("ix_descriptions_patient", "patient_id"),
)
STUDIES: Final = Table(
    "studies",
    metadata,
    _number(),
    _patient(),
    Column("study_uid", Text),
    Column("study_date", Text),
    _digest(),
    Index("ix_studies_patient", "patient_id"),
)
SERIES: Final = Table(
    "series",
    metadata,
    _number(),
    _patient(),
    Column("study_id", NUMBER, ForeignKey("studies.id")),
    Column("series_uid", Text),
    Column("content", Text),
    _digest(),
    Index("ix_series_patient", "patient_id"),
)
READINGS: Final = Table(
    "readings",
    metadata,
    _number(),
    _patient(),
    Column("series_id", NUMBER, ForeignKey("series.id")),
    Column("reading", Text),
    Column("reader", Text),
    Column("study_date", Text),
    Column("supersedes", Text),
    Column("content", Text),
    _digest(),
    Index("ix_readings_patient", "patient_id"),
    Index("ix_readings_reading", "reading"),
    Index("ix_readings_supersedes", "supersedes"),
)
# `reason`: why a scheme cannot grade the reading; sums are null then, and `lobes` is empty.
SCORES: Final = Table(
    "scores",
    metadata,
    _number(),
    _patient(),
    Column("reading_id", NUMBER, ForeignKey("readings.id")),
    Column("scheme", Text),
    Column("scheme_version", Integer),
    Column("alveolar", Float(53)),
    Column("interstitial", Float(53)),
    Column("total", Float(53)),
    Column("lobes", Text),
    Column("reason", Text),
    Column("program_version", Text),
    _digest(),
    Index("ix_scores_patient", "patient_id"),
    Index("ix_scores_reading", "reading_id", "scheme", "scheme_version"),
)
LUNG_FUNCTION: Final = Table(
    "lung_function",
    metadata,
    _number(),
    _patient(),
    Column("measured_on", Text),
    Column("content", Text),
    _digest(),
    Index("ix_lung_function_patient", "patient_id"),
)
TREATMENTS: Final = Table(
    "treatments",
    metadata,
    _number(),
    _patient(),
    Column("drug", Text),
    Column("started_on", Text),
    Column("content", Text),
    _digest(),
    Index("ix_treatments_patient", "patient_id"),
)
EVENTS: Final = Table(
    "events",
    metadata,
    _number(),
    _patient(),
    Column("kind", Text),
    Column("happened_on", Text),
    Column("content", Text),
    _digest(),
    Index("ix_events_patient", "patient_id"),
)
# `what`: init, add, score, withdraw or migrate. `kind`, `row_id`: the table and the row that were written.
# `hash`: seals this line and with it all lines before (`kazerooni.store.chain`).
AUDIT: Final = Table(
    "audit",
    metadata,
    _number(),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("row_id", NUMBER, nullable=False),
    Column("patient_id", NUMBER, nullable=False),
    Column("digest", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_what", "what", "patient_id"),
)

# In the order in which rows are written, so that what a row names is there before it.
KINDS: Final = {
    table.name: table
    for table in (
        PATIENTS, DESCRIPTIONS, STUDIES, SERIES, READINGS, SCORES, LUNG_FUNCTION, TREATMENTS, EVENTS,
    )
}  # fmt: skip

_KEPT = ("id", "patient_id", "digest")


def content_columns(table: Table) -> tuple[str, ...]:
    """Name the columns that a withdrawal empties, in their order."""
    return tuple(column.name for column in table.columns if column.name not in _KEPT)


# Columns that a row's seal covers, by kind. The key seals and is not sealed.
SEALED: Final = {kind: tuple(name for name in content_columns(table) if name != "key") for kind, table in KINDS.items()}
