"""Codes of a score in a structured report: the private scheme, and the public codes beside it.

No public code exists for the score, or for the share of a lobe that a finding holds (score.md, "Codes"). A code that
was published keeps its meaning for ever; a new meaning gets a new code. The docs list them, made from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kazerooni.model import Component, Finding, Origin, SchemeRef, State
from kazerooni.model.codes import Code

SCHEME: Final = "99KAZEROONI"
SCHEME_NAME: Final = "kazerooni: the Kazerooni score of interstitial lung disease"
SCHEME_VERSION: Final = "1"

_SHORT: Final = {
    Finding.GROUND_GLASS: "GGO",
    Finding.CONSOLIDATION: "CONS",
    Finding.SEPTAL: "SEPT",
    Finding.RETICULATION: "RETIC",
    Finding.HONEYCOMBING: "HONEY",
    Finding.TRACTION_BRONCHIECTASIS: "TRACTION",
}
_SHORT_OF: Final = {Component.ALVEOLAR: "ALV", Component.INTERSTITIAL: "INT"}


def _own(value: str, meaning: str) -> Code:
    return Code(SCHEME, value, meaning)


def _of_components(value: str, meaning: str) -> Mapping[Component, Code]:
    return {c: _own(f"{value}-{_SHORT_OF[c]}", f"{c.value.capitalize()}: {meaning}") for c in Component}


PERCENT: Final[Mapping[Finding, Code]] = {
    finding: _own(f"PERCENT-{short}", f"{finding.full_name.capitalize()}, share of the lobe")
    for finding, short in _SHORT.items()
    if finding.label is not None
}
PRESENT: Final[Mapping[Finding, Code]] = {
    finding: _own(f"PRESENT-{short}", f"{finding.full_name.capitalize()} present in the lobe")
    for finding, short in _SHORT.items()
}
# Per component of a lobe: the fields of ComponentScore.
EXTENT: Final = _of_components("EXTENT", "extent graded, share of the lobe")
LOW: Final = _of_components("LOW", "extent, lower end of the 95 % interval")
HIGH: Final = _of_components("HIGH", "extent, upper end of the 95 % interval")
GRADE: Final = _of_components("GRADE", "grade")
TO_EDGE: Final = _of_components("TO-EDGE", "distance of the extent to the nearest edge")
STATE: Final = _of_components("STATE", "state")
ORIGIN: Final = _of_components("ORIGIN", "how it was recorded")
TRACE: Final = _of_components("TRACE", "a finding is so small that it may be a stray mark")
ON_EDGE: Final = _of_components("ON-EDGE", "the typed extent lies on an edge")
REASON: Final = _of_components("REASON", "why it could not be assessed")

SLICES: Final = _own("SLICES", "Slices on which the lobe is seen")
COVERED: Final = _own("COVERED", "Depth that the slices of the lobe stand for")
FLAG: Final = _own("FLAG", "What to bear in mind of the lobe")
FLAGS: Final[Mapping[str, Code]] = {
    "partly-covered": _own("PARTLY-COVERED", "The lobe may reach beyond the scan"),
    "few-slices": _own("FEW-SLICES", "The lobe is seen on fewer than 3 slices"),
    "missing-slice": _own("MISSING-SLICE", "A slice is missing beside the lobe"),
    "not-hrct": _own("NOT-HRCT", "Slices thicker than 2 mm"),
    "thick-slices": _own("THICK-SLICES", "Slices thicker than 3 mm"),
}

STATES: Final[Mapping[State | None, Code]] = {
    State.ASSESSED: _own("ASSESSED", "Assessed"),
    State.NOT_ASSESSABLE: _own("NOT-ASSESSABLE", "Not assessable"),
    State.ABSENT: _own("ABSENT", "The lobe is absent"),
    None: _own("NOT-RECORDED", "Nothing recorded, which is not zero"),
}
ORIGINS: Final[Mapping[Origin, Code]] = {
    Origin.PAINTED: _own("PAINTED", "Painted by a person"),
    Origin.TYPED: _own("TYPED", "Typed by a person"),
    Origin.PROPOSED: _own("PROPOSED", "Proposed by a program"),
}

# The fields of Totals and VolumeWeighted.
TOTALS: Final[Mapping[str, Code]] = {
    "alveolar": _own("ALVEOLAR", "Alveolar score of all lobes"),
    "interstitial": _own("INTERSTITIAL", "Interstitial score of all lobes"),
    "total": _own("TOTAL", "Total score"),
    "maximum": _own("MAXIMUM", "Highest total that the scheme can give"),
    "lobes": _own("LOBES", "Lobes on which the total stands"),
    "low": _own("TOTAL-LOW", "Lowest total under either owner of an edge"),
    "high": _own("TOTAL-HIGH", "Highest total under either owner of an edge"),
    "without_traces": _own("WITHOUT-TRACES", "Total without traces"),
    "without_consolidation": _own("WITHOUT-CONS", "Alveolar score without consolidation"),
    "fibrosis_variant": _own("FIBROSIS", "Interstitial score by the scheme kazerooni-fibrosis"),
}
WEIGHTED: Final[Mapping[Component, Code]] = _of_components(
    "WEIGHTED", "extent graded, share of the volume of all lobes"
)
PARTIAL: Final = _own("PARTIAL", "The total stands on the lobes that are graded")

# What stands at the head of the document.
READING: Final = _own("READING", "Identifier of the reading")
PATTERN: Final = _own("PATTERN", "Pattern of the lung disease as read")
PATTERN_BY: Final = _own("PATTERN-BY", "Who read the pattern")
REMARKS: Final = _own("REMARKS", "Remarks of the reader")
SUPERSEDES: Final = _own("SUPERSEDES", "Identifier of the reading that this one replaces")
SUPERSEDES_WHY: Final = _own("SUPERSEDES-WHY", "Why the other reading is replaced")
CITATION: Final = _own("CITATION", "Where the scheme was published")
NOTICE: Final = _own("NOTICE", "Notice on the scan and the maps")
SCORE_NOTICE: Final = _own("SCORE-NOTICE", "Notice on the score")
NOTICE_CODE: Final = _own("NOTICE-CODE", "Code of the notice")
NOTICE_SLICE: Final = _own("NOTICE-SLICE", "Picture that the notice concerns")
SEVERITY: Final = _own("SEVERITY", "Severity of the notice")
SEVERITIES: Final[Mapping[str, Code]] = {
    "error": _own("ERROR", "Error"),
    "warning": _own("WARNING", "Warning"),
    "info": _own("INFO", "Worth knowing"),
}

METHODS: Final[Mapping[SchemeRef, Code]] = {
    SchemeRef("kazerooni", 1): _own("SCHEME-1-1", "Kazerooni score, scheme kazerooni, version 1"),
    SchemeRef("kazerooni-mean", 1): _own("SCHEME-2-1", "Kazerooni score, scheme kazerooni-mean, version 1"),
    SchemeRef("kazerooni-lingula", 1): _own("SCHEME-3-1", "Kazerooni score, scheme kazerooni-lingula, version 1"),
    SchemeRef("kazerooni-fibrosis", 1): _own("SCHEME-4-1", "Kazerooni score, scheme kazerooni-fibrosis, version 1"),
}
"""The published schemes, as methods of measurement."""

# What the templates call their parts.
DEVICE: Final = Code("DCM", "121007", "Device")
PERSON: Final = Code("DCM", "121006", "Person")
PERSON_NAME: Final = Code("DCM", "121008", "Person Observer Name")
MEASUREMENTS: Final = Code("DCM", "126010", "Imaging Measurements")
GROUP: Final = Code("DCM", "125007", "Measurement Group")
EVALUATIONS: Final = Code("UMLS", "C0034375", "Qualitative Evaluations")
METHOD: Final = Code("SCT", "370129005", "Measurement Method")
SITE: Final = Code("SCT", "363698007", "Finding Site")
LATERALITY: Final = Code("SCT", "272741003", "Laterality")
CT_CHEST: Final = Code("LN", "24627-2", "CT Chest")

YES: Final = Code("SCT", "373066001", "Yes")
NO: Final = Code("SCT", "373067005", "No")
VOLUME: Final = Code("SCT", "118565006", "Volume")
PERCENT_UNIT: Final = Code("UCUM", "%", "percent")
NO_UNIT: Final = Code("UCUM", "1", "no units")
MM: Final = Code("UCUM", "mm", "mm")
ML: Final = Code("UCUM", "mL", "mL")

# Why a number is missing (CID 42, Numeric Value Qualifier).
NOT_ATTEMPTED: Final = Code("DCM", "114007", "Measurement not attempted")
FAILED: Final = Code("DCM", "114006", "Measurement failure")
UNKNOWN: Final = Code("DCM", "114010", "Value unknown")


def own_codes() -> Iterator[Code]:
    """Give every code of the private scheme, in the order of this module."""
    yield from METHODS.values()
    for of_finding in (PERCENT, PRESENT):
        yield from of_finding.values()
    for of_component in (EXTENT, LOW, HIGH, GRADE, TO_EDGE, STATE, ORIGIN, TRACE, ON_EDGE, REASON):
        yield from of_component.values()
    yield from STATES.values()
    yield from ORIGINS.values()
    yield from (SLICES, COVERED, FLAG, *FLAGS.values())
    yield from (*TOTALS.values(), *WEIGHTED.values(), PARTIAL)
    yield from (READING, PATTERN, PATTERN_BY, REMARKS, SUPERSEDES, SUPERSEDES_WHY, CITATION)
    yield from (NOTICE, SCORE_NOTICE, NOTICE_CODE, NOTICE_SLICE, SEVERITY, *SEVERITIES.values())
