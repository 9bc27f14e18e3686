"""Document: the JSON of `kazerooni score --json`, as interface.md promises it. It may grow; what stands here stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from kazerooni.model import ComponentScore, LobeScore, Notice, Reading, Score

SCORE_SCHEMA_VERSION = 1

_PROGRAM = "kazerooni"


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
        "program": {"name": _PROGRAM, "version": program_version},
        "inputs": [asdict(digest) for digest in reading.inputs],
        "lobes": [_lobe(lobe) for lobe in score.lobes],
        "totals": asdict(score.totals),
        "volume_weighted": asdict(score.volume_weighted),
        "notices": [_notice(notice) for notice in notices],
    }


def _lobe(lobe: LobeScore) -> dict[str, object]:
    return {
        "lobe": lobe.lobe.name,
        "volume_ml": lobe.volume_ml,
        "slices": lobe.slices,
        "covered_mm": lobe.covered_mm,
        "flags": list(lobe.flags),
        "findings": {finding.value: value for finding, value in lobe.findings},
        "alveolar": _component(lobe.alveolar),
        "interstitial": _component(lobe.interstitial),
    }


def _component(component: ComponentScore) -> dict[str, object]:
    return {**asdict(component), "state": None if component.state is None else component.state.value}


def _notice(notice: Notice) -> dict[str, object]:
    return {**asdict(notice), "sop_uids": list(notice.sop_uids)}
