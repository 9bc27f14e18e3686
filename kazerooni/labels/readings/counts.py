"""Counts: the tally of a reading as JSON values and back. Its rows are most of a reading, so they are read in bulk."""

from __future__ import annotations

import marshal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import ReadingError
from kazerooni.model import LABELS_SHAPE, Component, Tally

Rows = NDArray[np.int64]
"""int64 (rows, 5): slice, region, alveolar label, interstitial label, voxels."""

_ROW: Final = 5

# What `marshal` writes in version 2, which knows no references: a list is "[", its length, its items; a whole number of
# 31 bits and a sign is "i" and itself, any other number, true or false is longer, shorter, or has another sign.
_SERIALIZATION: Final = 2
_WHOLE: Final = ord("i")
_WRITTEN: Final = np.dtype([("head", "V5"), ("number", [("kind", "u1"), ("value", "<i4")], _ROW)])
_HEAD: Final = marshal.dumps([], _SERIALIZATION)
_HEAD_OF_ROW: Final = np.void(marshal.dumps([0] * _ROW, _SERIALIZATION)[: len(_HEAD)])


def tally_json(tally: Tally) -> dict[str, Any]:
    """Give a tally as JSON values; of its counts those that are not 0."""
    index = np.nonzero(tally.counts)
    rows = np.stack([*index, tally.counts[index]], axis=1)
    return {
        "depths": tally.depths.tolist(),
        "depth_unit_mm": tally.depth_unit_mm,
        "pixel_area_mm2": tally.pixel_area_mm2,
        "measured": [component.value for component in Component if component in tally.measured],
        "is_sampled": tally.is_sampled,
        "missing_after": list(tally.missing_after),
        "counts": rows.tolist(),
    }


def plain_rows(document: object) -> Rows | None:
    """Read the rows of counts of a reading document where each is five whole numbers, as the schema asks for.

    Gives None where the document is another, so that the schema says what is wrong with it, and where a number has more
    than 31 bits, which none of a real scan has.

    Python's own serialization writes all of them in one go, each after a sign of its kind: where every sign stands in
    its place, the rows are what they should be, and the numbers lie between. Looking at them one by one takes three
    times as long.
    """
    tally = document.get("tally") if isinstance(document, dict) else None
    rows = tally.get("counts") if isinstance(tally, dict) else None
    if not isinstance(rows, list):
        return None
    try:
        written = marshal.dumps(rows, _SERIALIZATION)
    except ValueError:  # of something that JSON does not hold
        return None
    if len(written) != len(_HEAD) + len(rows) * _WRITTEN.itemsize:
        return None
    found = np.frombuffer(written, _WRITTEN, offset=len(_HEAD))
    plain = found["number"]["value"]
    is_plain = np.all(found["head"] == _HEAD_OF_ROW) and np.all(found["number"]["kind"] == _WHOLE)
    return None if not is_plain or np.any(plain < 0) else plain.astype(np.int64)


def without_rows(document: Any) -> dict[str, Any]:
    """Leave out the rows of a document of which `plain_rows` gives them: the schema checks the rest sooner."""
    return {**document, "tally": {**document["tally"], "counts": []}}


def tally_from_json(document: dict[str, Any], rows: Rows | None) -> Tally:
    """Make a tally of JSON values that the schema holds for one.

    rows: its counts as `plain_rows` gives them; None: they stand in the document.

    Raises ReadingError for rows out of order or place, and numbers of more than 64 bits; ValueError as `Tally` does.
    """
    try:
        rows = np.array(document["counts"], np.int64).reshape(-1, _ROW) if rows is None else rows
        depths = np.array(document["depths"], np.int64)
    except OverflowError:
        raise ReadingError("tally: a number passes what 64 bits hold; the file is damaged") from None
    counts = np.zeros((len(depths), *LABELS_SHAPE), np.int64)
    index, voxels = rows[:, :4], rows[:, 4]
    is_beyond = any(column.max(initial=0) >= most for column, most in zip(index.T, counts.shape, strict=True))
    if is_beyond or np.any(voxels < 1):
        raise ReadingError(
            f"tally.counts: rows [slice, region, alveolar, interstitial, voxels] below {counts.shape} wanted"
        )
    flat = np.ravel_multi_index(tuple(index.T), counts.shape)
    if np.any(flat[1:] <= flat[:-1]):
        raise ReadingError("tally.counts: its rows must ascend, each place once; the file is damaged")
    counts.ravel()[flat] = voxels
    return Tally(
        counts,
        depths,
        depth_unit_mm=document["depth_unit_mm"],
        pixel_area_mm2=document["pixel_area_mm2"],
        measured=frozenset(map(Component, document["measured"])),
        is_sampled=document["is_sampled"],
        missing_after=tuple(map(int, document["missing_after"])),
    )
