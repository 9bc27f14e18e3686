"""Tree: the content items of a report, found by their codes, with pydicom alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydicom.dataset import Dataset

from kazerooni.errors import ReadingError
from kazerooni.model.codes import Code

Key = tuple[str, str]
_Meaning = TypeVar("_Meaning")


class Items:
    """The children of a content item, by the codes of their names."""

    def __init__(self, parent: Dataset) -> None:
        self._items: dict[Key, list[Dataset]] = {}
        for item in parent.get("ContentSequence") or ():
            names = item.get("ConceptNameCodeSequence") or ()
            if names:
                self._items.setdefault(key_of(names[0]), []).append(item)

    def all(self, name: Code) -> list[Dataset]:
        """Give the items of a name, in their order."""
        return self._items.get((name.scheme, name.value), [])

    def one(self, name: Code) -> Dataset | None:
        """Give the first item of a name, None where there is none."""
        return next(iter(self.all(name)), None)

    def number(self, name: Code) -> float | None:
        """Give a number, bit for bit; a whole number as int; None where there is none, or it is empty."""
        item = self.one(name)
        measured = () if item is None else item.get("MeasuredValueSequence") or ()
        if not measured:
            return None
        if "FloatingPointValue" in measured[0]:
            return float(measured[0].FloatingPointValue)
        return int(measured[0].NumericValue)

    def whole(self, name: Code) -> int | None:
        """Give a whole number; None where there is none, or it is empty."""
        value = self.number(name)
        return None if value is None else int(value)

    def code(self, name: Code) -> Key | None:
        """Give a coded answer, None where there is none."""
        item = self.one(name)
        return None if item is None else key_of(item.ConceptCodeSequence[0])

    def codes(self, name: Code) -> Iterator[Key]:
        """Give every coded answer of a name."""
        return (key_of(item.ConceptCodeSequence[0]) for item in self.all(name))

    def text(self, name: Code) -> str | None:
        """Give a text, None where there is none."""
        item = self.one(name)
        return None if item is None else str(item.TextValue)


def key_of(item: Dataset) -> Key:
    """Give scheme and value of a code sequence item."""
    return str(item.get("CodingSchemeDesignator", "")), str(item.get("CodeValue", ""))


def same(key: Key | None, code: Code) -> bool:
    """Tell whether a key is that of a code."""
    return key == (code.scheme, code.value)


def meant(key: Key | None, known: Mapping[_Meaning, Code], *, what: str) -> _Meaning:
    """Give what a coded answer means.

    Raises ReadingError for a code that is not known, or missing.
    """
    for meaning, code in known.items():
        if same(key, code):
            return meaning
    found = "nothing" if key is None else f"{key[0]} {key[1]}"
    raise ReadingError(f"it says {found[:60]} as {what}, which this program does not know; update it")
