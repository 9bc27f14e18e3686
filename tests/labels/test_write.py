"""What is written is read back equal, by us and by others, and validators find no error in it."""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pydicom.uid import UID

from kazerooni import phantom
from kazerooni.dicom import Series, find_series, read_volume
from kazerooni.errors import OutputError
from kazerooni.labels import Author, read_finding_map, read_lobe_map, tracking_uid, write_map
from kazerooni.model import Component, Finding, FindingMap, Geometry, LobeMap
from tests.labels.builders import lungs
from tests.labels.seg_builder import datasets_of
from tests.scoring.builders import geometry_of

SHAPE = (6, 9, 11)
SIZE: dict[str, Any] = {"slices": 6, "rows": 9, "columns": 11, "pixel_spacing_mm": (30.0, 25.0)}
PLANS = {
    "sampled": phantom.sequential_hrct(**SIZE, gap_mm=40.0),
    "contiguous": phantom.spiral_ct(**SIZE, slice_thickness_mm=40.0, gap_mm=40.0),
    "uneven": phantom.sequential_hrct(**SIZE, positions_mm=(-90.0, -50.0, -41.5, 0.0, 60.0, 99.9)),
    "tilted": phantom.spiral_ct(**SIZE, gap_mm=40.0, gantry_tilt_degrees=15.0),
    "prone": phantom.sequential_hrct(**SIZE, gap_mm=40.0, patient_position="HFP"),
    "oblique": phantom.sequential_hrct(**SIZE, gap_mm=40.0, orientation=(0.96, 0.28, 0.0, -0.28, 0.96, 0.0)),
    "one slice": phantom.sequential_hrct(**{**SIZE, "slices": 1}),
}
KINDS = [*PLANS, "multi-frame", "legacy", "concatenation"]
EVEN = ("sampled", "contiguous", "prone", "oblique", "one slice")
IMAGES = (".nrrd", ".seg.nrrd", ".nii", ".nii.gz", ".mha")


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Series]:
    """Give a function that writes a series of a kind and finds it, once."""

    @cache
    def find(kind: str) -> Series:
        datasets = datasets_of(PLANS.get(kind, PLANS["sampled"]))
        if kind == "multi-frame":
            datasets = [phantom.shuffle_frames(phantom.to_enhanced(datasets), seed=3)]
        elif kind == "legacy":
            datasets = [phantom.to_legacy_converted(datasets)]
        elif kind == "concatenation":
            datasets = phantom.split_concatenation(phantom.to_enhanced(datasets), 4)
        folder = tmp_path_factory.mktemp("series")
        phantom.write_series(datasets, folder)
        (found,) = find_series(folder)
        return found

    return find


def _findings(series: Series, labels: NDArray[np.uint8] | None = None) -> FindingMap:
    assert series.geometry is not None
    if labels is None:
        labels = np.random.default_rng(0).integers(0, 4, series.geometry.shape, np.uint8)
        labels[0] = 0  # a slice without a mark
    return FindingMap(Component.INTERSTITIAL, labels.copy(), series.geometry)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["BINARY", "LABELMAP"])
def test_segs_are_read_back(tmp_path: Path, series: Callable[[str], Series], kind: str, how: Any) -> None:
    """A SEG of any series, however its slices lie, is read back equal without a notice, by volume and by series."""
    scan = series(kind)
    write_map(_findings(scan), tmp_path / "f.dcm", series=scan, kind=how)
    for place in (scan, read_volume(scan)):
        read = read_finding_map(tmp_path / "f.dcm", place, "interstitial")
        assert np.array_equal(read.labels, _findings(scan).labels)
        assert read.notices == ()


@given(
    labels=arrays(np.uint8, SHAPE, elements=st.integers(0, 3)),
    kind=st.sampled_from(("uneven", "tilted", "multi-frame")),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=8)
def test_any_map_survives_as_seg(
    tmp_path: Path, series: Callable[[str], Series], labels: NDArray[np.uint8], kind: str
) -> None:
    """Any interstitial map is read back equal from a SEG."""
    scan = series(kind)
    write_map(_findings(scan, labels), tmp_path / "f.dcm", series=scan, force=True)
    assert np.array_equal(read_finding_map(tmp_path / "f.dcm", scan, "interstitial").labels, labels)


