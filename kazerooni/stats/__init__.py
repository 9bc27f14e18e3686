"""Statistics of readings: pure functions of values, no files, no clocks; what chance they use follows from a seed."""

from kazerooni.model.months import add_months
from kazerooni.stats.agreement import (
    Agreement,
    Comparison,
    Everyone,
    GradeAgreement,
    GradeAlpha,
    ScanReaders,
    SumAgreement,
    SumOfAll,
    SumPair,
)
from kazerooni.stats.bland_altman import BlandAltman, bland_altman
from kazerooni.stats.bootstrap import FEWEST_PATIENTS, RESAMPLES, SEED
from kazerooni.stats.cohort import (
    COMPARED,
    COMPARISONS,
    Cohort,
    CohortGroup,
    CohortRules,
    DroppedOut,
    PairedComparison,
    PointSummary,
    Row,
)
from kazerooni.stats.cohort_document import COHORT_SCHEMA_VERSION, cohort_json
from kazerooni.stats.compare import agreement
from kazerooni.stats.describe import DEFAULT_RULE, QUARTILE_RULES, Summary, describe
from kazerooni.stats.detectable_change import FEWEST_REPEATS, detectable_change
from kazerooni.stats.difference import NO_NEW, DifferenceSums, GroupSums, MostChanged
from kazerooni.stats.document import AGREEMENT_SCHEMA_VERSION, agreement_json
from kazerooni.stats.doses import dose_on, dose_values
from kazerooni.stats.estimate import Estimate
from kazerooni.stats.follow import cohort
from kazerooni.stats.icc import icc
from kazerooni.stats.kappa import percent_agreement, weighted_kappa
from kazerooni.stats.krippendorff import ordinal_alpha
from kazerooni.stats.multiple import holm
from kazerooni.stats.paired import PairedT, paired_t
from kazerooni.stats.running import RunningDifferences
from kazerooni.stats.scans import LeftOut, ScanRead, match
from kazerooni.stats.series import Dated, IndexEvent, PatientSeries, Profile, Variable
from kazerooni.stats.signed_rank import MOST_EXACT, SignedRank, ZeroRule, signed_rank
from kazerooni.stats.time_points import (
    BASELINE_MONTHS,
    TIME_POINTS,
    WINDOWS,
    Cell,
    Missing,
    Taken,
    TimePointName,
    Window,
    time_points,
)

__all__ = [
    "AGREEMENT_SCHEMA_VERSION",
    "BASELINE_MONTHS",
    "COHORT_SCHEMA_VERSION",
    "COMPARED",
    "COMPARISONS",
    "DEFAULT_RULE",
    "FEWEST_PATIENTS",
    "FEWEST_REPEATS",
    "MOST_EXACT",
    "NO_NEW",
    "QUARTILE_RULES",
    "RESAMPLES",
    "SEED",
    "TIME_POINTS",
    "WINDOWS",
    "Agreement",
    "BlandAltman",
    "Cell",
    "Cohort",
    "CohortGroup",
    "CohortRules",
    "Comparison",
    "Dated",
    "DifferenceSums",
    "DroppedOut",
    "Estimate",
    "Everyone",
    "GradeAgreement",
    "GradeAlpha",
    "GroupSums",
    "IndexEvent",
    "LeftOut",
    "Missing",
    "MostChanged",
    "PairedComparison",
    "PairedT",
    "PatientSeries",
    "PointSummary",
    "Profile",
    "Row",
    "RunningDifferences",
    "ScanRead",
    "ScanReaders",
    "SignedRank",
    "SumAgreement",
    "SumOfAll",
    "SumPair",
    "Summary",
    "Taken",
    "TimePointName",
    "Variable",
    "Window",
    "ZeroRule",
    "add_months",
    "agreement",
    "agreement_json",
    "bland_altman",
    "cohort",
    "cohort_json",
    "describe",
    "detectable_change",
    "dose_on",
    "dose_values",
    "holm",
    "icc",
    "match",
    "ordinal_alpha",
    "paired_t",
    "percent_agreement",
    "signed_rank",
    "time_points",
    "weighted_kappa",
]
