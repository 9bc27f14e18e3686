"""A structured report holds the score bit for bit and the reading whole, and says so with public and private codes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from highdicom.sr import MeasurementReport
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from kazerooni import phantom
from kazerooni.dicom import Series, find_series
from kazerooni.errors import OutputError, ReadingError, SchemeError
from kazerooni.labels import read_sr, reading_text, seg_object, sr_bytes
from kazerooni.labels.sr import sr_content
from kazerooni.labels.sr.codes import METHODS, SCHEME, own_codes
from kazerooni.labels.sr.items import printable
from kazerooni.model import (
    Case,
    Component,
    Finding,
    FindingMap,
    Lobe,
    LobeMap,
    Notice,
    Origin,
    Pattern,
    Reading,
    ScanRef,
    Score,
    State,
    Status,
    Supersedes,
)
from kazerooni.scoring import SCHEMES, score
from tests.labels.builders import lungs
from tests.labels.reading_strategies import readings
from tests.labels.seg_builder import datasets_of
from tests.scoring.builders import SCHEME_NAMES, Marks, reading_of, said, typed, typed_lungs, value, whole_lungs

SHAPE = (6, 9, 11)
SIZE: dict[str, Any] = {"slices": 6, "rows": 9, "columns": 11, "pixel_spacing_mm": (30.0, 25.0)}
PLAN = phantom.sequential_hrct(**SIZE, gap_mm=40.0)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference"


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Series]:
    """Give a function that writes a small series of a kind and finds it, once."""

    @cache
    def find(kind: str) -> Series:
        datasets = [pydicom.Dataset(dataset) for dataset in datasets_of(PLAN)]
        for dataset, original in zip(datasets, datasets_of(PLAN), strict=True):
            dataset.file_meta = original.file_meta
        if kind == "multi-frame":
            datasets = [phantom.to_enhanced(datasets)]
        for dataset in datasets:
            if kind == "ideographs":
                dataset.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
                dataset.PatientName = "Yamada^Tarou=山田^太郎=やまだ^たろう"
            if kind == "latin":
                dataset.SpecificCharacterSet = "ISO_IR 100"
                dataset.PatientName = "Müller^Jürgen"
        folder = tmp_path_factory.mktemp("series")
        phantom.write_series(datasets, folder)
        return find_series(folder)[0]

    return find


def case_of(reading: Reading, scheme: str = "kazerooni", *, partial: bool = False) -> Case:
    """Grade a reading into a case."""
    return Case(reading=reading, score=score(reading, scheme, partial=partial))


def rich() -> Reading:
    """Build a painted and typed reading with everything that a report has an item for."""
    return replace(
        reading_of(
            whole_lungs(RUL={(0, 0): 667, (1, 0): 333}, RLL={(0, 0): 499, (1, 2): 300, (2, 3): 200, (0, 1): 1}),
            entries=(
                typed(Lobe.RML, value(Finding.GROUND_GLASS, "25")),
                *said(Lobe.LLL, State.NOT_ASSESSABLE, Component.INTERSTITIAL, reason="motion"),
            ),
            traction={Lobe.RLL: True, Lobe.RUL: False},
            thickness_mm=4.0,
        ),
        pattern=Pattern("NSIP", "R1"),
        remarks="Atmung flach; 呼気",
        supersedes=Supersedes("r-old", "wrong lobe"),
        status=Status.SIGNED,
        notices=(Notice("thick-slices", "warning", "slices of 4 mm", ("1.2.3",)),),
    )


def read(data: bytes) -> Dataset:
    """Parse a file with pydicom alone."""
    return pydicom.dcmread(BytesIO(data))


def items(parent: Dataset) -> Iterator[Dataset]:
    """Walk over every content item below one."""
    for item in parent.get("ContentSequence") or ():
        yield item
        yield from items(item)


def named(report: Dataset, value: str) -> list[Dataset]:
    """Give the content items of a concept name."""
    return [item for item in items(report) if item.ConceptNameCodeSequence[0].CodeValue == value]


# --- Round trip ------------------------------------------------------------------------------------------------------


@settings(max_examples=30, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(
    reading=readings(),
    scheme=st.sampled_from(SCHEME_NAMES),
    how=st.sampled_from([{"partial": False}, {"partial": True}]),
)
def test_reading_and_score_come_back(
    series: Callable[[str], Series], reading: Reading, scheme: str, how: dict[str, bool]
) -> None:
    """Any reading that can be graded comes back as the same text, its score with the same bits and whole numbers."""
    own = replace(reading, scan=replace(reading.scan, series_uid=None))
    try:
        case = case_of(own, scheme, **how)
    except (ReadingError, SchemeError):
        reject()
    content = sr_content(read(sr_bytes(case, series("sampled"))))
    assert content.is_whole
    assert reading_text(content.reading) == reading_text(own)
    assert repr(content.score) == repr(_told(case.score))


def _told(scored: Score) -> Score:
    """Give a score without the control characters of what a reader wrote, which a text in DICOM cannot hold."""
    return replace(scored, notices=tuple(replace(n, message=printable(n.message).rstrip()) for n in scored.notices))


@settings(max_examples=25)
@given(
    shares=st.lists(st.tuples(*[st.integers(0, 40)] * 6), min_size=5, max_size=5),
    scheme=st.sampled_from(("kazerooni", "kazerooni-mean", "kazerooni-fibrosis")),
)
def test_what_an_archive_leaves_is_graded_the_same(
    series: Callable[[str], Series], shares: list[tuple[int, ...]], scheme: str
) -> None:
    """Without the private elements score and bits stay, and the reading made of the items has the same grades."""
    lobes: dict[Lobe | int, Marks] = {
        lobe: {(0, 0): each[0] + 1, (1, 0): each[1], (2, 0): each[2], (0, 1): each[3], (0, 2): each[4], (0, 3): each[5]}
        for lobe, each in zip([lobe for lobe in Lobe if lobe is not Lobe.LIN], shares, strict=True)
    }
    case = case_of(reading_of(lobes), scheme)
    content = sr_content(_stripped(sr_bytes(case, series("sampled"))))
    assert not content.is_whole
    assert repr(content.score) == repr(case.score)
    again = score(content.reading, scheme)
    grades = [
        [(lobe.lobe, lobe.alveolar.grade, lobe.interstitial.grade) for lobe in scored.lobes]
        for scored in (case.score, again)
    ]
    assert grades[0] == grades[1]
    assert [lobe.alveolar.percent for lobe in again.lobes] == [lobe.alveolar.percent for lobe in case.score.lobes]


def test_what_an_archive_leaves_says_so(series: Callable[[str], Series]) -> None:
    """A reading made of the items keeps states, traction, pattern, text and reader, is typed, and carries a notice."""
    scan = series("sampled")
    made = sr_content(_stripped(sr_bytes(case_of(rich()), scan))).reading
    assert (made.id, made.reader, made.status) == ("r", "R1", Status.SIGNED)
    assert (made.pattern, made.supersedes) == (rich().pattern, rich().supersedes)
    assert made.remarks == rich().remarks
    assert dict(made.traction) == dict(rich().traction) | {
        lobe: False for lobe in made.traction if lobe not in rich().traction
    }
    assert made.tally is None
    assert {entry.origin for entry in made.entries} == {Origin.TYPED}
    blind = made.entry(Lobe.LLL, Component.INTERSTITIAL)
    assert blind is not None
    assert blind.state is State.NOT_ASSESSABLE
    assert "reading-from-report" in {notice.code for notice in made.notices}
    assert (made.scan.study_uid, made.scan.series_uid) == (scan.study_uid, scan.series_uid)
    assert made.scan.patient == scan.patient


def _stripped(data: bytes) -> Dataset:
    report = read(data)
    report.remove_private_tags()
    return report


def test_a_report_stored_as_implicit_vr_is_whole(series: Callable[[str], Series]) -> None:
    """An archive that does not keep the types of private elements keeps the reading."""
    report = read(sr_bytes(case_of(rich()), series("sampled")))
    stream = BytesIO()
    report.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    pydicom.dcmwrite(stream, report, implicit_vr=True, little_endian=True, enforce_file_format=True)
    content = sr_content(read(stream.getvalue()))
    assert content.is_whole
    assert reading_text(content.reading) == reading_text(rich())


def _content(report: Dataset) -> MeasurementReport:
    content = highdicom.sr.Comprehensive3DSR.from_dataset(report).content
    assert isinstance(content, MeasurementReport)
    return content


# --- What it says ----------------------------------------------------------------------------------------------------


def test_a_number_is_exact_beside_its_decimals(series: Callable[[str], Series]) -> None:
    """A third of a lobe is 33.3 % in decimals of 16 characters, and the float64 beside them; a grade is whole."""
    third = whole_lungs(RUL={(0, 0): 666, (1, 0): 333})
    report = read(sr_bytes(case_of(reading_of(third)), series("sampled")))
    percent = named(report, "PERCENT-GGO")[0].MeasuredValueSequence[0]
    assert len(str(percent.NumericValue)) <= 16
    assert percent.FloatingPointValue == 100 / 3
    assert percent.MeasurementUnitsCodeSequence[0].CodeValue == "%"
    grade = named(report, "GRADE-ALV")[0].MeasuredValueSequence[0]
    assert (str(grade.NumericValue), "FloatingPointValue" in grade) == ("3", False)


@pytest.mark.parametrize(
    ("reading", "qualifier", "state"),
    [
        (reading_of(whole_lungs(), measured=frozenset({Component.ALVEOLAR})), "114007", "NOT-RECORDED"),
        (
            typed_lungs(*said(Lobe.RUL, State.NOT_ASSESSABLE)),
            "114006",
            "NOT-ASSESSABLE",
        ),
        (typed_lungs(*said(Lobe.RUL, State.ABSENT)), "114007", "ABSENT"),
        (
            typed_lungs(typed(Lobe.RUL, value(grade=3, scheme="kazerooni"), component=Component.INTERSTITIAL)),
            "114010",
            "ASSESSED",
        ),
    ],
    ids=["nobody looked", "not assessable", "absent", "only a grade"],
)
def test_what_is_not_known_is_empty_and_says_why(
    series: Callable[[str], Series], reading: Reading, qualifier: str, state: str
) -> None:
    """A percent that there is not is no number, which is never zero, but a code of CID 42; highdicom reads it too."""
    report = read(sr_bytes(case_of(reading, partial=True), series("sampled")))
    percent = named(report, "PERCENT-HONEY")[0]
    assert percent.ValueType == "CODE"
    assert percent.ConceptCodeSequence[0].CodeValue == qualifier
    groups = _content(report).get_image_measurement_groups()
    assert len(groups) == 6
    assert named(report, "STATE-INT")[0].ConceptCodeSequence[0].CodeValue == state


def test_a_lobe_references_its_segment(series: Callable[[str], Series]) -> None:
    """With the SEG at hand each group references its lobe's segment and is tracked as that is; highdicom finds them."""
    scan = series("sampled")
    assert scan.geometry is not None
    seg = read(seg_object(LobeMap(lungs(SHAPE), scan.geometry), scan))
    report = read(sr_bytes(case_of(rich()), scan, segmentations=[seg]))
    groups = _content(report).get_volumetric_roi_measurement_groups()
    assert [group.tracking_uid for group in groups] == [item.TrackingUID for item in seg.SegmentSequence][:5]
    assert [group.tracking_identifier for group in groups] == [item.TrackingID for item in seg.SegmentSequence][:5]
    references = [item.ReferencedSOPSequence[0] for item in named(report, "121191")]
    assert {item.ReferencedSOPInstanceUID for item in references} == {seg.SOPInstanceUID}
    assert [item.ReferencedSegmentNumber for item in references] == [1, 2, 3, 4, 5]
    (study,) = report.CurrentRequestedProcedureEvidenceSequence
    listed = [p.ReferencedSOPInstanceUID for s in study.ReferencedSeriesSequence for p in s.ReferencedSOPSequence]
    assert sorted(listed) == sorted([*scan.scan.sop_uids, seg.SOPInstanceUID])


