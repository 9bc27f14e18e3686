"""Agree table: how `kazerooni agree` shows to a person how far readers agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from kazerooni.cli.score_table import DISCLAIMER
from kazerooni.cli.terminal import plain_table, printable, show
from kazerooni.stats import Agreement, Comparison, Estimate, Everyone

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from kazerooni.model import Component, Lobe, ReadersError

_NOTHING = "-"
_Note = tuple[tuple[str, str], Estimate]
_SUM_NAMES = {"alveolar": "Alveolar", "interstitial": "Interst.", "total": "Total"}


def show_agreement(found: Agreement) -> None:
    """Print who read what, then each comparison's sums and grades, all readers together, and the smallest changes."""
    parts: list[RenderableType] = [Text(_head(found), style="bold"), *_read(found), *_left_out(found)]
    for one in found.comparisons:
        parts.extend((Text(), Text(_heading(one), style="bold"), *_comparison(one)))
    if found.everyone is not None:
        parts.extend((Text(), Text("All readers together", style="bold"), *_everyone(found.everyone)))
    parts.extend((Text(), *(Text(line) for line in _smallest_changes(found.errors))))
    told = (
        "In parentheses, or below: 95 % intervals; those of kappa, of alpha, and where patients have several scans are "
        f"from {found.resamples} resamples of patients, seed {found.seed}."
    )
    weighed = (Text(sentence) for sentence in found.warnings)
    show(*parts, Text(), Text(told), *weighed, Text(), Text(DISCLAIMER))


def _head(found: Agreement) -> str:
    counted = (
        _count(len(found.readers), "reader"),
        f"{_count(len(found.scans), 'scan')} of {_count(found.patients, 'patient')}",
        _count(found.readings, "reading"),
        f"scheme {found.scheme} {found.scheme_version}",
        f"total 0 to {found.maximum:g}",
    )
    return ", ".join(counted)


def _read(found: Agreement) -> Iterator[Text]:
    """Say how many of the scans each reader read, and how often again."""
    said = []
    for reader in found.readers:
        times = [dict(scan.times).get(reader, 0) for scan in found.scans]
        again = sum(each > 1 for each in times)
        repeated = f", {again} of them again" if again else ""
        said.append(f"{printable(reader)} read {sum(map(bool, times))} of {_count(len(times), 'scan')}{repeated}")
    yield Text("; ".join(said))
    if found.drafts:
        yield Text(f"{found.drafts} of the readings may still change: drafts, or typed and not signed")


def _left_out(found: Agreement) -> Iterator[Text]:
    reasons = [one.why for one in found.left_out]
    for why in dict.fromkeys(reasons):
        named = [one.reading for one in found.left_out if one.why == why]
        yield Text(f"left out, as it {why}: {', '.join(named[:5])}{' and more' if len(named) > 5 else ''}")


def _heading(one: Comparison) -> str:
    who = (
        f"{printable(one.first)} and {printable(one.second)}"
        if one.kind == "between"
        else f"{printable(one.first)}, first and second reading"
    )
    return f"{who}: {_count(one.scans, 'scan')} of {_count(one.patients, 'patient')}"


def _comparison(one: Comparison) -> Iterator[RenderableType]:
    less = f"{printable(one.second)} less {printable(one.first)}" if one.kind == "between" else "second less first"
    table = _table(("Sum",), ("Scans", "ICC(2,1)", "ICC(3,1)", "Differ-\nence", "Lower\nlimit", "Upper\nlimit"))
    notes: list[_Note] = []
    for each in one.sums:
        limits = (each.differences.bias, each.differences.lower, each.differences.upper)
        icc = (each.icc_2_1, each.icc_3_1)
        cells = (*(_stacked(found, 2) for found in icc), *(_stacked(found, 1) for found in limits))
        table.add_row(_SUM_NAMES[each.what], str(each.count), *cells)
        notes += [((each.what, ""), found) for found in (*icc, *limits)]
    yield table
    yield Text(f"Difference: {less}. {_form(one)}")
    yield from _notes(notes)
    yield Text()
    grades = _table(("Lobe", "Component"), ("Grades", "Same %", "Linear kappa", "Quadratic kappa"))
    notes = []
    for grade in one.grades:
        place = _place(grade.lobe, grade.component)
        same = _NOTHING if grade.same.value is None else f"{grade.same.value:.0f}"
        kappas = (_inline(grade.linear), _inline(grade.quadratic))
        grades.add_row(*place, str(grade.count), same, *kappas)
        notes += [(place, found) for found in (grade.linear, grade.quadratic)]
    yield grades
    yield from _notes(notes)


