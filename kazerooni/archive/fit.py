"""Fit: whether a reading may go into tables, where its codes stand in every row."""

from __future__ import annotations

from pathlib import Path

from kazerooni.archive.record import check_codes
from kazerooni.labels import read_reading
from kazerooni.model import Reading


def read_fit(file: Path) -> Reading:
    """Read a reading that can be graded; raises ReadingError."""
    return fit(read_reading(file))


def fit(reading: Reading) -> Reading:
    """Refuse a reading in which a name stands for a code, or a sign of any length for the reader's.

    Raises ReadingError.
    """
    scan = reading.scan
    check_codes({"patient": scan.patient, "series_uid": scan.series_uid, "reader": reading.reader})
    return reading
