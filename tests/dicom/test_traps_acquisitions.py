"""Acquisitions, kernels, phases, duplicates and identifiers: split and listed, never picked (dicom.md)."""

from __future__ import annotations

import shutil
from datetime import date
from typing import Any

import numpy as np
import pytest
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from kazerooni.dicom import read_volume
from kazerooni.errors import ChoiceError, UnusableSeriesError
from kazerooni.phantom import build_series, sequential_hrct, to_bytes, traps, truth_of


def alternatives(series: Any) -> list[Any]:
    """Give the notices that name other parts of a series."""
    return [n for n in series.notices if n.code in ("mixed-acquisition", "mixed-orientation", "mixed-size")]


def test_two_kernels_in_one_series(desk: Any) -> None:
    """Two reconstructions under one UID are two stacks that name each other; the sharp one ranks first."""
    datasets = traps.add_kernel(desk.build(kernel="B70f"), "B30f")
    desk.save(traps.shuffle_files(datasets))
    sharp, soft = desk.find()
    assert [(s.kernel, s.kernel_class, s.slices, s.rank) for s in (sharp, soft)] == [
        ("B70f", "sharp", 5, 1),
        ("B30f", "soft", 5, 2),
    ]
    assert sharp.series_uid == soft.series_uid
    assert sharp.usable
    assert soft.usable
    desk.same(read_volume(sharp), truth_of(desk.plan(kernel="B70f")))
    assert np.array_equal(read_volume(soft).hu, desk.hu(datasets[5:]))
    notice = desk.notice(sharp, "mixed-acquisition")
    assert set(notice.sop_uids) == {d.SOPInstanceUID for d in datasets[5:]}
    assert "B30f" in notice.message
    assert "B70f" in desk.notice(soft, "mixed-acquisition").message


@pytest.mark.parametrize("tell", ["acquisition number", "time", "temporal position", "nothing"])
def test_two_phases_in_one_series(desk: Any, tell: Any) -> None:
    """Two phases at the same places are two stacks, whatever tells them apart, each of the pixels of one phase."""
    datasets = traps.add_phase(desk.build(), change=30, tell=tell)
    desk.save(traps.shuffle_files(datasets, seed=2))
    found = desk.find()
    assert [s.slices for s in found] == [5, 5]
    phases = sorted((read_volume(s).hu for s in found), key=lambda hu: int(hu.sum()))
    assert np.array_equal(phases[0], desk.hu(datasets[:5]))
    assert np.array_equal(phases[1], desk.hu(datasets[5:]))
    for series, other in zip(found, found[::-1], strict=True):
        (notice,) = alternatives(series)
        assert notice.code == "mixed-acquisition"
        assert set(notice.sop_uids) == set(other.scan.sop_uids)


def test_three_phases_and_two_kernels(desk: Any) -> None:
    """Three phases, one of them with a second kernel, are four stacks and every one lists the slices of the others."""
    phase = desk.build(kernel="B60f")
    datasets = traps.add_phase(phase, change=20, tell="time")
    third = traps.add_phase(phase, change=40, tell="time")[5:]
    for index, dataset in enumerate(third):
        dataset.AcquisitionTime = "120000"
        dataset.InstanceNumber = 30 + index
    soft = traps.add_kernel(phase, "B20f")[5:]
    for index, dataset in enumerate(soft):
        dataset.InstanceNumber = 60 + index
    desk.save(traps.shuffle_files([*datasets, *third, *soft]))
    found = desk.find()
    assert [s.slices for s in found] == [5] * 4
    assert all(len({uid for n in alternatives(s) for uid in n.sop_uids}) == 15 for s in found)
    assert {s.kernel for s in found} == {"B60f", "B20f"}
    sums = {int(read_volume(s).hu.sum(dtype=np.int64)) for s in found}
    truths = [desk.hu(d) for d in (datasets[:5], datasets[5:], third, soft)]
    assert sums == {int(t.sum()) for t in truths}


def test_phase_that_covers_less(desk: Any) -> None:
    """A second phase over part of the chest is a stack of its own; the whole one is not touched."""
    datasets = traps.double_slices(desk.build(slices=9), [3, 4, 5], change=50, tell="time")
    desk.save(datasets)
    found = desk.find()
    assert sorted(s.slices for s in found) == [3, 9]
    whole = next(s for s in found if s.slices == 9)
    assert whole.usable
    desk.same(read_volume(whole), truth_of(desk.plan(slices=9)))
    (notice,) = alternatives(whole)
    assert set(notice.sop_uids) == {d.SOPInstanceUID for d in datasets[9:]}


