"""Label layers: the three maps of a reading as layers of a viewer, that tell their strokes and keep to their locks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import numpy as np
from napari.utils.colormaps import DirectLabelColormap
from napari.utils.events import EmitterGroup, Event

from kazerooni.model import Component, Finding
from napari_kazerooni.canvas import Canvas, Labels
from napari_kazerooni.layers import (
    LAYER_NAMES,
    LayerName,
    empty_labels_kwargs,
    label_colours,
    labels_kwargs,
    parts_of,
    swap,
)
from napari_kazerooni.locks import Locks
from napari_kazerooni.paint import MarkingLabels
from napari_kazerooni.screen import Screen
from napari_kazerooni.session import ReadingSession

FINDINGS: Final = tuple(finding for finding in Finding if finding.label is not None)
"""What can be painted, in the order in which a key goes through them."""
_NO_SCAN: Final = "Open a scan first."
_OPACITY: Final[dict[LayerName, float]] = {"lobes": 0.6, "alveolar": 0.5, "interstitial": 0.5}
FIRST_BRUSH_MM: Final = 10.0
_FINDING_LAYERS: Final[tuple[LayerName, ...]] = ("alveolar", "interstitial")


def layer_of(finding: Finding) -> LayerName:
    """Give the layer that a finding is painted in."""
    return "alveolar" if finding.component is Component.ALVEOLAR else "interstitial"


class LabelLayers:
    """The layers `lobes`, `alveolar` and `interstitial` of a viewer, kept from one reading to the next.

    locks: of both finding layers. lobe_locks: of the lobes.

    Events: `stroke` (`event.layer`, `event.stroke`), `refused` (`event.reason`), `chosen` (another finding).
    """

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        self.locks, self.lobe_locks = Locks(), Locks()
        self.finding: Finding = FINDINGS[0]
        self.events = EmitterGroup(source=self, stroke=Event, refused=Event, chosen=Event)
        self._layers: dict[LayerName, MarkingLabels] = {}
        self._shows: dict[LayerName, Labels] = {}

    def __getitem__(self, name: LayerName) -> MarkingLabels:
        return self._layers[name]

    def show(self, session: ReadingSession) -> None:
        """Show the maps of a reading instead of those before; which layer is active stays as it is."""
        screen, volume = session.screen, session.volume
        self.locks.lobes = screen.shown(session.canvas.labels("lobes"))
        self.locks.hu = screen.shown(volume.hu) if volume.is_hu_proven else None
        self.locks.lungs = self.lobe_locks.lungs = None
        self.lobe_locks.in_lungs = False
        self.open()
        for name in LAYER_NAMES:
            self._show(name, session.canvas.labels(name), screen)
        self._layers[layer_of(self.finding)].selected_label = self.finding.label
        self.events.chosen()

    def preparations(self) -> list[Callable[[], None]]:
        """Give the steps that add the layers before there is a scan, to be taken one by one.

        The layers are made at once, before anything is read in a thread: napari mutes a warning of its random colours
        meanwhile, which must not meet a thread that mutes others.
        """
        self.close(_NO_SCAN)
        waiting = {name: self._waiting(name) for name in LAYER_NAMES}
        return [partial(self._prepare, name, layer) for name, layer in waiting.items()]

    def _waiting(self, name: LayerName) -> MarkingLabels:
        options = empty_labels_kwargs(name)
        layer = self._made(name, options.pop("data"), options)
        layer.editable = False
        return layer

    def _prepare(self, name: LayerName, layer: MarkingLabels) -> None:
        if name in self._layers:
            return  # a scan came first
        active = self.viewer.layers.selection.active
        self._layers[name] = layer
        self.viewer.add_layer(layer)
        self.viewer.layers.selection.active = active

    def showing(self, canvas: Canvas, screen: Screen, why: str = _NO_SCAN) -> Iterator[Callable[[], None]]:
        """Give the steps that show the maps of a reading before it begins, to be taken one by one; `show` ends it.

        why: nothing can be painted meanwhile.
        """
        yield partial(self.close, why)
        for name in LAYER_NAMES:
            yield partial(self._show, name, canvas.labels(name), screen)

    def _show(self, name: LayerName, labels: Labels, screen: Screen) -> None:
        options = labels_kwargs(name, labels, screen)
        data = options.pop("data")
        layer = self._layers.get(name)
        if layer is not None and self._shows.get(name) is labels and layer in self.viewer.layers:
            layer.editable = True
            return
        self._shows[name] = labels
        if layer is None or layer not in self.viewer.layers:
            self._layers[name] = self._made(name, data, options)
            self.viewer.add_layer(self._layers[name])
            return
        swap(layer, data, options)
        layer.editable = True
        layer.brush_mm = layer.brush_mm  # pixels of another size

    def _made(self, name: LayerName, data: Any, options: dict[str, Any]) -> MarkingLabels:
        locks = self.lobe_locks if name == "lobes" else self.locks
        colours = DirectLabelColormap(color_dict=label_colours(name))
        highest = max(parts_of(name))
        layer = MarkingLabels(
            data,
            highest=highest,
            locks=locks,
            opacity=_OPACITY[name],
            colormap=colours,
            blending="translucent",
            **options,
        )
        layer.brush_mm = FIRST_BRUSH_MM
        if name == "lobes":
            layer.contour = 2
        layer.events.stroke.connect(partial(self._tell_stroke, name))
        layer.events.refused.connect(self._tell_refused)
        return layer

    def _tell_stroke(self, name: LayerName, event: Any) -> None:
        self.events.stroke(layer=name, stroke=event.stroke)

    def _tell_refused(self, event: Any) -> None:
        self.events.refused(reason=event.reason)

    def tell_strokes(self) -> None:
        """Tell what is being drawn now, so that the counts are those of the pixels."""
        for layer in self._layers.values():
            layer.tell_now()

    # --- What may be painted ---

    def close(self, reason: str) -> None:
        """Let nothing be painted for a while; undo histories stay."""
        self.tell_strokes()
        self.locks.closed = self.lobe_locks.closed = reason

    def open(self) -> None:
        """Let marks be painted again."""
        self.locks.closed = self.lobe_locks.closed = None

    def freeze(self, reason: str) -> None:
        """Let nothing be painted any more: the reading is signed."""
        self.close(reason)
        for layer in self._layers.values():
            layer.mode = "pan_zoom"
            layer.editable = False

    def refresh(self, names: tuple[LayerName, ...] = LAYER_NAMES) -> None:
        """Show anew what was changed behind the layers."""
        for name in names:
            self._layers[name].refresh()

    # --- What is painted with ---

    def choose(self, finding: Finding) -> None:
        """Paint a finding from now on, with the tool and brush that were in use."""
        before, layer = self.active, self._layers[layer_of(finding)]
        self.finding = finding
        layer.selected_label = finding.label
        if before is not None and before is not layer:
            layer.brush_mm = before.brush_mm
            mode, before.mode = before.mode, "pan_zoom"
            if layer.editable:
                layer.mode = mode
        self.viewer.layers.selection.active = layer
        self.events.chosen()

    def choose_next(self) -> None:
        """Paint the next finding."""
        self.choose(FINDINGS[(FINDINGS.index(self.finding) + 1) % len(FINDINGS)])

    @property
    def all(self) -> tuple[MarkingLabels, ...]:
        """All three layers, none before a reading is shown."""
        return tuple(self._layers.values())

    @property
    def active(self) -> MarkingLabels | None:
        """The layer that is painted in, None where another one is active."""
        layer = self.viewer.layers.selection.active
        return layer if isinstance(layer, MarkingLabels) else None

    @property
    def painted(self) -> MarkingLabels:
        """The layer that is painted in, else that of the finding that was chosen."""
        return self.active or self._layers[layer_of(self.finding)]

    def name_of(self, layer: MarkingLabels) -> LayerName:
        """Give which map a layer shows."""
        return next(name for name, own in self._layers.items() if own is layer)

    def change_brush(self, factor: float) -> None:
        """Make the brush wider or narrower; it is told in mm."""
        layer = self.painted
        layer.brush_mm = float(np.clip(layer.brush_mm * factor, min(layer.spacing_mm), 200.0))

    # --- What is seen ---

    def toggle(self, names: tuple[LayerName, ...]) -> None:
        """Hide layers where one of them is shown, else show them."""
        shown = any(self._layers[name].visible for name in names if name in self._layers)
        self.set_visible(names, visible=not shown)

    def toggle_findings(self) -> None:
        """Hide or show both finding layers."""
        self.toggle(_FINDING_LAYERS)

    def set_visible(self, names: tuple[LayerName, ...], *, visible: bool) -> None:
        """Show or hide layers."""
        for name in names:
            if name in self._layers:
                self._layers[name].visible = visible

    @property
    def visible(self) -> tuple[LayerName, ...]:
        """The layers that are shown."""
        return tuple(name for name, layer in self._layers.items() if layer.visible)
