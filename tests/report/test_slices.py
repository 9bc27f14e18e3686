"""Key slices: the slice with the most involvement, shown as a radiologist expects it."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from kazerooni.model import Case, FindingMap, Geometry, Lobe, LobeMap, Notice, ScanRef, Technique, Volume
from kazerooni.report import report_of
from kazerooni.report.colours import MARKS
from kazerooni.report.picture import Frame, frame_of, in_window, slice_picture
from kazerooni.report.slices import slice_views
from kazerooni.scoring import measure, score
from kazerooni.scoring.schemes import KAZEROONI
from tests.report.builders import VERSION

ROWS, COLUMNS, PIXEL_MM = 40, 60, 2.0


def _picture(case: Case, index: int) -> tuple[NDArray[np.uint8], str]:
    """Give the grey values and the SVG of a slice."""
    assert case.volume is not None
    assert case.lobes is not None
    view = replace(slice_views(case, KAZEROONI)[0], index=index)
    markup = slice_picture(case, view, frame_of(case.volume.geometry, case.lobes.labels))
    data = re.search(r"data:image/jpeg;base64,([^\"]+)", markup)
    assert data is not None
    return np.asarray(Image.open(io.BytesIO(b64decode(data[1])))), markup


def test_it_is_the_slice_with_most_involvement(scan_case: Case) -> None:
    """For each involved lobe the slice is shown on which a count of the maps finds most of the graded findings."""
    views = slice_views(scan_case, KAZEROONI)
    assert scan_case.lobes is not None
    assert scan_case.alveolar is not None
    assert scan_case.interstitial is not None
    lobes, alveolar = scan_case.lobes.labels, scan_case.alveolar.labels
    honeycombing = scan_case.interstitial.labels == 2
    for view in views:
        for lobe in view.lobes:
            marked = [int(np.sum((lobes[i] == lobe) & ((alveolar[i] > 0) | honeycombing[i]))) for i in range(6)]
            if lobe is not Lobe.LLL:
                assert view.index == max(range(6), key=marked.__getitem__)
    assert {lobe: view.index for view in views for lobe in view.lobes} == {Lobe.RUL: 4, Lobe.RLL: 1, Lobe.LLL: 2}


def test_a_lobe_graded_by_presence_shows_that_finding(scan_case: Case) -> None:
    """A lobe with reticulation alone is shown where most of it was marked; a lobe without any finding is not shown."""
    by_lobe = {lobe: view for view in slice_views(scan_case, KAZEROONI) for lobe in view.lobes}
    assert by_lobe[Lobe.LLL].index == 2
    assert not {Lobe.RML, Lobe.LUL} & set(by_lobe)


def test_the_caption_says_what_is_shown(scan_case: Case) -> None:
    """Lobe, percents of the lobe, number of the slice from the feet and its height stand below the picture."""
    first = slice_views(scan_case, KAZEROONI)[0]
    assert first.lobes == (Lobe.RUL,)
    # 15 of 60 columns of pixels over three slices are marked.
    assert first.caption.replace("\N{NO-BREAK SPACE}", " ") == "Right upper lobe: ground glass 25.0 %"
    assert first.place.replace("\N{NO-BREAK SPACE}", " ") == "Slice 5 of 6 from the feet, z 10.0 mm"


def test_lobes_that_share_a_slice_share_its_picture(scan_case: Case) -> None:
    """A slice is shown once, whatever number of lobes it is the most involved of."""
    assert scan_case.volume is not None
    interstitial = np.zeros((6, ROWS, COLUMNS), np.uint8)
    interstitial[1, 10:30, 5:8] = interstitial[1, 10:30, 35:38] = 2
    maps = FindingMap(scan_case.interstitial.component, interstitial, scan_case.volume.geometry)  # type: ignore[union-attr]
    tally = measure(scan_case.volume, scan_case.lobes, interstitial=maps)  # type: ignore[arg-type]
    reading = replace(scan_case.reading, tally=tally)
    case = replace(scan_case, reading=reading, score=score(reading), alveolar=None, interstitial=maps)
    assert [(view.index, view.lobes) for view in slice_views(case, KAZEROONI)] == [(1, (Lobe.RLL, Lobe.LLL))]


def test_the_patients_right_front_is_at_the_upper_left(scan_case: Case) -> None:
    """The bright block at the patient's right front is at the upper left of the picture."""
    grey, _ = _picture(scan_case, 4)
    rows, columns = np.nonzero(grey > 200)
    assert rows.mean() < grey.shape[0] / 3
    assert columns.mean() < grey.shape[1] / 3


Turn = Callable[[NDArray[Any]], NDArray[Any]]

# How a scan of the same body may lie otherwise in its arrays: direction cosines, the first pixel, and the turned plane.
TURNED: dict[str, tuple[tuple[float, ...], tuple[float, float], Turn]] = {
    "columns to the right": ((-1, 0, 0, 0, 1, 0), (58.0, -40.0), lambda plane: plane[:, ::-1]),
    "rows to the front": ((1, 0, 0, 0, -1, 0), (-60.0, 38.0), lambda plane: plane[::-1]),
    "both": ((-1, 0, 0, 0, -1, 0), (58.0, 38.0), lambda plane: plane[::-1, ::-1]),
    "rows for columns": ((0, 1, 0, 1, 0, 0), (-60.0, -40.0), lambda plane: plane.T),
    "a quarter turn": ((0, -1, 0, 1, 0, 0), (-60.0, 38.0), lambda plane: plane.T[:, ::-1]),
}


