"""Split: which pictures belong together, from identifiers, planes and positions. Nothing is chosen, everything is kept.

A series as DICOM names it is split by what its pictures are for, orientation, size, pixel spacing and kernel; then,
only where positions repeat, by acquisition. Every part is told.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.dicom.attributes import Attributes, Frame
from kazerooni.dicom.duplicates import find_copies
from kazerooni.dicom.technique import Role, is_ct, role_of
from kazerooni.model import Notice, plane_normal

# Direction cosines this close are one orientation: a thousandth turns 300 mm of lung by 0.3 mm.
_ORIENTATION_TOLERANCE: Final = 1e-3
# Pixel spacings (mm) this close are one: a fifth of a pixel over 512 columns of 0.7 mm.
_SPACING_TOLERANCE: Final = 2e-4
# Slices closer than this along the normal claim the same position.
SAME_POSITION_MM: Final = 0.02


@dataclass(slots=True)
class Part:
    """Pictures that make one stack, or that could not be told apart.

    frames: sorted along the normal where every one has a place, else by instance number.
    positions_mm: along the normal; None where a picture has no place.
    differs: in what this part differs from the others of its series, as (name, value); empty where the series is whole.
    """

    frames: list[Frame]
    role: Role
    positions_mm: NDArray[np.float64] | None = None
    differs: dict[str, str] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)


def split_series(frames: Sequence[Frame]) -> list[Part]:
    """Split the pictures of one series into parts, the largest usable one first."""
    planes = _by_plane(frames)
    parts = [part for plane in planes for part in _by_position(plane)]
    parts.sort(key=lambda p: (p.role not in (Role.PICTURE, Role.REFORMATTED), -len(p.frames), p.frames[0].sop_uid))
    return parts


def group_by(frames: Iterable[Frame], key: Callable[[Attributes], Hashable]) -> dict[Hashable, list[Frame]]:
    """Group pictures by a key of their attributes, computed once for each distinct set of attributes."""
    keys: dict[int, Hashable] = {}
    groups: defaultdict[Hashable, list[Frame]] = defaultdict(list)
    for frame in frames:
        a = frame.attributes
        if id(a) not in keys:
            keys[id(a)] = key(a)
        groups[keys[id(a)]].append(frame)
    return dict(groups)


def distinct(frames: Iterable[Frame]) -> list[Attributes]:
    """List the distinct attributes of pictures, in their order."""
    return list({id(f.attributes): f.attributes for f in frames}.values())


def _by_plane(frames: Sequence[Frame]) -> list[Part]:
    orientations: list[tuple[float, ...]] = []
    spacings: list[tuple[float, ...]] = []

    def key(a: Attributes) -> tuple[Hashable, ...]:
        return (
            role_of(a),
            _cluster(a.orientation, orientations, _ORIENTATION_TOLERANCE),
            (a.rows, a.columns),
            _cluster(a.pixel_spacing_mm, spacings, _SPACING_TOLERANCE),
            a.kernel,
        )

    groups = group_by(frames, key)
    keys: list[tuple[Hashable, ...]] = list(groups)  # type: ignore[arg-type]
    names = [(i, name) for i, name in enumerate(_PLANE_NAMES) if len({k[i] for k in keys}) > 1]
    return [
        Part(group, key[0], differs={name: _plane_value(name, group[0].attributes) for _, name in names})  # type: ignore[index]
        for key, group in groups.items()
    ]


_PLANE_NAMES: Final = ("kind", "orientation", "size", "pixel spacing", "kernel")


def _plane_value(name: str, a: Attributes) -> str:
    values: dict[str, object] = {
        "kind": role_of(a).value,
        "orientation": _plane_named(a),
        "size": f"{a.rows} x {a.columns}",
        "pixel spacing": "not given"
        if a.pixel_spacing_mm is None
        else "{:.4g} x {:.4g} mm".format(*a.pixel_spacing_mm),
        "kernel": a.kernel or "not given",
    }
    return str(values[name])


def _plane_named(a: Attributes) -> str:
    """Name the plane of a picture as people do: axial, coronal, sagittal, and how far it is turned out of that."""
    if a.orientation is None:
        return "not given"
    normal = np.abs(plane_normal(a.orientation))
    nearest = int(np.argmax(normal))
    degrees = round(math.degrees(math.acos(min(1.0, float(normal[nearest])))))
    name = ("sagittal", "coronal", "axial")[nearest]
    row = ", ".join(f"{c:.2f}" for c in a.orientation[:3])
    return f"{name}{f' turned by {degrees} degrees' if degrees else ''}, rows along ({row})"


def _cluster(value: tuple[float, ...] | None, known: list[tuple[float, ...]], tolerance: float) -> int | None:
    """Give the number of the first known value that is close to this one, adding it where there is none."""
    if value is None:
        return None
    for i, other in enumerate(known):
        if all(abs(a - b) <= tolerance for a, b in zip(value, other, strict=True)):
            return i
    known.append(value)
    return len(known) - 1


def _by_position(plane: Part) -> list[Part]:
    """Sort a plane's pictures by position and tell apart those that claim the same one."""
    orientation = plane.frames[0].attributes.orientation
    if not is_ct(plane.frames[0].attributes) or orientation is None or any(f.position is None for f in plane.frames):
        plane.frames.sort(key=lambda f: (f.instance is None, f.instance or 0, f.sop_uid, f.number))
        return [plane]
    normal = plane_normal(orientation)
    return _untangle(_placed(plane.frames, plane, normal), normal)


