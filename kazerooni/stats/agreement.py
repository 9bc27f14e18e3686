"""Agreement: how far readers agree with each other and with themselves, of scores under one scheme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kazerooni.model import Component, Lobe, ReadersError, ScanRef
from kazerooni.model.agreement import DetectableChange, Sum
from kazerooni.stats.bland_altman import BlandAltman
from kazerooni.stats.bootstrap import FEW_PATIENTS_WARNING, FEWEST_PATIENTS, MANY_PATIENTS
from kazerooni.stats.estimate import Estimate
from kazerooni.stats.scans import LeftOut

_DEPENDENT_WARNING = (
    "{} {} began with the draft of another reader, or after another reading of the scan was shown: not made "
    "independently, so agreement may be overstated."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeAgreement:
    """How far two readings agree on the grades of one component.

    lobe: None for all lobes together. count: pairs of grades. same: percent of pairs with the same grade.
    linear, quadratic: weighted kappa.
    """

    lobe: Lobe | None
    component: Component
    count: int
    same: Estimate
    linear: Estimate
    quadratic: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SumPair:
    """A sum of one scan as two readings have it."""

    scan: ScanRef
    first: float
    second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SumAgreement:
    """How far two readings agree on a sum.

    count: scans of which both have the sum; patients: of how many.
    detectable: the smallest change beyond the error of these two.
    """

    what: Sum
    count: int
    patients: int
    icc_2_1: Estimate
    icc_3_1: Estimate
    differences: BlandAltman
    detectable: DetectableChange
    pairs: tuple[SumPair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two readers of the same scans, or one reader's first and second readings of them.

    kind: `between` readers, or `within` one: then first and second are the same name.
    scans: that both read; patients: of how many.
    """

    kind: Literal["between", "within"]
    first: str
    second: str
    scans: int
    patients: int
    grades: tuple[GradeAgreement, ...]
    sums: tuple[SumAgreement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeAlpha:
    """Krippendorff's ordinal alpha of the grades of one component by all readers.

    lobe: None for all lobes together. count: graded by two readers or more, scans (times lobes for all together).
    """

    lobe: Lobe | None
    component: Component
    count: int
    alpha: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SumOfAll:
    """How far all readers agree on a sum, on the scans of which each has it (count)."""

    what: Sum
    count: int
    patients: int
    icc_2_1: Estimate
    icc_3_1: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Everyone:
    """How far more than two readers agree, all together."""

    grades: tuple[GradeAlpha, ...]
    sums: tuple[SumOfAll, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReaders:
    """Who read a scan how often, and who did not."""

    scan: ScanRef
    times: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far readers agree, under one scheme. Numbers of readings count those that are compared.

    seed, resamples: of the intervals over resampled patients.
    drafts: how many of the readings may still change. dependent: how many began with, or after a look at, another
    reading of the scan.
    everyone: None with two readers or fewer.
    errors: the readers' own error, within readers and between them, as far as there are such readings.
    """

    scheme: str
    scheme_version: int
    maximum: float
    seed: int
    resamples: int
    readers: tuple[str, ...]
    scans: tuple[ScanReaders, ...]
    patients: int
    readings: int
    drafts: int
    dependent: int
    left_out: tuple[LeftOut, ...]
    comparisons: tuple[Comparison, ...]
    everyone: Everyone | None
    errors: tuple[ReadersError, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is to be weighed: intervals of few patients are too narrow; who knew another reading agrees with it."""
        counts = [one.patients for one in self.comparisons]
        is_few = any(FEWEST_PATIENTS <= count < MANY_PATIENTS for count in counts)
        leaning = _DEPENDENT_WARNING.format(self.dependent, "reading" if self.dependent == 1 else "readings")
        return (*([FEW_PATIENTS_WARNING] if is_few else []), *([leaning] if self.dependent else []))

    @property
    def readers_error(self) -> ReadersError:
        """The error to hold a change of the total against: that within readers where there are repeats enough."""
        known = [error for error in self.errors if error.total.smallest is not None]
        return (known or self.errors)[0]
