"""Kept: the scan and the map files that a kept reading was made from, found again by series UID and by digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kazerooni.dicom import Progress, Series, find_series
from kazerooni.errors import NoSeriesError, ReadingError
from kazerooni.files import StrPath, digest_of
from kazerooni.model import Reading

_MAP_SUFFIXES: Final = {".dcm", ".nrrd", ".nii", ".gz", ".mha", ".mhd"}


@dataclass(frozen=True, slots=True)
class Scans:
    """Scans that were looked through once. names: of their places, for messages. series: all that lie there."""

    names: str
    series: tuple[Series, ...]

    @classmethod
    def at(cls, *places: StrPath, progress: Progress | None = None) -> Scans:
        """Look through some places. Raises ScanError."""
        return cls(", ".join(Path(place).name for place in places), tuple(find_series(list(places), progress=progress)))

    def find(self, reading: Reading) -> Series | None:
        """Give the series of a reading, the one of its very slices where several go by its UID; None where none does.

        Raises ReadingError where the reading names no series.
        """
        uid = reading.scan.series_uid
        if uid is None:
            raise ReadingError(
                f"reading {reading.id} names no series, as its values were typed without a scan, so no scan is known "
                "to be its own; choose html, pdf, csv or json, under the pseudonym and without --scan"
            )
        own = [series for series in self.series if series.series_uid == uid]
        return next(
            (series for series in own if series.scan.sop_uids == reading.scan.sop_uids), own[0] if own else None
        )

    def own(self, reading: Reading) -> Series:
        """Give the series of a reading. Raises NoSeriesError where it is not there, ReadingError as `find` does."""
        found = self.find(reading)
        if found is None:
            raise NoSeriesError(
                f"{self.names}: does not hold series {reading.scan.series_uid} of reading {reading.id}; nothing of "
                "another scan may stand under its score: give the scan of the reading"
            )
        return found


def series_of(reading: Reading, *scans: StrPath) -> Series:
    """Find the series of a reading in its scan, which must be one of some.

    Raises ReadingError where the reading names no series, NoSeriesError where it is not there, ScanError.
    """
    return Scans.at(*scans).own(reading)


def files_by_digest(places: Iterable[Path], wanted: Collection[str]) -> dict[str, Path]:
    """Find files by their SHA-256: among single files, and among what is named like a label map in folders.

    Places that are not there are passed over. Looks no further where all that is wanted was found.
    """
    found: dict[str, Path] = {}
    for path in _files(places):
        if len(found) == len(wanted):
            break
        digest = digest_of(path)
        if digest in wanted:
            found.setdefault(digest, path)
    return found


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_file():
            yield place
        elif place.is_dir():
            yield from sorted(one for one in place.iterdir() if one.suffix.lower() in _MAP_SUFFIXES and one.is_file())
