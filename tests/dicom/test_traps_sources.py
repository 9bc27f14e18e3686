"""Sources: folders, files, DICOMDIR and zip, any nesting and any names; nothing blocks, escapes or is lost."""

from __future__ import annotations

import gc
import io
import os
import shutil
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEGLSLossless

from kazerooni.dicom import find_series, read_volume
from kazerooni.errors import KazerooniError, NoSeriesError, PixelError
from kazerooni.phantom import redirect_dicomdir, to_bytes, traps, truth_of, write_dicomdir, write_zip

NAMES = {
    "no extension": [f"{i}" for i in range(5)],
    "blanks": [f"IM 0001 {i} 2.dcm" for i in range(5)],
    "unicode": [f"Schnitt \u00e4\u6a4b\U0001fac1 {i}.dcm" for i in range(5)],
    "IMA": [f"A.CT.{i}.IMA" for i in range(5)],
    "text": [f"{i}.txt" for i in range(5)],
    "hidden": [f".{i}" for i in range(5)],
    "one folder each": [f"s{i}/1.dcm" for i in range(5)],
    "deep": ["/".join("abcdefghij" * 3) + f"/{i}" for i in range(5)],
    "folders with blanks and dots": [f"a b/c.d/{i} (1).dcm" for i in range(5)],
    "called DICOMDIR": ["DICOMDIR", "x/DICOMDIR", "1", "2", "3"],
    "control characters": [f"a\nb\t{i}\x1b[31m" for i in range(5)],
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES.keys())
def test_any_names_and_nesting(desk: Any, names: list[str]) -> None:
    """Neither names nor folders of files matter."""
    series = desk.only(desk.build(), names=names)
    assert desk.codes(series) == set()
    desk.same(read_volume(series), truth_of(desk.plan()))


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode on Windows")
def test_names_that_are_no_text(desk: Any) -> None:
    """File names that are no valid UTF-8 are opened, and told without a crash when skipped."""
    folder = desk.save(desk.build())
    for path in folder.iterdir():
        path.rename(os.fsdecode(os.fsencode(folder) + b"/\xff\xe4" + os.fsencode(path.name)))
    Path(os.fsdecode(os.fsencode(folder) + b"/\xfe")).write_text("no picture")
    found = desk.find()
    assert [s.slices for s in found] == [5]
    assert len(found.skipped) == 1
    desk.same(read_volume(found[0]), truth_of(desk.plan()))


def test_one_file(desk: Any) -> None:
    """A single file can be given, as a path or as text."""
    folder = desk.save(desk.build())
    for given in (folder / "IM0003.dcm", str(folder / "IM0003.dcm")):
        found = find_series(given)
        assert [s.slices for s in found] == [1]
        assert found.files == 1
        assert np.array_equal(read_volume(given).hu, truth_of(desk.plan()).hu[2:3])


def test_some_files(desk: Any) -> None:
    """Files given one by one make one series."""
    folder = desk.save(desk.build())
    found = desk.find(*sorted(folder.iterdir()))
    assert [s.slices for s in found] == [5]
    desk.same(read_volume(found[0]), truth_of(desk.plan()))


def test_series_spread_over_paths(desk: Any) -> None:
    """A series spread over several given folders is one."""
    datasets = desk.build()
    found = desk.find(desk.save(datasets[:2], into="disc1"), desk.save(datasets[2:], into="disc2"))
    assert [s.slices for s in found] == [5]
    desk.same(read_volume(found[0]), truth_of(desk.plan()))


def test_path_that_does_not_exist(desk: Any) -> None:
    """A path that is not there is an error of ours that names it, also among good paths."""
    folder = desk.save(desk.build())
    for paths in ([desk.folder / "nowhere"], [folder, desk.folder / "nowhere"]):
        with pytest.raises(NoSeriesError, match="nowhere"):
            find_series(paths)


def test_nothing_to_find(desk: Any) -> None:
    """An empty folder, one with empty folders and no paths at all hold no series; reading one says so."""
    (desk.folder / "a" / "b").mkdir(parents=True)
    found = desk.find()
    assert (len(found), found.skipped, found.files) == (0, (), 0)
    with pytest.raises(NoSeriesError):
        read_volume(desk.folder)
    assert len(find_series([])) == 0


