"""The accuracy table is made: phantoms are scanned and kept, overlaps are counted, misses are told."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from kazerooni.model import FissureName, PointOrigin
from tests.accuracy import __main__ as command
from tests.accuracy import report
from tests.accuracy.cases import CASES, Wanted
from tests.accuracy.overlap import LOBES, LUNGS, dice
from tests.accuracy.people import Kind, Size, chest_of
from tests.accuracy.points import PARTED, placed_on
from tests.accuracy.run import Row, run
from tests.accuracy.scans import Scan, make_missing, sequential_of, spiral_of, thick_of

TINY = Size(4.0, 2.5)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for phantoms."""
    return tmp_path_factory.mktemp("accuracy")


def scan_of(number: int, cache: Path, kind: Kind = "healthy") -> Scan:
    """Scan a small chest."""
    chest = chest_of(kind, number, TINY)
    make_missing([chest], cache)
    return spiral_of(chest, cache)


def test_the_table_is_made(cache: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Cases run on a tiny phantom, are printed, and stand between the marks of the docs, whose other words stay."""
    rows = list(run(["sequential-8", "lungs-sequential"], 1, TINY, cache, tell=print))
    assert [set(row.dices[0]) for row in rows] == [set(LOBES), set(LUNGS)]
    assert min(rows[0].dices[0].values()) > 0.7
    report.print_rows(rows)
    assert "sequential, 10 mm, 8 points" in capsys.readouterr().out

    page = tmp_path / "page.md"
    page.write_text(f"before\n{report._BEGIN}\nold\n{report._END}\nafter\n")
    report.write_document(rows, "the command", page)
    written = page.read_text()
    assert written.startswith("before\n")
    assert written.endswith("\nafter\n")
    assert "`the command`" in written
    assert "old" not in written
    assert written.count("\n| ") == 6
    with pytest.raises(ValueError, match="marks"):
        report.write_document(rows, "the command", Path(__file__).with_name("overlap.py"))


@pytest.mark.parametrize(("least", "status"), [(0.5, 0), (1.0, 1)])
def test_a_miss_is_told_by_the_status(cache: Path, monkeypatch: pytest.MonkeyPatch, least: float, status: int) -> None:
    """The command ends with 1 where a row misses what is wanted, with 0 where all reach it."""
    row = Row("spiral", CASES["spiral"], [dict.fromkeys(LOBES, 0.96)])
    monkeypatch.setattr(command, "run", lambda *_: iter([row]))
    monkeypatch.setattr(Row, "is_reached", property(lambda self: min(self.dices[0].values()) >= least))
    monkeypatch.setattr(sys, "argv", ["accuracy", "--only", "spiral", "--cache", str(cache)])
    assert command.main() == status


@pytest.mark.parametrize("less", [["--quick"], ["--only", "thick"]])
def test_a_part_of_the_table_is_not_written(monkeypatch: pytest.MonkeyPatch, less: list[str]) -> None:
    """What is measured of a part, or coarsely, does not replace the table of the docs."""
    monkeypatch.setattr(sys, "argv", ["accuracy", "--write", *less])
    with pytest.raises(SystemExit, match="2"):
        command.main()


def test_each_wish_holds_for_its_part() -> None:
    """A wish holds for every lobe, another one for the middle lobe, or one for the mean of all."""
    found = {"RUL": 0.96, "RML": 0.91, "RLL": 0.97, "LUL": 0.95, "LLL": 0.98}
    assert Wanted(0.95, middle=0.90).is_reached(found)
    assert not Wanted(0.95, middle=0.92).is_reached(found)
    assert not Wanted(0.95).is_reached(found)
    assert not Wanted(0.96, middle=0.90).is_reached(found)
    assert Wanted(mean=0.95).is_reached(found)
    assert not Wanted(mean=0.96).is_reached(found)


def test_overlap_is_the_dice_index() -> None:
    """Two of three and two of four voxels in common give 4/7; nothing at all agrees with nothing."""
    found, wanted = np.array([1, 1, 1, 0, 0], bool), np.array([0, 1, 1, 1, 1], bool)
    assert dice(found, wanted) == pytest.approx(4 / 7)
    assert dice(found & ~found, wanted & ~wanted) == 1.0


def test_other_series_show_the_same_chest(cache: Path) -> None:
    """Thick slices average the thin ones around them, sequential ones are thin slices every 10 mm."""
    spiral = scan_of(0, cache)
    thick, sequential = thick_of(spiral), sequential_of(spiral)
    assert thick.geometry.usual_gap_mm == pytest.approx(5.0)
    assert sequential.geometry.usual_gap_mm == pytest.approx(10.0)
    assert sequential.geometry.is_sampled
    assert not thick.geometry.is_sampled
    assert np.array_equal(sequential.hu[3], spiral.hu[12])
    assert np.array_equal(sequential.geometry.origins_mm[3], spiral.geometry.origins_mm[12])
    assert np.abs(thick.hu[20] - (spiral.hu[40].astype(float) + spiral.hu[41]) / 2).max() <= 0.5
    same = spiral.lobes[40] == spiral.lobes[41]
    assert np.array_equal(thick.lobes[20][same], spiral.lobes[40][same])


@pytest.mark.parametrize("number", [1, 2, 4])
def test_points_lie_on_their_fissure_in_the_lung(cache: Path, number: int) -> None:
    """Prone, seen from the feet or tilted, eight points lie on each fissure where it is seen, far apart."""
    scan = scan_of(number, cache, "erased")
    placed = placed_on(scan, 8)
    assert [fissure.name for fissure in placed.fissures] == list(PARTED)
    for fissure in placed.fissures:
        places = np.array([point.position_mm for point in fissure.points])
        assert {point.origin for point in fissure.points} == {PointOrigin.PLACED}
        height = scan.thorax.fissure_height_mm(fissure.name, places[:, 0], places[:, 1])
        assert np.allclose(places[:, 2], height)
        assert scan.thorax.is_fissure_complete(fissure.name, places[:, 0], places[:, 1]).all()
        apart = np.linalg.norm(places[:, None] - places[None], axis=-1)[~np.eye(8, dtype=bool)]
        assert apart.min() > 15.0
        assert np.all((places[:, 0] > 0) == (fissure.name is FissureName.LEFT_OBLIQUE))
