"""Evidence: what is painted and said of each component of each lobe, put together without choosing between the two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Component, Entry, Lobe, Origin, State
from napari_kazerooni.said import Place, Said

ConflictKind = Literal["typed-over-marks", "absent-in-map", "marked-not-assessable", "assessed-not-in-map"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two things that were recorded of one place and contradict each other; a person must say which one counts.

    marked: how many pixels are painted there.
    """

    kind: ConflictKind
    lobe: Lobe
    component: Component
    marked: int

    @property
    def message(self) -> str:
        """What contradicts what, and what to do."""
        lobe, place = self.lobe.name, f"{self.component} of {self.lobe.name}"
        marks = f"{self.marked} pixels are marked"
        return {
            "typed-over-marks": f"{place}: values were typed and {marks}; say which counts",
            "absent-in-map": f"{lobe} is said to be absent, but is in the map; correct one",
            "marked-not-assessable": f"{place}: not assessable, yet {marks}; correct one",
            "assessed-not-in-map": f"{place}: nothing was found, but the lobe map lost the lobe; type 0 %",
        }[self.kind]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What goes into a Reading: entries that fit the maps, unread places, and which components were measured."""

    entries: tuple[Entry, ...]
    unread: frozenset[Place]
    measured: frozenset[Component]


@dataclass(frozen=True, eq=False)
class Places:
    """What is painted and said, by place.

    sums: voxels of the scan, int64 LABELS_SHAPE: region, alveolar label, interstitial label.
    """

    sums: NDArray[np.int64]
    said: Said

    @property
    def has_labels(self) -> bool:
        """Whether anything is in the maps at all, lobes too."""
        return bool(self.sums.any(where=_labelled(self.sums)))

    def holds(self, lobe: Lobe) -> bool:
        """Tell whether the lobe map holds a lobe."""
        return bool(self.sums[lobe].any())

    def marked(self, lobe: Lobe, component: Component) -> int:
        """Count the marked voxels of a component in a lobe."""
        of_lobe = self.sums[lobe]
        return int((of_lobe[1:] if component is Component.ALVEOLAR else of_lobe[:, 1:]).sum())

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What contradicts itself and was not settled, in the order of lobes and components."""
        found = ((place, self._conflict(entry)) for place, entry in sorted(self.said.entries.items(), key=_order))
        return tuple(Conflict(kind, *place, self.marked(*place)) for place, kind in found if kind is not None)

    def _conflict(self, entry: Entry) -> ConflictKind | None:
        place = (entry.lobe, entry.component)
        marked = self.marked(*place)
        if entry.values:
            return "typed-over-marks" if marked and self.said.settled.get(place) != marked else None
        if entry.state is State.ABSENT:
            return "absent-in-map" if self.holds(entry.lobe) else None
        if entry.state is State.NOT_ASSESSABLE:
            return "marked-not-assessable" if marked else None
        return None if self.holds(entry.lobe) else "assessed-not-in-map"

    def evidence(self) -> Evidence:
        """Put together what a Reading can hold: what contradicts the maps is left out of it, and is in `conflicts`."""
        unfit = {"absent-in-map", "assessed-not-in-map"}
        left_out = {(c.lobe, c.component) for c in self.conflicts if c.kind in unfit}
        entries = tuple(
            entry for place, entry in sorted(self.said.entries.items(), key=_order) if place not in left_out
        )
        told = {(entry.lobe, entry.component) for entry in entries}
        measured = frozenset(
            component
            for component in Component
            if self._is_marked(component)
            or any(e.component is component and e.origin is Origin.PAINTED for e in entries)
        )
        unread = frozenset(
            (lobe, component)
            for lobe in Lobe
            for component in measured
            if (lobe, component) not in told and self.holds(lobe) and not self.marked(lobe, component)
        )
        return Evidence(entries, unread, measured)

    def _is_marked(self, component: Component) -> bool:
        marks = self.sums[:, 1:] if component is Component.ALVEOLAR else self.sums[:, :, 1:]
        return bool(marks.any())


def _labelled(sums: NDArray[np.int64]) -> NDArray[np.bool_]:
    mask = np.ones(sums.shape, np.bool_)
    mask[0, 0, 0] = False
    return mask


def _order(item: tuple[Place, Entry]) -> tuple[int, int]:
    (lobe, component), _ = item
    return int(lobe), list(Component).index(component)
