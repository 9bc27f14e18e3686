"""Commands: what a reader says and takes back, each in one step that can be undone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal

import numpy as np

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Finding, Lobe, Pattern, SchemeRef, State
from kazerooni.scoring import Scheme, Trace
from napari_kazerooni.canvas import Canvas
from napari_kazerooni.evidence import Places
from napari_kazerooni.history import History, Step
from napari_kazerooni.said import Place, Said


class Commands:
    """The commands of a reader. Each raises ReadingError where it cannot be done; then nothing changes.

    version: grows with every command. closed_by: id of the signed reading, after which nothing changes any more.
    """

    def __init__(self, canvas: Canvas, said: Said) -> None:
        self._canvas = canvas
        self._history = History(said)
        self.version = 0
        self.closed_by: str | None = None

    @property
    def said(self) -> Said:
        """What the reader has said so far."""
        return self._history.said

    @property
    def places(self) -> Places:
        """What is painted and said of the components of lobes, as it stands now."""
        return Places(self._canvas.sums(), self.said)

    def type_percent(
        self, lobe: Lobe, component: Component, percent: str | Decimal, finding: Finding | None = None
    ) -> None:
        """Type a percent of a finding of a lobe, or of the component as a whole (alveolar, or 0).

        Raises ReadingError where it cannot be; then nothing changes.
        """
        self._do(f"type {component} of {lobe.name}", self.said.typed_percent(lobe, component, percent, finding))

    def type_present(self, lobe: Lobe, finding: Finding, *, present: bool = True) -> None:
        """Type that a finding is present in a lobe or not; of traction bronchiectasis it is its tick."""
        if finding is Finding.TRACTION_BRONCHIECTASIS:
            self.tick_traction(lobe, seen=present)
            return
        self._do(f"type {finding.full_name} of {lobe.name}", self.said.typed_present(lobe, finding, present=present))

    def type_grade(self, lobe: Lobe, component: Component, grade: int, scheme: Scheme) -> None:
        """Type a grade under the scheme whose edges the reader has in mind.

        Raises ReadingError for a grade that the scheme does not have.
        """
        highest = scheme.criterion(component).highest_grade
        if not 0 <= grade <= highest:
            raise ReadingError(f"grade {grade} of {component}: {scheme.name} has 0 to {highest}")
        ref = SchemeRef(scheme.name, scheme.version)
        self._do(f"grade {component} of {lobe.name}", self.said.typed_grade(lobe, component, grade, ref))

    def set_state(self, lobe: Lobe, component: Component, state: State, reason: str = "") -> None:
        """Say that a component of a lobe is assessed, cannot be assessed (and why), or that the lobe is absent.

        Raises ReadingError where that contradicts what was said, or the lobe map.
        """
        if state is State.ABSENT:
            self.set_absent(lobe)
            return
        if state is State.ASSESSED and not self.places.holds(lobe):
            raise ReadingError(f"{lobe.name} is not in the lobe map, so its marks cannot be counted; type a percent")
        words = f"{component} of {lobe.name} {state.replace('_', ' ')}"
        self._do(words, self.said.state(lobe, component, state, reason))

    def set_absent(self, lobe: Lobe) -> None:
        """Say that a lobe is absent.

        Raises ReadingError where the lobe map holds it, or something was entered of it.
        """
        if self.places.holds(lobe):
            raise ReadingError(f"{lobe.name} is in the lobe map; part the lungs without it first, then call it absent")
        self._do(f"{lobe.name} absent", self.said.absent(lobe))

    def nothing_found(self, lobe: Lobe) -> None:
        """Say that a lobe was looked at and nothing was found, in one command: both components, no traction.

        Counted as 0 % where the lobe map holds the lobe, typed as 0 % where it does not.

        Raises ReadingError where marks are painted there.
        """
        said = self.said
        for component in Component:
            if marked := self.places.marked(lobe, component):
                raise ReadingError(f"{component} of {lobe.name} holds {marked} marked pixels; erase them, or keep them")
            if self.places.holds(lobe):
                said = said.state(lobe, component, State.ASSESSED)
            else:
                said = said.typed_percent(lobe, component, Decimal(0), None)
        self._do(f"nothing found in {lobe.name}", said.ticked(lobe, seen=False))

    def clear(self, lobe: Lobe, component: Component) -> None:
        """Take back what was said of a component of a lobe; what is painted there counts again."""
        self._do(f"clear {component} of {lobe.name}", self.said.cleared(lobe, component))

    def tick_traction(self, lobe: Lobe, *, seen: bool | None) -> None:
        """Tick traction bronchiectasis of a lobe; None takes the tick back."""
        self._do(f"traction of {lobe.name}", self.said.ticked(lobe, seen))

    def set_pattern(self, name: str | None, by: str | None = None) -> None:
        """Say the pattern of the lung disease as read, UIP, NSIP or another, and by whom; None takes it back."""
        self._do("pattern", replace(self.said, pattern=None if name is None else Pattern(name, by)))

    def set_remarks(self, text: str) -> None:
        """Write the remarks."""
        self._do("remarks", replace(self.said, remarks=text))

    def settle(self, lobe: Lobe, component: Component, *, keep: Literal["typed", "painted"]) -> None:
        """Settle a conflict of typed and painted: `keep` the typed values although marks are there, or the painted."""
        place: Place = (lobe, component)
        kept = replace(self.said, settled={**self.said.settled, place: self.places.marked(*place)})
        words = f"{component} of {lobe.name}: {keep} counts"
        self._do(words, kept if keep == "typed" else self.said.cleared(*place))

    def count_trace(self, trace: Trace) -> None:
        """Say that a trace is meant: it counts."""
        key = (trace.lobe, trace.finding)
        words = f"count {trace.finding.full_name} of {trace.lobe.name}"
        self._do(words, replace(self.said, counted={**self.said.counted, key: trace.voxels}))

    def spill_trace(self, trace: Trace) -> tuple[int, ...]:
        """Say that a trace is a stroke that went astray: its marks are erased. Gives the slices that changed."""
        self.refuse_signed()
        patch = self._canvas.erase(trace.region.holds, trace.finding)
        self._history.do(f"erase {trace.finding.full_name} of {trace.lobe.name}", self.said, patch)
        self.touch()
        pixels = self._canvas.labels(patch.layer)[0].size
        return tuple(int(index) for index in np.unique(patch.places // pixels))

    def undo(self) -> Step | None:
        """Undo the last command; None where there is none. Its `patch`, if any, tells which layer to show anew."""
        self.refuse_signed()
        self.touch()
        return self._history.undo(self._canvas)

    def redo(self) -> Step | None:
        """Do the last undone command again; None where there is none."""
        self.refuse_signed()
        self.touch()
        return self._history.redo(self._canvas)

    def _do(self, name: str, after: Said) -> None:
        self.refuse_signed()
        self._history.do(name, after)
        self.touch()

    def touch(self) -> None:
        """Note that something changed that a draft must hold."""
        self.version += 1

    def refuse_signed(self) -> None:
        """Refuse to go on where the reading is signed."""
        if self.closed_by is not None:
            raise ReadingError(f"reading {self.closed_by} is signed and stays as it is; make an amendment")
