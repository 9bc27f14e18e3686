"""Sums: the SHA-256 of files that a run left, so that whoever is handed them can tell that they are as they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SUMS_FILE: Final = "files.sha256"
"""The sums of reports and drafts, in the folder of results."""


def sum_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal digits; it is never whole in memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sums_of(paths: Iterable[Path], folder: Path) -> str:
    """Give a line for each file, by name, as `sha256sum --check` reads it in a folder that they lie in."""
    return "".join(f"{sum_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in sorted(paths))
