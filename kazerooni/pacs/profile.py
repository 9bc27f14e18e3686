"""Profile: where a PACS is and how it is spoken to, read from a TOML file that holds no password.

```toml
[clinic]
url = "https://pacs.example.org/dicom-web"
user = "reader"

[archive]
host = "archive.example.org"
port = 2762
ae_title = "ARCHIVE"
```
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import platformdirs

from kazerooni.errors import ProfileError

PROFILES_VARIABLE: Final = "KAZEROONI_PACS"
_FILE: Final = "pacs.toml"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_SECRET: Final = re.compile(r"pass|pwd|secret|token|credential", re.IGNORECASE)
_LOOPBACK: Final = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1", re.IGNORECASE)

_COMMON: Final[Mapping[str, type | tuple[type, ...]]] = {
    "tls": bool,
    "ca": str,
    "certificate": str,
    "key": str,
    "timeout_s": (int, float),
    "connections": int,
    "tries": int,
}
_WEB: Final[Mapping[str, type | tuple[type, ...]]] = {"url": str, "user": str}
_DIMSE: Final[Mapping[str, type | tuple[type, ...]]] = {
    "host": str,
    "port": int,
    "ae_title": str,
    "own_ae_title": str,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What both ways of speaking to a PACS share.

    ca: file of the certificates that vouch for the server, the system's where None. certificate, key: our own, where
    the server wants one. timeout_s: how long an answer is waited for. connections: at most so many at once. tries: how
    often something is tried before it is given up.
    """

    name: str
    tls: bool
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    timeout_s: float = 30.0
    connections: int = 4
    tries: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WebProfile(Profile):
    """A PACS that speaks DICOMweb. url: without the service, such as `https://pacs.example.org/dicom-web`."""

    url: str
    user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DimseProfile(Profile):
    """A PACS that speaks DIMSE. ae_title: what it is called. own_ae_title: by which it knows us."""

    host: str
    port: int
    ae_title: str
    own_ae_title: str = "KAZEROONI"


def profiles_path(given: Path | None = None) -> Path:
    """Give the file of profiles: as given, that of KAZEROONI_PACS, or `pacs.toml` in the user's configuration."""
    if given is not None:
        return given
    if named := os.environ.get(PROFILES_VARIABLE):
        return Path(named)
    return platformdirs.user_config_path("kazerooni", appauthor=False) / _FILE


