"""Items: the content items that a report is made of, from our codes; what is not known is left out or says why."""

from __future__ import annotations

from collections.abc import Iterator

from highdicom.sr import CodeContentItem, CodedConcept, Measurement, QualitativeEvaluation, TextContentItem
from highdicom.sr.value_types import ContentItem, ContentSequence, UIDRefContentItem

from kazerooni.labels.sr.codes import NO, YES
from kazerooni.model.codes import Code

_HAS_PROPERTIES = "HAS PROPERTIES"


def concept(code: Code) -> CodedConcept:
    """Give a code as highdicom has it."""
    return CodedConcept(code.value, code.scheme, code.meaning)


def number(name: Code, value: float | None, unit: Code) -> Iterator[Measurement]:
    """Give a number, exact: a float beside its decimal string, a whole number as such; nothing where there is none."""
    if value is not None:
        measured = Measurement(concept(name), value, concept(unit))
        if isinstance(value, int):
            measured[0].MeasuredValueSequence[0].NumericValue = str(value)
        yield measured


def coded(name: Code, value: Code) -> QualitativeEvaluation:
    """Give a coded answer."""
    return QualitativeEvaluation(concept(name), concept(value))


def yes_or_no(name: Code, *, value: bool | None) -> Iterator[QualitativeEvaluation]:
    """Give yes or no; nothing where nothing was said."""
    if value is not None:
        yield coded(name, YES if value else NO)


def text(name: Code, value: str | None, *, within: str = "CONTAINS") -> Iterator[TextContentItem]:
    """Give a text; nothing where there is none."""
    told = printable(value or "")
    if told.strip():
        yield TextContentItem(concept(name), told, within)


def told_with(item: TextContentItem, *properties: ContentItem) -> TextContentItem:
    """Give a text with what is to be said of it."""
    item.ContentSequence = ContentSequence(properties)
    return item


def property_code(name: Code, value: Code) -> CodeContentItem:
    """Give a coded property of a text."""
    return CodeContentItem(concept(name), concept(value), _HAS_PROPERTIES)


def property_text(name: Code, value: str | None) -> Iterator[TextContentItem]:
    """Give a textual property of a text."""
    return text(name, value, within=_HAS_PROPERTIES)


def property_uid(name: Code, value: str) -> UIDRefContentItem:
    """Give a UID as property of a text."""
    return UIDRefContentItem(concept(name), value, _HAS_PROPERTIES)


def printable(words: str) -> str:
    """Give a text without the control characters that DICOM forbids in it, and with lone surrogates escaped."""
    kept = "".join(c for c in words if c in "\t\n\f\r" or not (c < " " or "\x7f" <= c <= "\x9f"))
    return kept.encode("utf-8", "backslashreplace").decode("utf-8")
