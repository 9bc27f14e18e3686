"""Profiles: where a PACS is, without a password, encrypted unless somebody says otherwise."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.null import Keyring as NoKeyring

from kazerooni.errors import ProfileError
from kazerooni.pacs import (
    DimseProfile,
    WebProfile,
    find_profile,
    keyring_service,
    password_variable,
    profiles_path,
    read_profiles,
)
from kazerooni.pacs.password import password_of

GOOD = """
[clinic]
url = "https://pacs.example.org/dicom-web/"
user = "reader"
ca = "house.pem"
timeout_s = 5
connections = 2

[archive]
host = "archive.example.org"
port = 2762
ae_title = "ARCHIVE"

[bench]
url = "http://127.0.0.1:8042/dicom-web"
"""


def written(folder: Path, text: str) -> Path:
    """Write a file of profiles."""
    path = folder / "pacs.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_profiles_are_read(tmp_path: Path) -> None:
    """Each table is a profile; what is not said has a value, and files are found from the file's own folder."""
    (tmp_path / "house.pem").touch()
    profiles = read_profiles(written(tmp_path, GOOD))
    assert profiles == {
        "clinic": WebProfile(
            name="clinic",
            url="https://pacs.example.org/dicom-web",
            user="reader",
            tls=True,
            ca=tmp_path / "house.pem",
            timeout_s=5,
            connections=2,
        ),
        "archive": DimseProfile(name="archive", host="archive.example.org", port=2762, ae_title="ARCHIVE", tls=True),
        "bench": WebProfile(name="bench", url="http://127.0.0.1:8042/dicom-web", tls=False),
    }


def test_the_file_is_named_or_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is the one that is given, that of KAZEROONI_PACS, or pacs.toml in the user's configuration."""
    monkeypatch.delenv("KAZEROONI_PACS", raising=False)
    assert profiles_path().name == "pacs.toml"
    monkeypatch.setenv("KAZEROONI_PACS", str(tmp_path / "mine.toml"))
    assert profiles_path() == tmp_path / "mine.toml"
    assert profiles_path(Path("other.toml")) == Path("other.toml")


@pytest.mark.parametrize("key", ["password", "passwd", "Password", "pwd", "secret", "token"])
def test_a_password_in_the_file_is_refused(tmp_path: Path, key: str) -> None:
    """A file that holds a password is refused, and the message does not show it."""
    path = written(tmp_path, f'[clinic]\nurl = "https://pacs.example.org"\n{key} = "hunter2"\n')
    with pytest.raises(ProfileError, match="keyring or the environment") as caught:
        read_profiles(path)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://reader:hunter2@pacs.example.org/", "https://hunter2@pacs.example.org/"])
def test_a_password_in_an_address_is_refused(tmp_path: Path, url: str) -> None:
    """So is an address with a user or a password in it."""
    with pytest.raises(ProfileError, match="holds a user or a password") as caught:
        read_profiles(written(tmp_path, f'[clinic]\nurl = "{url}"\n'))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('url = "http://pacs.example.org/"', "tls = false"),
        ('url = "http://pacs.example.org/"\ntls = true', "tls = false"),
        ('url = "https://pacs.example.org/"\ntls = false', "https and tls is false"),
        ('url = "ftp://pacs.example.org/"', "https://HOST/PATH"),
        ('url = "https://[/"', "https://HOST/PATH"),
        ('url = "https://pacs.example.org/"\nhost = "x"', "either url"),
        ('user = "reader"', "either url"),
        ('url = "https://pacs.example.org/"\nport = 4', "'port' is not known"),
        ('url = "https://pacs.example.org/"\ntimeout_s = "5"', "timeout_s is a str"),
        ('url = "https://pacs.example.org/"\nconnections = true', "connections is a bool"),
        ('url = "https://pacs.example.org/"\nconnections = 500', "1 to 16"),
        ('url = "https://pacs.example.org/"\ntries = 0', "1 to 100"),
        ('url = "https://pacs.example.org/"\nca = "none.pem"', "none.pem, which is not there"),
        ('host = "x"\nport = 104', "ae_title is not given"),
        ('host = "x"\nport = 70000\nae_title = "A"', "1 to 65535"),
        ('host = "x"\nport = 104\nae_title = "A TITLE THAT IS TOO LONG"', "1 to 16 ASCII"),
        ('host = "x"\nport = 104\nae_title = "A\\\\B"', "without a backslash"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, lines: str, told: str) -> None:
    """A profile that lacks or contradicts something is refused: the file, the profile, the key, what is wanted."""
    with pytest.raises(ProfileError, match=told) as caught:
        read_profiles(written(tmp_path, f"[clinic]\n{lines}\n"))
    assert str(caught.value).startswith("pacs.toml, [clinic]: ")


