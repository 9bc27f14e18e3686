"""Every row of dicom.md as `kazerooni inspect --json` prints it for files that have the trap."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom import uid
from typer.testing import CliRunner

from kazerooni.cli.app import app
from kazerooni.phantom import (
    CORONAL,
    build_series,
    damage,
    redirect_dicomdir,
    sequential_hrct,
    split_concatenation,
    to_enhanced,
    to_legacy_converted,
    traps,
    uneven_positions_mm,
    write_dicomdir,
    write_zip,
)

SERIES_KEYS = {
    "acquisition", "columns", "coverage_mm", "description", "evidence", "kernel", "kernel_class", "manufacturer",
    "modality", "notices", "patient", "patient_position", "pixel_spacing_mm", "rank", "reasons", "rows", "sampling",
    "series_uid", "slice_gap_mm", "slice_thickness_mm", "slices", "study_date", "study_uid", "transfer_syntaxes",
    "usable",
}  # fmt: skip

# row -> (how the files are laid out, what the first series is to say)
Row = tuple[Any, dict[str, Any]]


def saved(trap: Any = list, *, syntax: str = uid.ExplicitVRLittleEndian, **plan: Any) -> Any:
    """Lay out a trapped series as files."""
    return lambda desk: desk.save(trap(desk.build(**plan)), syntax=syntax)


def spoilt(change: Any, *, names: tuple[str, ...] = ("IM0003.dcm",), syntax: str = uid.ExplicitVRLittleEndian) -> Any:
    """Lay out a series some files of which are damaged."""

    def lay_out(desk: Any) -> None:
        folder = desk.save(desk.build(), syntax=syntax)
        for name in names:
            damage.alter_file(folder / name, change)

    return lay_out


def also(content: bytes, name: str = "IM9999.dcm") -> Any:
    """Lay out a series with another file beside it."""
    return lambda desk: (desk.save(desk.build()) / name).write_bytes(content)


def zipped(desk: Any) -> None:
    """Lay out a zip of nested folders with a zip and a text inside."""
    path = write_zip(desk.build(), desk.folder / "scan.zip", names=[f"a/b {i}/x" for i in range(5)])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("inner.zip", b"PK")
        archive.writestr("README", b"hello")


def disc(desk: Any) -> None:
    """Lay out a disc whose DICOMDIR names a file that is gone and one that lies outside."""
    dicomdir = write_dicomdir(desk.build(slices=8), desk.folder / "disc")
    redirect_dicomdir(dicomdir, "..\\..\\SECRET")
    max(p for p in (desk.folder / "disc").rglob("*") if p.is_file() and p != dicomdir).unlink()


def two_patients_one_id(desk: Any) -> None:
    """Lay out two people's scans under one patient id."""
    first = desk.build()
    desk.save(first, into="1")
    desk.save(traps.reuse_patient_id(desk.build(slices=4, patient_id="X"), first[0].PatientID), into="2")


def copied(desk: Any) -> None:
    """Lay out a folder with a copy of itself inside."""
    folder = desk.save(desk.build())
    shutil.copytree(folder, folder / "copy")


def sequential(**changes: Any) -> Any:
    """Lay out a sequential HRCT."""
    return lambda desk: desk.save(
        build_series(sequential_hrct(rows=16, columns=16, pixel_spacing_mm=(22.0, 22.0), **changes))
    )


