"""The ways that other systems take: without positioned reads, without hard links, without a configuration to write to.

And what the key is for: pseudonyms that link the visits of a patient and tell nothing else.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni import phantom
from kazerooni.dicom import Series, find_series, read_volume
from kazerooni.identity import KEY_VARIABLE, pseudonym, user_key

PLAN = phantom.spiral_ct(slices=4, rows=16, columns=12, noise_hu=10.0)
KEY_FILE = "pseudonym.key"
OLD_KEY = b"0123456789abcdef" * 4
FORM = re.compile(r"P-[A-Z2-7]{10}")


# --- Reading without preadv or pread ----------------------------------------------------------------------------------


def write_in(folder: Path, kind: str) -> Path:
    """Write the phantom as files, as one enhanced file or as a zip, and give the path."""
    datasets = phantom.build_series(PLAN)
    match kind:
        case "files":
            phantom.write_series(datasets, folder)
        case "implicit":
            phantom.write_series(datasets, folder, syntax=phantom.NATIVE_SYNTAXES[0])
        case "compressed":
            phantom.write_series(datasets, folder, syntax="1.2.840.10008.1.2.5")
        case "enhanced":
            phantom.write_series([phantom.to_enhanced(datasets)], folder)
        case "zip":
            return phantom.write_zip(datasets, folder / "scan.zip")
    return folder


@pytest.mark.parametrize("kind", ["files", "implicit", "compressed", "enhanced", "zip"])
@pytest.mark.parametrize("missing", [("preadv",), ("preadv", "pread")])
def test_a_system_without_positioned_reads_gives_the_same_volume(
    missing: tuple[str, ...], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system has no preadv, or no pread either, every kind of scan is found and read all the same."""
    path = write_in(tmp_path, kind)
    usual = read_volume(path)
    for name in missing:
        monkeypatch.delattr(os, name, raising=False)
    volume = read_volume(path)
    np.testing.assert_array_equal(volume.hu, usual.hu)
    np.testing.assert_array_equal(volume.hu, phantom.truth_of(PLAN).hu)
    assert volume.digest == usual.digest
    assert volume.notices == usual.notices


def test_short_reads_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that hands out fewer bytes than asked for, as signals and network drives do, gives the same volume."""
    path = write_in(tmp_path, "files")
    usual = read_volume(path)
    if hasattr(os, "preadv"):
        whole = os.preadv
        monkeypatch.setattr(os, "preadv", lambda fd, views, at: whole(fd, [views[0][:7]], at))
        np.testing.assert_array_equal(read_volume(path).hu, usual.hu)


# --- The key ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the folder of an own, empty configuration, without a key from the environment."""
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(tmp_path / "home" / "kazerooni"))
    monkeypatch.delenv(KEY_VARIABLE)
    user_key.cache_clear()
    yield tmp_path / "home" / "kazerooni"
    user_key.cache_clear()


def next_key() -> bytes:
    """Give the key as a new process would find it."""
    user_key.cache_clear()
    return user_key().key


def test_the_key_is_made_once_and_kept(configuration: Path) -> None:
    """The first use makes a key that only its user can read; every later process finds the same."""
    first = next_key()
    assert next_key() == first
    assert [path.name for path in configuration.iterdir()] == [KEY_FILE]
    assert (configuration / KEY_FILE).read_bytes() == first
    assert len(first) >= 32
    if os.name == "posix":
        assert (configuration / KEY_FILE).stat().st_mode & 0o077 == 0


def test_another_user_gets_another_key(configuration: Path) -> None:
    """Keys are random: without the file a new one is made that is not the old one."""
    first = next_key()
    (configuration / KEY_FILE).unlink()
    assert next_key() != first


