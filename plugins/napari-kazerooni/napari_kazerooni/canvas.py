"""Canvas: the label arrays of a reading while they are painted, counted as they change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.model import (
    LABELS_SHAPE,
    UNMARKED,
    Component,
    Finding,
    FindingMap,
    Lobe,
    LobeMap,
    Tally,
    Volume,
)
from kazerooni.scoring import count_voxels, measure, recount, tally_of
from napari_kazerooni.layers import LAYER_NAMES, LayerName
from napari_kazerooni.screen import Box

Labels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Patch:
    """Pixels of a layer that were changed at once, so that they can be put back.

    places: flat indices into the array of the layer. before, after: their labels then and since.
    """

    layer: LayerName
    places: NDArray[np.intp]
    before: Labels
    after: Labels

    @property
    def size_bytes(self) -> int:
        """How much memory it holds."""
        return self.places.nbytes + self.before.nbytes + self.after.nbytes


class Canvas:
    """The lobes, alveolar and interstitial labels of a scan, uint8 (slice, row, column), which may be painted in.

    Arrays are in the order of the scan; what shows them turned is a view. Whoever paints tells it by `apply_box` or
    `recount_slices`, so that the counts stay those of the arrays.

    version: grows with every change. changed: the slices of each layer that changed since `take_changed`.
    """

    def __init__(self, volume: Volume, maps: Mapping[LayerName, Labels] | None = None) -> None:
        """Begin empty, or with maps of the scan; arrays are taken over and must be writeable.

        Raises LabelError where a map has another shape or type, or holds labels that are not known.
        """
        self.volume = volume
        self._maps: dict[LayerName, Labels] = {}
        for name in LAYER_NAMES:
            given = None if maps is None else maps.get(name)
            self._maps[name] = np.zeros(volume.geometry.shape, np.uint8) if given is None else given
            self._refuse_foreign(name)
        self.counts = np.zeros((volume.geometry.shape[0], *LABELS_SHAPE), np.int64)
        self.version = 0
        self.changed: dict[LayerName, set[int]] = {name: set() for name in LAYER_NAMES}
        given_names = () if maps is None else tuple(maps)
        held = [
            index for index in range(len(self.counts)) if any(self._maps[name][index].any() for name in given_names)
        ]
        self.counts[:, 0, 0, 0] = volume.geometry.shape[1] * volume.geometry.shape[2]
        self.recount_slices(held)

    def _refuse_foreign(self, name: LayerName) -> None:
        labels, wanted = self._maps[name], self.volume.geometry.shape
        if labels.shape != wanted or labels.dtype != np.uint8:
            raise LabelError(
                f"{name}: {labels.dtype} labels of shape {labels.shape}; uint8 of {wanted} is wanted: these are labels "
                "of another series"
            )

    def labels(self, name: LayerName) -> Labels:
        """Give the array of a layer, to show and to paint in."""
        return self._maps[name]

    def apply_box(self, layer: LayerName, index: int, box: Box, before: Labels, after: Labels | None = None) -> None:
        """Count a stroke: the labels of a box of one slice have changed.

        index, box: of the scan (`Screen.slice_index`, `Screen.box` give them for what is shown).
        before: what was in the box, kept by the painter. after: what shall be in it; None where it is painted already.

        Raises LabelError where the labels are not known, or `before` was never counted there; then nothing changes.
        """
        new = self._maps[layer][index][box] if after is None else after
        old_planes, new_planes = (
            [labels if name == layer else self._maps[name][index][box] for name in LAYER_NAMES]
            for labels in (before, new)
        )
        recount(
            self.counts,
            index,
            (old_planes[0], old_planes[1], old_planes[2]),
            (new_planes[0], new_planes[1], new_planes[2]),
        )
        if after is not None:
            self._maps[layer][index][box] = after
        self._note(layer, (index,))

    def recount_slices(self, indices: Iterable[int], layers: Collection[LayerName] = LAYER_NAMES) -> None:
        """Count whole slices anew, as after an undo of the viewer or a fissure that has moved.

        Raises LabelError where a layer holds a label that is not known.
        """
        for index in sorted(set(indices)):
            region, alveolar, interstitial = (self._maps[name][index] for name in LAYER_NAMES)
            self.counts[index] = count_voxels(region, alveolar, interstitial)
            for layer in layers:
                self._note(layer, (index,))

    def replace(self, layer: LayerName, labels: Labels) -> None:
        """Put other labels in the place of a whole layer, as lobes that were found; the array stays the same one.

        Raises LabelError where they do not fit the scan; then nothing changes.
        """
        kept = self._maps[layer]
        self._maps[layer] = labels
        try:
            self._refuse_foreign(layer)
            if labels.max() >= LABELS_SHAPE[LAYER_NAMES.index(layer)]:
                raise LabelError(f"{layer}: label {labels.max()} is not known; renumber the map")
        finally:
            self._maps[layer] = kept
        moved = [index for index in range(len(kept)) if not np.array_equal(kept[index], labels[index])]
        for index in moved:
            kept[index] = labels[index]
        self.recount_slices(moved, (layer,))

    def erase(self, lobes: Collection[Lobe], finding: Finding) -> Patch:
        """Take a finding out of lobes, as strokes that went astray; gives what `put_back` needs."""
        layer: LayerName = "alveolar" if finding.component is Component.ALVEOLAR else "interstitial"
        marked = np.flatnonzero(self._maps[layer] == finding.label)
        places = marked[np.isin(self._maps["lobes"].reshape(-1)[marked], [int(lobe) for lobe in lobes])]
        cleared = np.full(places.size, UNMARKED, np.uint8)
        patch = Patch(layer, places, self._maps[layer].reshape(-1)[places], cleared)
        self._write(patch, cleared)
        return patch

    def changed_since(self, layer: LayerName, before: Labels, slices: Iterable[int]) -> Patch:
        """Give what changed in some slices of a layer since a copy of it was made, as a patch that is done already."""
        now = self._maps[layer]
        pixels = now.shape[1] * now.shape[2]
        found = [np.flatnonzero(before[at] != now[at]) + at * pixels for at in slices]
        places = np.concatenate([np.zeros(0, np.intp), *found])
        return Patch(layer, places, before.reshape(-1)[places], now.reshape(-1)[places])

    def put_back(self, patch: Patch) -> tuple[int, ...]:
        """Undo a patch, but for pixels that were painted over since; gives the slices that it is on."""
        return self._write(patch, patch.before, where=patch.after)

    def do_again(self, patch: Patch) -> tuple[int, ...]:
        """Do a patch again that was undone, but for pixels painted over since; gives the slices that it is on."""
        return self._write(patch, patch.after, where=patch.before)

    def _write(self, patch: Patch, labels: Labels, *, where: Labels | None = None) -> tuple[int, ...]:
        """Write labels into the places of a patch; where: only those that hold these labels now."""
        held = self._maps[patch.layer]
        flat = held.reshape(-1)
        kept = slice(None) if where is None else flat[patch.places] == where
        flat[patch.places[kept]] = labels[kept]
        pixels = held.shape[1] * held.shape[2]
        slices = tuple(int(index) for index in np.unique(patch.places // pixels))
        self.recount_slices(slices, (patch.layer,))
        return slices

    def _note(self, layer: LayerName, indices: Iterable[int]) -> None:
        self.changed[layer].update(indices)
        self.version += 1

    def take_changed(self) -> dict[LayerName, set[int]]:
        """Give the slices of each layer that changed since it was last asked for."""
        taken, self.changed = self.changed, {name: set() for name in LAYER_NAMES}
        return taken

    def sums(self) -> NDArray[np.int64]:
        """Count the voxels of all slices, int64 LABELS_SHAPE."""
        summed: NDArray[np.int64] = self.counts.sum(axis=0)
        return summed

    def tally(self, measured: frozenset[Component]) -> Tally:
        """Make the tally of the counts as they stand."""
        return tally_of(self.volume, self.counts.copy(), measured)

    def full_tally(self, measured: frozenset[Component]) -> Tally:
        """Count every voxel anew, as `kazerooni score` does of the files; equal to `tally` where all was told."""
        maps = {component: self.finding_map(component) for component in Component if component in measured}
        return measure(
            self.volume,
            self.lobe_map(),
            alveolar=maps.get(Component.ALVEOLAR),
            interstitial=maps.get(Component.INTERSTITIAL),
        )

    def miscounted(self) -> tuple[int, ...]:
        """List the slices whose counts are not those of the arrays: somebody painted without telling it."""
        full = self.full_tally(frozenset(Component)).counts
        return tuple(int(index) for index in np.flatnonzero((full != self.counts).any(axis=(1, 2, 3))))

    def lobe_map(self, source: str | None = None) -> LobeMap:
        """Give the lobes as they stand: a view that cannot be painted in, changing with the canvas."""
        return LobeMap(self._maps["lobes"].view(), self.volume.geometry, source=source)

    def finding_map(self, component: Component, source: str | None = None) -> FindingMap:
        """Give the marks of a component as they stand: a view as of `lobe_map`."""
        name: LayerName = "alveolar" if component is Component.ALVEOLAR else "interstitial"
        return FindingMap(component, self._maps[name].view(), self.volume.geometry, source=source)

    def freeze(self) -> None:
        """Let nothing be painted any more through the arrays of the canvas."""
        for labels in self._maps.values():
            labels.setflags(write=False)