def _placed(frames: list[Frame], like: Part, normal: NDArray[np.float64], **differs: str) -> Part:
    """Give the part of these pictures, sorted along the normal; instance number and UID only break ties."""
    along = np.array([f.position for f in frames]) @ normal
    order = sorted(
        range(len(frames)),
        key=lambda i: (
            along[i],
            frames[i].instance is None,
            frames[i].instance or 0,
            frames[i].sop_uid,
            frames[i].number,
        ),
    )
    return Part([frames[i] for i in order], like.role, along[order], like.differs | differs, list(like.notices))


def claims(part: Part) -> list[list[int]]:
    """List the runs of slices (indices) that claim the same position."""
    assert part.positions_mm is not None
    starts = np.flatnonzero(np.diff(part.positions_mm, prepend=-np.inf) > SAME_POSITION_MM)
    bounds = [*starts.tolist(), len(part.frames)]
    return [list(range(a, b)) for a, b in pairwise(bounds) if b - a > 1]


def _untangle(part: Part, normal: NDArray[np.float64]) -> list[Part]:
    """Split a part in which positions repeat: by acquisition where that tells, else drop copies, else keep it."""
    if not claims(part):
        return [part]
    for name, key in _TELLING:
        if split := _split_by(part, normal, name, key):
            return split
    if copies := find_copies([[part.frames[i] for i in run] for run in claims(part)]):
        gone = set(map(id, copies))
        part = _placed([f for f in part.frames if id(f) not in gone], part, normal)
        part.notices.append(
            Notice(
                "duplicate-position",
                "warning",
                f"{len(copies)} of {len(copies) + len(part.frames)} slices lie at the position of another with the "
                "same pixels; the one with the lower instance number is kept",
                tuple(sorted({f.sop_uid for f in copies})),
            )
        )
        return _untangle(part, normal)
    return _by_blocks(part, normal) or [part]


# What tells two acquisitions of the same position apart, the surest first.
_TELLING: Final[tuple[tuple[str, Callable[[Frame], Hashable]], ...]] = (
    ("frame of reference", lambda f: f.attributes.frame_of_reference_uid),
    ("temporal position", lambda f: f.moment[0]),
    ("acquisition number", lambda f: f.moment[1]),
    ("acquisition time", lambda f: f.moment[2]),
    ("exposure", lambda f: (f.attributes.kvp, f.attributes.slice_thickness_mm, f.attributes.contrast)),
    ("description", lambda f: (f.attributes.description, f.attributes.protocol)),
    ("reconstruction centre", lambda f: tuple(round(c, 1) for c in _in_plane(f))),
    ("content time", lambda f: f.moment[3]),
)


def _in_plane(frame: Frame) -> tuple[float, float]:
    """Give where the first pixel lies within its plane, along row and column direction."""
    assert frame.position is not None
    assert frame.attributes.orientation is not None
    o = frame.attributes.orientation
    row = sum(p * c for p, c in zip(frame.position, o[:3], strict=True))
    column = sum(p * c for p, c in zip(frame.position, o[3:], strict=True))
    return row, column


def _split_by(
    part: Part, normal: NDArray[np.float64], name: str, key: Callable[[Frame], Hashable]
) -> list[Part] | None:
    """Split a part by a key, if that takes apart pictures that claim one position and no more than it must."""
    groups: defaultdict[Hashable, list[Frame]] = defaultdict(list)
    for frame in part.frames:
        groups[key(frame)].append(frame)
    runs = claims(part)
    if not 1 < len(groups) <= max(map(len, runs)):
        return None
    parts = [
        _placed(group, part, normal, **{name: _shown(value) or f"set {number}"})
        for number, (value, group) in enumerate(groups.items(), 1)
    ]
    fewer = sum(len(run) - 1 for p in parts for run in claims(p)) < sum(len(run) - 1 for run in runs)
    return [q for p in parts for q in _untangle(p, normal)] if fewer else None


def _shown(value: Hashable) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _by_blocks(part: Part, normal: NDArray[np.float64]) -> list[Part] | None:
    """Split a part in which every position is claimed equally often, if the instance numbers run stack by stack."""
    runs = claims(part)
    times = len(runs[0])
    if len(runs) < 2 or any(len(run) != times for run in runs) or times * len(runs) != len(part.frames):
        return None
    if any(f.instance is None for f in part.frames):
        return None
    ordered = sorted(part.frames, key=lambda f: f.instance or 0)
    blocks = [ordered[i : i + len(runs)] for i in range(0, len(ordered), len(runs))]
    parts = [_placed(b, part, normal, **{"instance numbers": f"block {n}"}) for n, b in enumerate(blocks, 1)]
    return None if any(claims(p) for p in parts) else parts
