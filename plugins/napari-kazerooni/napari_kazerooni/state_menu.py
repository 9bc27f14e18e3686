"""State menu: what a lobe is beside its percents, not assessable and why, or absent, with the mouse. Wiring only."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Final

from qtpy.QtWidgets import QMenu, QPushButton

from kazerooni.model import Component

if TYPE_CHECKING:
    from napari_kazerooni.desk import Desk

REASONS: Final = ("collapse", "motion", "expiration", "not covered")
"""Why a component of a lobe cannot be assessed, as the scoring rules name it; another one is typed in State."""
_WHICH: Final[tuple[tuple[str, tuple[Component, ...]], ...]] = (
    ("Both", tuple(Component)),
    ("Alveolar", (Component.ALVEOLAR,)),
    ("Interstitial", (Component.INTERSTITIAL,)),
)


class StateMenu(QMenu):
    """Says of the lobe that the desk is about that it cannot be assessed, and why, or takes it back.

    parts: the menus of reasons, by the word for the components.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.parts: dict[str, QMenu] = {}
        for words, components in _WHICH:
            part = self.parts[words] = self.addMenu(f"{words}: not assessable")
            for reason in REASONS:
                part.addAction(reason, partial(self._say, components, reason))
        self.addSeparator()
        for words, components in _WHICH:
            self.addAction(f"{words}: take back what was said", partial(self._clear, components))

    def _say(self, components: Collection[Component], reason: str) -> None:
        self._desk.do(lambda say: say.not_assessable(self._desk.lobe, components, reason))

    def _clear(self, components: Collection[Component]) -> None:
        self._desk.do(lambda say: say.clear_all(self._desk.lobe, components))


def state_button(desk: Desk) -> QPushButton:
    """Give the button with the menu."""
    button = QPushButton("Not assessable")
    button.setToolTip("The lobe of this row cannot be assessed: why. Typed: n and a reason in the column State")
    button.setMenu(StateMenu(desk))
    return button
