"""Sums: how the total of a score is worded, and what must be read beside it."""

from __future__ import annotations

from collections.abc import Iterator

from kazerooni.model import Component, Finding, Score, Totals, places_words
from kazerooni.report import wording
from kazerooni.report.numbers import MISSING, amount, percent
from kazerooni.report.view import Amount, Beside, TotalsView
from kazerooni.scoring import Scheme


def totals_view(score: Score, scheme: Scheme) -> TotalsView:
    """Word the total, its parts and what stands beside it."""
    totals = score.totals
    parts = {Component.ALVEOLAR: totals.alveolar, Component.INTERSTITIAL: totals.interstitial}
    return TotalsView(
        total=_amount("Total", totals.total, totals.maximum),
        parts=tuple(
            _amount(wording.sum_name(component, scheme.combine), value, scheme.highest(component))
            for component, value in parts.items()
        ),
        scheme=f"scheme {scheme.name}, version {scheme.version}",
        qualifiers=tuple(_qualifiers(score, scheme)),
        beside=tuple(_beside(score, scheme)),
    )


def _amount(label: str, value: float | None, maximum: float) -> Amount:
    share = None if value is None else value / maximum
    return Amount(label=label, text=amount(value, missing=wording.REFUSED), maximum=amount(maximum), share=share)


def _qualifiers(score: Score, scheme: Scheme) -> Iterator[str]:
    totals, lobes = score.totals, len(score.lobes)
    missing = places_words(score.missing())
    if score.is_partial:
        lacking = f"; not graded: {missing}" if missing else ""
        yield (
            f"Partial: the total stands on {totals.lobes} of {lobes} lobes, each {scheme.combine} on those graded in "
            f"it{lacking}"
        )
    elif missing:
        yield f"Refused: not graded are {missing}; missing is never zero"
    if _has_range(totals):
        yield f"Total from {_range(totals)} by the owner of the edges that typed percents lie on"
    if totals.without_traces not in (None, totals.total):
        yield f"Total without traces, which may be stray strokes: {amount(totals.without_traces)}"
    if totals.without_consolidation not in (None, totals.alveolar):
        yield f"Alveolar {scheme.combine} without consolidation: {amount(totals.without_consolidation)}"
    if totals.fibrosis_variant not in (None, totals.interstitial):
        yield (
            f"Interstitial {scheme.combine} with {Finding.RETICULATION.full_name} graded by its extent (fibrosis "
            f"variant): {amount(totals.fibrosis_variant)}"
        )


def _has_range(totals: Totals) -> bool:
    return totals.low is not None and totals.high is not None


def _range(totals: Totals) -> str:
    return f"{amount(totals.low)} to {amount(totals.high)}"


def _beside(score: Score, scheme: Scheme) -> Iterator[Beside]:
    totals, weighted = score.totals, score.volume_weighted
    yield Beside(
        label="Total, range by edges",
        value=_range(totals) if _has_range(totals) else MISSING,
        meaning="under both owners of the edges that typed percents lie on; none where no typed percent lies on one",
    )
    yield Beside(
        label="Total without traces",
        value=amount(totals.without_traces),
        meaning="as if findings that may be stray strokes had not been marked",
    )
    yield Beside(
        label=f"{wording.sum_name(Component.ALVEOLAR, scheme.combine)} without consolidation",
        value=amount(totals.without_consolidation),
        meaning=f"as if {Finding.CONSOLIDATION.full_name} were not measured",
    )
    yield Beside(
        label=f"{wording.sum_name(Component.INTERSTITIAL, scheme.combine)}, fibrosis variant",
        value=amount(totals.fibrosis_variant),
        meaning=f"{Finding.RETICULATION.full_name} graded by its extent, as scheme kazerooni-fibrosis does",
    )
    for component, share in (
        (Component.ALVEOLAR, weighted.alveolar_percent),
        (Component.INTERSTITIAL, weighted.interstitial_percent),
    ):
        measured = " or ".join(finding.full_name for finding in scheme.criterion(component).measured)
        yield Beside(
            label=f"Volume-weighted {component} extent",
            value=f"{percent(share, ())} %" if share is not None else MISSING,
            meaning=f"share of all lobes' volume with {measured}; a figure of its own, no part of the score",
        )
