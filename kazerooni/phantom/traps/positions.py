"""Positions: slices that are missing, rounded, or contradicted by another attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kazerooni.phantom.series import decimal
from kazerooni.phantom.traps._copies import copied

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydicom.dataset import Dataset


def drop_slices(datasets: Sequence[Dataset], slices: Iterable[int]) -> list[Dataset]:
    """Leave slices out (dicom.md: non-uniform gaps, missing slices)."""
    dropped = set(slices)
    return copied([dataset for index, dataset in enumerate(datasets) if index not in dropped])


def round_positions(datasets: Sequence[Dataset], *, decimals: int = 1) -> list[Dataset]:
    """Round ImagePositionPatient, by default to 0.1 mm (dicom.md: positions rounded to 0.1 mm are still even)."""
    changed = copied(datasets)
    for dataset in changed:
        dataset.ImagePositionPatient = [decimal(round(float(p), decimals)) for p in dataset.ImagePositionPatient]
    return changed


def run_slice_location_against_z(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Write SliceLocation with the other sign (dicom.md: SliceLocation can run against z)."""
    changed = copied(datasets)
    for dataset in changed:
        dataset.SliceLocation = decimal(-float(dataset.ImagePositionPatient[2]))
    return changed


def claim_spacing(datasets: Sequence[Dataset], spacing_mm: float) -> list[Dataset]:
    """Write SpacingBetweenSlices, true or not (dicom.md: SliceThickness or SpacingBetweenSlices used as spacing)."""
    changed = copied(datasets)
    for dataset in changed:
        dataset.SpacingBetweenSlices = decimal(spacing_mm)
    return changed


def claim_tilt(datasets: Sequence[Dataset], degrees: float | None) -> list[Dataset]:
    """Write another GantryDetectorTilt, or none (dicom.md: gantry tilt, not from the tag, whose sign varies).

    The tilt itself belongs to the plan (`gantry_tilt_degrees`), as it changes what every slice shows.
    """
    changed = copied(datasets)
    for dataset in changed:
        if degrees is None:
            dataset.pop("GantryDetectorTilt", None)
        else:
            dataset.GantryDetectorTilt = decimal(degrees)
    return changed
