"""Colours: what grades and findings are drawn in; told apart by colour-blind people, on a screen and in grey print."""

from __future__ import annotations

from typing import Final

from kazerooni.model import Component, Finding

# One hue from light to dark: the order is read from the lightness alone.
GRADE_FILLS: Final = ("#f4f7f9", "#dbe9f1", "#aed0e2", "#6fabca", "#2d78a3", "#0d4568")
GRADE_TEXTS: Final = ("#17303f", "#17303f", "#17303f", "#0b1d28", "#ffffff", "#ffffff")
"""Fill and text of each step of the scale of grades, lowest first; the number is always written in it."""

NONE_FILL: Final = "#ffffff"
INK: Final = "#17303f"
LINE: Final = "#5b7383"

# Okabe and Ito's sky blue and orange, which stay apart for all common kinds of colour blindness.
MARKS: Final = {Component.ALVEOLAR: "#56b4e9", Component.INTERSTITIAL: "#ffb000"}
"""The outline of the marks of each component."""

DASHES: Final = {
    Finding.GROUND_GLASS: "",
    Finding.CONSOLIDATION: "5 3",
    Finding.SEPTAL: "1.2 3",
    Finding.RETICULATION: "5 3",
    Finding.HONEYCOMBING: "",
}
"""How the outline of each finding is dashed, in pixels of the screen."""
