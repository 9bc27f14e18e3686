"""The CSV tables: exact, safe to open in a spreadsheet, and described column by column."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.model import Case, Component, Finding, Lobe, State
from kazerooni.report import LONG, WIDE, long_csv, wide_csv
from kazerooni.tables import Column, cell, csv_bytes, dictionary_csv
from tests.report.builders import VERSION, case_of, scored
from tests.scoring.builders import SIX, said, typed, typed_lungs, value

# The columns of interface.md, "Tables", copied by hand.
LONG_OF_THE_CONTRACT = [
    "patient", "study_date", "series_uid", "reader", "reading", "scheme", "scheme_version", "lobe", "component",
    "finding", "percent", "present", "low", "high", "grade", "state", "slices", "covered_mm", "flags", "origin",
    "program_version",
]  # fmt: skip

DAY = date(2003, 5, 14)


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    """Give a painted case, a typed one with states, one under the scheme of six lobes and one under the mean."""
    painted = case_of(DAY, RUL={(1, 2): 1, (0, 0): 2}, LLL={(2, 3): 400, (0, 0): 600})
    odd = typed_lungs(
        *said(Lobe.RML, State.ABSENT),
        *said(Lobe.LUL, State.NOT_ASSESSABLE),
        typed(Lobe.RUL, value(Finding.GROUND_GLASS, "25")),
        typed(Lobe.LLL, value(Finding.SEPTAL, present=True)),
    )
    six = replace(typed_lungs(lobes=SIX), id="six")
    return (
        painted,
        scored(odd),
        scored(six, "kazerooni-lingula"),
        scored(replace(painted.reading, id="mean"), "kazerooni-mean"),
    )


def _read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def test_the_long_table_has_the_columns_of_the_contract(cases: tuple[Case, ...]) -> None:
    """The long table has the columns of interface.md in their order, and a row for each lobe, component and finding."""
    rows = _read(long_csv(cases, program_version=VERSION))
    assert list(rows[0]) == LONG_OF_THE_CONTRACT
    per_lobe = len(Finding) + len(Component)
    assert len(rows) == per_lobe * (5 + 5 + 6 + 5)
    first = [(row["lobe"], row["component"], row["finding"]) for row in rows[:per_lobe]]
    assert first == [
        ("RUL", "alveolar", "graded"),
        ("RUL", "alveolar", "ground_glass"),
        ("RUL", "alveolar", "consolidation"),
        ("RUL", "interstitial", "graded"),
        ("RUL", "interstitial", "septal"),
        ("RUL", "interstitial", "reticulation"),
        ("RUL", "interstitial", "honeycombing"),
        ("RUL", "interstitial", "traction_bronchiectasis"),
    ]


def test_numbers_come_back_exactly(cases: tuple[Case, ...]) -> None:
    """A percent that is read back is the very number of the score, not a rounded one; dates are ISO."""
    painted = cases[0]
    row = _read(long_csv([painted], program_version=VERSION))[0]
    assert float(row["percent"]) == painted.score.lobes[0].alveolar.percent == 100 / 3
    assert (row["grade"], row["state"], row["origin"]) == ("3", "assessed", "painted")
    assert (row["study_date"], row["scheme"], row["scheme_version"]) == ("2003-05-14", "kazerooni", "1")
    assert (row["reading"], row["program_version"], row["patient"]) == ("R-2003", VERSION, "P-ABCDEF")


def test_what_is_missing_is_na_and_never_0(cases: tuple[Case, ...]) -> None:
    """An absent lobe, one that cannot be assessed and a finding without an area have NA; what was looked for has 0."""
    rows = _read(long_csv([cases[1]], program_version=VERSION))
    by_place = {(row["lobe"], row["component"], row["finding"]): row for row in rows}
    absent = by_place["RML", "alveolar", "graded"]
    assert (absent["state"], absent["percent"], absent["grade"]) == ("absent", "NA", "NA")
    assert by_place["LUL", "interstitial", "honeycombing"]["percent"] == "NA"
    assert by_place["RLL", "interstitial", "honeycombing"]["percent"] == "0.0"
    assert by_place["RLL", "interstitial", "honeycombing"]["present"] == "false"
    septal = by_place["LLL", "interstitial", "septal"]
    assert (septal["percent"], septal["present"]) == ("NA", "true")
    assert by_place["RLL", "interstitial", "traction_bronchiectasis"]["present"] == "NA"
    assert by_place["RUL", "alveolar", "graded"]["flags"] == "on-edge"
    (wide,) = _read(wide_csv([cases[1]], program_version=VERSION))
    assert (wide["total"], wide["maximum"], wide["alveolar"]) == ("NA", "50", "NA")
    assert not any(value == "" for value in (*wide.values(), *(v for row in rows for v in row.values())))


def test_long_and_wide_agree(cases: tuple[Case, ...]) -> None:
    """Every number of the long table stands in the wide table too, which has one row for each reading."""
    wide = {row["reading"]: row for row in _read(wide_csv(cases, program_version=VERSION))}
    assert len(wide) == len(cases)
    for row in _read(long_csv(cases, program_version=VERSION)):
        of_reading, lobe = wide[row["reading"]], row["lobe"]
        if row["finding"] == "graded":
            for name in ("percent", "low", "high", "grade", "state", "origin"):
                assert of_reading[f"{lobe}_{row['component']}_{name}"] == row[name]
        else:
            assert of_reading[f"{lobe}_{row['finding']}_present"] == row["present"]
            if row["finding"] != "traction_bronchiectasis":
                assert of_reading[f"{lobe}_{row['finding']}_percent"] == row["percent"]
        assert (of_reading[f"{lobe}_slices"], of_reading[f"{lobe}_covered_mm"]) == (row["slices"], row["covered_mm"])
        for name in ("patient", "study_date", "series_uid", "reader", "scheme", "scheme_version", "program_version"):
            assert of_reading[name] == row[name]


def test_the_wide_table_has_the_totals(cases: tuple[Case, ...]) -> None:
    """Totals, their range and the sums beside them stand in the wide table as in the score."""
    rows = _read(wide_csv(cases, program_version=VERSION))
    for row, case in zip(rows, cases, strict=True):
        totals = case.score.totals
        expected = {
            "alveolar": totals.alveolar, "interstitial": totals.interstitial, "total": totals.total,
            "maximum": totals.maximum, "lobes": totals.lobes, "total_low": totals.low, "total_high": totals.high,
            "without_traces": totals.without_traces, "without_consolidation": totals.without_consolidation,
            "fibrosis_variant": totals.fibrosis_variant,
        }  # fmt: skip
        for name, known in expected.items():
            assert row[name] == "NA" if known is None else math.isclose(float(row[name]), known, rel_tol=0, abs_tol=0)
    assert rows[0]["LIN_alveolar_grade"] == "NA"
    assert rows[2]["LIN_alveolar_grade"] == "0"


@pytest.mark.parametrize("columns", [LONG, WIDE])
def test_the_dictionary_covers_every_column(columns: tuple[Column, ...], cases: tuple[Case, ...]) -> None:
    """Each column of a table has one entry in its dictionary, in the table's order, with a type and a meaning."""
    table = long_csv(cases, program_version=VERSION) if columns is LONG else wide_csv(cases, program_version=VERSION)
    entries = _read(dictionary_csv(columns))
    assert [entry["name"] for entry in entries] == list(_read(table)[0])
    assert list(entries[0]) == ["name", "type", "unit", "meaning", "values"]
    assert all(entry["type"] != "NA" and entry["meaning"] != "NA" for entry in entries)
    assert len({entry["name"] for entry in entries}) == len(entries)


