"""Pure functions: from label maps to a tally, from a reading and a scheme to a score."""

from kazerooni.scoring.document import (
    SCHEMES_SCHEMA_VERSION,
    SCORE_SCHEMA_VERSION,
    TIMELINE_SCHEMA_VERSION,
    schemes_json,
    score_json,
    timeline_json,
)
from kazerooni.scoring.grade import score
from kazerooni.scoring.measure import count_voxels, measure, recount
from kazerooni.scoring.scheme import Band, Criterion, Region, Scheme
from kazerooni.scoring.schemes import SCHEMES, find_scheme
from kazerooni.scoring.timeline import differences, timeline

__all__ = [
    "SCHEMES",
    "SCHEMES_SCHEMA_VERSION",
    "SCORE_SCHEMA_VERSION",
    "TIMELINE_SCHEMA_VERSION",
    "Band",
    "Criterion",
    "Region",
    "Scheme",
    "count_voxels",
    "differences",
    "find_scheme",
    "measure",
    "recount",
    "schemes_json",
    "score",
    "score_json",
    "timeline",
    "timeline_json",
]
