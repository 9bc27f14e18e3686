"""Score: what a scheme makes of a reading. The fields are those of `score --json` (interface.md); None is null."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kazerooni.errors import IncompleteError
from kazerooni.model.anatomy import Component, Finding, Lobe, State
from kazerooni.model.entry import Origin
from kazerooni.model.notice import Notice


@dataclass(frozen=True, slots=True)
class FindingPercents:
    """The percent of a lobe that each finding holds, None where its component was not assessed.

    traction_bronchiectasis is a yes or no of the lobe, None where nothing was said.
    """

    ground_glass: float | None
    consolidation: float | None
    septal: float | None
    reticulation: float | None
    honeycombing: float | None
    traction_bronchiectasis: bool | None

    def __iter__(self) -> Iterator[tuple[Finding, float | bool | None]]:
        return ((finding, getattr(self, finding.value)) for finding in Finding)


@dataclass(frozen=True, slots=True)
class FindingsPresent:
    """Whether each finding is there; None where its component was not assessed, or only graded as a whole."""

    ground_glass: bool | None
    consolidation: bool | None
    septal: bool | None
    reticulation: bool | None
    honeycombing: bool | None
    traction_bronchiectasis: bool | None

    def __iter__(self) -> Iterator[tuple[Finding, bool | None]]:
        return ((finding, getattr(self, finding.value)) for finding in Finding)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentScore:
    """One component of one lobe. All but the state is None unless the state is `assessed`.

    percent: what the scheme grades by extent, 0 to 100, not rounded; None where only a grade or a presence was typed.
    low, high: 95 % interval of the percent from sampling alone, not reader error; None where the lung is not sampled,
        fewer than 5 slices show the lobe, nothing was seen, or the percent was typed.
    to_edge: distance in percentage points to the nearest inner edge of the scheme, None at 0 %.
    trace: whether a finding of the component is so small in the lobe that it may be a stray stroke.
    on_edge: whether a typed percent lies on an edge; a counted one is graded exactly and never on_edge.
    """

    state: State | None
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    grade: int | None = None
    to_edge: float | None = None
    trace: bool | None = None
    on_edge: bool | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LobeScore:
    """One lobe of a score.

    slices, covered_mm: on how many slices the lobe is seen and the depth they stand for; None where it was not counted.
    flags: kebab-case, stable: `partly-covered`, `few-slices`, `missing-slice`, `not-hrct`, `thick-slices`.
    """

    lobe: Lobe
    volume_ml: float | None
    slices: int | None
    covered_mm: float | None
    flags: tuple[str, ...]
    findings: FindingPercents
    present: FindingsPresent
    alveolar: ComponentScore
    interstitial: ComponentScore

    def component(self, component: Component) -> ComponentScore:
        """Give one of the two components."""
        return self.alveolar if component is Component.ALVEOLAR else self.interstitial


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums of a score, or means; whole numbers for a scheme that sums. None while a grade that is needed is None.

    maximum: of the whole scheme, also beside a partial total.
    lobes: on how many lobes the total stands: those with a grade in both components (a partial total: in each
        component that it holds).
    low, high: range of the total where typed percents lie on an edge, under both owners of the edge; else None.
    without_traces: the total as if the traces had not been marked.
    without_consolidation: the alveolar sum as if consolidation were not measured.
    fibrosis_variant: the interstitial sum by the scheme `kazerooni-fibrosis`.
    The last three are given whenever they can be formed; equal to the plain sum, the choice changes nothing.
    """

    alveolar: float | None
    interstitial: float | None
    total: float | None
    maximum: float
    lobes: int
    low: float | None
    high: float | None
    without_traces: float | None
    without_consolidation: float | None
    fibrosis_variant: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeWeighted:
    """The graded extent as percent of the volume of all lobes together; None while a lobe is not assessed."""

    alveolar_percent: float | None
    interstitial_percent: float | None


@dataclass(frozen=True, kw_only=True)
class Score:
    """The grades of a reading under one scheme. Never compare totals of different schemes.

    `totals` holds None where a sum is refused; `total`, `alveolar` and `interstitial` raise IncompleteError instead, so
    that nothing goes on with a number that does not exist. A partial score was asked for: its sums stand on the grades
    that there are, and `totals.lobes` says on how many lobes.
    """

    scheme: str
    scheme_version: int
    citation: str
    lobes: tuple[LobeScore, ...]
    totals: Totals
    volume_weighted: VolumeWeighted
    notices: tuple[Notice, ...] = ()
    is_partial: bool = False

    @property
    def total(self) -> float:
        """The total of both components over all lobes; raises IncompleteError where a grade is missing."""
        return self._whole(self.totals.total, tuple(Component))

    @property
    def alveolar(self) -> float:
        """The alveolar sum; raises IncompleteError where an alveolar grade is missing."""
        return self._whole(self.totals.alveolar, (Component.ALVEOLAR,))

    @property
    def interstitial(self) -> float:
        """The interstitial sum; raises IncompleteError where an interstitial grade is missing."""
        return self._whole(self.totals.interstitial, (Component.INTERSTITIAL,))

    def missing(self, components: tuple[Component, ...] = tuple(Component)) -> tuple[tuple[Lobe, Component], ...]:
        """List the lobes and components that have no grade."""
        return ungraded(self.lobes, components)

    def _whole(self, amount: float | None, components: tuple[Component, ...]) -> float:
        if amount is None:
            raise IncompleteError(incomplete_message(self.scheme, self.missing(components), lobes=len(self.lobes)))
        return amount


def ungraded(
    lobes: tuple[LobeScore, ...], components: tuple[Component, ...] = tuple(Component)
) -> tuple[tuple[Lobe, Component], ...]:
    """List the lobes and components that have no grade."""
    return tuple((lobe.lobe, c) for c in components for lobe in lobes if lobe.component(c).grade is None)


def incomplete_message(scheme: str, missing: tuple[tuple[Lobe, Component], ...], *, lobes: int) -> str:
    """Say which grades a total lacks, and what to do."""
    return (
        f"the total of scheme {scheme} is refused: not graded are {places_words(missing)}. A grade of each of "
        f"the {lobes} lobes is wanted in both components, as missing is never zero: give the map of the component "
        "(an empty one where nothing was found) and a lobe map that holds the lobe, or ask for a partial total"
    )


def places_words(places: tuple[tuple[Lobe, Component], ...]) -> str:
    """Name components and their lobes, as "alveolar of RUL, RML; interstitial of LLL"."""
    return "; ".join(
        f"{component} of {', '.join(lobe.name for lobe, c in places if c is component)}"
        for component in dict.fromkeys(component for _, component in places)
    )
