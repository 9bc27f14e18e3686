"""Tables: scores as CSV for statistics; exact numbers, a long and a wide table, with the columns of `dictionary`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any

from kazerooni.model import Case, Component, Finding, Lobe, LobeScore
from kazerooni.report.dictionary import GRADED, LONG, WIDE
from kazerooni.tables import Value, csv_bytes

_SEPARATOR = ";"
_MEASURED = tuple(finding for finding in Finding if finding.label is not None)
_OF_LOBE = ("volume_ml", "slices", "covered_mm")
_OF_COMPONENT = ("state", "percent", "low", "high", "grade", "to_edge", "trace", "on_edge", "origin")
_LOBE_VALUES, _COMPONENT_VALUES = attrgetter(*_OF_LOBE), attrgetter(*_OF_COMPONENT)
Row = dict[str, Value]


def long_csv(cases: Iterable[Case], *, program_version: str) -> bytes:
    """Write the long table: for each reading, lobe and component a row of what is graded, then one for each finding."""
    rows = (row for case in cases for row in _long_rows(case, program_version))
    return csv_bytes([column.name for column in LONG], rows)


def wide_csv(cases: Iterable[Case], *, program_version: str) -> bytes:
    """Write the wide table: one row for each reading; NA for a lobe that its scheme does not grade apart."""
    return csv_bytes([column.name for column in WIDE], wide_rows(cases, program_version=program_version))


def wide_rows(cases: Iterable[Case], *, program_version: str) -> Iterator[Row]:
    """Give the rows of the wide table, by the names of `WIDE`."""
    return (_wide_row(case, program_version) for case in cases)


def _reading(case: Case, program_version: str) -> Row:
    scan, score = case.reading.scan, case.score
    return {
        "patient": scan.patient,
        "study_date": scan.study_date,
        "series_uid": scan.series_uid,
        "reader": case.reading.reader,
        "reading": case.reading.id,
        "scheme": score.scheme,
        "scheme_version": score.scheme_version,
        "program_version": program_version,
    }


def _long_rows(case: Case, program_version: str) -> Iterator[Row]:
    common = _reading(case, program_version)
    for lobe in case.score.lobes:
        percents, present, flags = dict(lobe.findings), dict(lobe.present), _SEPARATOR.join(lobe.flags)
        for component in Component:
            place = {
                **common,
                "lobe": lobe.lobe.name,
                "component": component,
                "slices": lobe.slices,
                "covered_mm": lobe.covered_mm,
                "state": lobe.component(component).state,
                "origin": lobe.component(component).origin,
            }
            yield place | _graded(lobe, component)
            place |= {"low": None, "high": None, "grade": None, "flags": flags}
            for finding in Finding:
                if finding.component is component:
                    percent = None if finding.label is None else percents[finding]
                    yield place | {"finding": finding, "percent": percent, "present": present[finding]}


def _graded(lobe: LobeScore, component: Component) -> Row:
    graded = lobe.component(component)
    raised = [name for name, is_so in (("trace", graded.trace), ("on-edge", graded.on_edge)) if is_so]
    return {
        "finding": GRADED,
        "percent": graded.percent,
        "present": None,
        "low": graded.low,
        "high": graded.high,
        "grade": graded.grade,
        "flags": _SEPARATOR.join((*lobe.flags, *raised)),
    }


def _wide_row(case: Case, program_version: str) -> Row:
    reading, score = case.reading, case.score
    totals, weighted, technique = score.totals, score.volume_weighted, reading.technique
    scored = {lobe.lobe: lobe for lobe in score.lobes}
    row: Row = {
        **_reading(case, program_version),
        "status": reading.status,
        "partial": score.is_partial,
        **_fields(totals, "alveolar", "interstitial", "total", "maximum", "lobes"),
        "total_low": totals.low,
        "total_high": totals.high,
        **_fields(totals, "without_traces", "without_consolidation", "fibrosis_variant"),
        "alveolar_volume_percent": weighted.alveolar_percent,
        "interstitial_volume_percent": weighted.interstitial_percent,
        "pattern": None if reading.pattern is None else reading.pattern.name,
        **_fields(technique, "manufacturer", "kernel", "kernel_class", "kvp", "slice_thickness_mm", "slice_gap_mm"),
        **_fields(technique, "coverage_mm", "acquisition", "contrast", "patient_position"),
        "notices": _SEPARATOR.join(dict.fromkeys(notice.code for notice in case.notices)),
        **{f"{role}_sha256": _digest(case, role) for role in ("scan", "lobes", "alveolar", "interstitial")},
    }
    for lobe in Lobe:
        row |= _lobe(lobe, scored.get(lobe))
    return row


def _lobe(lobe: Lobe, scored: LobeScore | None) -> Row:
    """Give the columns of a lobe, all NA where the scheme does not grade it apart."""
    if scored is None:
        return dict.fromkeys(_columns_of(lobe))
    percents, present = dict(scored.findings), dict(scored.present)
    values = (
        *_LOBE_VALUES(scored),
        _SEPARATOR.join(scored.flags),
        *(percents[finding] for finding in _MEASURED),
        *(present[finding] for finding in Finding),
        *(value for component in Component for value in _COMPONENT_VALUES(scored.component(component))),
    )
    return dict(zip(_names_of(lobe), values, strict=True))


@cache
def _names_of(lobe: Lobe) -> tuple[str, ...]:
    """Give the names of the columns of a lobe in the order of its values."""
    names = (
        *_OF_LOBE,
        "flags",
        *(f"{finding}_percent" for finding in _MEASURED),
        *(f"{finding}_present" for finding in Finding),
        *(f"{component}_{name}" for component in Component for name in _OF_COMPONENT),
    )
    return tuple(f"{lobe.name}_{name}" for name in names)


@cache
def _columns_of(lobe: Lobe) -> tuple[str, ...]:
    return tuple(column.name for column in WIDE if column.name.startswith(f"{lobe.name}_"))


def _fields(source: Any, *names: str) -> Row:
    return {name: getattr(source, name) for name in names}


def _digest(case: Case, role: str) -> str | None:
    return next((one.sha256 for one in case.reading.inputs if one.role == role), None)
