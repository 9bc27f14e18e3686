"""Scan: disease placed to a wanted percent on the grid of a series, the series itself, and the truth about both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Component, Finding, Lobe
from kazerooni.phantom.grid import Truth, geometry_of, places_of_slice, truth_from
from kazerooni.phantom.pixels import stored_of
from kazerooni.phantom.series import build_series
from kazerooni.phantom.thorax.body import ThoraxBody
from kazerooni.phantom.thorax.disease import HEALTHY, Disease, Threshold, field_of, queued, settle, threshold
from kazerooni.phantom.thorax.person import Thorax, find_lungs
from kazerooni.phantom.thorax.shapes import Floats
from kazerooni.phantom.traps import outside_circle, pad_outside_circle

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from kazerooni.model import Geometry
    from kazerooni.phantom.plan import SeriesPlan

Labels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Placed:
    """A diseased chest, and its label maps on the grid that it was placed on.

    body: the picture. lobes: uint8 (slice, row, column). maps: the findings of each component, likewise.
    """

    body: ThoraxBody
    lobes: Labels
    maps: Mapping[Component, Labels]


@dataclass(frozen=True, eq=False)
class ThoraxTruth:
    """What is true of a series of the thorax, counted from its construction.

    scan: what a correct reader must return. lobes, maps: label maps on its grid, numbered as label maps are.
    body: the chest; its thorax knows the fissures. traction: the lobes with traction bronchiectasis.
    """

    scan: Truth
    lobes: Labels
    maps: Mapping[Component, Labels]
    body: ThoraxBody
    traction: tuple[Lobe, ...]

    def voxels(self, lobe: Lobe, finding: Finding | None = None) -> NDArray[np.int64]:
        """Count the voxels of a lobe, or of a finding in it, on every slice."""
        chosen = self.lobes == lobe
        if finding is not None:
            chosen &= self.maps[finding.component] == finding.label
        counts: NDArray[np.int64] = chosen.sum(axis=(1, 2), dtype=np.int64)
        return counts

    def percent(self, lobe: Lobe, finding: Finding) -> float:
        """Give the percent of a lobe that a finding fills: sum of voxels x depth over that of the lobe."""
        depths = self.scan.geometry.depths()
        return 100 * int(self.voxels(lobe, finding) @ depths) / int(self.voxels(lobe) @ depths)

    @property
    def percents(self) -> dict[Lobe, dict[Finding, float]]:
        """The percent of every finding in every lobe that the scan shows."""
        shown = [lobe for lobe in Lobe if np.any(self.lobes == lobe)]
        return {lobe: {f: self.percent(lobe, f) for f in Finding if f.label is not None} for lobe in shown}


def thorax_series(
    plan: SeriesPlan, thorax: Thorax, disease: Disease = HEALTHY, *, padding_hu: int | None = None
) -> tuple[list[Dataset], ThoraxTruth]:
    """Scan a chest with a disease: datasets as `build_series` makes them (ascending), and the truth about them.

    plan: its body is replaced by the chest.
    padding_hu: stored outside the circle of reconstruction, and told as PixelPaddingValue; None: no padding.

    Raises ValueError where the pixels of the plan cannot hold the padding.
    """
    placed = place_disease(plan, thorax, disease, outside=None if padding_hu is None else _outside(plan))
    plan = replace(plan, body=placed.body)
    datasets = build_series(plan)
    if padding_hu is not None:
        stored = round((padding_hu - plan.intercept) / plan.slope)
        datasets = pad_outside_circle(datasets, stored, tag=stored)
    scan = truth_from(plan, (stored_of(dataset) for dataset in datasets))
    return datasets, ThoraxTruth(scan, placed.lobes, placed.maps, placed.body, disease.traction)


def place_disease(
    plan: SeriesPlan, thorax: Thorax, disease: Disease, *, outside: NDArray[np.bool_] | None = None
) -> Placed:
    """Place a disease so that round(percent x voxels of the lobe / 100) voxels of the plan's grid hold each finding.

    outside: pixels of every slice that show nothing, bool (row, column).

    Memory: the maps, and 8 bytes for each voxel of a lobe and each finding wanted in it.

    Raises ValueError where disease of the lingula is wanted of a thorax that does not number it apart.
    """
    if Lobe.LIN in disease.percents and not thorax.lingula:
        raise ValueError("disease of the lingula is wanted, but the thorax does not number it apart (lingula=True)")
    geometry = geometry_of(plan)
    lobes, fields = _survey(geometry, thorax, disease, outside)
    maps = {component: np.zeros(lobes.shape, np.uint8) for component in Component}
    thresholds: list[Threshold] = []
    for lobe in disease.percents:
        index = np.flatnonzero(lobes == lobe)
        wanted = disease.wanted(lobe)
        if not wanted or not index.size:
            continue
        values = {finding: np.concatenate(fields.pop((lobe, finding))) for finding in wanted}
        limits, labels = _limits(values, disease.percents[lobe])
        thresholds += [Threshold(lobe, finding, value) for finding, value in limits.items()]
        for component, marks in labels.items():
            maps[component].flat[index] = marks
    return Placed(ThoraxBody(thorax, tuple(thresholds), disease.traction), lobes, maps)


def _survey(
    geometry: Geometry, thorax: Thorax, disease: Disease, outside: NDArray[np.bool_] | None
) -> tuple[Labels, dict[tuple[Lobe, Finding], list[Floats]]]:
    """Label the lobes slice by slice, and gather the wanted fields of each lobe in the order of its voxels."""
    lobes = np.zeros(geometry.shape, np.uint8)
    fields: dict[tuple[Lobe, Finding], list[Floats]] = {
        (lobe, finding): [] for lobe in disease.percents for finding in disease.wanted(lobe)
    }
    for number in range(geometry.shape[0]):
        lungs = find_lungs(thorax, *places_of_slice(geometry, number))
        hidden = np.zeros(lungs.index.size, bool) if outside is None else outside.flat[lungs.index]
        lobes[number].flat[lungs.index] = np.where(hidden, 0, lungs.lobes)
        for (lobe, finding), values in fields.items():
            here = np.flatnonzero((lungs.lobes == lobe) & ~hidden)
            values.append(field_of(finding, lungs.p[here], lungs.is_right[here], thorax.seed))
    return lobes, fields


def _limits(
    values: Mapping[Finding, Floats], percents: Mapping[Finding, float]
) -> tuple[dict[Finding, float], dict[Component, Labels]]:
    """Find the thresholds that give the wanted counts in one lobe, and the labels that follow from them."""
    limits: dict[Finding, float] = {}
    labels = settle(values, limits)
    for finding, field in values.items():
        count = round(field.size * percents[finding] / 100)
        free = labels[finding.component] == 0
        # Rounding may ask for one voxel more than is left.
        count = min(count, int(free.sum()))
        if count:
            limits[finding] = threshold(queued(finding, field, labels), free, count)
            labels = settle(values, limits)
            found = int((labels[finding.component] == finding.label).sum())
            assert found == count, f"{finding}: {found} places for {count}: the field holds one value twice"
    return limits, labels


def _outside(plan: SeriesPlan) -> NDArray[np.bool_]:
    return outside_circle(plan.rows, plan.columns)
