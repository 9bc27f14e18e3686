"""Choice: what was decided of a reading, a series, a study or a file, and why."""

from __future__ import annotations

from typing import Final, NamedTuple

from kazerooni.archive.task import Task

LEFT: Final = "left: "
NO_UID: Final = "(no UID)"
FAILS: Final = "it will fail, and errors.csv will say why"
"""How the reason of a task ends that is known to fail."""


class Choice(NamedTuple):
    """What was decided. task: None where it is left, or where the task stands with another choice.

    what: `reading`, `series`, `study`, `score`, `map`, `file` or `folder`. uid: by which it is told: a UID or an id; of
    readings and scores without one the start of a digest, of files and folders their number in the index.
    why: in words, the same for all of its kind. detail: what is its own. study: the UID of its study, "" if not known.
    """

    what: str
    uid: str
    why: str
    task: Task | None = None
    detail: str = ""
    study: str = ""

    @property
    def is_left(self) -> bool:
        """Whether nothing is done with it."""
        return self.why.startswith(LEFT)

    @property
    def is_doomed(self) -> bool:
        """Whether it is known before that its task fails."""
        return self.why.endswith(FAILS)


def left(what: str, uid: str, why: str, *, detail: str = "", study: str = "") -> Choice:
    """Give a choice to do nothing."""
    return Choice(what, uid, f"{LEFT}{why}", detail=detail, study=study)
