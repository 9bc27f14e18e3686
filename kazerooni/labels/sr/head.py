"""Head: who observed, and what is said of the whole reading: its identifier, pattern, remarks and notices."""

from __future__ import annotations

from collections.abc import Iterator

from highdicom.sr import (
    ContainerContentItem,
    DeviceObserverIdentifyingAttributes,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    TextContentItem,
)
from highdicom.sr.value_types import ContentSequence
from pydicom.uid import UID

from kazerooni.labels.dicom_object import MANUFACTURER
from kazerooni.labels.sr import codes
from kazerooni.labels.sr.items import concept, printable, property_code, property_text, property_uid, text, told_with
from kazerooni.labels.uids import derived_uid
from kazerooni.model import Case, Notice
from kazerooni.model.codes import Code
from kazerooni.version import __version__

# One component group of a person name (PS3.5, 6.2), and what divides names within it.
_LONGEST_NAME = 64
_DIVIDERS = str.maketrans({"\\": " ", "=": " ", "\n": " ", "\r": " ", "\t": " ", "\f": " "})


def observers(reader: str | None) -> ObservationContext:
    """Give the program, and the reader where one is named."""
    device = ObserverContext(
        concept(codes.DEVICE),
        DeviceObserverIdentifyingAttributes(
            uid=derived_uid("device", "kazerooni", __version__),
            name="kazerooni",
            manufacturer_name=MANUFACTURER,
            model_name=f"kazerooni {__version__}",
        ),
    )
    name = person_name(reader)
    if not name:
        return ObservationContext(observer_device_context=device)
    person = ObserverContext(concept(codes.PERSON), PersonObserverIdentifyingAttributes(name=name))
    return ObservationContext(observer_person_context=person, observer_device_context=device)


def person_name(reader: str | None) -> str:
    """Give a reader's sign as a person name may be written; "" for none.

    A sign that is not divided into names is a family name, ended so that nobody takes it for the form of ACR-NEMA.
    """
    sign = printable(reader or "").translate(_DIVIDERS).strip()[: _LONGEST_NAME - 1].strip()
    return sign if "^" in sign or not sign else f"{sign}^"


def evaluations(case: Case) -> ContainerContentItem:
    """Give the container of what is said of the whole reading (TID 1500, Qualitative Evaluations)."""
    container = ContainerContentItem(concept(codes.EVALUATIONS), relationship_type="CONTAINS")
    container.ContentSequence = ContentSequence(list(_said(case)))
    return container


def _said(case: Case) -> Iterator[TextContentItem]:
    reading, score = case.reading, case.score
    yield from text(codes.READING, reading.id)
    yield from text(codes.CITATION, score.citation)
    if reading.pattern is not None:
        for item in text(codes.PATTERN, reading.pattern.name):
            yield _with(item, *property_text(codes.PATTERN_BY, reading.pattern.by))
    yield from text(codes.REMARKS, reading.remarks)
    if reading.supersedes is not None:
        for item in text(codes.SUPERSEDES, reading.supersedes.reading):
            yield _with(item, *property_text(codes.SUPERSEDES_WHY, reading.supersedes.reason))
    for name, notices in ((codes.NOTICE, reading.notices), (codes.SCORE_NOTICE, score.notices)):
        for notice in notices:
            yield from _notice(name, notice)


def _notice(name: Code, notice: Notice) -> Iterator[TextContentItem]:
    for item in text(name, notice.message):
        yield told_with(
            item,
            property_code(codes.SEVERITY, codes.SEVERITIES[notice.severity]),
            *property_text(codes.NOTICE_CODE, notice.code),
            *(property_uid(codes.NOTICE_SLICE, uid) for uid in notice.sop_uids if UID(uid).is_valid),
        )


def _with(item: TextContentItem, *properties: TextContentItem) -> TextContentItem:
    return told_with(item, *properties) if properties else item
