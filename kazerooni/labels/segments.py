"""Segments: how each label of a map is described where a format has room for it: name, codes, colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kazerooni.labels.wanted import Part, Wanted
from kazerooni.model import Finding, Lobe
from kazerooni.model.codes import (
    ABNORMAL_STRUCTURE,
    ANATOMICAL_STRUCTURE,
    FINDING_CODES,
    LOBE_CODES,
    Code,
)

# Red, green, blue, 0 to 255. Colours that stay apart for colour-blind eyes (Okabe and Ito, jfly.uni-koeln.de/color).
_COLOURS: Final[Mapping[Part, tuple[int, int, int]]] = {
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
    return Described(part, number, part.full_name, category, kind, side, _COLOURS[part])