@given(labels=arrays(np.uint8, SHAPE, elements=st.integers(0, 3)), suffix=st.sampled_from(IMAGES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25)
def test_any_map_survives_as_image(
    tmp_path: Path, series: Callable[[str], Series], labels: NDArray[np.uint8], suffix: str
) -> None:
    """Any interstitial map is read back equal from every image format."""
    scan, path = series("oblique"), tmp_path / f"f{suffix}"
    write_map(_findings(scan, labels), path, force=True)
    assert np.array_equal(read_finding_map(path, scan, "interstitial").labels, labels)


@pytest.mark.parametrize("kind", EVEN)
@pytest.mark.parametrize("suffix", IMAGES)
def test_images_lie_where_simpleitk_sees_them(
    tmp_path: Path, series: Callable[[str], Series], suffix: str, kind: str
) -> None:
    """SimpleITK reads the same voxels, each at the place in the patient that the series gives it."""
    scan, path = series(kind), tmp_path / f"f{suffix}"
    findings = _findings(scan)
    write_map(findings, path)
    image = SimpleITK.ReadImage(path)
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), findings.labels)
    geometry = findings.geometry
    slices, rows, columns = geometry.shape
    row_mm, column_mm = geometry.pixel_spacing_mm
    for s, r, c in ((0, 0, 0), (slices - 1, rows - 1, columns - 1), (slices // 2, 3, 7)):
        wanted = (
            geometry.origins_mm[s] + geometry.column_direction * row_mm * r + geometry.row_direction * column_mm * c
        )
        assert np.allclose(image.TransformIndexToPhysicalPoint((c, r, s)), wanted, atol=1e-3)


@pytest.mark.parametrize("suffix", [".dcm", *IMAGES])
def test_lobes_are_read_back(tmp_path: Path, series: Callable[[str], Series], suffix: str) -> None:
    """A lobe map with the lingula is read back equal from every format."""
    scan = series("sampled")
    assert scan.geometry is not None
    labels = lungs(SHAPE)
    labels[:3][labels[:3] == 4] = 6
    write_map(LobeMap(labels, scan.geometry), tmp_path / f"l{suffix}", series=scan)
    read = read_lobe_map(tmp_path / f"l{suffix}", scan)
    assert np.array_equal(read.labels, labels)


@pytest.mark.parametrize("suffix", [".dcm", *IMAGES])
def test_nothing_found_survives(tmp_path: Path, series: Callable[[str], Series], suffix: str) -> None:
    """A map in which nothing was marked is written and read back as such: looked, found none."""
    scan = series("sampled")
    write_map(_findings(scan, np.zeros(SHAPE, np.uint8)), tmp_path / f"f{suffix}", series=scan)
    assert not read_finding_map(tmp_path / f"f{suffix}", scan, "interstitial").labels.any()


def test_slicer_shows_every_finding(tmp_path: Path, series: Callable[[str], Series]) -> None:
    """A .seg.nrrd names every finding with number, colour and code, the empty ones too."""
    scan = series("sampled")
    write_map(_findings(scan, np.zeros(SHAPE, np.uint8)), tmp_path / "f.seg.nrrd")
    image = SimpleITK.ReadImage(tmp_path / "f.seg.nrrd")
    names = [image.GetMetaData(f"Segment{k}_Name") for k in range(3)]
    assert names == ["septal thickening", "honeycombing", "reticulation"]
    assert [image.GetMetaData(f"Segment{k}_LabelValue") for k in range(3)] == ["1", "2", "3"]
    assert "~DCM^112106^Honeycomb pattern~" in image.GetMetaData("Segment1_Tags")


# --- What a SEG says -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "author", [Author(reader="R1"), Author("AUTOMATIC", program="unet", version="2")], ids=["manual", "program"]
)
def test_dciodvfy_finds_no_error(
    tmp_path: Path, series: Callable[[str], Series], tool: Callable[[str], str], kind: str, author: Author
) -> None:
    """The validator of David Clunie finds no error in SEGs of lobes and findings, for any series."""
    scan = series(kind)
    assert scan.geometry is not None
    write_map(_findings(scan), tmp_path / "f.dcm", series=scan, author=author)
    write_map(LobeMap(np.zeros(scan.geometry.shape, np.uint8), scan.geometry), tmp_path / "l.dcm", series=scan)
    for name in ("f.dcm", "l.dcm"):
        done = subprocess.run([tool("dciodvfy"), str(tmp_path / name)], capture_output=True, text=True, check=False)
        assert "Segmentation" in done.stdout + done.stderr
        assert [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")] == []


def _seg(tmp_path: Path, scan: Series, **how: Any) -> pydicom.Dataset:
    write_map(_findings(scan), tmp_path / "f.dcm", series=scan, **how)
    return pydicom.dcmread(tmp_path / "f.dcm")


def test_highdicom_reads_the_same(tmp_path: Path, series: Callable[[str], Series]) -> None:
    """Highdicom finds the same voxels by the instance they were drawn on."""
    scan = series("uneven")
    _seg(tmp_path, scan)
    seg = highdicom.seg.segread(tmp_path / "f.dcm")
    planes = seg.get_pixels_by_source_instance(list(scan.scan.sop_uids), combine_segments=True)
    assert np.array_equal(planes, _findings(scan).labels)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["BINARY", "LABELMAP"])
def test_plain_pydicom_reads_the_same(
    tmp_path: Path, series: Callable[[str], Series], tool: Callable[[str], str], kind: str, how: Any
) -> None:
    """From pixels, frame contents and source images alone, pydicom makes the same integers; dcmdump reads the file."""
    scan = series(kind)
    seg = _seg(tmp_path, scan, kind=how)
    frames = seg.pixel_array.reshape(-1, seg.Rows, seg.Columns)
    slices = {(f.sop_uid, f.number + 1 if f.frames > 1 else None): i for i, f in enumerate(scan.frames)}
    made = np.zeros((len(scan.frames), seg.Rows, seg.Columns), np.uint8)
    for plane, groups in zip(frames, seg.PerFrameFunctionalGroupsSequence, strict=True):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        at = slices[source.ReferencedSOPInstanceUID, source.get("ReferencedFrameNumber")]
        number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber if how == "BINARY" else 1
        made[at] += plane * np.uint8(number)
    assert np.array_equal(made, _findings(scan).labels)
    named = {item.ReferencedSOPInstanceUID for item in seg.SourceImageSequence}
    assert named == set(scan.scan.sop_uids)
    command = [tool("dcmdump"), "-q", str(tmp_path / "f.dcm")]  # it prints names in the character set of the file
    done = subprocess.run(command, capture_output=True, encoding="latin-1", check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("kind", "gap_mm"), [("contiguous", 40.0), ("uneven", None), ("one slice", None)])
def test_spacing_is_said_of_even_slices_only(
    tmp_path: Path, series: Callable[[str], Series], kind: str, gap_mm: float | None
) -> None:
    """A SEG says the gap between evenly spaced slices, and none of others: viewers would draw them at wrong places."""
    (shared,) = _seg(tmp_path, series(kind)).SharedFunctionalGroupsSequence
    assert shared.PixelMeasuresSequence[0].get("SpacingBetweenSlices") == gap_mm


def test_codes_and_author(tmp_path: Path, series: Callable[[str], Series]) -> None:
    """Segments carry the codes of score.md; a reader's map is MANUAL and signed as given, a program's is AUTOMATIC."""
    seg = _seg(tmp_path, series("sampled"), author=Author(reader="R1"))
    told = [
        (
            item.SegmentNumber,
            item.SegmentedPropertyCategoryCodeSequence[0].CodeValue,
            item.SegmentedPropertyTypeCodeSequence[0].CodeValue,
            item.SegmentAlgorithmType,
        )
        for item in seg.SegmentSequence
    ]
    assert told == [
        (1, "49755003", "112114", "MANUAL"),
        (2, "49755003", "112106", "MANUAL"),
        (3, "49755003", "112113", "MANUAL"),
    ]
    assert seg.ContentCreatorName == "R1"
    assert len({item.TrackingUID for item in seg.SegmentSequence}) == 3
    assert seg.Manufacturer
    seg = _seg(tmp_path, series("sampled"), author=Author("AUTOMATIC", program="unet", version="2"), force=True)
    assert not seg.get("ContentCreatorName")
    (algorithm,) = seg.SegmentSequence[0].SegmentationAlgorithmIdentificationSequence
    assert (algorithm.AlgorithmName, algorithm.AlgorithmVersion) == ("unet", "2")


def test_segments_are_tracked_by_their_reading(tmp_path: Path, series: Callable[[str], Series]) -> None:
    """TrackingUIDs follow from series, finding and reading: the same whoever writes it, others of other readings."""
    scan = series("sampled")

    def written(**how: Any) -> list[str]:
        return [item.TrackingUID for item in _seg(tmp_path, scan, force=True, **how).SegmentSequence]

    first = written(reading="R-1")
    assert first == [
        tracking_uid(scan.series_uid, finding, "R-1")
        for finding in (Finding.SEPTAL, Finding.HONEYCOMBING, Finding.RETICULATION)
    ]
    assert written(reading="R-1", author=Author("AUTOMATIC", reader="R2")) == first
    others = [*written(reading="R-2"), *written(), *written(author=Author(reader="R2"))]
    assert len({*first, *others}) == 12
    assert all(UID(uid).is_valid for uid in (*first, *others))


def test_instances_are_named_by_no_other_root(tmp_path: Path, series: Callable[[str], Series]) -> None:
    """New UIDs are those of UUIDs (2.25): the root of no library or vendor is borrowed."""
    seg = _seg(tmp_path, series("sampled"))
    assert all(uid.startswith("2.25.") for uid in (seg.SOPInstanceUID, seg.SeriesInstanceUID))


def test_lobe_codes(tmp_path: Path, series: Callable[[str], Series]) -> None:
    """A lobe is written as its code with its laterality; all six are there, the empty ones too."""
    scan = series("sampled")
    assert scan.geometry is not None
    write_map(LobeMap(lungs(SHAPE), scan.geometry), tmp_path / "l.dcm", series=scan)
    kinds = [item.SegmentedPropertyTypeCodeSequence[0] for item in pydicom.dcmread(tmp_path / "l.dcm").SegmentSequence]
    assert [
        (kind.CodeValue, kind.SegmentedPropertyTypeModifierCodeSequence[0].CodeMeaning) for kind in kinds
    ] == [
        ("45653009", "Right"), ("72481006", "Right"), ("90572001", "Right"), ("45653009", "Left"), ("90572001", "Left"),
        ("50837003", "Left"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["sampled", "multi-frame", "concatenation"])
def test_every_frame_names_its_picture(tmp_path: Path, series: Callable[[str], Series], kind: str) -> None:
    """Each frame names instance, frame and class of its slice, at the slice's position; all instances are listed."""
    scan = series(kind)
    assert scan.geometry is not None
    seg = _seg(tmp_path, scan)
    by_name = {(f.sop_uid, f.number + 1 if f.frames > 1 else None): i for i, f in enumerate(scan.frames)}
    assert seg.NumberOfFrames == 3 * len(scan.frames)
    for groups in seg.PerFrameFunctionalGroupsSequence:
        (source,) = groups.DerivationImageSequence[0].SourceImageSequence
        at = by_name[source.ReferencedSOPInstanceUID, source.get("ReferencedFrameNumber")]
        assert np.allclose(
            groups.PlanePositionSequence[0].ImagePositionPatient, scan.geometry.origins_mm[at], atol=1e-4
        )
        assert source.ReferencedSOPClassUID == scan.frames[at].attributes.sop_class
    listed = seg.ReferencedSeriesSequence[0]
    assert listed.SeriesInstanceUID == scan.series_uid
    assert {item.ReferencedSOPInstanceUID for item in listed.ReferencedInstanceSequence} == set(scan.scan.sop_uids)


def test_the_patient_of_the_source(tmp_path: Path, series: Callable[[str], Series]) -> None:
    """A SEG belongs to patient, study and frame of reference of its source, in a series of its own."""
    scan = series("sampled")
    seg, source = _seg(tmp_path, scan), datasets_of(PLANS["sampled"])[0]
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate",
                    "StudyID", "FrameOfReferenceUID"):  # fmt: skip
        assert seg[keyword].value == source[keyword].value
    assert seg.SeriesInstanceUID != source.SeriesInstanceUID


def test_a_seg_keeps_a_name_in_japanese(tmp_path: Path) -> None:
    """Code extensions, as Japanese scanners write them, are kept, and with them the name as the scan has it."""
    name = "Yamada^Tarou=\u5c71\u7530^\u592a\u90ce=\u3084\u307e\u3060^\u305f\u308d\u3046"
    (tmp_path / "scan").mkdir()
    for number, dataset in enumerate(datasets_of(PLANS["sampled"])):
        dataset.SpecificCharacterSet, dataset.PatientName = ["", "ISO 2022 IR 87"], name
        dataset.save_as(tmp_path / "scan" / f"{number}.dcm", enforce_file_format=True)
    (scan,) = find_series(tmp_path / "scan")
    seg = _seg(tmp_path, scan)
    assert list(seg.SpecificCharacterSet) == ["", "ISO 2022 IR 87"]
    assert str(seg.PatientName) == name


# --- What cannot be written ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".dcm", *IMAGES])
def test_nothing_is_overwritten(tmp_path: Path, series: Callable[[str], Series], suffix: str) -> None:
    """A file that is there stays as it is, unless overwriting is asked for; nothing else is left in the folder."""
    scan, path = series("sampled"), tmp_path / f"f{suffix}"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="is not overwritten"):
        write_map(_findings(scan), path, series=scan)
    assert path.read_bytes() == b"mine"
    write_map(_findings(scan), path, series=scan, force=True)
    assert np.array_equal(read_finding_map(path, scan, "interstitial").labels, _findings(scan).labels)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", ["uneven", "tilted"])
