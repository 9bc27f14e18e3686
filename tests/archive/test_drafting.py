"""Drafts of studies of which nothing is known: lobes and technique, and no findings."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kazerooni.archive import Settings, Summary
from kazerooni.archive import rescore as run
from kazerooni.dicom import find_series
from kazerooni.labels import read_lobe_map, read_reading
from kazerooni.model import Component, Lobe, Reading, State, Status
from kazerooni.scoring import score
from tests.archive.conftest import SAMPLES


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Summary]:
    """Give an archive of one study without a reading, the results of drafting it, and what was told."""
    root, out = tmp_path_factory.mktemp("archive"), tmp_path_factory.mktemp("drafted") / "out"
    shutil.copytree(SAMPLES / "2000", root / "scan")
    return root, out, run(root, Settings(scheme="kazerooni", version=1, out=out, draft=True))


def _reading(out: Path) -> Reading:
    (file,) = (out / "drafts").glob("*/reading.json")
    return read_reading(file)


def test_a_draft_has_lobes_and_technique_and_no_findings(drafted: tuple[Path, Path, Summary]) -> None:
    """What nobody has looked for is null in both components of every lobe, never zero; no table holds a draft."""
    _, out, summary = drafted
    reading = _reading(out)
    assert summary.counts == {"planned": 1, "done": 1, "failed": 0}
    assert (reading.status, reading.reader) == (Status.DRAFT, None)
    assert reading.technique.slice_thickness_mm == 1
    assert reading.tally is not None
    assert reading.tally.measured == frozenset()
    lobes = {lobe for lobe in Lobe if reading.is_in_tally(lobe)}
    assert lobes == {Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL}
    states = {reading.state((lobe,), component) for lobe in lobes for component in Component}
    assert State.ASSESSED not in states
    graded = score(reading)
    assert graded.totals.total is None
    assert {lobe.component(component).grade for lobe in graded.lobes for component in Component} == {None}
    assert len((out / "wide.csv").read_text("utf-8").splitlines()) == 1


def test_the_map_of_a_draft_is_bound_to_its_scan(drafted: tuple[Path, Path, Summary]) -> None:
    """The lobes stand beside the reading as a SEG of the pictures that they were found on, and say that they were."""
    root, out, _ = drafted
    (series,) = find_series(root)
    (file,) = (out / "drafts").glob("*/lobes.dcm")
    lobes = read_lobe_map(file, series)
    assert "lobes-proposed" in {notice.code for notice in lobes.notices}
    assert {notice.code for notice in _reading(out).notices} >= {"lobes-proposed"}


def test_a_draft_is_made_once(drafted: tuple[Path, Path, Summary]) -> None:
    """Gone on with, drafts that are there are not made again."""
    root, out, _ = drafted
    before = {file: file.stat().st_mtime_ns for file in (out / "drafts").rglob("*")}
    again = run(root, Settings(scheme="kazerooni", version=1, out=out, draft=True), resume=True)
    assert again.before == 1
    assert {file: file.stat().st_mtime_ns for file in (out / "drafts").rglob("*")} == before