def _form(one: Comparison) -> str:
    if any(each.differences.form == "repeated" for each in one.sums):
        return "Limits: several scans a patient, whose true value varies."
    return "Limits: one scan a patient."


def _everyone(everyone: Everyone) -> Iterator[RenderableType]:
    sums = _table(("Sum",), ("Scans read by all", "ICC(2,1)", "ICC(3,1)"))
    notes: list[_Note] = []
    for each in everyone.sums:
        sums.add_row(_SUM_NAMES[each.what], str(each.count), _inline(each.icc_2_1), _inline(each.icc_3_1))
        notes += [((each.what, ""), found) for found in (each.icc_2_1, each.icc_3_1)]
    yield sums
    yield from _notes(notes)
    yield Text()
    alphas = _table(("Lobe", "Component"), ("Grades by two or more", "Ordinal alpha"))
    notes = []
    for grade in everyone.grades:
        place = _place(grade.lobe, grade.component)
        alphas.add_row(*place, str(grade.count), _inline(grade.alpha))
        notes.append((place, grade.alpha))
    yield alphas
    yield from _notes(notes)


def _smallest_changes(errors: Iterable[ReadersError]) -> Iterator[str]:
    for error in errors:
        whose = ", ".join(map(printable, error.readers))
        who = f"within {whose}" if error.kind == "within" else f"between {whose}"
        change = error.total
        if change.smallest is None:
            yield f"Smallest detectable change of the total {who}: none ({change.reason})"
        else:
            yield (
                f"Smallest detectable change of the total {who}: {change.smallest:.1f} "
                f"(standard error of measurement {change.sem:.2f}, {change.repeats} repeats)"
            )


def _table(left: Sequence[str], right: Sequence[str]) -> Table:
    table = plain_table()
    for name in left:
        table.add_column(name)
    for name in right:
        table.add_column(name, justify="right")
    return table


def _place(lobe: Lobe | None, component: Component) -> tuple[str, str]:
    return ("all" if lobe is None else lobe.name, component.value)


def _stacked(found: Estimate, digits: int) -> str:
    """Write a figure with its interval on a line of its own."""
    if found.low is None or found.high is None:
        return _inline(found, digits)
    return f"{_number(found.value or 0.0, digits)}\n{_number(found.low, digits)}, {_number(found.high, digits)}"


def _inline(found: Estimate, digits: int = 2) -> str:
    if found.value is None:
        return _NOTHING
    written = _number(found.value, digits)
    if found.low is None or found.high is None:
        return written
    return f"{written} ({_number(found.low, digits)} to {_number(found.high, digits)})"


def _number(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:.{digits}f}"  # + 0.0: a rounded -0.0 is 0


def _notes(notes: Iterable[_Note]) -> Iterator[Text]:
    """Say once why figures or intervals are missing, and where: a sum, or lobes by their component."""
    places: dict[str, dict[tuple[str, str], None]] = {}
    for place, found in notes:
        if found.reason:
            places.setdefault(found.reason, {})[place] = None
    for why, where in places.items():
        sums = [name for name, component in where if not component]
        lobes = [
            f"{component} of {', '.join(lobe for lobe, of in where if of == component)}"
            for component in dict.fromkeys(component for _, component in where if component)
        ]
        yield Text(f"{', '.join(sums) or '; '.join(lobes)}: {why}")


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