@pytest.mark.parametrize("columns", [LONG, WIDE])
def test_values_are_of_the_type_that_the_dictionary_says(columns: tuple[Column, ...], cases: tuple[Case, ...]) -> None:
    """Each value is NA or can be read as the type of its column; a listed value is one of those listed."""
    readers: dict[str, Callable[[str], object]] = {
        "number": float,
        "whole number": int,
        "true or false": {"true": True, "false": False}.__getitem__,
        "date": date.fromisoformat,
        "text": str,
    }
    table = long_csv(cases, program_version=VERSION) if columns is LONG else wide_csv(cases, program_version=VERSION)
    for row in _read(table):
        for column in columns:
            if row[column.name] != "NA":
                readers[column.type](row[column.name])


HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    '=HYPERLINK("http://x","y")',
    "NA",
    "'x",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    """A reader's name that looks like a formula is written after an apostrophe, and comes back without it."""
    row = _read(long_csv([case_of(DAY, reader=text)], program_version=VERSION))[0]
    assert row["reader"] == f"'{text}"


def test_numbers_are_not_defused() -> None:
    """A negative number is no formula."""
    assert cell(-1.5) == "-1.5"
    assert cell(0.1 + 0.2) == "0.30000000000000004"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_every_text_comes_back(text: str) -> None:
    """Any text, with quotes, commas and lines, comes back less one leading apostrophe, and never as a formula."""
    (row,) = _read(csv_bytes(["text", "after"], [{"text": text, "after": "x"}]))
    assert row["text"].removeprefix("'") == text
    assert not row["text"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row["after"] == "x"


def test_lines_end_as_rfc_4180_has_it(cases: tuple[Case, ...]) -> None:
    """Lines end with CR LF, there is no byte order mark, and the same cases give the same bytes."""
    data = wide_csv(cases, program_version=VERSION)
    assert data.count(b"\r\n") == len(cases) + 1
    assert data.startswith(b"patient,")
    assert data == wide_csv(cases, program_version=VERSION)
