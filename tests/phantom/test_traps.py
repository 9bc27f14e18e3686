"""Traps do what they say, and nothing else; read by plain pydicom."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import Any, get_args

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from kazerooni.phantom import build_series, hu_of, sequential_hrct, spiral_ct, stored_of, to_bytes, traps, truth_of
from kazerooni.phantom.traps.intruders import Capture, Derivation
from kazerooni.phantom.traps.repeats import Tell

PLAN = spiral_ct(slices=6, rows=20, columns=24, pixel_spacing_mm=(16.0, 15.0), noise_hu=10.0)
DATASETS = build_series(PLAN)
OTHER = build_series(spiral_ct(slices=2, rows=20, columns=24, patient_id="PHANTOM-2", kernel="B30f"))
SIGNED = build_series(spiral_ct(slices=3, rows=20, columns=24, signed=True, bits_stored=16, manufacturer="GE"))

# One call of every trap, for what holds of all of them.
CALLS: dict[str, Callable[[], list[Dataset]]] = {
    "add_capture": lambda: traps.add_capture(DATASETS),
    "add_derived": lambda: traps.add_derived(DATASETS, "MIP"),
    "add_document": lambda: traps.add_document(DATASETS),
    "add_junk_bits": lambda: traps.add_junk_bits(DATASETS),
    "add_kernel": lambda: traps.add_kernel(DATASETS),
    "add_localizer": lambda: traps.add_localizer(DATASETS),
    "add_phase": lambda: traps.add_phase(DATASETS),
    "bury_pixels": lambda: traps.bury_pixels(DATASETS),
    "claim_charset": lambda: traps.claim_charset(DATASETS),
    "claim_one_frame": lambda: traps.claim_one_frame(DATASETS),
    "claim_spacing": lambda: traps.claim_spacing(DATASETS, 9.0),
    "claim_tilt": lambda: traps.claim_tilt(DATASETS, -20.0),
    "derive": lambda: traps.derive(DATASETS, "AVERAGE"),
    "double_slices": lambda: traps.double_slices(DATASETS, [1]),
    "drop_rescale": lambda: traps.drop_rescale(DATASETS),
    "drop_slices": lambda: traps.drop_slices(DATASETS, [1]),
    "empty_uids": lambda: traps.empty_uids(DATASETS),
    "merge_series": lambda: traps.merge_series(DATASETS, OTHER),
    "pad_outside_circle": lambda: traps.pad_outside_circle(DATASETS, 0),
    "raise_high_bit": lambda: traps.raise_high_bit(DATASETS),
    "remove_attributes": lambda: traps.remove_attributes(DATASETS, "Modality"),
    "repeat_instance_number": lambda: traps.repeat_instance_number(DATASETS),
    "repeat_instance_uids": lambda: traps.repeat_instance_uids(DATASETS),
    "resize_slice": lambda: traps.resize_slice(DATASETS, 2),
    "reuse_patient_id": lambda: traps.reuse_patient_id(DATASETS, "SAME"),
    "reverse_instance_numbers": lambda: traps.reverse_instance_numbers(DATASETS),
    "round_positions": lambda: traps.round_positions(DATASETS),
    "run_slice_location_against_z": lambda: traps.run_slice_location_against_z(DATASETS),
    "say_expiratory": lambda: traps.say_expiratory(DATASETS),
    "say_prone": lambda: traps.say_prone(DATASETS),
    "set_attributes": lambda: traps.set_attributes(DATASETS, KVP="80"),
    "share_series_uid": lambda: traps.share_series_uid(DATASETS, OTHER),
    "shuffle_files": lambda: traps.shuffle_files(DATASETS),
    "shuffle_instance_numbers": lambda: traps.shuffle_instance_numbers(DATASETS),
    "spoil_uids": lambda: traps.spoil_uids(DATASETS),
    "spoil_values": lambda: traps.spoil_values(DATASETS),
    "squeeze_to_1024_levels": lambda: traps.squeeze_to_1024_levels(DATASETS),
    "turn_slice": lambda: traps.turn_slice(DATASETS, 2),
    "vary_slopes": lambda: traps.vary_slopes(DATASETS),
    "write_raw": lambda: traps.write_raw(DATASETS, {"KVP": b"many"}),
}


def reread(datasets: list[Dataset]) -> list[Dataset]:
    """Write datasets as files and read these by plain pydicom."""
    return [pydicom.dcmread(BytesIO(to_bytes(dataset))) for dataset in datasets]


def values_of(datasets: list[Dataset], keyword: str) -> list[Any]:
    """Give the values of one attribute."""
    return [dataset.get(keyword) for dataset in datasets]


def test_every_trap_is_called() -> None:
    """`traps.__all__` is sorted, and every trap in it is tested for what holds of all traps."""
    assert traps.__all__ == sorted(traps.__all__)
    assert set(traps.__all__) - {"outside_circle"} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_traps_are_pure(name: str) -> None:
    """A trap leaves what it is given alone, gives the same bytes each time, changes something, and names its row."""
    before = [to_bytes(dataset) for dataset in DATASETS]
    first, second = ([to_bytes(dataset) for dataset in CALLS[name]()] for _ in range(2))
    assert [to_bytes(dataset) for dataset in DATASETS] == before
    assert first == second
    assert first != before
    assert "dicom.md" in (inspect.getdoc(getattr(traps, name)) or "")


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", CALLS)
def test_traps_can_be_read(name: str) -> None:
    """What a trap makes is still a file that pydicom reads, with its pixels where it has any."""
    for dataset in reread(CALLS[name]()):
        if "PixelData" in dataset:
            assert dataset.pixel_array.size > 0


def test_order_traps_change_order_only() -> None:
    """Files are shuffled; numbers are dealt out anew, turned round or all the same."""
    uids = values_of(DATASETS, "SOPInstanceUID")
    shuffled = values_of(traps.shuffle_files(DATASETS), "SOPInstanceUID")
    assert shuffled != uids
    assert sorted(shuffled) == sorted(uids)
    assert values_of(DATASETS, "InstanceNumber") == [6, 5, 4, 3, 2, 1]
    assert values_of(traps.reverse_instance_numbers(DATASETS), "InstanceNumber") == [1, 2, 3, 4, 5, 6]
    assert set(values_of(traps.shuffle_instance_numbers(DATASETS), "InstanceNumber")) == set(range(1, 7))
    assert values_of(traps.repeat_instance_number(DATASETS), "InstanceNumber") == [1] * 6


def test_dropped_slices_leave_the_truth_of_the_rest() -> None:
    """After slices are dropped the truth is that of the kept ones."""
    kept = traps.drop_slices(DATASETS, [2, 4])
    assert np.array_equal([hu_of(dataset) for dataset in kept], truth_of(PLAN).keep([0, 1, 3, 5]).hu)


def test_position_attributes_contradict_the_positions() -> None:
    """Positions are rounded; SliceLocation, SpacingBetweenSlices and the tilt say what is not so."""
    rounded = reread(traps.round_positions(DATASETS))
    exact = truth_of(PLAN).geometry.origins_mm
    assert 0 < np.abs(np.array(values_of(rounded, "ImagePositionPatient")) - exact).max() < 0.0501
    against = reread(traps.run_slice_location_against_z(DATASETS))
    assert np.allclose(values_of(against, "SliceLocation"), -exact[:, 2])
    assert set(values_of(reread(traps.claim_spacing(DATASETS, 9.0)), "SpacingBetweenSlices")) == {9.0}
    assert set(values_of(reread(traps.claim_tilt(DATASETS, -20.0)), "GantryDetectorTilt")) == {-20.0}
    assert set(values_of(traps.claim_tilt(DATASETS, None), "GantryDetectorTilt")) == {None}


@pytest.mark.parametrize("tell", get_args(Tell))
@pytest.mark.parametrize("change", [0, 30])
def test_doubled_slices_share_their_place(tell: Tell, change: int) -> None:
    """A doubled slice has the place of the first, the same or other pixels, and differs only in what tells."""
    found = reread(traps.double_slices(DATASETS, [1], change=change, tell=tell))
    first, second = found[1], found[-1]
    assert len(found) == 7
    assert first.ImagePositionPatient == second.ImagePositionPatient
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert np.array_equal(first.pixel_array, second.pixel_array) == (change == 0)
    assert (first.AcquisitionNumber != second.AcquisitionNumber) == (tell == "acquisition number")
    assert (first.AcquisitionTime != second.AcquisitionTime) == (tell == "time")
    assert ("TemporalPositionIdentifier" in second) == (tell == "temporal position")


@pytest.mark.parametrize("tell", get_args(Tell))
def test_phases_are_two_complete_stacks(tell: Tell) -> None:
    """A second phase repeats every place once with other pixels."""
    found = reread(traps.add_phase(DATASETS, tell=tell))
    assert len({tuple(d.ImagePositionPatient) for d in found}) == 6
    assert len({d.SOPInstanceUID for d in found}) == 12
    assert len(set(values_of(found, "InstanceNumber"))) == 12
    assert np.array_equal(hu_of(found[6]), hu_of(found[0]) + 30)
    if tell == "temporal position":
        assert values_of(found, "TemporalPositionIdentifier") == [1] * 6 + [2] * 6


def test_second_kernel_is_smoother() -> None:
    """A second kernel repeats the stack with less noise under the same series UID."""
    found = reread(traps.add_kernel(DATASETS, "B30f"))
    assert values_of(found, "ConvolutionKernel") == ["B60f"] * 6 + ["B30f"] * 6
    assert len({d.SeriesInstanceUID for d in found}) == 1
    assert hu_of(found[6])[:3, :4].std() < hu_of(found[0])[:3, :4].std() / 2


def test_merged_series_share_their_uid() -> None:
    """Two series become one by UID while each keeps its slices."""
    found = traps.merge_series(DATASETS, OTHER)
    assert {d.SeriesInstanceUID for d in found} == {DATASETS[0].SeriesInstanceUID}
    assert len({d.SOPInstanceUID for d in found}) == 8
    assert sorted(values_of(found, "InstanceNumber")) == list(range(1, 9))


def test_padding_lies_outside_the_circle() -> None:
    """Padding fills what lies outside the circle and nothing else; the tag says it, with either sign or not at all."""
    outside = traps.outside_circle(20, 24)
    found = reread(traps.pad_outside_circle(SIGNED, -2000, tag=-2000, range_limit=-2010))[1]
    assert (found.pixel_array[outside] == -2000).all()
    assert np.array_equal(hu_of(found)[~outside], hu_of(SIGNED[1])[~outside])
    assert hu_of(found)[0, 0] == -3024
    assert (found.PixelPaddingValue, found.PixelPaddingRangeLimit) == (-2000, -2010)
    wrong_sign = reread(traps.pad_outside_circle(SIGNED, -2000, tag=63536))[1]
    assert (wrong_sign["PixelPaddingValue"].VR, wrong_sign.PixelPaddingValue) == ("US", 63536)
    assert "PixelPaddingValue" not in traps.pad_outside_circle(SIGNED, -2000)[0]
    assert outside.any()
    assert not outside[10, 0]
    with pytest.raises(ValueError, match="the pixels hold 0 to 4095"):
        traps.pad_outside_circle(DATASETS, -2000)


def test_slopes_vary_while_the_tissue_stays() -> None:
    """Slices have slopes of their own, fractional ones among them, and show the same HU to within half a slope."""
    exact = truth_of(spiral_ct(slices=3, bits_stored=13)).hu
    found = reread(traps.vary_slopes(build_series(spiral_ct(slices=3, bits_stored=13)), (1.0, 0.5, 2.5)))
    assert values_of(found, "RescaleSlope") == [1.0, 0.5, 2.5]
    for dataset, hu in zip(found, exact, strict=True):
        assert np.abs(hu_of(dataset) - hu).max() <= dataset.RescaleSlope / 2


def test_raw_data_prove_no_hu() -> None:
    """Without rescale nothing says HU; squeezed data hold 1 to 1024."""
    assert all("RescaleIntercept" not in d and "RescaleSlope" not in d for d in reread(traps.drop_rescale(DATASETS)))
    found = reread(traps.squeeze_to_1024_levels(DATASETS))
    pixels = np.stack([d.pixel_array for d in found])
    assert pixels.min() >= 1
    assert pixels.max() <= 1024
    assert "RescaleSlope" not in found[0]
    assert np.abs(pixels * 2.0 - 1026 - truth_of(PLAN).hu).max() <= 1.0


@pytest.mark.parametrize("signed", [False, True])
def test_stored_bits_survive_junk_and_shift(signed: bool) -> None:  # noqa: FBT001
    """Junk above BitsStored, or bits at the top of the word, leave the stored values to those who trust BitsStored."""
    datasets = build_series(spiral_ct(slices=2, signed=signed, bits_stored=12, intercept=0.0 if signed else -1024.0))
    truth = stored_of(datasets[1])
    junk = traps.add_junk_bits(datasets)[1]
    words = np.frombuffer(junk.PixelData, "<u2").astype(np.int64).reshape(truth.shape)
    assert (words >> 12).max() == 15
    assert np.array_equal(words & 4095, truth.astype(np.int64) & 4095)
    high = traps.raise_high_bit(datasets)[1]
    assert (high.HighBit, high.BitsStored) == (15, 12)
    assert np.array_equal(np.frombuffer(high.PixelData, "<i2" if signed else "<u2") >> 4, truth.ravel())


def test_localizer_is_coronal_and_says_so() -> None:
    """The localizer has its own orientation, ImageType and AcquisitionType within the series."""
    scout = reread(traps.add_localizer(DATASETS))[-1]
    assert scout.ImageType[2] == "LOCALIZER"
    assert scout.AcquisitionType == "CONSTANT_ANGLE"
    assert scout.ImageOrientationPatient == [1, 0, 0, 0, 0, -1]
    assert scout.SeriesInstanceUID == DATASETS[0].SeriesInstanceUID


@pytest.mark.parametrize("kind", get_args(Derivation))
def test_derived_series_say_what_they_are(kind: Derivation) -> None:
    """Projections hold the maximum, minimum or mean of neighbours; an MPR keeps its pixels; all are DERIVED."""
    stored = np.stack([stored_of(d) for d in DATASETS])[1:4]
    wanted = {"MIP": stored.max(0), "MINIP": stored.min(0), "AVERAGE": np.rint(stored.mean(0)), "MPR": stored[1]}
    found = reread(traps.derive(DATASETS, kind))[2]
    assert np.array_equal(found.pixel_array, wanted[kind])
    assert list(found.ImageType) == ["DERIVED", "SECONDARY", "AXIAL", kind]
    added = traps.add_derived(DATASETS, kind, [2])
    assert len(added) == 7
    assert added[-1].ImagePositionPatient == DATASETS[2].ImagePositionPatient


@pytest.mark.parametrize("kind", get_args(Capture))
def test_captures_have_no_place(kind: Capture) -> None:
    """Screen captures lie in the series without a place in the patient, in grey or colour."""
    capture = reread(traps.add_capture(DATASETS, kind))[-1]
    assert "ImagePositionPatient" not in capture
    assert "RescaleSlope" not in capture
    assert capture.SOPClassUID.name == "Secondary Capture Image Storage"
    assert capture.pixel_array.shape == ((48, 80, 3) if kind == "colour" else (48, 80))
    assert (capture.SeriesDescription == "Dose Report") == (kind == "dose report")


def test_documents_have_no_pixels() -> None:
    """A dose document lies in the series without pixels."""
    document = reread(traps.add_document(DATASETS))[-1]
    assert document.Modality == "SR"
    assert "PixelData" not in document
    assert "Rows" not in document


def test_one_odd_slice_differs_alone() -> None:
    """One slice is half the size over the same field, or turned; the others stay."""
    resized = reread(traps.resize_slice(DATASETS, 2))
    assert [d.pixel_array.shape for d in resized] == [(20, 24)] * 2 + [(10, 12)] + [(20, 24)] * 3
    assert resized[2].PixelSpacing == [32.0, 30.0]
    orientations = [tuple(d.ImageOrientationPatient) for d in reread(traps.turn_slice(DATASETS, 2))]
    assert len(set(orientations)) == 2
    assert np.linalg.norm(orientations[2][3:]) == pytest.approx(1.0)


def test_attributes_are_set_and_removed_where_wanted() -> None:
    """Attributes change in the named slices only; None writes them empty."""
    changed = reread(traps.set_attributes(DATASETS, [0, 2], SliceThickness=0, Modality=None))
    assert values_of(changed, "SliceThickness") == [0.0, 1.25, 0.0, 1.25, 1.25, 1.25]
    assert not changed[0].Modality
    keywords = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "Modality")
    removed = reread(traps.remove_attributes(DATASETS, *keywords, slices=[1]))
    assert all(keyword not in removed[1] and keyword in removed[0] for keyword in keywords)


def test_invalid_values_lie_in_the_file_as_they_are() -> None:
    """Values that break their VR are in the file byte by byte."""
    spoilt = to_bytes(traps.spoil_values(DATASETS)[0])
    assert b"DS\x06\x00120 kV" in spoilt
    assert b"DA\x0a\x0014.05.2003" in spoilt
    assert b"1.02.ANON..7" in to_bytes(traps.spoil_uids(DATASETS)[0])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        name = str(reread(traps.claim_charset(DATASETS))[0].PatientName)
    assert name.startswith("M")
    assert any("ISO_IR 999" in str(warning.message) for warning in told)


def test_words_tell_of_breath_and_position() -> None:
    """Descriptions tell of expiration or of a prone patient while the tags stay."""
    assert "expiratory" in reread(traps.say_expiratory(DATASETS))[0].SeriesDescription
    prone = reread(traps.say_prone(DATASETS))[0]
    assert "prone" in prone.SeriesDescription
    assert prone.PatientPosition == "HFS"


def test_identities_are_mixed_up() -> None:
    """A PatientID is used for another person; UIDs are repeated, shared or empty."""
    other = reread(traps.reuse_patient_id(OTHER, DATASETS[0].PatientID))[0]
    assert other.PatientID == DATASETS[0].PatientID
    assert other.PatientBirthDate != DATASETS[0].PatientBirthDate
    assert len(set(values_of(reread(traps.repeat_instance_uids(DATASETS)), "SOPInstanceUID"))) == 1
    shared = reread(traps.share_series_uid(OTHER, DATASETS))[0]
    assert shared.SeriesInstanceUID == DATASETS[0].SeriesInstanceUID
    empty = reread(traps.empty_uids(DATASETS))[0]
    assert (empty.StudyInstanceUID, empty.SOPInstanceUID) == ("", "")
    assert empty.file_meta.MediaStorageSOPInstanceUID == DATASETS[0].SOPInstanceUID


@pytest.mark.parametrize("syntax", [pydicom.uid.ImplicitVRLittleEndian, pydicom.uid.ExplicitVRBigEndian])
def test_buried_pixels_are_still_there(syntax: str) -> None:
    """Sequences of undefined length with pixels of their own stand before the pixels of the slice."""
    data = to_bytes(traps.bury_pixels(DATASETS)[1], syntax=syntax)
    found = pydicom.dcmread(BytesIO(data))
    assert np.array_equal(found.pixel_array, stored_of(DATASETS[1]))
    assert found["IconImageSequence"].is_undefined_length
    assert found["ReferencedImageSequence"].is_undefined_length
    tag = b"\x7f\xe0\x00\x10" if syntax == pydicom.uid.ExplicitVRBigEndian else b"\xe0\x7f\x10\x00"
    assert data.count(tag) >= 3


def test_single_frames_may_count_their_frame() -> None:
    """A single-frame slice with NumberOfFrames 1 has the same pixels."""
    found = reread(traps.claim_one_frame(DATASETS))[0]
    assert found.NumberOfFrames == 1
    assert np.array_equal(found.pixel_array, stored_of(DATASETS[0]))


def test_traps_compose() -> None:
    """Traps take what other traps give."""
    datasets = build_series(sequential_hrct(slices=8))
    found = traps.shuffle_files(traps.add_localizer(traps.vary_slopes(traps.drop_slices(datasets, [3]))))
    assert len(reread(found)) == 8