def test_sites_sides_method_and_observers(series: Callable[[str], Series]) -> None:
    """Groups name lobe and side as CID 6170 does, and the scheme as method; reader and program are the observers."""
    report = read(sr_bytes(case_of(rich()), series("sampled")))
    sites = [
        (
            item.ConceptCodeSequence[0].CodeValue,
            *(child.ConceptCodeSequence[0].CodeMeaning for child in item.get("ContentSequence", [])),
        )
        for item in named(report, "363698007")
    ]
    assert sites == [
        ("45653009", "Right"),
        ("72481006", "Right"),
        ("90572001", "Right"),
        ("45653009", "Left"),
        ("90572001", "Left"),
        ("39607008",),
    ]
    methods = {item.ConceptCodeSequence[0].CodeValue for item in named(report, "370129005")}
    assert methods == {"SCHEME-1-1"}
    assert [str(item.PersonName) for item in named(report, "121008")] == ["R1^"]
    assert [item.TextValue for item in named(report, "121013")] == ["kazerooni"]
    assert [str(item.MeasuredValueSequence[0].NumericValue) for item in named(report, "MAXIMUM")] == ["50"]
    assert [item.TextValue for item in named(report, "REASON-INT")] == ["motion"]
    traction = [item.ConceptCodeSequence[0].CodeMeaning for item in named(report, "PRESENT-TRACTION")]
    assert traction.count("Yes") == 1