def test_acquisitions_at_different_places_are_one_stack(desk: Any) -> None:
    """Two table runs that continue one another are one stack: acquisition numbers split only where positions repeat."""
    datasets = desk.build(slices=8)
    for index, dataset in enumerate(datasets):
        dataset.AcquisitionNumber = 1 + index // 4
        dataset.AcquisitionTime = "103000" if index < 4 else "103025"
    series = desk.only(datasets)
    assert desk.codes(series) == set()
    desk.same(read_volume(series), truth_of(desk.plan(slices=8)))


def test_every_slice_an_acquisition_and_one_of_them_repeated(desk: Any) -> None:
    """In a sequential scan, one acquisition a slice, a repeated slice is never silently chosen or lost."""
    plan = sequential_hrct(rows=16, columns=16, pixel_spacing_mm=(22.0, 22.0))
    datasets = traps.double_slices(build_series(plan), [12], change=40, tell="acquisition number")
    desk.save(datasets)
    found = desk.find()
    assert sum(s.slices for s in found) == 27
    best = found[0]
    if best.usable:
        assert best.slices == 26
        assert any(n.code in ("mixed-acquisition", "duplicate-position") for n in best.notices)
    else:
        desk.notice(best, "duplicate-position")


@pytest.mark.parametrize("slices", [[0], [2], [4], [1, 3], [0, 1, 2, 3, 4]])
def test_copies_are_dropped_and_told(desk: Any, slices: list[int]) -> None:
    """Of slices at one place with the same pixels one is kept; a notice names those that were dropped."""
    datasets = traps.double_slices(desk.build(), slices)
    series = desk.only(traps.shuffle_files(datasets))
    assert series.slices == 5
    notice = desk.notice(series, "duplicate-position")
    assert notice.severity in ("warning", "info")
    assert set(notice.sop_uids) == {d.SOPInstanceUID for d in datasets[5:]}
    desk.same(read_volume(series), truth_of(desk.plan()))


def test_three_copies_of_a_slice(desk: Any) -> None:
    """Two copies of one slice are both dropped."""
    once = desk.build()
    twice = traps.double_slices(once, [2])
    again = traps.double_slices(once, [2])[5:]
    again[0].SOPInstanceUID += "1"
    again[0].InstanceNumber = 77
    series = desk.only([*twice, *again])
    assert series.slices == 5
    assert len(desk.notice(series, "duplicate-position").sop_uids) == 2


def test_copy_of_the_files(desk: Any) -> None:
    """A folder copied within itself, the same UIDs twice, is read once and the copies are told."""
    folder = desk.save(desk.build())
    shutil.copytree(folder, folder / "copy of it")
    series = desk.only()
    assert series.slices == 5
    desk.notice(series, "duplicate-position")
    desk.same(read_volume(series), truth_of(desk.plan()))


def test_same_folder_named_twice(desk: Any) -> None:
    """Naming a folder twice, or a folder and a file in it, gives the series once."""
    folder = desk.save(desk.build())
    for paths in ([folder, folder], [folder, folder / "IM0001.dcm"]):
        found = desk.find(*paths)
        assert [s.slices for s in found] == [5]
        assert desk.codes(found[0]) == set()
        desk.same(read_volume(found[0]), truth_of(desk.plan()))


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_compressed_copy_is_a_copy(desk: Any, syntax: str) -> None:
    """A slice that is there plain and compressed has the same pixels: one is kept."""
    datasets = desk.build()
    folder = desk.save(datasets)
    (folder / "twin").write_bytes(to_bytes(traps.double_slices(datasets, [2])[5], syntax=syntax))
    series = desk.only()
    assert series.slices == 5
    desk.notice(series, "duplicate-position")


def test_same_hu_stored_with_another_slope_is_a_copy(desk: Any) -> None:
    """Pixels are compared in HU: the same picture stored with another intercept is a copy."""
    datasets = traps.double_slices(desk.build(), [2], change=24)
    datasets[5].RescaleIntercept = -1048
    series = desk.only(datasets)
    assert series.slices == 5
    desk.notice(series, "duplicate-position")
    desk.same(read_volume(series), truth_of(desk.plan()))


@pytest.mark.parametrize("doubled", [[2], [0, 4]])
def test_two_pictures_of_one_place_are_never_picked_from(desk: Any, doubled: list[int]) -> None:
    """Different pixels at one place that nothing tells apart make no usable stack; every slice is still listed."""
    datasets = traps.double_slices(desk.build(), doubled, change=5, tell="nothing")
    desk.save(datasets)
    found = desk.find()
    assert not any(series.usable and series.slices >= 5 for series in found)
    notice = desk.notice(found[0], "duplicate-position")
    assert notice.severity == "error"
    assert set(notice.sop_uids) >= {datasets[i].SOPInstanceUID for i in (*doubled, 5)}
    assert {uid for s in found for uid in s.scan.sop_uids} == {d.SOPInstanceUID for d in datasets}
    with pytest.raises(UnusableSeriesError, match="position"):
        read_volume(found[0])


