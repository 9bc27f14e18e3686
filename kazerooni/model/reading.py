"""Reading: what a person or a program recorded of a scan. What a scheme makes of it is a Score."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from kazerooni.errors import ReadingError
from kazerooni.model.anatomy import Component, Lobe, State
from kazerooni.model.scan import ScanRef, Technique
from kazerooni.model.tally import Tally

# A region of several lobes (the left upper lobe with its lingula) is in the first of these states that any of them is
# in: what cannot be assessed in a part leaves the whole unknown, an absent part does not.
_STATE_OF_SEVERAL = (State.NOT_ASSESSABLE, State.ASSESSED, State.ABSENT)


@dataclass(frozen=True, slots=True)
class InputDigest:
    """One thing that a reading was made from.

    role: `scan`, `lobes`, `alveolar` or `interstitial`.
    sha256: SHA-256 in hexadecimal digits, None for a map that never was a file.
    """

    role: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class LobeEntry:
    """What was said of a lobe in words, beside what was painted; None where nothing was said.

    alveolar, interstitial: the state of the component. Where it is None the maps tell: a lobe that was found in the
        lobe map and looked at with a map of the component is assessed.
    traction_bronchiectasis: a yes or no of the lobe.
    """

    lobe: Lobe
    alveolar: State | None = None
    interstitial: State | None = None
    traction_bronchiectasis: bool | None = None

    def state(self, component: Component) -> State | None:
        """Give what was said of a component."""
        return self.alveolar if component is Component.ALVEOLAR else self.interstitial


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What was recorded of a scan, kept for ever; scores can be made from it again. Frozen; checked at birth.

    id: unique; given by the caller, as the model knows no clock and no chance.
    reader: the name or sign of the reader, None where nobody is named.
    tally: the counts of the label maps.
    entries: what was said in words, one entry a lobe at most.
    inputs: digests of the scan and the maps.

    Raises ReadingError where entries contradict each other or the tally.
    """

    id: str
    scan: ScanRef
    technique: Technique
    reader: str | None
    tally: Tally
    entries: tuple[LobeEntry, ...] = ()
    inputs: tuple[InputDigest, ...] = ()

    def __post_init__(self) -> None:
        if not self.id:
            raise ReadingError("the reading has no id; give it one of its own")
        if len(self._by_lobe) < len(self.entries):
            names = ", ".join(entry.lobe.name for entry in self.entries)
            raise ReadingError(f"a lobe has two entries ({names}); give one entry a lobe")
        for entry in self.entries:
            for component in Component:
                self._refuse_contradiction(entry.lobe, component, entry.state(component))

    def _refuse_contradiction(self, lobe: Lobe, component: Component, said: State | None) -> None:
        seen = self.tally.slices_seen((lobe,)) > 0
        if said is State.ABSENT and seen:
            raise ReadingError(f"{lobe.name} is said to be absent, but the lobe map holds it; correct one of the two")
        if said is State.ASSESSED and not (seen and component in self.tally.measured):
            what = f"{component} of {lobe.name}"
            raise ReadingError(f"{what} is said to be assessed, but nothing was counted; give its map, or say nothing")

    @cached_property
    def _by_lobe(self) -> dict[Lobe, LobeEntry]:
        return {entry.lobe: entry for entry in self.entries}

    def state(self, lobes: Collection[Lobe], component: Component) -> State | None:
        """Give the state of a component of a lobe, or of lobes scored as one; None where nothing was recorded."""
        states = {self._state_of_one(lobe, component) for lobe in lobes}
        return next((state for state in _STATE_OF_SEVERAL if state in states), None)

    def _state_of_one(self, lobe: Lobe, component: Component) -> State | None:
        entry = self._by_lobe.get(lobe)
        if entry is not None and entry.state(component) is not None:
            return entry.state(component)
        counted = component in self.tally.measured and self.tally.slices_seen((lobe,)) > 0
        return State.ASSESSED if counted else None

    def traction_bronchiectasis(self, lobes: Collection[Lobe]) -> bool | None:
        """Tell whether traction bronchiectasis was seen in any of the lobes; None where nothing was said of them."""
        said = [entry.traction_bronchiectasis for lobe in lobes if (entry := self._by_lobe.get(lobe))]
        known = [seen for seen in said if seen is not None]
        return any(known) if known else None