def read_profiles(path: Path) -> dict[str, Profile]:
    """Read all profiles of a file by their names.

    Raises ProfileError where the file cannot be read, holds a password, or a profile lacks or contradicts something.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ProfileError(
            f"{path.name}: there is no file of profiles; write one, such as:\n"
            '  [clinic]\n  url = "https://pacs.example.org/dicom-web"\n  user = "reader"\n'
            f"and keep it at {PROFILES_VARIABLE}, or name it with --profiles"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ProfileError(f"{path.name}: the profiles cannot be read ({why})") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at .*\)", str(error))  # the rest may quote the file
        raise ProfileError(f"{path.name}: is no TOML {place[0] if place else ''}; see the how-to of PACS") from None
    return {name: _profile(name, table, path) for name, table in tables.items()}


def find_profile(name: str, path: Path) -> Profile:
    """Give the profile of a name; raises ProfileError as `read_profiles` does, or where there is none of that name."""
    profiles = read_profiles(path)
    if name not in profiles:
        there = ", ".join(profiles) or "none"
        raise ProfileError(f"{path.name}: there is no profile {name!r}; there: {there}")
    return profiles[name]


def _profile(name: str, table: object, path: Path) -> Profile:
    where = f"{path.name}, [{name}]"
    if not isinstance(table, dict) or not _NAME.fullmatch(name):
        raise ProfileError(
            f"{path.name}: {name[:40]!r} is no profile; a table such as [clinic] is wanted, its name of letters, "
            "digits, - and _"
        )
    _refuse_secrets(table, where)
    is_web = "url" in table
    if is_web == ("host" in table):
        raise ProfileError(f"{where}: either url (DICOMweb) or host, port and ae_title (DIMSE) is wanted")
    known = {**_COMMON, **(_WEB if is_web else _DIMSE)}
    for key, value in table.items():
        if key not in known:
            raise ProfileError(f"{where}: {key[:40]!r} is not known; known: {', '.join(known)}")
        if not isinstance(value, known[key]) or (isinstance(value, bool) and known[key] is not bool):
            raise ProfileError(f"{where}: {key} is a {type(value).__name__}, which cannot be; see the how-to of PACS")
    common = {**_limits(table, where), **_files(table, where, path.absolute().parent)}
    return _web(name, table, common, where) if is_web else _dimse(name, table, common, where)


def _refuse_secrets(table: Mapping[str, Any], where: str) -> None:
    for key in table:
        if _SECRET.search(key):
            raise ProfileError(
                f"{where}: {key[:40]} does not belong into this file; take it out, and keep it in the keyring or the "
                "environment: `kazerooni pacs profiles` says under which name"
            )


def _limits(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for key, low, high in (("timeout_s", 0.1, 3600), ("connections", 1, 16), ("tries", 1, 100)):
        if key in table:
            if not low <= table[key] <= high:
                raise ProfileError(f"{where}: {key} is {table[key]}; {low} to {high} is wanted")
            limits[key] = table[key]
    return limits


def _files(table: Mapping[str, Any], where: str, folder: Path) -> dict[str, Any]:
    """Give the files of certificates, found from the folder of the profiles."""
    files = {key: folder / table[key] for key in ("ca", "certificate", "key") if key in table}
    for key, file in files.items():
        if not file.is_file():
            raise ProfileError(
                f"{where}: {key} is {file.name}, which is not there; give a path from this file's folder"
            )
    if "key" in files and "certificate" not in files:
        raise ProfileError(f"{where}: key is the key of a certificate, and certificate is not given")
    return files


def _web(name: str, table: Mapping[str, Any], common: dict[str, Any], where: str) -> WebProfile:
    try:
        parts = urlsplit(table["url"])
        host, user, _ = parts.hostname, parts.username, parts.port
    except ValueError:
        raise ProfileError(f"{where}: url is no address; https://HOST/PATH is wanted") from None
    if user is not None or parts.password is not None:
        raise ProfileError(f"{where}: url holds a user or a password; take them out, and give user = NAME beside it")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise ProfileError(f"{where}: url is no address of a service; https://HOST/PATH is wanted")
    tls = table.get("tls", True)
    if parts.scheme == "https" and not tls:
        raise ProfileError(f"{where}: url is https and tls is false; take one of them out")
    if parts.scheme == "http":
        if tls and ("tls" in table or not _LOOPBACK.fullmatch(host)):
            raise _plain(where, "http")
        tls = False
    return WebProfile(name=name, url=table["url"].rstrip("/"), user=table.get("user"), tls=tls, **common)


def _dimse(name: str, table: Mapping[str, Any], common: dict[str, Any], where: str) -> DimseProfile:
    for key in ("host", "port", "ae_title"):
        if not table.get(key):
            raise ProfileError(f"{where}: {key} is not given; DIMSE wants host, port and ae_title")
    titles = {key: table[key].strip() for key in ("ae_title", "own_ae_title") if key in table}
    for key, title in titles.items():
        if not re.fullmatch(r"[ -\[\]-~]{1,16}", title):
            raise ProfileError(f"{where}: {key} has to be of 1 to 16 ASCII characters without a backslash")
    if not 1 <= table["port"] <= 65535:
        raise ProfileError(f"{where}: port is {table['port']}; 1 to 65535 is wanted")
    tls = table.get("tls", not _LOOPBACK.fullmatch(table["host"]))
    return DimseProfile(name=name, host=table["host"], port=table["port"], tls=tls, **titles, **common)


def _plain(where: str, scheme: str) -> ProfileError:
    return ProfileError(
        f"{where}: {scheme} is not encrypted, so everyone on the way can read names and pictures; write https, or say "
        "that it is meant with tls = false"
    )