@pytest.mark.parametrize("suffix", IMAGES)
def test_uneven_and_tilted_series_fit_into_a_seg_only(
    tmp_path: Path, series: Callable[[str], Series], suffix: str, kind: str
) -> None:
    """An image file of uneven or tilted slices is refused, and nothing is written."""
    with pytest.raises(OutputError, match="SEG only"):
        write_map(_findings(series(kind)), tmp_path / f"f{suffix}")
    assert not list(tmp_path.iterdir())


@given(
    gap_mm=st.sampled_from((0.5, 0.62, 0.625, 1.0, 2.5, 10.0)),
    off_mm=st.lists(st.integers(-12, 12).map(lambda k: k / 40), min_size=6, max_size=6),
    decimals=st.sampled_from((1, 2, 6)),
    suffix=st.sampled_from(IMAGES),
)
@example(gap_mm=10.0, off_mm=[0, 0, 0, 0.38, 0, 0], decimals=6, suffix=".nrrd")
@example(gap_mm=0.62, off_mm=[0.0] * 6, decimals=1, suffix=".nii")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_what_is_written_can_be_read(
    tmp_path: Path, gap_mm: float, off_mm: list[float], decimals: int, suffix: str
) -> None:
    """However slightly uneven the slices are, an image file is refused when it is written, or is read back equal."""
    positions = np.round(np.arange(6) * gap_mm + np.array(off_mm) * min(1.0, gap_mm), decimals)
    assume(np.all(np.diff(positions) > 0))
    geometry = geometry_of(SHAPE, positions_mm=positions.tolist(), spacing_mm=(0.7, 0.8))
    labels = np.random.default_rng(0).integers(0, 4, SHAPE, np.uint8)
    path = tmp_path / f"f{suffix}"
    try:
        write_map(FindingMap(Component.INTERSTITIAL, labels, geometry), path, force=True)
    except OutputError as error:
        assert "write .dcm" in str(error)  # noqa: PT017 - either of two ends is right
        return
    assert np.array_equal(read_finding_map(path, geometry, "interstitial").labels, labels)


