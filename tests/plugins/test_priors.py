"""Visits of one patient are linked by the height of the chest, also with other spacing; where not sure, not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from kazerooni import find_series, read_volume
from kazerooni.model import Geometry, ScanRef, Technique, Volume
from kazerooni.phantom import Body, SeriesPlan, sequential_hrct, spiral_ct, truth_of
from kazerooni.phantom.body import TRUNK
from napari_kazerooni.priors import link_visits, visits_of
from tests.plugins.builders import written_series


def _volume(plan: SeriesPlan, *, moved_mm: float = 0.0, frame: str | None = None) -> Volume:
    """Scan the simple chest; `moved_mm` is how far along z the table said that it lay."""
    truth = truth_of(plan)
    origins = truth.geometry.origins_mm + np.array([3.0, -2.0, moved_mm])
    return Volume(
        truth.hu, replace(truth.geometry, origins_mm=origins), ScanRef(frame_of_reference_uid=frame), Technique()
    )


SPIRAL = spiral_ct(slices=120, gap_mm=2.5, slice_thickness_mm=2.5, noise_hu=20.0)
SEQUENTIAL = sequential_hrct(slices=26, gap_mm=10.0, noise_hu=30.0, seed=3)
SPARSE = sequential_hrct(slices=11, gap_mm=25.0, noise_hu=30.0, seed=4)


@pytest.mark.parametrize("moved_mm", [0.0, 37.0, -212.5])
@pytest.mark.parametrize("prior", [SEQUENTIAL, SPARSE, spiral_ct(slices=200, gap_mm=1.25, slice_thickness_mm=1.25)])
def test_visits_of_other_spacing_are_linked(prior: SeriesPlan, moved_mm: float) -> None:
    """The shift of the table is found within 3 mm, and every slice leads to the prior's nearest to its height."""
    current, other = _volume(SPIRAL), _volume(prior, moved_mm=moved_mm)
    link = link_visits(current, other)
    assert link.is_linked, link.why
    assert link.shift_mm == pytest.approx(moved_mm, abs=3.0)
    heights = current.geometry.slice_positions_mm
    gap = other.geometry.usual_gap_mm
    assert gap is not None
    for index in range(0, len(heights), 7):
        beside = link.prior_slice(index)
        if beside is None:
            ends = other.geometry.slice_positions_mm[[0, -1]] - moved_mm
            assert not ends[0] < heights[index] < ends[1]
            continue
        assert abs(other.geometry.slice_positions_mm[beside] - moved_mm - heights[index]) <= gap / 2 + 3.0
    middle = len(other.geometry.slice_positions_mm) // 2
    back = link.current_slice(middle)
    assert back is not None
    assert abs(heights[back] - (other.geometry.slice_positions_mm[middle] - moved_mm)) <= 2.5 / 2 + 3.0


def test_a_prior_scanned_feet_first_is_linked() -> None:
    """A prior whose slices ascend towards the feet, and columns run the other way, is linked all the same."""
    turned = replace(SEQUENTIAL, patient_position="FFS", orientation=(-1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    link = link_visits(_volume(SPIRAL), _volume(turned, moved_mm=20.0))
    assert link.shift_mm == pytest.approx(20.0, abs=3.0)
    first, last = link.prior_slice(20), link.prior_slice(100)
    assert first is not None
    assert last is not None
    assert first > last


def test_one_frame_of_reference_needs_no_search() -> None:
    """Scans of one frame of reference share their z."""
    link = link_visits(_volume(SPIRAL, frame="1.2"), _volume(SEQUENTIAL, frame="1.2"))
    assert (link.shift_mm, link.why) == (0.0, "one frame of reference")


@pytest.mark.parametrize(
    ("prior", "words"),
    [
        (replace(SEQUENTIAL, body=Body((TRUNK,))), "one of the two shows no lungs"),
        (spiral_ct(slices=1), "a scan of one slice"),
        (spiral_ct(slices=20, gap_mm=1.25), "too short"),
    ],
)
def test_what_does_not_fit_is_not_linked(prior: SeriesPlan, words: str) -> None:
    """A scan without lungs, of one slice or too short is not linked, and it is said why."""
    link = link_visits(_volume(SPIRAL), _volume(prior))
    assert not link.is_linked
    assert words in link.why
    assert (link.prior_slice(3), link.current_slice(0)) == (None, None)


def test_the_visits_of_a_patient_are_found(tmp_path: Path) -> None:
    """The other visits of the same patient are listed, the latest first; other patients and the same study are not."""
    for name, patient, year in (("a", "A", 2001), ("b", "A", 2003), ("c", "B", 2002), ("d", "A", 2005)):
        plan = sequential_hrct(slices=6, rows=32, columns=32, patient_id=patient, study_date=date(year, 1, 2))
        written_series(plan, tmp_path / name)
    found = find_series(tmp_path)
    current = next(series for series in found if series.study_date == date(2003, 1, 2))
    visits = visits_of(found, current)
    assert [(visit.on, visit.is_earlier) for visit in visits] == [(date(2005, 1, 2), False), (date(2001, 1, 2), True)]
    assert visits_of(found, replace(current, patient=None)) == ()


def test_a_real_chest_is_linked_to_part_of_itself(shared_data: Path) -> None:
    """Every fourth slice of a real CT, moved by the table, is linked within 1 mm to the whole of it."""
    found = find_series(shared_data / "lung-pet-ct-dx")
    whole = read_volume(next(series for series in found if series.usable and series.slices >= 40))
    geometry = whole.geometry
    kept = np.arange(1, geometry.shape[0], 4)
    origins = geometry.origins_mm[kept] + (0.0, 0.0, 33.3)
    grid = Geometry(
        (kept.size, *geometry.shape[1:]),
        geometry.pixel_spacing_mm,
        origins,
        geometry.orientation,
        geometry.slice_thickness_mm,
    )
    link = link_visits(whole, Volume(whole.hu[kept], grid, ScanRef(), whole.technique))
    assert link.shift_mm == pytest.approx(33.3, abs=1.0)
    assert [link.prior_slice(int(index)) for index in kept] == list(range(kept.size))