def test_the_key_of_the_environment_comes_first(configuration: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is given to several machines is used as it is, and nothing is written."""
    monkeypatch.setenv(KEY_VARIABLE, "shared by the study")
    assert next_key() == b"shared by the study"
    assert not configuration.exists()


def refuse_link(*_: object, **__: object) -> None:
    """Do as a file system without hard links does."""
    raise PermissionError(1, "Operation not permitted")


def no_link(*_: object, **__: object) -> None:
    """Do as a system without hard links does."""
    raise NotImplementedError("link is not available on this platform")


@pytest.mark.parametrize("way", ["refused", "not implemented", "absent"])
def test_without_hard_links_the_key_is_made_and_kept_too(
    way: str, configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where hard links are refused or unknown, the key is made once and kept just so."""
    match way:
        case "refused":
            monkeypatch.setattr(os, "link", refuse_link)
        case "not implemented":
            monkeypatch.setattr(os, "link", no_link)
        case "absent":
            monkeypatch.delattr(os, "link")
    first = next_key()
    assert next_key() == first
    assert (configuration / KEY_FILE).read_bytes() == first
    assert [path.name for path in configuration.iterdir()] == [KEY_FILE]


def test_a_process_that_comes_second_takes_the_key_of_the_first(
    configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that another process keeps in the last moment is not overwritten: both use it from then on."""
    make = secrets.token_hex

    def make_late(length: int) -> str:
        configuration.mkdir(parents=True)
        (configuration / KEY_FILE).write_bytes(OLD_KEY)
        return make(length)

    monkeypatch.setattr(secrets, "token_hex", make_late)
    assert next_key() == OLD_KEY
    assert (configuration / KEY_FILE).read_bytes() == OLD_KEY
    assert [path.name for path in configuration.iterdir()] == [KEY_FILE]


MAKE_KEY = """
import os, sys, time
import platformdirs
platformdirs.user_config_dir = lambda *_, **__: sys.argv[1]
if sys.argv[3] == "no links":
    def refuse(*_): raise PermissionError(1, "Operation not permitted")
    os.link = refuse
from kazerooni.identity import user_key
sys.stdout.write("ready\\n"); sys.stdout.flush()
while not os.path.exists(sys.argv[2]): pass
sys.stdout.write(user_key().key.decode())
"""


@pytest.mark.parametrize("links", ["links", "no links"])
def test_processes_that_start_together_share_one_key(links: str, tmp_path: Path) -> None:
    """Of several processes that make the key at the same moment one wins, and all of them use its key."""
    environment = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
    folder, start = tmp_path / "configuration", tmp_path / "start"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MAKE_KEY, str(folder), str(start), links],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    start.touch()
    keys = {process.communicate(timeout=60)[0] for process in processes}
    assert keys == {(folder / KEY_FILE).read_text()}
    assert [path.name for path in folder.iterdir()] == [KEY_FILE]


def test_what_a_crash_left_behind_does_not_hinder_the_key(configuration: Path) -> None:
    """A half-made key file of a process of the same number, as containers repeat them, keeps no key from lasting."""
    configuration.mkdir(parents=True)
    (configuration / f"{KEY_FILE}.{os.getpid()}").write_bytes(b"half")
    first = next_key()
    assert first != b"half"
    assert next_key() == first


@pytest.mark.parametrize("left", [b"", b"\n", b"abc"])
def test_an_empty_key_file_is_no_key(left: bytes, configuration: Path) -> None:
    """A key file that a full disk left empty or cut is not used: anyone could make such pseudonyms."""
    configuration.mkdir(parents=True)
    (configuration / KEY_FILE).write_bytes(left)
    assert len(next_key()) >= 32


def test_a_configuration_that_cannot_be_written_gives_a_key_for_this_process(
    tmp_path: Path, configuration: Path
) -> None:
    """Where no file can be made, pseudonyms hold within the process, and scans are found all the same."""
    (tmp_path / "home").write_bytes(b"a file where a folder should be")
    phantom.write_series(phantom.build_series(PLAN), tmp_path / "scan")
    first, second = (find_series(tmp_path / "scan")[0].patient for _ in range(2))
    assert first is not None
    assert first == second
    assert next_key() != next_key()


# --- Pseudonyms -------------------------------------------------------------------------------------------------------

identifiers = st.text(min_size=1, max_size=20)


@given(patient_id=identifiers, issuer=st.text(max_size=10), key=st.binary(min_size=1, max_size=64))
def test_a_pseudonym_is_stable_and_has_one_form(patient_id: str, issuer: str, key: bytes) -> None:
    """The same id, issuer and key give the same pseudonym, of one form and length whatever the id."""
    first = pseudonym(patient_id, issuer, key)
    assert first is not None
    assert FORM.fullmatch(first)
    assert pseudonym(patient_id, issuer, key) == first


@given(ids=st.lists(identifiers, min_size=2, max_size=2, unique=True), key=st.binary(min_size=1, max_size=64))
def test_ids_issuers_and_keys_all_matter(ids: list[str], key: bytes) -> None:
    """Another id, another issuer or another key gives another pseudonym."""
    one, other = ids
    same = pseudonym(one, "hospital A", key)
    assert same != pseudonym(other, "hospital A", key)
    assert same != pseudonym(one, "hospital B", key)
    assert same != pseudonym(one, "", key)
    assert same != pseudonym(one, "hospital A", key + b"!")


def test_id_and_issuer_are_not_confused() -> None:
    """What stands in the issuer cannot pass for a part of the id."""
    assert pseudonym("B1", "A", b"key") != pseudonym("1", "AB", b"key")


def test_a_scan_without_patient_id_has_no_pseudonym() -> None:
    """Nothing is made up for a scan that names no patient."""
    assert pseudonym("", "hospital", b"key") is None


def build(folder: Path, **values: Any) -> Series:
    """Write the phantom with other attributes and find its series."""
    phantom.write_series(phantom.traps.set_attributes(phantom.build_series(PLAN), **values), folder)
    return find_series(folder, key=b"tests")[0]


def test_visits_link_whatever_the_padding_of_the_id(tmp_path: Path) -> None:
    """The visits of one patient have one pseudonym, also where one system pads the id with blanks."""
    first = build(tmp_path / "a", PatientID="4711")
    second = build(tmp_path / "b", PatientID="4711 ", StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.4")
    assert first.patient == second.patient
    assert first.patient != build(tmp_path / "c", PatientID="4711", IssuerOfPatientID="elsewhere").patient


def test_nothing_of_the_patient_is_shown(tmp_path: Path) -> None:
    """Name, id, issuer and birth date stand in nothing that a series or a volume shows, nor does the input path."""
    hidden = ["Doe^Jane", "ID-98765", "Issuer-XY", "19510203", "1951-02-03"]
    folder = tmp_path / "Doe_Jane"
    series = build(
        folder, PatientName=hidden[0], PatientID=hidden[1], IssuerOfPatientID=hidden[2], PatientBirthDate=hidden[3]
    )
    volume = read_volume(series)
    shown = "".join(map(repr, (series, series.scan, series.technique, volume, volume.notices)))
    shown += repr([frame.attributes for frame in series.frames])
    assert [text for text in [*hidden, str(tmp_path)] if text in shown] == []
