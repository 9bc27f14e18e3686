"""Strict JSON: a file that a person or another program wrote, read without guessing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from kazerooni.errors import KazerooniError
from kazerooni.zips import open_through

_LONGEST_TOLD = 60
# What stands there may be a name, an id or a year of birth.
_SECRET = frozenset({"patient", "pseudonym", "age_at_onset_years"})


def read_json(file: Path, *, largest_bytes: int, wanted: str, error: type[KazerooniError]) -> object:
    """Read a JSON file, or one in a zip: UTF-8, each name once in an object, finite numbers only.

    largest_bytes: far above any such file that is real. wanted: what the file should be, for messages.

    Raises `error` where it cannot be read or is none; the message does not name the file.
    """
    try:
        with open_through(file) as opened:
            data = opened.read(largest_bytes + 1)
    except OSError as refused:
        raise error(f"cannot be read ({refused.strerror}); give {wanted}") from None
    if len(data) > largest_bytes:
        raise error(f"larger than {largest_bytes // 2**20} MB, which {wanted} is not; give {wanted}")
    try:
        return strict_decoder().decode(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as refused:
        raise error(fault_of(refused, wanted)) from None


def strict_decoder() -> json.JSONDecoder:
    """Give what decodes text as `read_json` does; `fault_of` says what the errors mean that it raises."""
    return json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)


def fault_of(refused: ValueError | RecursionError, wanted: str) -> str:
    """Say why a text was refused: no UTF-8, nothing at all, no JSON, or JSON that is not strict.

    wanted: what the file should be.
    """
    if isinstance(refused, _StrictError):
        return str(refused)
    if isinstance(refused, UnicodeDecodeError):
        return f"is not UTF-8 text; give {wanted}"
    if isinstance(refused, json.JSONDecodeError):
        if not refused.doc and (refused.lineno, refused.colno) == (1, 1):
            return f"is empty; give {wanted}"
        where = f"line {refused.lineno}, column {refused.colno}"
        return f"is not JSON ({where}: {refused.msg}); it may be cut off, give {wanted}"
    if isinstance(refused, RecursionError):
        return f"is nested too deeply; give {wanted}"
    return f"holds a number of too many digits; give {wanted}"


def check_version(document: object, wanted: int, *, what: str, file: str, error: type[KazerooniError]) -> None:
    """Refuse a document of no version, or of another one.

    what: it should be, with its article, as "reading" in "the reading". file: that is wanted.

    Raises `error`.
    """
    version = document.get("schema_version") if isinstance(document, Mapping) else None
    if version is None:
        raise error(f"this is no {what}: it has no schema_version; give {file} of this toolkit")
    if version != wanted:
        raise error(f"the {what} has schema_version {told(version)}; this program reads {wanted}; update it")


def checked(document: object, schema: str, *, what: str, file: str, error: type[KazerooniError]) -> dict[str, Any]:
    """Hold a document against a JSON Schema, and give it.

    schema: its text. what, file: as for `check_version`.

    Raises `error` with the place, what was found and what is wanted.
    """
    from fastjsonschema import JsonSchemaValueException  # noqa: PLC0415 - only who reads a document waits for it

    try:
        found: dict[str, Any] = _validator(schema)(document)
    except JsonSchemaValueException as refused:
        wanted = str(refused.message).replace("data", what, 1)
        found_there = "what is not shown" if _SECRET.intersection(refused.path) else told(refused.value)
        raise error(f"{wanted:.200}; found {found_there}; see the schema of {file}") from None
    return found


def told(value: object) -> str:
    """Quote a JSON value for a message: numbers and texts cut short, but nothing of what stands in an object or list.

    >>> told(3), told("x"), told({"patient": "Doe"}), told([1, 2])
    ('3', '"x"', 'an object', 'a list')
    """
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, default=str)
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}..."


@cache
def _validator(schema: str) -> Callable[[object], dict[str, Any]]:
    import fastjsonschema  # noqa: PLC0415 - only who reads a document waits for it

    validate: Callable[[object], dict[str, Any]] = fastjsonschema.compile(json.loads(schema))
    return validate


class _StrictError(ValueError):
    """What the JSON of the standard library would let pass."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _StrictError(f"the name {twice!r:.60} stands twice in one object; the file is damaged")
    return found


def _refuse(constant: str) -> float:
    raise _StrictError(f"holds {constant}, which is no finite number; the file is damaged")


def _finite(number: str) -> float:
    value = float(number)
    return value if isfinite(value) else _refuse(number[:_LONGEST_TOLD])
