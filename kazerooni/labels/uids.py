"""UIDs of the objects that are written: the same content gives the same UID, so that nothing is stored twice."""

from __future__ import annotations

import hashlib


def derived_uid(*parts: str | bytes) -> str:
    """Derive a UID under 2.25 (PS3.5, B.2) from what it is to name: 128 bits of a SHA-256 over the parts.

    >>> derived_uid("series", "1.2.3") == derived_uid("series", "1.2.3") != derived_uid("series", "1.2", ".3")
    True
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "backslashreplace") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return f"2.25.{int.from_bytes(digest.digest()[:16], 'big')}"
