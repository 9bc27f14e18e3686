"""Series table: how `kazerooni inspect` shows what it found to a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kazerooni.cli.notices import notice_lines
from kazerooni.cli.terminal import plain_table, printable, show

if TYPE_CHECKING:
    from rich.console import RenderableType

    from kazerooni.dicom import Found, Series

_EXAMPLES = 3


def show_found(found: Found, *, verbose: bool) -> None:
    """Print every series, by study, with its notices, then what was skipped."""
    parts: list[RenderableType] = []
    for _, study in groupby(found, key=lambda series: (series.patient, series.study_uid)):
        parts.extend(_study(list(study)))
    show(*parts, *_skipped(found, verbose=verbose))


def _study(group: list[Series]) -> Iterator[RenderableType]:
    first = group[0]
    patient = f"Patient {first.patient}" if first.patient else "A patient without id"
    day = f"study of {first.study_date.isoformat()}" if first.study_date else "study without date"
    yield Text(f"{patient}, {day}", style="bold")
    yield Text(printable(f"Study {first.study_uid or '(no UID)'}"))
    yield Text()
    yield _table(group)
    yield Text()
    for series in group:
        yield from _details(series)
    yield Text()


def _table(group: Iterable[Series]) -> Table:
    table = plain_table()
    table.add_column("Rank", justify="right")
    table.add_column("Series", ratio=1, min_width=10)
    table.add_column("Scan")
    table.add_column("Slices", justify="right")
    table.add_column("Thick\nmm", justify="right")
    table.add_column("Gap\nmm", justify="right")
    table.add_column("Kernel")
    table.add_column("Fit")
    for series in group:
        table.add_row(*map(_cell, _row(series)))
    return table


def _row(series: Series) -> tuple[str, ...]:
    return (
        str(series.rank),
        _title(series),
        f"{series.acquisition}, {series.sampling}",
        str(series.slices),
        _millimetres(series.slice_thickness_mm),
        _gap(series),
        series.kernel or "-",
        "yes" if series.usable else "no",
    )


def _cell(value: str) -> Text:
    return Text(printable(value), style="red" if value == "no" else "")


def _title(series: Series) -> str:
    part = f" (part {series.part} of {series.parts})" if series.parts > 1 else ""
    return f"{series.description or '(no description)'}{part}"


def _gap(series: Series) -> str:
    gap = series.slice_gap_mm
    if gap is None:
        return "-"
    low, high = _millimetres(gap.min), _millimetres(gap.max)
    return low if low == high else f"{low} to {high}"


def _millimetres(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _details(series: Series) -> Iterator[RenderableType]:
    """Give what stands below the table: the name to pick a series by, why it ranks where it does, and its notices."""
    uid = f"{series.series_uid or '(no UID)'}{f':{series.part}' if series.parts > 1 else ''}"
    yield Text(printable(f"{series.rank}  Series {uid}"))
    for line in (series.evidence, series.reasons):
        if line:
            yield Padding(Text(printable("; ".join(line)), style="dim"), (0, 0, 0, 3))
    yield from notice_lines(series.notices, indent=3)


def _skipped(found: Found, *, verbose: bool) -> Iterator[RenderableType]:
    usable = sum(series.usable for series in found)
    yield Text(f"{_count(found.files, 'file')} read, {len(found)} series, {usable} fit to score.")
    paths_by_reason: dict[str, list[str]] = defaultdict(list)
    for skipped in found.skipped:
        paths_by_reason[skipped.reason].append(skipped.path)
    if paths_by_reason:
        yield Text(f"{_count(len(found.skipped), 'file')} skipped:")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for reason, paths in sorted(paths_by_reason.items(), key=lambda item: (-len(item[1]), item[0])):
        named = paths if verbose else paths[:_EXAMPLES]
        more = f" and {len(paths) - len(named)} more" if len(paths) > len(named) else ""
        table.add_row(str(len(paths)), Text(printable(f"{reason}: {', '.join(named)}{more}")))
    yield Padding(table, (0, 0, 0, 3))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