def test_every_code_is_published(series: Callable[[str], Series]) -> None:
    """Every private code has a meaning of its own that fits, stands in the docs, and a report uses no other one."""
    known = {code.value: code.meaning for code in own_codes()}
    assert len(known) == len(list(own_codes())) == len(set(known.values()))
    assert all(len(value) <= 16 and len(meaning) <= 64 for value, meaning in known.items())
    assert set(METHODS) == set(SCHEMES)
    assert "{sr-codes}" in (DOCS / "dicom-objects.md").read_text("utf-8")
    used: dict[str, str] = {}
    for reading in (rich(), typed_lungs(*said(Lobe.RUL, State.ABSENT))):
        report = read(sr_bytes(case_of(reading, partial=True), series("sampled")))
        for item in items(report):
            for code in (*item.ConceptNameCodeSequence, *item.get("ConceptCodeSequence", [])):
                if code.CodingSchemeDesignator == SCHEME:
                    used[code.CodeValue] = code.CodeMeaning
        assert report.CodingSchemeIdentificationSequence[0].CodingSchemeDesignator == SCHEME
    assert len(used) > 40
    assert used.items() <= known.items()


# --- Patient, study, names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sampled", "multi-frame", "ideographs", "latin"])
@pytest.mark.parametrize("remarks", ["", "bien", "schön", "呼気"], ids=["none", "ascii", "latin", "ideographs"])
def test_the_patient_of_the_source(series: Callable[[str], Series], kind: str, remarks: str) -> None:
    """Patient and study are those of the source in any character set; it stays where the reader's words fit into it."""
    scan = series(kind)
    with scan.frames[0].source.open() as file:
        source = pydicom.dcmread(file, stop_before_pixels=True)
    report = read(sr_bytes(case_of(replace(rich(), remarks=remarks)), scan))
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate"):
        assert str(report[keyword].value) == str(source[keyword].value)
    fits = not remarks or remarks.isascii() or (kind != "ideographs" and remarks == "schön")
    expected = source.get("SpecificCharacterSet") if fits else "ISO_IR 192"
    assert report.get("SpecificCharacterSet") == expected
    assert [item.TextValue for item in named(report, "REMARKS")] == ([remarks] if remarks else [])


