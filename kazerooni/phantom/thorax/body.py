"""Body: the picture of a chest, healthy or diseased, as a pure function of the place in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Component, Finding, Lobe
from kazerooni.phantom.thorax import findings
from kazerooni.phantom.thorax.disease import Threshold, field_of, queued, settle
from kazerooni.phantom.thorax.fissures import FISSURE_HALF_THICKNESS_MM, visible_fissure_mm
from kazerooni.phantom.thorax.lungs import cage_distance
from kazerooni.phantom.thorax.mediastinum import BLOOD_HU, abdomen_distance, abdomen_hu, mediastinum_hu, painted
from kazerooni.phantom.thorax.person import LungPlaces, Thorax, find_lungs, lungs_among
from kazerooni.phantom.thorax.shapes import EDGE_MM, Floats, Places
from kazerooni.phantom.thorax.texture import noise
from kazerooni.phantom.thorax.trees import trees_of
from kazerooni.phantom.thorax.tubes import Tubes, airways, vessels
from kazerooni.phantom.thorax.wall import outline_distance, outside_hu, painted_midline, wall_hu

# Healthy lung at full inspiration between its vessels: about -870 HU in front, -825 HU at the back of a supine person
# (score.md: mean -817 HU with vessels; gradient after Verschakelen JA et al., AJR 1993;161:713).
_FRONT_HU, _RISE_TO_BACK_HU, _FRONT_MM, _DEPTH_MM = -872.0, 48.0, -90.0, 185.0
_BRONCHUS_WALL_HU, _BRONCHUS_AIR_HU = -100.0, -985.0
_FISSURE_HU = -350.0


@dataclass(frozen=True)
class ThoraxBody:
    """A chest with disease: still a pure function of the place. `kazerooni.phantom.thorax.place_disease` makes it."""

    thorax: Thorax
    thresholds: tuple[Threshold, ...] = ()
    traction: tuple[Lobe, ...] = ()

    def labels(self, x: Floats, y: Floats, z: Floats) -> tuple[NDArray[np.uint8], dict[Component, NDArray[np.uint8]]]:
        """Give the lobes and the findings of both components at LPS places; uint8 of the broadcast shape."""
        shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
        lungs = find_lungs(self.thorax, x, y, z)
        marks, _ = self._marks(lungs)
        lobes, *maps = (np.zeros(shape, np.uint8) for _ in range(1 + len(Component)))
        lobes.flat[lungs.index] = lungs.lobes
        for component, labels in zip(Component, maps, strict=True):
            labels.flat[lungs.index] = marks[component]
        return lobes, dict(zip(Component, maps, strict=True))

    def hu(self, x: Floats, y: Floats, z: Floats) -> NDArray[np.int16]:
        """Give the HU at LPS places in millimetres that broadcast together; int16 of the broadcast shape."""
        shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
        p = Places.of(*self.thorax.to_reference(x, y, z))
        outline = np.broadcast_to(outline_distance(p), (int(np.prod(shape)),))
        hu = np.broadcast_to(outside_hu(p), outline.shape).copy()
        body = np.flatnonzero(outline < EDGE_MM)
        hu[body] = painted(hu[body], self._body_hu(p[body], outline[body]), outline[body])
        return np.rint(hu).astype(np.int16).reshape(shape)

    def _body_hu(self, p: Places, outline: Floats) -> Floats:
        seed, cage = self.thorax.seed, cage_distance(p)
        inner = np.flatnonzero(cage < EDGE_MM)
        lungs, distance = lungs_among(self.thorax, inner, p[inner])
        hu = np.zeros(outline.size)
        outer = np.flatnonzero(cage >= 0)
        hu[outer] = wall_hu(p[outer], cage[outer], outline[outer], seed)
        # Deep in the lungs nothing of this would be seen.
        seen = inner[(distance > -EDGE_MM) & (cage[inner] < 0)]
        below = abdomen_distance(p[seen]) < 0
        hu[seen[below]] = abdomen_hu(p[seen[below]], seed)
        between = seen[~below]
        hu[between] = mediastinum_hu(p[between], seed)
        hu[between] = self._with_trees(hu[between], p[between], np.zeros(between.size, np.uint8))
        hu = painted_midline(hu, p)
        # The soft edge lies within the lungs.
        within = distance < 0
        hu[lungs.index] = painted(hu[lungs.index], self._lung_hu(lungs), distance[within] + EDGE_MM / 2)
        return hu

    def _lung_hu(self, lungs: LungPlaces) -> Floats:
        thorax, p = self.thorax, lungs.p
        marks, below = self._marks(lungs)
        places = _places_of(marks)
        hu = findings.draw(_air_hu(thorax, p), p, places, below, thorax.seed)
        line = visible_fissure_mm(p, lungs.is_right, thorax.fissures, thorax.seed) - FISSURE_HALF_THICKNESS_MM
        hu = np.maximum(hu, painted(hu, _FISSURE_HU, line))
        labels = np.where(lungs.lobes == Lobe.LIN, Lobe.LUL, lungs.lobes).astype(np.uint8)
        hu = self._with_trees(hu, p, labels)
        if Finding.HONEYCOMBING in places:
            index = places[Finding.HONEYCOMBING]
            hu[index] = findings.honeycomb(p[index], lungs.is_right[index], thorax.seed)
        return hu

    def _with_trees(self, hu: Floats, p: Places, lobes: NDArray[np.uint8]) -> Floats:
        """Draw vessels and bronchi into places of these lobes; into places of no lobe, those of all."""
        hu = np.maximum(hu, painted(hu, BLOOD_HU, _vessels(self.thorax.seed).distances(p, lobes)[0]))
        lumen, wall = _airways(self.thorax.seed, self.traction).distances(p, lobes)
        return painted(np.maximum(hu, painted(hu, _BRONCHUS_WALL_HU, wall)), _BRONCHUS_AIR_HU, lumen)

    def _marks(self, lungs: LungPlaces) -> tuple[dict[Component, NDArray[np.uint8]], dict[Finding, Floats]]:
        """Give the labels of all places in the lungs, and how far the marked ones lie below their threshold."""
        marks = {component: np.zeros(lungs.index.size, np.uint8) for component in Component}
        below = np.zeros((len(Component), lungs.index.size))
        for lobe in {t.lobe for t in self.thresholds}:
            limits = {t.finding: t.value for t in self.thresholds if t.lobe is lobe}
            index = np.flatnonzero(lungs.lobes == lobe)
            values = {f: field_of(f, lungs.p[index], lungs.is_right[index], self.thorax.seed) for f in limits}
            labels = settle(values, limits)
            for n, component in enumerate(Component):
                marks[component][index] = labels[component]
                for finding in (f for f in limits if f.component is component):
                    here = labels[component] == finding.label
                    distance = limits[finding] - queued(finding, values[finding], labels)
                    below[n, index[here]] = distance[here]
        found = _places_of(marks)
        return marks, {f: below[list(Component).index(f.component)][index] for f, index in found.items()}


def _air_hu(thorax: Thorax, p: Places) -> Floats:
    """Give the density of healthy lung between its vessels: denser at the back, and with less air in it."""
    hu = _FRONT_HU + _RISE_TO_BACK_HU * (p.y - _FRONT_MM) / _DEPTH_MM
    tissue = (hu + 1000.0) * (1 + 0.10 * noise(p, 14.0, thorax.seed + 3) + 0.16 * noise(p, 3.2, thorax.seed + 5))
    return tissue / thorax.inspiration - 1000.0


def _places_of(marks: dict[Component, NDArray[np.uint8]]) -> dict[Finding, NDArray[np.intp]]:
    """List the places of every finding that there is."""
    places = {f: np.flatnonzero(marks[f.component] == f.label) for f in Finding if f.label is not None}
    return {finding: index for finding, index in places.items() if index.size}


@lru_cache(maxsize=4)
def _vessels(seed: int) -> Tubes:
    return vessels(trees_of(seed))


@lru_cache(maxsize=8)
def _airways(seed: int, traction: tuple[Lobe, ...]) -> Tubes:
    return airways(trees_of(seed), traction)
