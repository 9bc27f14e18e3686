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
    check_signs(reading.scan.patient, reading.scan.series_uid, reading.reader)
    return reading


def check_signs(patient: object, series_uid: object, reader: object) -> None:
    """Refuse what a reading says of patient, series and reader, as `fit` does; raises ReadingError."""
    check_codes({"patient": patient, "series_uid": series_uid, "reader": reader})