def test_the_same_reading_is_the_same_object(series: Callable[[str], Series]) -> None:
    """Written twice a report has the same bytes and UIDs under 2.25; another scheme or reading gives another object."""
    scan = series("sampled")
    first, second = (sr_bytes(case_of(rich()), scan) for _ in range(2))
    assert first == second
    others = [
        sr_bytes(case_of(rich(), "kazerooni-fibrosis"), scan),
        sr_bytes(case_of(replace(rich(), remarks="")), scan),
        sr_bytes(case_of(rich()), scan, kind="COMPREHENSIVE"),
    ]
    uids = [(str(r.SOPInstanceUID), str(r.SeriesInstanceUID)) for r in map(read, (first, *others))]
    assert len({uid for pair in uids for uid in pair}) == 8
    assert all(uid.startswith("2.25.") and pydicom.uid.UID(uid).is_valid for pair in uids for uid in pair)
    assert read(first).file_meta.MediaStorageSOPInstanceUID == uids[0][0]


def test_the_replaced_report_is_its_predecessor(series: Callable[[str], Series]) -> None:
    """A report that replaces another names it; a signed reading is final, a sum that lacks a grade is partial."""
    scan = series("sampled")
    old = read(sr_bytes(case_of(replace(rich(), id="r-old", supersedes=None, status=Status.DRAFT)), scan))
    new = read(sr_bytes(case_of(rich()), scan, previous=[old]))
    (study,) = new.PredecessorDocumentsSequence
    (named_one,) = study.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert named_one.ReferencedSOPInstanceUID == old.SOPInstanceUID
    assert (old.PreliminaryFlag, new.PreliminaryFlag, new.CompletionFlag) == ("PRELIMINARY", "FINAL", "PARTIAL")
    assert read(sr_bytes(case_of(typed_lungs()), scan)).CompletionFlag == "COMPLETE"


# --- Validators ------------------------------------------------------------------------------------------------------


def segmentations_of(scan: Series) -> list[Dataset]:
    """Give the SEG of the lobes of a series, and of alveolar findings that are none."""
    assert scan.geometry is not None
    findings = FindingMap(Component.ALVEOLAR, np.zeros(SHAPE, np.uint8), scan.geometry)
    return [read(seg_object(labels, scan)) for labels in (LobeMap(lungs(SHAPE), scan.geometry), findings)]


