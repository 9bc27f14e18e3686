"""Kinds of picture: what is no slice of the lung is set apart, and words tell position and breath-hold (dicom.md)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydicom.uid import EnhancedCTImageStorage, MRImageStorage, generate_uid

from kazerooni.dicom import read_volume
from kazerooni.errors import UnusableSeriesError
from kazerooni.phantom import hu_of, traps, truth_of

INTRUDERS: dict[str, tuple[Any, str]] = {
    "localizer": (traps.add_localizer, "localizer"),
    "grey capture": (traps.add_capture, "secondary-capture"),
    "colour capture": (lambda d: traps.add_capture(d, "colour"), "secondary-capture"),
    "dose report picture": (lambda d: traps.add_capture(d, "dose report"), "secondary-capture"),
    "MIP": (lambda d: traps.add_derived(d, "MIP", [2]), "projection"),
    "MinIP": (lambda d: traps.add_derived(d, "MINIP", [2]), "projection"),
    "average": (lambda d: traps.add_derived(d, "AVERAGE", [2]), "projection"),
}


@pytest.mark.parametrize(("trap", "code"), INTRUDERS.values(), ids=INTRUDERS.keys())
def test_intruder_is_set_apart_with_the_reason(desk: Any, trap: Any, code: str) -> None:
    """A localizer, capture or projection in a series is listed apart with its reason; the slices stay and name it."""
    datasets = trap(desk.build())
    desk.save(traps.shuffle_files(datasets))
    found = desk.find()
    assert [(s.slices, s.usable) for s in found] == [(5, True), (1, False)]
    desk.same(read_volume(found[0]), truth_of(desk.plan()))
    intruder = datasets[5].SOPInstanceUID
    naming = [n for n in found[0].notices if intruder in n.sop_uids]
    assert len(naming) == 1
    assert naming[0].severity != "error"
    assert desk.notice(found[1], code).severity == "error"
    with pytest.raises(UnusableSeriesError):
        read_volume(found[1])


@pytest.mark.parametrize(
    "values",
    [
        {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER", "CT_SOM5 TOP"]},
        {"AcquisitionType": "CONSTANT_ANGLE"},
        {"ScanOptions": "SCOUT MODE"},
        {"ScanOptions": "SURVIEW"},
        {"SeriesDescription": "Topogram 0.6 T20f", "ImageType": ["ORIGINAL", "PRIMARY"]},
        {"SeriesDescription": "Scout", "ImageType": ["ORIGINAL", "PRIMARY"]},
    ],
)
def test_each_word_of_a_localizer(desk: Any, values: dict[str, Any]) -> None:
    """Each of the tags alone makes a picture a localizer, even one whose plane is axial."""
    series = desk.only(traps.set_attributes(desk.build(slices=1, motion="unstated"), **values))
    assert desk.notice(series, "localizer").severity == "error"
    assert not series.usable


@pytest.mark.parametrize(
    "image_type",
    [
        ["ORIGINAL", "PRIMARY", "AXIAL"],
        ["ORIGINAL", "SECONDARY", "AXIAL"],
        ["DERIVED", "PRIMARY", "AXIAL"],
        ["DERIVED", "SECONDARY", "AXIAL"],
        ["ORIGINAL", "PRIMARY"],
        ["ORIGINAL PRIMARY"],
        ["ORIGINAL ", "PRIMARY ", " AXIAL "],
        None,
    ],
)
def test_image_types_that_are_slices(desk: Any, image_type: list[str] | None) -> None:
    """ORIGINAL or DERIVED, PRIMARY or SECONDARY axial pictures are slices: SECONDARY is no secondary capture."""
    datasets = traps.remove_attributes(desk.build(), "ImageType")
    if image_type is not None:
        datasets = traps.write_raw(datasets, {"ImageType": "\\".join(image_type).encode()})
    series = desk.only(datasets)
    assert desk.codes(series) == set()
    assert series.usable


@pytest.mark.parametrize("kind", ["MIP", "MINIP", "AVERAGE"])
def test_projections_are_not_scored(desk: Any, kind: Any) -> None:
    """A whole series of MIP, MinIP or averages is unusable and says what it is."""
    series = desk.only(traps.derive(desk.build(), kind))
    notice = desk.notice(series, "projection")
    assert (notice.severity, series.usable) == ("error", False)
    assert kind in notice.message
    with pytest.raises(UnusableSeriesError, match=kind):
        read_volume(series)


def test_axial_reformats_are_usable_with_a_warning(desk: Any) -> None:
    """Thin axial reformats (MPR) are readable with a warning that they are not as acquired."""
    series = desk.only(traps.derive(desk.build(), "MPR"))
    assert desk.notice(series, "reformatted").severity == "warning"
    assert series.usable
    assert np.array_equal(read_volume(series).hu, truth_of(desk.plan()).hu)


def test_dose_report_document_is_skipped_with_the_reason(desk: Any) -> None:
    """An object without pixels, the dose SR, is skipped and named as what it is."""
    desk.save(traps.add_document(desk.build()))
    found = desk.find()
    assert [s.slices for s in found] == [5]
    (skipped,) = found.skipped
    assert skipped.path == "scan/IM0006.dcm"
    assert "PixelData" in skipped.reason
    assert "Dose" in skipped.reason


def test_everything_at_once(desk: Any) -> None:
    """A localizer, captures, a MIP, a document and a README leave the slices untouched; all of them are told."""
    datasets = traps.add_document(
        traps.add_capture(traps.add_capture(traps.add_localizer(traps.add_derived(desk.build(), "MIP", [0])), "colour"))
    )
    folder = desk.save(traps.shuffle_files(datasets))
    (folder / "README.txt").write_text("not a slice")
    found = desk.find()
    assert found[0].slices == 5
    assert sum(s.slices for s in found) == 9
    assert [s.usable for s in found].count(True) == 1
    told = {uid for n in found[0].notices for uid in n.sop_uids}
    assert told == {d.SOPInstanceUID for d in datasets[5:] if "PixelData" in d}
    assert len(found.skipped) == 2
    assert found.files == 11
    desk.same(read_volume(found[0]), truth_of(desk.plan()))
    desk.same(read_volume(desk.folder), truth_of(desk.plan()))


def test_colour_series_is_no_ct(desk: Any) -> None:
    """A series of colour pictures that says CT is not read as HU."""
    datasets = traps.add_capture(desk.build(slices=1), "colour")[1:]
    datasets[0].SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    series = desk.only(datasets)
    assert not series.usable


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_inverted_display_does_not_invert_hu(desk: Any, photometric: str) -> None:
    """MONOCHROME1 is about display: HU stay what they are."""
    desk.same(
        desk.read(traps.set_attributes(desk.build(), PhotometricInterpretation=photometric)), truth_of(desk.plan())
    )


def test_palette_is_no_ct(desk: Any) -> None:
    """Pictures whose values are numbers of colours are not read as HU without a word."""
    series = desk.only(traps.set_attributes(desk.build(), PhotometricInterpretation="PALETTE COLOR"))
    assert not series.usable or "hu-unproven" in desk.codes(series)


def test_other_modality(desk: Any) -> None:
    """A series of another modality is listed as unusable with the modality found and the one wanted."""
    datasets = traps.set_attributes(desk.build(), Modality="MR", SOPClassUID=MRImageStorage)
    series = desk.only(datasets)
    notice = desk.notice(series, "not-ct")
    assert "MR" in notice.message
    assert "CT" in notice.message
    assert not series.usable


def test_ct_under_an_unknown_sop_class(desk: Any) -> None:
    """A CT by its Modality under a SOP class that does not exist is a CT."""
    series = desk.only(traps.set_attributes(desk.build(), SOPClassUID="1.2.111.10008.2.1.4.1.1.2"))
    assert series.usable
    desk.same(read_volume(series), truth_of(desk.plan()))


def test_one_frame_under_the_enhanced_class(desk: Any) -> None:
    """A single slice that claims to be enhanced CT but has no functional groups does not crash and is not lost."""
    series = desk.only(traps.set_attributes(desk.build(), SOPClassUID=EnhancedCTImageStorage))
    assert series.slices == 5


@pytest.mark.parametrize("position", ["HFP", "FFP"])
def test_prone_by_the_tag(desk: Any, position: Any) -> None:
    """PatientPosition HFP or FFP is told as prone, with a hint that the tag may be wrong."""
    series = desk.only(desk.build(patient_position=position))
    notice = desk.notice(series, "prone")
    assert notice.severity == "warning"
    assert position in notice.message
    assert series.patient_position == position
    assert series.usable


PRONE = [
    "HRCT prone",
    "PRONE 1.25mm",
    "Thorax Bauchlage",
    "chest_prone_insp",
    "Thorax en procubitus",
    "supine/prone: Prone",
]
NOT_PRONE = ["HRCT", "Thorax Standard", "Pronet protocol", "Patient prefers", "supine"]


@pytest.mark.parametrize("keyword", ["SeriesDescription", "ProtocolName"])
@pytest.mark.parametrize(("text", "prone"), [(t, True) for t in PRONE] + [(t, False) for t in NOT_PRONE])
def test_prone_by_words(desk: Any, text: str, prone: bool, keyword: str) -> None:  # noqa: FBT001
    """Words of the descriptions tell prone where the tag says supine; words that merely look alike do not."""
    words: dict[str, Any] = {keyword: text}
    series = desk.only(traps.set_attributes(desk.build(), **words))
    assert ("prone" in desk.codes(series)) is prone
    assert series.patient_position == "HFS"


EXPIRATORY = [
    "HRCT expiratory", "EXPIRATION", "Thorax 1.0 B70f exp.", "Thorax Exspiration", "in Exspir", "HRCT_EXP",
    "chest-exp-1.25mm", "Expiratoire", "Expir 1mm", "ESPIRAZIONE", "Thx EXP",
]  # fmt: skip
NOT_EXPIRATORY = [
    "INSPIRATION", "Thorax inspiration", "EXPERT", "Chest EXPORT", "Experimental", "exposure control", "EXPLORATION",
    "Flexpac",
    "Inspir 1mm", "insp", "respiratory gated", "Express chest", "COPD INSPIRATION",
]  # fmt: skip


@pytest.mark.parametrize("keyword", ["SeriesDescription", "ProtocolName"])
@pytest.mark.parametrize(("text", "expiratory"), [(t, True) for t in EXPIRATORY] + [(t, False) for t in NOT_EXPIRATORY])
def test_expiratory_by_words(desk: Any, text: str, expiratory: bool, keyword: str) -> None:  # noqa: FBT001
    """Words of the descriptions tell an expiratory scan; INSPIRATION, EXPERT, EXPORT and the like do not."""
    others: dict[str, Any] = {"SeriesDescription": "", "ProtocolName": ""}
    series = desk.only(traps.set_attributes(desk.build(), **{**others, keyword: text}))
    assert ("expiratory" in desk.codes(series)) is expiratory
    assert series.usable


@pytest.mark.parametrize(
    ("description", "protocol", "study", "expiratory"),
    [
        ("Thorax inspiration", "Insp and Exp chest", "", False),
        ("HRCT insp", "HRCT insp/exp", "", False),
        ("Thorax expiration", "Inspiration", "", True),
        ("Thorax", "", "CT insp + exp", False),
        ("Thorax B70f", "", "", False),
    ],
)
def test_series_description_decides_on_the_breath_hold(
    desk: Any,
    description: str,
    protocol: str,
    study: str,
    expiratory: bool,  # noqa: FBT001
) -> None:
    """Where the series names its breath-hold, a protocol or study that names both does not overrule it."""
    series = desk.only(
        traps.set_attributes(desk.build(), SeriesDescription=description, ProtocolName=protocol, StudyDescription=study)
    )
    assert ("expiratory" in desk.codes(series)) is expiratory


def test_description_in_another_character_set(desk: Any) -> None:
    """A description is decoded in the character set of the file."""
    datasets = traps.set_attributes(
        desk.build(), SpecificCharacterSet="ISO_IR 192", SeriesDescription="Lunge Exspiration \u00e4\u6a4b"
    )
    series = desk.only(datasets)
    assert series.description == "Lunge Exspiration \u00e4\u6a4b"
    assert "expiratory" in desk.codes(series)


def test_localizer_of_a_whole_study(desk: Any) -> None:
    """A folder that holds a localizer only has a series that is listed and cannot be used."""
    scout = traps.add_localizer(desk.build(slices=1))[1:]
    scout[0].SeriesInstanceUID = generate_uid(entropy_srcs=["scout"])
    series = desk.only(scout)
    assert not series.usable
    desk.notice(series, "localizer")


def test_two_reconstructions_of_which_one_is_mpr(desk: Any) -> None:
    """Original and reformatted pictures under one UID are two stacks; the original one ranks first."""
    original = desk.build()
    desk.save([*original, *traps.derive(original, "MPR")])
    found = desk.find()
    assert [(s.slices, "reformatted" in desk.codes(s)) for s in found] == [(5, False), (5, True)]
    assert np.array_equal(read_volume(found[0]).hu, [hu_of(d) for d in original])
