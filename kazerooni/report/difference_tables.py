"""Difference tables: old and new scores side by side as CSV, in full precision, and the cross-tables of grades."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kazerooni.model import (
    NOT_TOLD,
    Cause,
    Component,
    GradeChange,
    KeptGrade,
    KeptScore,
    Lobe,
    Parts,
    ScoreDifference,
    ScorePair,
    SumChange,
    Transition,
)
from kazerooni.stats import NO_NEW, DifferenceSums
from kazerooni.tables import Column, Value

Row = dict[str, Value]

ALL: Final = "all"
"""In the column `lobe`: the rows of the sums."""
_SEPARATOR = ";"
_SUMS: Final = ("alveolar", "interstitial", "total")
_OTHER_REGION: Final = "the schemes grade another part of the lung under this name"
_NO_OLD: Final = "no old score was found"
_COMPONENTS = ", ".join(Component)

_SCHEMES: Final = (
    Column("old_scheme", "text", "", "scheme of the old score", "name of a scheme; NA: no old score"),
    Column("old_scheme_version", "whole number", "", "its version", "from 1"),
    Column("new_scheme", "text", "", "scheme of the new score", "name of a scheme; NA: no new score"),
    Column("new_scheme_version", "whole number", "", "its version", "from 1"),
)
_PERCENT = "percent of the lobe"
_POINTS = "percentage points"

DIFFERENCE: Final = (
    Column("patient", "text", "", "pseudonym of the patient", "NA where none is named"),
    Column("study_date", "text", "", "date of the study, as the score has it", "ISO 8601"),
    Column("series_uid", "text", "", "SeriesInstanceUID of the scan", "UID"),
    Column("reading", "text", "", "id of the reading that the new score was made from", "NA: no new score"),
    Column("old_reading", "text", "", "id of the reading that the old score was made from", "NA: no old score"),
    *_SCHEMES,
    Column("old_program_version", "text", "", "version of kazerooni that made the old score", ""),
    Column("new_program_version", "text", "", "version of kazerooni that made the new score", ""),
    Column(
        "lobe", "text", "", f"lobe as the schemes name it; {ALL}: sums", f"{', '.join(lobe.name for lobe in Lobe)}, all"
    ),
    Column("component", "text", "", "component of the score; total, with all lobes alone", f"{_COMPONENTS}, total"),
    Column("old_percent", "number", _PERCENT, "graded extent of the old score; not rounded", "0-100"),
    Column("new_percent", "number", _PERCENT, "graded extent of the new score; not rounded", "0-100"),
    Column("percent_change", "number", _POINTS, "new less old percent", "NA where they are not compared"),
    Column("old_grade", "whole number", "", "old grade", "0-5"),
    Column("new_grade", "whole number", "", "new grade", "0-5"),
    Column("old_sum", "number", "", "old sum, or mean; with all lobes alone", "NA where refused"),
    Column("new_sum", "number", "", "new sum, or mean; with all lobes alone", "NA where refused"),
    Column("change", "number", "", "new less old grade, or sum", "NA where they are not compared"),
    Column(
        "crossed", "true or false", "", "whether the percents lie in bands of other grades", "NA where not compared"
    ),
    Column("edges", "text", "percent", "edges of the new scheme between the percents, parted by semicolons", ""),
    Column(
        "cause", "text", "", "what made it change, parted by semicolons", f"{', '.join(Cause)}; NA: nothing changed"
    ),
    Column(
        "change_by_scheme", "number", "", "part of the change that the scheme made", "NA where it is not told apart"
    ),
    Column("change_by_input", "number", "", "the rest: by maps, scan, reading or program", "NA where not told apart"),
    Column("why_not", "text", "", "why the two are not compared", "NA where they are"),
)
"""The columns of the difference table: a row for each lobe and component of each pair of scores, three for the sums."""

CROSS_TABLE: Final = (
    *_SCHEMES,
    Column("component", "text", "", "component of the score", _COMPONENTS),
    Column("old_grade", "whole number", "", "old grade; NA: none", "0-5"),
    Column("new_grade", "whole number", "", "new grade; NA: none", "0-5"),
    Column("count", "whole number", "grades", "grades of lobes that went from the one to the other", "from 1"),
)
"""The columns of the cross-tables: grades of lobes that both schemes grade alike, old by new."""


def difference_rows(pair: ScorePair, found: ScoreDifference | None) -> Iterator[Row]:
    """Give the rows of a pair of scores; where one of them is missing, those of the other beside NA."""
    common = _pair(pair)
    if found is not None:
        yield from (common | _grade(one) for one in found.grades)
        yield from (common | _sum(one) for one in found.sums)
        return
    why = _NO_OLD if pair.old is None else pair.error or NO_NEW
    one = pair.new or pair.old
    if one is None:
        return
    for lobe, grades in one.lobes.items():
        for component, grade in zip(Component, grades, strict=True):
            sides = (None, grade) if pair.old is None else (grade, None)
            yield common | _place(lobe, component, why) | _sides(*sides)
    for what in _SUMS:
        yield common | _place(ALL, what, why) | {f"{'old' if pair.old else 'new'}_sum": getattr(one, what)}


def cross_table_rows(sums: DifferenceSums) -> Iterator[Row]:
    """Give the rows of the cross-tables, in the order of schemes, components and grades."""
    for transition, group in sorted(sums.groups.items()):
        for component, table in group.tables.items():
            for was, now in sorted(table, key=lambda pair: tuple(-1 if grade is None else grade for grade in pair)):
                yield {
                    **_schemes(transition),
                    "component": component,
                    "old_grade": was,
                    "new_grade": now,
                    "count": table[was, now],
                }


def _schemes(transition: Transition) -> Row:
    names = ("old_scheme", "old_scheme_version", "new_scheme", "new_scheme_version")
    return dict(zip(names, transition, strict=True))


def _pair(pair: ScorePair) -> Row:
    """Give what all rows of a pair say, with NA where a row says nothing of its own."""
    old, new = pair.old, pair.new
    row: Row = dict.fromkeys(column.name for column in DIFFERENCE)
    for name in ("patient", "study_date", "series_uid"):
        row[name] = getattr(new, name, None) or getattr(old, name, None)
    row["reading"] = getattr(new, "reading", None)
    row["old_reading"] = getattr(old, "reading", None)
    for side, one in (("old", old), ("new", new)):
        row |= _made_by(side, one)
    return row


def _made_by(side: str, one: KeptScore | None) -> Row:
    if one is None:
        return {}
    return {
        f"{side}_scheme": one.scheme,
        f"{side}_scheme_version": one.scheme_version,
        f"{side}_program_version": one.program_version,
    }


def _place(lobe: str, component: str, why_not: str) -> Row:
    return {"lobe": lobe, "component": component, "why_not": why_not}


def _sides(old: KeptGrade | None, new: KeptGrade | None) -> Row:
    return {
        "old_percent": None if old is None else old.percent,
        "new_percent": None if new is None else new.percent,
        "old_grade": None if old is None else old.grade,
        "new_grade": None if new is None else new.grade,
    }


def _grade(one: GradeChange) -> Row:
    return {
        **_place(one.lobe, one.component, "" if one.is_same_region else _OTHER_REGION),
        **_sides(one.old, one.new),
        "percent_change": one.percent_change,
        "change": one.change,
        "crossed": one.crossed if one.is_same_region else None,
        "edges": _SEPARATOR.join(map(str, one.edges)),
        **_causes(one.causes, one.parts),
    }


def _sum(one: SumChange) -> Row:
    return {
        **_place(ALL, one.what, one.why_not),
        "old_sum": one.old,
        "new_sum": one.new,
        "change": one.change,
        **_causes(one.causes, one.parts),
    }


def _causes(causes: tuple[Cause, ...], parts: Parts) -> Row:
    told = parts if causes else NOT_TOLD
    return {
        "cause": _SEPARATOR.join(causes),
        "change_by_scheme": told.by_scheme,
        "change_by_input": told.by_input,
    }
