"""Guidance: what a person says of the fissures and lobes of a scan before they are found."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from kazerooni.errors import SegmentError
from kazerooni.model import Fissure, FissureName, FissurePoint, FissureSet, FissureState, Lobe, PointOrigin
from kazerooni.strict_json import read_json

GUIDANCE_SCHEMA_VERSION = 1
# The weight of a point that a person places; those of the prior and of detection are far below it.
PLACED_WEIGHT = 1.0
# Far above any real file: a point takes some 30 bytes.
_LARGEST_BYTES = 2**22
_LONGEST_TOLD = 60
# Patients lie within metres of the origin; no number of a file is farther away.
_FARTHEST_MM = 1e6
_Word = TypeVar("_Word", bound=StrEnum)


class LobeCondition(StrEnum):
    """What a person says of a lobe that is not simply there."""

    ABSENT = "absent"
    COLLAPSED = "collapsed"
    NOT_ASSESSABLE = "not_assessable"

    @property
    def is_gone(self) -> bool:
        """Whether its neighbours fill its place: it was taken out, or holds no air."""
        return self is not LobeCondition.NOT_ASSESSABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """What a person says of the fissures and lobes of a scan.

    fissures: with the points that were placed on them, or their state.
    lobes: those that are absent (taken out), collapsed, or cannot be assessed.
    lingula: whether the lingula is wanted apart from the left upper lobe.
    """

    fissures: FissureSet = field(default_factory=FissureSet)
    lobes: Mapping[Lobe, LobeCondition] = field(default_factory=dict)
    lingula: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "lobes", MappingProxyType(dict(self.lobes)))

    @property
    def gone(self) -> frozenset[Lobe]:
        """The lobes whose neighbours fill their place."""
        return frozenset(lobe for lobe, condition in self.lobes.items() if condition.is_gone)

    @property
    def has_points(self) -> bool:
        """Whether points were placed, or fissures said not to be there."""
        return any(f.points or f.state is not FissureState.PRESENT for f in self.fissures.fissures)


NO_GUIDANCE = Guidance()


def read_guidance(path: str | os.PathLike[str]) -> Guidance:
    """Read guidance from a JSON file, as `kazerooni segment --points` takes it.

    ```
    {"schema_version": 1,
     "fissures": {"right_oblique": {"points_mm": [[x, y, z], ...]}, "right_minor": {"state": "absent"}},
     "lobes": {"RUL": "absent"}, "lingula": false}
    ```

    Points are LPS millimetres. `fissures`, `lobes` and `lingula` may be left out.

    Raises SegmentError, naming the place, what was found and what is wanted.
    """
    file = Path(path)
    try:
        return _guidance(
            read_json(file, largest_bytes=_LARGEST_BYTES, wanted="a JSON file of points", error=SegmentError)
        )
    except SegmentError as error:
        raise SegmentError(f"{file.name}: {error}") from None


def guidance_json(guidance: Guidance) -> dict[str, Any]:
    """Give guidance as JSON values, as `read_guidance` reads them."""
    return {
        "schema_version": GUIDANCE_SCHEMA_VERSION,
        "fissures": {
            fissure.name.value: {
                "state": fissure.state.value,
                "points_mm": [list(p.position_mm) for p in fissure.points if p.origin is PointOrigin.PLACED],
            }
            for fissure in guidance.fissures.fissures
        },
        "lobes": {lobe.name: condition.value for lobe, condition in guidance.lobes.items()},
        "lingula": guidance.lingula,
    }


def _guidance(document: object) -> Guidance:
    found = _members(document, "the file", ("schema_version", "fissures", "lobes", "lingula"))
    version = found.get("schema_version")
    if version != GUIDANCE_SCHEMA_VERSION:
        raise SegmentError(f"schema_version is {_told(version)}; {GUIDANCE_SCHEMA_VERSION} is wanted")
    lingula = found.get("lingula", False)
    if not isinstance(lingula, bool):
        raise SegmentError(f"lingula is {_told(lingula)}; true or false is wanted")
    fissures = _members(found.get("fissures", {}), "fissures", tuple(FissureName))
    lobes = _members(found.get("lobes", {}), "lobes", tuple(Lobe.__members__))
    return Guidance(
        fissures=FissureSet(tuple(_fissure(FissureName(name), value) for name, value in fissures.items())),
        lobes={Lobe[name]: _word(value, f"lobes, {name}", LobeCondition) for name, value in lobes.items()},
        lingula=lingula,
    )


def _fissure(name: FissureName, value: object) -> Fissure:
    found = _members(value, f"fissures, {name}", ("state", "points_mm"))
    state = _word(found.get("state", FissureState.PRESENT), f"fissures, {name}, state", FissureState)
    points = found.get("points_mm", [])
    if not isinstance(points, list):
        raise SegmentError(f"fissures, {name}, points_mm is {_told(points)}; a list of points [x, y, z] is wanted")
    if points and state is not FissureState.PRESENT:
        raise SegmentError(f"fissures, {name}: {state.replace('_', ' ')}, yet points are given; correct one of the two")
    return Fissure(
        name, state, tuple(_point(point, f"fissures, {name}, point {n}") for n, point in enumerate(points, 1))
    )


def _point(value: object, place: str) -> FissurePoint:
    is_point = isinstance(value, list) and len(value) == 3 and all(_is_number(n) for n in value)
    if not is_point:
        raise SegmentError(f"{place} is {_told(value)}; [x, y, z] in LPS millimetres is wanted")
    assert isinstance(value, list)
    x, y, z = (float(n) for n in value)
    return FissurePoint((x, y, z), PLACED_WEIGHT, PointOrigin.PLACED)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _FARTHEST_MM


def _members(value: object, place: str, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SegmentError(f"{place} is {_told(value)}; an object of {', '.join(known)} is wanted")
    for name in value:
        if name not in known:
            raise SegmentError(f"{place} has a member {_told(name)}; known are {', '.join(known)}")
    return value


def _word(value: object, place: str, words: type[_Word]) -> _Word:
    found = next((word for word in words if word == value), None)
    if found is None:
        raise SegmentError(f"{place} is {_told(value)}; one of {', '.join(words)} is wanted")
    return found


def _told(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= _LONGEST_TOLD else f"{text[: _LONGEST_TOLD - 3]}..."
