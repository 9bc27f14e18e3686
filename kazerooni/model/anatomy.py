"""Anatomy: the lobes, the findings, their label numbers and the one order in which everything lists them.

The order of the members is the order of tables, JSON and reports. The label numbers are those of the label maps
(interface.md, "Label maps"); they are another thing than the order and stand beside it.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Literal

Side = Literal["right", "left"]

OUTSIDE = 0
"""Label of the voxels outside every lobe."""

UNMARKED = 0
"""Label of the voxels without a finding."""


class Lobe(IntEnum):
    """A lobe of the lung, or the lingula read apart; the value is its label in a lobe map."""

    RUL = 1
    RML = 2
    RLL = 3
    LUL = 4
    LLL = 5
    LIN = 6

    @property
    def side(self) -> Side:
        """The patient's side on which the lobe lies."""
        return "right" if self.name.startswith("R") else "left"

    @property
    def full_name(self) -> str:
        """The name for people."""
        return _LOBE_NAMES[self]


class Component(StrEnum):
    """One of the two grades that a lobe gets, and the label map that it is counted on."""

    ALVEOLAR = "alveolar"
    INTERSTITIAL = "interstitial"


class State(StrEnum):
    """What is known of a component of a lobe; None stands for nothing recorded, which is never zero."""

    ASSESSED = "assessed"
    NOT_ASSESSABLE = "not_assessable"
    ABSENT = "absent"


class Finding(StrEnum):
    """A radiological finding; within a component in order of growing severity."""

    GROUND_GLASS = "ground_glass"
    CONSOLIDATION = "consolidation"
    SEPTAL = "septal"
    RETICULATION = "reticulation"
    HONEYCOMBING = "honeycombing"
    TRACTION_BRONCHIECTASIS = "traction_bronchiectasis"

    @property
    def component(self) -> Component:
        """The component that the finding belongs to."""
        return _FINDINGS[self][0]

    @property
    def label(self) -> int | None:
        """Its label in the map of its component; None for a yes or no of a lobe, which has no area."""
        return _FINDINGS[self][1]

    @property
    def full_name(self) -> str:
        """The name for people."""
        return _FINDINGS[self][2]


_LOBE_NAMES = {
    Lobe.RUL: "right upper lobe",
    Lobe.RML: "right middle lobe",
    Lobe.RLL: "right lower lobe",
    Lobe.LUL: "left upper lobe",
    Lobe.LLL: "left lower lobe",
    Lobe.LIN: "lingula",
}

_FINDINGS: dict[Finding, tuple[Component, int | None, str]] = {
    Finding.GROUND_GLASS: (Component.ALVEOLAR, 1, "ground glass"),
    Finding.CONSOLIDATION: (Component.ALVEOLAR, 2, "consolidation"),
    Finding.SEPTAL: (Component.INTERSTITIAL, 1, "septal thickening"),
    Finding.RETICULATION: (Component.INTERSTITIAL, 3, "reticulation"),
    Finding.HONEYCOMBING: (Component.INTERSTITIAL, 2, "honeycombing"),
    Finding.TRACTION_BRONCHIECTASIS: (Component.INTERSTITIAL, None, "traction bronchiectasis"),
}

# Made once: scoring asks for it about a hundred times a reading.
_LABELLED = {c: tuple(f for f in Finding if f.component is c and f.label is not None) for c in Component}


def findings_of(component: Component) -> tuple[Finding, ...]:
    """List the findings of a component that have a label, in their order."""
    return _LABELLED[component]


def highest_label(component: Component) -> int:
    """Give the highest label of a map of a component; 0 to it are all known."""
    return max(finding.label or UNMARKED for finding in findings_of(component))
