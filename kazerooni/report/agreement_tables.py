"""Agreement tables: how far readers agree as CSV, in full precision; the columns are those of their dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from kazerooni.model import Component, DetectableChange, Lobe, ScanRef
from kazerooni.model.agreement import Sum
from kazerooni.stats import Agreement, Comparison, Estimate
from kazerooni.tables import Column, Value, csv_bytes

Row = dict[str, Value]

_COMPARED: Final = (
    Column("comparison", "whole number", "", "number of the comparison, as in the names of the plots", "from 1"),
    Column("kind", "text", "", "between two readers, within one, or of all readers together", "between, within, all"),
    Column("first", "text", "", "the reader; NA for all readers", "name or sign"),
    Column("second", "text", "", "the other reader; within a reader the same", "name or sign"),
)
_MADE_BY: Final = (
    Column("scheme", "text", "", "scheme that the readings are graded by", "name of a published scheme"),
    Column("scheme_version", "whole number", "", "version of the scheme", "from 1"),
    Column("seed", "whole number", "", "seed of the intervals over resampled patients", ""),
    Column("program_version", "text", "", "version of kazerooni that made the table", ""),
)
_SCAN: Final = (
    Column("patient", "text", "", "pseudonym of the patient", "NA where no reading names one"),
    Column("study_date", "date", "", "date of the study", "ISO 8601"),
    Column("series_uid", "text", "", "SeriesInstanceUID of the scan; NA where it was not named", "UID"),
)
_SUMS = "alveolar, interstitial, total"


def _estimate(name: str, meaning: str, unit: str, values: str) -> tuple[Column, ...]:
    return (
        Column(name, "number", unit, meaning, values),
        Column(f"{name}_low", "number", unit, f"lower end of the 95 % interval of {name}", values),
        Column(f"{name}_high", "number", unit, f"upper end of the 95 % interval of {name}", values),
        Column(
            f"{name}_interval", "text", "", "how the interval was made: F, t, or resampled patients", "F, t, patients"
        ),
        Column(f"{name}_reason", "text", "", f"why {name} or its interval is NA", "NA where both are there"),
    )


_GRADES: Final = (
    *_COMPARED,
    Column("lobe", "text", "", "lobe, or all lobes together", f"{', '.join(lobe.name for lobe in Lobe)}, all"),
    Column("component", "text", "", "component of the score", ", ".join(Component)),
    Column(
        "count",
        "whole number",
        "grades",
        "grades that were compared: pairs, or scans (times lobes) of all readers",
        "from 0",
    ),
    *_estimate("same", "pairs with the same grade; NA for all readers", "percent", "0-100"),
    *_estimate("kappa_linear", "kappa of grades 0 to 5, weighted by distance; NA for all readers", "", "to 1"),
    *_estimate("kappa_quadratic", "kappa weighted by the square of the distance; NA for all readers", "", "to 1"),
    *_estimate("alpha", "Krippendorff's ordinal alpha; NA for two readings", "", "to 1"),
    *_MADE_BY,
)
_SUM_TABLE: Final = (
    *_COMPARED,
    Column("sum", "text", "", "which sum, or mean, of the scheme", _SUMS),
    Column("count", "whole number", "scans", "scans of which each reader has the sum", "from 0"),
    Column("patients", "whole number", "patients", "of how many patients", "from 0"),
    *_estimate("icc_2_1", "ICC(2,1): single readings, readers drawn from many", "", "to 1"),
    *_estimate("icc_3_1", "ICC(3,1): single readings, these readers alone", "", "to 1"),
    Column("form", "text", "", "one scan a patient, or several; NA for all readers", "single, repeated"),
    *_estimate("bias", "mean difference, second less first; NA for all readers", "grades", ""),
    Column("sd", "number", "grades", "standard deviation of a difference", "from 0"),
    *_estimate("lower_limit", "lower 95 % limit of agreement", "grades", ""),
    *_estimate("upper_limit", "upper 95 % limit of agreement", "grades", ""),
    Column("sem", "number", "grades", "standard error of measurement of these readings", "from 0"),
    Column("smallest_change", "number", "grades", "smallest detectable change, 1.96 x sqrt 2 x sem", "from 0"),
    Column("repeats", "whole number", "readings", "how often a scan was read once more", "from 0"),
    Column("smallest_change_reason", "text", "", "why there is no smallest change", "NA where there is one"),
    *_MADE_BY,
)
_ERRORS: Final = (
    Column("kind", "text", "", "whether one reader read a scan again, or another reader did", "within, between"),
    Column("readers", "text", "", "whose readings, separated by semicolons", "names or signs"),
    Column("sum", "text", "", "which sum, or mean, of the scheme", _SUMS),
    Column("sem", "number", "grades", "standard error of measurement", "from 0"),
    Column("smallest_change", "number", "grades", "smallest detectable change, 1.96 x sqrt 2 x sem", "from 0"),
    Column("repeats", "whole number", "readings", "how often a scan was read once more", "from 0"),
    Column("scans", "whole number", "scans", "on how many scans", "from 0"),
    Column("smallest_change_reason", "text", "", "why there is no smallest change", "NA where there is one"),
    *_MADE_BY,
)
_PAIRS: Final = (
    *_COMPARED,
    *_SCAN,
    Column("sum", "text", "", "which sum, or mean, of the scheme", _SUMS),
    Column("first_value", "number", "grades", "the sum as the first has it", "from 0"),
    Column("second_value", "number", "grades", "the sum as the second has it", "from 0"),
    Column("mean", "number", "grades", "mean of both", "from 0"),
    Column("difference", "number", "grades", "second less first", ""),
    *_MADE_BY,
)
_SCANS: Final = (
    *_SCAN,
    Column("reader", "text", "", "one of all readers", "name or sign"),
    Column("readings", "whole number", "readings", "how often this reader read the scan; 0: is missing", "from 0"),
    *_MADE_BY,
)

AGREEMENT_TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "grades": _GRADES,
    "sums": _SUM_TABLE,
    "errors": _ERRORS,
    "pairs": _PAIRS,
    "scans": _SCANS,
}
"""The columns of each table by its name."""


def agreement_csv(found: Agreement, name: str, *, program_version: str) -> bytes:
    """Write one of the tables of `AGREEMENT_TABLES`; what does not apply to a row is NA."""
    made_by: Row = {
        "scheme": found.scheme,
        "scheme_version": found.scheme_version,
        "seed": found.seed,
        "program_version": program_version,
    }
    names = [column.name for column in AGREEMENT_TABLES[name]]
    blank: Row = dict.fromkeys(names)
    return csv_bytes(names, (blank | row | made_by for row in _ROWS[name](found)))


def _compared(number: int, one: Comparison) -> Row:
    return {"comparison": number, "kind": one.kind, "first": one.first, "second": one.second}


def _figure(name: str, one: Estimate) -> Row:
    return {
        name: one.value,
        f"{name}_low": one.low,
        f"{name}_high": one.high,
        f"{name}_interval": one.method,
        f"{name}_reason": one.reason,
    }


def _change(one: DetectableChange) -> Row:
    return {
        "sem": one.sem,
        "smallest_change": one.smallest,
        "repeats": one.repeats,
        "smallest_change_reason": one.reason,
    }


def _place(lobe: Lobe | None, component: Component, count: int) -> Row:
    return {"lobe": "all" if lobe is None else lobe.name, "component": component, "count": count}


def _grade_rows(found: Agreement) -> Iterator[Row]:
    for number, one in enumerate(found.comparisons, 1):
        for grade in one.grades:
            yield (
                _compared(number, one)
                | _place(grade.lobe, grade.component, grade.count)
                | _figure("same", grade.same)
                | _figure("kappa_linear", grade.linear)
                | _figure("kappa_quadratic", grade.quadratic)
            )
    for alpha in () if found.everyone is None else found.everyone.grades:
        yield {"kind": "all"} | _place(alpha.lobe, alpha.component, alpha.count) | _figure("alpha", alpha.alpha)


def _sum_rows(found: Agreement) -> Iterator[Row]:
    for number, one in enumerate(found.comparisons, 1):
        for each in one.sums:
            differences = each.differences
            yield (
                _compared(number, one)
                | {"sum": each.what, "count": each.count, "patients": each.patients}
                | _figure("icc_2_1", each.icc_2_1)
                | _figure("icc_3_1", each.icc_3_1)
                | {"form": differences.form, "sd": differences.sd}
                | _figure("bias", differences.bias)
                | _figure("lower_limit", differences.lower)
                | _figure("upper_limit", differences.upper)
                | _change(each.detectable)
            )
    for whole in () if found.everyone is None else found.everyone.sums:
        counted: Row = {"kind": "all", "sum": whole.what, "count": whole.count, "patients": whole.patients}
        yield counted | _figure("icc_2_1", whole.icc_2_1) | _figure("icc_3_1", whole.icc_3_1)


def _error_rows(found: Agreement) -> Iterator[Row]:
    sums: tuple[Sum, ...] = ("alveolar", "interstitial", "total")
    for error in found.errors:
        for what in sums:
            change = error.of(what)
            of: Row = {"kind": error.kind, "readers": ";".join(error.readers), "sum": what, "scans": change.scans}
            yield of | _change(change)


def _pair_rows(found: Agreement) -> Iterator[Row]:
    for number, one in enumerate(found.comparisons, 1):
        for each in one.sums:
            for pair in each.pairs:
                yield (
                    _compared(number, one)
                    | _scan(pair.scan)
                    | {
                        "sum": each.what,
                        "first_value": pair.first,
                        "second_value": pair.second,
                        "mean": (pair.first + pair.second) / 2,
                        "difference": pair.second - pair.first,
                    }
                )


def _scan_rows(found: Agreement) -> Iterator[Row]:
    for one in found.scans:
        times = dict(one.times)
        for reader in found.readers:
            yield _scan(one.scan) | {"reader": reader, "readings": times.get(reader, 0)}


def _scan(scan: ScanRef) -> Row:
    return {"patient": scan.patient, "study_date": scan.study_date, "series_uid": scan.series_uid}


_ROWS: Final[dict[str, Callable[[Agreement], Iterator[Row]]]] = {
    "grades": _grade_rows,
    "sums": _sum_rows,
    "errors": _error_rows,
    "pairs": _pair_rows,
    "scans": _scan_rows,
}
