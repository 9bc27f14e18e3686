"""Series rows: what the dock tells of each series that was found. Pure text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby

from kazerooni.dicom import Found, Series
from kazerooni.model import Notice

_COLOURS = {"error": "#ff6b6b", "warning": "#ffb454", "info": "#9aa5b1"}


def studies(found: Iterable[Series]) -> list[tuple[str, list[Series]]]:
    """Give the series by study, each study under its date and pseudonym."""
    grouped = groupby(found, key=lambda series: (series.patient, series.study_uid))
    return [(_study(group[0]), group) for group in (list(series) for _, series in grouped)]


def _study(series: Series) -> str:
    date = series.study_date.isoformat() if series.study_date else "no date"
    return f"{date}   {printable(series.patient or 'no patient id')}"


def title(series: Series) -> str:
    """Give rank and description of a series, and that it is not fit where it is not."""
    part = f" (part {series.part} of {series.parts})" if series.parts > 1 else ""
    words = f"{series.rank}  {printable(series.description) or '(no description)'}{part}"
    return words if series.usable else f"{words} (not fit)"


def row(series: Series) -> str:
    """Give the lines of a series: its title; how it was scanned; slices, thickness, gap and kernel."""
    kernel = printable(series.kernel) or "kernel unknown"
    facts = f"{series.slices} x {_mm(series.slice_thickness_mm)} mm, gap {_gap(series)} mm, {kernel}"
    return f"{title(series)}\n     {series.acquisition}, {series.sampling}\n     {facts}"


def _gap(series: Series) -> str:
    gap = series.slice_gap_mm
    if gap is None:
        return "-"
    low, high = _mm(gap.min), _mm(gap.max)
    return low if low == high else f"{low}\N{EN DASH}{high}"


def _mm(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def details(series: Series) -> str:
    """Give, as HTML, why a series ranks where it does, what acquisition and sampling rest on, and its notices."""
    lines = [f"<b>{escape(title(series))}</b>"]
    lines += [escape(printable("; ".join(words))) for words in (series.reasons, series.evidence) if words]
    return "<br>".join([*lines, notice_lines(series.notices)] if series.notices else lines)


def notice_lines(notices: Iterable[Notice]) -> str:
    """Give notices as HTML, one a line, coloured by severity; the severity is a word too."""
    return "<br>".join(
        f'<span style="color:{_COLOURS[notice.severity]}">{notice.severity}</span> '
        f"{escape(notice.code)}: {escape(printable(notice.message))}"
        for notice in notices
    )


def summary(found: Found) -> str:
    """Tell in a line how much was found, and what to do where it is nothing."""
    if not found:
        return (
            f"No CT series among {_count(found.files, 'file')}{_unread(found)}: choose a folder, a DICOMDIR or a zip "
            "that holds CT pictures."
        )
    usable = sum(series.usable for series in found)
    skipped = f", {_count(len(found.skipped), 'file')} skipped" if found.skipped else ""
    if not usable:
        return f"{len(found)} series, none fit to score{skipped}: {_unfit(found[0])}. Open another folder or file."
    return f"{len(found)} series, {usable} fit to score{skipped}. Double click opens one."


def _unfit(series: Series) -> str:
    """Tell why a series is not fit to score: the first error, else all reasons."""
    errors = [notice.message for notice in series.notices if notice.severity == "error"]
    return printable(errors[0] if errors else "; ".join(series.reasons))


def _unread(found: Found) -> str:
    """Name the first file that was not read and what is wrong with it, and tell how many more there are."""
    if not found.skipped:
        return ""
    first, more = found.skipped[0], len(found.skipped) - 1
    others = f", and {_count(more, 'other')}" if more else ""
    return f" ({printable(first.path)}: {printable(first.reason)}{others})"


def printable(text: str) -> str:
    """Replace what is not to be printed: headers may hold control codes."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
