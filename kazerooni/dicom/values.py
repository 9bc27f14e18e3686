"""DICOM values from bytes: lenient, never raising; what cannot be understood is None."""

from __future__ import annotations

import math
import struct
from datetime import date
from functools import lru_cache

from pydicom.charset import convert_encodings, decode_bytes

from kazerooni.dicom.quiet import quiet_pydicom

_PADDING = b" \0"


def text(raw: bytes | None) -> str:
    """Decode a code string or UID, without its padding."""
    return raw.strip(_PADDING).decode("latin-1") if raw else ""


@lru_cache(maxsize=4096)
def free_text(raw: bytes | None, character_set: bytes | None) -> str:
    """Decode a description in its character set; an unknown one is read as Latin-1."""
    if not raw:
        return ""
    with quiet_pydicom():
        try:
            decoded = decode_bytes(raw, convert_encodings(text(character_set).split("\\")), set())
        except (LookupError, ValueError):
            decoded = raw.decode("latin-1")
    return "".join(c for c in decoded.strip(" \0") if c.isprintable())


def words(raw: bytes | None) -> tuple[str, ...]:
    """Decode a code string of several values, in capitals."""
    return tuple(part.strip() for part in text(raw).upper().split("\\")) if raw else ()


def numbers(raw: bytes | None, count: int) -> tuple[float, ...] | None:
    """Decode exactly `count` finite decimal numbers; None where there are none or others."""
    if not raw:
        return None
    try:
        found = tuple(map(float, raw.strip(_PADDING).split(b"\\")))
    except ValueError:
        return None
    return found if len(found) == count and all(map(math.isfinite, found)) else None


@lru_cache(maxsize=4096)
def number(raw: bytes | None) -> float | None:
    """Decode one finite decimal number."""
    found = numbers(raw, 1)
    return None if found is None else found[0]


def whole(raw: bytes | None) -> int | None:
    """Decode one whole decimal number."""
    if not raw:
        return None
    try:
        return int(raw)
    except ValueError:
        found = number(raw.rstrip(b"\0"))
        return int(found) if found is not None and found == int(found) else None


def unsigned(raw: bytes | None) -> int | None:
    """Decode a two-byte number."""
    return int.from_bytes(raw, "little") if raw and len(raw) == 2 else None


def double(raw: bytes | None) -> float | None:
    """Decode an eight-byte number."""
    if not raw or len(raw) != 8:
        return None
    value = float(struct.unpack("<d", raw)[0])
    return value if math.isfinite(value) else None


@lru_cache(maxsize=4096)
def day(raw: bytes | None) -> date | None:
    """Decode a date, YYYYMMDD (the dots of old ACR-NEMA dates are ignored)."""
    digits = text(raw).replace(".", "")[:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
