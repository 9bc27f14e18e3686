"""Planes: axial, coronal and sagittal pictures of a scan with its lobes outlined, as one PNG to look at."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import OutputError
from kazerooni.labels import COLOURS
from kazerooni.model import Lobe, LobeMap, Volume, corners_mm, nearest_voxels
from kazerooni.report.picture import in_window

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

# A pixel of the picture; two pictures side by side fit a screen.
_PIXEL_MM = 0.7
_MARGIN_MM = 20.0
_GAP, _FOOT = 8, 26
_BACKGROUND = (16, 18, 20)
_TEXT = (235, 235, 235)
_LETTER_SIZE, _TEXT_SIZE = 16, 14

Floats = NDArray[np.float64]
Colours = NDArray[np.uint8]
_AXES = "xyz"


@dataclass(frozen=True, slots=True)
class _Plane:
    """One plane: across and down it run the patient's axes, towards the sides that the letters name.

    level_mm: where it cuts the third axis.
    """

    name: str
    across: int
    down: int
    down_sign: int
    level_mm: float
    letters: tuple[str, str, str, str]

    @property
    def through(self) -> int:
        return 3 - self.across - self.down

    @property
    def caption(self) -> str:
        return f"{self.name}, {_AXES[self.through]} {self.level_mm:.0f} mm"


def lobe_planes(volume: Volume, lobes: LobeMap, *, heading: Sequence[str] = ()) -> bytes:
    """Draw an axial, a coronal and two sagittal planes through the lungs with the lobes outlined; a PNG.

    Patient's right on the left, head up, front to the left in sagittal planes. Between slices with gaps the nearest one
    is shown, as nothing is known of what lies there. The axial plane is where most lobes meet.

    heading: lines of text above the pictures.

    Raises OutputError where Pillow is missing.
    """
    panels = [_panel(volume, lobes, plane) for plane in _planes(lobes)]
    return _png(panels, _legend(lobes), heading)


def _planes(lobes: LobeMap) -> list[_Plane]:
    """Choose the planes: through the middle of each lung, and the axial one on which the most lobes show."""
    middle = {side: _middle_mm(lobes, side) for side in ("right", "left")}
    held = [place for place in middle.values() if place is not None]
    both = np.mean(held, axis=0) if held else corners_mm(lobes.geometry).reshape(-1, 3).mean(axis=0)
    right, left = (float(place[0]) if place is not None else float(both[0]) for place in middle.values())
    return [
        _Plane("axial", 0, 1, 1, _busiest_mm(lobes, float(both[2])), ("R", "L", "A", "P")),
        _Plane("coronal", 0, 2, -1, float(both[1]), ("R", "L", "H", "F")),
        _Plane("sagittal, right lung", 1, 2, -1, right, ("A", "P", "H", "F")),
        _Plane("sagittal, left lung", 1, 2, -1, left, ("A", "P", "H", "F")),
    ]


def _middle_mm(lobes: LobeMap, side: str) -> Floats | None:
    """Give the middle of one lung; None where the map holds none of it."""
    own = [lobe for lobe in Lobe if lobe.side == side]
    geometry, places, weights = lobes.geometry, [], []
    for index in range(0, geometry.shape[0], max(1, geometry.shape[0] // 60)):
        rows, columns = np.nonzero(np.isin(lobes.labels[index], own))
        if rows.size:
            down = rows.mean() * geometry.pixel_spacing_mm[0] * geometry.column_direction
            along = columns.mean() * geometry.pixel_spacing_mm[1] * geometry.row_direction
            places.append(geometry.origins_mm[index] + down + along)
            weights.append(rows.size)
    return np.average(places, axis=0, weights=weights) if places else None


def _busiest_mm(lobes: LobeMap, otherwise: float) -> float:
    """Give the height at which the most lobes show, each with a good part of its slice."""
    geometry = lobes.geometry
    if abs(float(geometry.normal[2])) < 0.5:
        return otherwise
    counts = np.stack([np.bincount(plane.reshape(-1), minlength=max(Lobe) + 1)[1:] for plane in lobes.labels])
    if not counts.any():
        return otherwise
    score = np.sqrt(counts).sum(axis=1)  # most where the area is evenly parted among many
    _, rows, columns = geometry.shape
    down = geometry.column_direction * geometry.pixel_spacing_mm[0] * (rows - 1) / 2
    along = geometry.row_direction * geometry.pixel_spacing_mm[1] * (columns - 1) / 2
    return float((geometry.origins_mm[int(score.argmax())] + down + along)[2])


def _panel(volume: Volume, lobes: LobeMap, plane: _Plane) -> tuple[_Plane, Colours]:
    """Draw one plane; uint8 (row, column, colour)."""
    low, high = _box_mm(lobes)
    across = np.arange(low[plane.across], high[plane.across], _PIXEL_MM)
    down = np.arange(low[plane.down], high[plane.down], _PIXEL_MM)[:: plane.down_sign]
    places = np.empty((down.size, across.size, 3))
    places[..., plane.across], places[..., plane.down] = across[None], down[:, None]
    places[..., plane.through] = plane.level_mm
    voxels = nearest_voxels(volume.geometry, places)
    grey = np.where(voxels.inside, in_window(voxels.of(volume.hu), volume), 0)
    picture = np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)
    labels = np.where(voxels.inside, voxels.of(lobes.labels), 0)
    for lobe in Lobe:
        picture[_rim(labels == lobe)] = COLOURS[lobe]
    return plane, picture


def _box_mm(lobes: LobeMap) -> tuple[Floats, Floats]:
    """Give the lowest and highest LPS coordinates of the lobes with a margin, within the scan."""
    geometry = lobes.geometry
    corners = corners_mm(geometry).reshape(-1, 3)
    slices = np.flatnonzero(lobes.labels.any(axis=(1, 2)))
    held: NDArray[np.bool_] = np.any(lobes.labels, axis=0)
    rows, columns = np.flatnonzero(held.any(axis=1)), np.flatnonzero(held.any(axis=0))
    if not slices.size:
        return corners.min(axis=0), corners.max(axis=0)
    places = [
        geometry.origins_mm[index]
        + row * geometry.pixel_spacing_mm[0] * geometry.column_direction
        + column * geometry.pixel_spacing_mm[1] * geometry.row_direction
        for index in slices[[0, -1]]
        for row in rows[[0, -1]]
        for column in columns[[0, -1]]
    ]
    low = np.maximum(np.min(places, axis=0) - _MARGIN_MM, corners.min(axis=0))
    high = np.minimum(np.max(places, axis=0) + _MARGIN_MM, corners.max(axis=0))
    return low, np.maximum(high, low + _PIXEL_MM)


def _rim(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Give the pixels of a mask that touch its outside."""
    wide = np.pad(mask, 1)
    inner = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    rim: NDArray[np.bool_] = mask & ~inner
    return rim


