"""Nothing: what is said of an archive in which nothing can be scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_CALLED: Final[Mapping[str, tuple[str, str]]] = {
    "picture": ("DICOM picture", "DICOM pictures"),
    "segmentation": ("DICOM SEG", "DICOM SEGs"),
    "reading": ("reading", "readings"),
    "score": ("old score", "old scores"),
    "broken score": ("broken old score", "broken old scores"),
    "zip": ("zip", "zips"),
    "dicomdir": ("DICOMDIR", "DICOMDIRs"),
    "unreadable": ("file that cannot be read", "files that cannot be read"),
    "other": ("other file", "other files"),
}
"""How files are called by what they are, one and many, in the order in which they are told."""


def nothing_found(files: Mapping[str, int], *, draft: bool) -> str:
    """Say that nothing can be scored, what was looked at, and what is wanted.

    files: how many there are, by what they are (`Index.kinds`). draft: whether series without anything are drafted.

    >>> nothing_found({"other": 2, "zip": 1}, draft=True).partition(".")[0]
    'nothing to score was found in 3 files (1 zip, 2 other files)'
    """
    count = sum(files.values())
    looked_at = f"in {_many(count, 'file', 'files')} ({_kinds(files)})" if count else "as there is no file"
    scans = "and CT series" if draft else "and CT series with DICOM SEGs of their lobes and findings"
    others = "" if draft else "; --draft takes CT series without any"
    return (
        f"nothing to score was found {looked_at}. Wanted are readings (reading.json, or those of a score book by "
        f"--store) {scans}{others}."
    )


def _kinds(files: Mapping[str, int]) -> str:
    return ", ".join(_many(files[kind], *called) for kind, called in _CALLED.items() if files.get(kind))


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
