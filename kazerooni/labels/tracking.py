"""Tracking: the UID by which a lobe or finding of a reading is known in every object that tells of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kazerooni.labels.author import Author
    from kazerooni.labels.wanted import Part

# PS3.5 B.2: a UID derived from a UUID begins so, and holds its 16 bytes as one decimal number.
_ROOT = "2.25"
_UUID_BYTES = 16


def tracking_uid(series_uid: str, part: Part, origin: str | Author) -> str:
    """Give the TrackingUID of a lobe or finding: always the same of one reading, another of every other one.

    series_uid: of the series that it was drawn on.
    origin: the id of the reading that it belongs to (then a SEG and an SR of that reading name the same thing, whoever
        writes them and when), or the author of a map that belongs to no reading.
    """
    parts = (series_uid, part.full_name, origin)
    digest = hashlib.sha256("\0".join(map(repr, parts)).encode()).digest()
    return f"{_ROOT}.{int.from_bytes(digest[:_UUID_BYTES], 'big')}"
