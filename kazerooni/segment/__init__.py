"""Segment: lungs and lobes of a scan.

`segment(volume, method)` gives the lobes by any method of SEGMENTERS. The steps of the classical one: `find_lungs`
finds both lungs, `find_fissures` lays the fissures, `lobes_of` parts the lungs by them, `move_fissures` follows a point
that a person drags.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kazerooni.segment.guidance import Guidance, LobeCondition, guidance_json, read_guidance
from kazerooni.segment.lungs import Lungs, find_lungs
from kazerooni.segment.request import Segmenter, SegmentRequest
from kazerooni.segment.result import Segmentation, segmentation_json
from kazerooni.segment.shares import usual_share

if TYPE_CHECKING:
    from kazerooni.segment.find import find_fissures
    from kazerooni.segment.fissures import fit_surface, height_mm
    from kazerooni.segment.lobes import lobes_of, move_fissures
    from kazerooni.segment.prior import default_fissures
    from kazerooni.segment.segmenters import DEFAULT_METHOD, SEGMENTERS, method_names, segment
    from kazerooni.segment.traced import trace_fissures
    from kazerooni.segment.unsure import fissure_doubts

__all__ = [
    "DEFAULT_METHOD",
    "SEGMENTERS",
    "Guidance",
    "LobeCondition",
    "Lungs",
    "SegmentRequest",
    "Segmentation",
    "Segmenter",
    "default_fissures",
    "find_fissures",
    "find_lungs",
    "fissure_doubts",
    "fit_surface",
    "guidance_json",
    "height_mm",
    "lobes_of",
    "method_names",
    "move_fissures",
    "read_guidance",
    "segment",
    "segmentation_json",
    "trace_fissures",
    "usual_share",
]

_HOME_OF = {
    **dict.fromkeys(("DEFAULT_METHOD", "SEGMENTERS", "method_names", "segment"), "segmenters"),
    **dict.fromkeys(("fit_surface", "height_mm"), "fissures"),
    **dict.fromkeys(("lobes_of", "move_fissures"), "lobes"),
    "default_fissures": "prior",
    "find_fissures": "find",
    "fissure_doubts": "unsure",
    "trace_fissures": "traced",
}


def __getattr__(name: str) -> Any:
    """Look up what lays surfaces when it is asked for (PEP 562): the interpolation of scipy takes 25 MB and long."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"kazerooni.segment.{_HOME_OF[name]}"), name)
