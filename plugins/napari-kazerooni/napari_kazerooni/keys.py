"""Keys: every key of the reading room, in one table from which they are bound and listed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from app_model.types import KeyBinding


class Key(NamedTuple):
    """A key, the name of what it does in the room, and the words of the help."""

    key: str
    action: str
    words: str


KEYS = (
    Key("F1", "help", "show or hide this help"),
    Key("PageUp", "slice_up", "next slice towards the end of the stack"),
    Key("PageDown", "slice_down", "next slice towards its start"),
    Key("Home", "slice_first", "first slice"),
    Key("End", "slice_last", "last slice"),
    Key("F2", "window_lung", "lung window"),
    Key("F3", "window_mediastinum", "mediastinal window"),
    Key("F4", "window_bone", "bone window"),
    Key("F5", "window_own", "own window: the last one that was dragged"),
    Key("F6", "plane_axial", "axial plane"),
    Key("F7", "plane_coronal", "coronal plane, of a scan without gaps"),
    Key("F8", "plane_sagittal", "sagittal plane, of a scan without gaps"),
)

DESK_KEYS = (
    Key("N", "next_lobe", "next lobe"),
    Key("Shift+N", "previous_lobe", "lobe before"),
    Key("F10", "type_scores", "type scores: Tab goes from cell to cell, Ctrl+Return signs"),
    Key("F9", "nothing_found", "nothing found in this lobe"),
    Key("Shift+F9", "nothing_else", "what is typed or marked in this lobe is all there is"),
    Key("K", "next_finding", "next finding to paint"),
    Key("H", "wider_brush", "wider brush"),
    Key("G", "narrower_brush", "narrower brush"),
    Key("Q", "fill_lobe", "fill the lobe under the cursor on this slice"),
    Key("Shift+PageUp", "copy_up", "copy the marks to the next slice"),
    Key("Shift+PageDown", "copy_down", "copy the marks to the slice before"),
    Key("J", "toggle_findings", "show or hide the findings"),
    Key("U", "toggle_lobes", "show or hide the lobes"),
    Key("W", "hide_marks", "hide all marks while it is held"),
)

TYPED = (
    ("percent, + or \N{EN DASH}", "in the table of scores: how much of a finding, or that it is there or not"),
    ("0, a, n and a reason", "in its column State: nothing found, lobe absent, not assessable"),
)

MOUSE = (
    ("wheel", "next or previous slice"),
    ("Shift + wheel", "zoom"),
    ("right button, dragged", "window: right is wider, down is darker"),
    ("left button, dragged", "move the picture, or mark with the tool of the layer"),
)


def as_on_keyboard(words: str, platform: str = sys.platform) -> str:
    """Name the keys as the keyboard does: where Qt says Ctrl, a Mac has Cmd.

    https://doc.qt.io/qt-6/qkeysequence.html#keyboard-layout-issues
    """
    return words.replace("Ctrl+", "Cmd+") if platform == "darwin" else words


class Held(NamedTuple):
    """What is done while a key is held: at its press, and at its release."""

    press: Callable[[], None]
    release: Callable[[], None]


Action = Callable[[], None] | Held


def bind(viewer: Any, actions: Mapping[str, Action], keys: Iterable[Key] = KEYS) -> None:
    """Bind the keys to the actions of a room, on the viewer: they work whatever layer is active."""
    for key, action, _ in keys:
        viewer.bind_key(key, _ignoring_viewer(actions[action]), overwrite=True)


def _ignoring_viewer(action: Action) -> Callable[[Any], Any]:
    if isinstance(action, Held):
        held = action

        def hold(_: Any) -> Iterator[None]:
            held.press()
            yield
            held.release()

        return hold
    once = action

    def act(_: Any) -> None:
        once()

    return act


def collisions(keymaps: Iterable[Mapping[Any, Any]], keys: Iterable[Key] = KEYS) -> list[str]:
    """List the keys that other keymaps hold too."""
    taken = {str(key) for keymap in keymaps for key in keymap}
    return [key.key for key in keys if str(KeyBinding.from_str(key.key)) in taken]