def test_progress_is_told_and_can_stop(desk: Any) -> None:
    """Progress ends at the number of files; what it raises ends the search."""
    desk.save(desk.build())
    told: list[tuple[int, int | None]] = []
    find_series(desk.folder, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (5, 5)

    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_series(desk.folder, progress=stop)
    with pytest.raises(KeyboardInterrupt):
        read_volume(find_series(desk.folder)[0], progress=stop)


# --- What is no regular file --------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe_in_the_folder_blocks_nothing(desk: Any) -> None:
    """A named pipe is skipped with the reason and never opened, in a folder and given by itself."""
    folder = desk.save(desk.build())
    os.mkfifo(folder / "pipe.dcm")
    found = desk.find()
    assert [s.slices for s in found] == [5]
    (skipped,) = found.skipped
    assert skipped.path == "scan/pipe.dcm"
    assert len(find_series(folder / "pipe.dcm").skipped) == 1


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links(desk: Any) -> None:
    """Links are followed once: loops end, doubled folders are not read twice, dangling links are told."""
    folder = desk.save(desk.build())
    (folder / "loop").symlink_to(desk.folder, target_is_directory=True)
    (folder / "self").symlink_to(folder, target_is_directory=True)
    (desk.folder / "again").symlink_to(folder, target_is_directory=True)
    (folder / "dangling.dcm").symlink_to(folder / "gone")
    (folder / "ring").symlink_to(folder / "ring")
    found = desk.find()
    assert [s.slices for s in found] == [5]
    assert {Path(s.path).name for s in found.skipped} == {"dangling.dcm", "ring"}
    assert "duplicate-position" not in desk.codes(found[0])


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_link_to_a_slice(desk: Any) -> None:
    """A second name of a slice does not make a second slice."""
    folder = desk.save(desk.build())
    (folder / "other name").symlink_to(folder / "IM0002.dcm")
    (folder / "hard").hardlink_to(folder / "IM0003.dcm")
    series = desk.only()
    assert series.slices == 5
    assert series.usable


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no such device here")  # noqa: PTH110
def test_device_behind_a_link(desk: Any) -> None:
    """A link to an endless device is not read."""
    folder = desk.save(desk.build())
    (folder / "zero.dcm").symlink_to("/dev/zero")
    found = desk.find()
    assert [s.slices for s in found] == [5]
    assert len(found.skipped) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_file_and_folder_that_may_not_be_read(desk: Any) -> None:
    """A file and a folder without permission are skipped with the reason; the rest is found."""
    folder = desk.save(desk.build())
    (folder / "secret.dcm").write_bytes(b"x" * 200)
    (folder / "secret.dcm").chmod(0)
    (folder / "closed").mkdir()
    (folder / "closed").chmod(0)
    try:
        found = desk.find()
    finally:
        (folder / "closed").chmod(0o700)
    assert [s.slices for s in found] == [5]
    assert len(found.skipped) == 2


def test_file_that_vanishes_before_it_is_read(desk: Any) -> None:
    """A slice that was found and is gone, or shorter, when it is read ends in an error of ours that names it."""
    folder = desk.save(desk.build())
    series = desk.only()
    data = (folder / "IM0003.dcm").read_bytes()
    (folder / "IM0003.dcm").write_bytes(data[:-100])
    with pytest.raises(PixelError, match=f"slice {series.frames[2].instance}"):
        read_volume(series)
    (folder / "IM0003.dcm").unlink()
    with pytest.raises(PixelError, match=f"slice {series.frames[2].instance}"):
        read_volume(series)


# --- DICOMDIR -----------------------------------------------------------------------------------------------------


def test_folder_with_a_dicomdir(desk: Any) -> None:
    """A folder with a DICOMDIR is read once, file by file."""
    write_dicomdir(desk.build(), desk.folder / "disc")
    series = desk.only()
    assert desk.codes(series) == set()
    desk.same(read_volume(series), truth_of(desk.plan()))


def test_dicomdir_as_the_path(desk: Any) -> None:
    """A DICOMDIR given as the path is the index of the files that it names."""
    dicomdir = write_dicomdir(desk.build(), desk.folder / "disc")
    found = desk.find(dicomdir)
    assert [s.slices for s in found] == [5]
    desk.same(read_volume(dicomdir), truth_of(desk.plan()))


def test_dicomdir_as_the_path_names_only_its_own(desk: Any) -> None:
    """Given a DICOMDIR, files beside it that it does not name are no part of the answer, or are told."""
    dicomdir = write_dicomdir(desk.build(), desk.folder / "disc")
    desk.save(desk.build(slices=3, noise_hu=3.0), into="elsewhere")
    assert [s.slices for s in desk.find(dicomdir)] == [5]


@pytest.mark.parametrize("given", ["folder", "DICOMDIR"])
def test_dicomdir_that_names_missing_files(desk: Any, given: str) -> None:
    """Files that a DICOMDIR names and that are not there are told by path; the others are read."""
    dicomdir = write_dicomdir(desk.build(slices=12), desk.folder / "disc")
    files = sorted(p for p in (desk.folder / "disc").rglob("*") if p.is_file() and p != dicomdir)
    files[4].unlink()
    found = desk.find(dicomdir if given == "DICOMDIR" else desk.folder)
    assert [s.slices for s in found] == [11]
    told = [s for s in found.skipped if "missing" in s.reason]
    assert len(told) == 1
    assert told[0].path.endswith(files[4].relative_to(desk.folder / "disc").as_posix())


ESCAPES = ["..\\SECRET", "..\\..\\SECRET", "/etc/passwd", "C:\\SECRET", ".", "..", "A\\..\\..\\SECRET", "\\\\h\\s\\X"]


@pytest.mark.parametrize("target", ESCAPES)
@pytest.mark.parametrize("given", ["folder", "DICOMDIR"])
def test_dicomdir_that_points_outside(desk: Any, target: str, given: str) -> None:
    """A path that leaves the folder of the DICOMDIR is told and not opened."""
    root = desk.folder / "x" / "disc"
    dicomdir = write_dicomdir(desk.build(), root)
    redirect_dicomdir(dicomdir, target)
    for place in (desk.folder / "SECRET", desk.folder / "x" / "SECRET"):
        place.write_bytes(to_bytes(desk.build(slices=1, seed=9, noise_hu=5.0)[0]))
    found = find_series(dicomdir if given == "DICOMDIR" else root)
    assert {s.slices for s in found} <= {4, 5}
    assert len(found) == 1
    assert any("outside" in s.reason or "missing" in s.reason for s in found.skipped)
    assert not any("/etc/passwd" in s.path for s in found.skipped)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_dicomdir_that_leaves_by_a_link(desk: Any) -> None:
    """A DICOMDIR does not lead out of its folder over a link either."""
    root = desk.folder / "disc"
    dicomdir = write_dicomdir(desk.build(), root)
    outside = desk.folder / "outside"
    inner = next(p for p in root.iterdir() if p.is_dir())
    shutil.move(inner, outside)
    inner.symlink_to(outside, target_is_directory=True)
    found = find_series(dicomdir)
    assert len(found) == 0
    assert any("outside" in s.reason for s in found.skipped)


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_broken_dicomdir(desk: Any, keep: float) -> None:
    """A DICOMDIR that is cut off does not keep the folder from being read."""
    dicomdir = write_dicomdir(desk.build(), desk.folder / "disc")
    data = dicomdir.read_bytes()
    dicomdir.write_bytes(data[: int(len(data) * keep)])
    found = desk.find()
    assert [s.slices for s in found] == [5]
    find_series(dicomdir)


# --- Zip ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        [f"{i}.dcm" for i in range(5)],
        [f"Patient/Study 1/Series \u00e4/{i}" for i in range(5)],
        [f"../../{i}.dcm" for i in range(5)],
        [f"/abs/{i}.dcm" for i in range(5)],
        [f"C:\\x\\{i}.dcm" for i in range(5)],
        [f"{i}/DICOMDIR" for i in range(5)],
    ],
    ids=["flat", "nested", "climbing", "absolute", "backslashes", "DICOMDIRs"],
)
def test_zip_is_read_in_place(desk: Any, names: list[str]) -> None:
    """A zip is read without unpacking anything to disk, whatever its members are called."""
    path = write_zip(desk.build(), desk.folder / "scan.zip", names=names)
    before = sorted(desk.folder.parent.rglob("*"))
    desk.same(read_volume(path), truth_of(desk.plan()))
    series = desk.only()
    assert series.slices == 5
    assert sorted(desk.folder.parent.rglob("*")) == before


