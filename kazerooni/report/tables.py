"""Tables: scores as CSV for statistics; exact numbers, a long and a wide table, with the columns of `dictionary`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kazerooni.model import Case, Component, Finding, Lobe, LobeScore
from kazerooni.report.dictionary import GRADED, LONG, WIDE
from kazerooni.tables import Value, csv_bytes

_SEPARATOR = ";"
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
            for finding in Finding:
                if finding.component is component:
                    yield place | _finding(lobe, finding)


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


def _finding(lobe: LobeScore, finding: Finding) -> Row:
    return {
        "finding": finding,
        "percent": None if finding.label is None else dict(lobe.findings)[finding],
        "present": dict(lobe.present)[finding],
        "low": None,
        "high": None,
        "grade": None,
        "flags": _SEPARATOR.join(lobe.flags),
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
        return {column.name: None for column in WIDE if column.name.startswith(f"{lobe.name}_")}
    row: Row = {
        **{
            f"{lobe.name}_{name}": value for name, value in _fields(scored, "volume_ml", "slices", "covered_mm").items()
        },
        f"{lobe.name}_flags": _SEPARATOR.join(scored.flags),
    }
    for finding, percent in scored.findings:
        if finding.label is not None:
            row[f"{lobe.name}_{finding}_percent"] = percent
    for finding, present in scored.present:
        row[f"{lobe.name}_{finding}_present"] = present
    names = ("state", "percent", "low", "high", "grade", "to_edge", "trace", "on_edge", "origin")
    for component in Component:
        graded = _fields(scored.component(component), *names)
        row |= {f"{lobe.name}_{component}_{name}": value for name, value in graded.items()}
    return row


def _fields(source: Any, *names: str) -> Row:
    return {name: getattr(source, name) for name in names}


def _digest(case: Case, role: str) -> str | None:
    return next((one.sha256 for one in case.reading.inputs if one.role == role), None)
