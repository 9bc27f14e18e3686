"""`kazerooni score`. The fixture `maps` tells what was painted; the grades follow by the table of the score."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kazerooni.phantom import build_series, sequential_hrct, truth_of, write_series
from tests.cli.conftest import HRCT, Run, write_nrrd

ALVEOLAR = {"RUL": 3, "RML": 5, "RLL": 2, "LUL": 0, "LLL": 0}
INTERSTITIAL = {"RUL": 0, "RML": 0, "RLL": 4, "LUL": 1, "LLL": 1}


def options(maps: dict[str, Path], *roles: str) -> list[str | Path]:
    """Give the options that name the maps of these roles, of all without one."""
    return [part for role in roles or maps for part in (f"--{role}", maps[role])]


def test_json_holds_the_contract(run: Run, hrct: Path, maps: dict[str, Path]) -> None:
    """`--json` prints one document with the keys of the contract; the reader and the version are in it."""
    result = run("score", hrct, *options(maps), "--reader", "R1", "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert " ".join(document).startswith(
        "schema_version patient series_uid study_date reader scheme program inputs lobes totals volume_weighted notices"
    )
    assert (document["reader"], document["study_date"]) == ("R1", "2003-05-14")
    assert (document["scheme"]["name"], document["scheme"]["version"]) == ("kazerooni", 1)
    assert {given["role"] for given in document["inputs"]} >= {"lobes", "alveolar", "interstitial"}
    assert all(len(given["sha256"]) == 64 for given in document["inputs"])


def test_grades_follow_from_the_maps(run: Run, hrct: Path, maps: dict[str, Path]) -> None:
    """Each lobe gets the percents it was painted with, the grades of the table, and the totals are their sums."""
    document = json.loads(run("score", hrct, *options(maps), "--json").stdout)
    lobes = {lobe["lobe"]: lobe for lobe in document["lobes"]}
    assert {name: lobe["alveolar"]["grade"] for name, lobe in lobes.items()} == ALVEOLAR
    assert {name: lobe["interstitial"]["grade"] for name, lobe in lobes.items()} == INTERSTITIAL
    assert lobes["RUL"]["findings"]["ground_glass"] == 25.0
    assert lobes["LLL"]["findings"]["reticulation"] == 40.0
    assert (lobes["RUL"]["slices"], lobes["RUL"]["covered_mm"]) == (9, pytest.approx(90))
    totals = document["totals"]
    assert (totals["alveolar"], totals["interstitial"], totals["total"], totals["maximum"]) == (10, 6, 16, 50)
    assert (totals["without_consolidation"], totals["fibrosis_variant"]) == (5, 8)


@pytest.mark.parametrize("columns", [80, 140])
def test_the_table_tells_it_to_people(run: Run, hrct: Path, maps: dict[str, Path], columns: int) -> None:
    """The table has a row for each lobe with every percent, then totals with maximum and scheme, within the width."""
    result = run("score", hrct, *options(maps), columns=columns)
    rows = {line.split()[0]: line.split()[1:8] for line in result.stdout.splitlines() if line[:3] in ALVEOLAR}
    assert rows["RUL"] == ["25.0", "0", "3", "0", "0", "0", "0"]
    assert rows["RLL"] == ["5.0", "0", "2", "0", "0", "50.0", "4"]
    assert "alveolar 10 of 25, interstitial 6 of 25, total 16 of 50 (kazerooni 1)" in result.stdout
    assert "alveolar sum 10, and 5 without it" in " ".join(result.stdout.split())
    assert "kazerooni-fibrosis" in result.stdout
    assert "not a medical device" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= columns


def test_the_series_is_said(run: Run, hrct: Path, maps: dict[str, Path]) -> None:
    """Which series was taken is told on standard error, with `--json` too."""
    for more in ((), ("--json",)):
        assert "26 slices, sequential, sampled" in run("score", hrct, *options(maps), *more).stderr


def test_a_missing_map_is_not_zero(run: Run, hrct: Path, maps: dict[str, Path]) -> None:
    """Without the interstitial map its grades and the total are null, and the table says that the sum is refused."""
    given = options(maps, "lobes", "alveolar")
    document = json.loads(run("score", hrct, *given, "--json").stdout)
    assert document["totals"]["alveolar"] == 10
    assert document["totals"]["interstitial"] is None
    assert document["totals"]["total"] is None
    assert {lobe["findings"]["honeycombing"] for lobe in document["lobes"]} == {None}
    table = " ".join(run("score", hrct, *given).stdout.split())
    assert "total refused (of 50)" in table
    assert "interstitial of RUL, RML, RLL, LUL, LLL" in table


def test_one_component_at_least_is_wanted(run: Run, hrct: Path, maps: dict[str, Path]) -> None:
    """Lobes without any finding map are wrong usage."""
    result = run("score", hrct, *options(maps, "lobes"))
    assert result.exit_code == 2
    assert "at least one" in result.stderr


def test_a_map_of_another_grid_is_refused(run: Run, hrct: Path, maps: dict[str, Path], tmp_path: Path) -> None:
    """A map with other slices than the scan leaves with 3 and a message that names the file, not its folder."""
    other = truth_of(sequential_hrct(slices=20)).geometry
    wrong = write_nrrd(tmp_path / "wrong.nrrd", np.zeros(other.shape, np.uint8), other)
    result = run("score", hrct, *options({**maps, "alveolar": wrong}))
    assert result.exit_code == 3
    assert "wrong.nrrd" in result.stderr
    assert str(tmp_path) not in result.stderr


def test_several_studies_need_a_choice(run: Run, maps: dict[str, Path], tmp_path: Path) -> None:
    """A folder with two studies leaves with 2 and the list; `--study` or `--series` takes one."""
    first, second = (build_series(plan) for plan in (HRCT, sequential_hrct(patient_id="other")))
    for name, datasets in (("a", first), ("b", second)):
        write_series(datasets, tmp_path / name)
    asked = run("score", tmp_path, *options(maps))
    assert asked.exit_code == 2
    assert first[0].StudyInstanceUID in asked.stderr
    for choice in (("--study", first[0].StudyInstanceUID), ("--series", first[0].SeriesInstanceUID)):
        assert "total 16 of 50" in run("score", tmp_path, *options(maps), *choice).stdout


def test_an_unknown_scheme_is_wrong_usage(run: Run, hrct: Path, maps: dict[str, Path]) -> None:
    """A scheme that is not known leaves with 2, and the message lists those that are."""
    result = run("score", hrct, *options(maps), "--scheme", "nonsense")
    assert result.exit_code == 2
    assert "kazerooni 1" in result.stderr


def test_a_real_chest_has_the_expected_percents(run: Run, shared_data: Path) -> None:
    """The real chest A0001 with its maps gives the percents that were counted for it elsewhere."""
    folder = shared_data / "masks" / "A0001"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    given = options({role: folder / f"{role}.nrrd" for role in ("lobes", "alveolar", "interstitial")})
    chests = shared_data / "lung-pet-ct-dx"
    result = run("score", chests, *given, "--series", expected["series_uid"], "--json")
    for lobe in json.loads(result.stdout)["lobes"]:
        truth = expected["lobes"][lobe["lobe"]]
        alveolar = truth["ground_glass_voxels"] + truth["consolidation_voxels"]
        assert lobe["findings"]["ground_glass"] == pytest.approx(truth["ground_glass_percent"], rel=1e-12)
        assert lobe["findings"]["septal"] == pytest.approx(truth["septal_percent"], rel=1e-12)
        assert lobe["alveolar"]["percent"] == pytest.approx(100 * alveolar / truth["voxels"], rel=1e-12)
        assert lobe["interstitial"]["percent"] == pytest.approx(truth["honeycombing_percent"], rel=1e-12)