@pytest.mark.parametrize("how", TURNED)
def test_every_orientation_gives_the_same_picture(how: str, scan_case: Case) -> None:
    """However the arrays of a scan lie in the patient, the picture and its outlines are the same."""
    orientation, (x, y), turn = TURNED[how]
    volume, lobes, alveolar = scan_case.volume, scan_case.lobes, scan_case.alveolar
    assert volume is not None
    assert lobes is not None
    assert alveolar is not None
    up = 1 if float(np.cross(orientation[:3], orientation[3:])[2]) > 0 else -1

    def turned(array: NDArray[Any]) -> NDArray[Any]:
        return np.stack([np.ascontiguousarray(turn(plane)) for plane in array[::up]])

    heights = volume.geometry.origins_mm[::up, 2]
    origins = np.array([(x, y, z) for z in heights])
    hu = turned(volume.hu)
    geometry = Geometry(hu.shape, (PIXEL_MM, PIXEL_MM), origins, orientation, 1.0)  # type: ignore[arg-type]
    case = replace(
        scan_case,
        volume=Volume(hu, geometry, volume.scan, volume.technique),
        lobes=LobeMap(turned(lobes.labels), geometry),
        alveolar=replace(alveolar, labels=turned(alveolar.labels), geometry=geometry),
        interstitial=None,
    )
    plain = replace(scan_case, interstitial=None)
    index = 4
    grey, _ = _picture(plain, index)
    other, markup = _picture(case, index if up > 0 else 5 - index)
    assert other.shape == grey.shape
    assert np.abs(other.astype(int) - grey.astype(int)).max() <= 12  # JPEG
    assert markup.count("<path") == _picture(plain, index)[1].count("<path")


def test_marks_are_outlined_where_they_lie(scan_case: Case) -> None:
    """The outline of ground glass runs around its marks, exactly at the edges of their pixels, in its colour."""
    assert scan_case.volume is not None
    assert scan_case.lobes is not None
    frame = frame_of(scan_case.volume.geometry, scan_case.lobes.labels)
    _, markup = _picture(scan_case, 4)
    alveolar = next(value for component, value in MARKS.items() if component == "alveolar")
    outline = re.search(rf'<path d="M([^"z]+)z" fill="none" stroke="{alveolar}"', markup)
    assert outline is not None
    first, steps = (re.findall(r"-?[\d.]+", part) for part in outline[1].split("l"))
    points = np.cumsum(np.array([*first, *steps], float).reshape(-1, 2), axis=0) / 2  # in pixels
    left, top = 5 - frame.columns.start, 10 - frame.rows.start
    low, high = points.min(axis=0), points.max(axis=0)
    assert low.tolist() == [left, top]
    assert high.tolist() == [left + 9, top + 20]


def test_the_picture_is_cut_to_the_lungs(scan_case: Case) -> None:
    """The frame holds every lobe with a margin of at most 2 cm, and is the same for all slices."""
    assert scan_case.volume is not None
    assert scan_case.lobes is not None
    frame = frame_of(scan_case.volume.geometry, scan_case.lobes.labels)
    held = np.zeros((ROWS, COLUMNS), bool)
    held[frame.rows, frame.columns] = True
    assert held[scan_case.lobes.labels.any(axis=0)].all()
    assert (frame.rows.start, frame.columns.start) == (1, 0)


def test_the_lung_window() -> None:
    """-1350 HU is black, -600 HU the middle, 150 HU white."""
    volume = _volume((-2000, -1350, -600, 150, 3000))
    assert in_window(volume.hu[0], volume).tolist() == [[0, 0, 128, 255, 255]]


def test_values_that_are_not_known_to_be_hu_are_shown_in_their_own_range() -> None:
    """A scan of raw values is not shown black: its own range is spread over the greys."""
    volume = replace(_volume((0, 100, 200, 300, 400)), notices=(Notice("hu-unproven", "warning", "raw"),))
    grey = in_window(volume.hu[0], volume)[0]
    assert grey[0] == 0
    assert grey[-1] == 255
    assert np.all(np.diff(grey.astype(int)) > 0)


def _volume(values: tuple[int, ...]) -> Volume:
    hu = np.array([[values]], np.int16)
    geometry = Geometry(hu.shape, (1.0, 1.0), np.zeros((1, 3)), (1, 0, 0, 0, 1, 0), 1.0)
    return Volume(hu, geometry, ScanRef(), Technique())


def test_without_a_scan_there_are_no_slices(scan_case: Case) -> None:
    """A kept reading without its scan or maps has no pictures, and its report is made all the same."""
    for missing in ({"volume": None}, {"lobes": None}):
        case = replace(scan_case, **missing)  # type: ignore[arg-type]
        assert report_of(case, program_version=VERSION).slices == ()


def test_a_frame_turns_a_plane() -> None:
    """Cut, exchange of axes and flips follow each other in that order."""
    plane = np.arange(12).reshape(3, 4)
    frame = Frame(slice(0, 2), slice(1, 4), turned=True, flip_rows=True, flip_columns=False, aspect=1.0)
    assert frame.cut(plane).tolist() == [[3, 7], [2, 6], [1, 5]]


def test_pixels_that_are_not_square_keep_their_shape(scan_case: Case) -> None:
    """A picture is as high and wide as its slice in the patient."""
    assert scan_case.volume is not None
    assert scan_case.lobes is not None
    geometry = replace(scan_case.volume.geometry, pixel_spacing_mm=(1.5, 2.0))
    frame = frame_of(geometry, scan_case.lobes.labels)
    markup = slice_picture(scan_case, slice_views(scan_case, KAZEROONI)[0], frame)
    box = re.search(r'viewBox="0 0 (\S+) (\S+)"', markup)
    assert box is not None
    rows, columns = (part.stop - part.start for part in (frame.rows, frame.columns))
    assert float(box[2]) / float(box[1]) == pytest.approx(rows * 1.5 / (columns * 2.0))
