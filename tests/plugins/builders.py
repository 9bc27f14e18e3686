"""Builders: sessions over small scans whose lobes are boxes, and real files of small series."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from kazerooni import find_series, read_volume
from kazerooni.dicom import Series
from kazerooni.model import Geometry, Lobe, LobeMap, ScanRef, Technique, Volume
from kazerooni.phantom import SeriesPlan, build_series, write_series
from napari_kazerooni.canvas import Canvas, Labels
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIVE = (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)
# Every lobe is a box of these columns on all slices but the first and last; pixels are 5 x 5 mm.
COLUMNS = {lobe: slice(4 + 10 * at, 14 + 10 * at) for at, lobe in enumerate(FIVE)}
ROWS = slice(10, 50)
SHAPE = (12, 60, 60)


def small_geometry(*, gap_mm: float = 1.0, thickness_mm: float = 1.0) -> Geometry:
    """Give the grid of the small scan."""
    origins = np.zeros((SHAPE[0], 3))
    origins[:, 2] = np.arange(SHAPE[0]) * gap_mm
    return Geometry(SHAPE, (5.0, 5.0), origins, AXIAL, thickness_mm)


def small_volume(*, gap_mm: float = 1.0) -> Volume:
    """Give a scan of air."""
    scan = ScanRef(patient="P-1", series_uid="1.2.3", sop_uids=tuple(f"1.2.3.{n}" for n in range(SHAPE[0])))
    return Volume(np.full(SHAPE, -850, np.int16), small_geometry(gap_mm=gap_mm), scan, Technique())


def box_lobes(shape: tuple[int, int, int] = SHAPE) -> Labels:
    """Give five lobes as boxes of 400 pixels a slice."""
    labels = np.zeros(shape, np.uint8)
    for lobe, columns in COLUMNS.items():
        labels[1:-1, ROWS, columns] = lobe
    return labels


def small_session(*, with_lobes: bool = True, blinded: bool = False, gap_mm: float = 1.0) -> ReadingSession:
    """Begin a reading of the small scan."""
    volume = small_volume(gap_mm=gap_mm)
    setting = Setting(reading_id="R-small", started=START, order=1, blinded=blinded)
    session = ReadingSession(volume, setting, reader="Reader A")
    if with_lobes:
        session.set_lobes(LobeMap(box_lobes(), volume.geometry, source="kazerooni.segment 0.1.0"))
    return session


def session_of(volume: Volume, *, reading_id: str = "R-1", with_lobes: bool = True) -> ReadingSession:
    """Begin a reading of any scan of 60 x 60 pixels, with the lobes as boxes."""
    maps = {"lobes": box_lobes(volume.hu.shape)} if with_lobes else None
    canvas = Canvas(volume, maps)  # type: ignore[arg-type]
    return ReadingSession(volume, Setting(reading_id=reading_id, started=START), canvas=canvas, reader="Reader A")


def paint_rows(session: ReadingSession, layer: str, lobe: Lobe, rows: int, label: int) -> None:
    """Mark the first rows of a lobe on every slice that holds it, as strokes: a row is 2.5 % of the lobe."""
    canvas = session.canvas
    box = (slice(ROWS.start, ROWS.start + rows), COLUMNS[lobe])
    for index in range(1, session.volume.hu.shape[0] - 1):
        before = canvas.labels(layer)[index][box].copy()  # type: ignore[arg-type]
        canvas.labels(layer)[index][box] = label  # type: ignore[arg-type]
        session.apply_box(layer, index, box, before)  # type: ignore[arg-type]


def see_all(session: ReadingSession) -> None:
    """Look at every slice for as long as it takes."""
    session.looking.seen.update(range(session.volume.hu.shape[0]))


def clock() -> Callable[[], datetime]:
    """Give a clock that moves on by a minute each time it is asked."""
    asked = iter(range(1, 1000))
    return lambda: START + timedelta(minutes=next(asked))


def written_series(plan: SeriesPlan, folder: Path) -> tuple[Series, Volume]:
    """Write a series as DICOM and read it back."""
    folder.mkdir(parents=True, exist_ok=True)
    write_series(build_series(plan), folder)
    (series,) = find_series(folder)
    return series, read_volume(series)
