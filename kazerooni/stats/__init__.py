"""Statistics of readings: pure functions of values, no files, no clocks; what chance they use follows from a seed."""

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
from kazerooni.stats.compare import agreement
from kazerooni.stats.detectable_change import FEWEST_REPEATS, detectable_change
from kazerooni.stats.document import AGREEMENT_SCHEMA_VERSION, agreement_json
from kazerooni.stats.estimate import Estimate
from kazerooni.stats.icc import icc
from kazerooni.stats.kappa import percent_agreement, weighted_kappa
from kazerooni.stats.krippendorff import ordinal_alpha
from kazerooni.stats.scans import LeftOut, ScanRead, match

__all__ = [
    "AGREEMENT_SCHEMA_VERSION",
    "FEWEST_PATIENTS",
    "FEWEST_REPEATS",
    "RESAMPLES",
    "SEED",
    "Agreement",
    "BlandAltman",
    "Comparison",
    "Estimate",
    "Everyone",
    "GradeAgreement",
    "GradeAlpha",
    "LeftOut",
    "ScanRead",
    "ScanReaders",
    "SumAgreement",
    "SumOfAll",
    "SumPair",
    "agreement",
    "agreement_json",
    "bland_altman",
    "detectable_change",
    "icc",
    "match",
    "ordinal_alpha",
    "percent_agreement",
    "weighted_kappa",
]
