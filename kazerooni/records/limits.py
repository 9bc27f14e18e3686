"""Limits: what a number in a score book can be, so that units mixed up are told, with what was probably meant.

The limits are wide: they part units, not the healthy from the ill. What lies outside is an error, never mended.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from kazerooni.model import DlcoUnit, Event, EventKind, LungFunction, Patient, Reading, Treatment

# Of adults and of children from about 3 years: GLI 2012 (Quanjer et al., Eur Respir J 2012;40:1324) predicts an FVC of
# about 0.7 L at 3 years and 7 L for a tall young man; no measured one passes 10 L.
_FVC_L = (0.2, 10.0)
_FEV1_L = (0.1, 9.0)
_FVC_PREDICTED_L = (0.5, 9.0)
# Survivors of severe restriction or obstruction have some 15 % predicted; nobody has twice what is predicted.
_PERCENT = (5.0, 200.0)
# FEV1 is a part of FVC; below 15 % no curve has been drawn.
_RATIO_PERCENT = (15.0, 100.0)
# GLI 2017 (Stanojevic et al., Eur Respir J 2017;50:1700010) predicts about 3.5 (at 5 years) to 13 mmol/min/kPa (a tall
# man); of severe disease some 10 % are left, with alveolar haemorrhage it may pass what is predicted by half.
_DLCO_SI, _DLCO_PREDICTED_SI = (0.3, 18.0), (2.7, 16.0)
# 1 mmol/min/kPa is 2.986 mL/min/mmHg (Graham et al., ATS/ERS standards, Eur Respir J 2017;49:1600016).
_ML_PER_MMOL = 2.986
_OTHER_UNIT: dict[str, DlcoUnit] = {"mmol/min/kPa": "mL/min/mmHg", "mL/min/mmHg": "mmol/min/kPa"}
# Prednisone is given at up to 1 to 2 mg/kg/day; the smallest tablet has 1 mg; nobody is given 200 mg/kg of any
# glucocorticoid. Immunoglobulin, the largest of all doses, is 2 g/kg on one day at most.
_PREDNISONE = "predniso"  # prednisone and prednisolone, in other languages too
_PREDNISONE_MG_KG, _SMALLEST_PREDNISONE_MG = 3.0, 1.0
_MG_KG, _MG = 2_000.0, 300_000.0
_WEIGHT_KG = (2.0, 350.0)
# High flow by nasal cannula ends at 60 to 80 L/min.
_OXYGEN_L = 80.0
# The first patient was scanned by CT on 1 October 1971; nobody who had HRCT (from 1982 on) was ill before 1930.
_FIRST_CT, _FIRST_DAY = date(1971, 10, 1), date(1930, 1, 1)
_SCANNED, _SESSION = "study_date", "session."

MEASURED: Final = ("fvc_l", "fvc_percent", "fev1_l", "fev1_percent", "fev1_fvc_percent", "dlco", "dlco_percent")
"""The members of a day's lung function that are measurements."""


class Doubt(NamedTuple):
    """What is wrong with a value: the column (or member) and a sentence that says what was found and wanted."""

    column: str
    said: str


def doubts_of_lung_function(one: LungFunction) -> Iterator[Doubt]:
    """Tell the numbers of a day's lung function that cannot be in the unit in which they stand."""
    for name, volume, (low, high) in (("fvc", one.fvc_l, _FVC_L), ("fev1", one.fev1_l, _FEV1_L)):
        if volume is not None and not low <= volume <= high:
            yield Doubt(f"{name}_l", f"found {volume:g}, litres from {low:g} to {high:g} are wanted{_litres(volume)}")
    for name in ("fvc_percent", "fev1_percent", "dlco_percent"):
        yield from _percent_doubts(name, getattr(one, name))
    yield from _ratio_doubts(one)
    yield from _dlco_doubts(one)
    if one.fvc_l is not None and one.fvc_percent is not None and _is_in(_FVC_L, one.fvc_l):
        predicted, (low, high) = 100 * one.fvc_l / one.fvc_percent, _FVC_PREDICTED_L
        if not low <= predicted <= high:
            said = f"{one.fvc_l:g} L are not {one.fvc_percent:g} % of any predicted FVC ({low:g} to {high:g} L)"
            yield Doubt("fvc_percent", f"{said}; correct one of the two")


def _litres(volume: float) -> str:
    if 200 < volume <= 10_000:
        return f"; mL were probably meant: write {volume / 1000:g}"
    return "; percent predicted stand in a column of their own" if 10 < volume <= 200 else ""


def _percent_doubts(column: str, percent: float | None) -> Iterator[Doubt]:
    low, high = _PERCENT
    if percent is None or low <= percent <= high:
        return
    meant = ""
    if percent <= 2:
        meant = f"; a fraction was probably meant: write {100 * percent:g}"
    elif percent < low:
        meant = "; a value in its unit was probably meant, which stands in a column of its own"
    yield Doubt(column, f"found {percent:g}, percent predicted from {low:g} to {high:g} are wanted{meant}")


