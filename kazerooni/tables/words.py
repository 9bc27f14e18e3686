"""Words: what the text of one cell means, or why it is unfit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeVar

_LONGEST_UID = 64
_LONGEST_TOLD = 60
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"[0-9]{1,9}")
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_CODE: Final = re.compile(r"\w[\w.-]{0,63}")

T = TypeVar("T")


class UnfitError(Exception):
    """A cell does not hold what is wanted; the message says what is."""


def plain(text: str) -> str:
    """Give a word as it is compared: without regard to case, and blanks, underscores and hyphens alike.

    >>> plain(" Ground-Glass "), plain("not assessable")
    ('ground_glass', 'not_assessable')
    """
    return re.sub(r"[\s_-]+", "_", text.strip()).lower()


def told(text: str) -> str:
    """Quote a text for a message, cut short where it is long."""
    return repr(text) if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]!r}..."


def one_of(words: Mapping[str, T], wanted: str) -> Callable[[str], T]:
    """Make the reader of a word, however it is cased and parted; `words` by `plain`."""

    def parse(text: str) -> T:
        if plain(text) not in words:
            raise UnfitError(f"{wanted} is wanted")
        return words[plain(text)]

    return parse


def whole_of(text: str) -> int:
    """Read a whole number."""
    if not _WHOLE.fullmatch(text):
        raise UnfitError("a whole number is wanted")
    return int(text)


def day_of(text: str) -> date:
    """Read an ISO date; 03/02/2001 is another day in another country."""
    if not _DATE.fullmatch(text):
        raise UnfitError("an ISO date is wanted, year-month-day, such as 2001-02-03")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnfitError("a day of the calendar is wanted, as year-month-day") from None


def uid_of(text: str) -> str:
    """Read a UID as `kazerooni inspect` shows it; one that a spreadsheet took for a number is refused."""
    if _ROUNDED.fullmatch(text):
        raise UnfitError("which a spreadsheet rounded; make the column text there, and enter the whole UID")
    if len(text) > _LONGEST_UID or not text.isprintable() or " " in text:
        raise UnfitError(f"a UID without blanks, {_LONGEST_UID} characters at most, is wanted")
    return text


def sign_of(text: str) -> str:
    """Read how a patient or reader is called: one line, kept as typed."""
    if not text.isprintable():
        raise UnfitError("one line without control characters is wanted")
    return text


def code_of(text: str) -> str:
    """Read the code of a patient: nothing that is written like a name, which belongs in no result."""
    if not _CODE.fullmatch(text):
        raise UnfitError("a code of letters, digits, dots, dashes and underscores is wanted, never a name")
    return text
