"""Slices: which slice of a scan is shown for each involved lobe, and what is said below it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kazerooni.model import Case, Component, Finding, Geometry, Lobe, LobeScore, Tally
from kazerooni.report.numbers import MINUS, percent
from kazerooni.report.view import SliceView
from kazerooni.scoring import Region, Scheme

_NARROW = "\N{NO-BREAK SPACE}"


def slice_views(case: Case, scheme: Scheme) -> tuple[SliceView, ...]:
    """Choose for each involved lobe the slice on which most of what its grade counts was marked, from the head down.

    Lobes that share a slice share its picture. None where the scan, its lobe map or its counts are not at hand.
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
    return tuple(_view(index, [scored[lobe] for lobe in chosen[index]], geometry, scheme) for index in from_the_head)


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


def middle_mm(geometry: Geometry, index: int) -> tuple[float, float, float]:
    """Give the LPS place of the middle of a slice."""
    _, rows, columns = geometry.shape
    down = geometry.column_direction * geometry.pixel_spacing_mm[0] * (rows - 1) / 2
    along = geometry.row_direction * geometry.pixel_spacing_mm[1] * (columns - 1) / 2
    x, y, z = (geometry.origins_mm[index] + down + along).tolist()
    return x, y, z


def _view(index: int, lobes: list[LobeScore], geometry: Geometry, scheme: Scheme) -> SliceView:
    slices = geometry.shape[0]
    number = index + 1 if geometry.normal[2] > 0 else slices - index
    z = f"{middle_mm(geometry, index)[2]:.1f}".replace("-", MINUS)
    place = f"Slice {number} of {slices} from the feet, z {z}{_NARROW}mm"
    shown = "; ".join(f"{lobe.lobe.full_name}: {', '.join(_extents(lobe, scheme))}" for lobe in lobes)
    return SliceView(
        index=index,
        lobes=tuple(lobe.lobe for lobe in lobes),
        caption=shown[0].upper() + shown[1:],
        place=place,
        alt=(
            f"{place}, in lung window, seen from the feet: the patient's right is on the left. "
            f"Most involved slice of the {' and the '.join(lobe.lobe.full_name for lobe in lobes)}; marks are outlined."
        ),
    )


def _extents(lobe: LobeScore, scheme: Scheme) -> Iterator[str]:
    """Give the percent of every finding that was marked in a lobe."""
    for finding, value in lobe.findings:
        if finding.label is not None and value:
            edges = scheme.criterion(finding.component).inner_edges
            yield f"{finding.full_name} {percent(value, edges)}{_NARROW}%"
