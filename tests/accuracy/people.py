"""People: the phantom chests that accuracy is measured on, and how each is scanned.

A seed makes a person; with it go round, in turns, how deep the person breathes, how the person lies, the noise and its
grain, the tilt of the gantry, padding around the picture, and which lobe is diseased and of what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from kazerooni.model import Finding, Lobe
from kazerooni.phantom import GANTRY_VIEW_ORIENTATIONS, HEALTHY, Disease, SeriesPlan, Thorax, spiral_ct

Kind = Literal["healthy", "erased", "consolidated"]

FIRST_SEED: Final = 11
ERASED: Final = 0.4  # of the area of each fissure
# Arms up, the reference chest is 344 mm wide and reaches from the apices (z = 122) 262 mm down; people are up to 2 %
# larger. Under a tilted gantry the front lies this much lower or higher.
_WIDTH_MM, _TOP_MM, _HEIGHT_MM, _MARGIN_MM, _TILT_MM = 354.0, 122.0, 262.0 * 1.02, 10.0, 17.0


class Size(NamedTuple):
    """Distance of the pixels and of the slices of a spiral series."""

    pixel_mm: float
    gap_mm: float


FULL: Final = Size(1.0, 1.25)
QUICK: Final = Size(2.0, 2.5)


class _Way(NamedTuple):
    """How a person breathes, lies and is scanned."""

    inspiration: float
    noise_hu: float
    texture: Literal["white", "sharp", "soft"]
    position: Literal["HFS", "FFS", "HFP", "FFP"] = "HFS"
    tilt_degrees: float = 0.0
    is_gantry_view: bool = False
    padding_hu: int | None = None


_WAYS: Final = (
    _Way(1.0, 25.0, "soft"),
    _Way(0.9, 60.0, "sharp", position="HFP"),
    _Way(1.08, 40.0, "white", position="FFS", is_gantry_view=True, padding_hu=-2000),
    _Way(0.85, 80.0, "sharp", padding_hu=-2000),
    _Way(0.95, 35.0, "soft", tilt_degrees=8.0),
)
_DISEASED: Final = (
    Disease({Lobe.RLL: {Finding.CONSOLIDATION: 15, Finding.GROUND_GLASS: 15}}),
    Disease({Lobe.LLL: {Finding.HONEYCOMBING: 15, Finding.RETICULATION: 15}}, traction=(Lobe.LLL,)),
    Disease({Lobe.RUL: {Finding.GROUND_GLASS: 30}}),
    Disease({Lobe.RML: {Finding.CONSOLIDATION: 30}}),
    Disease({Lobe.LUL: {Finding.SEPTAL: 15, Finding.RETICULATION: 15}}),
)
_CONSOLIDATED: Final = tuple(
    Disease({lobe: {Finding.CONSOLIDATION: 40}}) for lobe in (Lobe.RLL, Lobe.LLL, Lobe.RUL, Lobe.LUL, Lobe.RML)
)


@dataclass(frozen=True)
class Chest:
    """A person and how a spiral scan is made of it."""

    plan: SeriesPlan
    thorax: Thorax
    disease: Disease
    padding_hu: int | None


def chest_of(kind: Kind, number: int, size: Size) -> Chest:
    """Give the chest of a kind and a number from 0: healthy, diseased with erased fissures, or consolidated."""
    way = _WAYS[number % len(_WAYS)]
    diseases = {"healthy": (HEALTHY,), "erased": _DISEASED, "consolidated": _CONSOLIDATED}[kind]
    thorax = Thorax(FIRST_SEED + number, way.inspiration, erased=ERASED if kind == "erased" else 0.0)
    return Chest(_plan(way, number, size), thorax, diseases[number % len(diseases)], way.padding_hu)


def _plan(way: _Way, number: int, size: Size) -> SeriesPlan:
    side = round(_WIDTH_MM / size.pixel_mm)
    margin = _MARGIN_MM + (_TILT_MM if way.tilt_degrees else 0)
    low, high = _TOP_MM - _HEIGHT_MM * way.inspiration - margin, _TOP_MM + margin
    return spiral_ct(
        slices=round((high - low) / size.gap_mm),
        rows=side,
        columns=side,
        pixel_spacing_mm=(size.pixel_mm, size.pixel_mm),
        gap_mm=size.gap_mm,
        slice_thickness_mm=size.gap_mm,
        centre_mm=(0.0, 0.0, (low + high) / 2),
        patient_position=way.position,
        orientation=GANTRY_VIEW_ORIENTATIONS[way.position] if way.is_gantry_view else None,
        gantry_tilt_degrees=way.tilt_degrees,
        noise_hu=way.noise_hu,
        noise_texture=way.texture,
        signed=True,
        bits_stored=16,
        intercept=0.0,
        seed=number,
    )
