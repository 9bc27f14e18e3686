"""This project: counts kept up to date while someone paints."""

from __future__ import annotations

from kazerooni.scoring import count_voxels
from kazerooni.scoring import recount as recount_box
from tests.benchmarks.result import Index
from tests.benchmarks.strokes import Session, counted, load

__all__ = ["load", "recount", "slice_anew"]


def recount(session: Session) -> Index:
    """Recount the touched box after every stroke."""
    counts = count_voxels(*session.planes)[None].copy()
    for stroke in session.strokes:
        recount_box(counts, 0, stroke.before, stroke.after)
    return counted(counts[0])


def slice_anew(session: Session) -> Index:
    """Count the whole slice after every stroke."""
    planes = [plane.copy() for plane in session.planes]
    counts = count_voxels(*planes)
    for stroke in session.strokes:
        for plane, painted in zip(planes, stroke.after, strict=True):
            plane[stroke.box] = painted
        counts = count_voxels(*planes)
    return counted(counts)
