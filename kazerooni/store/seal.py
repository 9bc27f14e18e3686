"""Seal: canonical text and the keyed digest of a row.

A row's digest is HMAC-SHA256 over its canonical JSON with the key of its patient. While the key is there, anyone who
holds the book can check the row; once it is destroyed, nobody can guess the content from the digest, not even content
of which there are few, such as a sex or a date.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable

_KEY_BYTES = 32
_ENCODE = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode

# Costs of scrypt (RFC 7914): about 15 ms and 4 MB for one guess of a withdrawn pseudonym.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**12, 8, 1


def canonical(value: object) -> str:
    """Give JSON in ASCII without blanks; members stand in the order that they are given in."""
    return _ENCODE(value)


def plain(text: str) -> str:
    """Give text that every database holds: NUL and lone surrogates as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def new_key() -> str:
    """Make the key of a patient, in hexadecimal digits."""
    return secrets.token_hex(_KEY_BYTES)


def seal(key: str, kind: str, patient: int, values: Iterable[object]) -> str:
    """Give the digest of a row's sealed values, in their order."""
    return hmac.digest(bytes.fromhex(key), _ENCODE([kind, patient, *values]).encode("ascii"), "sha256").hex()


def fingerprint(pseudonym: str, salt: str) -> str:
    """Give what a withdrawn pseudonym is known again by: slow to compute, so slow to guess."""
    return hashlib.scrypt(
        pseudonym.encode(), salt=bytes.fromhex(salt), n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P, dklen=32
    ).hex()