ALL_FILES = tuple(f"IM000{i}.dcm" for i in range(1, 6))
SIGNED: dict[str, Any] = {"signed": True, "bits_stored": 16, "intercept": 0.0}
ROWS: dict[str, Row] = {
    "order": (
        saved(lambda d: traps.shuffle_files(traps.shuffle_instance_numbers(traps.run_slice_location_against_z(d)))),
        {"sampling": "contiguous", "codes": set()},
    ),
    "spacing claimed": (
        saved(lambda d: traps.claim_spacing(d, 7.0)),
        {"slice_gap_mm": {"min": 1.25, "median": 1.25, "max": 1.25}, "codes": set()},
    ),
    "overlapping": (
        saved(slice_thickness_mm=5.0),
        {"sampling": "overlapping", "slice_thickness_mm": 5.0, "codes": {"thick-slices"}},
    ),
    "missing slice": (
        saved(lambda d: traps.drop_slices(d, [4]), slices=10),
        {"sampling": "irregular", "slices": 9, "codes": {"missing-slice", "irregular-gaps"}},
    ),
    "irregular gaps": (
        saved(slices=9, positions_mm=uneven_positions_mm(9, 10.0), slice_thickness_mm=1.0),
        {"sampling": "irregular", "codes": {"irregular-gaps"}},
    ),
    "rounded positions": (
        saved(traps.round_positions, slices=30, gap_mm=0.625, slice_thickness_mm=0.625, rows=8, columns=8),
        {"sampling": "contiguous", "codes": set()},
    ),
    "sequential": (sequential(), {"acquisition": "sequential", "sampling": "sampled", "codes": set()}),
    "sequential without words": (
        sequential(motion="unstated"),
        {"acquisition": "sequential", "sampling": "sampled", "codes": set()},
    ),
    "spiral": (saved(manufacturer="GE"), {"acquisition": "spiral", "sampling": "contiguous", "codes": set()}),
    "movement contradicted": (
        saved(lambda d: traps.set_attributes(d, AcquisitionType="SPIRAL", ScanOptions="AXIAL"), motion="unstated"),
        {"acquisition": "unknown", "codes": {"acquisition-conflict"}},
    ),
    "tilt": (saved(lambda d: traps.claim_tilt(d, -20.0), gantry_tilt_degrees=20.0), {"codes": {"gantry-tilt"}}),
    "two kernels": (saved(traps.add_kernel), {"slices": 5, "parts": 2, "codes": {"mixed-acquisition"}, "series": 2}),
    "two phases": (saved(traps.add_phase), {"slices": 5, "parts": 2, "codes": {"mixed-acquisition"}, "series": 2}),
    "doubled slice": (saved(lambda d: traps.double_slices(d, [2])), {"slices": 5, "codes": {"duplicate-position"}}),
    "two pictures of one place": (
        saved(lambda d: traps.double_slices(d, [2], change=9)),
        {"usable": False, "codes": {"duplicate-position"}},
    ),
    "copy of the folder": (copied, {"slices": 5, "codes": {"duplicate-position"}}),
    "odd slice": (saved(lambda d: traps.turn_slice(d, 0)), {"slices": 4, "codes": {"mixed-orientation"}, "series": 2}),
    "odd size": (saved(lambda d: traps.resize_slice(d, 0)), {"slices": 4, "codes": {"mixed-size"}, "series": 2}),
    "localizer": (saved(traps.add_localizer), {"slices": 5, "usable": True, "codes": {"localizer"}, "series": 2}),
    "capture": (saved(traps.add_capture), {"slices": 5, "codes": {"secondary-capture"}, "series": 2}),
    "MIP": (saved(lambda d: traps.derive(d, "MIP")), {"usable": False, "codes": {"projection"}}),
    "MPR": (saved(lambda d: traps.derive(d, "MPR")), {"usable": True, "codes": {"reformatted"}}),
    "dose report": (saved(traps.add_document), {"slices": 5, "codes": set(), "skipped": "PixelData"}),
    "coronal": (saved(orientation=CORONAL), {"usable": False, "codes": {"not-axial"}}),
    "prone": (saved(patient_position="FFP"), {"patient_position": "FFP", "codes": {"prone"}}),
    "prone by words": (saved(traps.say_prone), {"patient_position": "HFS", "codes": {"prone"}}),
    "expiratory": (saved(traps.say_expiratory), {"codes": {"expiratory"}}),
    "negative cosines": (
        saved(orientation=(-1.0, 0.0, 0.0, 0.0, 1.0, 0.0)),
        {"sampling": "contiguous", "codes": set()},
    ),
    "unequal pixel spacing": (saved(pixel_spacing_mm=(3.0, 2.0)), {"pixel_spacing_mm": [3.0, 2.0], "codes": set()}),
    "slopes per slice": (saved(traps.vary_slopes, bits_stored=16), {"slices": 5, "codes": set()}),
    "enhanced": (saved(lambda d: [to_enhanced(d)]), {"slices": 5, "files": 1, "codes": set()}),
    "legacy converted": (saved(lambda d: [to_legacy_converted(d)]), {"slices": 5, "files": 1, "codes": set()}),
    "concatenation": (
        saved(lambda d: split_concatenation(to_enhanced(d), 2)),
        {"slices": 5, "files": 3, "codes": set()},
    ),
    "no rescale": (saved(traps.drop_rescale), {"usable": True, "codes": {"hu-unproven"}}),
    "1-1024": (saved(traps.squeeze_to_1024_levels), {"usable": True, "codes": {"hu-unproven"}}),
    "no modality": (
        saved(lambda d: traps.remove_attributes(d, "Modality")),
        {"usable": True, "codes": {"hu-unproven"}},
    ),
    "padding": (saved(lambda d: traps.pad_outside_circle(d, -2000, tag=63536), **SIGNED), {"codes": {"padding"}}),
    "patient id reused": (two_patients_one_id, {"codes": {"patient-id-reused"}, "series": 2}),
    "one UID for all": (saved(traps.repeat_instance_uids), {"slices": 5, "codes": {"duplicate-uid"}}),
    "no UIDs": (saved(traps.empty_uids), {"slices": 5, "codes": {"missing-uid"}}),
    "unknown syntax": (
        spoilt(lambda data: damage.claim_syntax(data, "1.2.840.10008.1.2.4.100"), names=ALL_FILES),
        {"usable": False, "codes": {"undecodable"}, "transfer_syntaxes": ["1.2.840.10008.1.2.4.100"]},
    ),
    "lossy": (saved(syntax=uid.JPEG2000), {"usable": True, "codes": {"lossy"}}),
    "junk bits": (saved(lambda d: traps.raise_high_bit(traps.add_junk_bits(d))), {"usable": True, "codes": set()}),
    "no preamble": (spoilt(damage.drop_preamble), {"slices": 5, "codes": set()}),
    "no file meta": (spoilt(damage.drop_file_meta), {"slices": 5, "codes": set()}),
    "LFS pointer": (also(damage.lfs_pointer(b"")), {"slices": 5, "codes": set(), "skipped": "Git LFS"}),
    "README": (also(b"These are slices.", "README.md"), {"slices": 5, "codes": set(), "skipped": "not DICOM"}),
    "empty file": (also(b""), {"slices": 5, "codes": set(), "skipped": "empty"}),
    "zip": (zipped, {"slices": 5, "codes": set(), "skipped": "zip"}),
    "DICOMDIR": (disc, {"slices": 7, "codes": set(), "skipped": "missing"}),
    "DICOMDIR that escapes": (disc, {"slices": 7, "codes": set(), "skipped": "outside"}),
    "truncated pixels": (spoilt(damage.truncate_pixels), {"usable": False, "codes": {"truncated"}}),
    "truncated fragments": (
        spoilt(damage.drop_last_fragment, syntax=uid.JPEGLSLossless),
        {"usable": False, "codes": {"truncated"}},
    ),
    "truncated header": (spoilt(damage.truncate_header), {"slices": 4, "skipped": "truncated"}),
    "giant": (
        spoilt(lambda data: damage.lie(data, Rows=65535, Columns=65535), names=ALL_FILES),
        {"usable": False, "codes": {"size-mismatch"}, "rows": 65535},
    ),
    "length that lies": (
        spoilt(lambda data: damage.lie_about_pixel_length(data, 5000)),
        {"usable": False, "codes": {"size-mismatch"}},
    ),
    "no position": (
        saved(lambda d: traps.remove_attributes(d, "ImagePositionPatient")),
        {"usable": False, "codes": {"missing-position"}, "slice_gap_mm": None},
    ),
    "no orientation": (
        saved(lambda d: traps.remove_attributes(d, "ImageOrientationPatient")),
        {"usable": False, "codes": {"missing-orientation"}},
    ),
    "no pixel spacing": (
        saved(lambda d: traps.remove_attributes(d, "PixelSpacing")),
        {"usable": False, "pixel_spacing_mm": None, "codes": {"missing-pixel-spacing"}},
    ),
    "no thickness": (
        saved(lambda d: traps.remove_attributes(d, "SliceThickness")),
        {"sampling": "unknown", "slice_thickness_mm": None, "codes": {"missing-thickness"}},
    ),
    "invalid values": (saved(traps.spoil_values), {"usable": True, "codes": {"invalid-value"}}),
    "unknown character set": (saved(traps.claim_charset), {"usable": True, "codes": {"invalid-value"}}),
    "invalid UID": (saved(traps.spoil_uids), {"usable": True, "codes": {"invalid-value"}}),
    "invalid VR": (spoilt(damage.spoil_vr), {"slices": 5, "usable": True}),
    "other modality": (saved(lambda d: traps.set_attributes(d, Modality="MR")), {"usable": False, "codes": {"not-ct"}}),
    **{
        f"syntax {uid.UID(syntax).name}": (saved(syntax=syntax), {"transfer_syntaxes": [syntax], "codes": set()})
        for syntax in (
            uid.ImplicitVRLittleEndian,
            uid.ExplicitVRBigEndian,
            uid.DeflatedExplicitVRLittleEndian,
            uid.RLELossless,
            uid.JPEGLossless,
            uid.JPEGLosslessSV1,
            uid.JPEGLSLossless,
            uid.JPEG2000Lossless,
            uid.HTJ2KLossless,
        )
    },
}