EXPLAINED = (
    "Unrecognized defined term <99KAZEROONI>",
    "Unrecognized tag - assuming explicit value representation OK",
    "The VR checker does not support this Specific Character Set",
    "Reading unknown/unsupported SpecificCharacterSet",
)


@pytest.mark.parametrize("kind", ["sampled", "multi-frame", "ideographs"])
@pytest.mark.parametrize("sop_class", ["COMPREHENSIVE-3D", "COMPREHENSIVE"])
def test_validators_find_no_error(
    tmp_path: Path, series: Callable[[str], Series], tool: Callable[[str], str], kind: str, sop_class: Any
) -> None:
    """Dciodvfy finds no error, and no warning that the docs do not explain; dsrdump reads all of it."""
    scan = series(kind)
    segs = [] if kind == "ideographs" else segmentations_of(scan)
    docs = (DOCS / "dicom-objects.md").read_text("utf-8")
    assert all(words in docs for words in EXPLAINED)
    cases = [case_of(rich()), case_of(typed_lungs(*said(Lobe.RUL, State.ABSENT)), partial=True)]
    for number, case in enumerate(cases):
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(sr_bytes(case, scan, segmentations=segs[: 2 * number], kind=sop_class))
        done = subprocess.run([tool("dciodvfy"), str(path)], capture_output=True, text=True, check=False)
        told = (done.stdout + done.stderr).splitlines()
        assert any("ComprehensiveSR" in line or "Comprehensive3DSR" in line for line in told)
        assert [line for line in told if "Error" in line] == []
        unexplained = [line for line in told if "Warning" in line and not any(words in line for words in EXPLAINED)]
        assert unexplained == []
        dumped = subprocess.run([tool("dsrdump"), str(path)], capture_output=True, check=False)
        assert dumped.returncode == 0
        assert [line for line in dumped.stderr.decode().splitlines() if not any(w in line for w in EXPLAINED)] == []
        assert b"Alveolar: grade" in dumped.stdout


# --- What cannot be written or read ----------------------------------------------------------------------------------


def test_another_scan_is_refused(series: Callable[[str], Series]) -> None:
    """The series of another reading is refused, and both are named."""
    other = replace(rich(), scan=ScanRef(series_uid="1.2.840.1"))
    with pytest.raises(OutputError, match=r"is of series 1\.2\.840\.1, not of"):
        sr_bytes(case_of(other), series("sampled"))


def test_a_scheme_of_ones_own_has_no_code(series: Callable[[str], Series]) -> None:
    """A score under a scheme that is not published is refused, as it has no code."""
    own = Case(reading=rich(), score=replace(case_of(rich()).score, scheme="mine"))
    with pytest.raises(OutputError, match="scheme mine 1 has no code"):
        sr_bytes(own, series("sampled"))


def test_a_file_that_is_no_report_is_refused(tmp_path: Path, series: Callable[[str], Series]) -> None:
    """Pictures, reports of others, cut and changed files are refused with the name of the file and what is wanted."""
    scan = series("sampled")
    whole = sr_bytes(case_of(rich()), scan)
    with scan.frames[0].source.open() as file:
        picture = file.read()
    report = read(whole)
    del report.ContentSequence
    empty = BytesIO()
    pydicom.dcmwrite(empty, report, enforce_file_format=True)
    for data, told in (
        (picture, "no structured report"),
        (whole[: len(whole) // 2], "damaged|no Kazerooni score"),
        (empty.getvalue(), "no Kazerooni score"),
        (whole.replace(b'"R1"', b'"R2"'), "do not match their digest"),
        (b"\0" * 128 + b"DICM", "damaged|no structured report"),
    ):
        (tmp_path / "x.dcm").write_bytes(data)
        with pytest.raises(ReadingError, match=rf"x\.dcm: .*({told})"):
            read_sr(tmp_path / "x.dcm")


@cache
def _rich_bytes(series: Callable[[str], Series]) -> bytes:
    return sr_bytes(case_of(rich()), series("sampled"))


@settings(max_examples=60)
@given(place=st.floats(0, 1), byte=st.integers(0, 255))
def test_a_changed_byte_never_goes_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, series: Callable[[str], Series], place: float, byte: int
) -> None:
    """A report with one byte changed is refused as no reading, or gives a reading that is whole and the same."""
    whole = bytearray(_rich_bytes(series))
    whole[min(int(place * len(whole)), len(whole) - 1)] = byte
    path = tmp_path_factory.mktemp("changed") / "x.dcm"
    path.write_bytes(whole)
    try:
        content = read_sr(path)
    except ReadingError:
        return
    if content.is_whole:
        assert reading_text(content.reading) == reading_text(rich())
