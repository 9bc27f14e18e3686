"""Spoilt, lying, vanishing and shuffled files through the public names of `kazerooni.dicom`."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from kazerooni import phantom
from kazerooni.dicom import Series, find_series, read_volume, see_scan
from kazerooni.errors import ChoiceError, KazerooniError, NoSeriesError, PixelError, UnusableSeriesError
from kazerooni.phantom import damage, traps

KEY = b"tests"
RLE, JPEG_LOSSLESS, JPEG_LS, JPEG_2000 = (
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
)
EXTREMES = (b"\0\0\0\0", b"\1\0\0\0", b"\xff\xff\0\0", b"\xff\xff\xff\x7f", b"\xfe\xff\xff\xff", b"\xff\xff\xff\xff")
SLOWEST_SECONDS = 20.0
MUTATIONS = 700


def plan(**changes: Any) -> phantom.SeriesPlan:
    """Plan a small series."""
    return phantom.spiral_ct(**{"slices": 4, "rows": 12, "columns": 16, "noise_hu": 10.0, **changes})


def write(datasets: Sequence[Dataset], folder: Path, **how: Any) -> Path:
    """Write a series and give its folder."""
    phantom.write_series(datasets, folder, **how)
    return folder


def found_and_read(path: Path) -> list[str]:
    """Find and read everything at a path; give what came of each series: `read`, `unusable`, or the error's name."""
    outcomes = []
    for series in find_series(path, key=KEY):
        if not series.usable:
            assert any(notice.severity == "error" for notice in series.notices)
            outcomes.append("unusable")
            continue
        try:
            volume = read_volume(series)
        except KazerooniError as error:
            outcomes.append(type(error).__name__)
            with pytest.raises(type(error)):
                see_scan(series)
        else:
            seen = see_scan(series)
            assert (seen.digest, seen.notices) == (volume.digest, volume.notices)
            assert volume.hu.shape == (series.slices, series.rows, series.columns)
            assert volume.padding.shape == volume.hu.shape
            assert len(volume.digest) == 64
            outcomes.append("read")
    return outcomes


# --- Mutations --------------------------------------------------------------------------------------------------------


def spoil(data: bytes, random: Random) -> bytes:
    """Change a file somewhere: in its header, in its pixels, or its length."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5))):
        if not changed:
            break
        end = len(changed) if random.random() < 0.4 else min(len(changed), 2000)
        place = random.randrange(min(128, end - 1), end)
        match random.randrange(6):
            case 0:
                changed[place] ^= 1 << random.randrange(8)
            case 1:
                changed[place] = random.randrange(256)
            case 2:
                del changed[place : place + random.choice((1, 2, 4, 100))]
            case 3:
                changed[place:place] = random.randbytes(random.choice((1, 2, 4, 100)))
            case 4:
                changed[place : place + 4] = random.choice(EXTREMES)
            case 5:
                del changed[place:]
    return bytes(changed)


def bases() -> list[list[bytes]]:
    """Give the files of small series in every lossless syntax, classic and enhanced."""
    classic = phantom.build_series(plan(slices=3))
    enhanced = phantom.to_enhanced(classic)
    made = [[phantom.to_bytes(d, syntax=syntax) for d in classic] for syntax in phantom.LOSSLESS_SYNTAXES]
    made += [[phantom.to_bytes(enhanced, syntax=syntax)] for syntax in phantom.LOSSLESS_SYNTAXES]
    made.append([phantom.to_bytes(enhanced, syntax=RLE, fragments=2), phantom.to_bytes(enhanced, syntax=JPEG_LS)])
    return made


def test_spoilt_series_raise_nothing_of_their_own(tmp_path: Path) -> None:
    """Hundreds of series with mutated files, headers and pixels: only KazerooniError leaves, and none takes long."""
    random, known, outcomes = Random(3), bases(), set[str]()  # noqa: S311 - no secret
    for number in range(MUTATIONS):
        files = list(random.choice(known))
        for place in random.sample(range(len(files)), random.randint(1, len(files))):
            files[place] = spoil(files[place], random)
        folder = tmp_path / str(number)
        folder.mkdir()
        for place, data in enumerate(files):
            (folder / f"{place}.dcm").write_bytes(data)
        start = time.monotonic()
        outcomes.update(found_and_read(folder))
        assert time.monotonic() - start < SLOWEST_SECONDS, number
        shutil.rmtree(folder)
    assert {"read", "unusable", "PixelError"} <= outcomes


@given(data=st.binary(max_size=300), name=st.sampled_from(["a.dcm", "DICOMDIR", "a.zip", "README"]))
@settings(max_examples=100)
def test_any_file_at_all_is_skipped_with_a_reason(
    data: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file of arbitrary bytes gives no series and is listed with a reason, whatever its name."""
    folder = tmp_path_factory.mktemp("any")
    (folder / name).write_bytes(data)
    found = find_series(folder, key=KEY)
    assert len(found) == 0
    assert [one.path.partition("/")[0] for one in found.skipped] == [name]
    assert all(one.reason for one in found.skipped)


