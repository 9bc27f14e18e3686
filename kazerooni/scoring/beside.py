"""Beside: what a patient's course holds near a visit: the nearest lung function, doses in force, events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

from kazerooni.model import Beside, Course, Difference, Dose, Event, LungChange, LungFunction, NearTest, Treatment
from kazerooni.model.course import in_force, mg_per_day_of

WINDOW_DAYS: Final = 90
"""How far from a visit, either side, lung function may lie unless told otherwise."""


def beside(course: Course, on: date, *, after: date | None, window_days: int = WINDOW_DAYS) -> Beside:
    """Give what lies beside a visit; events are those later than `after`, the visit before, and up to the visit."""
    events = sorted(course.events, key=lambda event: (event.on, event.kind, event.remarks))
    return Beside(
        fvc=nearest_test(course.lung_function, on, has_fvc, window_days=window_days),
        dlco=nearest_test(course.lung_function, on, has_dlco, window_days=window_days),
        doses=doses(course.treatments, on),
        events=tuple(event for event in events if _is_between(event, after, on)),
    )


def has_fvc(test: LungFunction) -> bool:
    """Tell whether a test holds FVC, in litres or percent."""
    return test.fvc_l is not None or test.fvc_percent is not None


def has_dlco(test: LungFunction) -> bool:
    """Tell whether a test holds DLCO, in a unit or percent."""
    return test.dlco is not None or test.dlco_percent is not None


def nearest_test(
    tests: Sequence[LungFunction], on: date, has: Callable[[LungFunction], bool], *, window_days: int
) -> NearTest | None:
    """Give the test nearest to a day that holds a value; of two as near the earlier one."""
    near = [NearTest(test=test, days=(test.on - on).days) for test in tests if has(test)]
    within = [one for one in near if abs(one.days) <= window_days]
    return min(within, key=lambda one: (abs(one.days), one.days, repr(one.test)), default=None)


def doses(treatments: Sequence[Treatment], on: date) -> tuple[Dose, ...]:
    """Give the drugs in force on a day with their dose.

    Of the entries of one drug the one that started last counts (`kazerooni.model.in_force`); entries that started on
    one day add up, and give None where a dose is not known.
    """
    return tuple(
        Dose(drug=drug, mg_per_day=mg_per_day_of(own)) for drug, own in sorted(in_force(treatments, on).items())
    )


def lung_change(earlier: Beside | None, later: Beside | None) -> LungChange | None:
    """Tell how lung function changed between the tests beside two visits."""
    if earlier is None or later is None:
        return None
    fvc, dlco = _two_tests(earlier.fvc, later.fvc), _two_tests(earlier.dlco, later.dlco)
    same_unit = dlco is not None and dlco[0].dlco_unit == dlco[1].dlco_unit
    found = [*_differences(fvc, of_dlco=False), *_differences(dlco, of_dlco=True)]
    return LungChange(
        fvc_l=_less(fvc, "fvc_l"),
        fvc_percent=_less(fvc, "fvc_percent"),
        dlco=_less(dlco, "dlco") if same_unit else None,
        dlco_percent=_less(dlco, "dlco_percent"),
        differences=tuple(dict.fromkeys(found)),
    )


_Two = tuple[LungFunction, LungFunction]


def _two_tests(earlier: NearTest | None, later: NearTest | None) -> _Two | None:
    if earlier is None or later is None or earlier.test == later.test:
        return None
    return earlier.test, later.test


def _less(tests: _Two | None, name: str) -> float | None:
    if tests is None:
        return None
    was, now = (getattr(test, name) for test in tests)
    return None if was is None or now is None else now - was


def _differences(tests: _Two | None, *, of_dlco: bool) -> Iterator[Difference]:
    if tests is None:
        return
    was, now = tests
    if was.reference != now.reference:
        yield Difference(what="reference-equations", earlier=was.reference or "", later=now.reference or "")
    if of_dlco and None not in {was.dlco, now.dlco} and was.dlco_unit != now.dlco_unit:
        yield Difference(what="dlco-unit", earlier=was.dlco_unit or "", later=now.dlco_unit or "")
    if of_dlco and was.is_hb_corrected != now.is_hb_corrected:
        yield Difference(what="hb-correction", earlier=_hb(was), later=_hb(now))


def _hb(test: LungFunction) -> str:
    return {True: "corrected", False: "not corrected", None: ""}[test.is_hb_corrected]


def _is_between(event: Event, after: date | None, on: date) -> bool:
    return (after is None or after < event.on) and event.on <= on
