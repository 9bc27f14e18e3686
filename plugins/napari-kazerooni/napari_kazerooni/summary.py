"""Summary: what the score dock says beneath its tables, as words and HTML. Pure."""

from __future__ import annotations

from html import escape

from kazerooni.labels import COLOURS
from kazerooni.model import Component, Finding
from napari_kazerooni.dock import Dock
from napari_kazerooni.prior_column import PriorColumn

_WARNING = "#ffbe50"


def totals_html(dock: Dock, earlier: PriorColumn | None = None) -> str:
    """Tell the totals with their maximum, the total without traces, the extent, and the visit beside."""
    totals = dock.totals
    if dock.problem is not None or totals is None:
        return f'<span style="color:{_WARNING}">{escape(dock.problem or "no scores yet")}</span>'
    lobes = "" if totals.lobes == _regions(dock) else f" on {totals.lobes} of {_regions(dock)} lobes"
    parts = " &nbsp; ".join(_part(dock, component) for component in Component)
    total = f'<b style="font-size:15px">Total {number(totals.total)} of {totals.maximum:g}</b>'
    beside = " &nbsp; " if not lobes or totals.lobes == 0 else "<br>"
    lines = [f"{total}{_range(dock)}{lobes}{beside}{parts}"]
    if totals.without_traces is not None and totals.without_traces != totals.total:
        lines.append(f'<span style="color:{_WARNING}">without traces {number(totals.without_traces)}</span>')
    weighted = dock.volume_weighted
    if weighted is not None and (weighted.alveolar_percent is not None or weighted.interstitial_percent is not None):
        lines.append(
            f"of all lobes by volume: alveolar {percent(weighted.alveolar_percent)}, "
            f"interstitial {percent(weighted.interstitial_percent)}"
        )
    lines.append(f"seen at lung window: {dock.coverage_percent:.0f} % of the lung")
    if earlier is not None:
        lines.append(f"visit beside, {escape(earlier.heading)}: total {earlier.total}")
    return "<br>".join(lines)


def _part(dock: Dock, component: Component) -> str:
    """Tell the sum of a component, and, where lobes have none, on how many it stands: the total leaves these out."""
    assert dock.totals is not None
    value = dock.totals.alveolar if component is Component.ALVEOLAR else dock.totals.interstitial
    graded = sum(row.grade is not None for row in dock.rows if row.component is component)
    lobes = "" if graded in (0, _regions(dock)) else f" ({graded} of {_regions(dock)})"
    return f"{component} {number(value)}{lobes}"


def _regions(dock: Dock) -> int:
    return len({row.lobe for row in dock.rows})


def _range(dock: Dock) -> str:
    totals = dock.totals
    if totals is None or totals.low is None or totals.high is None or totals.low == totals.high:
        return ""
    return f" ({totals.low:g}\N{EN DASH}{totals.high:g})"


def warnings_html(dock: Dock) -> str:
    """List the warnings of a reading."""
    return "<br>".join(f'<span style="color:{_WARNING}">\N{BULLET}</span> {escape(w.message)}' for w in dock.warnings)


def notes_html(earlier: PriorColumn | None) -> str:
    """List what makes the visit beside not comparable with this one."""
    notes = () if earlier is None else earlier.notes
    return "<br>".join(f'<span style="color:{_WARNING}">\N{BULLET}</span> {escape(note)}' for note in notes)


def legend_html() -> str:
    """Tell the colour of each finding; they stay apart for colour-blind eyes."""
    painted = [finding for finding in Finding if finding.label is not None]
    squares = (f'<span style="color:rgb{COLOURS[finding]}">\N{BLACK SQUARE}</span>' for finding in painted)
    names = (finding.full_name.replace(" ", "&nbsp;") for finding in painted)
    return " &nbsp; ".join(f"{square}&nbsp;{name}" for square, name in zip(squares, names, strict=True))


def number(value: float | None) -> str:
    """Give a number as people write it, a dash for one that is not known."""
    return "\N{EN DASH}" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def percent(value: float | None) -> str:
    """Give a percent, a dash for one that is not known."""
    return "\N{EN DASH}" if value is None else f"{value:.1f} %"
