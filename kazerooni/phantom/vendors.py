"""Vendors: the words in which each manufacturer tells how the scanner moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kazerooni.phantom.plan import Manufacturer, Motion


class Wording(NamedTuple):
    """How a manufacturer tells one motion.

    image_type: values of ImageType after ORIGINAL, PRIMARY, AXIAL.
    attributes: further attributes, keyword and value.
    """

    image_type: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str | float], ...] = ()


# Manufacturer and ManufacturerModelName.
NAMES: Mapping[Manufacturer, tuple[str, str]] = {
    "Siemens": ("SIEMENS", "Sensation 16"),
    "GE": ("GE MEDICAL SYSTEMS", "LightSpeed16"),
    "Philips": ("Philips", "Brilliance 16"),
    "Canon": ("TOSHIBA", "Aquilion"),
}


def _travel(pitch: float, feed_mm: float) -> tuple[tuple[str, float], ...]:
    """Tell pitch and table feed for one rotation in half a second; sequential series have neither."""
    return ("SpiralPitchFactor", pitch), ("TableFeedPerRotation", feed_mm), ("TableSpeed", 2 * feed_mm)


# As in real headers: Siemens tells the motion in ImageType only, GE in ScanOptions, Philips in both, Toshiba (now
# Canon) in ScanOptions and AcquisitionType. The sequential words of Philips and Toshiba were not seen in a file.
WORDINGS: Mapping[tuple[Manufacturer, Motion], Wording] = {
    ("Siemens", "sequential"): Wording(("CT_SOM5 SEQ",)),
    ("Siemens", "spiral"): Wording(("CT_SOM5 SPI",), _travel(0.8, 15.3)),
    ("GE", "sequential"): Wording((), (("ScanOptions", "AXIAL MODE"),)),
    ("GE", "spiral"): Wording((), (("ScanOptions", "HELICAL MODE"), *_travel(1.375, 27.5))),
    ("Philips", "sequential"): Wording((), (("ScanOptions", "AXIAL"),)),
    ("Philips", "spiral"): Wording(("HELIX",), (("ScanOptions", "HELIX"),)),
    ("Canon", "sequential"): Wording((), (("ScanOptions", "NORMAL_CT"), ("AcquisitionType", "SEQUENCED"))),
    ("Canon", "spiral"): Wording(
        (), (("ScanOptions", "HELICAL_CT"), ("AcquisitionType", "SPIRAL"), *_travel(0.938, 15.0))
    ),
}


def wording_of(manufacturer: Manufacturer, motion: Motion) -> Wording:
    """Give the words of a manufacturer for a motion; none for "unstated"."""
    return WORDINGS.get((manufacturer, motion), Wording())
