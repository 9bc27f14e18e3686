"""Scan: which scan it is (ScanRef), how it was made (Technique) and its voxels in HU (Volume)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kazerooni.model.geometry import Geometry
from kazerooni.model.notice import Notice

KernelClass = Literal["sharp", "soft", "unknown"]
Acquisition = Literal["sequential", "spiral", "unknown"]


@dataclass(frozen=True, slots=True)
class ScanRef:
    """Which scan a reading is of. May be partial for a typed reading. Holds no name, birth date or patient id.

    patient: the pseudonym (keyed hash of issuer and patient id), None where unknown.
    study_date: date of the study, None where the scan does not say.
    sop_uids: SOP instance UIDs, one for each slice of the volume, in its order.
    """

    patient: str | None = None
    study_uid: str | None = None
    series_uid: str | None = None
    frame_of_reference_uid: str | None = None
    study_date: date | None = None
    sop_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Technique:
    """How a scan was made: what makes two visits comparable. None or "unknown" where the scan does not say."""

    manufacturer: str | None = None
    kernel: str | None = None
    kernel_class: KernelClass = "unknown"
    kvp: float | None = None
    slice_thickness_mm: float | None = None
    slice_gap_mm: float | None = None
    contrast: str | None = None
    patient_position: str | None = None
    coverage_mm: float | None = None
    acquisition: Acquisition = "unknown"

    def __post_init__(self) -> None:
        for name in ("kvp", "slice_thickness_mm", "slice_gap_mm", "coverage_mm"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < inf:
                raise ValueError(f"{name} is {value}; a finite number of 0 or more is wanted")


# Slices thicker than this are not HRCT; over the second, septal and honeycombing grades are flagged (score.md).
NOT_HRCT_ABOVE_MM = 2
THICK_ABOVE_MM = 3

# Values below this joined to the border of the picture are padding, not lung (dicom.md): the darkest air is near
# -1024 HU.
PADDING_BELOW_HU = -1100


@dataclass(frozen=True, eq=False)
class Volume:
    """The voxels of a scan with their place in the patient. Takes its arrays over and sets them read-only.

    hu: int16 (slice, row, column), slices ascending along the normal; float32 only where int16 would change a value.
        Hounsfield units; raw values where a notice `hu-unproven` says so.
    padding_hu: per slice the closed range [low, high] of values that its header calls padding, float64 (slices, 2);
        NaN where it names none.
    """

    hu: NDArray[np.int16] | NDArray[np.float32]
    geometry: Geometry
    scan: ScanRef
    technique: Technique
    notices: tuple[Notice, ...] = ()
    padding_hu: NDArray[np.float64] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.hu.shape != self.geometry.shape:
            raise ValueError(f"hu has shape {self.hu.shape}, its geometry {self.geometry.shape}")
        if self.hu.dtype not in (np.int16, np.float32):
            raise ValueError(f"hu has type {self.hu.dtype}; int16 or float32 is wanted")
        if self.padding_hu is not None and self.padding_hu.shape != (self.hu.shape[0], 2):
            raise ValueError(f"padding_hu has shape {self.padding_hu.shape}, wanted {(self.hu.shape[0], 2)}")
        self.hu.setflags(write=False)

    def __repr__(self) -> str:
        slices, rows, columns = self.hu.shape
        return f"<Volume of {slices} slices, {rows} x {columns} pixels, {self.hu.dtype}, {self.geometry.sampling}>"

    @property
    def is_hu_proven(self) -> bool:
        """Whether the values are known to be Hounsfield units; density tools refuse where they are not."""
        return all(notice.code != "hu-unproven" for notice in self.notices)

    def padding_mask(self, index: int) -> NDArray[np.bool_]:
        """Tell which pixels of one slice are padding, outside the field of view; bool (rows, columns).

        A value in the range that the header calls padding, where no air can be as dark; and any such or darker than
        -1100 HU that is joined to the border of the picture. Made when asked for: a mask of the whole scan is half as
        large as it.
        """
        values = self.hu[index]
        named = np.zeros(values.shape, bool)
        if self.padding_hu is not None and np.isfinite(self.padding_hu[index]).all():
            low, high = self.padding_hu[index]
            named = (values >= low) & (values <= high)
        dark = values < PADDING_BELOW_HU
        padding: NDArray[np.bool_] = joined_to_border(named | dark) | (named & dark)
        return padding

    @cached_property
    def padding(self) -> NDArray[np.bool_]:
        """The padding masks of all slices, bool (slice, row, column); see `padding_mask`."""
        return np.stack([self.padding_mask(i) for i in range(self.hu.shape[0])])

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the sorted SOP instance UIDs and the digests of the slices (little-endian), in their order."""
        return digest_of_slices(self.scan.sop_uids, map(digest_of_slice, self.hu))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenScan:
    """A scan whose voxels were looked at and not kept: what a reading says of it. All as in `Volume`."""

    geometry: Geometry
    scan: ScanRef
    technique: Technique
    notices: tuple[Notice, ...]
    digest: str


def digest_of_slice(values: NDArray[np.int16] | NDArray[np.float32]) -> bytes:
    """Give the SHA-256 of the values of a slice (row, column), little-endian."""
    return hashlib.sha256(np.ascontiguousarray(values, values.dtype.newbyteorder("<")).data).digest()


def digest_of_slices(sop_uids: Iterable[str], digests: Iterable[bytes]) -> str:
    """Give the digest of a scan (`Volume.digest`) from the names of its pictures and the digests of its slices."""
    whole = hashlib.sha256()
    for uid in sorted(sop_uids):
        whole.update(uid.encode() + b"\0")
    for digest in digests:
        whole.update(digest)
    return whole.hexdigest()


def joined_to_border(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the pixels of a mask that are joined, side by side, to the border of the picture; bool (rows, columns)."""
    reached = np.zeros_like(mask)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        reached[edge] = mask[edge]
    count = -1
    while count != (count := int(np.count_nonzero(reached))) and count:
        for both, inside in ((reached, mask), (reached.T, mask.T)):
            right = _along_rows(both, inside)
            both[...] |= right | _along_rows(both[:, ::-1], inside[:, ::-1])[:, ::-1]
    return reached


def _along_rows(reached: NDArray[np.bool_], mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Spread what is reached to the right, up to the first pixel outside the mask."""
    column = np.arange(mask.shape[1], dtype=np.int16)
    last_reached = np.maximum.accumulate(np.where(reached, column, np.int16(-2)), axis=1)
    last_outside = np.maximum.accumulate(np.where(mask, np.int16(-1), column), axis=1)
    return last_reached > last_outside