@pytest.mark.parametrize(
    "orientation",
    [(-1.0, 0.0, 0.0, 0.0, -1.0, 0.0), (0.0, 1.0, 0.0, -1.0, 0.0, 0.0)],
    ids=["turned by 180 degrees", "turned by 90 degrees"],
)
def test_a_seg_is_of_the_voxels_of_its_series(
    tmp_path: Path, series: Callable[[str], Series], orientation: tuple[float, float, float, float, float, float]
) -> None:
    """A map on slices of the same origins, turned in their plane or of other pixels, is not written onto the series."""
    scan = series("sampled")
    assert scan.geometry is not None
    shape, spacing, origins = SHAPE, scan.geometry.pixel_spacing_mm, np.array(scan.geometry.origins_mm)
    for other in (
        Geometry(shape, spacing, origins, orientation, 1.0),
        Geometry(shape, (spacing[0] * 1.1, spacing[1]), origins, scan.geometry.orientation, 1.0),
    ):
        with pytest.raises(OutputError, match="lie elsewhere than those of the series"):
            write_map(LobeMap(lungs(SHAPE), other), tmp_path / "l.dcm", series=scan)
    assert not list(tmp_path.iterdir())


def test_a_component_may_be_given_by_name() -> None:
    """A finding map whose component is given by its name is one of that component."""
    findings = FindingMap("alveolar", np.full((2, 3, 4), 2, np.uint8), geometry_of((2, 3, 4)))  # type: ignore[arg-type]
    assert findings.component is Component.ALVEOLAR


