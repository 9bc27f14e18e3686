"""Plan: everything that decides the bytes of one CT series, checked at birth."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from datetime import date, time
from itertools import accumulate
from random import Random
from typing import Any, Literal

from kazerooni.phantom.body import SIMPLE_CHEST, Matter

PatientPosition = Literal["HFS", "FFS", "HFP", "FFP"]
Manufacturer = Literal["Siemens", "GE", "Philips", "Canon"]
Motion = Literal["sequential", "spiral", "unstated"]
NoiseTexture = Literal["white", "sharp", "soft"]
Orientation = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class SeriesPlan:
    """What a CT series is to be. The same plan always gives the same bytes; any other plan gives another series UID.

    slices, rows, columns: size of the scan.
    pixel_spacing_mm: [distance between rows, distance between columns].
    slice_thickness_mm: SliceThickness.
    gap_mm: distance between neighbouring slices along the normal; they lie evenly around `centre_mm`.
    positions_mm: instead of the gap, the ascending distance of every slice from `centre_mm` along the normal.
    centre_mm: LPS place around which the scan is laid.
    patient_position: how the patient lies; decides the direction cosines as scanners write them (`ORIENTATIONS`).
    orientation: direction cosines (row, column) that overrule the patient position: oblique, coronal, `CORONAL`.
    gantry_tilt_degrees: turns the slices about the row direction while the table still moves along z; positive takes
        the front of a supine slice to the feet.
    motion: how the scanner moved, told in the words of the manufacturer; "unstated" tells nothing.
    slope, intercept: HU = stored x slope + intercept.
    signed: PixelRepresentation 1.
    body: what is scanned.
    noise_hu: standard deviation of the noise; it belongs to the truth.
    noise_texture: as a sharp kernel (grains side by side differ more than by chance) or a soft one (smooth) leaves it.
    seed: of the noise.

    The study UID follows from `patient_id`, `study_date` and `study_time`: plans that agree in them share a study.
    Raises ValueError where a value makes no scan.
    """

    slices: int
    rows: int = 64
    columns: int = 64
    pixel_spacing_mm: tuple[float, float] = (5.6, 5.6)
    slice_thickness_mm: float = 1.0
    gap_mm: float = 1.0
    positions_mm: tuple[float, ...] | None = None
    centre_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    patient_position: PatientPosition = "HFS"
    orientation: Orientation | None = None
    gantry_tilt_degrees: float = 0.0
    manufacturer: Manufacturer = "Siemens"
    motion: Motion = "spiral"
    kernel: str = "B60f"
    kvp: float = 120.0
    slope: float = 1.0
    intercept: float = -1024.0
    signed: bool = False
    bits_allocated: Literal[8, 16] = 16
    bits_stored: int = 12
    study_date: date = date(2003, 5, 14)
    study_time: time = time(10, 30)
    patient_id: str = "PHANTOM-1"
    patient_name: str = "Phantom^Simple"
    birth_date: date = date(1940, 2, 29)
    study_description: str = "CT Thorax"
    series_description: str = "Thorax inspiration"
    series_number: int = 2
    body: Matter = SIMPLE_CHEST
    noise_hu: float = 0.0
    noise_texture: NoiseTexture = "white"
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.slices, self.rows, self.columns) < 1:
            raise ValueError(f"{self.slices} slices of {self.rows} x {self.columns}: at least one of each is wanted")
        for name in ("slice_thickness_mm", "gap_mm", "kvp"):
            _demand_positive(name, getattr(self, name))
        for spacing in self.pixel_spacing_mm:
            _demand_positive("pixel_spacing_mm", spacing)
        self._check_positions()
        self._check_orientation()
        self._check_pixels()

    def __repr__(self) -> str:
        # The UIDs follow from these words: what has its usual value and came later is not named, so that the UIDs of
        # older plans stay.
        named = (f.name for f in fields(self) if f.name != "noise_texture" or self.noise_texture != f.default)
        return f"SeriesPlan({', '.join(f'{name}={getattr(self, name)!r}' for name in named)})"

    def _check_positions(self) -> None:
        if self.positions_mm is None:
            return
        if len(self.positions_mm) != self.slices:
            raise ValueError(f"positions_mm holds {len(self.positions_mm)} numbers for {self.slices} slices")
        if any(b <= a for a, b in zip(self.positions_mm, self.positions_mm[1:], strict=False)):
            raise ValueError("positions_mm must ascend")

    def _check_orientation(self) -> None:
        if not abs(self.gantry_tilt_degrees) < 45:
            raise ValueError(f"gantry_tilt_degrees {self.gantry_tilt_degrees}: less than 45 is wanted")
        if self.orientation is None:
            return
        row, column = self.orientation[:3], self.orientation[3:]
        lengths = math.hypot(*row), math.hypot(*column)
        across = sum(r * c for r, c in zip(row, column, strict=True))
        if abs(across) > 1e-6 or any(abs(length - 1) > 1e-6 for length in lengths):
            raise ValueError(f"orientation {self.orientation}: two unit vectors at right angles are wanted")

    def _check_pixels(self) -> None:
        if not 1 <= self.bits_stored <= self.bits_allocated:
            raise ValueError(f"bits_stored {self.bits_stored}: 1 to bits_allocated ({self.bits_allocated}) is wanted")
        if self.slope == 0 or not math.isfinite(self.slope) or not math.isfinite(self.intercept):
            raise ValueError(f"slope {self.slope}, intercept {self.intercept}: finite, and a slope but 0, are wanted")
        if not self.noise_hu >= 0:
            raise ValueError(f"noise_hu {self.noise_hu}: zero or more is wanted")


def sequential_hrct(**changes: Any) -> SeriesPlan:
    """Plan a sequential HRCT of the whole chest: 26 slices, 1 mm every 10 mm, sharp kernel.

    `changes` are plan fields.
    """
    usual = {"slices": 26, "slice_thickness_mm": 1.0, "gap_mm": 10.0, "motion": "sequential", "kernel": "B70f"}
    return SeriesPlan(**{**usual, "kvp": 140.0, **changes})


def spiral_ct(**changes: Any) -> SeriesPlan:
    """Plan a contiguous spiral CT about the marker: 48 slices of 1.25 mm, sharp kernel. `changes` are plan fields.

    200 slices cover the whole chest; a `gap_mm` below the thickness makes them overlap.
    """
    usual = {"slices": 48, "slice_thickness_mm": 1.25, "gap_mm": 1.25, "motion": "spiral", "kernel": "B60f"}
    return SeriesPlan(**{**usual, **changes})


def uneven_positions_mm(slices: int, gap_mm: float, *, spread: float = 0.3, seed: int = 0) -> tuple[float, ...]:
    """Draw ascending positions whose gaps differ from `gap_mm` by up to that share (dicom.md: non-uniform gaps)."""
    random = Random(seed)  # noqa: S311 - no secret
    gaps = [gap_mm * (1 + random.uniform(-spread, spread)) for _ in range(slices - 1)]
    return tuple(round(position - sum(gaps) / 2, 3) for position in accumulate(gaps, initial=0.0))


def _demand_positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} {value}: a positive number is wanted")
