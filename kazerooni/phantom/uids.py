"""UIDs: the same name always gives the same UID."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from pydicom.uid import UID

if TYPE_CHECKING:
    from kazerooni.phantom.plan import SeriesPlan


def derive_uid(*names: object) -> UID:
    """Give the UID 2.25.<128 bits of the SHA-256 of the names> (DICOM PS3.5, B.2)."""
    digest = hashlib.sha256(repr(names).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")


def plan_uid(plan: SeriesPlan, *names: object) -> UID:
    """Give a UID that follows from the whole plan and these names."""
    return derive_uid(_plan_digest(plan), *names)


@lru_cache(maxsize=64)
def _plan_digest(plan: SeriesPlan) -> str:
    return hashlib.sha256(repr(plan).encode()).hexdigest()
