"""`{dicom-table} syntaxes`: what the program reads, writes and de-identifies, made from the values that it works by.

classes, syntaxes, segments, actions, texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Final

from docutils import nodes
from pydicom.datadict import dictionary_description, tag_for_keyword
from pydicom.tag import Tag
from pydicom.uid import UID
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from kazerooni.dicom.deidentify_actions import ACTIONS, WRITTEN_TEXTS
from kazerooni.dicom.header import NATIVE
from kazerooni.dicom.pixels import DECODERS
from kazerooni.dicom.technique import CT_CLASSES
from kazerooni.labels.meaning import described
from kazerooni.labels.wanted import FINDINGS, LOBES


class DicomTable(SphinxDirective):
    """One of the lists of the conformance statement."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, object]] = {}

    def run(self) -> list[nodes.Node]:
        """Give the table."""
        return self.parse_text_to_nodes("\n".join(_TABLES[self.arguments[0]]()))


def _uids(uids: Iterator[str]) -> Iterator[str]:
    yield "| name | UID |"
    yield "|---|---|"
    for uid in uids:
        yield f"| {UID(uid).name} | {uid} |"


def _classes() -> Iterator[str]:
    return _uids(iter(sorted(CT_CLASSES)))


def _syntaxes() -> Iterator[str]:
    return _uids(iter(sorted({*NATIVE, *DECODERS}, key=lambda uid: [int(part) for part in uid.split(".")])))


def _segments() -> Iterator[str]:
    yield "| object | number | label | category | type | laterality |"
    yield "|---|---|---|---|---|---|"
    for wanted in (LOBES, *FINDINGS.values()):
        for one in described(wanted):
            side = "" if one.side is None else f"{one.side.value} {one.side.scheme}"
            kind, category = (f"{code.value} {code.scheme} {code.meaning}" for code in (one.kind, one.category))
            yield f"| {wanted.what} | {one.number} | {one.name} | {category} | {kind} | {side} |"


def _actions() -> Iterator[str]:
    yield "| attribute | tag | action |"
    yield "|---|---|---|"
    for keyword, action in ACTIONS.items():
        tag = tag_for_keyword(keyword)
        assert tag is not None
        yield f"| {dictionary_description(tag)} | {Tag(tag)} | {action} |"


def _texts() -> Iterator[str]:
    yield "| concept name | meaning |"
    yield "|---|---|"
    for (scheme, value), meaning in WRITTEN_TEXTS.items():
        yield f"| {value} {scheme} | {meaning} |"


_TABLES: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "classes": _classes,
    "syntaxes": _syntaxes,
    "segments": _segments,
    "actions": _actions,
    "texts": _texts,
}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive."""
    app.add_directive("dicom-table", DicomTable)
    return {"version": "1", "parallel_read_safe": True}
