"""Lung words: how lung function, doses and events beside the visits are worded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kazerooni.model import Beside, Dose, Event, LungChange, NearTest, Timeline
from kazerooni.report import wording
from kazerooni.report.numbers import MISSING, amount, day, points, signed
from kazerooni.report.view import BesideVisitView, Fact


def beside_view(on: date, beside: Beside) -> BesideVisitView:
    """Word what lies beside a visit."""
    tests = [near.test for near in (beside.fvc, beside.dlco) if near is not None]
    equations = dict.fromkeys(wording.plain(test.reference or "") or wording.NOT_SAID for test in tests)
    return BesideVisitView(
        day=day(on),
        fvc=_fvc(beside.fvc),
        dlco=_dlco(beside.dlco),
        equations=", ".join(equations) or MISSING,
        doses="; ".join(map(_dose, beside.doses)) or MISSING,
    )


def _fvc(near: NearTest | None) -> str:
    if near is None:
        return MISSING
    litres = "" if near.test.fvc_l is None else f"{amount(near.test.fvc_l)} L"
    return ", ".join(filter(None, (_predicted(near.test.fvc_percent), litres, _when(near))))


def _dlco(near: NearTest | None) -> str:
    if near is None:
        return MISSING
    test = near.test
    unit = "" if test.dlco_unit is None else f" {wording.plain(test.dlco_unit)}"
    measured = "" if test.dlco is None else f"{amount(test.dlco)}{unit}"
    corrected = wording.HB_CORRECTED if test.is_hb_corrected else ""
    return ", ".join(filter(None, (_predicted(test.dlco_percent), measured, corrected, _when(near))))


def _predicted(percent: float | None) -> str:
    return "" if percent is None else wording.predicted(f"{percent:.4g}")


def _when(near: NearTest) -> str:
    return wording.when(day(near.test.on), near.days)


def _dose(dose: Dose) -> str:
    drug = wording.plain(dose.drug)
    return wording.dose(drug, None if dose.mg_per_day is None else f"{dose.mg_per_day:g}")


def event_words(event: Event) -> str:
    """Word an event with its day."""
    litres = "" if event.oxygen_l_per_min is None else f" {event.oxygen_l_per_min:g} L/min"
    remarks = f" ({wording.plain(event.remarks)})" if event.remarks else ""
    return f"{day(event.on)}: {event.kind.value.replace('_', ' ')}{litres}{remarks}"


def lung_facts(lung: LungChange | None) -> Iterator[Fact]:
    """Say how lung function changed between the tests beside two visits, where it is known."""
    if lung is None:
        return
    fvc = (
        wording.change_predicted(points(lung.fvc_percent)) if lung.fvc_percent is not None else "",
        f"{signed(lung.fvc_l)} L" if lung.fvc_l is not None else "",
    )
    dlco = (
        wording.change_predicted(points(lung.dlco_percent)) if lung.dlco_percent is not None else "",
        signed(lung.dlco) if lung.dlco is not None else "",
    )
    for label, said in (("FVC", fvc), ("DLCO", dlco)):
        if any(said):
            yield Fact(label, ", ".join(filter(None, said)))


def tests_differ(line: Timeline) -> Iterator[str]:
    """Say what tests of two visits differ in."""
    for point in line.points:
        known = point.since_previous
        for one in () if known is None or known.lung is None else known.lung.differences:
            assert known is not None, "there is a change"
            sides = (wording.plain(side) or wording.NOT_SAID for side in (one.earlier, one.later))
            yield wording.tests_differ(day(known.since), day(point.on), one.what, *sides)
