"""Tables and figures of a cohort."""

from __future__ import annotations

import csv
import io
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from kazerooni.report import COHORT_FIGURES, COHORT_TABLES, cohort_csv, cohort_plot
from kazerooni.stats import Cohort, CohortRules, Dated, PatientSeries, Profile, Variable, add_months, cohort

INDEX = date(2000, 1, 10)
MONTHS = (0, 6, 12, 24, 60)


@pytest.fixture
def found() -> Cohort:
    """Follow four patients, one of them with UIP, whose FVC rises by ten at each time point; one has no later value."""
    people = []
    for number in range(4):
        days = [add_months(INDEX, months) for months in (MONTHS if number < 3 else MONTHS[:1])]
        values = {Variable.FVC: tuple(Dated(day, 50 + number + 10 * n, "GLI 2012") for n, day in enumerate(days))}
        people.append(
            PatientSeries(
                patient=f"P{number}",
                index=INDEX,
                pattern="NSIP" if number else "UIP",
                values=values,
                profile=Profile(sex="female", serology=("anti-Jo-1", "anti-Ro52"), treatment="prednisone 1 mg/kg/day"),
            )
        )
    rules = CohortRules(scheme="kazerooni", scheme_version=1, maximum=50.0, with_holm=True)
    return cohort(people, rules)


def rows(found: Cohort, name: str) -> list[dict[str, str]]:
    """Read one of the tables back."""
    data = cohort_csv(found, name, program_version="9.9").decode("utf-8")
    return list(csv.DictReader(io.StringIO(data, newline="")))


@pytest.mark.parametrize("name", COHORT_TABLES)
def test_every_table_has_the_columns_of_its_dictionary(found: Cohort, name: str) -> None:
    """Each table has its columns, in order, and every row says by which scheme and event it was made."""
    table = rows(found, name)
    assert list(table[0]) == [column.name for column in COHORT_TABLES[name]]
    assert {(row["scheme"], row["index_event"]) for row in table} == {("kazerooni", "treatment_start")}


def test_table_1_has_a_row_for_each_patient(found: Cohort) -> None:
    """Table 1 tells of each patient what the source study's does; what is not known is NA."""
    first, *others = rows(found, "table-1")
    assert len(others) == 3
    assert (first["pattern"], first["serology"]) == ("UIP", "anti-Jo-1; anti-Ro52")
    assert (first["treatment"], first["outcome"]) == ("prednisone 1 mg/kg/day", "NA")


def test_table_2_has_lung_function_at_four_time_points(found: Cohort) -> None:
    """Table 2 holds FVC and DLCO at 0, 6, 12 and 24 months: n, mean, SD, median and quartiles."""
    table = rows(found, "table-2")
    assert [(row["variable"], row["time_point"]) for row in table] == [
        (variable, at)
        for variable in ("fvc_percent", "dlco_percent")
        for at in ("baseline", "6 months", "12 months", "24 months")
    ]
    baseline, half_year = table[:2]
    assert (baseline["n"], baseline["median"], baseline["q1"], baseline["q3"]) == ("4", "51.5", "50.75", "52.25")
    assert (half_year["n"], half_year["reasons"]) == ("3", "no value in the window: 1")
    assert table[4]["mean"] == "NA"


def test_who_dropped_out_has_a_row(found: Cohort) -> None:
    """The one without a later FVC is named in the comparison with 12 months, with the reason."""
    named = {(row["variable"], row["later"], row["patient"]): row["reason"] for row in rows(found, "dropped-out")}
    assert named["fvc_percent", "12 months", "P3"] == "no value in the window"
    assert named["total", "12 months", "P0"] == "never recorded"


def test_a_figure_has_a_line_for_each_patient_and_the_median(found: Cohort) -> None:
    """Figure 1 draws four patients and the median, whose values are written; the same bytes each time."""
    svg = cohort_plot(found, "figure-1", kind="svg")
    assert svg is not None
    assert svg == cohort_plot(found, "figure-1", kind="svg")
    root = ET.fromstring(svg)  # noqa: S314 - our own
    texts = {"".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"51.5", "61", "71", "81", "91", "n = 4", "n = 3", "UIP", "FVC, % predicted"} <= texts
    assert "DLCO, % predicted" not in texts


def test_figures_without_anything_to_show_are_not_drawn(found: Cohort) -> None:
    """There is no figure of totals where there is none; that of UIP shows the one patient who has it."""
    drawn = {name for name in COHORT_FIGURES if cohort_plot(found, name, kind="png") is not None}
    assert drawn == {"figure-1", "figure-3"}
