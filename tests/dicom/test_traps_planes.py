"""Planes and places: patient positions, cosines, tilt, spacing, odd slices, missing places (dicom.md)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from kazerooni.dicom import read_volume
from kazerooni.errors import UnusableSeriesError
from kazerooni.phantom import (
    CORONAL,
    GANTRY_VIEW_ORIENTATIONS,
    MARKER,
    ORIENTATIONS,
    SAGITTAL,
    SeriesPlan,
    build_series,
    to_enhanced,
    traps,
    truth_of,
)

# Enough slices to hold the marker, a ball of 26 mm in the front of the right lung.
MARKED: dict[str, Any] = {"slices": 13, "rows": 48, "columns": 40, "pixel_spacing_mm": (6.5, 9.0), "gap_mm": 3.0,
                          "slice_thickness_mm": 3.0, "centre_mm": (0.0, 0.0, 10.0)}  # fmt: skip


def marker_place(volume: Any) -> np.ndarray[Any, Any]:
    """Give the LPS place of the middle of the brightest ball, from the values and geometry of a volume alone."""
    places = []
    g = volume.geometry
    for index, row, column in np.argwhere(volume.hu == MARKER.hu):
        rows_mm, columns_mm = g.pixel_spacing_mm
        places.append(g.origins_mm[index] + g.row_direction * columns_mm * column + g.column_direction * rows_mm * row)
    return np.asarray(np.mean(places, axis=0))


VIEWS = [
    pytest.param(position, table[position], id=f"{position} {name}")
    for name, table in (("usual view", ORIENTATIONS), ("gantry view", GANTRY_VIEW_ORIENTATIONS))
    for position in ("HFS", "FFS", "HFP", "FFP")
]


@pytest.mark.parametrize(("position", "orientation"), VIEWS)
def test_left_and_right_come_from_the_cosines(desk: Any, position: str, orientation: tuple[float, ...]) -> None:
    """In all four patient positions and both views the marker is found in the front of the right lung, where it is."""
    plan = desk.plan(**MARKED, patient_position=position, orientation=orientation)
    series = desk.only(traps.shuffle_files(build_series(plan)))
    volume = read_volume(series)
    desk.same(volume, truth_of(plan))
    assert np.abs(marker_place(volume) - MARKER.centre_mm).max() < 3.0
    assert np.all(np.diff(volume.geometry.origins_mm @ volume.geometry.normal) > 0)
    assert series.patient_position == position
    assert ("prone" in desk.codes(series)) == (position in ("HFP", "FFP"))
    assert "gantry-tilt" not in desk.codes(series)


COSINES = {
    "usual": (1, 0, 0, 0, 1, 0),
    "rows to the right": (-1, 0, 0, 0, 1, 0),
    "columns to the front": (1, 0, 0, 0, -1, 0),
    "both": (-1, 0, 0, 0, -1, 0),
    "rows to the back": (0, 1, 0, 1, 0, 0),
    "rows to the front": (0, -1, 0, 1, 0, 0),
    "turned by 30 degrees": (math.cos(0.5236), math.sin(0.5236), 0, -math.sin(0.5236), math.cos(0.5236), 0),
    "oblique": (0.9961946981, 0.0, 0.0871557427, 0.0151344, 0.984807753, -0.172987394),
}


@pytest.mark.parametrize("cosines", COSINES.values(), ids=COSINES.keys())
def test_any_axial_cosines(desk: Any, cosines: tuple[float, ...]) -> None:
    """Negative, swapped and oblique cosines are followed; slices ascend along their own normal, wherever it points."""
    row, column = np.array(cosines[:3], float), np.array(cosines[3:], float)
    row /= np.linalg.norm(row)
    column -= row * (row @ column)
    column /= np.linalg.norm(column)
    plan = desk.plan(**MARKED, orientation=(*map(float, row), *map(float, column)))
    series = desk.only(traps.reverse_instance_numbers(build_series(plan)))
    volume = read_volume(series)
    desk.same(volume, truth_of(plan))
    assert np.abs(marker_place(volume) - MARKER.centre_mm).max() < 3.0
    assert desk.codes(series) <= {"thick-slices"}
    assert series.sampling == "contiguous"


@pytest.mark.parametrize(
    "text", [rb"1.0\0.0\-0.0\0.0\1.0\0.0", rb"1\0\0\0\1\-0 ", rb"+1E0\0\0\0\1.000000\0e0", rb" 1\ 0\ 0\ 0\ 1\ 0"]
)
def test_cosines_in_any_notation(desk: Any, text: bytes) -> None:
    """Direction cosines with exponents, plus signs, blanks and minus zero are understood."""
    series = desk.only(traps.write_raw(desk.build(), {"ImageOrientationPatient": text}))
    assert desk.codes(series) == set()
    desk.same(read_volume(series), truth_of(desk.plan()))


def test_cosines_that_waver_in_the_last_digit_are_one_orientation(desk: Any) -> None:
    """Slices whose cosines differ by rounding stay one series."""
    datasets = desk.build()
    for index, dataset in enumerate(datasets):
        dataset.ImageOrientationPatient = ["1", f"{index * 1e-6:.7f}", "0", f"{-index * 1e-6:.7f}", "1", "0"]
    series = desk.only(datasets)
    assert desk.codes(series) == set()
    assert series.slices == 5


@pytest.mark.parametrize("spacing", [(3.0, 2.0), (2.0, 3.0), (0.75, 14.0)])
def test_pixel_spacing_is_row_then_column(desk: Any, spacing: tuple[float, float]) -> None:
    """The first number of PixelSpacing is the distance between rows, told and used as that."""
    plan = desk.plan(pixel_spacing_mm=spacing)
    series = desk.only(build_series(plan))
    assert series.pixel_spacing_mm == spacing
    volume = read_volume(series)
    assert volume.geometry.pixel_spacing_mm == spacing
    desk.same(volume, truth_of(plan))


@pytest.mark.parametrize("degrees", [20.0, -20.0, 5.0, -0.5])
@pytest.mark.parametrize("tag", ["true", "other sign", "zero", None])
def test_tilt_is_found_from_positions(desk: Any, degrees: float, tag: str | None) -> None:
    """A tilted gantry is told from the step of the slices, whatever the tag says; the sheared stack is kept."""
    plan = desk.plan(**{**MARKED, "gap_mm": 2.0, "slice_thickness_mm": 2.0}, gantry_tilt_degrees=degrees)
    claimed = {"true": degrees, "other sign": -degrees, "zero": 0.0}[tag] if tag else None
    series = desk.only(traps.shuffle_files(traps.claim_tilt(build_series(plan), claimed)))
    notice = desk.notice(series, "gantry-tilt")
    assert notice.severity == "warning"
    assert f"{abs(degrees):.1f} degrees" in notice.message
    assert series.usable
    assert series.sampling == "contiguous"
    volume = read_volume(series)
    desk.same(volume, truth_of(plan))
    assert np.abs(volume.geometry.shear_mm).max() > 0.1


def test_tilt_that_only_the_tag_claims(desk: Any) -> None:
    """A tag that says 20 degrees where the positions step straight makes no tilt."""
    series = desk.only(traps.claim_tilt(desk.build(), 20.0))
    assert "gantry-tilt" not in desk.codes(series)
    assert all(n.severity == "info" for n in series.notices if n.code != "partial-lung")


@pytest.mark.parametrize("orientation", [CORONAL, SAGITTAL], ids=["coronal", "sagittal"])
def test_series_that_are_not_axial_cannot_be_scored(desk: Any, orientation: Any) -> None:
    """A coronal or sagittal series is listed with the reason, unusable, and refused by name when it is read."""
    series = desk.only(desk.build(orientation=orientation))
    notice = desk.notice(series, "not-axial")
    assert (notice.severity, series.usable) == ("error", False)
    assert "axial" in notice.message
    with pytest.raises(UnusableSeriesError, match="axial"):
        read_volume(series)


def test_coronal_reformat_in_the_axial_series(desk: Any) -> None:
    """Coronal pictures under the UID of an axial series are set apart; the axial ones stay usable and say so."""
    axial = desk.build(slices=7)
    coronal = desk.build(slices=3, orientation=CORONAL)
    desk.save(traps.shuffle_files(traps.merge_series(axial, coronal)))
    found = desk.find()
    assert [(s.slices, s.usable) for s in found] == [(7, True), (3, False)]
    notice = desk.notice(found[0], "mixed-orientation")
    assert set(notice.sop_uids) == {d.SOPInstanceUID for d in coronal}
    desk.same(read_volume(found[0]), truth_of(desk.plan(slices=7)))


ODD: dict[str, tuple[Any, str]] = {
    "turned": (traps.turn_slice, "mixed-orientation"),
    "another size": (traps.resize_slice, "mixed-size"),
    "another pixel spacing": (lambda d, i: traps.set_attributes(d, [i], PixelSpacing=["3", "3"]), "mixed-size"),
    "another kernel": (lambda d, i: traps.set_attributes(d, [i], ConvolutionKernel="B31f"), "mixed-acquisition"),
}


@pytest.mark.parametrize("index", [0, 3, 6])
@pytest.mark.parametrize(("trap", "code"), ODD.values(), ids=ODD.keys())
def test_one_odd_slice_is_listed_and_the_majority_stays(desk: Any, trap: Any, code: str, index: int) -> None:
    """One slice of another plane, size, spacing or kernel is set apart with the reason; the others stay."""
    desk.save(trap(desk.build(slices=7), index))
    found = desk.find()
    assert [s.slices for s in found] == [6, 1]
    assert [(s.part, s.parts) for s in found] == [(1, 2), (2, 2)]
    truth = truth_of(desk.plan(slices=7))
    notice = desk.notice(found[0], code)
    assert notice.sop_uids == (truth.sop_uids[index],)
    assert found[0].usable
    desk.same(read_volume(found[0]), truth.keep([i for i in range(7) if i != index]))
    assert found[1].scan.sop_uids == (truth.sop_uids[index],)


@pytest.mark.parametrize("index", [0, 3])
@pytest.mark.parametrize(
    "value", [None, b"", rb"1\2", rb"a\b\c", rb"nan\0\0", rb"1e999\0\0", rb"1\2\3\4", rb"1,5\2,0\3,1", b"\\\\"]
)
def test_slice_without_a_place(desk: Any, value: bytes | None, index: int) -> None:
    """A slice whose position is no three numbers makes the series unusable; slice and attribute are named."""
    datasets = desk.build()
    uid, number = datasets[index].SOPInstanceUID, datasets[index].InstanceNumber
    if value is None:
        datasets = traps.remove_attributes(datasets, "ImagePositionPatient", slices=[index])
    else:
        datasets = traps.write_raw(datasets, {"ImagePositionPatient": value}, slices=[index])
    series = desk.only(datasets)
    notice = desk.notice(series, "missing-position")
    assert (notice.severity, series.usable, notice.sop_uids) == ("error", False, (uid,))
    assert "ImagePositionPatient" in notice.message
    assert f"slice {number}" in notice.message, "the message says which slice"
    with pytest.raises(UnusableSeriesError, match="ImagePositionPatient"):
        read_volume(series)


BAD_COSINES = [None, b"", rb"1\0\0\0\1", rb"1\0\0\1\0\0", rb"0\0\0\0\0\0", rb"2\0\0\0\2\0"]
BAD_SPACINGS = [None, b"", b"0.7", rb"0\0", rb"-0.7\0.7", rb"0,7\0,7", rb"0.7\x", rb"inf\1"]


@pytest.mark.parametrize(
    ("keyword", "code", "values"),
    [
        ("ImagePositionPatient", "missing-position", [None, b""]),
        ("ImageOrientationPatient", "missing-orientation", BAD_COSINES),
        ("PixelSpacing", "missing-pixel-spacing", BAD_SPACINGS),
    ],
)  # fmt: skip
def test_series_without_a_place(desk: Any, keyword: str, code: str, values: list[bytes | None]) -> None:
    """Where position, orientation or pixel spacing are no numbers, the series is unusable and names what it lacks."""
    for place, value in enumerate(values):
        datasets = desk.build(seed=place)
        changed = (
            traps.remove_attributes(datasets, keyword) if value is None else traps.write_raw(datasets, {keyword: value})
        )
        desk.save(changed, into=f"{place}")
    found = desk.find()
    assert len(found) == len(values)
    for series in found:
        notice = desk.notice(series, code)
        assert (notice.severity, series.usable) == ("error", False)
        assert keyword in notice.message
        with pytest.raises(UnusableSeriesError, match=keyword):
            read_volume(series)


def test_one_slice_without_orientation_is_set_apart(desk: Any) -> None:
    """One slice without orientation is listed apart, unusable; the majority stays usable and names it."""
    desk.save(traps.remove_attributes(desk.build(slices=7), "ImageOrientationPatient", slices=[2]))
    found = desk.find()
    assert [(s.slices, s.usable) for s in found] == [(6, True), (1, False)]
    uid = truth_of(desk.plan(slices=7)).sop_uids[2]
    assert desk.notice(found[0], "mixed-orientation").sop_uids == (uid,)
    desk.notice(found[1], "missing-orientation")


@pytest.mark.parametrize("value", [None, b"", b"0", b"-1", b"thin", b"nan"])
def test_thickness_that_is_missing_is_not_guessed(desk: Any, value: bytes | None) -> None:
    """Without a slice thickness sampling is unknown and told; the gap does not take its place; the scan can be read."""
    datasets = desk.build()
    if value is None:
        datasets = traps.remove_attributes(datasets, "SliceThickness")
    else:
        datasets = traps.write_raw(datasets, {"SliceThickness": value})
    series = desk.only(datasets)
    assert desk.notice(series, "missing-thickness").severity == "warning"
    assert (series.slice_thickness_mm, series.sampling, series.usable) == (None, "unknown", True)
    volume = read_volume(series)
    assert np.array_equal(volume.hu, truth_of(desk.plan()).hu)
    assert volume.geometry.slice_thickness_mm is None


def test_two_thicknesses_in_one_stack(desk: Any) -> None:
    """Slices of two thicknesses stay one stack and both numbers are told."""
    series = desk.only(traps.set_attributes(desk.build(), [1, 3], SliceThickness="1.5"))
    message = desk.notice(series, "mixed-thickness").message
    assert "1.25 mm" in message
    assert "1.5 mm" in message
    assert series.usable


@pytest.mark.parametrize(("thickness", "thick"), [(1.0, False), (2.0, False), (2.5, True), (5.0, True)])
def test_thick_slices(desk: Any, thickness: float, thick: bool) -> None:  # noqa: FBT001
    """Slices above 2 mm are no HRCT: usable, with a warning that names the thickness."""
    series = desk.only(desk.build(slice_thickness_mm=thickness, gap_mm=thickness))
    assert ("thick-slices" in desk.codes(series)) is thick
    if thick:
        notice = desk.notice(series, "thick-slices")
        assert notice.severity == "warning"
        assert f"{thickness:g} mm" in notice.message
    assert series.usable


@pytest.mark.parametrize(("slices", "partial"), [(5, True), (14, True), (26, False)])
def test_partial_lung(desk: Any, slices: int, partial: bool) -> None:  # noqa: FBT001
    """A stack too short for the lungs of an adult is flagged with its length; a whole chest is not."""
    series = desk.only(desk.build(slices=slices, gap_mm=10.0, slice_thickness_mm=1.0))
    assert any(n.code == "partial-lung" for n in series.notices) is partial
    assert series.coverage_mm == pytest.approx(10 * (slices - 1) + 1)


def test_shifted_slice(desk: Any) -> None:
    """A slice that lies beside the line of the others in its plane is told and named, not moved."""
    datasets = desk.build(slices=7)
    x, y, z = datasets[3].ImagePositionPatient
    datasets[3].ImagePositionPatient = [float(x) + 5.0, y, z]
    series = desk.only(datasets)
    notice = desk.notice(series, "shifted-slices")
    assert notice.sop_uids == (datasets[3].SOPInstanceUID,)
    assert series.geometry.origins_mm[3][0] == pytest.approx(float(x) + 5.0)


@pytest.mark.parametrize("enhanced", [False, True])
def test_huge_coordinates_do_not_break(desk: Any, enhanced: bool) -> None:  # noqa: FBT001
    """Positions of a million kilometres are told as they are, without a crash."""
    datasets = traps.write_raw(desk.build(), {"ImagePositionPatient": rb"0\0\1e300"}, slices=[2])
    if enhanced:
        datasets = [to_enhanced(datasets)]
    for series in (desk.only(datasets),):
        assert series.slices == 5


def test_all_positions_alike_with_different_pixels(desk: Any) -> None:
    """Slices that all claim one place with different pixels are no stack: never one usable volume of them."""
    plan: SeriesPlan = desk.plan(noise_hu=20.0)
    desk.save(traps.set_attributes(build_series(plan), ImagePositionPatient=["0", "0", "0"]))
    found = desk.find()
    assert all(not series.usable or series.slices == 1 for series in found)
    assert sum(series.slices for series in found) == 5
