"""Reading file: `reading.json` on disk, written whole or not at all, read back as it was."""

from __future__ import annotations

import json
import os
from math import isfinite
from pathlib import Path
from typing import Any

from kazerooni.errors import ReadingError
from kazerooni.files import write_whole
from kazerooni.labels.readings.document import reading_from_json, reading_json
from kazerooni.model import Reading

# Far above any real reading (one of 600 slices takes half a megabyte).
_LARGEST_BYTES = 2**26
_INDENT = "  "
_LONGEST_TOLD = 60


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
        with file.open("rb") as opened:
            data = opened.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise ReadingError(f"{file.name}: cannot be read ({error.strerror}); give a reading.json") from None
    try:
        return reading_from_json(_parse(data))
    except ReadingError as error:
        raise ReadingError(f"{file.name}: {error}") from None


def _parse(data: bytes) -> object:
    if len(data) > _LARGEST_BYTES:
        raise ReadingError(f"larger than {_LARGEST_BYTES // 2**20} MB, which no reading is; give a reading.json")
    try:
        return json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite
        )
    except UnicodeDecodeError:
        raise ReadingError("is not UTF-8 text; give a reading.json") from None
    except json.JSONDecodeError as error:
        raise ReadingError(
            f"is not JSON ({error.msg} in line {error.lineno}, column {error.colno}); it may be cut off, give a whole "
            "reading.json"
        ) from None
    except RecursionError:
        raise ReadingError("is nested too deeply for a reading; give a reading.json") from None
    except ValueError:
        raise ReadingError("holds a number of too many digits; give a reading.json") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ReadingError(f"the name {twice!r:.60} stands twice in one object; the file is damaged")
    return found


def _refuse(constant: str) -> float:
    raise ReadingError(f"holds {constant}, which is no finite number; the file is damaged")


def _finite(number: str) -> float:
    value = float(number)
    return value if isfinite(value) else _refuse(number[:_LONGEST_TOLD])


def _pretty(value: object, indent: str) -> str:
    """Write JSON with a line for each member, but lists of plain values on one line."""
    deeper = indent + _INDENT
    if isinstance(value, dict) and value:
        members = (f"{deeper}{json.dumps(name)}: {_pretty(member, deeper)}" for name, member in value.items())
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return "[\n" + ",\n".join(deeper + _pretty(item, deeper) for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
