"""Difference: an old and a new score of a scan set side by side, lobe by lobe, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from kazerooni.errors import SchemeError
from kazerooni.model import (
    Cause,
    Component,
    GradeChange,
    KeptGrade,
    KeptScore,
    Lobe,
    ScoreDifference,
    ScorePair,
    SumChange,
    Transition,
)
from kazerooni.model.rescored import SumName
from kazerooni.scoring.causes import causes_of, input_cause, parts_of
from kazerooni.scoring.scheme import Criterion, Scheme
from kazerooni.scoring.schemes import find_scheme

_SUMS: Final[tuple[tuple[SumName, tuple[int, ...]], ...]] = (
    ("alveolar", (0,)),
    ("interstitial", (1,)),
    ("total", (0, 1)),
)


class _Sides(NamedTuple):
    """Both scores with their schemes, None where the program does not know one, and what else differs."""

    pair: ScorePair
    old: KeptScore
    new: KeptScore
    old_scheme: Scheme | None
    new_scheme: Scheme | None
    is_other: bool
    changed_input: Cause | None


def difference_of(pair: ScorePair) -> ScoreDifference | None:
    """Set an old and a new score side by side; None where one of them is missing.

    Grades are compared where both schemes grade the same part of the lung as a lobe; sums, besides, where they combine
    them alike and have the same maximum, and every grade is there.
    """
    old, new = pair.old, pair.new
    if old is None or new is None:
        return None
    found = Transition(old.scheme, old.scheme_version, new.scheme, new.scheme_version)
    sides = _Sides(
        pair, old, new, _scheme(*found[:2]), _scheme(*found[2:]), found[:2] != found[2:], input_cause(old, new)
    )
    alveolar, interstitial, total = (_sum(sides, what, places) for what, places in _SUMS)
    return ScoreDifference(
        old=old, new=new, transition=found, grades=tuple(_grades(sides)), sums=(alveolar, interstitial, total)
    )


def incomparable(found: Transition) -> str:
    """Say why the totals of two schemes cannot be compared; empty where they can.

    A scheme that the program does not know is comparable with itself alone.
    """
    return _incomparable(*found)


@cache
def _incomparable(old_name: str, old_version: int, new_name: str, new_version: int) -> str:
    if (old_name, old_version) == (new_name, new_version):
        return ""
    old, new = _scheme(old_name, old_version), _scheme(new_name, new_version)
    if old is None or new is None:
        unknown = f"{old_name} {old_version}" if old is None else f"{new_name} {new_version}"
        return f"scheme {unknown} is not known to this program"
    if {(r.lobe, r.holds) for r in old.regions} != {(r.lobe, r.holds) for r in new.regions}:
        return f"the schemes grade other regions: {len(old.regions)} and {len(new.regions)} lobes"
    if old.combine != new.combine:
        return f"the schemes combine the lobes in other ways: {old.combine} and {new.combine}"
    if old.maximum != new.maximum:
        return f"the schemes have other maxima: {old.maximum} and {new.maximum}"
    return ""


@cache
def _scheme(name: str, version: int) -> Scheme | None:
    try:
        return find_scheme(name, version)
    except SchemeError:
        return None


def _grades(sides: _Sides) -> Iterator[GradeChange]:
    named = {*sides.old.lobes, *sides.new.lobes}
    known = [lobe.name for lobe in Lobe if lobe.name in named]
    for lobe in (*known, *sorted(named.difference(known))):
        is_same = _is_same_region(sides, lobe)
        for place, component in enumerate(Component):
            old, new = (_kept(one, lobe, place) for one in (sides.old, sides.new))
            plain = GradeChange(lobe=lobe, component=component, old=old, new=new, is_same_region=is_same)
            yield plain if old is None or new is None or not is_same else _compared(sides, plain, old, new, place)


def _kept(one: KeptScore | None, lobe: str, place: int) -> KeptGrade | None:
    pair = None if one is None else one.lobes.get(lobe)
    return None if pair is None else pair[place]


def _is_same_region(sides: _Sides, lobe: str) -> bool:
    if lobe not in sides.old.lobes or lobe not in sides.new.lobes:
        return False
    if not sides.is_other:
        return True
    if sides.old_scheme is None or sides.new_scheme is None:
        return set(sides.old.lobes) == set(sides.new.lobes)
    return _holds(sides.old_scheme, lobe) == _holds(sides.new_scheme, lobe)


@cache
def _holds_of(name: str, version: int) -> dict[str, tuple[Lobe, ...]]:
    return {region.lobe.name: region.holds for region in find_scheme(name, version).regions}


def _holds(scheme: Scheme, lobe: str) -> tuple[Lobe, ...]:
    return _holds_of(scheme.name, scheme.version).get(lobe, ())


def _compared(sides: _Sides, plain: GradeChange, old: KeptGrade, new: KeptGrade, place: int) -> GradeChange:
    """Add to a row what changed, and why."""
    if (old.grade, old.percent, old.state) == (new.grade, new.percent, new.state):
        return plain
    mixed = (_kept(one, plain.lobe, place) for one in (sides.pair.new_by_old, sides.pair.old_by_new))
    by_old, by_new = (None if one is None else one.grade for one in mixed)
    parts = parts_of(
        (old.grade, new.grade),
        new_by_old=by_old,
        old_by_new=by_new,
        is_other=sides.is_other,
        same=sides.changed_input is None,
    )
    before, after = (
        None if scheme is None else scheme.criterion(plain.component) for scheme in (sides.old_scheme, sides.new_scheme)
    )
    return replace(
        plain,
        crossed=_crosses(before, after, old, new),
        edges=_edges(after, old.percent, new.percent),
        causes=causes_of(parts, is_other=sides.is_other, changed_input=sides.changed_input),
        parts=parts,
    )


def _crosses(before: Criterion | None, after: Criterion | None, old: KeptGrade, new: KeptGrade) -> bool:
    """Tell whether the percents lie in bands of other grades; where one is not known, whether the grades differ."""
    if old.grade is None or new.grade is None:
        return False
    if before is None or after is None or old.percent is None or new.percent is None:
        return old.grade != new.grade
    return _band(before, old.percent) != _band(after, new.percent)


def _band(criterion: Criterion, percent: float) -> int:
    """Give the grade by extent alone."""
    return next((band.grade for band in criterion.bands if percent in band.owns or band.low < percent < band.high), -1)


def _edges(criterion: Criterion | None, was: float | None, now: float | None) -> tuple[int, ...]:
    if criterion is None or was is None or now is None:
        return ()
    low, high = sorted((_band(criterion, was), _band(criterion, now)))
    return tuple(band.high for band, after in pairwise(criterion.bands) if low < after.grade <= high)


def _sum(sides: _Sides, what: SumName, places: tuple[int, ...]) -> SumChange:
    was, now = getattr(sides.old, what), getattr(sides.new, what)
    why_not = _why_not(sides, what, places)
    plain = SumChange(what=what, old=was, new=now, why_not=why_not)
    if why_not or was == now:
        return plain
    parts = parts_of(
        (was, now),
        new_by_old=_mixed(sides.pair.new_by_old, what, places),
        old_by_new=_mixed(sides.pair.old_by_new, what, places),
        is_other=sides.is_other,
        same=sides.changed_input is None,
    )
    causes = causes_of(parts, is_other=sides.is_other, changed_input=sides.changed_input)
    return replace(plain, causes=causes, parts=parts)


def _mixed(one: KeptScore | None, what: SumName, places: tuple[int, ...]) -> float | None:
    if one is None or not _is_whole(one, places):
        return None
    found: float | None = getattr(one, what)
    return found


def _why_not(sides: _Sides, what: SumName, places: tuple[int, ...]) -> str:
    old, new = sides.old, sides.new
    if why := _incomparable(old.scheme, old.scheme_version, new.scheme, new.scheme_version):
        return why
    for name, one in (("old", old), ("new", new)):
        if getattr(one, what) is None:
            return f"the {name} {what} is missing"
        if not _is_whole(one, places):
            return f"the {name} {what} stands on fewer lobes"
    return "the maxima differ though the scheme is the same" if old.maximum != new.maximum else ""


def _is_whole(one: KeptScore, places: tuple[int, ...]) -> bool:
    """Tell whether all lobes have the grades that a sum is made of."""
    return all(grades[place].grade is not None for grades in one.lobes.values() for place in places)
