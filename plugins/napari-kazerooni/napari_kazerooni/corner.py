"""Corner: the words over the picture: what scan it is, where the slice lies, what is under the cursor. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kazerooni.model import Notice, Volume, Window
from napari_kazerooni.windowing import name_of

Plane = Literal["axial", "coronal", "sagittal"]


def scan_text(volume: Volume, *, with_date: bool = True) -> str:
    """Tell date, kernel, thickness and gap of a scan, and how it was acquired."""
    technique, geometry = volume.technique, volume.geometry
    date = volume.scan.study_date.isoformat() if volume.scan.study_date else "no date"
    kernel = f"kernel {technique.kernel} ({technique.kernel_class})" if technique.kernel else "kernel unknown"
    facts = (kernel, _slices(volume), f"{technique.acquisition}, {geometry.sampling}")
    return "\n".join((date, *facts) if with_date else facts)


def _slices(volume: Volume) -> str:
    geometry = volume.geometry
    thickness = "thickness unknown" if geometry.slice_thickness_mm is None else f"{geometry.slice_thickness_mm:g} mm"
    if geometry.usual_gap_mm is None:
        return f"{thickness}, one slice"
    return f"{thickness} {'every' if geometry.is_even else 'about every'} {geometry.usual_gap_mm:.4g} mm"


def slice_text(volume: Volume, index: float, window: Window, *, number: int | None = None) -> str:
    """Tell the number of a slice, its true z in the patient (not that of an even grid), and the window.

    index: in the scan. number: as shown, default: that of the scan; slices count from 1.
    """
    z = float(volume.geometry.origins_mm[round(index), 2])
    shown = round(index) + 1 if number is None else number
    return f"slice {shown} of {volume.geometry.shape[0]}   z {_signed(z)} mm\n{_window(window)}"


def plane_text(volume: Volume, plane: Plane, place: Sequence[float], window: Window) -> str:
    """Tell the name of a coronal or sagittal plane through a point of the array, that it is for looking, the window."""
    axis = 1 if plane == "coronal" else 2
    number = f"{plane} plane {round(place[axis]) + 1} of {volume.geometry.shape[axis]}"
    return f"{number}, for looking only\n{_window(window)}"


def _window(window: Window) -> str:
    return f"{name_of(window)} window   W {window.width_hu:.0f}  L {_number(window.level_hu)}"


def cursor_text(volume: Volume, place: Sequence[float]) -> str:
    """Tell HU and LPS mm under a point (slice, row, column) of the array; empty outside it."""
    index, row, column = (round(at) for at in place)
    if not all(0 <= at < size for at, size in zip((index, row, column), volume.geometry.shape, strict=True)):
        return ""
    geometry = volume.geometry
    point = (
        geometry.origins_mm[index]
        + geometry.column_direction * geometry.pixel_spacing_mm[0] * row
        + geometry.row_direction * geometry.pixel_spacing_mm[1] * column
    )
    unit = "HU" if volume.is_hu_proven else "(not proven to be HU)"
    x, y, z = (_signed(float(at)) for at in point)
    return f"{_number(float(volume.hu[index, row, column]))} {unit}   x {x}  y {y}  z {z} mm"


def notices_text(notices: Sequence[Notice]) -> str:
    """Tell that there are notices that nobody has acknowledged."""
    what = "1 notice" if len(notices) == 1 else f"{len(notices)} notices"
    return f"{what} of this scan: see the series dock" if notices else ""


def _signed(value: float) -> str:
    return _number(value, ".1f")


def _number(value: float, how: str = ".0f") -> str:
    return f"{value:{how}}".replace("-", "\N{MINUS SIGN}")
