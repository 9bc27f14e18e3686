"""Archive: thousands of old series scored, and scored again, each alone in its failure."""

from kazerooni.archive.index import Changes, Index, default_place
from kazerooni.archive.journal import Journal, Pair
from kazerooni.archive.plan import Choice
from kazerooni.archive.record import Graded, ScoreRecord
from kazerooni.archive.rescore import Standing, Summary, choices, rescore
from kazerooni.archive.settings import MEMORY_LIMIT_MB, TIME_LIMIT_S, Limits, Settings
from kazerooni.archive.tables import ERRORS
from kazerooni.archive.task import Cause, Failure, Kind, Result, Task

__all__ = [
    "ERRORS",
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
    "Pair",
    "Result",
    "ScoreRecord",
    "Settings",
    "Standing",
    "Summary",
    "Task",
    "choices",
    "default_place",
    "rescore",
]
