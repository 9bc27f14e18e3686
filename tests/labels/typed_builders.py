"""Builders of tables of typed values, written by the csv module from rows whose every cell is known."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from kazerooni.errors import TableError
from kazerooni.labels import read_typed_table
from kazerooni.model import Component, Entry, Finding, Lobe, Reading, SchemeRef, State, TypedValue, findings_of

COLUMNS = (
    "patient", "study_date", "series_uid", "study_uid", "reader", "lobe", "component", "finding", "percent", "present",
    "grade", "state", "scheme", "scheme_version", "reason",
)  # fmt: skip
PATIENT = "Zyxwv"
"""A name that stands in no message by chance."""

Cells = dict[str, str]
Said = tuple[tuple[Entry, ...], Mapping[Lobe, bool]]


def cells(**said: str) -> Cells:
    """Build the cells of a row of one visit; what is not given says nothing."""
    return {"patient": PATIENT, "study_date": "2001-02-03", "reader": "R1", "lobe": "RUL", **said}


def text_of(
    rows: Sequence[Mapping[str, str]], *, columns: Sequence[str] = COLUMNS, separator: str = ",", end: str = "\r\n"
) -> str:
    """Write rows as text, the first line being the names of the columns."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue()


def table_of(folder: Path, *rows: Mapping[str, str], name: str = "readings.csv", **style: Any) -> Path:
    """Write rows as a table of UTF-8 text; `style` is that of `text_of`."""
    path = folder / name
    path.write_bytes(text_of(rows, **style).encode())
    return path


def entries_of(folder: Path, *rows: Mapping[str, str], **style: Any) -> tuple[Entry, ...]:
    """Read rows of one visit, and give the entries of its reading."""
    (reading,) = read_typed_table(table_of(folder, *rows, **style))
    return reading.entries


def problems_of(path: Path) -> tuple[str, ...]:
    """Give the problems for which a table is refused; no message holds its folder or its patient."""
    with pytest.raises(TableError) as refused:
        read_typed_table(path)
    message, problems = str(refused.value), refused.value.problems
    assert message.startswith(f"{path.name}: ")
    for text in (message, *problems):
        assert str(path.parent) not in text
        assert PATIENT not in text
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return problems


def rows_of(visit: Mapping[str, str], said: Said) -> list[Cells]:
    """Write what was said of a visit as rows."""
    entries, traction = said
    rows = [{**visit, **row} for entry in entries for row in _rows_of_entry(entry)]
    for lobe, seen in traction.items():
        present = "yes" if seen else "no"
        rows.append({**visit, "lobe": lobe.name, "finding": "traction_bronchiectasis", "present": present})
    return rows


def _rows_of_entry(entry: Entry) -> list[Cells]:
    place = {"lobe": entry.lobe.name, "component": entry.component.value}
    if not entry.values:
        return [{**place, "state": entry.state.value, "reason": entry.reason}]
    return [{**place, **_cells_of(value)} for value in entry.values]


def _cells_of(value: TypedValue) -> Cells:
    said = {"finding": "" if value.finding is None else value.finding.value}
    if value.percent is not None:
        said["percent"] = str(value.percent)
    elif value.present is not None:
        said["present"] = "yes" if value.present else "no"
    elif value.scheme is not None:
        said |= {"grade": str(value.grade), "scheme": value.scheme.name, "scheme_version": str(value.scheme.version)}
    return said


def said_in(reading: Reading) -> Said:
    """Give what a reading says."""
    return reading.entries, dict(reading.traction)


KAZEROONI = SchemeRef("kazerooni", 1)


def _percents(highest: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, 3).flatmap(
        lambda places: st.integers(0, highest * 10**places).map(lambda n: Decimal(n).scaleb(-places))
    )


@st.composite
def _values(draw: st.DrawFn, component: Component) -> tuple[TypedValue, ...]:
    whole = [st.builds(TypedValue, percent=_percents(100 if component is Component.ALVEOLAR else 0))]
    whole.append(st.just(TypedValue(present=False)))
    whole.append(st.builds(TypedValue, grade=st.integers(0, 5), scheme=st.just(KAZEROONI)))
    named = draw(st.sets(st.sampled_from(findings_of(component))))
    if not named:
        return (draw(st.one_of(whole)),)
    highest = 100 // len(named)
    return tuple(
        draw(
            st.one_of(
                st.builds(TypedValue, finding=st.just(finding), percent=_percents(highest)),
                st.builds(TypedValue, finding=st.just(finding), present=st.booleans()),
            )
        )
        for finding in Finding
        if finding in named
    )


@st.composite
def said_of_lobes(draw: st.DrawFn) -> Said:
    """Draw what may be said of the lobes of a scan: entries in their order, and traction bronchiectasis."""
    entries: list[Entry] = []
    traction: dict[Lobe, bool] = {}
    reasons = st.sampled_from(["", "collapse", 'motion, "severe"', "not covered;\nsee note"])
    for lobe in (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL):
        if draw(st.integers(0, 9)) == 0:
            entries += [Entry(lobe=lobe, component=c, state=State.ABSENT, reason=draw(reasons)) for c in Component]
            continue
        for component in Component:
            kind = draw(st.integers(0, 9))
            if kind == 0:
                reason = draw(reasons)
                entries.append(Entry(lobe=lobe, component=component, state=State.NOT_ASSESSABLE, reason=reason))
            elif kind > 1:
                entries.append(Entry(lobe=lobe, component=component, values=draw(_values(component))))
        if draw(st.booleans()):
            traction[lobe] = draw(st.booleans())
    if not entries and not traction:
        traction[Lobe.LLL] = True
    return tuple(entries), traction


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[Cells, Said]]:
    """Draw the visits of a table with what was said of each; all name the same things of themselves."""
    with_series, with_study, with_reader = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    named = st.tuples(
        st.sampled_from([PATIENT, "S02", "S-03"]),
        st.dates(date(1990, 1, 1), date(2030, 1, 1)),
        st.sampled_from(["R1", "R 2", "Ü"]),
    )
    unique = (lambda v: v) if with_reader else (lambda v: v[:2])
    visits = draw(st.lists(named, min_size=1, max_size=3, unique_by=unique))
    drawn = []
    for patient, day, reader in visits:
        uid = f"1.2.{sum(patient.encode())}.{day:%Y%m%d}".replace(".0", ".9")
        visit = {"patient": patient, "study_date": day.isoformat()}
        visit |= {"series_uid": f"{uid}.1"} if with_series else {}
        visit |= {"study_uid": uid} if with_study else {}
        visit |= {"reader": reader} if with_reader else {}
        drawn.append((visit, draw(said_of_lobes())))
    return drawn
