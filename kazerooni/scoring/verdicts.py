"""Verdicts: how parts that are met, not met or unknown combine (Kleene's strong logic of three values).

A verdict is decided only where no unknown part could change it; so learning more never undoes one.
"""

from __future__ import annotations

from collections.abc import Iterable

from kazerooni.model import Verdict


def verdict_of(is_met: bool | None) -> Verdict:  # noqa: FBT001 - it is the value
    """Give the verdict of a yes, a no or an unknown."""
    return Verdict.UNDECIDED if is_met is None else Verdict.MET if is_met else Verdict.NOT_MET


def at_least(wanted: int, verdicts: Iterable[Verdict]) -> Verdict:
    """Met where so many parts are; not met where so many no longer can be."""
    found = list(verdicts)
    met, unknown = found.count(Verdict.MET), found.count(Verdict.UNDECIDED)
    if met >= wanted:
        return Verdict.MET
    return Verdict.UNDECIDED if met + unknown >= wanted else Verdict.NOT_MET


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Met where one part is."""
    return at_least(1, verdicts)


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Met where every part is."""
    found = list(verdicts)
    return at_least(len(found), found)


def opposite(verdict: Verdict) -> Verdict:
    """Turn a verdict round; what is unknown stays so."""
    return {Verdict.MET: Verdict.NOT_MET, Verdict.NOT_MET: Verdict.MET}.get(verdict, verdict)