def test_spoilt_zips_raise_nothing_of_their_own(tmp_path: Path) -> None:
    """Zips with mutated bytes, in the directory or within the members, are read as far as they can be, or skipped."""
    random = Random(4)  # noqa: S311 - no secret
    whole = phantom.write_zip(phantom.build_series(plan()), tmp_path / "whole.zip").read_bytes()
    for number in range(150):
        changed = bytearray(whole)
        for _ in range(random.choice((1, 2, 8))):
            place = random.randrange(len(changed)) if random.random() < 0.5 else random.randrange(-300, 0)
            changed[place] = random.randrange(256)
        path = tmp_path / f"{number}.zip"
        path.write_bytes(changed)
        found_and_read(path)


def test_spoilt_dicomdirs_raise_nothing_of_their_own(tmp_path: Path) -> None:
    """A DICOMDIR with mutated bytes or odd file names never keeps the files beside it from being found and read."""
    random, folder = Random(7), tmp_path / "disc"  # noqa: S311 - no secret
    path = phantom.write_dicomdir(phantom.build_series(plan()), folder)
    whole = path.read_bytes()
    name = whole.find(b"\x04\x00\x00\x15CS") + 8
    changes = [
        whole[:name] + odd + whole[name + len(odd) :] for odd in (b"\0", b"..", b"/", b"\\", b"C:", b"\xff", b"~")
    ]
    for number in range(100):
        path.write_bytes(changes[number] if number < len(changes) else spoil(whole, random))
        assert found_and_read(folder) == ["read"]


def test_zip_entries_with_odd_names_are_skipped_or_read(tmp_path: Path) -> None:
    """Members of a zip with no name, an absolute one, one that climbs out or one of odd letters hinder nothing."""
    (slice_,) = phantom.build_series(plan(slices=1))
    path = tmp_path / "scan.zip"
    for name in ("good", "", "/etc/passwd", "../../up", "a\\b", "caf\u00e9", "\n"):
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = name
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("usual", phantom.to_bytes(slice_))
            archive.writestr(entry, b"no picture")
        found = find_series(path, key=KEY)
        assert [series.slices for series in found] == [1]
        assert len(found.skipped) <= 1
        assert sorted(tmp_path.parent.glob("up")) == []


NUMBERS = (
    *(b"1e308", b"-1e308", b"1e-320", b"0", b"-1", b"3.5e38", b"1e38", b"99999999999999999999", b"0.1", b"", b"nan"),
    *(b"1e308\\1e308", b"1e-310\\1e-310", b"0\\0\\1e308", b"0\\0\\-1.7e308", b"0\\1\\0\\0\\0\\-1", b"9" * 400),
)
DECIMALS = (
    *("SliceThickness", "PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient", "RescaleSlope"),
    *("RescaleIntercept", "KVP", "GantryDetectorTilt", "SpacingBetweenSlices", "InstanceNumber", "AcquisitionNumber"),
)


