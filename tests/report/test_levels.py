"""The slice of an earlier scan beside a slice: at the same level, by a rule that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Case, FindingMap, LobeMap, Volume
from kazerooni.report import report_of
from kazerooni.report.html import report_html
from kazerooni.report.levels import level_in
from tests.report.builders import VERSION
from tests.report.pages import Page
from tests.scoring.builders import geometry_of


def _moved(case: Case, *, z_mm: float, gap_mm: float = 10.0, frame: str | None = None, on: date | None = None) -> Case:
    """Give the case as another scan: lifted along z, its slices so far apart, of another day."""
    assert case.volume is not None
    assert case.lobes is not None
    shape = case.volume.geometry.shape
    geometry = geometry_of(shape, gap_mm=gap_mm, spacing_mm=(2.0, 2.0), origin_mm=(-60.0, -40.0, z_mm))
    scan = replace(
        case.reading.scan, frame_of_reference_uid=frame, study_date=on or date(2001, 2, 3), series_uid="1.2.4"
    )
    maps = {
        component: FindingMap(component, np.array(found.labels), geometry)
        for found in (case.alveolar, case.interstitial)
        if found is not None
        for component in [found.component]
    }
    return replace(
        case,
        reading=replace(case.reading, id="R-then", scan=scan),
        volume=Volume(case.volume.hu.copy(), geometry, scan, case.volume.technique),
        lobes=LobeMap(np.array(case.lobes.labels), geometry),
        alveolar=maps.get("alveolar"),  # type: ignore[call-overload]
        interstitial=maps.get("interstitial"),  # type: ignore[call-overload]
    )


@pytest.mark.parametrize("lifted_mm", [-400.0, 0.0, 123.4])
@pytest.mark.parametrize("index", range(6))
def test_a_scan_that_was_only_moved_is_matched_slice_by_slice(scan_case: Case, lifted_mm: float, index: int) -> None:
    """Where the table stood, and how far apart slices lie, does not change the level in the lungs."""
    found = level_in(scan_case, _moved(scan_case, z_mm=lifted_mm, gap_mm=12.0), index)
    assert found is not None
    assert (found.index, found.is_same_frame) == (index, False)
    assert abs(found.off_mm) < 1e-6
    assert found.share == pytest.approx(index / 5)
    assert found.share == pytest.approx(found.share_now)


def test_one_frame_of_reference_is_matched_by_z(scan_case: Case) -> None:
    """Where both scans share their frame of reference, the level is z: 20 mm higher is two slices of 10 mm lower."""
    now = replace(scan_case, reading=replace(scan_case.reading, scan=replace(
        scan_case.reading.scan, frame_of_reference_uid="1.9")))  # fmt: skip
    found = level_in(now, _moved(scan_case, z_mm=-10.0, frame="1.9"), 4)
    assert found is not None
    assert (found.index, found.is_same_frame, found.off_mm) == (2, True, 0.0)


def test_another_position_is_never_matched_by_z(scan_case: Case) -> None:
    """Prone against supine, z is not one place, even within one frame of reference."""
    scan = replace(scan_case.reading.scan, frame_of_reference_uid="1.9")
    prone = replace(scan_case.reading.technique, patient_position="HFP")
    now = replace(scan_case, reading=replace(scan_case.reading, scan=scan, technique=prone))
    found = level_in(now, _moved(scan_case, z_mm=-10.0, frame="1.9"), 4)
    assert found is not None
    assert not found.is_same_frame


def test_without_a_scan_there_is_no_level(scan_case: Case) -> None:
    """An earlier reading without its scan or its lobes has no slice to show."""
    then = _moved(scan_case, z_mm=0.0)
    assert level_in(scan_case, replace(then, volume=None), 1) is None
    assert level_in(scan_case, replace(then, lobes=None), 1) is None


def test_the_page_shows_both_and_how_they_were_matched(scan_case: Case) -> None:
    """Each slice has the earlier one before it, with its day, both heights in mm and the rule."""
    report = report_of(scan_case, prior=_moved(scan_case, z_mm=-30.0), program_version=VERSION)
    assert report.slices
    page = Page(report_html(report).decode("utf-8"))
    assert len([one for one in page.of("svg") if one.get("class") == "slice"]) == 2 * len(report.slices)
    assert page.text.count("Earlier visit, 3 Feb 2001") == len(report.slices)
    assert page.text.count("matched by height in the lungs") == len(report.slices)
    assert all(view.prior is not None and " mm" in view.prior.place.replace("\xa0", " ") for view in report.slices)


def test_a_prior_that_is_later_is_refused(scan_case: Case) -> None:
    """Pictures of a later visit would stand under a wrong name."""
    with pytest.raises(ReadingError, match="no visit before"):
        report_of(scan_case, prior=_moved(scan_case, z_mm=0.0, on=date(2020, 1, 1)), program_version=VERSION)
