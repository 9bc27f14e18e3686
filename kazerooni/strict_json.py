"""Strict JSON: a file that a person or another program wrote, read without guessing."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import Any

from kazerooni.errors import KazerooniError

_LONGEST_TOLD = 60


def read_json(file: Path, *, largest_bytes: int, wanted: str, error: type[KazerooniError]) -> object:
    """Read a JSON file: UTF-8, each name once in an object, finite numbers only.

    largest_bytes: far above any such file that is real. wanted: what the file should be, for messages.

    Raises `error` where it cannot be read or is none; the message does not name the file.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(largest_bytes + 1)
    except OSError as refused:
        raise error(f"cannot be read ({refused.strerror}); give {wanted}") from None
    if len(data) > largest_bytes:
        raise error(f"larger than {largest_bytes // 2**20} MB, which {wanted} is not; give {wanted}")
    try:
        return json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite
        )
    except _StrictError as refused:
        raise error(str(refused)) from None
    except UnicodeDecodeError:
        raise error(f"is not UTF-8 text; give {wanted}") from None
    except json.JSONDecodeError as refused:
        raise error(
            f"is not JSON ({refused.msg} in line {refused.lineno}, column {refused.colno}); it may be cut off, give "
            f"{wanted}"
        ) from None
    except RecursionError:
        raise error(f"is nested too deeply; give {wanted}") from None
    except ValueError:
        raise error(f"holds a number of too many digits; give {wanted}") from None


class _StrictError(Exception):
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
