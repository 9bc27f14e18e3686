"""Rows are neither changed nor deleted: triggers."""

from alembic import op

from kazerooni.store.triggers import refuse_changes

revision = "0002"
down_revision = "0001"

_TABLES = {
    "patients": ["pseudonym", "key"],
    "descriptions": ["content"],
    "studies": ["study_uid", "study_date"],
    "series": ["study_id", "series_uid", "content"],
    "readings": ["series_id", "reading", "reader", "study_date", "supersedes", "content"],
    "scores": [
        "reading_id",
        "scheme",
        "scheme_version",
        "alveolar",
        "interstitial",
        "total",
        "lobes",
        "reason",
        "program_version",
    ],
    "lung_function": ["measured_on", "content"],
    "treatments": ["drug", "started_on", "content"],
    "events": ["kind", "happened_on", "content"],
    "audit": [],
}


def upgrade() -> None:
    """Make the triggers."""
    refuse_changes(op.get_bind(), _TABLES, {"patients": "pseudonym", "readings": "reading"})