@pytest.mark.parametrize(("lay_out", "wanted"), ROWS.values(), ids=ROWS.keys())
def test_inspect_shows_every_row(desk: Any, lay_out: Any, wanted: dict[str, Any], no_secret: Any) -> None:
    """`inspect --json` prints one document of the promised shape that shows the trap and names no patient."""
    lay_out(desk)
    result = CliRunner().invoke(app, ["inspect", str(desk.folder), "--json"])
    assert result.exit_code == 0, result.output
    no_secret(result.stdout)
    no_secret(result.stderr)
    document = json.loads(result.stdout)
    assert document["schema_version"] == 1
    assert all(series.keys() >= SERIES_KEYS for series in document["series"])
    assert len(document["series"]) == wanted.get("series", 1)
    first = document["series"][0]
    expected = {key: value for key, value in wanted.items() if key not in ("codes", "series", "skipped")}
    assert {key: first[key] for key in expected} == expected
    found = {notice["code"] for notice in first["notices"]} - {"partial-lung"}
    assert found == wanted.get("codes", found)
    assert first["usable"] == all(notice["severity"] != "error" for notice in first["notices"])
    for notice in first["notices"]:
        assert notice.keys() == {"code", "severity", "message", "sop_uids"}
        assert notice["severity"] in ("error", "warning", "info")
        assert len(notice["message"]) > 20
    if "skipped" in wanted:
        assert any(wanted["skipped"] in skipped["reason"] for skipped in document["skipped"])
    else:
        assert document["skipped"] == []


