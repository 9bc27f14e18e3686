"""Desk keys: what the keys of marking and scoring do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kazerooni.errors import KazerooniError
from napari_kazerooni import keys
from napari_kazerooni.keys import DESK_KEYS, Held
from napari_kazerooni.layers import LayerName
from napari_kazerooni.suggesting import copy_to_next

if TYPE_CHECKING:
    from napari_kazerooni.desk import Desk

_BRUSH_STEP: Final = 1.25


class DeskKeys:
    """Binds the keys of a desk; those that need a reading do nothing before one is open."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._hidden: tuple[LayerName, ...] = ()
        layers = desk.layers
        actions: dict[str, keys.Action] = {
            "next_lobe": lambda: desk.choose_lobe(1),
            "previous_lobe": lambda: desk.choose_lobe(-1),
            "nothing_found": lambda: _ignore(desk.do(lambda say: say.nothing_found(desk.lobe))),
            "nothing_else": lambda: _ignore(desk.do(lambda say: say.nothing_else(desk.lobe))),
            "type_scores": lambda: _ignore(desk.events.typing()),
            "next_finding": layers.choose_next,
            "wider_brush": lambda: layers.change_brush(_BRUSH_STEP),
            "narrower_brush": lambda: layers.change_brush(1 / _BRUSH_STEP),
            "fill_lobe": self._fill_lobe,
            "copy_up": lambda: self._copy(1),
            "copy_down": lambda: self._copy(-1),
            "toggle_findings": layers.toggle_findings,
            "toggle_lobes": lambda: layers.toggle(("lobes",)),
        }
        guarded = {name: self._guarded(action) for name, action in actions.items()}
        keys.bind(desk.viewer, {**guarded, "hide_marks": Held(self._hide, self._show)}, DESK_KEYS)

    def _guarded(self, action: keys.Action) -> keys.Action:
        def act() -> None:
            if self._desk.session is not None and not isinstance(action, Held):
                action()

        return act

    def _hide(self) -> None:
        self._hidden = self._desk.layers.visible
        self._desk.layers.set_visible(self._hidden, visible=False)

    def _show(self) -> None:
        self._desk.layers.set_visible(self._hidden, visible=True)

    def _fill_lobe(self) -> None:
        layer = self._desk.layers.painted
        if self._desk.layers.name_of(layer) != "lobes":
            layer.fill_lobe(layer.world_to_data(self._desk.viewer.cursor.position), layer.selected_label)

    def _copy(self, by: int) -> None:
        try:
            copy_to_next(self._desk, by)
        except KazerooniError as error:
            self._desk.tell(str(error))


def _ignore(_: object) -> None:
    """Give nothing, as a key wants it."""