@pytest.mark.parametrize("syntax", [DeflatedExplicitVRLittleEndian, JPEGLSLossless])
def test_zip_of_compressed_slices(desk: Any, syntax: str) -> None:
    """Slices in a zip may be compressed themselves."""
    desk.same(read_volume(write_zip(desk.build(), desk.folder / "s.zip", syntax=syntax)), truth_of(desk.plan()))


def test_zip_beside_files(desk: Any) -> None:
    """A series half in a zip and half in files is one; extensions of a zip count in any case."""
    datasets = desk.build()
    desk.save(datasets[:2])
    write_zip(datasets[2:], desk.folder / "more.ZIP")
    series = desk.only()
    assert series.slices == 5
    desk.same(read_volume(series), truth_of(desk.plan()))


def test_zip_with_other_things_inside(desk: Any) -> None:
    """What is no picture inside a zip is told one by one: a text, an empty file, a zip in the zip."""
    path = write_zip(desk.build(), desk.folder / "s.zip")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x.dcm", to_bytes(desk.build()[0]))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("README.txt", "hello")
        archive.writestr("empty", b"")
        archive.writestr("folder/", b"")
        archive.writestr("inner.zip", inner.getvalue())
    found = desk.find()
    assert [s.slices for s in found] == [5]
    assert {s.path: s.reason for s in found.skipped}.keys() == {"s.zip/README.txt", "s.zip/empty", "s.zip/inner.zip"}
    assert "zip" in next(s.reason for s in found.skipped if s.path.endswith("inner.zip"))


