"""Pull: series come whole, over a bounded number of connections, and a broken pull goes on where it was."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydicom import dcmread, dcmwrite

from kazerooni.dicom import find_series as series_of_folder
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import OutputError, PacsError, PassingError
from kazerooni.pacs import Instance, Profile, Pulled, connected, find_series, list_pictures, path_of, pull
from kazerooni.pacs.whole import check_whole, is_whole
from tests.pacs.conftest import ROOT, VISIT, port_of, profile_to
from tests.pacs.orthanc import PASSWORD, Orthanc
from tests.pacs.proxy import Proxy, before

STUDY = series_of_folder([VISIT])[0].study_uid


def listed(profile: Profile, study: str = STUDY) -> list[tuple[Instance, ...]]:
    """List the CT pictures of a study."""
    with connected(profile) as server:
        found = find_series(server, study, tries=1)
        return [list_pictures(server, series, tries=1, only_ct=True) for series in found]


def same_as_the_visit(folder: Path) -> bool:
    """Tell whether a folder holds the ten slices and nothing else, each element of each as in the visit."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    ours = {item.SOPInstanceUID: item for item in map(dcmread, files)}
    return len(files) == 10 and ours == {item.SOPInstanceUID: item for item in map(dcmread, VISIT.glob("*.dcm"))}


def whole_files(folder: Path) -> list[Path]:
    """Give the slices in a folder; fails where one is not as in the visit, or something else lies there."""
    theirs = {item.SOPInstanceUID: item for item in map(dcmread, VISIT.glob("*.dcm"))}
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        item = dcmread(path)
        assert item == theirs[item.SOPInstanceUID]
        assert path.name == f"{item.SOPInstanceUID}.dcm"
    return files


def test_a_series_comes_whole(filled: Orthanc, way: str, tmp_path: Path) -> None:
    """Every element of every slice is as it was, in STUDY/SERIES/OBJECT.dcm; the loader finds the series fit."""
    profile = profile_to(port_of(filled, way), way)
    wanted = listed(profile)
    told: list[tuple[int, int | None]] = []
    pulled = pull(profile, wanted, tmp_path / "out", progress=lambda done, total: told.append((done, total)))
    assert pulled == Pulled(series=1, fetched=10, there=0, lost=())
    assert same_as_the_visit(tmp_path / "out")
    assert told[-1] == (10, 10)
    assert all(path_of(tmp_path / "out", one).is_file() for one in wanted[0])
    (series,) = series_of_folder([tmp_path / "out"])
    assert (series.study_uid, series.usable) == (STUDY, True)


def test_what_is_there_is_not_fetched_again(filled: Orthanc, way: str, tmp_path: Path) -> None:
    """A second pull brings the slices that are missing or damaged, and no other."""
    with before(Proxy(port_of(filled, way))) as proxy:
        profile = profile_to(proxy.port, way)
        wanted = listed(profile)
        pull(profile, wanted, tmp_path)
        first, second, third, *_ = (path_of(tmp_path, one) for one in wanted[0])
        first.unlink()
        second.write_bytes(second.read_bytes()[:-5000])
        third.write_bytes(first.name.encode())
        seen = proxy.from_server
        assert pull(profile, wanted, tmp_path) == Pulled(series=1, fetched=3, there=7, lost=())
        assert same_as_the_visit(tmp_path)
        assert proxy.from_server - seen < 4 * max(path.stat().st_size for path in VISIT.glob("*.dcm"))
        seen = proxy.from_server
        assert pull(profile, wanted, tmp_path) == Pulled(series=1, fetched=0, there=10, lost=())
        assert proxy.from_server == seen


