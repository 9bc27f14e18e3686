"""Notices of a score: what must be said beside its numbers, so that nobody reads them for more than they are."""

from __future__ import annotations

from collections.abc import Iterable

from kazerooni.model import (
    Component,
    Finding,
    LobeScore,
    Notice,
    Reading,
    Totals,
    findings_of,
    incomplete_message,
)
from kazerooni.scoring.scheme import Scheme
from kazerooni.scoring.schemes import KAZEROONI_FIBROSIS

# Above this a reader must see both interstitial sums (score.md, "Schemes are data").
RETICULATION_TOLD_ABOVE_PERCENT = 5


def notices_of(reading: Reading, scheme: Scheme, lobes: tuple[LobeScore, ...], totals: Totals) -> tuple[Notice, ...]:
    """List what is to be told beside the lobes and totals of a scheme."""
    told = (
        _incomplete(scheme, lobes),
        _outside(reading),
        _partly_covered(lobes),
        _not_hrct(reading, lobes),
        _traces(lobes, totals),
        _consolidation(lobes, totals),
        _reticulation(scheme, lobes, totals),
    )
    return tuple(notice for notice in told if notice is not None)


def _incomplete(scheme: Scheme, lobes: tuple[LobeScore, ...]) -> Notice | None:
    missing = tuple(
        (lobe.lobe, component) for component in Component for lobe in lobes if lobe.component(component).grade is None
    )
    if not missing:
        return None
    return Notice("incomplete", "warning", incomplete_message(scheme.name, missing, lobes=len(lobes)))


def _outside(reading: Reading) -> Notice | None:
    counted = {
        finding: reading.tally.marked_outside(finding)
        for component in Component
        if component in reading.tally.measured
        for finding in findings_of(component)
    }
    marks = ", ".join(f"{finding.full_name} {voxels} voxels" for finding, voxels in counted.items() if voxels)
    if not marks:
        return None
    return Notice("marks-outside-lobes", "warning", f"marks outside every lobe count for no lobe: {marks}")


def _partly_covered(lobes: tuple[LobeScore, ...]) -> Notice | None:
    names = _names(lobe for lobe in lobes if "partly-covered" in lobe.flags)
    if not names:
        return None
    message = f"{names}: seen on the first or last slice; the percents are of the covered part"
    return Notice("partly-covered", "warning", message)


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
    return Notice("trace", "info", f"{names}: a finding is so small that it may be a stray stroke{sums}")


def _consolidation(lobes: tuple[LobeScore, ...], totals: Totals) -> Notice | None:
    names = _names(lobe for lobe in lobes if lobe.findings.consolidation)
    if not names:
        return None
    sums = _both("alveolar sum", totals.alveolar, totals.without_consolidation, "without it")
    return Notice("consolidation", "info", f"{names}: consolidation{sums}")


def _reticulation(scheme: Scheme, lobes: tuple[LobeScore, ...], totals: Totals) -> Notice | None:
    names = _names(lobe for lobe in lobes if (lobe.findings.reticulation or 0) > RETICULATION_TOLD_ABOVE_PERCENT)
    if not names or scheme.interstitial == KAZEROONI_FIBROSIS.interstitial:
        return None
    by_extent = f"by scheme {KAZEROONI_FIBROSIS.name}, which grades the extent of {Finding.RETICULATION.full_name}"
    sums = _both("interstitial sum", totals.interstitial, totals.fibrosis_variant, by_extent)
    return Notice("reticulation", "warning", f"{names}: more than 5 % {Finding.RETICULATION.full_name}{sums}")


def _both(what: str, plain: float | None, other: float | None, how: str) -> str:
    if plain is None or other is None:
        return ""
    return f"; {what} {plain:g}, {how} {other:g}"


def _names(lobes: Iterable[LobeScore]) -> str:
    return ", ".join(lobe.lobe.name for lobe in lobes)
