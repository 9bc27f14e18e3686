"""Pure functions: from label maps to a tally, from a reading and a scheme to a score."""

from kazerooni.scoring.document import SCORE_SCHEMA_VERSION, score_json
from kazerooni.scoring.grade import score
from kazerooni.scoring.measure import count_voxels, measure
from kazerooni.scoring.scheme import Band, Criterion, Region, Scheme
from kazerooni.scoring.schemes import SCHEMES, find_scheme

__all__ = [
    "SCHEMES",
    "SCORE_SCHEMA_VERSION",
    "Band",
    "Criterion",
    "Region",
    "Scheme",
    "count_voxels",
    "find_scheme",
    "measure",
    "score",
    "score_json",
]
