"""Builders of grids, tallies and readings whose every number is known by construction, and looks at their scores."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

import numpy as np

from kazerooni.model import (
    LABELS_SHAPE,
    Component,
    Entry,
    Finding,
    Geometry,
    Lobe,
    LobeScore,
    Origin,
    Reading,
    ScanRef,
    SchemeRef,
    Score,
    State,
    Tally,
    Technique,
    TypedValue,
)

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
FIVE = (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)
SIX = tuple(Lobe)
SCHEME_NAMES = ("kazerooni", "kazerooni-mean", "kazerooni-lingula", "kazerooni-fibrosis")
BOTH = frozenset(Component)

Marks = Mapping[tuple[int, int], int]
"""Voxels by (alveolar label, interstitial label)."""


def geometry_of(
    shape: tuple[int, int, int],
    *,
    positions_mm: Sequence[float] | None = None,
    gap_mm: float = 1.0,
    spacing_mm: tuple[float, float] = (0.5, 0.5),
    thickness_mm: float | None = 1.0,
    orientation: tuple[float, float, float, float, float, float] = AXIAL,
    origin_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Geometry:
    """Build an upright stack of slices at the given positions along the normal, or evenly spaced."""
    steps = np.arange(shape[0]) * gap_mm if positions_mm is None else np.array(positions_mm, float)
    normal = np.cross(orientation[:3], orientation[3:])
    return Geometry(shape, spacing_mm, np.array(origin_mm) + steps[:, None] * normal, orientation, thickness_mm)


def tally_of(
    lobes: Mapping[Lobe | int, Marks],
    *,
    slices: int = 4,
    depths: Sequence[int] | None = None,
    measured: frozenset[Component] = BOTH,
    depth_unit_mm: float | None = 1.0,
    pixel_area_mm2: float = 1000.0,
) -> Tally:
    """Build a tally with the same voxels on every slice but the first and the last, which are empty.

    Pixels are huge (1000 mm2), so that nothing is a trace by its area unless a test wants it.
    """
    counts = np.zeros((slices + 2, *LABELS_SHAPE), np.int64)
    for lobe, marks in lobes.items():
        for (alveolar, interstitial), voxels in marks.items():
            counts[1:-1, lobe, alveolar, interstitial] = voxels
    depth = np.ones(slices + 2, np.int64) if depths is None else np.array([1, *depths, 1], np.int64)
    return Tally(counts, depth, depth_unit_mm, pixel_area_mm2, measured)


def reading_of(
    lobes: Mapping[Lobe | int, Marks],
    *,
    entries: tuple[Entry, ...] = (),
    traction: Mapping[Lobe, bool] | None = None,
    thickness_mm: float | None = 1.0,
    slices: int = 4,
    depths: Sequence[int] | None = None,
    measured: frozenset[Component] = BOTH,
    pixel_area_mm2: float = 1000.0,
) -> Reading:
    """Build a reading over a tally of `tally_of`."""
    tally = tally_of(lobes, slices=slices, depths=depths, measured=measured, pixel_area_mm2=pixel_area_mm2)
    technique = Technique(slice_thickness_mm=thickness_mm)
    return Reading(
        id="r",
        scan=ScanRef(),
        technique=technique,
        reader="R1",
        tally=tally,
        entries=entries,
        traction=traction or {},
    )


def whole_lungs(**changed: Marks) -> dict[Lobe | int, Marks]:
    """Give five lobes of 1000 voxels a slice without a finding, but for those that are given by name."""
    lobes: dict[Lobe | int, Marks] = {lobe: {(0, 0): 1000} for lobe in FIVE}
    lobes.update({Lobe[name]: marks for name, marks in changed.items()})
    return lobes


def value(
    finding: Finding | None = None,
    percent: str | None = None,
    *,
    present: bool | None = None,
    grade: int | None = None,
    scheme: str | None = None,
) -> TypedValue:
    """Build a typed value; a scheme is meant in its version 1."""
    return TypedValue(
        finding=finding,
        percent=None if percent is None else Decimal(percent),
        present=present,
        grade=grade,
        scheme=None if scheme is None else SchemeRef(scheme, 1),
    )


def typed(lobe: Lobe, *values: TypedValue, component: Component | None = None) -> Entry:
    """Build the entry of a lobe; its component is that of the first finding, unless it is given."""
    finding = values[0].finding
    of_finding = component if finding is None else finding.component
    assert of_finding is not None, "a value of no finding says nothing of its component"
    return Entry(lobe=lobe, component=of_finding, values=values)


def said(lobe: Lobe, state: State, *components: Component, reason: str = "") -> tuple[Entry, ...]:
    """Build the entries that say a state of components of a lobe, of both where none is named."""
    return tuple(
        Entry(lobe=lobe, component=component, state=state, reason=reason)
        for component in components or tuple(Component)
    )


def painted(lobe: Lobe, component: Component) -> Entry:
    """Build the entry that says no more than that the marks of a lobe were painted."""
    return Entry(lobe=lobe, component=component, origin=Origin.PAINTED)


def typed_lungs(
    *entries: Entry,
    lobes: Collection[Lobe] = FIVE,
    without: Collection[tuple[Lobe, Component]] = (),
    tally: Tally | None = None,
    traction: Mapping[Lobe, bool] | None = None,
) -> Reading:
    """Build a typed reading of lobes: 0 % of everything, but for the entries given and the places that are left out."""
    told = {(entry.lobe, entry.component): entry for entry in entries}
    for lobe in lobes:
        for component in Component:
            told.setdefault((lobe, component), typed(lobe, value(percent="0"), component=component))
    kept = tuple(entry for place, entry in told.items() if place not in without)
    return Reading(id="t", scan=ScanRef(), reader="R1", tally=tally, entries=kept, traction=traction or {})


def lobe_of(scored: Score, lobe: Lobe) -> LobeScore:
    """Give a lobe of a score."""
    return next(each for each in scored.lobes if each.lobe is lobe)


def codes_of(scored: Score) -> set[str]:
    """Give the codes of the notices of a score."""
    return {notice.code for notice in scored.notices}


def message_of(scored: Score, code: str) -> str:
    """Give the message of a notice."""
    return next(notice.message for notice in scored.notices if notice.code == code)
