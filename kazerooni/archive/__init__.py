"""Archive: thousands of old series scored, and scored again, each alone in its failure."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kazerooni.archive.choice import LEFT, Choice
    from kazerooni.archive.index import Changes, Index, default_place
    from kazerooni.archive.journal import JOURNAL_FILE, Journal
    from kazerooni.archive.nothing import nothing_found
    from kazerooni.archive.record import Graded, ScoreRecord
    from kazerooni.archive.results import Summary
    from kazerooni.archive.run import Standing, choices, holds_run, rescore
    from kazerooni.archive.settings import MEMORY_LIMIT_MB, TIME_LIMIT_S, Limits, Settings
    from kazerooni.archive.tables import ERRORS
    from kazerooni.archive.task import Cause, Failure, Kind, Result, Task

__all__ = [
    "ERRORS",
    "JOURNAL_FILE",
    "LEFT",
    "MEMORY_LIMIT_MB",
    "TIME_LIMIT_S",
    "Cause",
    "Changes",
    "Choice",
    "Failure",
    "Graded",
    "Index",
    "Journal",
    "Kind",
    "Limits",
    "Result",
    "ScoreRecord",
    "Settings",
    "Standing",
    "Summary",
    "Task",
    "choices",
    "default_place",
    "holds_run",
    "nothing_found",
    "rescore",
]

_HOME_OF = {
    **dict.fromkeys(("Changes", "Index", "default_place"), "index"),
    **dict.fromkeys(("JOURNAL_FILE", "Journal"), "journal"),
    **dict.fromkeys(("LEFT", "Choice"), "choice"),
    **dict.fromkeys(("nothing_found",), "nothing"),
    **dict.fromkeys(("Graded", "ScoreRecord"), "record"),
    **dict.fromkeys(("Summary",), "results"),
    **dict.fromkeys(("Standing", "choices", "holds_run", "rescore"), "run"),
    **dict.fromkeys(("MEMORY_LIMIT_MB", "TIME_LIMIT_S", "Limits", "Settings"), "settings"),
    **dict.fromkeys(("ERRORS",), "tables"),
    **dict.fromkeys(("Cause", "Failure", "Kind", "Result", "Task"), "task"),
}


def __getattr__(name: str) -> Any:
    """Look a name up when it is asked for (PEP 562): a worker loads only what it works with."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"kazerooni.archive.{_HOME_OF[name]}"), name)
