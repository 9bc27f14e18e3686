"""Document: the JSON of `kazerooni score --json`, as interface.md promises it. It may grow; what stands here stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from kazerooni.model import ComponentScore, Finding, LobeScore, Notice, Reading, Score
from kazerooni.scoring.scheme import Criterion, Scheme

SCORE_SCHEMA_VERSION = 1
SCHEMES_SCHEMA_VERSION = 1

PROGRAM = "kazerooni"


def score_json(score: Score, reading: Reading, *, program_version: str, notices: Iterable[Notice]) -> dict[str, object]:
    """Give a score as JSON values; missing values are None, never 0, and nothing is rounded.

    reading: what the score was made of.
    program_version: version of the program that made the score.
    notices: what is to be told of scan and score.
    """
    scan = reading.scan
    return {
        "schema_version": SCORE_SCHEMA_VERSION,
        "patient": scan.patient,
        "series_uid": scan.series_uid,
        "study_date": None if scan.study_date is None else scan.study_date.isoformat(),
        "reader": reading.reader,
        "scheme": {"name": score.scheme, "version": score.scheme_version, "citation": score.citation},
        "program": {"name": PROGRAM, "version": program_version},
        "inputs": [asdict(digest) for digest in reading.inputs],
        "lobes": [lobe_json(lobe) for lobe in score.lobes],
        "totals": asdict(score.totals),
        "volume_weighted": asdict(score.volume_weighted),
        "notices": [notice_json(notice) for notice in notices],
        "partial": score.is_partial,
        "reading": reading.id,
    }


def schemes_json(schemes: Iterable[Scheme]) -> dict[str, object]:
    """Give schemes as JSON values: `kazerooni schemes --json`."""
    return {"schema_version": SCHEMES_SCHEMA_VERSION, "schemes": [_scheme(scheme) for scheme in schemes]}


def _scheme(scheme: Scheme) -> dict[str, object]:
    return {
        "name": scheme.name,
        "version": scheme.version,
        "citation": scheme.citation,
        "regions": [{"lobe": r.lobe.name, "holds": [lobe.name for lobe in r.holds]} for r in scheme.regions],
        "combine": scheme.combine,
        "maximum": scheme.maximum,
        "alveolar": _criterion(scheme.alveolar),
        "interstitial": _criterion(scheme.interstitial),
    }


def _criterion(criterion: Criterion) -> dict[str, object]:
    return {
        "measures": [finding.value for finding in criterion.measured],
        "bands": [
            {
                "grade": b.grade,
                "low": b.low,
                "high": b.high,
                "holds_low": b.low in b.owns,
                "holds_high": b.high in b.owns,
            }
            for b in criterion.bands
        ],
        "presence": [finding.value for finding in Finding if finding in criterion.presence],
        "presence_grade": criterion.presence_grade,
    }


def lobe_json(lobe: LobeScore) -> dict[str, object]:
    """Give one lobe of a score as JSON values."""
    return {
        "lobe": lobe.lobe.name,
        "volume_ml": lobe.volume_ml,
        "slices": lobe.slices,
        "covered_mm": lobe.covered_mm,
        "flags": list(lobe.flags),
        "findings": {finding.value: value for finding, value in lobe.findings},
        "present": asdict(lobe.present),
        "alveolar": _component(lobe.alveolar),
        "interstitial": _component(lobe.interstitial),
    }


def _component(component: ComponentScore) -> dict[str, object]:
    return {name: getattr(value, "value", value) for name, value in asdict(component).items()}


def notice_json(notice: Notice) -> dict[str, object]:
    """Give a notice as JSON values."""
    return {**asdict(notice), "sop_uids": list(notice.sop_uids)}
