"""Units mixed up, days that cannot be and words that are unknown are told with line, column and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.records.builders import problems, read, row_of

LUNGS = {"patient": "P-1", "date": "2001-02-03"}
DRUG = {"patient": "P-1", "drug": "prednisone", "start": "2001-02-03"}
EVENT = {"patient": "P-1", "date": "2001-02-03"}


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"fvc_l": "2500"}, "fvc_l", "mL were probably meant: write 2.5"),
        ({"fvc_l": "62"}, "fvc_l", "percent predicted stand in a column of their own"),
        ({"fev1_l": "1800"}, "fev1_l", "write 1.8"),
        ({"fvc_percent": "250"}, "fvc_percent", "found 250, percent predicted from 5 to 200"),
        ({"fvc_percent": "0.62"}, "fvc_percent", "a fraction was probably meant: write 62"),
        ({"fvc_percent": "2.5"}, "fvc_percent", "a value in its unit was probably meant"),
        ({"dlco_percent": "2500"}, "dlco_percent", "found 2500"),
        ({"fev1_fvc_percent": "0.8"}, "fev1_fvc_percent", "a fraction was probably meant: write 80"),
        ({"fev1_fvc_percent": "101"}, "fev1_fvc_percent", "percent from 15 to 100"),
        ({"fvc_l": "2", "fev1_l": "2.5"}, "fev1_l", "more than the FVC of 2 L, of which it is a part"),
        ({"fvc_l": "2.5", "fvc_percent": "10"}, "fvc_percent", "2.5 L are not 10 % of any predicted FVC"),
        ({"dlco": "25", "dlco_unit": "mmol/min/kPa"}, "dlco", "mL/min/mmHg was probably meant"),
        ({"dlco": "0.8", "dlco_unit": "mL/min/mmHg"}, "dlco", "mmol/min/kPa was probably meant"),
        ({"dlco": "6", "dlco_unit": "mL/min/mmHg", "dlco_percent": "80"}, "dlco", "was mmol/min/kPa meant"),
        ({"dlco": "9", "dlco_unit": "mmol/min/kPa", "dlco_percent": "40"}, "dlco", "was mL/min/mmHg meant"),
        ({"dlco": "5"}, "dlco_unit", "is empty beside dlco"),
        ({"dlco": "5", "dlco_unit": "mmol"}, "dlco_unit", "found 'mmol', mmol/min/kPa or mL/min/mmHg is wanted"),
        ({"fvc_l": "0"}, "fvc_l", "a number above 0"),
        ({"fvc_l": "-2"}, "fvc_l", "a number above 0"),
        ({"fvc_l": "2,5 L"}, "fvc_l", "found '2,5 L'"),
        ({"fvc_l": "2.5e999"}, "fvc_l", "a finite number"),
        ({"fvc_l": "2", "is_hb_corrected": "maybe"}, "is_hb_corrected", "true or false is wanted"),
        ({"reference": "GLI 2012"}, "fvc_l", "is empty, as is every other value"),
    ],
)
def test_lung_function_in_other_units_is_refused(tmp_path: Path, cells: dict[str, str], column: str, said: str) -> None:
    """A value that cannot be in the unit of its column is refused; the message says what was probably meant."""
    quoted = {name: f'"{text}"' for name, text in cells.items()}
    (problem,) = problems(row_of(tmp_path, "x.csv", LUNGS | quoted))
    assert problem.startswith(f"x.csv, line 2, column {column}: ")
    assert said in problem


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"dose": "25", "unit": "mg/kg/day"}, "dose", "mg/day was probably meant"),
        ({"dose": "0.75", "unit": "mg/day"}, "dose", "mg/kg/day was probably meant"),
        ({"dose": "25"}, "unit", "is empty beside dose"),
        ({"dose": "25", "unit": "g"}, "unit", "mg/day or mg/kg/day is wanted"),
        ({"dose": "-1", "unit": "mg/day"}, "dose", "0 or more"),
        ({"weight_kg": "1.72"}, "weight_kg", "a height in metres was probably meant"),
        ({"weight_kg": "720"}, "weight_kg", "kg from 2 to 350"),
        ({"end": "2001-02-02"}, "end", "before the start on 2001-02-03"),
        ({"end": "2027-01-01"}, "end", "in the future"),
        ({"drug": ""}, "drug", "is empty"),
        ({"start": ""}, "start", "is empty"),
    ],
)
def test_a_dose_in_another_unit_is_refused(tmp_path: Path, cells: dict[str, str], column: str, said: str) -> None:
    """A dose, weight or time that cannot be is refused; the message says what was probably meant."""
    (problem,) = problems(row_of(tmp_path, "x.csv", DRUG | {"end": ""} | cells))
    assert problem.startswith(f"x.csv, line 2, column {column}: ")
    assert said in problem


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"kind": "oxygen", "oxygen_l_per_min": "93"}, "oxygen_l_per_min", "a saturation in percent"),
        ({"kind": "oxygen", "oxygen_l_per_min": "2000"}, "oxygen_l_per_min", "L/min up to 80"),
        ({"kind": "oxygen", "oxygen_l_per_min": ""}, "oxygen_l_per_min", "is empty, but the event is oxygen"),
        ({"kind": "relapse", "oxygen_l_per_min": "2"}, "oxygen_l_per_min", "stands with oxygen only"),
        ({"kind": "flare"}, "kind", "found 'flare', one of onset, treatment_start, dyspnoea_worse"),
        ({"kind": "relapse", "date": "2026-11-29"}, "date", "in the future; today is 2026-11-28"),
        ({"kind": "relapse", "date": "0201-02-03"}, "date", "before 1930-01-01"),
        ({"kind": "relapse", "date": "03/02/2001"}, "date", "an ISO date is wanted"),
        ({"kind": "relapse", "date": "2001-02-30"}, "date", "a day of the calendar"),
    ],
)
def test_an_event_that_cannot_be_is_refused(tmp_path: Path, cells: dict[str, str], column: str, said: str) -> None:
    """An event of no known kind, on no day that has come, or with a flow that no device gives, is refused."""
    (problem,) = problems(row_of(tmp_path, "x.csv", EVENT | cells))
    assert problem.startswith(f"x.csv, line 2, column {column}: ")
    assert said in problem


@pytest.mark.parametrize("age", ["1956", "1956-03-02", "2.3.56", "121", "-1"])
def test_a_birth_date_in_the_place_of_an_age_is_refused_and_not_shown(tmp_path: Path, age: str) -> None:
    """What is no age is refused without being repeated, as it may be a birth date."""
    (problem,) = problems(row_of(tmp_path, "x.csv", {"patient": "P-1", "age_at_onset_years": age}))
    assert problem.startswith("x.csv, line 2, column age_at_onset_years: ")
    assert age not in problem.removeprefix("x.csv, line 2")


@pytest.mark.parametrize(
    "cells",
    [
        {"fvc_l": "0.9", "fvc_percent": "25", "dlco": "6.5", "dlco_unit": "mL/min/mmHg", "dlco_percent": "25"},
        {"fvc_l": "6.8", "fvc_percent": "128", "dlco": "12.5", "dlco_unit": "mmol/min/kPa", "dlco_percent": "110"},
        # A child of 5 years, of whom about 1.2 L and 3.5 mmol/min/kPa are predicted (GLI 2012, 2017).
        {"fvc_l": "0.7", "fvc_percent": "58", "dlco": "2", "dlco_unit": "mmol/min/kPa", "dlco_percent": "60"},
    ],
)
def test_real_lung_function_is_taken(tmp_path: Path, cells: dict[str, str]) -> None:
    """The limits leave severe disease, athletes and children in."""
    assert read(row_of(tmp_path, "x.csv", LUNGS | cells)).taken["lung_function"] == 1


@pytest.mark.parametrize(
    "cells",
    [
        {"dose": "1", "unit": "mg/kg/day"},
        {"dose": "1", "unit": "mg/day"},
        {"dose": "0", "unit": "mg/day"},
        {"drug": "methylprednisolone", "dose": "30", "unit": "mg/kg/day"},
        {"drug": "immunoglobulin", "dose": "2000", "unit": "mg/kg/day"},
        {"drug": "azathioprine", "dose": "2.5", "unit": "mg / kg / day", "weight_kg": "7.5"},
    ],
)
def test_real_doses_are_taken(tmp_path: Path, cells: dict[str, str]) -> None:
    """Prednisone by weight and at the end of a taper, a pulse of methylprednisolone and immunoglobulin are taken."""
    assert read(row_of(tmp_path, "x.csv", DRUG | cells)).taken["treatments"] == 1
