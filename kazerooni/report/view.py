"""View: the plain values that a report is laid out from. Every text in them is final: worded and rounded once."""

from __future__ import annotations

from dataclasses import dataclass

from kazerooni.model import Component, Lobe, Severity, Side


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is said under a label. `is_written`: a person or a header wrote the value, in any script."""

    label: str
    value: str
    is_written: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeView:
    """A grade as it is shown.

    text: the number, or why there is none.
    shade: its place on the scale of colours from 0 (lowest) to 5, None where there is no grade.
    """

    text: str
    shade: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """One component of one lobe.

    percent, interval: of what the scheme grades by extent; the interval is empty where there is none.
    by_presence: the findings that give the grade by being there, where nothing is graded by extent; else empty.
    findings: the percent of each finding, or whether it is present.
    remarks: what is to be known beside the grade.
    """

    component: Component
    grade: GradeView
    percent: str
    interval: str
    by_presence: str
    findings: tuple[Fact, ...]
    remarks: tuple[str, ...]

    @property
    def said(self) -> str:
        """The grade and extent in words, for those who do not see the picture."""
        if self.grade.shade is None:
            return self.grade.text
        if self.by_presence:
            return f"grade {self.grade.text} by presence of {self.by_presence}"
        extent = f" ({self.percent} %)" if any(map(str.isdigit, self.percent)) else ""
        return f"grade {self.grade.text}{extent}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LobeView:
    """One lobe: both components, and how much of it was seen."""

    lobe: Lobe
    code: str
    name: str
    side: Side
    alveolar: ComponentView
    interstitial: ComponentView
    seen: tuple[Fact, ...]
    remarks: tuple[str, ...]

    def component(self, component: Component) -> ComponentView:
        """Give one of the two components."""
        return self.alveolar if component is Component.ALVEOLAR else self.interstitial

    @property
    def all_remarks(self) -> tuple[str, ...]:
        """What is to be known of the lobe, then of its components by name."""
        own = (f"{view.component}: {line}" for view in (self.alveolar, self.interstitial) for line in view.remarks)
        return (*self.remarks, *own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum beside its maximum. `share`: how much of the maximum it is, 0 to 1; None where the sum is refused."""

    label: str
    text: str
    maximum: str
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A figure beside the total, and what it means."""

    label: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsView:
    """The total and what stands beside it.

    qualifiers: what must be read with the total: its range, that it is partial, why it is refused.
    beside: figures under other choices, and the volume-weighted extent.
    """

    total: Amount
    parts: tuple[Amount, ...]
    scheme: str
    qualifiers: tuple[str, ...]
    beside: tuple[Beside, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A notice, under the word for its severity."""

    severity: Severity
    heading: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """How one component of one lobe changed: grades and percents of both visits beside each other.

    edge: the edges of the scheme that the extent crossed, and which way; empty where it crossed none.
    """

    component: Component
    grade_before: GradeView
    grade_now: GradeView
    grade_change: str
    percent_before: str
    percent_now: str
    percent_change: str
    edge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LobeChangeView:
    """How both components of one lobe changed."""

    code: str
    name: str
    moves: tuple[MoveView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """What two visits differ in: at the earlier one, and at this one. `stands_out`: is to be seen among its like."""

    label: str
    before: str
    now: str
    stands_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """What changed since an earlier visit.

    kind: "the visit before" or "the baseline".
    headline: the change of the total with its sign, or that it cannot be interpreted. course: both totals.
    verdict: one sentence on what the change is worth.
    still: of the grades that stand still, whose extent moved most; empty where none did.
    hidden: every grade that stands still though the extent moved beyond its sampling interval.
    """

    kind: str
    since: str
    headline: str
    course: str
    is_interpretable: bool
    totals: tuple[Fact, ...]
    verdict: str
    differences: tuple[DifferenceView, ...]
    lobes: tuple[LobeChangeView, ...]
    still: str
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """What stands beside the rest where two visits are compared: the earlier one.

    then, now: their days. facts: scan and reading of both. lobes_then: as drawn. The rest is that of the earlier visit.
    """

    then: str
    now: str
    facts: tuple[DifferenceView, ...]
    lobes_then: tuple[LobeView, ...]
    notices_then: tuple[NoticeView, ...]
    method_then: str
    digests_then: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """What one reader read at one visit, or what the readers of a visit were pooled to.

    column: names it in the head of a column. alveolar, interstitial: grade and percent of each lobe, by the scheme.
    """

    iso: str
    day: str
    column: str
    reader: str
    is_this: bool
    totals: tuple[Fact, ...]
    since_previous: str
    since_baseline: str
    since_best: str
    differs: str
    alveolar: tuple[tuple[GradeView, str], ...]
    interstitial: tuple[tuple[GradeView, str], ...]

    def component(self, component: Component) -> tuple[tuple[GradeView, str], ...]:
        """Give one of the two components."""
        return self.alveolar if component is Component.ALVEOLAR else self.interstitial


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideVisitView:
    """What is known beside a visit: lung function near it, by which equations, and the doses of the day."""

    day: str
    fvc: str
    dlco: str
    equations: str
    doses: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineView:
    """The visits of the patient, one line a reader.

    said: the course of the total in words. rules: how changes and readers were counted.
    beside: lung function and doses by visit, empty where nothing is known beside. window: how near a test must lie.
    events: by date. tests_differ: what makes tests of lung function not comparable.
    """

    heading: str
    lobes: tuple[Fact, ...]
    visits: tuple[VisitView, ...]
    said: str
    rules: tuple[str, ...]
    beside: tuple[BesideVisitView, ...]
    window: str
    events: tuple[str, ...]
    tests_differ: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorSliceView:
    """The slice of the scan before that lies at the level of another slice.

    index: into the slices of that scan. caption: of which visit. place: where it lies and how the level was matched.
    alt: what it shows, for those who do not see it.
    """

    index: int
    lobes: tuple[Lobe, ...]
    caption: str
    place: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceView:
    """The slice of a scan that shows the most of what was graded in one or several lobes.

    index: into the slices of the scan. lobes: whose slice it is. caption: what is to be read below it.
    alt: what it shows, for those who do not see it. prior: the same level at the visit before, where it is at hand.
    """

    index: int
    lobes: tuple[Lobe, ...]
    caption: str
    place: str
    alt: str
    prior: PriorSliceView | None = None
