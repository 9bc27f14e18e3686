"""History: undo and redo of what a reader says and of fissures that move. Painting has the viewer's own undo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kazerooni.model import FissureSet
from napari_kazerooni.canvas import Canvas, Patch
from napari_kazerooni.said import Said

_MOST_STEPS: Final = 500
_MOST_BYTES: Final = 64_000_000
"""What the pixels of all steps may take; the oldest are forgotten first, the last step never."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command: its name for people, what was said before and after, and what else it changed, if anything.

    patch: pixels. fissures: that part the lobes, before and after.
    """

    name: str
    before: Said
    after: Said
    patch: Patch | None = None
    fissures: tuple[FissureSet | None, FissureSet | None] | None = None

    @property
    def size_bytes(self) -> int:
        """How much memory its pixels hold."""
        return 0 if self.patch is None else self.patch.size_bytes


class History:
    """The commands that can be undone and done again, and what stands now: said, and the fissures."""

    def __init__(self, said: Said) -> None:
        self.said = said
        self.fissures: FissureSet | None = None
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def do(self, name: str, after: Said, patch: Patch | None = None, fissures: FissureSet | None = None) -> None:
        """Note a command that has been done; what was undone before cannot be done again.

        fissures: that part the lobes from now on, None where they stay.
        """
        if after == self.said and patch is None and fissures is None:
            return
        moved = None if fissures is None else (self.fissures, fissures)
        self._done.append(Step(name, self.said, after, patch, moved))
        self._undone.clear()
        self.said = after
        self.fissures = self.fissures if fissures is None else fissures
        self._forget()

    def _forget(self) -> None:
        """Forget the oldest steps where there are too many, or where their pixels take too much."""
        del self._done[:-_MOST_STEPS]
        held = sum(step.size_bytes for step in self._done)
        while held > _MOST_BYTES and len(self._done) > 1:
            held -= self._done.pop(0).size_bytes

    def begin_lobes(self, fissures: FissureSet | None) -> None:
        """Go on with other lobes: fissures of the lobes before cannot come back, what was said still can."""
        self.fissures = fissures
        self._done = [_without_borders(step) for step in self._done]
        self._undone = [_without_borders(step) for step in self._undone]

    @property
    def next_undone(self) -> Step | None:
        """The step that would be undone."""
        return self._done[-1] if self._done else None

    @property
    def next_redone(self) -> Step | None:
        """The step that would be done again."""
        return self._undone[-1] if self._undone else None

    def undo(self, canvas: Canvas) -> Step | None:
        """Undo the last command, None where there is none."""
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        self.said = step.before
        if step.patch is not None:
            canvas.put_back(step.patch)
        if step.fissures is not None:
            self.fissures = step.fissures[0]
        return step

    def redo(self, canvas: Canvas) -> Step | None:
        """Do the last undone command again, None where there is none."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        self.said = step.after
        if step.patch is not None:
            canvas.do_again(step.patch)
        if step.fissures is not None:
            self.fissures = step.fissures[1]
        return step


def _without_borders(step: Step) -> Step:
    is_of_lobes = step.patch is not None and step.patch.layer == "lobes"
    return replace(step, patch=None if is_of_lobes else step.patch, fissures=None)
