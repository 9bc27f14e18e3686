"""Lung function, treatment and events are kept in the units they were recorded in, and checked at birth."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from math import inf, nan
from typing import Any, get_args

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import DlcoUnit, DoseUnit, Event, EventKind, LungFunction, Treatment

DAY = date(2003, 2, 1)
VALUES = ["fvc_l", "fvc_percent", "fev1_l", "fev1_percent", "fev1_fvc_percent", "dlco", "dlco_percent"]


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("value", [0.0, -1.0, nan, inf])
def test_lung_function_is_positive(name: str, value: float) -> None:
    """Every value of lung function is a finite number above 0."""
    given: dict[str, Any] = {name: value, "dlco_unit": "mmol/min/kPa"}
    with pytest.raises(ReadingError, match=rf"lung function of 2003-02-01: {name} is .*; a number above 0 is wanted"):
        LungFunction(on=DAY, **given)


def test_a_day_without_a_value_is_refused() -> None:
    """A day of lung function holds a value at least; a unit or a reference is none."""
    with pytest.raises(ReadingError, match="holds no value; give FVC, FEV1 or DLCO"):
        LungFunction(on=DAY, reference="GLI 2012", dlco_unit="mL/min/mmHg")


@pytest.mark.parametrize("unit", [None, "ml/min"])
def test_dlco_has_a_unit(unit: Any) -> None:
    """A DLCO without one of its two units is refused; its percent predicted needs none."""
    with pytest.raises(ReadingError, match=r"DLCO in .*; one of mmol/min/kPa, mL/min/mmHg is wanted"):
        LungFunction(on=DAY, dlco=6.1, dlco_unit=unit)
    assert LungFunction(on=DAY, dlco_percent=60).dlco is None
    for known in get_args(DlcoUnit):
        assert LungFunction(on=DAY, dlco=6.1, dlco_unit=known).dlco_unit == known


def test_what_was_not_recorded_is_none() -> None:
    """Values that were not recorded are None, and so is whether DLCO was corrected for haemoglobin."""
    recorded = LungFunction(on=DAY, fvc_percent=60, reference="Quanjer 1993")
    assert (recorded.fvc_l, recorded.dlco, recorded.is_hb_corrected) == (None, None, None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"drug": " "}, "treatment from 2003-02-01: names no drug"),
        ({"end": date(2003, 1, 31)}, "prednisone: ends on 2003-01-31, before it starts on 2003-02-01"),
        ({"dose": -1.0, "unit": "mg/day"}, "prednisone: dose is -1.0; 0 or more is wanted"),
        ({"dose": nan, "unit": "mg/day"}, "prednisone: dose is nan"),
        ({"dose": 25.0}, "prednisone: dose in None; mg/day or mg/kg/day is wanted"),
        ({"dose": 25.0, "unit": "g"}, "prednisone: dose in g"),
        ({"weight_kg": 0.0}, "prednisone: weight_kg is 0.0; a number above 0 is wanted"),
    ],
)
def test_treatments_are_checked(given: dict[str, Any], message: str) -> None:
    """A treatment names its drug, ends after it starts, and gives its dose in a known unit."""
    with pytest.raises(ReadingError, match=message):
        Treatment(**{"drug": "prednisone", "start": DAY, **given})


@pytest.mark.parametrize(
    ("dose", "unit", "weight_kg", "mg_per_day"),
    [
        (25.0, "mg/day", None, 25.0),
        (25.0, "mg/day", 80.0, 25.0),
        (0.5, "mg/kg/day", 80.0, 40.0),
        (0.5, "mg/kg/day", None, None),
        (0.0, "mg/day", None, 0.0),
        (None, None, 80.0, None),
    ],
)
def test_mg_per_day(
    dose: float | None, unit: DoseUnit | None, weight_kg: float | None, mg_per_day: float | None
) -> None:
    """A dose by weight becomes mg a day by the weight; unknown without it. A dose of 0 is known."""
    treatment = Treatment(drug="prednisone", start=DAY, end=DAY, dose=dose, unit=unit, weight_kg=weight_kg)
    assert treatment.mg_per_day == mg_per_day


def test_oxygen_and_its_litres_go_together() -> None:
    """Oxygen has its litres a minute, 0 or more; no other event has any."""
    assert Event(kind=EventKind.OXYGEN, on=DAY, oxygen_l_per_min=0).oxygen_l_per_min == 0
    assert Event(kind=EventKind.ONSET, on=DAY, remarks="acute").oxygen_l_per_min is None
    for kind, litres in ((EventKind.OXYGEN, None), (EventKind.DEATH, 2.0)):
        with pytest.raises(
            ReadingError, match=f"event {kind} of 2003-02-01: oxygen and its litres a minute go together"
        ):
            Event(kind=kind, on=DAY, oxygen_l_per_min=litres)
    with pytest.raises(ReadingError, match=r"oxygen_l_per_min is -1.0; 0 or more is wanted"):
        Event(kind=EventKind.OXYGEN, on=DAY, oxygen_l_per_min=-1.0)


def test_a_course_cannot_be_changed() -> None:
    """A change makes a new value."""
    for frozen in (
        LungFunction(on=DAY, fvc_l=2),
        Treatment(drug="prednisone", start=DAY),
        Event(kind=EventKind.RELAPSE, on=DAY),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(frozen, "on" if hasattr(frozen, "on") else "start", DAY)
