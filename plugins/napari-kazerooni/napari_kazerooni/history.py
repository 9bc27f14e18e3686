"""History: undo and redo of what a reader says. What is painted has the viewer's own undo."""

from __future__ import annotations

from dataclasses import dataclass

from napari_kazerooni.canvas import Canvas, Patch
from napari_kazerooni.said import Said

_MOST_STEPS = 500


@dataclass(frozen=True, slots=True)
class Step:
    """One command: its name for people, what was said before and after, and pixels that it changed, if any."""

    name: str
    before: Said
    after: Said
    patch: Patch | None = None


class History:
    """The commands that can be undone and done again."""

    def __init__(self, said: Said) -> None:
        self.said = said
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def do(self, name: str, after: Said, patch: Patch | None = None) -> None:
        """Note a command that has been done; what was undone before cannot be done again."""
        if after == self.said and patch is None:
            return
        self._done.append(Step(name, self.said, after, patch))
        del self._done[:-_MOST_STEPS]
        self._undone.clear()
        self.said = after

    def undo(self, canvas: Canvas) -> Step | None:
        """Undo the last command, None where there is none."""
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        self.said = step.before
        if step.patch is not None:
            canvas.put_back(step.patch)
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
        return step
