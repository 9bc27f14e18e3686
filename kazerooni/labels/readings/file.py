"""Reading file: `reading.json` on disk, written whole or not at all, read back as it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

from kazerooni.errors import ReadingError
from kazerooni.files import write_whole
from kazerooni.labels.readings.document import reading_from_json, reading_json
from kazerooni.model import Reading
from kazerooni.strict_json import read_json

# Far above any real reading (one of 600 slices takes half a megabyte).
_LARGEST_BYTES = 2**26
_INDENT = "  "


def write_reading(reading: Reading, path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write a reading as `reading.json`, whole or not at all.

    force: overwrite a file that is there.

    Raises OutputError where it cannot be written, or would overwrite.
    """
    write_whole(Path(path), reading_text(reading).encode("utf-8", "backslashreplace"), force=force)


def reading_text(reading: Reading) -> str:
    """Give the text of `reading.json`: the same reading gives the same text.

    A lone surrogate, as of a reader whose sign is no Unicode, is written as JSON escapes it.
    """
    return _pretty(reading_json(reading), "") + "\n"


def read_reading(path: str | os.PathLike[str]) -> Reading:
    """Read a `reading.json`.

    Raises ReadingError where the file cannot be read or is no reading.
    """
    file = Path(path)
    try:
        return reading_from_json(
            read_json(file, largest_bytes=_LARGEST_BYTES, wanted="a whole reading.json", error=ReadingError)
        )
    except ReadingError as error:
        raise ReadingError(f"{file.name}: {error}") from None


def _pretty(value: object, indent: str) -> str:
    """Write JSON with a line for each member, but lists of plain values on one line."""
    deeper = indent + _INDENT
    if isinstance(value, dict) and value:
        members = (f"{deeper}{json.dumps(name)}: {_pretty(member, deeper)}" for name, member in value.items())
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return "[\n" + ",\n".join(deeper + _pretty(item, deeper) for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
