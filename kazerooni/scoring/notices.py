"""Notices of a score: what must be said beside its numbers, so that nobody reads them for more than they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from kazerooni.model import (
    Component,
    Finding,
    Lobe,
    LobeScore,
    Notice,
    Origin,
    Reading,
    Severity,
    State,
    Totals,
    findings_of,
    incomplete_message,
    places_words,
    ungraded,
)
from kazerooni.scoring.evidence import Evidence
from kazerooni.scoring.scheme import Scheme
from kazerooni.scoring.schemes import KAZEROONI, KAZEROONI_FIBROSIS
from kazerooni.scoring.totals import Known, component_by, component_grade

# Above this a reader must see both interstitial sums (score.md, "Schemes are data").
RETICULATION_TOLD_ABOVE_PERCENT = 5

# The notice of a flag, by its code, and what it means for the lobes that carry it.
_FLAGS = {
    "partly-covered": (
        "partly-covered",
        "seen on the first or last slice; the percents are of the covered part",
    ),
    "few-slices": ("few-slices", "seen on fewer than 3 slices"),
    "missing-slice": (
        "lobe-missing-slice",
        "slices are missing there; their neighbours stand for no more than the usual gap",
    ),
}


def notices_of(
    reading: Reading, scheme: Scheme, known: Known, lobes: tuple[LobeScore, ...], totals: Totals, *, partial: bool
) -> tuple[Notice, ...]:
    """List what is to be told beside the lobes and totals of a scheme."""
    told = (
        _incomplete(scheme, lobes, totals, partial=partial),
        _not_assessable(reading),
        *_typed(scheme, known),
        _outside(reading),
        *_flagged(lobes),
        _not_hrct(reading, lobes),
        _traces(lobes, totals),
        _unsure(scheme, lobes),
        _consolidation(scheme, known, lobes, totals, partial=partial),
        _traction(scheme, known, lobes),
        _proposed(scheme, known),
        _reticulation(scheme, known, lobes, totals, partial=partial),
    )
    return tuple(notice for notice in told if notice is not None)


def _incomplete(scheme: Scheme, lobes: tuple[LobeScore, ...], totals: Totals, *, partial: bool) -> Notice | None:
    missing = ungraded(lobes)
    if not missing:
        return None
    if partial:
        of_each = {c: sum(lobe.component(c).grade is not None for lobe in lobes) for c in Component}
        parts = ", ".join(f"{component} {count}" for component, count in of_each.items())
        stands = f"the total stands on {totals.lobes} of {len(lobes)} lobes ({parts})"
        return Notice("partial", "warning", f"{stands}; not graded are {places_words(missing)}")
    return Notice("incomplete", "warning", incomplete_message(scheme.name, missing, lobes=len(lobes)))


def _not_assessable(reading: Reading) -> Notice | None:
    places = ((lobe, component) for lobe in Lobe for component in Component)
    said = [entry for place in places if (entry := reading.entry(*place)) and entry.state is not State.ASSESSED]
    if not said:
        return None
    words = (f"{e.what} {e.state.replace('_', ' ')}{f' ({e.reason})' if e.reason else ''}" for e in said)
    return Notice("not-assessed", "info", f"the reader said: {'; '.join(words)}")


def _typed(scheme: Scheme, known: Known) -> Iterator[Notice]:
    """Tell what typed values leave open, and how they were taken."""
    places = _Places(scheme, known)
    if over := places.where(lambda e: e.marks_set_aside):
        yield Notice("typed-over-marks", "warning", f"{over}: typed values count, the marks painted there do not")
    if open_ := places.where(lambda e: e.is_assessed and places.grade(e) is None):
        message = f"{open_}: the graded extent was not typed, not told apart, or of parts that do not join; not graded"
        yield Notice("extent-not-given", "warning", message)
    if graded := places.where(lambda e: bool(e.typed_grades)):
        message = f"{graded}: only a grade was typed, under {scheme.name}; it cannot be graded under other edges"
        yield Notice("grade-only", "info", message)
    if on_edge := places.where(places.is_on_edge):
        message = f"{on_edge}: the typed percent lies on an edge; the total is given under both of its owners"
        yield Notice("typed-on-edge", "info", message)
    if unnamed := _unnamed(known):
        yield Notice("findings-not-named", "info", f"not named beside typed values, so taken as not seen: {unnamed}")


class _Places:
    """The components of regions, by what holds of them."""

    def __init__(self, scheme: Scheme, known: Known) -> None:
        self._scheme, self._known = scheme, known

    def where(self, holds: Callable[[Evidence], bool]) -> str:
        """Name the components of regions of which something holds."""
        found = {
            component: [
                r.lobe.name for r, e in zip(self._scheme.regions, self._known[component], strict=True) if holds(e)
            ]
            for component in Component
        }
        return "; ".join(f"{component} of {', '.join(names)}" for component, names in found.items() if names)

    def grade(self, evidence: Evidence) -> int | None:
        """Grade as the score does."""
        return component_grade(evidence, self._scheme.criterion(evidence.component))

    def is_on_edge(self, evidence: Evidence) -> bool:
        """Tell whether a typed percent lies on an edge."""
        return evidence.lies_on(self._scheme.criterion(evidence.component))


def _unnamed(known: Known) -> str:
    """Name the findings that were not named in entries that name others, and where."""
    lobes: dict[Finding, list[str]] = {}
    for component in Component:
        entries = [entry for evidence in known[component] for entry in evidence.typed]
        for entry in entries:
            if any(value.finding is not None for value in entry.values):
                for finding in findings_of(component):
                    if entry.value_of(finding) is None:
                        lobes.setdefault(finding, []).append(entry.lobe.name)
    return "; ".join(f"{finding.full_name} ({', '.join(names)})" for finding, names in lobes.items())


def _outside(reading: Reading) -> Notice | None:
    tally = reading.tally
    if tally is None:
        return None
    counted = {
        finding: tally.marked_outside(finding)
        for component in Component
        if component in tally.measured
        for finding in findings_of(component)
    }
    marks = ", ".join(
        f"{finding.full_name} {voxels} voxels ({100 * voxels / tally.marked(finding):.1f} % of it)"
        for finding, voxels in counted.items()
        if voxels
    )
    if not marks:
        return None
    return Notice("marks-outside-lobes", "warning", f"marks outside every lobe count for no lobe: {marks}")


def _flagged(lobes: tuple[LobeScore, ...]) -> Iterator[Notice]:
    """Tell which lobes carry a flag that is told lobe by lobe."""
    for flag, (code, meaning) in _FLAGS.items():
        names = _names(lobe for lobe in lobes if flag in lobe.flags)
        if names:
            yield Notice(code, "warning", f"{names}: {meaning}")


def _unsure(scheme: Scheme, lobes: tuple[LobeScore, ...]) -> Notice | None:
    """Tell whose grade sampling alone leaves open: an interval that holds an edge."""
    found = tuple(
        (lobe.lobe, component)
        for component in Component
        for lobe in lobes
        if (graded := lobe.component(component)).low is not None
        and graded.high is not None
        and any(graded.low < edge < graded.high for edge in scheme.criterion(component).inner_edges)
    )
    if not found:
        return None
    message = f"{places_words(found)}: sampling alone leaves the grade open: the interval of the percent holds an edge"
    return Notice("interval-holds-edge", "info", message)


def _not_hrct(reading: Reading, lobes: tuple[LobeScore, ...]) -> Notice | None:
    if not any("not-hrct" in lobe.flags for lobe in lobes):
        return None
    doubtful = any("thick-slices" in lobe.flags for lobe in lobes)
    doubt = "; septal thickening and honeycombing cannot be graded with confidence" if doubtful else ""
    message = f"not HRCT: slices of {reading.technique.slice_thickness_mm:g} mm, up to 2 mm is wanted{doubt}"
    return Notice("not-hrct", "warning", message)


def _traces(lobes: tuple[LobeScore, ...], totals: Totals) -> Notice | None:
    names = _names(lobe for lobe in lobes if lobe.alveolar.trace or lobe.interstitial.trace)
    if not names:
        return None
    sums = _both("total", totals.total, totals.without_traces, "without traces")
    severity: Severity = "info" if totals.total == totals.without_traces else "warning"
    return Notice("trace", severity, f"{names}: a finding is so small that it may be a stray stroke{sums}")


def _consolidation(
    scheme: Scheme, known: Known, lobes: tuple[LobeScore, ...], totals: Totals, *, partial: bool
) -> Notice | None:
    names = _names(lobe for lobe in lobes if lobe.present.consolidation)
    if not names:
        return None
    what = f"alveolar {scheme.combine}"
    if Finding.CONSOLIDATION in scheme.alveolar.measures:
        sums = _both(what, totals.alveolar, totals.without_consolidation, "without it")
    else:
        counted = component_by(KAZEROONI.alveolar, scheme, known, partial=partial)
        sums = _both(what, totals.alveolar, counted, f"with it, as scheme {KAZEROONI.name} measures")
    return Notice("consolidation", "info", f"{names}: consolidation{sums}")


def _reticulation(
    scheme: Scheme, known: Known, lobes: tuple[LobeScore, ...], totals: Totals, *, partial: bool
) -> Notice | None:
    names = _names(lobe for lobe in lobes if (lobe.findings.reticulation or 0) > RETICULATION_TOLD_ABOVE_PERCENT)
    if not names:
        return None
    finding = Finding.RETICULATION.full_name
    if Finding.RETICULATION in scheme.interstitial.measures:
        other, how = KAZEROONI, f"which grades {finding} by its presence"
    else:
        other, how = KAZEROONI_FIBROSIS, f"which grades the extent of {finding}"
    amount = component_by(other.interstitial, scheme, known, partial=partial)
    sums = _both(f"interstitial {scheme.combine}", totals.interstitial, amount, f"by scheme {other.name}, {how}")
    return Notice("reticulation", "warning", f"{names}: more than 5 % {finding}{sums}")


def _traction(scheme: Scheme, known: Known, lobes: tuple[LobeScore, ...]) -> Notice | None:
    """Tell which lobes would have a grade by traction bronchiectasis, had it been recorded."""
    criterion, finding = scheme.interstitial, Finding.TRACTION_BRONCHIECTASIS
    if finding not in criterion.presence:
        return None
    pairs = zip(lobes, known[Component.INTERSTITIAL], strict=True)
    names = _names(
        lobe for lobe, evidence in pairs if lobe.interstitial.grade == 0 and evidence.is_seen(finding) is None
    )
    if not names:
        return None
    message = f"{names}: interstitial grade 0, as {finding.full_name}, which would make it {criterion.presence_grade}"
    return Notice("traction-not-recorded", "info", f"{message}, was not recorded")


def _proposed(scheme: Scheme, known: Known) -> Notice | None:
    places = _Places(scheme, known).where(lambda evidence: evidence.origin is Origin.PROPOSED)
    if not places:
        return None
    return Notice("proposed", "warning", f"{places}: proposed by a program, and confirmed by nobody")


def _both(what: str, plain: float | None, other: float | None, how: str) -> str:
    if plain is None or other is None:
        return ""
    return f"; {what} {plain:g}, and {other:g} {how}"


def _names(lobes: Iterable[LobeScore]) -> str:
    return ", ".join(lobe.lobe.name for lobe in lobes)
