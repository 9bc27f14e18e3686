"""Segment: lungs and lobes of a scan.

`segment(volume, method)` gives the lobes by any method of SEGMENTERS. The steps of the classical one: `find_lungs`
finds both lungs, `find_fissures` lays the fissures, `lobes_of` parts the lungs by them, `move_fissures` follows a point
that a person drags.
"""

from kazerooni.segment.find import find_fissures
from kazerooni.segment.fissure_doubts import fissure_doubts
from kazerooni.segment.fissures import fit_surface, height_mm
from kazerooni.segment.guidance import Guidance, LobeCondition, guidance_json, read_guidance
from kazerooni.segment.lobes import lobes_of, move_fissures
from kazerooni.segment.lungs import Lungs, find_lungs
from kazerooni.segment.prior import default_fissures
from kazerooni.segment.request import Segmenter, SegmentRequest
from kazerooni.segment.result import Segmentation, segmentation_json
from kazerooni.segment.segmenters import DEFAULT_METHOD, SEGMENTERS, method_names, segment
from kazerooni.segment.shares import usual_share
from kazerooni.segment.traced import trace_fissures

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