def test_a_connection_that_breaks_is_taken_up_again(filled: Orthanc, way: str, tmp_path: Path) -> None:
    """Two cuts in the middle of slices: the pull ends well, and no slice that had come whole is fetched twice."""
    size = sum(path.stat().st_size for path in VISIT.glob("*.dcm"))
    with before(Proxy(port_of(filled, way))) as proxy:
        profile = profile_to(proxy.port, way, connections=1, tries=2)
        wanted = listed(profile)
        proxy.cuts = [proxy.from_server + size // 3, proxy.from_server + 2 * size // 3]
        seen = proxy.from_server
        assert pull(profile, wanted, tmp_path) == Pulled(series=1, fetched=10, there=0, lost=())
        largest = max(path.stat().st_size for path in VISIT.glob("*.dcm"))
        assert proxy.from_server - seen < size + 3 * largest
    assert same_as_the_visit(tmp_path)


def test_a_connection_that_stays_broken_leaves_whole_files(filled: Orthanc, way: str, tmp_path: Path) -> None:
    """Where no try helps the pull says how much is there; the files are whole, and the next pull brings the rest."""
    port = port_of(filled, way)
    wanted = listed(profile_to(port, way))
    with before(Proxy(port)) as proxy:
        proxy.cuts = [1_000_000, *range(1_000_001, 1_000_100)]
        with pytest.raises(PassingError, match=r"profile clinic: .*\n\d of 10 objects are there, whole") as caught:
            pull(profile_to(proxy.port, way, connections=1, tries=2), wanted, tmp_path)
    kept = len(whole_files(tmp_path))
    assert 0 < kept < 10
    assert f"\n{kept} of 10" in str(caught.value)
    assert pull(profile_to(port, way), wanted, tmp_path) == Pulled(series=1, fetched=10 - kept, there=kept, lost=())
    assert same_as_the_visit(tmp_path)


@pytest.mark.parametrize("connections", [1, 2])
def test_connections_are_bounded(pacs: Orthanc, way: str, tmp_path: Path, connections: int) -> None:
    """Three series come over no more connections at once than the profile allows."""
    study = shelf(pacs, tmp_path / "made", series=3)
    with before(Proxy(port_of(pacs, way))) as proxy:
        profile = profile_to(proxy.port, way, connections=connections)
        wanted = listed(profile, study)
        proxy.stall_at = 0  # all of them wait, so they can be counted
        with ThreadPoolExecutor(1) as pool:
            pulling = pool.submit(pull, profile, wanted, tmp_path / "out")
            for _ in range(500):
                if proxy.open_now == connections:
                    break
                time.sleep(0.01)
            time.sleep(0.1)  # for one too many to come
            assert proxy.open_now == connections
            proxy.go.set()
            assert pulling.result(60).fetched == 30
    assert len([*(tmp_path / "out" / study).iterdir()]) == 3


def shelf(pacs: Orthanc, folder: Path, *, series: int) -> str:
    """Put the slices of the visit into the server as so many series of one new study; gives its UID."""
    folder.mkdir()
    for number in range(series):
        for file in VISIT.glob("*.dcm"):
            item = dcmread(file)
            item.StudyInstanceUID = "1.2.826.0.1.3680043.2.1"
            item.SeriesInstanceUID = f"1.2.826.0.1.3680043.2.1.{number + 1}"
            item.SOPInstanceUID = f"{item.SeriesInstanceUID}.{item.InstanceNumber}"
            item.file_meta.MediaStorageSOPInstanceUID = item.SOPInstanceUID
            dcmwrite(folder / f"{item.SOPInstanceUID}.dcm", item)
    pacs.add(*folder.iterdir())
    return "1.2.826.0.1.3680043.2.1"


def test_what_the_server_has_lost_is_named(filled: Orthanc, way: str, tmp_path: Path) -> None:
    """An object that the server lists no more is told with its UID, and the others come."""
    profile = profile_to(port_of(filled, way), way)
    wanted = [(*listed(profile)[0], Instance(STUDY, listed(profile)[0][0].series_uid, "1.2.3", ""))]
    pulled = pull(profile, wanted, tmp_path)
    assert pulled.fetched == 10
    assert [one.sop_uid for one, _ in pulled.lost] == ["1.2.3"]
    assert same_as_the_visit(tmp_path)


def test_only_ct_pictures_are_listed(filled: Orthanc, way: str) -> None:
    """A segmentation in the study is no picture; it is listed where everything is asked for."""
    filled.add(ROOT / "sample_scans" / "maps" / "1999" / "lobes.dcm")
    profile = profile_to(port_of(filled, way), way)
    assert sorted(map(len, listed(profile))) == [0, 10]
    with connected(profile) as server:
        everything = [list_pictures(server, one, tries=1, only_ct=False) for one in find_series(server, STUDY, tries=1)]
    assert sorted(map(len, everything)) == [1, 10]


@pytest.mark.parametrize("uid", ["../../etc", "1.2/../3", "..", "C:\\x", "1.2.3 ", "", "1..2", "9" * 65, "CON"])
def test_no_uid_leads_out_of_the_folder(tmp_path: Path, uid: str) -> None:
    """A UID of the server that is none is refused before it becomes the name of a file."""
    for one in (Instance(uid, "1", "1"), Instance("1", uid, "1"), Instance("1", "1", uid)):
        with pytest.raises(PacsError, match="is no UID"):
            path_of(tmp_path, one)


def test_a_folder_that_cannot_be_made_is_told(filled: Orthanc, tmp_path: Path) -> None:
    """Where a file lies at the place of the folder, nothing is fetched."""
    (tmp_path / "out").write_text("a file")
    profile = profile_to(filled.http_port, "web")
    with pytest.raises(OutputError, match="the folder cannot be made"):
        pull(profile, listed(profile), tmp_path / "out")


def program(port: int, way: str, out: Path, *, limit: Sequence[str] = ()) -> list[str]:
    """Give the command that pulls the visit, in a process of its own."""
    where = f'url = "http://127.0.0.1:{port}/dicom-web"\nuser = "reader"'
    if way == "dimse":
        where = f'host = "127.0.0.1"\nport = {port}\nae_title = "ORTHANC"'
    profiles = out.parent / "pacs.toml"
    profiles.write_text(f"[clinic]\n{where}\nconnections = 1\n", encoding="utf-8")
    command = ["-m", "kazerooni", "pacs", "pull", "clinic", "--profiles", str(profiles)]
    return [*limit, sys.executable, *command, "--study", STUDY, "--out", str(out)]


ENVIRONMENT = {**os.environ, "KAZEROONI_PACS_PASSWORD_CLINIC": PASSWORD, "PYTHONPATH": str(ROOT)}
STALL = 900_000  # bytes, amid the slices


@pytest.mark.skipif(os.name == "nt", reason="the signals are those of POSIX")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "Ctrl-C"])
def test_a_pull_that_is_ended_leaves_whole_files(
    filled: Orthanc, way: str, tmp_path: Path, how: signal.Signals
) -> None:
    """After kill -9 or Ctrl-C in the middle every file is whole, and the next pull fetches just the others."""
    out = tmp_path / "out"
    with before(Proxy(port_of(filled, way), stall_at=STALL)) as proxy:
        command = program(proxy.port, way, out)
        with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE) as running:
            assert proxy.stalled.wait(60)
            running.send_signal(how)
            assert running.wait(20) == (130 if how is signal.SIGINT else -how)
    kept = len(whole_files(out))
    assert kept < 10
    profile = profile_to(port_of(filled, way), way)
    assert pull(profile, listed(profile), out) == Pulled(series=1, fetched=10 - kept, there=kept, lost=())
    assert same_as_the_visit(out)


