"""Names: which lobe or finding a segment is by what people call it (docs: how-to, label maps)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from kazerooni.labels.wanted import Part
from kazerooni.model import Finding, Lobe

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