def _legend(lobes: LobeMap) -> Mapping[Lobe, tuple[int, int, int]]:
    return {lobe: COLOURS[lobe] for lobe in Lobe if np.any(lobes.labels == lobe)}


def _png(
    panels: Sequence[tuple[_Plane, Colours]], legend: Mapping[Lobe, tuple[int, int, int]], heading: Sequence[str]
) -> bytes:
    """Put the pictures two by two, with captions, letters of the sides and the colours of the lobes."""
    try:
        from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise OutputError("a preview needs Pillow: pip install kazerooni[report]") from None
    rows = [panels[:2], panels[2:]]
    widths = [max(row[n][1].shape[1] for row in rows) for n in (0, 1)]
    heights = [max(picture.shape[0] for _, picture in row) for row in rows]
    top = _GAP + len(heading) * (_TEXT_SIZE + 6)
    size = (sum(widths) + 3 * _GAP, top + sum(heights) + 2 * (_FOOT + _GAP) + _FOOT)
    page = Image.new("RGB", size, _BACKGROUND)
    draw = ImageDraw.Draw(page)
    font, letters = ImageFont.load_default(_TEXT_SIZE), ImageFont.load_default(_LETTER_SIZE)
    for number, line in enumerate(heading):
        draw.text((_GAP, _GAP // 2 + number * (_TEXT_SIZE + 6)), line, _TEXT, font=font)
    y = top
    for row, height in zip(rows, heights, strict=True):
        x = _GAP
        for (plane, picture), width in zip(row, widths, strict=True):
            corner = (x + (width - picture.shape[1]) // 2, y + (height - picture.shape[0]) // 2)
            page.paste(Image.fromarray(picture), corner)
            _letter_sides(draw, plane, corner, picture.shape, letters)
            draw.text((x + width / 2, y + height + 4), plane.caption, _TEXT, font=font, anchor="ma")
            x += width + _GAP
        y += height + _FOOT + _GAP
    _draw_legend(draw, legend, y, font)
    out = io.BytesIO()
    page.save(out, "PNG", optimize=True)
    return out.getvalue()


def _letter_sides(draw: ImageDraw, plane: _Plane, corner: tuple[int, int], shape: tuple[int, ...], font: Any) -> None:
    x, y = corner
    height, width = shape[:2]
    for letter, place, anchor in zip(
        plane.letters,
        (
            (x + 4, y + height / 2),
            (x + width - 4, y + height / 2),
            (x + width / 2, y + 3),
            (x + width / 2, y + height - 3),
        ),
        ("lm", "rm", "ma", "md"),
        strict=True,
    ):
        draw.text(place, letter, _TEXT, font=font, anchor=anchor, stroke_width=2, stroke_fill=_BACKGROUND)


def _draw_legend(draw: ImageDraw, legend: Mapping[Lobe, tuple[int, int, int]], y: int, font: Any) -> None:
    x = _GAP
    for lobe, colour in legend.items():
        draw.rectangle((x, y + 3, x + 12, y + 15), fill=colour)
        draw.text((x + 18, y), lobe.name, _TEXT, font=font)
        x += 70
