"""Warnings: what a reader must know of a score while reading, beyond the notices that the score carries."""

from __future__ import annotations

from collections.abc import Iterator

from kazerooni.model import Finding, Notice, Reading, Score
from kazerooni.scoring.comparability import differences

CONSOLIDATION_ABOVE_PERCENT = 5
"""Above this a lobe's alveolar grade stands on more than ground glass (issue: the reading room)."""
RETICULATION_ABOVE_PERCENT = 25
"""Above this an interstitial grade of 1 hides fibrosis that the scheme does not measure."""


def warnings_of(score: Score, reading: Reading, *, earlier: Reading | None = None) -> tuple[Notice, ...]:
    """List the warnings of a score: its own, much consolidation, hidden fibrosis, and a visit that is not comparable.

    earlier: the reading of an earlier visit, for `not-comparable`.
    """
    own = (notice for notice in score.notices if notice.severity == "warning" and notice.code != "incomplete")
    return (*own, *_consolidation(score), *_hidden_fibrosis(score), *_not_comparable(reading, earlier))


def _consolidation(score: Score) -> Iterator[Notice]:
    names = [lobe.lobe.name for lobe in score.lobes if (lobe.findings.consolidation or 0) > CONSOLIDATION_ABOVE_PERCENT]
    if names:
        over = f"{', '.join(names)}: more than {CONSOLIDATION_ABOVE_PERCENT} % {Finding.CONSOLIDATION.full_name}"
        yield Notice("much-consolidation", "warning", f"{over}; is it infection, not the lung disease?")


def _hidden_fibrosis(score: Score) -> Iterator[Notice]:
    names = [
        lobe.lobe.name
        for lobe in score.lobes
        if (lobe.findings.reticulation or 0) > RETICULATION_ABOVE_PERCENT and lobe.interstitial.grade == 1
    ]
    if names:
        over = f"{', '.join(names)}: more than {RETICULATION_ABOVE_PERCENT} % {Finding.RETICULATION.full_name}"
        yield Notice("reticulation-not-graded", "warning", f"{over}, yet interstitial grade 1 by scheme {score.scheme}")


def _not_comparable(reading: Reading, earlier: Reading | None) -> Iterator[Notice]:
    found = differences(earlier, reading) if earlier is not None else ()
    if found:
        words = "; ".join(f"{d.what} {d.earlier or 'not known'}, now {d.later or 'not known'}" for d in found)
        yield Notice("not-comparable", "warning", f"this visit differs from the earlier one in {words}")
