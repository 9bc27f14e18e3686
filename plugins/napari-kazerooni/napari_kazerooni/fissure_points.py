"""Fissure points: a points layer for each fissure; moving, adding and deleting points moves the lobe borders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import numpy as np
from app_model.types import KeyCode, KeyMod
from napari.layers import Points
from numpy.typing import NDArray

from kazerooni.errors import KazerooniError
from kazerooni.model import Fissure, FissureName, FissureState, Lobe
from napari_kazerooni.borders import change_fissure, put_back, take_out
from napari_kazerooni.desk import Desk
from napari_kazerooni.layer_rows import Waiting, WaitingLayers
from napari_kazerooni.layers import empty_points_kwargs, fissure_kwargs, fissure_of, swap
from napari_kazerooni.screen import Screen

_COLOURS: Final[dict[FissureName, str]] = {
    FissureName.RIGHT_OBLIQUE: "#e69f00",
    FissureName.RIGHT_MINOR: "#56b4e9",
    FissureName.LEFT_OBLIQUE: "#f0e442",
    FissureName.LINGULA: "#cc79a7",
}
_USUAL: Final = (FissureName.RIGHT_OBLIQUE, FissureName.RIGHT_MINOR, FissureName.LEFT_OBLIQUE)
_SIZE_MM: Final = 7.0
_DONE: Final = ("added", "changed", "removed")
_SLOW_VOXELS: Final = 20_000_000
"""From so many voxels on the borders are moved in the background."""


class PointsInScan(Waiting, Points):
    """Points of which some may lie beyond the scan: the viewer turns its slices only."""

    scan_shape: tuple[int, ...] = (1, 1, 1)

    @property
    def _type_string(self) -> str:
        return "points"  # for napari it is one: icon, menus, writers

    @property
    def _extent_data(self) -> NDArray[np.float64]:
        return np.array([np.zeros(3), np.array(self.scan_shape) - 1.0])

    @property
    def _extent_data_augmented(self) -> NDArray[np.float64]:
        low, high = self._extent_data
        return np.array([low - 0.5, high + 0.5])


class FissurePoints:
    """The points layers of the fissures of a reading; hidden, and not listed, until they are wanted.

    napari takes a tenth of a second and more to add or to remove a layer. So those of the usual fissures are made
    before there is a scan (`preparing`), and stay in the viewer: empty, at the place of the scan and not listed, while
    they are not wanted.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.layers: dict[FissureName, Any] = {}
        self.is_visible = False
        self._held: dict[FissureName, Fissure] = {}
        self._writing = False
        self._waiting: dict[FissureName, Fissure] = {}
        desk.events.lobes.connect(self.renew)
        desk.events.signed.connect(self._freeze)
        desk.guard.watch(self._shown, desk.is_signed)
        desk.places.append(self.placing)
        desk.preparations.append(self.preparing)
        self._rows = WaitingLayers(desk.room, self._is_wanted)

    def preparing(self) -> Iterator[Callable[[], None]]:
        """Give the steps that add the layers of the usual fissures before there is a scan, to be taken one by one."""
        for name in _USUAL:
            yield partial(self._prepare, name)

    def _prepare(self, name: FissureName) -> None:
        if name not in self.layers and self._desk.room.volume is None:  # else a scan came first
            self._add(name, empty_points_kwargs(name) | {"visible": False})

    @property
    def _fissures(self) -> tuple[Fissure, ...]:
        session = self._desk.session
        return () if session is None or session.fissures is None else session.fissures.fissures

    def _shown(self) -> tuple[Any, ...]:
        names = {fissure.name for fissure in self._fissures}
        return tuple(layer for name, layer in self.layers.items() if name in names)

    def placing(self, screen: Screen) -> Iterator[Callable[[], None]]:
        """Give the steps that empty the layers for another scan before its reading begins, to be taken one by one."""
        for name, layer in self.layers.items():
            if name in self._held or tuple(layer.scale) != screen.scale_mm:
                yield partial(self._empty, name, layer, screen)

    def renew(self) -> None:
        """Let the layers follow the fissures of the session; those that are not there yet are made when wanted."""
        if self._desk.session is None:
            return
        names = {fissure.name for fissure in self._fissures}
        for name, layer in self.layers.items():
            is_stale = name not in names and name in self._held
            if is_stale or tuple(layer.scale) != self._desk.session.screen.scale_mm:
                self._empty(name, layer, self._desk.session.screen)
        if self.is_visible:
            for show in self.showing():
                show()

    def _freeze(self) -> None:
        """Let no point be moved any more: the reading is signed."""
        for layer in self.layers.values():
            layer.mode = "pan_zoom"
            layer.editable = False

    def set_visible(self, *, visible: bool) -> None:
        """Show or hide all points at once."""
        if visible:
            for show in self.showing():
                show()
            return
        self.is_visible = False
        selection, room = self._desk.viewer.layers.selection, self._desk.room
        if any(selection.active is layer for layer in self.layers.values()):
            selection.active = room.layer  # keys go to the layer that is active
        for layer in self.layers.values():
            self._rows.see(layer, visible=False)

    def take_up(self, name: FissureName) -> None:
        """Show all points, and let those of a fissure of the reading be dragged."""
        self.set_visible(visible=True)
        layer = self.layers[name]
        self._desk.viewer.layers.selection.active = layer
        layer.mode = "select"

    def showing(self) -> Iterator[Callable[[], None]]:
        """Give the steps that show all points, each of which may add a layer."""
        self.is_visible = True
        for fissure in self._fissures:
            yield partial(self._show, fissure)

    def _empty(self, name: FissureName, layer: Any, screen: Screen) -> None:
        """Let a layer hold no points, at the place of a scan: a viewer turns slices by all its layers."""
        self._rows.see(layer, visible=False)
        layer.scan_shape = screen.geometry.shape
        place = {"scale": screen.scale_mm, "translate": screen.translate_mm, "metadata": {}}
        is_held = self._held.pop(name, None) is not None
        self._writing = True
        swap(layer, np.zeros((0, 3)) if is_held else layer.data, place)
        self._writing = False

    def _show(self, fissure: Fissure) -> None:
        """Show the points of a fissure, unless they were hidden again before their turn."""
        layer = self.layers.get(fissure.name)
        if not self.is_visible:
            return
        self._desk.room.hold_picture()  # till the last of them is there
        if layer is None or layer not in self._desk.viewer.layers:
            layer = self._made(fissure)
        elif self._held.get(fissure.name) != fissure:
            self._fill(layer, fissure_kwargs(fissure, self._desk.open_session.screen))
        self._held[fissure.name] = fissure  # before it is shown: what is not held stays hidden
        layer.editable = self._desk.open_session.signed is None
        self._rows.see(layer, visible=True)

    def _is_wanted(self, layer: Any) -> bool:
        return self.is_visible and any(self.layers.get(name) is layer for name in self._held)

    def _fill(self, layer: Any, options: dict[str, Any]) -> None:
        screen = self._desk.open_session.screen
        layer.scan_shape = screen.geometry.shape
        place = {"scale": screen.scale_mm, "translate": screen.translate_mm, "metadata": options["metadata"]}
        self._writing = True
        with layer._block_refresh():  # noqa: SLF001 - napari is pinned; each part of it would draw anew
            swap(layer, self._in_pixels(options["data"]), place)
            layer.features = options["features"]
            layer.size = _SIZE_MM / screen.scale_mm[1]
        self._writing = False
        layer.refresh()

    def _made(self, fissure: Fissure) -> Any:
        screen = self._desk.open_session.screen
        options = fissure_kwargs(fissure, screen)
        # Of the scale of the other layers: a viewer steps by the smallest scale of all.
        place = {"scale": screen.scale_mm, "translate": screen.translate_mm, "size": _SIZE_MM / screen.scale_mm[1]}
        options |= place | {"data": self._in_pixels(options["data"])}
        return self._add(fissure.name, options, screen.geometry.shape)

    def _add(self, name: FissureName, options: dict[str, Any], scan_shape: tuple[int, ...] = (1, 1, 1)) -> Any:
        layer = PointsInScan(face_color=_COLOURS[name], border_color="black", **options)
        layer.scan_shape = scan_shape
        layer.events.data.connect(partial(self._on_data, name))
        layer.bind_key(KeyMod.CtrlCmd | KeyCode.KeyZ, lambda _: self._desk.undo())
        layer.bind_key(KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.KeyZ, lambda _: self._desk.redo())
        self.layers[name] = layer
        self._rows.add(layer)
        return layer

    def _in_pixels(self, data_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        screen = self._desk.open_session.screen
        placed: NDArray[np.float64] = (data_mm - screen.translate_mm) / screen.scale_mm
        return placed

    def set_state(self, name: FissureName, state: FissureState) -> None:
        """Say that a fissure is present, absent or not assessable; the borders follow."""
        before = next((fissure for fissure in self._fissures if fissure.name is name), None)
        if name in self._held:
            self._change(self._fissure(name, state))
        elif before is not None:
            self._change(Fissure(name, state, before.points))

    def _on_data(self, name: FissureName, event: Any) -> None:
        if not self._writing and str(getattr(event.action, "value", event.action)) in _DONE:
            self._change(self._fissure(name))

    def _fissure(self, name: FissureName, state: FissureState | None = None) -> Fissure:
        layer, session = self.layers[name], self._desk.open_session
        before = None if session.fissures is None else session.fissures.get(name)
        kept = FissureState.PRESENT if before is None else before.state
        screen = session.screen
        data = np.asarray(layer.data, np.float64) * screen.scale_mm + screen.translate_mm
        return fissure_of(name, data, layer.features, session.screen, state=state or kept)

    def _change(self, fissure: Fissure) -> None:
        session, lungs = self._desk.open_session, self._desk.lungs
        if lungs is None:
            return
        if fissure.name in self._held:
            self._held[fissure.name] = fissure
        if lungs.labels.size < _SLOW_VOXELS and self._desk.busy is None:
            try:
                change_fissure(session, lungs, fissure)
            except KazerooniError as error:
                self._desk.tell(str(error))
            self._on_moved(None)
            return
        self._waiting[fissure.name] = fissure
        self._go_on()

    def _go_on(self) -> None:
        """Move the next fissure that waits, in the background; of one that was moved twice only the last counts."""
        session, lungs = self._desk.open_session, self._desk.lungs
        if not self._waiting or self._desk.busy is not None or lungs is None:
            return
        _, fissure = self._waiting.popitem()
        self._desk.start("Moving the lobe borders", lambda *_: change_fissure(session, lungs, fissure), self._on_moved)

    def _on_moved(self, _: object) -> None:
        self._desk.layers.refresh(("lobes",))
        self._desk.events.changed()
        self._go_on()

    def set_absent(self, lobe: Lobe, *, absent: bool) -> None:
        """Call a lobe absent, and let its neighbours fill the lung, or take that back; in the background."""
        session, lungs = self._desk.open_session, self._desk.lungs
        if lungs is None or session.fissures is None:  # no fissures part these lobes: only the word is said
            words = (lambda say: say.set_absent(lobe)) if absent else (lambda say: _clear_absent(say, lobe))
            self._desk.do(words)
            return
        change = take_out if absent else put_back
        self._desk.start(
            f"Parting the lobes anew for {lobe.name}", lambda *_: change(session, lungs, lobe), self._on_moved
        )


def _clear_absent(say: Any, lobe: Lobe) -> None:
    for (each, component), entry in tuple(say.said.entries.items()):
        if each is lobe and entry.state is not None and entry.state.value == "absent":
            say.clear(lobe, component)
            return
