"""Levels: which slice of the scan before lies at the level of a slice, and how that was told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Case, Geometry, Lobe
from kazerooni.report import wording
from kazerooni.report.numbers import MINUS, day
from kazerooni.report.view import PriorSliceView

_NARROW = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Level:
    """A slice of the scan before at the level of a slice.

    is_same_frame: whether both scans share their frame of reference, so that a height in mm means one place in both;
        else the level is the share of the height of the lungs.
    off_mm: how far the slice lies from the level that was looked for, along the patient.
    share, share_now: heights in the lungs, 0 at their base and 1 at their top, of the slice and of the other.
    """

    index: int
    is_same_frame: bool
    off_mm: float
    share: float
    share_now: float


def prior_view(case: Case, prior: Case | None, index: int, lobes: tuple[Lobe, ...]) -> PriorSliceView | None:
    """Word the slice of the scan before at the level of a slice; None where scan or lobes of either are not at hand."""
    found = None if prior is None else level_in(case, prior, index)
    if found is None or prior is None or prior.volume is None:
        return None
    place = place_of(prior.volume.geometry, found.index)
    how = wording.matched(
        is_same_frame=found.is_same_frame,
        off_mm=f"{abs(found.off_mm):.1f}{_NARROW}mm",
        share=f"{100 * found.share:.0f}{_NARROW}%",
        share_now=f"{100 * found.share_now:.0f}{_NARROW}%",
    )
    on = day(prior.reading.scan.study_date, missing=wording.NOT_SAID)
    return PriorSliceView(
        index=found.index,
        lobes=lobes,
        caption=wording.prior_of(on),
        place=f"{place}; {how}",
        alt=f"{wording.prior_of(on)}: {place}, {wording.SLICE_SEEN} {how}.",
    )


def level_in(case: Case, prior: Case, index: int) -> Level | None:
    """Find the slice of a scan before that lies nearest to the level of a slice, of equal ones the lowest.

    Heights in mm compare only within one frame of reference (PS3.3 C.7.4.1) and one position of the patient. Between
    two examinations the table, the breath and the patient have moved: the level is then where the slice lies between
    the lowest and the highest slice that show lung, as a share.

    None where scan or lobe map of either is not at hand, or either map is empty.
    """
    heights, heights_then = _heights_mm(case), _heights_mm(prior)
    ends, ends_then = _ends_mm(case, heights), _ends_mm(prior, heights_then)
    if heights is None or heights_then is None or ends is None or ends_then is None:
        return None
    now, then = case.reading, prior.reading
    frame = now.scan.frame_of_reference_uid
    same = (
        frame is not None
        and frame == then.scan.frame_of_reference_uid
        and now.technique.patient_position == then.technique.patient_position
    )
    share_now = _share(float(heights[index]), ends)
    wanted = float(heights[index]) if same else ends_then[0] + share_now * (ends_then[1] - ends_then[0])
    off = heights_then - wanted
    nearest = int(np.argmin(np.abs(off)))
    return Level(nearest, same, float(off[nearest]), _share(float(heights_then[nearest]), ends_then), share_now)


def middle_mm(geometry: Geometry, index: int) -> tuple[float, float, float]:
    """Give the LPS place of the middle of a slice."""
    _, rows, columns = geometry.shape
    down = geometry.column_direction * geometry.pixel_spacing_mm[0] * (rows - 1) / 2
    along = geometry.row_direction * geometry.pixel_spacing_mm[1] * (columns - 1) / 2
    x, y, z = (geometry.origins_mm[index] + down + along).tolist()
    return x, y, z


def place_of(geometry: Geometry, index: int) -> str:
    """Say which slice it is, counted from the feet, and its height in mm."""
    slices = geometry.shape[0]
    number = index + 1 if geometry.normal[2] > 0 else slices - index
    z = f"{middle_mm(geometry, index)[2]:.1f}".replace("-", MINUS)
    return f"Slice {number} of {slices} from the feet, z {z}{_NARROW}mm"


def _heights_mm(case: Case) -> NDArray[np.float64] | None:
    if case.volume is None:
        return None
    geometry = case.volume.geometry
    return np.array([middle_mm(geometry, index)[2] for index in range(geometry.shape[0])])


def _ends_mm(case: Case, heights: NDArray[np.float64] | None) -> tuple[float, float] | None:
    """Give the heights of the lowest and the highest slice that show lung."""
    if case.lobes is None or heights is None:
        return None
    shown = heights[np.any(case.lobes.labels, axis=(1, 2))]
    return (float(shown.min()), float(shown.max())) if shown.size else None


def _share(height: float, ends: tuple[float, float]) -> float:
    low, high = ends
    return (height - low) / (high - low) if high > low else 0.5
