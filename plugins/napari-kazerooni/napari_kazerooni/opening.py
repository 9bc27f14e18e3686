"""Opening: the series that are worth opening, and one slice of a series before all of it is read. Without Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kazerooni.dicom import Series, read_volume
from kazerooni.errors import UnusableSeriesError
from kazerooni.model import Geometry, Volume


def only_choice(found: Iterable[Series]) -> Series | None:
    """Give the one series that can be scored, None where there is a choice or nothing."""
    usable = [series for series in found if series.usable]
    return usable[0] if len(usable) == 1 else None


def read_slice(series: Series, index: int) -> Volume:
    """Read one slice of a series as a volume of its own. Raises UnusableSeriesError, PixelError."""
    whole = series.geometry
    if whole is None:
        raise UnusableSeriesError("the slices of this series have no place in the patient; pick another one")
    geometry = Geometry(
        (1, *whole.shape[1:]),
        whole.pixel_spacing_mm,
        whole.origins_mm[index : index + 1].copy(),
        whole.orientation,
        whole.slice_thickness_mm,
    )
    return read_volume(replace(series, slices=1, frames=(series.frames[index],), geometry=geometry))


def middle(series: Series) -> int:
    """Give the slice to begin with: in the middle of the chest both lungs are seen."""
    return series.slices // 2
