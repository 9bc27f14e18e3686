"""Grid: where the slices of a plan lie in the patient, and what they show there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kazerooni.model.geometry import Geometry, plane_normal
from kazerooni.phantom.uids import plan_uid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from kazerooni.phantom.plan import Orientation, PatientPosition, SeriesPlan

# As GE and Siemens scanners write them: turned to the usual view (patient's right on the left of the picture) for
# supine patients, with the table at the bottom for prone ones; a feet-first series has the cosines of a head-first one.
ORIENTATIONS: Mapping[PatientPosition, Orientation] = {
    "HFS": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    "FFS": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    "HFP": (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0),
    "FFP": (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0),
}
# As seen from the front of the gantry (DICOM PS3.3, C.7.3.1.1.2), by scanners that do not turn feet-first pictures.
GANTRY_VIEW_ORIENTATIONS: Mapping[PatientPosition, Orientation] = {
    **ORIENTATIONS,
    "FFS": (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    "FFP": (1.0, 0.0, 0.0, 0.0, -1.0, 0.0),
}

# Rows from right to left, columns from head to foot; rows from front to back.
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)

# Binomial smoothing of noise along rows and columns, and how far it reaches.
_SMOOTHING, _NOISE_REACH = (0.25, 0.5, 0.25), 1
# Standard deviation of the sum of four random words of 16 bits.
_WORDS_DEVIATION = math.sqrt(4 * (2**32 - 1) / 12)

# Decimals of a DICOM decimal string (16 characters at most): truth and header round alike.
_COSINE_DECIMALS = 12
_POSITION_DECIMALS = 6


@dataclass(frozen=True, eq=False)
class Truth:
    """What a correct reader must return.

    hu: (slice, row, column), ascending along the normal; int16, or float32 where int16 would change a value.
    geometry: where the slices lie.
    sop_uids: SOP instance UID of every slice.
    """

    hu: NDArray[np.int16] | NDArray[np.float32]
    geometry: Geometry
    sop_uids: tuple[str, ...]

    def keep(self, indices: list[int]) -> Truth:
        """Give the truth of only these slices (ascending indices)."""
        whole = self.geometry
        kept = Geometry(
            shape=(len(indices), *whole.shape[1:]),
            pixel_spacing_mm=whole.pixel_spacing_mm,
            origins_mm=whole.origins_mm[indices],
            orientation=whole.orientation,
            slice_thickness_mm=whole.slice_thickness_mm,
        )
        return Truth(self.hu[indices], kept, tuple(self.sop_uids[i] for i in indices))


def truth_of(plan: SeriesPlan) -> Truth:
    """Tell what a correct reader must return for the series of this plan."""
    return truth_from(plan, stored_slices(plan))


def truth_from(plan: SeriesPlan, stored: Iterable[NDArray[np.generic]]) -> Truth:
    """Tell the same from the stored pixels of every slice, ascending."""
    slices = [_to_hu(pixels, plan.slope, plan.intercept) for pixels in stored]
    kind = np.result_type(*{hu.dtype for hu in slices})
    uids = tuple(plan_uid(plan, "instance", index) for index in range(plan.slices))
    return Truth(np.stack(slices, dtype=kind), geometry_of(plan), uids)


def _to_hu(stored: NDArray[np.generic], slope: float, intercept: float) -> NDArray[np.int16] | NDArray[np.float32]:
    """Give stored x slope + intercept as int16, or as float32 where int16 would change a value."""
    wide = stored.astype(np.float64) * slope + intercept
    whole = wide.clip(-(2**15), 2**15 - 1).astype(np.int16)
    return whole if np.array_equal(whole, wide) else wide.astype(np.float32)


def geometry_of(plan: SeriesPlan) -> Geometry:
    """Tell where the slices of a plan lie, rounded as the header writes them."""
    orientation = _orientation(plan)
    rows_mm, columns_mm = plan.pixel_spacing_mm
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    corner = -row * columns_mm * (plan.columns - 1) / 2 - column * rows_mm * (plan.rows - 1) / 2
    origins = np.array(plan.centre_mm) + corner + _table_positions(plan, orientation)
    return Geometry(
        shape=(plan.slices, plan.rows, plan.columns),
        pixel_spacing_mm=plan.pixel_spacing_mm,
        origins_mm=origins.round(_POSITION_DECIMALS),
        orientation=orientation,
        slice_thickness_mm=plan.slice_thickness_mm,
    )


def stored_slices(plan: SeriesPlan) -> Iterator[NDArray[np.generic]]:
    """Yield the stored pixels of every slice, ascending along the normal; (row, column), 8 or 16 bit integers."""
    geometry = geometry_of(plan)
    half = 1 << (plan.bits_stored - 1)
    low, high = (-half, half - 1) if plan.signed else (0, 2 * half - 1)
    kind = np.dtype(f"{'i' if plan.signed else 'u'}{plan.bits_allocated // 8}")
    for index in range(plan.slices):
        hu = plan.body.hu(*places_of_slice(geometry, index))
        if plan.noise_hu:
            hu = np.rint(hu + plan.noise_hu * _noise(plan, index)).astype(np.int16)
        yield _quantise(hu, plan.slope, plan.intercept).clip(low, high).astype(kind)


def _noise(plan: SeriesPlan, index: int) -> NDArray[np.float32] | NDArray[np.float64]:
    """Give the noise of one slice: mean 0, standard deviation 1; (row, column)."""
    if plan.noise_texture == "white":
        return np.random.default_rng([plan.seed, index]).standard_normal((plan.rows, plan.columns), np.float32)
    reach = _NOISE_REACH
    size = plan.rows + 2 * reach, plan.columns + 2 * reach
    # Four random words a pixel: their sum is all but normal, and made of whole numbers it is alike everywhere.
    words = np.random.PCG64([plan.seed, index]).random_raw(size[0] * size[1]).view(np.uint16).reshape(*size, 4)
    white = (words.sum(axis=-1, dtype=np.int64) - 2 * (2**16 - 1)) / _WORDS_DEVIATION
    smooth = white
    for axis in (0, 1):
        smooth = sum(w * np.roll(smooth, step, axis) for step, w in zip((-1, 0, 1), _SMOOTHING, strict=True))
    # Smoothing by (1/4, 1/2, 1/4) leaves 3/8 of the deviation (9/64 of the variance) and 1/4 of a pixel itself.
    noise = smooth * (8 / 3) if plan.noise_texture == "soft" else (white - smooth) / math.sqrt(1 + 9 / 64 - 2 / 4)
    inner: NDArray[np.float64] = noise[reach:-reach, reach:-reach]
    return inner


def _quantise(hu: NDArray[np.int16], slope: float, intercept: float) -> NDArray[np.int32] | NDArray[np.float64]:
    if slope == 1 and float(intercept).is_integer():
        return hu.astype(np.int32) - int(intercept)
    exact: NDArray[np.float64] = np.rint((hu - intercept) / slope)
    return exact


def _orientation(plan: SeriesPlan) -> Orientation:
    cosines = np.array(plan.orientation or ORIENTATIONS[plan.patient_position])
    if plan.gantry_tilt_degrees:
        row, column = cosines[:3], cosines[3:]
        tilt = math.radians(plan.gantry_tilt_degrees)
        cosines[3:] = column * math.cos(tilt) + np.cross(row, column) * math.sin(tilt)
    first, second, third, fourth, fifth, sixth = (float(c) + 0.0 for c in cosines.round(_COSINE_DECIMALS))
    return first, second, third, fourth, fifth, sixth


def _table_positions(plan: SeriesPlan, orientation: Orientation) -> NDArray[np.float64]:
    """Give the shift of every slice from the centre, float64 (slices, 3).

    Along the normal, or along z under a tilted gantry: the table does not tilt with it.
    """
    middle = (plan.slices - 1) / 2
    even = [plan.gap_mm * (index - middle) for index in range(plan.slices)]
    along = np.array(plan.positions_mm if plan.positions_mm is not None else even)
    normal = plane_normal(orientation)
    if plan.gantry_tilt_degrees:
        normal = np.array([0.0, 0.0, 1.0]) / normal[2]
    return along[:, np.newaxis] * normal


def places_of_slice(geometry: Geometry, index: int) -> list[NDArray[np.float64]]:
    """Give x, y and z of the pixels of one slice, each only as large as it must be to broadcast to (row, column)."""
    rows = np.arange(geometry.shape[1])[:, np.newaxis] * geometry.pixel_spacing_mm[0]
    columns = np.arange(geometry.shape[2])[np.newaxis] * geometry.pixel_spacing_mm[1]
    places = []
    for axis, origin in enumerate(geometry.origins_mm[index]):
        place = np.full((1, 1), origin)
        if geometry.row_direction[axis]:
            place = place + columns * geometry.row_direction[axis]
        if geometry.column_direction[axis]:
            place = place + rows * geometry.column_direction[axis]
        places.append(place)
    return places