def test_pictures_that_differ_in_one_pixel_are_no_copies(desk: Any) -> None:
    """One pixel of difference makes two pictures."""
    datasets = traps.double_slices(desk.build(), [2])
    pixels = bytearray(datasets[5].PixelData)
    pixels[-2] ^= 1
    datasets[5].PixelData = bytes(pixels)
    desk.save(datasets)
    assert not any(s.usable and s.slices >= 5 for s in desk.find())


def test_two_exposures(desk: Any) -> None:
    """Two exposures of one chest in one series are two stacks, told apart by their kV."""
    datasets = traps.add_phase(desk.build(kvp=120.0), change=7, tell="nothing")
    for dataset in datasets[5:]:
        dataset.KVP = "80"
    desk.save(traps.shuffle_files(datasets))
    found = desk.find()
    assert [(s.slices, s.kvp) for s in sorted(found, key=lambda s: s.kvp)] == [(5, 80.0), (5, 120.0)]


def test_one_uid_for_all_slices(desk: Any) -> None:
    """A SOP instance UID that stands in every slice neither drops nor merges slices; it is told."""
    series = desk.only(traps.shuffle_files(traps.repeat_instance_uids(desk.build())))
    assert series.slices == 5
    assert series.usable
    assert desk.notice(series, "duplicate-uid").severity == "warning"
    volume = read_volume(series)
    assert np.array_equal(volume.hu, truth_of(desk.plan()).hu)
    desk.same_place(volume, truth_of(desk.plan()))


def test_no_uids_at_all(desk: Any) -> None:
    """Scans whose UIDs were emptied are grouped by folder, each with a notice, and can be read."""
    desk.save(traps.empty_uids(desk.build(seed=1)), into="first")
    desk.save(traps.empty_uids(desk.build(slices=7)), into="second")
    found = desk.find()
    assert sorted(s.slices for s in found) == [5, 7]
    for series in found:
        assert "missing-uid" in desk.codes(series)
        assert series.usable
        desk.same_place(read_volume(series), truth_of(desk.plan(slices=series.slices)))


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"])
def test_one_kind_of_uid_is_missing(desk: Any, keyword: str) -> None:
    """A scan that lacks one kind of UID is still one readable series."""
    series = desk.only(traps.remove_attributes(desk.build(), keyword))
    assert series.usable
    if keyword != "FrameOfReferenceUID":
        assert keyword in desk.notice(series, "missing-uid").message
    assert np.array_equal(read_volume(series).hu, truth_of(desk.plan()).hu)


def test_patient_id_of_two_people(desk: Any) -> None:
    """One patient id that stands for two people is told in both scans, and they are not merged."""
    first = desk.build()
    second = traps.reuse_patient_id(desk.build(slices=6, patient_id="OTHER"), first[0].PatientID)
    desk.save([*first, *second], names="{}")
    found = desk.find()
    assert sorted(s.slices for s in found) == [5, 6]
    for series in found:
        assert desk.notice(series, "patient-id-reused").severity == "warning"
        assert series.usable


def test_series_uid_of_two_people(desk: Any) -> None:
    """Two people whose scans carry the same UIDs are kept apart, with a notice, and read without mixing."""
    first = desk.build()
    second = traps.share_series_uid(
        traps.reuse_patient_id(desk.build(noise_hu=9.0), "OTHER"), first
    )  # fmt: skip
    desk.save(traps.shuffle_files([*first, *second]))
    found = desk.find()
    assert [s.slices for s in found] == [5, 5]
    assert len({s.patient for s in found}) == 2
    for series in found:
        assert "duplicate-uid" in desk.codes(series)
    sums = {int(read_volume(s).hu.sum(dtype=np.int64)) for s in found}
    assert sums == {int(desk.hu(first).sum()), int(desk.hu(second).sum())}


def test_series_uid_of_two_studies(desk: Any) -> None:
    """One series UID in two studies of a patient is two series, told."""
    first = desk.build()
    second = desk.build(study_date=date(2004, 1, 2), noise_hu=9.0)
    for dataset in second:
        dataset.SeriesInstanceUID = first[0].SeriesInstanceUID
    desk.save([*first, *second])
    found = desk.find()
    assert [s.slices for s in found] == [5, 5]
    assert all("duplicate-uid" in desk.codes(s) for s in found)