def test_what_a_killed_pull_left_half_written_is_taken_away(filled: Orthanc, tmp_path: Path) -> None:
    """A file that a killed program had begun is removed by the next pull."""
    profile = profile_to(filled.http_port, "web")
    wanted = listed(profile)
    half = path_of(tmp_path, wanted[0][0]).with_name(".kazerooni-0123456789abcdef.1.dcm")
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    pull(profile, wanted, tmp_path)
    assert same_as_the_visit(tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on a disk of 1 MB; skips where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if (
        sys.platform != "linux"
        or os.geteuid() != 0
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("a small disk needs root on Linux")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_told_and_nothing_is_half_kept(
    filled: Orthanc, way: str, small_disk: Path, tmp_path: Path
) -> None:
    """On a disk with no room for all slices the pull stops, says so and how much is there; all of that is whole."""
    profile = profile_to(port_of(filled, way), way)
    wanted = listed(profile)
    with pytest.raises(OutputError, match=r"No space left on device.*\n\d of 10 objects are there, whole"):
        pull(profile, wanted, small_disk / "out")
    kept = len(whole_files(small_disk / "out"))
    assert 0 < kept < 10
    (small_disk / "out").rename(small_disk / "kept")
    for path in whole_files(small_disk / "kept"):  # the same files, on a larger disk
        target = tmp_path / "out" / path.relative_to(small_disk / "kept")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    assert pull(profile, wanted, tmp_path / "out") == Pulled(series=1, fetched=10 - kept, there=kept, lost=())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
def test_a_file_that_cannot_be_written_whole_is_not_there(filled: Orthanc, way: str, tmp_path: Path) -> None:
    """Where the system lets no file of that size be written, the command says so, ends with 3 and leaves none."""
    limit = ["bash", "-c", 'ulimit -f 100; exec "$@"', "limited"]  # of 1024 bytes
    command = program(port_of(filled, way), way, tmp_path / "out", limit=limit)
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "File too large" in done.stderr
    assert "of 10 objects are there, whole" in done.stderr.replace("\n", " ")
    assert whole_files(tmp_path / "out") == []


def test_wrong_content_is_not_kept(filled: Orthanc, tmp_path: Path) -> None:
    """Bytes that are no DICOM, another object, or cut short are refused and named."""
    file, other = sorted(VISIT.glob("*.dcm"))[:2]
    data, item = file.read_bytes(), dcmread(file)
    one = Instance(item.StudyInstanceUID, item.SeriesInstanceUID, item.SOPInstanceUID)
    check_whole(one, data)
    item.decompress(generate_instance_uid=False)
    plain = io.BytesIO()
    dcmwrite(plain, item)
    check_whole(one, plain.getvalue())
    for bad, told in [
        (b"<html>please log in</html>", "is no DICOM"),
        (other.read_bytes(), "another object"),
        (data[:-300], "cut short"),
        (plain.getvalue()[:-300], "cut short"),
        (data[:100], "is no DICOM"),
        (data[:200], "cut short"),
    ]:
        with pytest.raises(PacsError, match=told), quiet_pydicom():
            check_whole(one, bad)
    assert not is_whole(tmp_path / "none.dcm", one.sop_uid)
