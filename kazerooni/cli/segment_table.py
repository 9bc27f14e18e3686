"""Segment table: how `kazerooni segment` shows lobes and fissures to a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from kazerooni.cli.notices import notice_lines
from kazerooni.cli.score_table import DISCLAIMER
from kazerooni.cli.terminal import plain_table, show
from kazerooni.model import Fissure, FissureState, Lobe
from kazerooni.segment import Segmentation, usual_share

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from kazerooni.workflow import SegmentedScan

_NOTHING = "-"


def show_segmentation(scan: SegmentedScan) -> None:
    """Print the size of every lobe, what each fissure stands on, and the notices."""
    found = scan.segmentation
    parts: list[RenderableType] = [_lobes(found), Text(), *_fissures(found)]
    notices = (*scan.volume.notices, *found.notices)
    if notices:
        parts.extend((*notice_lines(notices), Text()))
    show(*parts, Text(DISCLAIMER))


def _lobes(found: Segmentation) -> Table:
    table = plain_table()
    table.add_column("Lobe")
    for heading in ("Volume mL", "Share %", "In health %", "Slices"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for lobe in Lobe:
        share, remark = found.shares.get(lobe), _remark(found, lobe)
        if lobe is Lobe.LIN and share is None and lobe not in found.conditions:
            continue  # told apart on request only; the other lobes have a row even where nothing of them is seen
        usual = usual_share(lobe)
        table.add_row(
            lobe.name,
            _NOTHING if share is None or share.volume_ml is None else f"{share.volume_ml:.0f}",
            _NOTHING if share is None else f"{share.percent:.1f}",
            _NOTHING if usual is None else f"{usual[0]:.1f}-{usual[1]:.1f}",
            _NOTHING if share is None else str(share.slices),
            remark,
        )
    return table


def _remark(found: Segmentation, lobe: Lobe) -> str:
    condition = found.conditions.get(lobe)
    if condition is not None:
        return condition.replace("_", " ")
    if lobe in found.unparted:
        return "not told from its neighbour"
    return "" if lobe in found.shares else "not seen"


def _fissures(found: Segmentation) -> Iterator[RenderableType]:
    if found.fissures is None:
        return
    table = plain_table()
    table.add_column("Fissure")
    table.add_column("Seen or placed", justify="right")
    table.add_column("Points")
    for fissure in found.fissures.fissures:
        table.add_row(fissure.name.full_name, *_stands_on(found, fissure))
    yield table
    yield Text()


def _stands_on(found: Segmentation, fissure: Fissure) -> tuple[str, str]:
    if fissure.state is not FissureState.PRESENT:
        return _NOTHING, fissure.state.replace("_", " ")
    support = found.support[fissure.name]
    seen = _NOTHING if support.percent is None else f"{support.percent:.0f} % of it"
    return seen, ", ".join(f"{count} {origin}" for origin, count in support.points.items() if count)
