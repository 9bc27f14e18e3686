"""A simulated archive of many series without pixels: what its index and its schedule are measured on.

Every series has one file, a header of a CT of some 3 kB without pixels, in a folder of its own, a thousand folders to a
folder. Every tenth has a reading of typed percents beside it and the score that was once made of it; the others have
neither, so that a run with `--draft` takes each of them up.

Called as `python -m tests.benchmarks.scale_data FOLDER SERIES`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pydicom
from pydicom.uid import UID

from kazerooni.labels import reading_text
from kazerooni.model import Case, Reading
from kazerooni.scoring import find_scheme, score
from kazerooni.workflow import score_document
from tests.benchmarks.content import plan_of, slices_of
from tests.benchmarks.store_courses import courses

_STUDY, _SERIES, _PICTURE, _READING = (f"2.25.{digit * 20}" for digit in "3456")
_READ_EVERY = 10
_KINDS = 32  # readings that differ in their percents; the same values come again
_OLD_SCHEME = "kazerooni-mean"
_FOLDERS = 1000


class _Written(NamedTuple):
    reading: bytes
    score: bytes


def write(folder: Path, series: int) -> None:
    """Write so many series; identifiers are put into files that were made once, at the same length."""
    header, written = _header(), [_written(kind) for kind in range(_KINDS)]
    for number in range(series):
        own = folder / f"{number // _FOLDERS:04d}" / f"{number % _FOLDERS:03d}"
        own.mkdir(parents=True)
        named = partial(_named, number=number)
        (own / "IM0").write_bytes(named(header))
        if number % _READ_EVERY == 0:
            one = written[number // _READ_EVERY % _KINDS]
            (own / "reading.json").write_bytes(named(one.reading))
            (own / "score.json").write_bytes(named(one.score))


def _named(content: bytes, number: int) -> bytes:
    for template in (_STUDY, _SERIES, _PICTURE, _READING):
        mine = f"{template[:-9]}{number:09d}"
        content = content.replace(template.encode(), mine.encode())
    return content


def _header() -> bytes:
    """Give a file of a CT that ends before its pixels."""
    (dataset,) = slices_of(plan_of(1, 16, 1.0, thickness_mm=1.0))
    picture = UID(_PICTURE)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID = _STUDY, _SERIES, picture
    dataset.file_meta.MediaStorageSOPInstanceUID = picture
    del dataset.PixelData
    stream = BytesIO()
    pydicom.dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def _written(kind: int) -> _Written:
    reading = _reading(kind)
    case = Case(reading=reading, score=score(reading, find_scheme(_OLD_SCHEME)))
    return _Written(reading_text(reading).encode(), json.dumps(score_document(case)).encode())


def _reading(kind: int) -> Reading:
    (course,) = courses("scale", 1, kind + 1)
    one = course.readings[kind]
    return replace(one, id=_READING, scan=replace(one.scan, study_uid=_STUDY, series_uid=_SERIES))


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