def test_two_studies_make_a_choice(desk: Any) -> None:
    """A folder of two visits is not guessed from: reading it asks for a choice and lists both by date."""
    desk.save([*desk.build(), *desk.build(study_date=date(2004, 1, 2))])
    with pytest.raises(ChoiceError, match=r"(?s)2003-05-14.*2004-01-02"):
        read_volume(desk.folder)


def test_uids_with_letters_and_leading_zeros(desk: Any) -> None:
    """UIDs that are no UIDs still group the slices they stand in."""
    datasets = traps.write_raw(
        desk.build(), {"StudyInstanceUID": b"1.02.STUDY", "SeriesInstanceUID": b"0001.series-A."}
    )
    series = desk.only(datasets)
    assert (series.study_uid, series.series_uid) == ("1.02.STUDY", "0001.series-A.")
    assert np.array_equal(read_volume(series).hu, truth_of(desk.plan()).hu)


def test_uid_padding_does_not_split(desk: Any) -> None:
    """A series UID padded with a zero byte here and a blank there is one UID."""
    datasets = desk.build()
    uid = b"1.2.826.0.1.3680043.8.498.12345"
    assert len(uid) % 2
    for index, pad in enumerate((b"\0", b" ", b"\0", b" \0\0", b"  \0")):
        datasets = traps.write_raw(datasets, {"SeriesInstanceUID": uid + pad}, slices=[index])
    series = desk.only(datasets)
    assert (series.slices, series.series_uid) == (5, uid.decode())


def test_copy_whose_position_wavers(desk: Any) -> None:
    """A copy whose position was rounded otherwise, by some micrometres, is still a copy."""
    datasets = traps.double_slices(desk.build(), [2])
    x, y, z = datasets[5].ImagePositionPatient
    datasets[5].ImagePositionPatient = [x, y, float(z) + 0.004]
    series = desk.only(datasets)
    assert series.slices == 5
    desk.notice(series, "duplicate-position")


def test_two_fields_of_view(desk: Any) -> None:
    """Two reconstructions of one run about other centres are two stacks, neither is picked."""
    near = desk.build()
    far = traps.add_phase(desk.build(), change=3, tell="nothing")[5:]
    for dataset in far:
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [float(x) - 40.0, y, z]
    desk.save(traps.shuffle_files([*near, *far]))
    found = desk.find()
    assert [s.slices for s in found] == [5, 5]
    assert all(alternatives(s) and "shifted-slices" not in desk.codes(s) for s in found)
    xs = {round(float(s.geometry.origins_mm[0][0]), 3) for s in found}
    assert len(xs) == 2


def test_ten_phases(desk: Any) -> None:
    """Ten phases told apart by their time only are ten stacks."""
    phases = []
    for number in range(10):
        phase = traps.add_phase(desk.build(), change=10 * number, tell="time")[5:]
        for index, dataset in enumerate(phase):
            dataset.AcquisitionTime = dataset.ContentTime = f"1030{number:02d}"
            dataset.SOPInstanceUID += f"{number}"
            dataset.InstanceNumber = number * 5 + index + 1
        phases += phase
    desk.save(traps.shuffle_files(phases))
    found = desk.find()
    assert [s.slices for s in found] == [5] * 10
    assert [s.parts for s in found] == [10] * 10
    assert sorted(s.part for s in found) == list(range(1, 11))


def test_two_frames_of_reference(desk: Any) -> None:
    """Slices of two frames of reference have no common place: never one stack without a word."""
    datasets = desk.build(slices=8)
    for dataset in datasets[4:]:
        dataset.FrameOfReferenceUID += "1"
    desk.save(datasets)
    found = desk.find()
    assert len(found) == 2 or not found[0].usable or desk.codes(found[0])


def test_storage_that_differs_from_slice_to_slice(desk: Any) -> None:
    """Slices stored signed and unsigned, in 8, 12 and 16 bits, are one stack, each read in its own way."""
    kinds: list[dict[str, Any]] = [
        {"signed": True, "bits_stored": 16, "intercept": 0.0},
        {"signed": False, "bits_stored": 12},
        {"signed": True, "bits_stored": 13, "intercept": 0.0},
        {"signed": False, "bits_stored": 16, "slope": 2.0},
        {"bits_allocated": 8, "bits_stored": 8, "slope": 8.0},
    ]
    datasets = []
    for index, kind in enumerate(kinds):
        dataset = desk.build(**kind)[index]
        dataset.SeriesInstanceUID = "1.2.3"
        datasets.append(dataset)
    volume = desk.read(traps.shuffle_files(datasets))
    assert np.array_equal(volume.hu, desk.hu(datasets))
    desk.same_place(volume, truth_of(desk.plan()))
