"""Judgement: what a criterion says of a patient at a visit, with every input that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    """Three values, as missing is never no."""

    MET = "met"
    NOT_MET = "not met"
    UNDECIDED = "cannot be decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One thing that a criterion looked at.

    what: what it is, as "FVC % predicted, fall since the previous test".
    verdict: whether this part is met.
    threshold: what is wanted of it, as "more than 10 % of the earlier value".
    on, value: date and value, in words; None where there is none.
    against_on, against: those that it is held against.
    found: what came out, as "fell by 12.5 %".
    confirmed: whether the next test held against the same one shows it too; None where there is none.
    reason: what is missing, where it cannot be decided.
    """

    what: str
    verdict: Verdict
    threshold: str
    on: date | None = None
    value: str | None = None
    against_on: date | None = None
    against: str | None = None
    found: str | None = None
    confirmed: bool | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a criterion says at a visit.

    criterion, version: its name in `kazerooni.scoring.CRITERIA`, and which edition.
    on: the date of the visit.
    """

    criterion: str
    version: int
    on: date
    verdict: Verdict
    inputs: tuple[Input, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What keeps it from being decided; empty where it is."""
        if self.verdict is not Verdict.UNDECIDED:
            return ()
        return tuple(dict.fromkeys(one.reason for one in self.inputs if one.verdict is Verdict.UNDECIDED))
