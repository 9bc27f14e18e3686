"""Private: the whole reading.json within a report, byte for byte, in a block of private elements.

No content item has room for the counts by slice, the fissures or the windows of a reading. The block holds them all;
a PACS may drop it, and then the report still holds the score (decision 54).
"""

from __future__ import annotations

import hashlib
from typing import Final

from pydicom.dataset import Dataset

from kazerooni.errors import ReadingError
from kazerooni.labels.readings import reading_from_json, reading_text
from kazerooni.model import Reading
from kazerooni.strict_json import fault_of, strict_decoder

GROUP: Final = 0x0099
CREATOR: Final = "KAZEROONI"
_READING, _LENGTH, _DIGEST = 0x01, 0x02, 0x03


def put_reading(target: Dataset, reading: Reading) -> None:
    """Put a reading into a report."""
    data = reading_text(reading).encode("utf-8", "backslashreplace")
    block = target.private_block(GROUP, CREATOR, create=True)
    block.add_new(_READING, "OB", data + b" " * (len(data) % 2))
    block.add_new(_LENGTH, "UL", len(data))
    block.add_new(_DIGEST, "LO", hashlib.sha256(data).hexdigest())


def take_reading(source: Dataset) -> Reading | None:
    """Take the reading out of a report; None where the block was dropped on the way.

    Raises ReadingError where it was changed, or is no reading.
    """
    try:
        block = source.private_block(GROUP, CREATOR)
    except KeyError:
        return None
    if any(part not in block for part in (_READING, _LENGTH, _DIGEST)):
        return None
    length, digest = _whole(block[_LENGTH].value), _text(block[_DIGEST].value)
    data = bytes(block[_READING].value)[:length]
    if hashlib.sha256(data).hexdigest() != digest:
        raise ReadingError("its private elements do not match their digest; get the report again")
    try:
        return reading_from_json(strict_decoder().decode(data.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise ReadingError(f"the reading in its private elements {fault_of(error, 'the report again')}") from None


def _whole(value: object) -> int:
    """Give a number of 32 bits; as bytes where an archive did not know its type (UN)."""
    return int.from_bytes(value[:4], "little") if isinstance(value, bytes) else int(str(value))


def _text(value: object) -> str:
    return (value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)).strip(" \0")
