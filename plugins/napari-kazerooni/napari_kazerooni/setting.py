"""Setting: what is known of a reading before it begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kazerooni.model import Reading, ScanRef, Session, Supersedes

Now = Callable[[], datetime]
"""Gives the time with its zone; handed in by the viewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is known of a reading before it begins.

    reading_id: of the reading to be. started: with its time zone.
    order: which reading of its session it is, from 1. blinded: whether priors and their scores are hidden.
    hidden: whether a study hides who it is and when, until it is signed.
    supersedes: the signed reading that it amends, and why.

    Raises ReadingError where a Reading could not hold these.
    """

    reading_id: str
    started: datetime
    order: int | None = None
    blinded: bool = False
    hidden: bool = False
    supersedes: Supersedes | None = None

    def __post_init__(self) -> None:
        session = Session(started=self.started, order=self.order)
        Reading(id=self.reading_id, scan=ScanRef(), session=session, supersedes=self.supersedes)
