"""Coded: which lobe or finding the codes of a segment mean, and what they are called in messages."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.sr.coding import Code as DicomCode

from kazerooni.labels.wanted import Part
from kazerooni.model.codes import FINDING_CODES, LEFT, LOBE_CODES, RIGHT, Code

# Older names of the scheme that DICOM now calls SRT, whose codes pydicom knows in SNOMED CT.
_OLD_SCHEMES = {"99SDM", "SNM3"}


@dataclass(frozen=True, slots=True)
class Concept:
    """The codes of a segment: what it is, and what modifies that (its laterality among them)."""

    kind: Code
    modifiers: tuple[Code, ...] = ()


def part_of(concept: Concept) -> Part | None:
    """Give the lobe or finding that the codes mean, None where they mean something else or contradict themselves.

    A lobe is its lateral code, or that of the lobe with its laterality; lingula and middle lobe need none.
    """
    for finding, code in FINDING_CODES.items():
        if _same(concept.kind, code):
            return finding
    sides = [side for side in (RIGHT, LEFT) if any(_same(code, side) for code in concept.modifiers)]
    for lobe, lobe_code in LOBE_CODES.items():
        fits = not sides or sides == [lobe_code.side]
        if _same(concept.kind, lobe_code.lateral):
            return lobe if fits else None
        if _same(concept.kind, lobe_code.structure) and sides == [lobe_code.side]:
            return lobe
    return None


def _same(found: Code, known: Code) -> bool:
    scheme = "SRT" if found.scheme in _OLD_SCHEMES else found.scheme
    return bool(DicomCode(found.value, scheme, "") == DicomCode(known.value, known.scheme, ""))
