"""Identity: the pseudonym of a patient, a keyed hash from which nothing can be read.

The key is made at first use and kept in the user's configuration, so the visits of a patient link on that machine; the
environment variable KAZEROONI_KEY gives one key to several machines.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import platformdirs

from kazerooni.errors import ScanError

KEY_VARIABLE = "KAZEROONI_KEY"
_KEY_FILE = "pseudonym.key"
_KEY_BYTES = 32
_SHORTEST_KEY = 16
_LOCK_ATTEMPTS = 100
_LOCK_WAIT_S = 0.02
_WEEKS = 52
_UUID_BYTES = 16
_PSEUDONYM = re.compile(r"P-[A-Z2-7]{10}")


def pseudonym(patient_id: str, issuer: str, key: bytes) -> str | None:
    """Give the pseudonym of a patient, such as `P-3KXQ7M2ZB4`; None where the scan names no patient."""
    digest = keyed_digest(f"{issuer}\0{patient_id}", key)
    return f"P-{digest}" if patient_id else None


def keyed_digest(value: str, key: bytes) -> str:
    """Give ten letters and digits from which a value cannot be told without the key; "" for ""."""
    return base64.b32encode(keyed_bytes(value, key))[:10].decode("ascii") if value else ""


def keyed_bytes(value: str, key: bytes) -> bytes:
    """Give the 32 bytes of HMAC-SHA256: the same for the same value and key, and nothing to be told from them."""
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def replaced_uid(uid: str, key: bytes) -> str:
    """Give the UID that stands for another one outside: always the same, and nothing to be told from it.

    PS3.5 B.2: a UID derived from a UUID begins with 2.25, and holds its 16 bytes as one decimal number.
    """
    digest = keyed_bytes(f"uid\0{uid}", key)[:_UUID_BYTES]
    return f"2.25.{int.from_bytes(digest)}"


def shift_of(pseudonym: str, key: bytes) -> timedelta:
    """Give by how much the dates of a patient are moved back: 1 to 52 weeks."""
    return timedelta(weeks=1 + int.from_bytes(keyed_bytes(f"dates\0{pseudonym}", key)) % _WEEKS)


def is_pseudonym(text: str) -> bool:
    """Tell whether a text is written as `pseudonym` writes one."""
    return _PSEUDONYM.fullmatch(text) is not None


class UserKey(NamedTuple):
    """The key that pseudonyms are made with, and whether the next run will find it again."""

    key: bytes
    is_kept: bool


@cache
def user_key() -> UserKey:
    """Give this user's key, made at first use; for this process only where the configuration cannot be written.

    Raises ScanError where KAZEROONI_KEY is too short to keep pseudonyms from being guessed.
    """
    if given := os.environ.get(KEY_VARIABLE):
        if len(given) < _SHORTEST_KEY:
            message = (
                f"{KEY_VARIABLE} has {len(given)} characters; at least {_SHORTEST_KEY}, made by chance, are wanted"
            )
            raise ScanError(message)
        return UserKey(given.encode(), is_kept=True)
    path = Path(platformdirs.user_config_dir("kazerooni", appauthor=False)) / _KEY_FILE
    new = secrets.token_hex(_KEY_BYTES).encode()
    try:
        return UserKey(_read_key(path) or _keep(path, new), is_kept=True)
    except OSError:
        return UserKey(new, is_kept=False)


def key_of_file(path: Path) -> bytes:
    """Read a key that the user keeps in a file: its bytes, without blanks and line ends around them.

    Raises ScanError where it cannot be read, or is too short to keep pseudonyms from being guessed.
    """
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise ScanError(
            f"{path.name}: the key cannot be read ({error.strerror}); give the file that holds it"
        ) from None
    if len(key) < _SHORTEST_KEY:
        raise ScanError(f"{path.name}: a key of {len(key)} bytes; at least {_SHORTEST_KEY}, made by chance, are wanted")
    return key


def _read_key(path: Path) -> bytes | None:
    """Read the key; None where there is none, or a file cut short in its making."""
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError:
        return None
    return key if len(key) >= _KEY_BYTES else None


def _keep(path: Path, key: bytes) -> bytes:
    """Keep a new key, written whole; where another process was first, its key is taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=_KEY_FILE)  # readable by this user only
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
        with _alone(path):
            if (first := _read_key(path)) is not None:
                return first
            Path(part).replace(path)
            return key
    finally:
        Path(part).unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes out while a key is put in its place; a lock left by a crash is broken after a while."""
    lock = path.with_name(f"{path.name}.lock")
    for attempt in range(_LOCK_ATTEMPTS):
        try:
            os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            if attempt + 1 == _LOCK_ATTEMPTS:
                break
            time.sleep(_LOCK_WAIT_S)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
