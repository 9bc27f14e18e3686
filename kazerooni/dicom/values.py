"""DICOM values from bytes: lenient, never raising; what cannot be understood is None or empty.

A damaged length makes one value swallow the elements after it, the name of the patient among them; their tags hold NUL
bytes. So text with a NUL inside, or a UID that is none, is never shown.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
from datetime import date
from functools import lru_cache
from typing import Final

from pydicom.charset import convert_encodings, decode_bytes, python_encoding

from kazerooni.dicom.quiet import quiet_pydicom

_PADDING: Final = b" \0"
_LONGEST_TEXT: Final = 64  # LO, the longest of the values that are shown
_UID: Final = re.compile(rb"[0-9.]{1,64}")
_UID_OF_OTHERS: Final = re.compile(rb"[0-9A-Za-z._-]{1,64}")


def text(raw: bytes | None) -> str:
    """Decode a code string, without its padding; "" where it holds control codes or is too long for one."""
    if not raw:
        return ""
    return _shown(raw.strip(_PADDING).decode("latin-1"))


@lru_cache(maxsize=4096)
def uid(raw: bytes | None) -> str:
    """Decode a UID; one that cannot be a UID gives `invalid-` and a digest, so that files still group by it."""
    stripped = raw.strip(_PADDING) if raw else b""
    if not stripped or _UID_OF_OTHERS.fullmatch(stripped):
        return stripped.decode("ascii")
    return f"invalid-{hashlib.sha256(stripped).hexdigest()[:12]}"


def is_uid(raw: bytes | None) -> bool:
    """Tell whether a value is empty or a UID as DICOM defines it."""
    stripped = raw.strip(_PADDING) if raw else b""
    return not stripped or _UID.fullmatch(stripped) is not None


@lru_cache(maxsize=4096)
def free_text(raw: bytes | None, character_set: bytes | None) -> str:
    """Decode a description in its character set; one in an unknown set as Latin-1, one with control codes as ""."""
    if not raw or b"\0" in raw.strip(_PADDING):
        return ""
    with quiet_pydicom():
        try:
            decoded = decode_bytes(raw, convert_encodings(text(character_set).split("\\")), set())
        except (LookupError, ValueError):
            decoded = raw.decode("latin-1")
    return _shown(decoded.strip(" \0"))


def _shown(decoded: str) -> str:
    """Give text without control codes, and none of it where it has swallowed other elements."""
    if "\0" in decoded or len(decoded) > 4 * _LONGEST_TEXT:
        return ""
    return decoded if decoded.isprintable() else "".join(c for c in decoded if c.isprintable())


def is_character_set(raw: bytes | None) -> bool:
    """Tell whether every character set that a header names is known."""
    return all(name in _CHARACTER_SETS for name in text(raw).split("\\"))


_CHARACTER_SETS: Final = frozenset(python_encoding)


def words(raw: bytes | None) -> tuple[str, ...]:
    """Decode a code string of several values, in capitals."""
    return tuple(part.strip() for part in text(raw).upper().split("\\")) if raw else ()


def numbers(raw: bytes | None, count: int) -> tuple[float, ...] | None:
    """Decode exactly `count` finite decimal numbers; None where there are none or others."""
    if not raw or b"_" in raw:  # Python's own way to write numbers, not DICOM's
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
    if not raw or b"_" in raw:
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
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
