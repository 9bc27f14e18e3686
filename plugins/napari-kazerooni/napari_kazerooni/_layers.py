"""How a volume lies in napari, until `layers.image_kwargs` takes over: this module is to go then."""

from __future__ import annotations

from typing import Any

from kazerooni.model import Volume
from napari_kazerooni.windowing import LUNG, RANGE_HU, limits


def image_kwargs(volume: Volume) -> dict[str, Any]:
    """Give the keywords of the image layer of a volume: mm, lung window, the true geometry in its metadata."""
    geometry = volume.geometry
    rows_mm, columns_mm = geometry.pixel_spacing_mm
    gap_mm = geometry.usual_gap_mm or geometry.slice_thickness_mm or 1.0
    return {
        "name": "CT",
        "scale": (gap_mm, rows_mm, columns_mm),
        "translate": (float(geometry.slice_positions_mm[0]), 0.0, 0.0),
        "units": ("mm", "mm", "mm"),
        "axis_labels": ("slice", "row", "column"),
        "colormap": "gray",
        "contrast_limits": limits(LUNG),
        "metadata": {"geometry": geometry, "contrast_limits_range": RANGE_HU},
    }
