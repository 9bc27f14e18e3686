"""Document: the JSON of `kazerooni agree --json`. It may grow; what stands here stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from kazerooni.model import InputDigest, ReadersError, ScanRef
from kazerooni.stats.agreement import Agreement, Comparison, Everyone, GradeAgreement, GradeAlpha, SumAgreement

AGREEMENT_SCHEMA_VERSION = 1


def agreement_json(
    found: Agreement, *, program_version: str, inputs: Iterable[InputDigest], failed: Iterable[tuple[str, str]] = ()
) -> dict[str, object]:
    """Give the agreement of readers as JSON values; what is not defined is None, with its reason beside it.

    inputs: digests of the files that were read. failed: of each that could not be, its name and why.
    """
    return {
        "schema_version": AGREEMENT_SCHEMA_VERSION,
        "scheme": {"name": found.scheme, "version": found.scheme_version, "maximum": found.maximum},
        "program": {"name": "kazerooni", "version": program_version},
        "seed": found.seed,
        "resamples": found.resamples,
        "inputs": [asdict(digest) for digest in inputs],
        "readers": list(found.readers),
        "patients": found.patients,
        "readings": found.readings,
        "drafts": found.drafts,
        "dependent": found.dependent,
        "warnings": list(found.warnings),
        "scans": [
            {**_scan(one.scan), "readings": dict(one.times), "missing": list(one.missing)} for one in found.scans
        ],
        "comparisons": [_comparison(one) for one in found.comparisons],
        "everyone": None if found.everyone is None else _everyone(found.everyone),
        "readers_error": [_error(error) for error in found.errors],
        "left_out": [asdict(one) for one in found.left_out],
        "failed": [{"input": name, "reason": why} for name, why in failed],
    }


def _scan(scan: ScanRef) -> dict[str, object]:
    on = None if scan.study_date is None else scan.study_date.isoformat()
    return {"patient": scan.patient, "study_date": on, "series_uid": scan.series_uid}


def _comparison(one: Comparison) -> dict[str, object]:
    return {
        "kind": one.kind,
        "first": one.first,
        "second": one.second,
        "scans": one.scans,
        "patients": one.patients,
        "grades": [_place(grade) for grade in one.grades],
        "sums": [_sum(each) for each in one.sums],
    }


def _place(grade: GradeAgreement | GradeAlpha) -> dict[str, object]:
    lobe = "all" if grade.lobe is None else grade.lobe.name
    return {**asdict(grade), "lobe": lobe, "component": grade.component.value}


def _sum(one: SumAgreement) -> dict[str, object]:
    pairs = [{**_scan(pair.scan), "first": pair.first, "second": pair.second} for pair in one.pairs]
    known = {name: value for name, value in asdict(one).items() if name != "pairs"}
    return {**known, "pairs": pairs}


def _everyone(everyone: Everyone) -> dict[str, object]:
    return {"grades": [_place(grade) for grade in everyone.grades], "sums": [asdict(each) for each in everyone.sums]}


def _error(error: ReadersError) -> dict[str, object]:
    known = {name: value for name, value in asdict(error).items() if name not in ("scheme", "scheme_version")}
    return {**known, "readers": list(error.readers)}
