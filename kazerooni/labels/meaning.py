"""Meaning: what a lobe or finding is called, by codes, by names and by colour, where a format has room for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kazerooni.labels.wanted import Part, Wanted
from kazerooni.model import Finding, Lobe
from kazerooni.model.codes import (
    ABNORMAL_STRUCTURE,
    ANATOMICAL_STRUCTURE,
    FINDING_CODES,
    LEFT,
    LOBE_CODES,
    RIGHT,
    Code,
)

# Older names of the scheme that DICOM now calls SRT, whose codes pydicom knows in SNOMED CT.
_OLD_SCHEMES = {"99SDM", "SNM3"}

_LEVELS: Final = {
    Lobe.RUL: ("upper", "superior"),
    Lobe.RML: ("middle",),
    Lobe.RLL: ("lower", "inferior"),
    Lobe.LUL: ("upper", "superior"),
    Lobe.LLL: ("lower", "inferior"),
}
# {s}: right or left; {l}: upper, middle, lower, superior, inferior.
_LOBE_PATTERNS: Final = (
    "{s} {l}",
    "{s} {l} lobe",
    "{l} {s} lobe",
    "{s} lung {l} lobe",
    "{s} {l} lung lobe",
    "{l} lobe {s}",
    "{l} lobe {s} lung",
    "{l} lobe of {s} lung",
    "{l} lobe of the {s} lung",
    "lung {l} lobe {s}",
)
_OTHERS: Final[Mapping[Part, tuple[str, ...]]] = {
    Lobe.LIN: ("lin", "lingula", "left lingula", "lingula left", "lingula of left lung", "lingula of the left lung"),
    Finding.GROUND_GLASS: (
        "ggo", "ground glass", "ground glass opacity", "ground glass opacities", "ground glass opacification",
        "ground glass attenuation",
    ),
    Finding.CONSOLIDATION: (
        "consolidation", "consolidations", "airspace consolidation", "lung consolidation", "pulmonary consolidation",
    ),
    Finding.SEPTAL: (
        "septal", "septal thickening", "interlobular septal thickening", "septal lines", "septal line", "septal line s",
    ),
    Finding.RETICULATION: (
        "reticulation", "reticulations", "reticular", "reticular pattern", "reticular opacities", "intralobular lines",
        "intralobular reticulation",
    ),
    Finding.HONEYCOMBING: ("honeycombing", "honeycomb", "honeycomb pattern", "honeycomb cysts"),
}  # fmt: skip
# Red, green, blue, 0 to 255. Colours that stay apart for colour-blind eyes (Okabe and Ito, jfly.uni-koeln.de/color).
COLOURS: Final[Mapping[Part, tuple[int, int, int]]] = {
    Lobe.RUL: (0, 114, 178),
    Lobe.RML: (86, 180, 233),
    Lobe.RLL: (0, 158, 115),
    Lobe.LUL: (213, 94, 0),
    Lobe.LLL: (230, 159, 0),
    Lobe.LIN: (240, 228, 66),
    Finding.GROUND_GLASS: (86, 180, 233),
    Finding.CONSOLIDATION: (0, 114, 178),
    Finding.SEPTAL: (240, 228, 66),
    Finding.RETICULATION: (230, 159, 0),
    Finding.HONEYCOMBING: (213, 94, 0),
}


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
    """Tell whether two codes mean the same; codes of the older scheme SRT by the tables of pydicom."""
    scheme = "SRT" if found.scheme in _OLD_SCHEMES else found.scheme
    if "SRT" not in (scheme, known.scheme):
        return (found.value, scheme) == (known.value, known.scheme)
    from pydicom.sr.coding import Code as DicomCode  # noqa: PLC0415 - its tables take 25 MB

    return bool(DicomCode(found.value, scheme, "") == DicomCode(known.value, known.scheme, ""))


def part_named(name: str) -> Part | None:
    """Give the lobe or finding of a name, capitals and punctuation ignored; None for any other."""
    return _PARTS.get(" ".join(re.findall(r"[^\W_]+", name.lower())))


def _all_names() -> Iterator[tuple[str, Part]]:
    for lobe, levels in _LEVELS.items():
        yield lobe.name.lower(), lobe
        for pattern in _LOBE_PATTERNS:
            for level in levels:
                yield pattern.format(s=lobe.side, l=level), lobe
    for part, names in _OTHERS.items():
        for name in names:
            yield name, part


_PARTS: Final = dict(_all_names())


@dataclass(frozen=True, slots=True)
class Described:
    """One segment as it is written. number: its label. side: the laterality of a lobe."""

    part: Part
    number: int
    name: str
    category: Code
    kind: Code
    side: Code | None
    colour: tuple[int, int, int]


def described(wanted: Wanted) -> tuple[Described, ...]:
    """Describe every label of a map, in the order of the labels, those too that mark no voxel."""
    return tuple(_describe(part, number) for part, number in sorted(wanted.labels.items(), key=lambda item: item[1]))


def _describe(part: Part, number: int) -> Described:
    if isinstance(part, Lobe):
        code = LOBE_CODES[part]
        kind, side, category = code.structure, code.side, ANATOMICAL_STRUCTURE
    else:
        kind, side, category = FINDING_CODES[part], None, ABNORMAL_STRUCTURE
    return Described(part, number, part.full_name, category, kind, side, COLOURS[part])