def _ratio_doubts(one: LungFunction) -> Iterator[Doubt]:
    ratio, (low, high) = one.fev1_fvc_percent, _RATIO_PERCENT
    if ratio is not None and not low <= ratio <= high:
        meant = f"; a fraction was probably meant: write {100 * ratio:g}" if ratio <= 1 else ""
        yield Doubt("fev1_fvc_percent", f"found {ratio:g}, percent from {low:g} to {high:g} are wanted{meant}")
    if one.fvc_l is not None and one.fev1_l is not None and one.fev1_l > one.fvc_l:
        said = f"found {one.fev1_l:g}, more than the FVC of {one.fvc_l:g} L, of which it is a part; were they swapped?"
        yield Doubt("fev1_l", said)


def _dlco_doubts(one: LungFunction) -> Iterator[Doubt]:
    if one.dlco is None or one.dlco_unit is None:
        return
    unit, other = one.dlco_unit, _OTHER_UNIT[one.dlco_unit]
    scale = 1.0 if unit == "mmol/min/kPa" else _ML_PER_MMOL
    low, high = (limit * scale for limit in _DLCO_SI)
    if not low <= one.dlco <= high:
        meant = f"; {other} was probably meant" if _is_in(_DLCO_SI, one.dlco * scale / _ML_PER_MMOL) else ""
        yield Doubt("dlco", f"found {one.dlco:g} {unit}, {low:.3g} to {high:.3g} {unit} are wanted{meant}")
    elif one.dlco_percent is not None:
        predicted, (least, most) = 100 * one.dlco / one.dlco_percent, (limit * scale for limit in _DLCO_PREDICTED_SI)
        if not least <= predicted <= most:
            said = f"{one.dlco:g} {unit} are not {one.dlco_percent:g} % of any predicted DLCO"
            yield Doubt(
                "dlco", f"{said} ({least:.3g} to {most:.3g} {unit}); was {other} meant, or is the percent wrong?"
            )


def _is_in(limits: tuple[float, float], value: float) -> bool:
    return limits[0] <= value <= limits[1]


def doubts_of_treatment(one: Treatment) -> Iterator[Doubt]:
    """Tell a dose or weight that cannot be in its unit."""
    low, high = _WEIGHT_KG
    if one.weight_kg is not None and not low <= one.weight_kg <= high:
        meant = "; a height in metres was probably meant" if one.weight_kg < low else ""
        yield Doubt("weight_kg", f"found {one.weight_kg:g}, kg from {low:g} to {high:g} are wanted{meant}")
    if not one.dose:
        return
    is_prednisone = one.drug.strip().lower().startswith(_PREDNISONE)
    most = (_PREDNISONE_MG_KG if is_prednisone else _MG_KG) if one.unit == "mg/kg/day" else _MG
    if one.dose > most:
        meant = "; mg/day was probably meant" if one.unit == "mg/kg/day" else ""
        yield Doubt(
            "dose", f"found {one.dose:g} {one.unit}, {most:g} {one.unit} at most are wanted of this drug{meant}"
        )
    if is_prednisone and one.unit == "mg/day" and one.dose < _SMALLEST_PREDNISONE_MG:
        said = f"found {one.dose:g} mg/day, less than the smallest tablet; mg/kg/day was probably meant"
        yield Doubt("dose", said)


def doubts_of_event(one: Event) -> Iterator[Doubt]:
    """Tell a flow of oxygen that cannot be in L/min."""
    flow = one.oxygen_l_per_min
    if flow is not None and flow > _OXYGEN_L:
        meant = "; a saturation in percent was probably meant" if flow <= 100 else ""
        yield Doubt("oxygen_l_per_min", f"found {flow:g}, L/min up to {_OXYGEN_L:g} are wanted{meant}")


def doubts_of_date(column: str, day: date, today: date) -> Iterator[Doubt]:
    """Tell a day that has not come yet, or that lies before anything a score book holds.

    today: by the user's clock.
    """
    first = _FIRST_CT if column == _SCANNED else _FIRST_DAY
    # Where a session was, east of the user, it may be tomorrow already.
    latest = today + timedelta(days=1) if column.startswith(_SESSION) else today
    if day > latest:
        yield Doubt(column, f"found {day}, which is in the future; today is {today}; is the year right?")
    elif day < first:
        yield Doubt(column, f"found {day}, before {first}, when no such thing was recorded; is the year right?")


def dates_of(value: LungFunction | Treatment | Event | Reading) -> Iterator[tuple[str, date]]:
    """Give the days of a value with the columns in which they stand."""
    if isinstance(value, Reading):
        if value.scan.study_date is not None:
            yield _SCANNED, value.scan.study_date
        moments = (("started", value.session.started), ("ended", value.session.ended))
        yield from ((f"{_SESSION}{name}", at.date()) for name, at in moments if at is not None)
    elif isinstance(value, Treatment):
        yield "start", value.start
        if value.end is not None:
            yield "end", value.end
    else:
        yield "date", value.on


def before_birth(patient: Patient, events: tuple[Event, ...]) -> date | None:
    """Give a day on which the patient was not born yet, None where it is not known.

    It follows from the age at onset and the day of onset; a year is left for an age that was rounded down.
    """
    onset = next((event.on for event in events if event.kind is EventKind.ONSET), None)
    if onset is None or onset < _FIRST_DAY or patient.age_at_onset_years is None:
        return None
    return onset - timedelta(days=365.25 * (patient.age_at_onset_years + 1))
