"""The synthetic cohort that ships as sample data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kazerooni.phantom import write_synthetic_cohort
from kazerooni.stats import CohortRules, TimePointName, Variable, cohort
from kazerooni.workflow import gather_cohort

SAMPLES = Path(__file__).resolve().parents[2] / "sample_scans" / "cohort"
# score.md, "Change over time": median and quartiles of the source study at baseline, 1 year and last follow-up.
STUDY: dict[Variable, dict[TimePointName, tuple[float, float, float]]] = {
    Variable.TOTAL: {"baseline": (16, 7, 18), "12 months": (10, 4, 15), "last": (9, 4, 14)},
    Variable.FVC: {"baseline": (60, 56, 70), "12 months": (75, 67, 85), "last": (81, 69, 89)},
    Variable.DLCO: {"baseline": (60, 50, 62.75), "12 months": (66, 57.25, 72.25), "last": (69, 55.25, 74.5)},
    Variable.PREDNISONE: {"baseline": (25, 12.5, 50), "12 months": (2.5, 2.5, 5), "last": (2.5, 2.5, 5)},
}
NEAR = {Variable.TOTAL: 1.0, Variable.FVC: 3.0, Variable.DLCO: 3.0, Variable.PREDNISONE: 0.5}


def test_medians_and_quartiles_come_close_to_the_study() -> None:
    """17 patients, 14 NSIP and 3 UIP: within a score point, 3 % predicted and half a mg of the study's table."""
    given = gather_cohort([SAMPLES], today=date(2026, 1, 1))
    found = cohort(given.series, CohortRules(scheme="kazerooni", scheme_version=1, maximum=50.0))
    assert sorted(row.series.pattern or "" for row in found.rows) == ["NSIP"] * 14 + ["UIP"] * 3
    for variable, points in STUDY.items():
        for at, wanted in points.items():
            summary = found.all.point(variable, at).summary
            assert (summary.median, summary.q1, summary.q3) == pytest.approx(wanted, abs=NEAR[variable]), (variable, at)


def test_the_sample_data_is_what_the_program_writes(tmp_path: Path) -> None:
    """The tables that are checked in are written again, byte for byte."""
    for path in write_synthetic_cohort(tmp_path / "cohort"):
        assert path.read_bytes() == (SAMPLES / path.name).read_bytes(), path.name


def test_nobody_takes_it_for_real() -> None:
    """Every row of every table calls its patient SYNTHETIC."""
    for path in SAMPLES.glob("*.csv"):
        _, *rows = path.read_text("utf-8").splitlines()
        assert rows
        assert all(row.startswith("SYNTHETIC-") for row in rows), path.name
