"""`kazerooni report` shows slices of kept readings, found by series and digest, and takes courses and the book."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from kazerooni.phantom import VISITS, sample_folder
from tests.cli.conftest import Run
from tests.cli.test_from_book import imported, place  # noqa: F401 - fixtures
from tests.cli.test_timeline import visits  # noqa: F401 - a fixture
from tests.report.pages import Page

_EARLIER, _LATER = VISITS[0].name, VISITS[1].name


@pytest.fixture(scope="module")
def samples() -> Path:
    """Give the folder of the sample scans."""
    return sample_folder()


@pytest.fixture
def kept(run: Run, samples: Path, tmp_path: Path) -> list[Path]:
    """Keep the readings of two visits of the sample scans."""
    files = []
    for name in (_EARLIER, _LATER):
        maps = samples / "maps" / name
        files.append(tmp_path / f"{name}.json")
        done = run(
            "score", samples / name, "--lobes", maps / "lobes.dcm", "--alveolar", maps / "alveolar.dcm",
            "--interstitial", maps / "interstitial.dcm", "--reader", "R1", "-o", files[-1],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
    return files


def _page(folder: Path) -> Page:
    (file,) = folder.glob("*.html")
    return Page(file.read_text("utf-8"))


def test_slices_of_both_visits_stand_side_by_side(run: Run, samples: Path, kept: list[Path], tmp_path: Path) -> None:
    """Scans are found by their series and maps by their digest, whichever order and folders they come in."""
    maps = [part for name in (_LATER, _EARLIER) for part in ("--maps", samples / "maps" / name)]
    out = tmp_path / "out"
    done = run("report", *kept, "--scan", samples / _EARLIER, "--scan", samples / _LATER, *maps, "--out", out)
    assert done.exit_code == 0, done.output
    slices = [svg for svg in _page(out).of("svg") if svg.get("class") == "slice"]
    assert slices
    assert sum("Earlier visit" in (svg["aria-label"] or "") for svg in slices) * 2 == len(slices)


def test_without_the_earlier_scan_the_latest_stands_alone(
    run: Run, samples: Path, kept: list[Path], tmp_path: Path
) -> None:
    """Only the scan of the latest reading must be there."""
    out = tmp_path / "out"
    done = run("report", *kept, "--scan", samples / _LATER, "--maps", samples / "maps" / _LATER, "--out", out)
    assert done.exit_code == 0, done.output
    slices = [svg for svg in _page(out).of("svg") if svg.get("class") == "slice"]
    assert slices
    assert not any("Earlier visit" in (svg["aria-label"] or "") for svg in slices)


def test_the_scan_of_another_reading_is_refused(run: Run, samples: Path, kept: list[Path], tmp_path: Path) -> None:
    """Pictures of another series never stand under a score; nothing is written."""
    out = tmp_path / "out"
    done = run("report", kept[1], "--scan", samples / _EARLIER, "--maps", samples / "maps" / _LATER, "--out", out)
    assert done.exit_code == 3
    assert "does not hold series" in done.stderr
    assert not list(out.glob("*"))


def test_maps_that_were_not_read_are_refused(run: Run, samples: Path, kept: list[Path], tmp_path: Path) -> None:
    """Marks are only those that were counted: maps with another digest are not taken."""
    done = run("report", kept[1], "--scan", samples / _LATER, "--maps", samples / "maps" / _EARLIER, "--out", tmp_path)
    assert done.exit_code == 3
    assert "is not among the files given" in done.stderr


def test_a_map_in_a_foreign_numbering_is_told(run: Run, hrct: Path, maps: dict[str, Path], tmp_path: Path) -> None:
    """Of a lobe map that was read in the numbering of lungmask it is told why it cannot be shown, and what to do."""
    ours = SimpleITK.ReadImage(str(maps["lobes"]))
    theirs = np.array([0, 3, 4, 5, 1, 2], np.uint8)[SimpleITK.GetArrayFromImage(ours)]  # lungmask: LUL is 1, RUL is 3
    image = SimpleITK.GetImageFromArray(theirs)
    image.CopyInformation(ours)
    lobes, kept = tmp_path / "lobes.nrrd", tmp_path / "reading.json"
    SimpleITK.WriteImage(image, str(lobes))
    done = run("score", hrct, "--lobes", lobes, "--labels", "lungmask", "--alveolar", maps["alveolar"], "-o", kept)
    assert kept.exists(), done.output
    for words in (("--maps", lobes, "--maps", maps["alveolar"]), ("--format", "seg")):
        out = tmp_path / "out"
        done = run("report", kept, "--scan", hrct, *words, "--out", out, columns=1000)
        assert done.exit_code == 3
        assert "It fits lungmask" in done.stderr
        assert "score --labels NAME --report DIR" in done.stderr
        assert not list(out.glob("*"))


def test_scans_and_maps_go_together(run: Run, samples: Path, kept: list[Path]) -> None:
    """A scan that nothing would be taken from, and maps without a scan, are wrong usage."""
    assert run("report", kept[0], "--scan", samples / _EARLIER).exit_code == 2
    assert run("report", kept[0], "--maps", samples / "maps" / _EARLIER).exit_code == 2


def test_lung_function_of_a_file_stands_in_the_report(
    run: Run,
    visits: list[Path],  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    """`--course` tells of lung function and treatment, as for `timeline`."""
    (tmp_path / "lung_function.csv").write_text("patient,date,fvc_percent\nP-1,2000-03-05,71\n", "utf-8")
    out = tmp_path / "out"
    done = run("report", *visits, "--course", tmp_path / "lung_function.csv", "--out", out)
    assert done.exit_code == 0, done.output
    assert "71 % predicted, 5 Mar 2000, 4 days after" in _page(out).text


def test_two_visits_are_compared(run: Run, visits: list[Path], tmp_path: Path) -> None:  # noqa: F811 - the fixture
    """`--compare` lays two visits side by side, and needs two."""
    out = tmp_path / "out"
    assert run("report", *visits[:2], "--compare", "--out", out).exit_code == 0
    assert "two visits compared" in _page(out).text
    alone = run("report", visits[0], "--compare", "--out", tmp_path / "alone")
    assert alone.exit_code == 3
    assert "wants two visits" in alone.stderr


def test_a_patient_of_the_book_is_reported_with_the_course(
    run: Run,
    imported: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    """All readings of a patient of the book are the timeline, beside the lung function that it holds."""
    done = run("report", "SYNTHETIC-13", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    page = _page(tmp_path / "out")
    assert "82 % predicted" in page.text
    assert "Score book, audit" in page.text
