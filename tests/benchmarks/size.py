"""Size: how large the measured scans are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """A spiral and a sequential series of side x side pixels, and an archive of many small series.

    The archive holds `archive_series` series of `archive_slices` files of 16 x 16 pixels: its headers are measured.
    A score book holds so many `readings`, an archive that nobody has read so many sequential `studies`.
    """

    slices: int = 600
    side: int = 512
    sequential: int = 30
    archive_series: int = 33
    archive_slices: int = 600
    readings: int = 100_000
    studies: int = 12

    @property
    def volume_mb(self) -> float:
        """Size of the volume of the spiral series in megabytes (10**6 bytes), int16."""
        return 2 * self.slices * self.side**2 / 1e6


QUICK = Size(slices=60, archive_series=11, archive_slices=180, readings=10_000, studies=8)
