"""numpy: the touched box counted by one index for the three labels, before and after."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import LABELS_SHAPE
from tests.benchmarks.result import Index
from tests.benchmarks.strokes import Planes, Session, counted, load

__all__ = ["load", "recount"]


def recount(session: Session) -> Index:
    """Recount the touched box after every stroke."""
    counts = _count(session.planes)
    for stroke in session.strokes:
        counts += _count(stroke.after) - _count(stroke.before)
    return counted(counts)


def _count(planes: Planes) -> NDArray[np.int64]:
    labels = np.ravel_multi_index(planes, LABELS_SHAPE)
    return np.bincount(labels.ravel(), minlength=int(np.prod(LABELS_SHAPE))).reshape(LABELS_SHAPE)