@pytest.mark.parametrize(("lay_out", "wanted"), ROWS.values(), ids=ROWS.keys())
def test_inspect_for_people(desk: Any, lay_out: Any, wanted: dict[str, Any], no_secret: Any) -> None:
    """The table for people holds every notice, says what was skipped, and names no patient."""
    lay_out(desk)
    document = json.loads(CliRunner().invoke(app, ["inspect", str(desk.folder), "--json"]).stdout)
    result = CliRunner().invoke(app, ["inspect", str(desk.folder), "--verbose"])
    assert result.exit_code == 0, result.output
    no_secret(result.output)
    shown = "".join(result.stdout.split())
    for series in document["series"]:
        assert (series["series_uid"] or "(noUID)") in shown
        for notice in series["notices"]:
            assert "".join(notice["message"].split()) in shown
    for skipped in document["skipped"]:
        assert "".join(skipped["reason"].split()) in shown


def test_inspect_finds_nothing(desk: Any) -> None:
    """Where no series is found the document is empty, the status 3, and a path that is not there is named."""
    result = CliRunner().invoke(app, ["inspect", str(desk.folder), "--json"])
    assert result.exit_code == 3
    assert json.loads(result.stdout)["series"] == []
    result = CliRunner().invoke(app, ["inspect", str(desk.folder / "nowhere")])
    assert result.exit_code in (2, 3)
    assert "nowhere" in "".join(result.output.split())


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode on Windows")
def test_inspect_with_names_that_are_no_text(desk: Any) -> None:
    """File names that are no valid text, or hold control codes, break neither JSON nor table."""
    folder = desk.save(desk.build())
    Path(os.fsdecode(os.fsencode(folder) + b"/\xfe\xff")).write_text("no picture")
    (folder / "a\x1b[31m\nb").write_text("no picture")
    result = CliRunner().invoke(app, ["inspect", str(desk.folder), "--json"])
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)["skipped"]) == 2
    result = CliRunner().invoke(app, ["inspect", str(desk.folder), "--verbose"])
    assert result.exit_code == 0
    assert "\x1b" not in result.output


def test_inspect_of_several_paths_and_studies(desk: Any) -> None:
    """Several paths are one answer, ranked study by study."""
    first = desk.save(desk.build(), into="a")
    second = desk.save(desk.build(study_date=date(2005, 3, 4)), into="b")
    result = CliRunner().invoke(app, ["inspect", str(first), str(second), "--json"])
    document = json.loads(result.stdout)
    assert [(s["study_date"], s["rank"]) for s in document["series"]] == [("2003-05-14", 1), ("2005-03-04", 1)]
    assert document["files"] == 10
