"""Pure functions: from label maps to a tally, from a reading and a scheme to a score."""

from kazerooni.scoring.beside import WINDOW_DAYS, doses
from kazerooni.scoring.comparability import differences
from kazerooni.scoring.coverage import ENOUGH_PERCENT, SEEN_FROM_S, STRETCH_MM, coverage_percent, shows_lung, stretches
from kazerooni.scoring.criteria import CRITERIA, CT_SIGNS, FACTS, CourseCriterion, judge, judge_all
from kazerooni.scoring.difference import difference_of, incomparable
from kazerooni.scoring.document import (
    SCHEMES_SCHEMA_VERSION,
    SCORE_SCHEMA_VERSION,
    schemes_json,
    score_json,
)
from kazerooni.scoring.grade import score
from kazerooni.scoring.measure import count_voxels, measure, recount, tally_of
from kazerooni.scoring.scheme import Band, Criterion, Region, Scheme
from kazerooni.scoring.schemes import SCHEMES, find_scheme
from kazerooni.scoring.timeline import timeline
from kazerooni.scoring.timeline_document import TIMELINE_SCHEMA_VERSION, timeline_json
from kazerooni.scoring.traces import Trace, traces
from kazerooni.scoring.warnings import warnings_of

__all__ = [
    "CRITERIA",
    "CT_SIGNS",
    "ENOUGH_PERCENT",
    "FACTS",
    "SCHEMES",
    "SCHEMES_SCHEMA_VERSION",
    "SCORE_SCHEMA_VERSION",
    "SEEN_FROM_S",
    "STRETCH_MM",
    "TIMELINE_SCHEMA_VERSION",
    "WINDOW_DAYS",
    "Band",
    "CourseCriterion",
    "Criterion",
    "Region",
    "Scheme",
    "Trace",
    "count_voxels",
    "coverage_percent",
    "difference_of",
    "differences",
    "doses",
    "find_scheme",
    "incomparable",
    "judge",
    "judge_all",
    "measure",
    "recount",
    "schemes_json",
    "score",
    "score_json",
    "shows_lung",
    "stretches",
    "tally_of",
    "timeline",
    "timeline_json",
    "traces",
    "warnings_of",
]
