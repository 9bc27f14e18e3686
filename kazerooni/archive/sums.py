"""Sums: the SHA-256 of files that a run left, so that whoever is handed them can tell that they are as they were."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kazerooni.files import digest_of

REPORT_SUMS: Final = "reports.sha256"
DRAFT_SUMS: Final = "drafts.sha256"
"""The files of the sums, in the folder of results. Two, as a draft tells when it was begun, and a report does not."""


def sums_of(paths: Iterable[Path], folder: Path) -> str:
    """Give a line for each file, by name, as `sha256sum --check` reads it in a folder that they lie in."""
    return "".join(f"{digest_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in sorted(paths))
