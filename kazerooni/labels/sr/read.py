"""Read a structured report of this toolkit, with pydicom alone: the reading as it was, and the score by its codes."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError

from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import ReadingError
from kazerooni.labels.sr import codes
from kazerooni.labels.sr.as_typed import typed_reading
from kazerooni.labels.sr.private import take_reading
from kazerooni.labels.sr.score import said, score_of
from kazerooni.model import Reading, Score

_CLASSES: Final = {"1.2.840.10008.5.1.4.1.1.88.33", "1.2.840.10008.5.1.4.1.1.88.34"}
# Far above any real report (one of 600 slices takes half a megabyte).
_LARGEST_BYTES: Final = 2**26
_MAGIC_ENDS: Final = 132
# What pydicom raises on broken bytes.
_BROKEN: Final = (
    *(ValueError, TypeError, LookupError, AttributeError, EOFError, NotImplementedError, RecursionError),
    *(ArithmeticError, AssertionError, OSError, MemoryError, struct.error, BytesLengthException, InvalidDicomError),
)


@dataclass(frozen=True, slots=True)
class SrContent:
    """What a structured report holds.

    reading: as it was recorded where `is_whole`; else made of what the content items say, as if it had been typed.
    score: as the content items say it; it need not be made again.
    is_whole: whether the private elements that hold the reading came through.
    """

    reading: Reading
    score: Score
    is_whole: bool


def is_dicom(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file begins as a DICOM file does."""
    try:
        with Path(path).open("rb") as file:
            return file.read(_MAGIC_ENDS)[-4:] == b"DICM"
    except OSError:
        return False


def read_sr(path: str | os.PathLike[str]) -> SrContent:
    """Read the report in a file.

    Raises ReadingError where the file cannot be read or is no structured report of a Kazerooni score.
    """
    file = Path(path)
    try:
        return sr_content(_read(file))
    except ReadingError as error:
        raise ReadingError(f"{file.name}: {error}") from None


def sr_content(report: Dataset) -> SrContent:
    """Give what a structured report holds.

    Raises ReadingError where it is none of a Kazerooni score.
    """
    with quiet_pydicom():
        try:
            score = score_of(report)
            reading = take_reading(report)
            told = said(report).text(codes.READING)
            if reading is not None and reading.id != told:
                raise ReadingError("its content and its private elements tell of two readings; get the report again")
            whole = typed_reading(report, score) if reading is None else reading
        except _BROKEN as error:
            raise ReadingError(
                f"is a damaged report ({type(error).__name__}); get it again from where it came"
            ) from None
    return SrContent(whole, score, is_whole=reading is not None)


def _read(file: Path) -> Dataset:
    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST_BYTES + 1)
    except OSError as refused:
        raise ReadingError(f"cannot be read ({refused.strerror}); give a structured report") from None
    if len(data) > _LARGEST_BYTES:
        raise ReadingError(f"larger than {_LARGEST_BYTES // 2**20} MB, which no structured report of a score is")
    with quiet_pydicom():
        try:
            report: Dataset = pydicom.dcmread(BytesIO(data))
            sop_class = str(report.get("SOPClassUID", ""))
        except _BROKEN as error:
            raise ReadingError(f"is damaged DICOM ({type(error).__name__}); get the structured report again") from None
    if sop_class not in _CLASSES:
        raise ReadingError("is a DICOM object, but no structured report; give the report of a score")
    return report