def test_plain_is_possible_where_it_is_said(tmp_path: Path) -> None:
    """With tls = false, http and plain DIMSE to any host are taken; to the loopback DIMSE is plain without it."""
    text = """
    [web]
    url = "http://pacs.example.org/"
    tls = false
    [archive]
    host = "archive.example.org"
    port = 104
    ae_title = "A"
    tls = false
    [here]
    host = "localhost"
    port = 104
    ae_title = "A"
    """
    assert [profile.tls for profile in read_profiles(written(tmp_path, text)).values()] == [False, False, False]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[clinic\n", r"is no TOML \(at line 1"),
        (b'password = "hunter2" "\n', "is no TOML"),
        (b"\xff\xfe", "no UTF-8"),
        (b"clinic = 3", "is no profile"),
        (b"['a b']\n", "is no profile"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    """What is no file of profiles is told without quoting it."""
    path = tmp_path / "pacs.toml"
    path.write_bytes(content)
    with pytest.raises(ProfileError, match=told) as caught:
        read_profiles(path)
    assert "hunter2" not in str(caught.value)


def test_a_missing_file_or_profile_is_told(tmp_path: Path) -> None:
    """Where there is no file the message shows how one looks; where a profile is missing it lists those there are."""
    with pytest.raises(ProfileError, match="there is no file of profiles") as caught:
        find_profile("clinic", tmp_path / "pacs.toml")
    assert 'url = "https://' in str(caught.value)
    path = written(tmp_path, '[clinic]\nurl = "https://pacs.example.org/"\n')
    with pytest.raises(ProfileError, match="no profile 'ward'; there: clinic"):
        find_profile("ward", path)


class OneKeyring(KeyringBackend):
    """A keyring that holds what it is given, in memory."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Give a password."""
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""
        self.held[service, username] = password


def test_the_password_comes_from_the_environment_or_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is looked at first, then the keyring; with neither the message names both places."""
    profile = WebProfile(name="my-clinic", url="https://pacs.example.org", user="reader", tls=True)
    monkeypatch.delenv("KAZEROONI_PACS_PASSWORD_MY_CLINIC", raising=False)
    before = keyring.get_keyring()
    try:
        keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
        with pytest.raises(ProfileError, match="keyring set kazerooni-pacs-my-clinic reader") as caught:
            password_of(profile)
        assert password_variable(profile) in str(caught.value)
        keyring.set_keyring(OneKeyring())
        keyring.set_password(keyring_service(profile), "reader", "from the keyring")
        assert password_of(profile) == "from the keyring"
    finally:
        keyring.set_keyring(before)
    monkeypatch.setenv("KAZEROONI_PACS_PASSWORD_MY_CLINIC", "from the environment")
    assert password_of(profile) == "from the environment"


def test_the_example_of_the_how_to_is_a_file_of_profiles(tmp_path: Path) -> None:
    """What the how-to shows is read as it stands: one profile of each way, both encrypted."""
    page = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "work-with-a-pacs.md"
    (example,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    profiles = read_profiles(written(tmp_path, example))
    assert [type(profile) for profile in profiles.values()] == [WebProfile, DimseProfile]
    assert all(profile.tls for profile in profiles.values())


def test_the_table_of_the_how_to_names_every_key() -> None:
    """Each key that a profile may have stands in the table of the how-to, and no other."""
    page = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "work-with-a-pacs.md"
    rows = re.findall(r"^\| (`.*?) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    named = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    keys = {field.name for kind in (WebProfile, DimseProfile) for field in fields(kind)}
    assert keys - {"name"} <= named
    assert named <= keys | {"name"}
