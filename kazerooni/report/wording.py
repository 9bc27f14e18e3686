"""Wording: the fixed words of a report, in English; another language is another such module."""

from __future__ import annotations

import unicodedata
from typing import Final

from kazerooni.model import Cause, Component, ComponentScore, Finding, State

BOOK_HEAD: Final = "Score book, audit"
DISCLAIMER: Final = "For research and decision support; not a medical device."
NOT_ASSESSED: Final = "not assessed"
NOT_SAID: Final = "not said"
NOT_INTERPRETABLE: Final = "Not interpretable"
REFUSED: Final = "refused"
SAMPLING_ONLY: Final = "sampling only, not reader error"

FLAGS: Final = {
    "partly-covered": "partly covered: percents are of the covered part",
    "few-slices": "seen on very few slices",
    "missing-slice": "slices are missing here",
    "not-hrct": "slices too thick for HRCT",
    "thick-slices": "slices so thick that the interstitial grade is unsure",
}
"""The flags of a lobe."""

DIFFERENCES: Final = {
    "reader": "Reader",
    "origin": "How findings were recorded",
    "manufacturer": "Manufacturer",
    "kernel": "Kernel",
    "kvp": "Tube voltage",
    "contrast": "Contrast",
    "position": "Position",
    "slice-thickness": "Slice thickness",
    "slice-gap": "Distance of slices",
    "coverage": "Coverage",
    "lung-volume": "Lung volume",
    "reference-equations": "Reference equations",
    "dlco-unit": "Unit of DLCO",
    "hb-correction": "Correction for haemoglobin",
}
"""What two visits may differ in."""

ROLES: Final = {
    "scan": "Scan",
    "lobes": "Lobe map",
    "alveolar": "Alveolar map",
    "interstitial": "Interstitial map",
    "table": "Table of typed values",
}
"""What a reading was made from."""

SEVERITIES: Final = {"error": "Error", "warning": "To weigh", "info": "Good to know"}
"""How notices are headed."""

PRIOR_SHOWN: Final = {
    "none": "no prior was shown",
    "scan": "the prior scan was shown",
    "score": "the prior scan and its score were shown",
}

POSITIONS: Final = {
    "HFS": "supine, head first",
    "FFS": "supine, feet first",
    "HFP": "prone, head first",
    "FFP": "prone, feet first",
}

LEGEND: Final = (
    ("\N{EM DASH}", "not assessed or not known; never zero"),
    ("0", "looked for, none found"),
    ("present", "seen, its extent was not given"),
    ("<25.0, >25.0", "rounds to the edge of a grade, but lies below or above it"),
    ("Extent", "what the scheme grades by its share of the lobe"),
    ("95 % interval", f"of the extent, from slices that only sample the lung: {SAMPLING_ONLY}"),
    ("Trace", "a finding so small that it may be a stray stroke"),
    ("On an edge", "the typed percent lies on the edge of two grades; the total is given under both"),
)
"""What the signs of the tables mean."""

CAUSES: Final = {
    Cause.SCHEME: "another scheme, or another version of it",
    Cause.MAP: "another map of lobes or findings",
    Cause.SCAN: "another scan: other pixels or another geometry",
    Cause.READING: "other typed values or ticks, or another reading of the same maps",
    Cause.PROGRAM: "nothing that is known: another version of the program, or a file changed by hand",
    Cause.UNKNOWN: "the old score does not say what it was made from",
}
"""What made a score change."""


def state_words(component: ComponentScore) -> str:
    """Name the state of a component that has no grade because of it."""
    return component.state.value.replace("_", " ") if component.state not in (None, State.ASSESSED) else NOT_ASSESSED


def heading(finding: Finding) -> str:
    """Give a finding as the heading of a column."""
    return finding.full_name.capitalize()


def sum_name(component: Component, combine: str) -> str:
    """Name the sum, or mean, of a component."""
    return f"{component.capitalize()} {combine}"


def plain(text: str) -> str:
    """Give text of a person or a header without control characters, which could hide or turn around what is read."""
    shown = "".join(" " if character in "\t\n\r" else character for character in text)
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_unseen(character) else character for character in shown).strip()


def _is_unseen(character: str) -> bool:
    """Tell control characters, half characters and those that turn the direction of text around."""
    category = unicodedata.category(character)
    return category in ("Cc", "Cs") or "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
