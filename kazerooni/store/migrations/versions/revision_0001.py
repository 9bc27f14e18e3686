"""The tables of the score book, and the indexes that rows of a patient are found by."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    _patients()
    _descriptions()
    _studies()
    _series()
    _readings()
    _scores()
    _lung_function()
    _treatments()
    _events()
    _audit()


def _patients() -> None:
    op.create_table(
        "patients",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("pseudonym", sa.Text()),
        sa.Column("key", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
    )
    op.create_index("ix_patients_pseudonym", "patients", ["pseudonym"])


def _descriptions() -> None:
    op.create_table(
        "descriptions",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("patient_id", NUMBER, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("content", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
    )
    op.create_index("ix_descriptions_patient", "descriptions", ["patient_id"])


def _studies() -> None:
    op.create_table(
        "studies",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("patient_id", NUMBER, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("study_uid", sa.Text()),
        sa.Column("study_date", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
    )
    op.create_index("ix_studies_patient", "studies", ["patient_id"])


def _series() -> None:
    op.create_table(
        "series",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("patient_id", NUMBER, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("study_id", NUMBER, sa.ForeignKey("studies.id")),
        sa.Column("series_uid", sa.Text()),
        sa.Column("content", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
    )
    op.create_index("ix_series_patient", "series", ["patient_id"])


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("patient_id", NUMBER, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("series_id", NUMBER, sa.ForeignKey("series.id")),
        sa.Column("reading", sa.Text()),
        sa.Column("reader", sa.Text()),
        sa.Column("study_date", sa.Text()),
        sa.Column("supersedes", sa.Text()),
        sa.Column("content", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
    )
    op.create_index("ix_readings_patient", "readings", ["patient_id"])
    op.create_index("ix_readings_reading", "readings", ["reading"])
    op.create_index("ix_readings_supersedes", "readings", ["supersedes"])


def _scores() -> None:
    op.create_table(
        "scores",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("patient_id", NUMBER, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("reading_id", NUMBER, sa.ForeignKey("readings.id")),
        sa.Column("scheme", sa.Text()),
        sa.Column("scheme_version", sa.Integer()),
        sa.Column("alveolar", sa.Float(53)),
        sa.Column("interstitial", sa.Float(53)),
        sa.Column("total", sa.Float(53)),
        sa.Column("lobes", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("program_version", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
    )
    op.create_index("ix_scores_patient", "scores", ["patient_id"])
    op.create_index("ix_scores_reading", "scores", ["reading_id", "scheme", "scheme_version"])


def _lung_function() -> None:
    op.create_table(
        "lung_function",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("patient_id", NUMBER, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("measured_on", sa.Text()),
        sa.Column("content", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
    )
    op.create_index("ix_lung_function_patient", "lung_function", ["patient_id"])


def _treatments() -> None:
    op.create_table(
        "treatments",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("patient_id", NUMBER, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("drug", sa.Text()),
        sa.Column("started_on", sa.Text()),
        sa.Column("content", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
    )
    op.create_index("ix_treatments_patient", "treatments", ["patient_id"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("patient_id", NUMBER, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("happened_on", sa.Text()),
        sa.Column("content", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False),
    )
    op.create_index("ix_events_patient", "events", ["patient_id"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_id", NUMBER, nullable=False),
        sa.Column("patient_id", NUMBER, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
    )
    op.create_index("ix_audit_what", "audit", ["what", "patient_id"])
