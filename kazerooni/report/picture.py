"""Picture: a slice in lung window, patient's right on the left, with borders of lobes and outlines of marks, as SVG."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import OutputError
from kazerooni.model import Case, Finding, FindingMap, Geometry, Lobe, Volume, findings_of
from kazerooni.report.colours import DASHES, MARKS
from kazerooni.report.outline import outlines
from kazerooni.report.view import PriorSliceView, SliceView

LEVEL_HU, WIDTH_HU = -600.0, 1500.0
"""The lung window (score.md)."""

_MARGIN_MM = 18.0
_QUALITY = 88
_BORDER = "#ffffff"
# The picture on a page is about this wide, in pixels of the screen; lines and letters are sized by it.
_SHOWN_PX = 420.0

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of every slice that is shown, and how it is turned: front up, patient's right on the left.

    rows, columns: what is cut out, in pixels of the scan. turned: whether rows run from side to side in the scan.
    flip_rows, flip_columns: after that. aspect: height of a pixel over its width, as it is shown.
    """

    rows: slice
    columns: slice
    turned: bool
    flip_rows: bool
    flip_columns: bool
    aspect: float

    def cut(self, plane: NDArray[np.generic]) -> NDArray[np.generic]:
        """Cut the part out of a slice (row, column) and turn it."""
        part = plane[self.rows, self.columns]
        part = part.T if self.turned else part
        return part[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]


def frame_of(geometry: Geometry, lobes: Bytes) -> Frame:
    """Frame the lungs of a scan with a margin, so that all its pictures have one scale."""
    turned = abs(geometry.row_direction[1]) > abs(geometry.row_direction[0])
    down, along = geometry.column_direction, geometry.row_direction
    across, upright = (down, along) if turned else (along, down)
    row_mm, column_mm = geometry.pixel_spacing_mm
    return Frame(
        rows=_span(np.any(lobes, axis=(0, 2)), _MARGIN_MM / row_mm),
        columns=_span(np.any(lobes, axis=(0, 1)), _MARGIN_MM / column_mm),
        turned=bool(turned),
        flip_rows=bool(upright[1] < 0),
        flip_columns=bool(across[0] < 0),
        aspect=column_mm / row_mm if turned else row_mm / column_mm,
    )


def _span(held: NDArray[np.bool_], margin: float) -> slice:
    where = np.flatnonzero(held)
    if not where.size:
        return slice(0, held.size)
    pixels = round(margin)
    return slice(max(0, int(where[0]) - pixels), min(held.size, int(where[-1]) + 1 + pixels))


def slice_picture(case: Case, view: SliceView | PriorSliceView, frame: Frame) -> str:
    """Draw one slice as SVG text, its pixels as a JPEG inside.

    Raises OutputError where Pillow is missing.
    """
    assert case.volume is not None, "slices are chosen only where there is a scan"
    assert case.lobes is not None, "slices are chosen only where there is a lobe map"
    shown = frame.cut(case.volume.hu[view.index])
    rows, columns = shown.shape
    width, height = 2 * columns, 2 * rows * frame.aspect  # in half pixels, in which outlines have whole numbers
    unit = width / _SHOWN_PX
    lobes = frame.cut(case.lobes.labels[view.index])
    maps = [found for found in (case.alveolar, case.interstitial) if found is not None]
    lines = [
        *_borders(lobes, view, frame, unit),
        *(line for found in maps for line in _marks(found, view, frame, unit)),
    ]
    data = b64encode(_jpeg(in_window(shown, case.volume))).decode()
    return (
        f'<svg class="slice" viewBox="0 0 {width} {height:g}" role="img" aria-label="{escape(view.alt)}">'
        f'<image href="data:image/jpeg;base64,{data}" width="{width}" height="{height:g}" '
        f'preserveAspectRatio="none"/>{"".join(lines)}{_letter("R", 14 * unit, unit)}'
        f"{_letter('L', width - 14 * unit, unit)}</svg>"
    )


def in_window(values: NDArray[np.generic], volume: Volume) -> Bytes:
    """Give grey values of a slice in lung window; from its own range where the values are not known to be HU."""
    hu = values.astype(np.float32)
    low, width = LEVEL_HU - WIDTH_HU / 2, WIDTH_HU
    if not volume.is_hu_proven:
        low, high = (float(v) for v in np.percentile(hu, (1, 99)))
        width = max(high - low, 1.0)
    grey: Bytes = np.clip(np.rint((hu - low) * (255 / width)), 0, 255).astype(np.uint8)
    return grey


def _jpeg(grey: Bytes) -> bytes:
    try:
        from PIL import Image  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise OutputError("pictures of slices need Pillow: pip install kazerooni[report]") from None
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(grey)).save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _borders(lobes: NDArray[np.generic], view: SliceView | PriorSliceView, frame: Frame, unit: float) -> Iterator[str]:
    """Draw the border of every lobe; those that the picture is for stand out."""
    for lobe in Lobe:
        path = _outline(lobes == lobe, frame)
        if path:
            strength, wide = (0.95, 1.1) if lobe in view.lobes else (0.45, 0.8)
            yield (
                f'<path d="{path}" fill="none" stroke="{_BORDER}" stroke-opacity="{strength}" '
                f'stroke-width="{wide * unit:.2f}"/>'
            )


def _marks(found: FindingMap, view: SliceView | PriorSliceView, frame: Frame, unit: float) -> Iterator[str]:
    labels = frame.cut(found.labels[view.index])
    for finding in findings_of(found.component):
        path = _outline(labels == finding.label, frame)
        if path:
            yield (
                f'<path d="{path}" fill="none" stroke="{MARKS[found.component]}" stroke-linejoin="round" '
                f'stroke-width="{line_width(finding) * unit:.2f}"{dash(finding, unit)}/>'
            )


def line_width(finding: Finding) -> float:
    """Give how wide the outline of a finding is, in pixels of the screen: the graver, the wider."""
    return 2.2 if finding in (Finding.HONEYCOMBING, Finding.CONSOLIDATION) else 1.4


def dash(finding: Finding, unit: float) -> str:
    """Give the attribute that dashes the outline of a finding, empty for a full line."""
    if not DASHES[finding]:
        return ""
    lengths = " ".join(f"{float(length) * unit:.2f}" for length in DASHES[finding].split())
    return f' stroke-dasharray="{lengths}"'


def _outline(mask: NDArray[np.bool_], frame: Frame) -> str:
    """Give the outline of a mask (row, column) as an SVG path in the units of the picture; empty for none."""
    return "".join(_path(line, frame) for line in outlines(mask))


def _path(line: NDArray[np.float64], frame: Frame) -> str:
    """Write a closed line in steps from point to point: in half pixels these are short whole numbers."""
    tenths = np.rint(line[:, ::-1] * (20, 20 * frame.aspect)).astype(int)
    steps = " ".join(f"{x / 10:g} {y / 10:g}" for x, y in np.diff(tenths, axis=0).tolist())
    first = " ".join(f"{value / 10:g}" for value in tenths[0].tolist())
    return f"M{first}l{steps.replace(' -', '-')}z"


def _letter(letter: str, x: float, unit: float) -> str:
    return (
        f'<text x="{x:.1f}" y="{22 * unit:.1f}" font-size="{16 * unit:.1f}" font-weight="700" fill="#ffffff" '
        f'text-anchor="middle" aria-hidden="true">{letter}</text>'
    )
