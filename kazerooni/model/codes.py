"""Codes: what DICOM and SNOMED CT call the lobes, the findings and their sides (score.md, "Codes").

Traction bronchiectasis has no standard code and is a yes or no of a lobe, so it is never a segment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kazerooni.model.anatomy import Finding, Lobe


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept: coding scheme designator, value, meaning for people."""

    scheme: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class LobeCode:
    """How a lobe is coded.

    structure, side: the lobe and its laterality, as they are written. lateral: the one code that says both.
    """

    structure: Code
    side: Code
    lateral: Code


RIGHT: Final = Code("SCT", "24028007", "Right")
LEFT: Final = Code("SCT", "7771000", "Left")
LUNG: Final = Code("SCT", "39607008", "Lung")

ANATOMICAL_STRUCTURE: Final = Code("SCT", "91723000", "Anatomical Structure")
ABNORMAL_STRUCTURE: Final = Code("SCT", "49755003", "Morphologically Abnormal Structure")

_UPPER = Code("SCT", "45653009", "Upper lobe of lung")
_MIDDLE = Code("SCT", "72481006", "Middle lobe of right lung")
_LOWER = Code("SCT", "90572001", "Lower lobe of lung")
_LINGULA = Code("SCT", "50837003", "Lingula of left lung")

LOBE_CODES: Final[Mapping[Lobe, LobeCode]] = {
    Lobe.RUL: LobeCode(_UPPER, RIGHT, Code("SCT", "42400003", "Upper lobe of right lung")),
    Lobe.RML: LobeCode(_MIDDLE, RIGHT, _MIDDLE),
    Lobe.RLL: LobeCode(_LOWER, RIGHT, Code("SCT", "266005", "Lower lobe of right lung")),
    Lobe.LUL: LobeCode(_UPPER, LEFT, Code("SCT", "44714003", "Upper lobe of left lung")),
    Lobe.LLL: LobeCode(_LOWER, LEFT, Code("SCT", "41224006", "Lower lobe of left lung")),
    Lobe.LIN: LobeCode(_LINGULA, LEFT, _LINGULA),
}

FINDING_CODES: Final[Mapping[Finding, Code]] = {
    Finding.GROUND_GLASS: Code("DCM", "112120", "Ground glass opacity"),
    Finding.CONSOLIDATION: Code("SCT", "95436008", "Lung consolidation"),
    Finding.SEPTAL: Code("DCM", "112114", "Septal line(s)"),
    Finding.RETICULATION: Code("DCM", "112113", "Reticular pattern"),
    Finding.HONEYCOMBING: Code("DCM", "112106", "Honeycomb pattern"),
}