@pytest.mark.parametrize("keyword", DECIMALS)
def test_extreme_numbers_raise_nothing_of_their_own(keyword: str, tmp_path: Path) -> None:
    """A number that is huge, tiny, zero, negative or none, in one slice or all, is told or read; none overflows."""
    datasets = phantom.build_series(plan(rows=4, columns=4))
    for number, value in enumerate(NUMBERS):
        for slices in ([1], None):
            folder = tmp_path / f"{number}{slices is None}"
            found_and_read(write(traps.write_raw(datasets, {keyword: value}, slices=slices), folder))
            for series in find_series(folder, key=KEY):
                if series.usable and keyword.startswith("Rescale"):
                    with contextlib.suppress(PixelError):
                        assert np.isfinite(read_volume(series).hu).all()


def test_many_pictures_of_one_position_do_not_hang_the_search(tmp_path: Path) -> None:
    """A thousand different pictures that claim one position, as of a perfusion scan without times, are found soon."""
    (slice_,) = phantom.build_series(plan(slices=1))
    data, random = phantom.to_bytes(slice_), np.random.default_rng(6)
    size = len(slice_.PixelData)
    for number in range(1500):
        pixels = random.integers(0, 4096, size // 2, np.uint16).tobytes()
        (tmp_path / f"{number}.dcm").write_bytes(data[:-size] + pixels)
    start = time.monotonic()
    (series,) = find_series(tmp_path, key=KEY)
    assert time.monotonic() - start < SLOWEST_SECONDS
    assert (series.slices, series.usable) == (1500, False)


# --- Lies about size --------------------------------------------------------------------------------------------------

LIMIT_BYTES = 1 << 30
LIMITED = f"""
import json, resource, sys, warnings
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
warnings.simplefilter("error")
from kazerooni.dicom import find_series, read_volume
from kazerooni.errors import KazerooniError
import imagecodecs, numpy, platformdirs, pydicom
resource.setrlimit(resource.RLIMIT_AS, ({LIMIT_BYTES}, {LIMIT_BYTES}))
outcomes = {{}}
for folder in sorted(Path(sys.argv[1]).iterdir()):
    try:
        series = find_series(folder, key=b"tests")
        outcomes[folder.name] = "usable" if any(s.usable for s in series) else "refused"
        for one in series:
            if one.usable:
                read_volume(one)
                outcomes[folder.name] = "read"
    except KazerooniError as error:
        outcomes[folder.name] = type(error).__name__
    except BaseException as error:
        outcomes[folder.name] = "!" + repr(error)[:200]
print(json.dumps(outcomes))
"""


def lies() -> dict[str, list[bytes]]:
    """Give series whose headers promise far more than their files hold."""
    slices = phantom.build_series(plan(slices=3))
    enhanced = phantom.to_enhanced(slices)
    native = [phantom.to_bytes(d) for d in slices]
    packed = {s: [phantom.to_bytes(d, syntax=s) for d in slices] for s in (RLE, JPEG_LOSSLESS, JPEG_LS, JPEG_2000)}
    giant = {"Rows": 65535, "Columns": 65535}
    large = {"Rows": 8192, "Columns": 8192}
    made = {
        "giant dimensions": [damage.lie(data, **giant) for data in native],
        "large dimensions": [damage.lie(data, **large) for data in native],
        "large 32 bit": [damage.lie(data, **large, BitsAllocated=32, BitsStored=32, HighBit=31) for data in native],
        "no dimensions": [damage.lie(data, Rows=0, Columns=0) for data in native],
        "pixel length": [damage.lie_about_pixel_length(data, 0xFFFFFFF0) for data in native],
        "many frames": [damage.lie(phantom.to_bytes(enhanced), NumberOfFrames=2**31 - 1)],
        "many classic frames": [damage.lie(data, NumberOfFrames=90_000) for data in native],
        "many compressed frames": [damage.lie(data, NumberOfFrames=90_000) for data in packed[RLE]],
        "no frames": [damage.lie(phantom.to_bytes(enhanced), NumberOfFrames=0)],
        "negative frames": [damage.lie(phantom.to_bytes(enhanced), NumberOfFrames=-3)],
        "element length": [damage.lie_about_length(data, "ImageType", 0xFFFF) for data in native],
    }
    for syntax, files in packed.items():
        made[f"large dimensions in {syntax}"] = [damage.lie(data, **large) for data in files]
    return made


@pytest.mark.skipif(os.name != "posix", reason="the limit on memory is one of POSIX")
def test_lies_about_size_fill_no_memory(tmp_path: Path) -> None:
    """Headers that promise gigabytes are refused, or their reading fails by name, in a gigabyte and in a minute."""
    wanted = lies()
    for name, files in wanted.items():
        folder = tmp_path / name
        folder.mkdir()
        for number, data in enumerate(files):
            (folder / f"{number}.dcm").write_bytes(data)
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    outcomes = json.loads(ended.stdout)
    assert {name: text for name, text in outcomes.items() if text not in {"refused", "PixelError"}} == {
        name: "read" for name in ("no frames", "negative frames") if outcomes[name] == "read"
    }
    assert set(outcomes) == set(wanted)


def test_a_volume_takes_little_more_memory_than_its_voxels(tmp_path: Path) -> None:
    """Reading a series takes its voxels and a few slices beside them, also where files are compressed."""
    datasets = phantom.build_series(plan(slices=24, rows=128, columns=128))
    for syntax in (phantom.NATIVE_SYNTAXES[1], RLE):
        series = find_series(write(datasets, tmp_path / syntax, syntax=syntax), key=KEY)[0]
        tracemalloc.start()
        volume = read_volume(series)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1.15 * volume.hu.nbytes + 16 * volume.hu[0].nbytes + 1_000_000


def test_finding_keeps_no_pixels(tmp_path: Path) -> None:
    """Finding a series takes memory for headers, not for pixels."""
    write(phantom.build_series(plan(slices=24, rows=256, columns=256)), tmp_path)
    find_series(tmp_path, key=KEY)
    tracemalloc.start()
    found = find_series(tmp_path, key=KEY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[0].slices == 24
    assert peak < 600_000


# --- Files that change between finding and reading --------------------------------------------------------------------


def longer_header(path: Path, tmp_path: Path) -> None:
    """Replace a file by one with the same pixels and a longer header."""
    (longer,) = traps.set_attributes(phantom.build_series(plan())[:1], StudyDescription="x" * 64)
    path.write_bytes(phantom.to_bytes(longer))


def folder_instead(path: Path, _: Path) -> None:
    """Replace a file by a folder."""
    path.unlink()
    path.mkdir()


CHANGES: dict[str, Callable[[Path, Path], object]] = {
    "deleted": lambda path, _: path.unlink(),
    "emptied": lambda path, _: path.write_bytes(b""),
    "cut amid its pixels": lambda path, _: damage.alter_file(path, lambda data: data[: len(data) - 60]),
    "cut amid its header": lambda path, _: damage.alter_file(path, lambda data: data[:600]),
    "a folder now": folder_instead,
    "replaced by a text": lambda path, _: path.write_bytes(b"no picture"),
    "replaced by a longer file": longer_header,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("syntax", [phantom.NATIVE_SYNTAXES[1], phantom.NATIVE_SYNTAXES[3], RLE])
def test_a_file_that_changed_since_it_was_found_is_told(change: str, syntax: str, tmp_path: Path) -> None:
    """A file that was cut, replaced or taken away after it was found gives PixelError, never wrong pixels."""
    folder = write(phantom.build_series(plan()), tmp_path / "scan", syntax=syntax)
    series = find_series(folder, key=KEY)[0]
    CHANGES[change](sorted(folder.iterdir())[1], tmp_path)
    with pytest.raises(PixelError, match="slice"):
        read_volume(series)


def test_a_path_that_is_not_there_is_told_without_its_folders(tmp_path: Path) -> None:
    """A path that does not exist raises NoSeriesError, which names it without the folders above."""
    with pytest.raises(NoSeriesError, match="missing") as caught:
        find_series(tmp_path / "missing")
    assert str(tmp_path) not in str(caught.value)


def test_an_empty_folder_has_nothing_to_read(tmp_path: Path) -> None:
    """A folder without a picture is found empty, and reading it raises NoSeriesError."""
    assert len(find_series(tmp_path)) == 0
    with pytest.raises(NoSeriesError):
        read_volume(tmp_path)


def test_two_studies_want_a_choice(tmp_path: Path) -> None:
    """A folder of two studies is not read by guess."""
    write(phantom.build_series(plan()), tmp_path / "a")
    write(phantom.build_series(plan(patient_id="PHANTOM-2")), tmp_path / "b")
    with pytest.raises(ChoiceError, match="2 studies"):
        read_volume(tmp_path)


def test_an_unusable_series_says_why(tmp_path: Path) -> None:
    """A series that cannot be used raises with its reasons when it is read."""
    write(traps.remove_attributes(phantom.build_series(plan()), "ImagePositionPatient"), tmp_path)
    with pytest.raises(UnusableSeriesError, match="ImagePositionPatient"):
        read_volume(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="other systems make links for administrators only")
def test_a_file_that_cannot_be_opened_is_skipped(tmp_path: Path) -> None:
    """A link to nothing and a ring of folders keep no series from being found; the link is listed with a reason."""
    folder = write(phantom.build_series(plan()), tmp_path / "scan")
    (folder / "gone.dcm").symlink_to(tmp_path / "nowhere")
    (folder / "ring").symlink_to(folder, target_is_directory=True)
    found = find_series(folder, key=KEY)
    assert [series.slices for series in found] == [4]
    assert [(one.path, one.reason.partition(":")[0]) for one in found.skipped] == [("gone.dcm", "cannot be read")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A named pipe among the files is skipped, not waited for."""
    folder = write(phantom.build_series(plan()), tmp_path / "scan")
    os.mkfifo(folder / "pipe")
    found = find_series(folder, key=KEY)
    assert [series.slices for series in found] == [4]
    assert [one.path for one in found.skipped] == ["pipe"]


# --- Progress and cancelling ------------------------------------------------------------------------------------------


def test_progress_of_finding_counts_every_file(tmp_path: Path) -> None:
    """Finding tells how many files it looked at, ascending, and at last their total."""
    write(phantom.build_series(plan(slices=150, rows=2, columns=2)), tmp_path)
    calls: list[tuple[int, int | None]] = []
    find_series(tmp_path, progress=lambda done, total: calls.append((done, total)), key=KEY)
    assert [done for done, _ in calls] == sorted({done for done, _ in calls})
    assert len(calls) > 2
    assert calls[-1] == (150, 150)
    assert all(total in {None, 150} for _, total in calls)


def test_progress_of_reading_counts_every_slice(tmp_path: Path) -> None:
    """Reading tells now and then how many slices are done and their total, ascending, and at last that all are."""
    write(phantom.build_series(plan(slices=200, rows=2, columns=2)), tmp_path)
    calls: list[tuple[int, int | None]] = []
    read_volume(tmp_path, progress=lambda done, total: calls.append((done, total)))
    assert calls == sorted(set(calls))
    assert {total for _, total in calls} == {200}
    assert calls[-1] == (200, 200)
    assert len(calls) >= 5


class CancelledError(Exception):
    """A person pressed cancel."""


@contextlib.contextmanager
def no_threads_left() -> Iterator[None]:
    """Assert that no thread of a reading outlives it."""
    before = threading.active_count()
    yield
    assert threading.active_count() == before


@pytest.mark.parametrize("raised", [CancelledError, KeyboardInterrupt, KazerooniError])
def test_what_progress_raises_ends_the_search(raised: type[BaseException], tmp_path: Path) -> None:
    """Whatever the callback raises leaves `find_series` as it is, at once."""
    write(phantom.build_series(plan(slices=150, rows=2, columns=2)), tmp_path)
    seen = []

    def cancel(done: int, _: int | None) -> None:
        seen.append(done)
        raise raised

    with no_threads_left(), pytest.raises(raised):
        find_series(tmp_path, progress=cancel, key=KEY)
    assert len(seen) == 1
    assert seen[0] < 150


@pytest.mark.parametrize("raised", [CancelledError, KeyboardInterrupt, KazerooniError])
def test_what_progress_raises_ends_the_reading(raised: type[BaseException], tmp_path: Path) -> None:
    """Whatever the callback raises leaves `read_volume` as it is, with no thread behind it; reading again works."""
    series = find_series(write(phantom.build_series(plan(slices=200, rows=2, columns=2)), tmp_path), key=KEY)[0]
    seen = []

    def cancel(done: int, _: int | None) -> None:
        seen.append(done)
        if len(seen) == 2:
            raise raised

    with no_threads_left(), pytest.raises(raised):
        read_volume(series, progress=cancel)
    assert len(seen) == 2
    assert seen[1] < 200
    assert read_volume(series).hu.shape == (200, 2, 2)


# --- The same result whatever the names and the order -----------------------------------------------------------------


def mixed_studies(datasets: list[Dataset]) -> list[Dataset]:
    """Add the series of another patient."""
    return datasets + phantom.build_series(plan(patient_id="PHANTOM-2", kernel="B30f"))


# What may be odd in a series whose files come in any order.
ODDITIES: dict[str, Callable[[list[Dataset]], list[Dataset]]] = {
    "nothing": lambda datasets: datasets,
    "a missing slice": lambda datasets: traps.drop_slices(datasets, [2]),
    "copies": lambda datasets: traps.double_slices(datasets, [0, 2]),
    "copies told by nothing, other pixels": lambda datasets: traps.double_slices(datasets, [1, 3], change=40),
    "two phases": traps.add_phase,
    "two phases told by nothing": lambda datasets: traps.add_phase(datasets, tell="nothing"),
    "two kernels": traps.add_kernel,
    "a localizer": traps.add_localizer,
    "a capture": traps.add_capture,
    "one instance number": traps.repeat_instance_number,
    "one instance UID": traps.repeat_instance_uids,
    "no UIDs": traps.empty_uids,
    "no instance numbers": lambda datasets: traps.remove_attributes(datasets, "InstanceNumber"),
    "another size": lambda datasets: traps.resize_slice(datasets, 1),
    "a turned slice": lambda datasets: traps.turn_slice(datasets, 3),
    "slopes": traps.vary_slopes,
    "no positions": lambda datasets: traps.remove_attributes(datasets, "ImagePositionPatient"),
    "another patient with the same id": lambda datasets: (
        datasets + traps.reuse_patient_id(mixed_studies([]), "PHANTOM-1")
    ),
    "two patients": mixed_studies,
}


def value_of(series: Series) -> dict[str, Any]:
    """Give everything that a series tells, as values that can be compared."""
    told = {f.name: getattr(series, f.name) for f in dataclasses.fields(series) if f.name not in {"geometry", "frames"}}
    told["origins"] = None if series.geometry is None else series.geometry.origins_mm.tolist()
    told["scan"] = series.scan
    return told


def everything_told(folder: Path) -> list[dict[str, Any]]:
    """Give what is told of all series in a folder, with the digests of those that can be read."""
    told = []
    for series in find_series(folder, key=KEY):
        told.append(value_of(series))
        if series.usable:
            volume = read_volume(series)
            told[-1] |= {"digest": volume.digest, "all notices": volume.notices}
    return told


@pytest.mark.parametrize("oddity", ODDITIES)
def test_order_and_names_of_files_change_nothing(oddity: str, tmp_path: Path) -> None:
    """Files in another order and under other names give the same series, parts, notices, ranks and digests."""
    files = [phantom.to_bytes(d) for d in ODDITIES[oddity](phantom.build_series(plan(slices=5)))]
    random, told = Random(5), []  # noqa: S311 - no secret
    for number in range(5):
        folder = tmp_path / str(number)
        folder.mkdir()
        names = random.sample(["a", "B.dcm", *(f"IM{n}" for n in range(30))], len(files))
        for name, data in zip(names, files, strict=True):
            (folder / name).write_bytes(data)
        told.append(everything_told(folder))
    assert told[0]
    assert [i for i, other in enumerate(told) if other != told[0]] == []


@given(order=st.permutations(range(6)), depths=st.lists(st.sampled_from(["", "x/", "y/z/"]), min_size=6, max_size=6))
@settings(max_examples=40)
def test_any_order_and_nesting_gives_the_same_volume(
    order: list[int], depths: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Slices in any order, in any folders, give the same volume."""
    the_plan = plan(slices=6, rows=4, columns=4)
    datasets = phantom.build_series(the_plan)
    folder = tmp_path_factory.mktemp("order")
    names = [f"{depth}{place}" for depth, place in zip(depths, order, strict=True)]
    volume = read_volume(write(datasets, folder, names=names))
    np.testing.assert_array_equal(volume.hu, phantom.truth_of(the_plan).hu)
    assert volume.scan.sop_uids == tuple(d.SOPInstanceUID for d in datasets)


@pytest.mark.parametrize("syntax", [s for s in phantom.LOSSLESS_SYNTAXES if s != phantom.NATIVE_SYNTAXES[1]])
def test_the_digest_does_not_depend_on_the_encoding(syntax: str, tmp_path: Path) -> None:
    """The digest is that of values and UIDs: the same from every lossless transfer syntax, from a zip and a tree."""
    datasets = phantom.build_series(plan())
    usual = read_volume(write(datasets, tmp_path / "usual"))
    assert read_volume(write(datasets, tmp_path / "other", syntax=syntax)).digest == usual.digest
    assert read_volume(phantom.write_zip(datasets, tmp_path / "zip" / "scan.zip")).digest == usual.digest


@pytest.mark.parametrize("slope", [1.0, 0.5, 0.3, 70_000.0])
def test_what_a_scan_says_is_the_same_without_its_volume(slope: float, tmp_path: Path) -> None:
    """Digest, notices, place and technique are those of the volume, of whole values and of others."""
    (series,) = find_series(write(phantom.build_series(plan(slope=slope)), tmp_path))
    volume, seen = read_volume(series), see_scan(series)
    for name in ("digest", "notices", "scan", "technique", "geometry"):
        assert getattr(seen, name) == getattr(volume, name)


def test_a_scan_is_seen_in_the_memory_of_some_slices(tmp_path: Path) -> None:
    """Of a scan that is only looked at, a tenth of the volume is held at most."""
    (series,) = find_series(write(phantom.build_series(plan(slices=120, rows=128, columns=128)), tmp_path))
    tracemalloc.start()
    see_scan(series)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120 * 128 * 128 * 2 / 10 + 200_000  # and what is told of each slice


def test_threads_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One processor or many give the same volume."""
    folder = write(phantom.build_series(plan(slices=30)), tmp_path)
    digests = set()
    for processors in (1, 2, 64, None):
        monkeypatch.setattr(os, "cpu_count", lambda count=processors: count)
        digests.add(read_volume(folder).digest)
    assert len(digests) == 1


# --- Nothing of the header in logs or warnings ------------------------------------------------------------------------


def test_no_log_record_holds_what_a_header_says(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Broken values of a header appear in no log record and no warning, at whatever level."""
    secret = b"DOE^JANE-19510203-SECRET" * 6
    datasets = traps.write_raw(
        phantom.build_series(plan()),
        {"PatientID": secret, "StudyInstanceUID": secret, "SpecificCharacterSet": secret[:16], "Manufacturer": secret},
    )
    folder = write(traps.bury_pixels(datasets), tmp_path)
    damage.alter_file(folder / "IM0001.dcm", lambda data: damage.spoil_vr(data, "Manufacturer"))
    damage.alter_file(folder / "IM0002.dcm", lambda data: damage.lie_about_length(data, "ImageType", 7))
    (folder / "SOP").write_bytes((folder / "IM0003.dcm").read_bytes().replace(b"5.1.4.1.1.2\0", b"SECRET^DOE\0\0"))
    with warnings.catch_warnings(record=True) as caught, caplog.at_level(logging.DEBUG):
        warnings.simplefilter("always")
        caplog.clear()  # of what writing the files had to say
        found_and_read(folder)
    assert [str(w.message) for w in caught] == []
    assert [record.getMessage() for record in caplog.records if record.name.startswith("pydicom")] == []