def test_what_a_seg_needs(tmp_path: Path, series: Callable[[str], Series]) -> None:
    """A SEG without a series, or with that of another scan, and an unknown ending are refused."""
    scan = series("sampled")
    with pytest.raises(OutputError, match="give the series"):
        write_map(_findings(scan), tmp_path / "f.dcm")
    with pytest.raises(OutputError, match="lie elsewhere than those of the series"):
        write_map(_findings(series("uneven")), tmp_path / "f.dcm", series=scan)
    other = FindingMap(Component.ALVEOLAR, np.zeros((2, 3, 4), np.uint8), geometry_of((2, 3, 4)))
    with pytest.raises(OutputError, match="of another scan than the series"):
        write_map(other, tmp_path / "f.dcm", series=scan)
    with pytest.raises(OutputError, match=r"no format ends so; \.dcm, \.seg\.nrrd"):
        write_map(_findings(scan), tmp_path / "f.png")


@pytest.mark.parametrize("keyword", ["FrameOfReferenceUID", "SOPInstanceUID", "StudyInstanceUID"])
def test_a_series_without_names_takes_no_seg(tmp_path: Path, keyword: str) -> None:
    """A series whose pictures cannot be referenced takes no SEG, and the message says what is missing."""
    datasets = [copy.deepcopy(dataset) for dataset in datasets_of(PLANS["sampled"])]
    for dataset in datasets:
        setattr(dataset, keyword, "")
    phantom.write_series(datasets, tmp_path / "series")
    scan = find_series(tmp_path / "series")[0]
    with pytest.raises(OutputError, match="has no usable"):
        write_map(_findings(scan), tmp_path / "f.dcm", series=scan)


@pytest.mark.parametrize("how", ["BINARY", "LABELMAP"])
def test_names_in_any_character_set(tmp_path: Path, how: Any) -> None:
    """The SEG of a scan whose patient is named in ideographs carries that name, and its reader's beside it."""
    datasets = datasets_of(PLANS["sampled"])
    for dataset in datasets:
        dataset.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
        dataset.PatientName = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    phantom.write_series(datasets, tmp_path / "scan")
    (found,) = find_series(tmp_path / "scan")
    for reader in ("Reader^Rita", "読影^医師"):
        write_map(
            _findings(found), tmp_path / "a.dcm", series=found, author=Author(reader=reader), kind=how, force=True
        )
        seg = pydicom.dcmread(tmp_path / "a.dcm")
        assert str(seg.PatientName) == "Yamada^Tarou=山田^太郎=やまだ^たろう"
        assert str(seg.ContentCreatorName) == reader