def _with_flag(path: Path, name: str, flag: int) -> None:
    """Set a flag bit of one member, in both of its headers."""
    data = bytearray(path.read_bytes())
    for signature, flags, place, length in ((b"PK\3\4", 6, 30, 26), (b"PK\1\2", 8, 46, 28)):
        start = data.find(signature)
        while start >= 0:
            size = struct.unpack_from("<H", data, start + length)[0]
            if data[start + place : start + place + size] == name.encode():
                data[start + flags] |= flag
            start = data.find(signature, start + 4)
    path.write_bytes(data)


def test_encrypted_member(desk: Any) -> None:
    """An encrypted member is skipped and told as that; the others are read."""
    path = write_zip(desk.build(), desk.folder / "s.zip")
    _with_flag(path, "IM0001.dcm", 1)
    found = desk.find()
    assert [s.slices for s in found] == [4]
    assert "encrypted" in found.skipped[0].reason


BROKEN_ZIPS: dict[str, Any] = {
    "not a zip": lambda _: b"hello" * 100,
    "empty": lambda _: b"",
    "cut off": lambda data: data[: len(data) // 2],
    "only its end": lambda data: data[-22:],
    "garbage before": lambda data: b"MZ" + bytes(5000) + data,
    "one wrong bit in a member": lambda data: data[:700] + bytes([data[700] ^ 0xFF]) + data[701:],
    "zeros in a member": lambda data: data[:200] + bytes(600) + data[800:],
    "zeros at the start": lambda data: bytes(60) + data[60:],
    "unknown compression": lambda data: data.replace(
        b"PK\1\2\x14\x03\x14\0\0\0\x08\0", b"PK\1\2\x14\x03\x14\0\0\0\x63\0"
    ),
    "lzma that is none": lambda data: data.replace(
        b"PK\1\2\x14\x03\x14\0\0\0\x08\0", b"PK\1\2\x14\x03\x14\0\0\0\x0e\0"
    ),
    "bzip2 that is none": lambda data: data.replace(
        b"PK\1\2\x14\x03\x14\0\0\0\x08\0", b"PK\1\2\x14\x03\x14\0\0\0\x0c\0"
    ),
}


@pytest.mark.parametrize("change", BROKEN_ZIPS.values(), ids=BROKEN_ZIPS.keys())
def test_broken_zip(desk: Any, change: Any) -> None:
    """A broken zip or member is told; nothing foreign is raised, and files beside it are found."""
    path = write_zip(desk.build(noise_hu=20.0), desk.folder / "s.zip")
    path.write_bytes(change(path.read_bytes()))
    desk.save(desk.build(slices=3))
    found = desk.find()
    assert 3 in [s.slices for s in found]
    complete = any(s.slices == 5 for s in found)
    assert complete or found.skipped
    for series in found:
        try:
            read_volume(series)
        except KazerooniError as error:
            assert str(error)  # noqa: PT017 - most of them can be read


def test_member_with_a_wrong_checksum(desk: Any) -> None:
    """A member whose pixels do not fit the checksum of the zip is not read as a good slice."""
    path = desk.folder / "s.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for index, dataset in enumerate(desk.build()):
            archive.writestr(f"{index}", to_bytes(dataset))
    data = bytearray(path.read_bytes())
    pixels = data.find(b"\xe0\x7f\x10\0OW")
    data[pixels + 200] ^= 0x55
    path.write_bytes(data)
    found = desk.find()
    try:
        volumes = [read_volume(s) for s in found]
    except KazerooniError:
        return
    assert not any(np.asarray(v.hu).shape[0] == 5 for v in volumes), "a damaged slice was taken for a good one"


def test_zip_bomb(desk: Any) -> None:
    """A member that unpacks to 100 MB of nothing, or a slice with 100 MB behind it, is looked at in little memory."""
    path = desk.folder / "bomb.zip"
    zeros = bytes(1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, start in (("zeros.dcm", b""), ("slice.dcm", to_bytes(desk.build(slices=1)[0]))):
            with archive.open(name, "w") as member:
                member.write(start)
                for _ in range(100):
                    member.write(zeros)
    with desk.little_memory():
        found = desk.find()
        for series in found:
            try:
                read_volume(series)
            except KazerooniError:
                continue
    assert [Path(s.path).name for s in found.skipped][:1] == ["zeros.dcm"]


@pytest.mark.parametrize("claimed", [0, 100, 3_000_000_000])
def test_zip_that_lies_about_a_size(desk: Any, claimed: int) -> None:
    """A zip that lies about the size of its members reserves no memory for the claim."""
    path = write_zip(desk.build(), desk.folder / "s.zip")
    data = bytearray(path.read_bytes())
    start = data.find(b"PK\1\2")
    while start >= 0:
        struct.pack_into("<L", data, start + 24, claimed)
        start = data.find(b"PK\1\2", start + 4)
    path.write_bytes(data)
    with desk.little_memory():
        found = desk.find()
        for series in found:
            try:
                read_volume(series)
            except KazerooniError:
                continue
    assert len(found.skipped) == 5 or sum(s.slices for s in found) == 5


def test_zip_member_larger_than_any_scan(desk: Any) -> None:
    """A member that claims to unpack to more than any scan is skipped with both numbers."""
    path = desk.folder / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("huge"), b"x")
        archive.filelist[0].file_size = 1 << 40
    found = desk.find()
    assert len(found) == 0
    (skipped,) = found.skipped
    assert str(1 << 40) in skipped.reason


def test_zip_of_nothing(desk: Any) -> None:
    """A zip without members holds nothing and breaks nothing."""
    with zipfile.ZipFile(desk.folder / "s.zip", "w"):
        pass
    assert len(desk.find()) == 0


def test_zip_stays_open_only_while_needed(desk: Any) -> None:
    """A zip can be removed once its series are forgotten: no file stays open, no warning of one."""
    path = write_zip(desk.build(), desk.folder / "s.zip")
    read_volume(desk.find()[0])
    path.unlink()
    if Path("/proc/self/fd").is_dir():
        gc.collect()
        open_files = {os.path.realpath(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")}  # noqa: PTH208
        assert not any(name.startswith(str(path)) for name in open_files)


def test_shuffled_over_three_kinds_of_place(desk: Any) -> None:
    """Slices spread over a zip, a disc with a DICOMDIR and files are one series."""
    datasets = traps.shuffle_files(desk.build(slices=9))
    write_zip(datasets[:3], desk.folder / "a.zip")
    write_dicomdir(datasets[3:6], desk.folder / "disc")
    desk.save(datasets[6:])
    series = desk.only()
    desk.same(read_volume(series), truth_of(desk.plan(slices=9)))


def test_headers_only(desk: Any) -> None:
    """Finding series reads headers, not pixels: 15 MB of slices are found in little memory."""
    desk.save(desk.build(slices=30, rows=512, columns=512, pixel_spacing_mm=(0.7, 0.7)))
    with desk.little_memory(3_000_000):
        found = desk.find()
    assert [s.slices for s in found] == [30]


def test_many_studies(desk: Any) -> None:
    """Memory grows by a few kilobytes for a series, and every study is kept apart."""
    (dataset,) = desk.build(slices=1)
    for number in range(300):
        dataset.PatientID, dataset.StudyInstanceUID = f"{number % 100}", f"1.2.{number}"
        dataset.SeriesInstanceUID, dataset.SOPInstanceUID = f"1.3.{number}", f"1.4.{number}"
        desk.save([dataset], into=f"{number % 7}", names=[f"{number}"])
    with desk.little_memory(6_000_000):
        found = desk.find()
    assert len(found) == 300
    assert {s.rank for s in found} == {1}
    assert len({s.patient for s in found}) == 100
