"""Series: one stack of pictures that a volume can be made of, or the reasons why not; all that `inspect` tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from kazerooni.dicom import checks
from kazerooni.dicom.attributes import Frame
from kazerooni.dicom.split import Part, claims, distinct, split_series
from kazerooni.dicom.technique import acquisition_evidence, is_ct, kernel_class
from kazerooni.model import Geometry, Notice, ScanRef, Technique
from kazerooni.model.geometry import Sampling
from kazerooni.model.notice import worst_first
from kazerooni.model.scan import Acquisition, KernelClass


@dataclass(frozen=True, slots=True)
class SliceGap:
    """Distance between neighbouring slices along their normal."""

    min: float
    median: float
    max: float


@dataclass(frozen=True, eq=False)
class Series:
    """One stack of pictures; the attributes are those of `inspect --json` (docs: reference, commands).

    part, parts: a series that had to be split shows as several stacks with the same UID, numbered from 1.
    geometry: None where the slices have no place in the patient, or claim one place twice.
    frames: the pictures in the order of the volume.
    """

    patient: str | None
    series_uid: str
    study_uid: str
    study_date: date | None
    description: str
    modality: str
    manufacturer: str
    kernel: str
    kernel_class: KernelClass
    slices: int
    rows: int | None
    columns: int | None
    pixel_spacing_mm: tuple[float, float] | None
    slice_thickness_mm: float | None
    slice_gap_mm: SliceGap | None
    acquisition: Acquisition
    sampling: Sampling
    evidence: tuple[str, ...]
    patient_position: str
    coverage_mm: float | None
    transfer_syntaxes: tuple[str, ...]
    notices: tuple[Notice, ...]
    part: int = 1
    parts: int = 1
    rank: int = 1
    reasons: tuple[str, ...] = ()
    kvp: float | None = None
    contrast: str = ""
    frame_of_reference_uid: str = ""
    geometry: Geometry | None = field(default=None, repr=False)
    frames: tuple[Frame, ...] = field(default=(), repr=False)

    @property
    def usable(self) -> bool:
        """Whether a volume can be made of it: no notice is an error."""
        return all(notice.severity != "error" for notice in self.notices)

    @property
    def files(self) -> int:
        """Number of files that hold its pictures."""
        return len({id(f.source) for f in self.frames})

    @property
    def scan(self) -> ScanRef:
        """Which scan it is."""
        return ScanRef(
            self.patient,
            self.study_uid or None,
            self.series_uid or None,
            self.frame_of_reference_uid or None,
            self.study_date,
            tuple(f.sop_uid for f in self.frames),
        )

    @property
    def technique(self) -> Technique:
        """How it was made."""
        return Technique(
            self.manufacturer or None,
            self.kernel or None,
            self.kernel_class,
            self.kvp,
            self.slice_thickness_mm,
            self.slice_gap_mm.median if self.slice_gap_mm else None,
            self.contrast or None,
            self.patient_position or None,
            self.coverage_mm,
            self.acquisition,
        )


def make_series(frames: Sequence[Frame], more: Sequence[Notice] = ()) -> list[Series]:
    """Make the stacks of one series as DICOM names it; `more` are notices that concern all of them."""
    parts = split_series(frames)
    return [
        _make(part, number, len(parts), [*more, *part.notices, *checks.check_siblings(part, parts)])
        for number, part in enumerate(parts, 1)
    ]


def _make(part: Part, number: int, parts: int, notices: list[Notice]) -> Series:
    a = part.frames[0].attributes
    kind = checks.check_kind(part)
    geometry = _geometry(part)
    notices += kind
    pixels = checks.check_pixels(part)
    if not is_ct(a):
        notices += [notice for notice in pixels if notice.code == "truncated"]
    else:
        # What is no picture of a slice needs no place in the patient: saying that it has none would bury the reason.
        notices += [] if any(notice.severity == "error" for notice in kind) else checks.check_plane(part)
        notices += pixels + checks.check_duplicates(part)
        notices += checks.check_grid(part, geometry) if geometry is not None else []
        notices += checks.check_technique(part, geometry) + checks.check_values(part) + checks.check_identifiers(part)
    acquisition, evidence, conflict = _acquisition(part, geometry)
    return Series(
        patient=a.patient,
        series_uid=a.series_uid,
        study_uid=a.study_uid,
        study_date=a.study_date,
        description=a.description,
        modality=a.modality or ("CT" if is_ct(a) else ""),
        manufacturer=a.manufacturer,
        kernel=a.kernel,
        kernel_class=kernel_class(a.kernel, a.manufacturer),
        slices=len(part.frames),
        rows=a.rows,
        columns=a.columns,
        pixel_spacing_mm=a.pixel_spacing_mm,
        slice_thickness_mm=_thickness(part),
        slice_gap_mm=_gap(part),
        acquisition=acquisition,
        sampling=_sampling(part, geometry),
        evidence=tuple(evidence),
        patient_position=a.patient_position,
        coverage_mm=None if geometry is None else round(checks.extent_mm(geometry), 3),
        transfer_syntaxes=tuple(sorted({f.syntax for f in part.frames})),
        notices=tuple(worst_first(notices + (conflict if is_ct(a) else []))),
        part=number,
        parts=parts,
        kvp=a.kvp,
        contrast=a.contrast,
        frame_of_reference_uid=a.frame_of_reference_uid,
        geometry=geometry,
        frames=tuple(part.frames),
    )


def _geometry(part: Part) -> Geometry | None:
    a = part.frames[0].attributes
    if part.positions_mm is None or a.orientation is None or a.pixel_spacing_mm is None or not a.rows or not a.columns:
        return None
    if claims(part):
        return None
    origins = np.array([f.position for f in part.frames], np.float64)
    return Geometry((len(part.frames), a.rows, a.columns), a.pixel_spacing_mm, origins, a.orientation, _thickness(part))


def _thickness(part: Part) -> float | None:
    """Give the slice thickness, the largest where it differs between slices (which is a notice)."""
    known = [a.slice_thickness_mm for a in distinct(part.frames) if a.slice_thickness_mm is not None]
    return max(known, default=None)


def _gap(part: Part) -> SliceGap | None:
    if part.positions_mm is None or part.positions_mm.size < 2:
        return None
    gaps = np.diff(part.positions_mm)
    return SliceGap(*(round(float(g), 4) for g in (gaps.min(), np.median(gaps), gaps.max())))


def _sampling(part: Part, geometry: Geometry | None) -> Sampling:
    if len(part.frames) == 1:
        return "single"
    return "unknown" if geometry is None else geometry.sampling


def _acquisition(part: Part, geometry: Geometry | None) -> tuple[Acquisition, list[str], list[Notice]]:
    """Tell how the scanner moved, the evidence for it, and a notice where the evidence contradicts itself."""
    found = acquisition_evidence(distinct(part.frames))
    evidence = [f"{says}: {means}" for says, means in found]
    if geometry is not None and geometry.shape[0] > 1:
        evidence.append(_position_evidence(geometry))
    meanings = Counter(means for _, means in found)
    if len(meanings) > 1:
        message = f"the tags contradict each other on how the scanner moved: {'; '.join(says for says, _ in found)}"
        return "unknown", evidence, [Notice("acquisition-conflict", "warning", message)]
    if meanings:
        return next(iter(meanings)), evidence, []
    if geometry is not None and geometry.is_sampled:
        evidence.append("no tag says how the scanner moved, and lung between the slices was skipped: sequential")
        return "sequential", evidence, []
    return "unknown", [*evidence, "no tag says how the scanner moved"], []


def _position_evidence(geometry: Geometry) -> str:
    thickness = geometry.slice_thickness_mm
    slices = "slices of unknown thickness" if thickness is None else f"slices of {thickness:g} mm"
    every = f"{'' if geometry.is_even else 'about '}every {geometry.usual_gap_mm:.2f} mm"
    return f"positions: {slices} {every}: {geometry.sampling}"
