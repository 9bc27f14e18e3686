"""Book words: what the text of one cell of a table of a score book means, or why it is unfit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any, Final

from kazerooni.model import EventKind, Onset, Sex
from kazerooni.tables import UnfitError, one_of

Read = Callable[[str], Any]

_NUMBER: Final = re.compile(r"[-+]?[0-9]+(?P<decimals>[.,][0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")
_SEPARATOR: Final = ";"
# A semicolon that is part of a name, a backslash, and a blank at an end of a name stand after a backslash.
_PART: Final = re.compile(r"\\?.", re.DOTALL)
_TO_ESCAPE: Final = re.compile(r"[;\\]|\A\s|\s\Z")
_YES: Final = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}

sex_of = one_of({**{sex.value: sex for sex in Sex}, "f": Sex.FEMALE, "m": Sex.MALE}, "female, male or other")
onset_of = one_of({**{on.value: on for on in Onset}, "subacute": Onset.ACUTE}, "acute, chronic or asymptomatic")
kind_of = one_of({kind.value: kind for kind in EventKind}, f"one of {', '.join(EventKind)}")
yes_of = one_of(_YES, "true or false")


def number_of(text: str, *, comma: bool) -> float:
    """Read a number. comma: whether it may be written with a decimal comma."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise UnfitError("a number is wanted, such as 2.5, without its unit")
    if (found["decimals"] or "").startswith(",") and not comma:
        raise UnfitError("a decimal point is wanted; a comma may stand only in a table parted by semicolons")
    value = float(text.replace(",", "."))
    if not isfinite(value):
        raise UnfitError("a finite number is wanted")
    return value


def over_0(text: str, *, comma: bool) -> float:
    """Read a number above 0."""
    value = number_of(text, comma=comma)
    if value <= 0:
        raise UnfitError("a number above 0 is wanted; leave the cell empty where nothing was measured")
    return value


def from_0(text: str, *, comma: bool) -> float:
    """Read a number of 0 or more."""
    value = number_of(text, comma=comma)
    if value < 0:
        raise UnfitError("0 or more is wanted")
    return value


def percent_of(text: str, *, comma: bool) -> float:
    """Read a percentage above 0, with or without its sign."""
    return over_0(text.removesuffix("%").rstrip(), comma=comma)


def unit_of(units: tuple[str, ...]) -> Read:
    """Make the reader of a unit, however it is cased and spaced."""
    words = {unit.lower(): unit for unit in units}

    def read(text: str) -> str:
        found = words.get(re.sub(r"\s", "", text).lower())
        if found is None:
            raise UnfitError(f"{' or '.join(units)} is wanted")
        return found

    return read


def items_of(text: str) -> tuple[str, ...]:
    r"""Read names parted by semicolons, as `items_text` writes them or a person types them.

    >>> items_of(r"anti-Jo-1; anti-Ro52;a\;b")
    ('anti-Jo-1', 'anti-Ro52', 'a;b')
    """
    items: list[list[str]] = [[]]
    for part in _PART.findall(text):
        if part == _SEPARATOR:
            items.append([])
        else:
            items[-1].append(part)
    return tuple("".join(part[-1] for part in kept) for item in items if (kept := _stripped(item)))


def _stripped(parts: list[str]) -> list[str]:
    """Take blanks off the ends, but not those that stand after a backslash."""
    said = [place for place, part in enumerate(parts) if not part.isspace()]
    return parts[said[0] : said[-1] + 1] if said else []


def items_text(items: Iterable[str]) -> str:
    """Write names parted by semicolons."""
    return f"{_SEPARATOR} ".join(_TO_ESCAPE.sub(r"\\\g<0>", item) for item in items)
