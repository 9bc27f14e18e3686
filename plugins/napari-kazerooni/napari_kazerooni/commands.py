"""Commands: what a reader says and takes back, each in one step that can be undone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from typing import Literal

import numpy as np

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Finding, FissureSet, Lobe, Pattern, SchemeRef, State
from kazerooni.scoring import Scheme, Trace
from napari_kazerooni.canvas import Canvas, Patch
from napari_kazerooni.evidence import Places
from napari_kazerooni.history import History, Step
from napari_kazerooni.said import Place, Said


class Commands:
    """The commands of a reader. Each raises ReadingError where it cannot be done; then nothing changes.

    scheme: under which lobes are meant and grades are typed.
    version: grows with every command. closed_by: id of the signed reading, after which nothing changes any more.
    is_held: whether nothing changes for now, as what stands here is being signed.
    """

    def __init__(self, canvas: Canvas, said: Said, scheme: Scheme) -> None:
        self._canvas = canvas
        self.scheme = scheme
        self._history = History(said)
        self.version = 0
        self.closed_by: str | None = None
        self.is_held = False

    @property
    def said(self) -> Said:
        """What the reader has said so far."""
        return self._history.said

    @property
    def fissures(self) -> FissureSet | None:
        """The fissures that part the lobes."""
        return self._history.fissures

    def begin_lobes(self, fissures: FissureSet | None) -> None:
        """Go on with other lobes, parted by these fissures; those before cannot be undone to."""
        self.refuse_change()
        self._history.begin_lobes(fissures)
        self.touch()

    @property
    def places(self) -> Places:
        """What is painted and said of the components of lobes, as it stands now."""
        return Places(self._canvas.sums(), self.said)

    # What is said of a lobe goes for all that the scheme grades as it: for the left upper lobe with its lingula, where
    # the lobe map holds that apart and the scheme does not.

    def _meant(self, lobe: Lobe) -> tuple[Lobe, ...]:
        region = next((region for region in self.scheme.regions if region.lobe is lobe), None)
        held = () if region is None else region.holds
        places = self.places
        return (lobe, *(other for other in held if other is not lobe and places.holds(other)))

    def type_percent(
        self, lobe: Lobe, component: Component, percent: str | Decimal, finding: Finding | None = None
    ) -> None:
        """Type a percent of a finding of a lobe, or of the component as a whole (alveolar, or 0)."""
        said = self.said
        for each in self._meant(lobe):
            said = said.typed_percent(each, component, percent, finding)
        self._do(f"type {component} of {lobe.name}", said)

    def type_present(self, lobe: Lobe, finding: Finding, *, present: bool = True) -> None:
        """Type that a finding is present in a lobe or not; of traction bronchiectasis it is its tick."""
        if finding is Finding.TRACTION_BRONCHIECTASIS:
            self.tick_traction(lobe, seen=present)
            return
        said = self.said
        for each in self._meant(lobe):
            said = said.typed_present(each, finding, present=present)
        self._do(f"type {finding.full_name} of {lobe.name}", said)

    def type_grade(self, lobe: Lobe, component: Component, grade: int) -> None:
        """Type a grade under the scheme that is chosen."""
        highest = self.scheme.criterion(component).highest_grade
        if not 0 <= grade <= highest:
            raise ReadingError(f"grade {grade} of {component}: {self.scheme.name} has 0 to {highest}")
        if len(self._meant(lobe)) > 1:
            raise ReadingError(
                f"a grade of {lobe.name} cannot be typed while the lobe map holds its lingula apart; type percents, or "
                "choose a scheme that grades the lingula"
            )
        ref = SchemeRef(self.scheme.name, self.scheme.version)
        self._do(f"grade {component} of {lobe.name}", self.said.typed_grade(lobe, component, grade, ref))

    def set_state(self, lobe: Lobe, component: Component, state: State, reason: str = "") -> None:
        """Say that a component of a lobe is assessed, cannot be assessed (and why), or that the lobe is absent."""
        if state is State.ABSENT:
            self.set_absent(lobe)
            return
        if state is State.ASSESSED and not self.places.holds(lobe):
            raise ReadingError(f"{lobe.name} is not in the lobe map, so its marks cannot be counted; type a percent")
        said = self.said
        for each in self._meant(lobe):
            said = said.state(each, component, state, reason)
        self._do(f"{component} of {lobe.name} {state.replace('_', ' ')}", said)

    def not_assessable(self, lobe: Lobe, components: Collection[Component], reason: str) -> None:
        """Say that components of a lobe cannot be assessed, and why, in one command."""
        said = self.said
        for each, component in ((each, component) for each in self._meant(lobe) for component in components):
            said = said.state(each, component, State.NOT_ASSESSABLE, reason)
        self._do(f"{lobe.name} not assessable", said)

    def part(self, name: str, fissures: FissureSet, patch: Patch, said: Said | None = None) -> None:
        """Note lobes that were parted anew by other fissures, with what was said of a lobe thereby."""
        self.refuse_change()
        self._history.do(name, said or self.said, patch, fissures)
        self.touch()

    def set_absent(self, lobe: Lobe) -> None:
        """Say that a lobe is absent; the lobe map must not hold it."""
        if self.places.holds(lobe):
            raise ReadingError(f"{lobe.name} is in the lobe map; part the lungs without it first, then call it absent")
        self._do(f"{lobe.name} absent", self.said.absent(lobe))

    def nothing_found(self, lobe: Lobe) -> None:
        """Say that a lobe was looked at and nothing was found, in one command: both components, no traction.

        Counted as 0 % where the lobe map holds the lobe, typed as 0 % where it does not. Refused where marks are
        painted there, or something else was said.
        """
        said, places = self.said, self.places
        for each, component in ((each, component) for each in self._meant(lobe) for component in Component):
            if marked := places.marked(each, component):
                raise ReadingError(f"{component} of {each.name} holds {marked} marked pixels; erase them, or keep them")
            if said.is_something(each, component):
                raise ReadingError(f"{component} of {each.name}: something else was entered; clear that first")
        for each in self._meant(lobe):
            said = _nothing_in(said, places, each, tuple(Component)).ticked(each, seen=False)
        self._do(f"nothing found in {lobe.name}", said)

    def nothing_else(self, lobe: Lobe) -> None:
        """Say that what is marked or entered in a lobe is all there is: what is open counts as looked at, none found.

        Traction bronchiectasis too, where nothing was said of it.
        """
        said, places = self.said, self.places
        for each in self._meant(lobe):
            open_ = tuple(c for c in Component if (each, c) not in said.entries and not places.marked(each, c))
            said = _nothing_in(said, places, each, open_)
            said = said if each in said.traction or said.is_absent(each) else said.ticked(each, seen=False)
        self._do(f"nothing else in {lobe.name}", said)

    def clear(self, lobe: Lobe, component: Component) -> None:
        """Take back what was said of a component of a lobe; what is painted there counts again."""
        self.clear_all(lobe, (component,))

    def clear_all(self, lobe: Lobe, components: Collection[Component]) -> None:
        """Take back what was said of components of a lobe, in one command."""
        said = self.said
        for each, component in ((each, component) for each in self._meant(lobe) for component in components):
            said = said.cleared(each, component)
        self._do(f"clear {' and '.join(components)} of {lobe.name}", said)

    def tick_traction(self, lobe: Lobe, *, seen: bool | None) -> None:
        """Tick traction bronchiectasis of a lobe; None takes the tick back."""
        said = self.said
        for each in self._meant(lobe):
            said = said.ticked(each, seen)
        self._do(f"traction of {lobe.name}", said)

    def set_pattern(self, name: str | None, by: str | None = None) -> None:
        """Say the pattern of the lung disease as read, UIP, NSIP or another, and by whom; None takes it back."""
        self._do("pattern", replace(self.said, pattern=None if name is None else Pattern(name, by)))

    def set_remarks(self, text: str) -> None:
        """Write the remarks."""
        self._do("remarks", replace(self.said, remarks=text))

    def settle(self, lobe: Lobe, component: Component, *, keep: Literal["typed", "painted"]) -> None:
        """Settle a conflict of typed and painted: `keep` the typed values although marks are there, or the painted."""
        said, places = self.said, self.places
        for each in self._meant(lobe):
            place: Place = (each, component)
            if keep == "painted":
                said = said.cleared(*place)
            elif place in said.entries:
                said = replace(said, settled={**said.settled, place: places.marked(*place)})
        self._do(f"{component} of {lobe.name}: {keep} counts", said)

    def count_trace(self, trace: Trace) -> None:
        """Say that a trace is meant: it counts."""
        key = (trace.lobe, trace.finding)
        words = f"count {trace.finding.full_name} of {trace.lobe.name}"
        self._do(words, replace(self.said, counted={**self.said.counted, key: trace.voxels}))

    def spill_trace(self, trace: Trace) -> tuple[int, ...]:
        """Say that a trace is a stroke that went astray: its marks are erased. Gives the slices that changed."""
        self.refuse_change()
        patch = self._canvas.erase(trace.region.holds, trace.finding)
        self._history.do(f"erase {trace.finding.full_name} of {trace.lobe.name}", self.said, patch)
        self.touch()
        pixels = self._canvas.labels(patch.layer)[0].size
        return tuple(int(index) for index in np.unique(patch.places // pixels))

    @property
    def next_undone(self) -> Step | None:
        """The step that `undo` would take back."""
        return self._history.next_undone

    @property
    def next_redone(self) -> Step | None:
        """The step that `redo` would do again."""
        return self._history.next_redone

    def undo(self) -> Step | None:
        """Undo the last command; None where there is none. Its `patch`, if any, tells which layer to show anew."""
        self.refuse_change()
        self.touch()
        return self._history.undo(self._canvas)

    def redo(self) -> Step | None:
        """Do the last undone command again; None where there is none."""
        self.refuse_change()
        self.touch()
        return self._history.redo(self._canvas)

    def _do(self, name: str, after: Said) -> None:
        self.refuse_change()
        self._history.do(name, after)
        self.touch()

    def touch(self) -> None:
        """Note that something changed that a draft must hold."""
        self.version += 1

    def refuse_change(self) -> None:
        """Refuse to go on where the reading is signed, or being signed."""
        self.refuse_signed()
        if self.is_held:
            raise ReadingError("the reading is being signed: wait until it is done")

    def refuse_signed(self) -> None:
        """Refuse to go on where the reading is signed."""
        if self.closed_by is not None:
            raise ReadingError(f"reading {self.closed_by} is signed and stays as it is; make an amendment")


def _nothing_in(said: Said, places: Places, lobe: Lobe, components: tuple[Component, ...]) -> Said:
    """Say that nothing was found: counted where the lobe map holds the lobe, else typed."""
    for component in components:
        if places.holds(lobe):
            said = said.state(lobe, component, State.ASSESSED)
        else:
            said = said.typed_percent(lobe, component, Decimal(0), None)
    return said
