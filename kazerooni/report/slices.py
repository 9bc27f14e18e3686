"""Slices: which slice of a scan is shown for each involved lobe, and what is said below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from kazerooni.model import Case, Component, Finding, Geometry, Lobe, LobeScore, Tally
from kazerooni.report import wording
from kazerooni.report.levels import middle_mm, place_of, prior_view
from kazerooni.report.numbers import percent
from kazerooni.report.view import SliceView
from kazerooni.scoring import Region, Scheme

_NARROW = "\N{NO-BREAK SPACE}"


def slice_views(case: Case, scheme: Scheme, prior: Case | None = None) -> tuple[SliceView, ...]:
    """Choose for each involved lobe the slice on which most of what its grade counts was marked, from the head down.

    Lobes that share a slice share its picture. None where the scan, its lobe map or its counts are not at hand.

    prior: the visit before; where its scan and lobe map are at hand, its slice at the same level stands beside.
    """
    if case.volume is None or case.lobes is None or case.reading.tally is None:
        return ()
    chosen: dict[int, list[Lobe]] = {}
    for region in scheme.regions:
        index = most_involved_slice(case.reading.tally, region, scheme)
        if index is not None:
            chosen.setdefault(index, []).append(region.lobe)
    geometry = case.volume.geometry
    from_the_head = sorted(chosen, key=lambda index: -middle_mm(geometry, index)[2])
    scored = {lobe.lobe: lobe for lobe in case.score.lobes}
    views = (_view(index, [scored[lobe] for lobe in chosen[index]], geometry, scheme) for index in from_the_head)
    return tuple(replace(view, prior=prior_view(case, prior, view.index, view.lobes)) for view in views)


def most_involved_slice(tally: Tally, region: Region, scheme: Scheme) -> int | None:
    """Give the slice with the most marked voxels in a region; the lowest index of several; None where nothing is.

    Those findings count that are graded by extent; where the lobe holds none, those that are graded by presence.
    """
    criteria = [scheme.criterion(component) for component in Component if component in tally.measured]
    for findings in (
        [finding for criterion in criteria for finding in criterion.measured],
        [finding for criterion in criteria for finding in Finding if finding in criterion.presence and finding.label],
    ):
        marked = tally.marked_voxels(region.holds, findings)
        if marked.any():
            return int(np.argmax(marked))
    return None


def _view(index: int, lobes: list[LobeScore], geometry: Geometry, scheme: Scheme) -> SliceView:
    place = place_of(geometry, index)
    shown = "; ".join(f"{lobe.lobe.full_name}: {', '.join(_extents(lobe, scheme))}" for lobe in lobes)
    return SliceView(
        index=index,
        lobes=tuple(lobe.lobe for lobe in lobes),
        caption=shown[0].upper() + shown[1:],
        place=place,
        alt=(
            f"{place}, {wording.SLICE_SEEN} "
            f"Most involved slice of the {' and the '.join(lobe.lobe.full_name for lobe in lobes)}; marks are outlined."
        ),
    )


def _extents(lobe: LobeScore, scheme: Scheme) -> Iterator[str]:
    """Give the percent of every finding that was marked in a lobe."""
    for finding, value in lobe.findings:
        if finding.label is not None and value:
            edges = scheme.criterion(finding.component).inner_edges
            yield f"{finding.full_name} {percent(value, edges)}{_NARROW}%"
