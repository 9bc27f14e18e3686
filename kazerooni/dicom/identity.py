"""Identity: the pseudonym of a patient, a keyed hash from which nothing can be read.

The key is made at first use and kept in the user's configuration, so the visits of a patient link on that machine; the
environment variable KAZEROONI_KEY gives one key to several machines.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path

import platformdirs

KEY_VARIABLE = "KAZEROONI_KEY"
_KEY_FILE = "pseudonym.key"
_KEY_BYTES = 32


def pseudonym(patient_id: str, issuer: str, key: bytes) -> str | None:
    """Give the pseudonym of a patient, such as `P-3KXQ7M2ZB4`; None where the scan names no patient."""
    if not patient_id:
        return None
    digest = hmac.new(key, f"{issuer}\0{patient_id}".encode(), hashlib.sha256).digest()
    return "P-" + base64.b32encode(digest)[:10].decode("ascii")


@cache
def user_key() -> bytes:
    """Give this user's key, made at first use; for this process only where the configuration cannot be written."""
    if given := os.environ.get(KEY_VARIABLE):
        return given.encode()
    path = Path(platformdirs.user_config_dir("kazerooni", appauthor=False)) / _KEY_FILE
    try:
        return path.read_bytes()
    except OSError:
        return _make_key(path)


def _make_key(path: Path) -> bytes:
    key = secrets.token_hex(_KEY_BYTES).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
        try:
            os.link(part, path)  # whichever process comes first keeps its key
        except FileExistsError:
            key = path.read_bytes()
        except OSError:  # a file system without hard links
            part.replace(path)
        part.unlink(missing_ok=True)
    except OSError:
        return key
    return key
