"""Every series of the public scans, against tables made of an independent survey (plain pydicom, an own walker).

`expected/<folder>.json`: a row for every leaf folder and series UID, its parts as `find_series` must give them; `why`:
where the table was decided by reading the headers again. `expected/skipped.json`: the files that hold no picture.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kazerooni.dicom import Found, Series, find_series, read_volume
from kazerooni.errors import UnusableSeriesError

EXPECTED = Path(__file__).parent / "expected"
TOPS = sorted(path.stem for path in EXPECTED.glob("*.json") if path.stem not in {"skipped", "twins"})
SKIPPED: dict[str, list[str]] = json.loads((EXPECTED / "skipped.json").read_text())
ZIP = "panimg/tests/resources/dicom.zip"
ZIP_MEMBERS = 76

Row = dict[str, Any]


@cache
def found_in(folder: Path) -> Found:
    """Find the series of a folder, once."""
    return find_series(folder)


def rows_of(top: str) -> list[Row]:
    """Give the expected series of one top-level folder."""
    rows: list[Row] = json.loads((EXPECTED / f"{top}.json").read_text())["series"]
    return rows


def leaves() -> list[str]:
    """List the folders in which series lie."""
    return sorted({row["folder"] for top in TOPS for row in rows_of(top)})


def files_of(folder: Path) -> list[Path]:
    """List the files right in a folder; a zip stands for itself."""
    return [folder] if folder.is_file() else [path for path in sorted(folder.iterdir()) if path.is_file()]


def tilt_degrees(series: Series) -> float:
    """Give the angle between the step from the first to the last slice and the normal; 0 where there is no step."""
    if series.geometry is None:
        return 0.0
    step = series.geometry.origins_mm[-1] - series.geometry.origins_mm[0]
    if not np.linalg.norm(step):
        return 0.0
    return float(np.degrees(np.arccos(min(1.0, abs(step @ series.geometry.normal) / np.linalg.norm(step)))))


def differences(series: Series, part: Row) -> list[str]:
    """List in what a CT series differs from what is expected of it."""
    gap = series.slice_gap_mm
    got: Row = {
        "slices": series.slices,
        "rows": series.rows,
        "columns": series.columns,
        "pixel_spacing_mm": series.pixel_spacing_mm and list(series.pixel_spacing_mm),
        "slice_thickness_mm": series.slice_thickness_mm,
        "gap_mm": gap and [gap.min, gap.median, gap.max],
        "sampling": series.sampling,
        "acquisition": series.acquisition,
        "kernel": series.kernel,
        "patient_position": series.patient_position,
        "tilt_degrees": tilt_degrees(series) if part["tilt_degrees"] is not None else None,
        "syntaxes": list(series.transfer_syntaxes) if part["syntaxes"] is not None else None,
        "codes": sorted({notice.code for notice in series.notices}),
        "usable": series.usable,
    }
    close = {"gap_mm": 6e-4, "tilt_degrees": 0.06, "pixel_spacing_mm": 1e-9}
    return [
        f"{name}: {got[name]}, expected {wanted}"
        for name, wanted in part.items()
        if got[name] != (pytest.approx(wanted, abs=close[name]) if name in close and wanted is not None else wanted)
    ]


@pytest.mark.parametrize("folder", leaves())
def test_a_folder_holds_the_series_that_the_survey_found(folder: str, shared_data: Path) -> None:
    """The files of one folder give the series of the survey: their geometry, motion, notices and use."""
    top = folder.partition("/")[0]
    found = find_series(files_of(shared_data / folder))
    wrong: list[str] = []
    for row in (r for r in rows_of(top) if r["folder"] == folder):
        mine = [s for s in found if s.series_uid == row["series_uid"]]
        if row["modality"] != "CT":
            wrong += [f"{s.modality} is usable" for s in mine if s.usable]
            sizes = Counter((s.rows, s.columns) for s in mine), Counter((p["rows"], p["columns"]) for p in row["parts"])
            wrong += [] if set(sizes[0]) == set(sizes[1]) else [f"sizes {sizes[0]}, expected {sizes[1]}"]
            continue
        if len(mine) != len(row["parts"]):
            wrong.append(f"{row['series_uid']}: {len(mine)} parts, expected {len(row['parts'])}")
            continue
        for one, part in zip(sorted(mine, key=lambda s: s.part), row["parts"], strict=True):
            wrong += [f"{row['series_uid']}, part {one.part}: {text}" for text in differences(one, part)]
    unknown = {s.series_uid for s in found} - {r["series_uid"] for r in rows_of(top)}
    assert wrong + [f"{uid} is not expected" for uid in sorted(unknown)] == []


@pytest.mark.parametrize("top", TOPS)
def test_a_folder_of_folders_loses_no_series_and_no_file(top: str, shared_data: Path) -> None:
    """Scanned from above, a set gives every series UID of its folders; every other file is skipped with a reason."""
    found = found_in(shared_data / top)
    assert {s.series_uid for s in found} == {row["series_uid"] for row in rows_of(top)}
    wanted = {path.partition("/")[2] for path in SKIPPED[top]} - {ZIP.partition("/")[2]}
    assert {one.path for one in found.skipped} == wanted
    assert all(one.reason for one in found.skipped)


# What other folders of a set add to a series: patients with one id and another birth date or sex.
OF_NEIGHBOURS = {"patient-id-reused", "duplicate-uid"}


@pytest.mark.parametrize("top", TOPS)
def test_a_series_that_lies_in_one_folder_is_the_same_from_above(top: str, shared_data: Path) -> None:
    """Scanned from above, a CT series that shares its UID with no other folder is what it is in its own folder."""
    found = found_in(shared_data / top)
    uses = Counter(row["series_uid"] for row in rows_of(top))
    wrong = []
    for row in (r for r in rows_of(top) if r["modality"] == "CT" and uses[r["series_uid"]] == 1):
        mine = sorted((s for s in found if s.series_uid == row["series_uid"]), key=lambda s: s.part)
        assert len(mine) == len(row["parts"]), row["series_uid"]
        for one, part in zip(mine, row["parts"], strict=True):
            neighbours = {n.code for n in one.notices} & OF_NEIGHBOURS
            wrong += differences(one, part | {"codes": sorted({*part["codes"], *neighbours})})
    assert wrong == []


def test_folders_without_dicom_give_no_series(shared_data: Path) -> None:
    """A folder of MetaImage or NRRD files gives no series, and every file of it is skipped with a reason."""
    for top in ("elastix", "masks"):
        found = found_in(shared_data / top)
        assert len(found) == 0
        assert {f"{top}/{one.path}" for one in found.skipped} == set(SKIPPED[top])


def test_everything_at_once_accounts_for_every_file(shared_data: Path) -> None:
    """Scanned as a whole, every file of the public data and every member of the zip is a picture or skipped."""
    found = found_in(shared_data)
    on_disk = sum(path.is_file() for path in shared_data.rglob("*"))
    assert found.files == on_disk - 1 + ZIP_MEMBERS
    everything = {path for paths in SKIPPED.values() for path in paths} - {ZIP}
    assert {one.path for one in found.skipped} == everything
    assert {s.series_uid for s in found} == {row["series_uid"] for top in TOPS for row in rows_of(top)}


def test_everything_at_once_is_usable_only_where_a_part_of_it_is(shared_data: Path) -> None:
    """Scanned as a whole, no series becomes usable that is not so in a folder of its own."""
    usable_somewhere = {
        row["series_uid"]
        for top in TOPS
        for row in rows_of(top)
        if row["modality"] == "CT" and any(part["usable"] for part in row["parts"])
    }
    assert {s.series_uid for s in found_in(shared_data) if s.usable} <= usable_somewhere


def test_one_uid_in_three_sets_is_one_series_of_copies(shared_data: Path) -> None:
    """CT0012 lies in three sets: 12 files of two frames make three pictures at each of two positions."""
    (series,) = (s for s in found_in(shared_data) if s.series_uid.endswith("1166562673.14401"))
    assert (series.slices, series.usable) == (6, False)
    copies = [n for n in series.notices if n.code == "duplicate-position"]
    assert {n.severity for n in copies} == {"error", "warning"}


def test_4d_ct_keeps_its_nineteen_phases_apart(shared_data: Path) -> None:
    """The 19 phases of panimg stay 19 series of four slices, though a zip holds a copy of each file."""
    found = found_in(shared_data / "panimg")
    phases = [s for s in found if s.usable and (s.rows, s.columns) == (2, 3) and s.series_uid[-2:] != "00"]
    assert len(phases) == 18
    assert all(s.slices == 4 and "duplicate-position" in {n.code for n in s.notices} for s in phases)


# --- Every trap that data/README.md names -----------------------------------------------------------------------------

A0001, A0002 = "lung-pet-ct-dx/**/Lung_Dx-A0001", "lung-pet-ct-dx/**/Lung_Dx-A0002"
LIDC = "lidc-substacks/tests/assets/test_image_data/small"
TEST_FILES = "pydicom/src/pydicom/data/test_files"
# Trap -> place (a glob), codes that some series there must carry.
TRAPS: dict[str, tuple[str, set[str]]] = {
    "lungs cut at both ends, feet first, padding 63536": (f"{LIDC}/LIDC-IDRI-0001", {"partial-lung", "padding"}),
    "thick slices, Philips": (A0001, {"thick-slices"}),
    "thick slices, Siemens": (A0002, {"thick-slices"}),
    "-3024 padding": ("cip/Testing/Data/Input/simple_dicom", {"padding", "partial-lung"}),
    "nearly empty headers, no Modality": ("lungmask/tests/testdata", {"hu-unproven", "partial-lung"}),
    "tilt and two spacings in one series": ("dcm-qa-ct/In/GE", {"gantry-tilt", "irregular-gaps", "mixed-thickness"}),
    "missing slice": ("dicom2nifti/tests/data/failing/sliceincrement/001", {"missing-slice", "irregular-gaps"}),
    "missing slice with tilt": ("dicom2nifti/tests/data/failing/sliceincrement/002", {"missing-slice", "gantry-tilt"}),
    "tilt": ("dicom2nifti/tests/data/failing/gantrytilting", {"gantry-tilt"}),
    "four slices at one position": ("dicom2nifti/tests/data/failing/notavolume", {"mixed-acquisition"}),
    "two slices only": ("dicom2nifti/tests/data/failing/slicecount", {"not-ct"}),
    "mixed planes": ("dicom2nifti/tests/data/failing/sliceorientation", {"mixed-orientation", "not-ct"}),
    "one slice in 15 syntaxes": ("cornerstone-transfer-syntaxes/testImages", {"duplicate-position", "lossy"}),
    "without pixel spacing": ("cornerstone-transfer-syntaxes/testImages/no-pixel-spacing.dcm", {"not-ct"}),
    "enhanced CT in 10 encapsulations": ("dicomparser/testImages/encapsulated/multi-frame", {"duplicate-position"}),
    "truncated pixels": (f"{TEST_FILES}/MR_truncated.dcm", {"truncated", "not-ct"}),
    "one slice of a DICOMDIR tree far off": (f"{TEST_FILES}/dicomdirtests/77654033/CT2", {"irregular-gaps"}),
    "scouts": (f"{TEST_FILES}/dicomdirtests/98892001/CT2N", {"localizer", "mixed-orientation"}),
    "enhanced CT": ("pydicom-data/data_store/data/eCT_Supplemental.dcm", {"hu-unproven", "projection"}),
    "slices and the same as one 7-frame file": ("panimg/tests/resources/dicom_enhanced", {"secondary-capture"}),
    "overlapping slices": ("dcmqi/data/segmentations/ct-3slice", {"padding"}),
    "legacy-converted enhanced CT": ("dcmqi/data/segmentations/23x38x3/multiframe", {"hu-unproven"}),
    "segmentations": ("highdicom/data/test_files", {"not-ct"}),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_every_trap_of_the_readme_is_told(trap: str, shared_data: Path) -> None:
    """Each trap that the README of the public data names is a notice of some series at its place."""
    place, codes = TRAPS[trap]
    found = find_series(sorted(shared_data.glob(place)))
    told = {notice.code for series in found for notice in series.notices}
    assert codes <= told


# Trap -> skipped file, a word of the reason.
REFUSALS = {
    "Git LFS pointer": ("lidc-substacks/git-lfs-pointers-as-dcm", "LFS"),
    "without pixel data": ("cornerstone-transfer-syntaxes/testImages/no-pixel-data.dcm", "no PixelData"),
    "without file meta, one stray byte": (f"{TEST_FILES}/no_meta.dcm", "not DICOM"),
    "DICOMDIR": (f"{TEST_FILES}/dicomdirtests/DICOMDIR", "DICOMDIR"),
    "DICOMDIR in big-endian": (f"{TEST_FILES}/dicomdirtests/DICOMDIR-bigEnd", "DICOMDIR"),
    "DICOMDIR, reordered": (f"{TEST_FILES}/dicomdirtests/DICOMDIR-reordered", "DICOMDIR"),
    "DICOMDIR without patients": (f"{TEST_FILES}/dicomdirtests/DICOMDIR-nopatient", "DICOMDIR"),
    "structured report": ("dcmqi/data/sr-example", "no PixelData"),
    "broken .mhd": ("panimg/tests/resources/invalid_utf8.mhd", "not DICOM"),
    ".mhd that points at a system file": ("panimg/tests/resources/referring_to_system_file.mhd", "not DICOM"),
    "float pixels only": ("pydicom-data/data_store/data/parametric_map_float.dcm", "no PixelData"),
}


@pytest.mark.parametrize("trap", REFUSALS)
def test_every_file_that_is_no_picture_is_refused_with_its_reason(trap: str, shared_data: Path) -> None:
    """Each file without a picture is listed with a reason that says what it is."""
    place, word = REFUSALS[trap]
    reasons = [one.reason for one in find_series(shared_data / place).skipped]
    assert reasons
    assert any(word in reason for reason in reasons)


def the_series(folder: Path) -> Series:
    """Give the one usable series below a folder."""
    (series,) = (s for s in find_series(folder) if s.usable)
    return series


def test_thick_contiguous_chests_are_not_sampled_and_sharp(shared_data: Path) -> None:
    """The two chests of 5 and 8 mm are contiguous spiral scans with sharp kernels, in the words of two makers."""
    for name, kernel in (("A0001", "L"), ("A0002", "B70f")):
        (folder,) = shared_data.glob(f"lung-pet-ct-dx/**/Lung_Dx-{name}")
        series = the_series(folder)
        assert (series.sampling, series.acquisition, series.kernel) == ("contiguous", "spiral", kernel)
        assert series.kernel_class == "sharp"


def test_a_padding_value_of_the_wrong_sign_is_read_right(shared_data: Path) -> None:
    """PixelPaddingValue 63536 in signed data is -2000, whatever VR it was written with."""
    series = the_series(shared_data / LIDC / "LIDC-IDRI-0001")
    assert series.frames[0].attributes.padding == (-2000, -2000)


# Folder -> share of padding in the survey, HU of the padding.
PADDED = {
    f"{LIDC}/LIDC-IDRI-0001": (0.213, -2048),
    f"{LIDC}/LIDC-IDRI-0003": (None, -2048),
    f"{LIDC}/LIDC-IDRI-0002": (None, -3024),
    "cip/Testing/Data/Input/simple_dicom": (None, -3024),
    "lungmask/tests/testdata": (0.215, -2048),
    "dcm-qa-ct/In/GE": (0.237, -1500),
}


@pytest.mark.parametrize("folder", PADDED)
def test_padding_is_found_with_and_without_a_tag(folder: str, shared_data: Path) -> None:
    """Padding is masked and told, also where the tag names a value that no pixel has, or where there is no tag."""
    volume = read_volume(the_series(shared_data / folder))
    share, value = PADDED[folder]
    assert "padding" in {notice.code for notice in volume.notices}
    assert volume.padding.any()
    assert set(np.unique(volume.hu[volume.padding])) == {value}
    corner = volume.hu[:, 0, 0] == value
    assert volume.padding[:, 0, 0].tolist() == corner.tolist()
    if share is not None:
        assert volume.padding.mean() == pytest.approx(share, abs=0.002)


def test_a_chest_without_padding_gets_none(shared_data: Path) -> None:
    """The chests whose darkest value is -1024 have no padding, and none is made up."""
    for name in ("A0001", "A0002"):
        (folder,) = shared_data.glob(f"lung-pet-ct-dx/**/Lung_Dx-{name}")
        volume = read_volume(the_series(folder))
        assert int(volume.hu.min()) == -1024
        assert not volume.padding_mask(0).any()
        assert "padding" not in {notice.code for notice in volume.notices}


def test_slopes_that_differ_per_slice_are_kept(shared_data: Path) -> None:
    """Slices of intercept 0 and 0.01 keep their own value: float32 where int16 would change one."""
    volume = read_volume(shared_data / "panimg/tests/resources/dicom_intercept")
    assert volume.hu.dtype == np.float32
    assert sorted({float(v) for v in volume.hu.reshape(2, -1).max(axis=1)}) == pytest.approx([0.0, 0.01])
    assert (
        read_volume(shared_data / "panimg/tests/resources/dicom_slope").hu.dtype == np.int16
    )  # every stored value is 0


def test_inspiration_is_not_taken_for_expiration(shared_data: Path) -> None:
    """A description that says INSPIRATION gives no `expiratory` notice; none of the public scans does."""
    assert [s.description for s in found_in(shared_data) if "expiratory" in {n.code for n in s.notices}] == []


def test_a_refused_series_says_why_when_it_is_read(shared_data: Path) -> None:
    """Reading a series that carries an error raises with the reason."""
    series = next(s for s in found_in(shared_data / "dicomparser") if s.modality == "CT" and not s.usable)
    with pytest.raises(UnusableSeriesError, match="projection"):
        read_volume(series)
