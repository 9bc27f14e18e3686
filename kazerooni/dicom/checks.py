"""Checks: what is to be said of one part of a series, as notices. All are made at once; none repairs anything."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.dicom.attributes import Attributes, Frame
from kazerooni.dicom.pixels import LOSSY, trouble_of
from kazerooni.dicom.split import Part, claims, distinct
from kazerooni.dicom.technique import (
    Role,
    is_ct,
    is_expiratory,
    is_prone,
    sounds_like_localizer,
)
from kazerooni.model import Geometry, Notice
from kazerooni.model.geometry import is_even_over, slices_per_gap, usual_gap
from kazerooni.model.notice import Severity
from kazerooni.model.scan import NOT_HRCT_ABOVE_MM, THICK_ABOVE_MM

WHOLE_CHEST_MM: Final = 150.0  # shorter stacks cannot hold the lungs of an adult
_STEEPEST_DEGREES: Final = 35.0  # a gantry tilts up to 30 degrees; steeper planes are no axial slices
_TILT_DEGREES: Final = 0.2
_SHIFT_MM: Final = 1.0
_HOLE_GAPS: Final = 5
# A slice of a CT has no value above this share of air when zero is the least value: raw values without an intercept.
_LEAST_HU_OF_AIR: Final = -900.0
_HU_TYPES: Final = frozenset({"", "HU", "HU_MOD"})


def uids(frames: Iterable[Frame]) -> tuple[str, ...]:
    """List the SOP instance UIDs of pictures, each once; a missing one is left out."""
    return tuple(dict.fromkeys(f.sop_uid for f in frames if f.sop_uid))


def check_kind(part: Part) -> list[Notice]:
    """Tell whether the pictures are of a kind that can be scored: CT, axial, no localizer, projection or capture."""
    a = part.frames[0].attributes
    notices = []
    if not is_ct(a):
        found = a.modality or f"none, SOP class {a.sop_class}"
        notices.append(Notice("not-ct", "error", f"Modality is {found}; CT is wanted"))
    if part.role is Role.LOCALIZER or (sounds_like_localizer(a) and len(part.frames) < 4):
        notices.append(
            Notice("localizer", "error", f"a localizer ({_kind_shown(a)}), not slices of the lung", uids(part.frames))
        )
    if part.role is Role.SECONDARY:
        notices.append(
            Notice("secondary-capture", "error", f"a secondary capture ({_kind_shown(a)}), not a CT picture")
        )
    if part.role is Role.PROJECTION:
        notices.append(
            Notice(
                "projection",
                "error",
                f"a projection, average or map computed from slices ({_kind_shown(a)}); original slices are wanted",
            )
        )
    if part.role is Role.REFORMATTED:
        notices.append(
            Notice("reformatted", "warning", f"reformatted from other slices ({_kind_shown(a)}), not as acquired")
        )
    return notices


def _kind_shown(a: Attributes) -> str:
    if a.acquisition_type == "CONSTANT_ANGLE":
        return f"AcquisitionType {a.acquisition_type}"
    return f"ImageType {chr(92).join(a.image_type)}" if a.image_type else f"SOP class {a.sop_class}"


def check_plane(part: Part) -> list[Notice]:
    """Tell what keeps the pictures from having a place in the patient: position, orientation, pixel spacing, plane."""
    a = part.frames[0].attributes
    notices: list[Notice] = []
    unplaced = [f for f in part.frames if f.position is None]
    if unplaced:
        notices.append(_missing("missing-position", "ImagePositionPatient", "three numbers up to 10 m", unplaced))
    if a.orientation is None:
        notices.append(_missing("missing-orientation", "ImageOrientationPatient", "six direction cosines", part.frames))
    if a.pixel_spacing_mm is None:
        notices.append(_missing("missing-pixel-spacing", "PixelSpacing", "two positive numbers", part.frames))
    if a.orientation is not None and part.role in (Role.PICTURE, Role.REFORMATTED):
        row, column = np.array(a.orientation[:3]), np.array(a.orientation[3:])
        steep = math.degrees(math.acos(min(1.0, abs(float(np.cross(row, column)[2])))))
        if steep > _STEEPEST_DEGREES:
            message = f"the slices stand {steep:.0f} degrees off the axial plane; axial slices are wanted"
            notices.append(Notice("not-axial", "error", message))
    return notices


def _missing(code: str, attribute: str, wanted: str, frames: Sequence[Frame]) -> Notice:
    """Make the notice of an attribute without which slices have no place in the patient."""
    message = f"{_slices_named(frames)}: {attribute} is missing or not {wanted}; without it no place in the patient"
    return Notice(code, "error", message, uids(frames))


def _count(frames: Sequence[Frame]) -> str:
    return "1 slice" if len(frames) == 1 else f"{len(frames)} slices"


def check_pixels(part: Part) -> list[Notice]:
    """Tell which pictures cannot be decoded: truncated, of another size than they say, without a decoder."""
    found: dict[tuple[str, str, bool], list[Frame]] = {}
    for frame in part.frames:
        if (trouble := trouble_of(frame)) is not None:
            found.setdefault(tuple(trouble), []).append(frame)  # type: ignore[arg-type]
    notices = [
        Notice(code, "error" if fatal else "warning", f"{_slices_named(frames)}: {sentence}", uids(frames))
        for (code, sentence, fatal), frames in found.items()
    ]
    if any(f.syntax in LOSSY for f in part.frames) or any(a.lossy for a in distinct(part.frames)):
        notices.append(
            Notice(
                "lossy", "warning", "compressed with loss: densities and fine lines may differ from what was acquired"
            )
        )
    return notices


def _slices_named(frames: Sequence[Frame]) -> str:
    numbers = sorted({f.instance for f in frames if f.instance is not None})
    if len(frames) > 3 or not numbers:
        return _count(frames)
    return ("slice " if len(numbers) == 1 else "slices ") + ", ".join(map(str, numbers))


def check_duplicates(part: Part) -> list[Notice]:
    """Tell which slices claim one position with different pixels and nothing that tells them apart."""
    if part.positions_mm is None or not (runs := claims(part)):
        return []
    claimed = [part.frames[i] for run in runs for i in run]
    what = "1 position is" if len(runs) == 1 else f"{len(runs)} positions are"
    message = (
        f"{_slices_named(claimed)}: {what} claimed more than once with different pixels, and neither acquisition "
        "number nor time tells them apart; remove those that do not belong"
    )
    return [Notice("duplicate-position", "error", message, uids(claimed))]


def check_grid(part: Part, geometry: Geometry) -> list[Notice]:
    """Tell how the slices lie: uneven gaps, missing slices, tilt, shifted slices."""
    notices = []
    positions, gaps = geometry.slice_positions_mm, geometry.gaps_mm
    if missing := geometry.missing_positions_mm:
        at = ", ".join(f"{p:.1f}" for p in missing[:8]) + (" ..." if len(missing) > 8 else "")
        beside = [part.frames[j] for i in np.flatnonzero(slices_per_gap(gaps) > 1) for j in (i, i + 1)]
        seem = "1 slice seems" if len(missing) == 1 else f"{len(missing)} slices seem"
        message = (
            f"{seem} to be missing, beside {_slices_named(beside)} (at {at} mm; usual gap {usual_gap(gaps):.2f} mm)"
        )
        notices.append(Notice("missing-slice", "warning", message, uids(beside)))
    if not geometry.is_even:
        run = f"from {gaps.min():.2f} to {gaps.max():.2f} mm (median {np.median(gaps):.2f} mm)"
        besides = ", even but for the missing slices" if missing and _even_but_for_missing(positions, gaps) else ""
        message = f"gaps run {run}{besides}; each slice keeps its own depth"
        notices.append(Notice("irregular-gaps", "warning", message))
    return notices + _check_shear(part, geometry)


def _even_but_for_missing(positions: NDArray[np.float64], gaps: NDArray[np.float64]) -> bool:
    """Tell whether the gaps are even once the suspected missing slices are put back."""
    return is_even_over(positions, np.concatenate(([0], np.cumsum(slices_per_gap(gaps)))))


def _check_shear(part: Part, geometry: Geometry) -> list[Notice]:
    """Tell tilt from the direction in which the slices step against their normal; the sign of the tag varies."""
    if geometry.shape[0] < 2:
        return []
    tag = part.frames[0].attributes.gantry_tilt_degrees
    along = geometry.slice_positions_mm - geometry.slice_positions_mm[0]
    offsets = geometry.origins_mm - geometry.origins_mm[0] - np.outer(along, geometry.normal)
    # The median step: single slices, or half a stack, that lie beside the others do not bend it.
    slope = np.median(np.diff(offsets, axis=0) / np.diff(along)[:, None], axis=0)
    degrees = math.degrees(math.atan(float(np.linalg.norm(slope))))
    notices = []
    if degrees > _TILT_DEGREES:
        said = "nothing" if tag is None else f"{tag:g}"
        message = (
            f"the slices step {degrees:.1f} degrees off their normal (GantryDetectorTilt says {said}); areas are "
            "measured in the plane of each slice, so scores are not affected; other planes look sheared"
        )
        notices.append(Notice("gantry-tilt", "warning", message))
    elif tag is not None and abs(tag) > 1 and abs(geometry.normal[2]) > 0.9999:
        notices.append(Notice("tilt-tag", "info", f"GantryDetectorTilt says {tag:g} degrees, the positions say none"))
    beside = offsets - np.outer(along, slope)
    rest = np.linalg.norm(beside - np.median(beside, axis=0), axis=1)
    if (shifted := np.flatnonzero(rest > _SHIFT_MM)).size:
        frames = [part.frames[i] for i in shifted]
        message = (
            f"{_slices_named(frames)}: up to {rest.max():.1f} mm beside the line of the other slices, in their plane"
        )
        notices.append(Notice("shifted-slices", "warning", message, uids(frames)))
    return notices


def check_technique(part: Part, geometry: Geometry | None) -> list[Notice]:
    """Tell what makes the series less fit to score: thickness, coverage, position, breath-hold, kernel not given."""
    a = part.frames[0].attributes
    notices = _check_thickness(part)
    if geometry is not None and geometry.shape[0] > 1 and (length := _covered_mm(geometry)) < WHOLE_CHEST_MM:
        message = (
            f"the series covers {length:.0f} mm; whole lungs take {WHOLE_CHEST_MM:.0f} mm and more, so lobes may be cut"
        )
        notices.append(Notice("partial-lung", "warning", message))
    if geometry is not None and geometry.shape[0] == 1:
        notices.append(
            Notice("partial-lung", "warning", "a single slice: most of the lung is not covered", uids(part.frames))
        )
    if is_prone(a):
        by_tag = a.patient_position in {"HFP", "FFP"}
        reason = f"PatientPosition is {a.patient_position}" if by_tag else "the description says prone"
        notices.append(Notice("prone", "warning", f"{reason}; ranked below supine, and the tag may be wrong"))
    if is_expiratory(a):
        notices.append(
            Notice(
                "expiratory",
                "warning",
                "the description names an expiratory scan; air trapping and density mimic ground glass",
            )
        )
    return notices


def _check_thickness(part: Part) -> list[Notice]:
    counts = Counter(f.attributes.slice_thickness_mm for f in part.frames)
    known = [t for t in counts if t is not None]
    notices = []
    if None in counts:
        without = [f for f in part.frames if f.attributes.slice_thickness_mm is None]
        message = (
            f"{_slices_named(without)}: SliceThickness is missing; covered and sampled lung cannot be told apart by it"
        )
        notices.append(Notice("missing-thickness", "warning", message, uids(without)))
    if len(known) > 1:
        values = ", ".join(f"{t:g} mm ({counts[t]})" for t in sorted(known))
        notices.append(
            Notice(
                "mixed-thickness", "warning", f"SliceThickness differs between slices: {values}; the thickest is shown"
            )
        )
    if known and max(known) > NOT_HRCT_ABOVE_MM:
        consequence = (
            "septal and honeycombing grades are unsure" if max(known) > THICK_ABOVE_MM else "fine lines are blurred"
        )
        notices.append(
            Notice(
                "thick-slices",
                "warning",
                f"slices are {max(known):g} mm thick: not HRCT (up to {NOT_HRCT_ABOVE_MM} mm); {consequence}",
            )
        )
    return notices


def extent_mm(geometry: Geometry) -> float:
    """Give the length of the patient that a stack spans: from the first to the last slice and one slice thickness."""
    positions = geometry.slice_positions_mm
    return float(positions[-1] - positions[0]) + (geometry.slice_thickness_mm or 0.0)


def _covered_mm(geometry: Geometry) -> float:
    """Give the length that slices stand for: a hole of many gaps counts as a few, so that it covers nothing."""
    most = _HOLE_GAPS * usual_gap(geometry.gaps_mm)
    return float(np.minimum(geometry.gaps_mm, most).sum()) + (geometry.slice_thickness_mm or 0.0)


def check_values(part: Part) -> list[Notice]:
    """Tell whether pixel values are known to be Hounsfield units, and which of them are padding."""
    notices = []
    unproven: dict[str, list[Frame]] = {}
    reasons = {id(a): _why_unproven(a) for a in distinct(part.frames)}
    for frame in part.frames:
        if reason := reasons[id(frame.attributes)]:
            unproven.setdefault(reason, []).append(frame)
    for reason, frames in unproven.items():
        message = f"{reason}; density tools refuse this series, painting and scoring work"
        notices.append(
            Notice("hu-unproven", "warning", message, uids(frames) if len(frames) < len(part.frames) else ())
        )
    if padded := sorted({a.padding for a in distinct(part.frames) if a.padding is not None}):
        ranges = ", ".join(str(low) if low == high else f"{low} to {high}" for low, high in padded)
        notices.append(Notice("padding", "info", f"stored values {ranges} are padding and kept out of every statistic"))
    if names := sorted({name for a in distinct(part.frames) for name in a.invalid}):
        notices.append(
            Notice(
                "invalid-value",
                "warning",
                f"not as DICOM wants, taken as missing or read leniently: {', '.join(names)}",
            )
        )
    return notices


def _why_unproven(a: Attributes) -> str:
    """Give the reason why the values of a picture may not be Hounsfield units; "" where nothing speaks against it."""
    if not a.modality:
        return "Modality is missing, CT is wanted"
    if a.slope is None or a.intercept is None:
        missing = " and ".join(
            n for n, v in (("RescaleSlope", a.slope), ("RescaleIntercept", a.intercept)) if v is None
        )
        return f"{missing} is missing"
    if a.slope == 0:
        return "RescaleSlope is 0, so every value is the same"
    if a.rescale_type not in _HU_TYPES:
        return f"RescaleType is {a.rescale_type}, HU is wanted"
    if not a.signed and a.intercept > _LEAST_HU_OF_AIR:
        return f"values are unsigned and RescaleIntercept is {a.intercept:g}, so air (-1000 HU) cannot be among them"
    return ""


def check_identifiers(part: Part) -> list[Notice]:
    """Tell which SOP instance UIDs are missing or stand in several slices at different places."""
    notices = []
    singles = [f for f in part.frames if f.frames == 1]
    counts = Counter(f.sop_uid for f in singles)
    if counts[""]:
        notices.append(
            Notice("missing-uid", "warning", f"SOPInstanceUID is missing in {counts['']} of {_count(singles)}")
        )
    if doubled := [uid for uid, n in counts.items() if n > 1 and uid]:
        notices.append(
            Notice(
                "duplicate-uid", "warning", f"{len(doubled)} SOP instance UIDs stand in several slices", tuple(doubled)
            )
        )
    if len({a.frame_of_reference_uid for a in distinct(part.frames)}) > 1:
        message = (
            "slices lie in several frames of reference (the patient was moved between them): places do not compare"
        )
        notices.append(Notice("mixed-acquisition", "warning", message))
    a = part.frames[0].attributes
    if not a.series_uid or not a.study_uid:
        missing = " and ".join(
            n for n, v in (("SeriesInstanceUID", a.series_uid), ("StudyInstanceUID", a.study_uid)) if not v
        )
        notices.append(
            Notice("missing-uid", "warning", f"{missing} is missing; files of one folder are taken for one series")
        )
    return notices


_CODES_OF_DIFFERENCES: Final = {"orientation": "mixed-orientation", "size": "mixed-size", "pixel spacing": "mixed-size"}


def check_siblings(part: Part, siblings: Sequence[Part]) -> list[Notice]:
    """Tell which other pictures the series holds and why they are kept apart, one notice a kind of difference."""
    found: dict[str, list[tuple[str, Part]]] = {}
    for other in siblings:
        if other is not part:
            code, difference = _difference(part, other)
            found.setdefault(code, []).append((difference, other))
    return [_told(code, others) for code, others in found.items()]


def _difference(part: Part, other: Part) -> tuple[str, str]:
    """Give the code and the words for how another part of the same series differs."""
    names = [n for n in part.differs if n in other.differs and part.differs[n] != other.differs[n]]
    if "kind" in names:
        codes = {Role.LOCALIZER: "localizer", Role.SECONDARY: "secondary-capture"}
        return codes.get(other.role, "mixed-kind"), other.role.value
    code = next((_CODES_OF_DIFFERENCES[n] for n in names if n in _CODES_OF_DIFFERENCES), "mixed-acquisition")
    return code, ", ".join(f"{n} {other.differs[n]} (here {part.differs[n]})" for n in names) or "another acquisition"


def _told(code: str, others: list[tuple[str, Part]]) -> Notice:
    frames = [frame for _, other in others for frame in other.frames]
    differences = list(dict.fromkeys(difference for difference, _ in others))
    what = "; ".join(differences[:3]) + (f"; and {len(differences) - 3} more" if len(differences) > 3 else "")
    severity: Severity = "info" if code in {"localizer", "secondary-capture", "mixed-kind"} else "warning"
    return Notice(code, severity, f"the series also holds {_count(frames)} kept apart from these: {what}", uids(frames))
