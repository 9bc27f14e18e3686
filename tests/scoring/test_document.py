"""The JSON of a score holds what interface.md promises, and null for what is missing."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from kazerooni.model import Component, Finding, InputDigest, Lobe, Reading, ScanRef, State, Technique
from kazerooni.scoring import score, score_json
from tests.scoring.builders import reading_of, said, tally_of, typed, typed_lungs, value, whole_lungs

# The keys of interface.md, "score --json", copied by hand, and after them those by which the document has grown.
TOP = [
    "schema_version", "patient", "series_uid", "study_date", "reader", "scheme", "program", "inputs", "lobes", "totals",
    "volume_weighted", "notices",
    "partial", "reading",
]  # fmt: skip
LOBE = ["lobe", "volume_ml", "slices", "covered_mm", "flags", "findings", "present", "alveolar", "interstitial"]
FINDINGS = ["ground_glass", "consolidation", "septal", "reticulation", "honeycombing", "traction_bronchiectasis"]
COMPONENT = ["state", "percent", "low", "high", "grade", "to_edge", "trace", "on_edge", "origin"]
TOTALS = [
    "alveolar", "interstitial", "total", "maximum", "lobes", "low", "high", "without_traces", "without_consolidation",
    "fibrosis_variant",
]  # fmt: skip


def _document(reading: Reading) -> dict[str, Any]:
    """Make the JSON, written and read back by a strict parser."""
    graded = score(reading)
    made = score_json(graded, reading, program_version="1.2.3", notices=graded.notices)
    back: dict[str, Any] = json.loads(json.dumps(made, allow_nan=False))
    return back


def _reading() -> Reading:
    return Reading(
        id="r1",
        scan=ScanRef(patient="p-1", series_uid="1.2.3", study_date=date(2003, 2, 1)),
        technique=Technique(slice_thickness_mm=1.0),
        reader="R1",
        tally=tally_of(whole_lungs(RUL={(1, 2): 250, (0, 0): 750})),
        inputs=(InputDigest("lobes", "ab"), InputDigest("alveolar", None)),
    )


def test_keys_are_those_of_the_contract() -> None:
    """Every key of interface.md is there, in its order, and no other."""
    document = _document(_reading())
    assert list(document) == TOP
    assert [list(lobe) for lobe in document["lobes"]] == [LOBE] * 5
    for lobe in document["lobes"]:
        assert list(lobe["findings"]) == list(lobe["present"]) == FINDINGS
        assert list(lobe["alveolar"]) == list(lobe["interstitial"]) == COMPONENT
    assert list(document["totals"]) == TOTALS
    assert list(document["volume_weighted"]) == ["alveolar_percent", "interstitial_percent"]
    assert list(document["scheme"]) == ["name", "version", "citation"]


def test_who_what_and_when() -> None:
    """Patient, series, date, reader, scheme, program and digests of the inputs are carried."""
    document = _document(_reading())
    assert document["schema_version"] == 1
    assert (document["patient"], document["series_uid"], document["study_date"]) == ("p-1", "1.2.3", "2003-02-01")
    assert (document["reading"], document["reader"], document["partial"]) == ("r1", "R1", False)
    assert (document["scheme"]["name"], document["scheme"]["version"]) == ("kazerooni", 1)
    assert document["program"] == {"name": "kazerooni", "version": "1.2.3"}
    assert document["inputs"] == [{"role": "lobes", "sha256": "ab"}, {"role": "alveolar", "sha256": None}]


def test_values_of_a_lobe() -> None:
    """Grades are whole numbers, percents are not rounded, the state is a word."""
    lobe = _document(_reading())["lobes"][0]
    assert lobe["lobe"] == "RUL"
    assert lobe["alveolar"] == {
        "state": "assessed", "percent": 25, "low": None, "high": None, "grade": 3, "to_edge": 0, "trace": False,
        "on_edge": False, "origin": "painted",
    }  # fmt: skip
    assert lobe["present"] == {
        "ground_glass": True, "consolidation": False, "septal": False, "reticulation": False, "honeycombing": True,
        "traction_bronchiectasis": None,
    }  # fmt: skip
    assert lobe["findings"] == {
        "ground_glass": 25, "consolidation": 0, "septal": 0, "reticulation": 0, "honeycombing": 25,
        "traction_bronchiectasis": None,
    }  # fmt: skip


def test_totals_are_whole_numbers() -> None:
    """The totals of a scheme that sums are written without a decimal point."""
    totals = _document(_reading())["totals"]
    assert totals == {
        "alveolar": 3, "interstitial": 3, "total": 6, "maximum": 50, "lobes": 5, "low": None, "high": None,
        "without_traces": 6, "without_consolidation": 3, "fibrosis_variant": 3,
    }  # fmt: skip
    assert all(isinstance(value, int) for value in totals.values() if value is not None)


def test_missing_is_null() -> None:
    """What nobody recorded is null and never 0: a component without a map, its findings, the totals that need it."""
    document = _document(reading_of(whole_lungs(), measured=frozenset({Component.ALVEOLAR})))
    assert (document["patient"], document["study_date"]) == (None, None)
    for lobe in document["lobes"]:
        assert lobe["interstitial"] == dict.fromkeys(COMPONENT)
        assert lobe["findings"]["honeycombing"] is lobe["present"]["honeycombing"] is None
    assert (document["totals"]["alveolar"], document["totals"]["total"]) == (0, None)
    assert document["notices"][0]["code"] == "incomplete"


def test_a_partial_total_says_so() -> None:
    """A partial score is marked as such, with the lobes that it stands on."""
    reading = typed_lungs(*said(Lobe.RML, State.ABSENT), typed(Lobe.RUL, value(Finding.HONEYCOMBING, "25")))
    graded = score(reading, partial=True)
    document = score_json(graded, reading, program_version="1.2.3", notices=graded.notices)
    assert document["partial"] is True
    totals = document["totals"]
    assert isinstance(totals, dict)
    assert (totals["total"], totals["lobes"], totals["maximum"], totals["low"], totals["high"]) == (3, 4, 50, 2, 3)


def test_a_typed_reading_is_written() -> None:
    """A typed component says so, is marked on its edge, and what was never counted is null."""
    reading = typed_lungs(typed(Lobe.RUL, value(Finding.HONEYCOMBING, "25")), *said(Lobe.RML, State.ABSENT))
    rul, rml = _document(reading)["lobes"][:2]
    assert rul["interstitial"] == {
        "state": "assessed", "percent": 25, "low": None, "high": None, "grade": 3, "to_edge": 0, "trace": False,
        "on_edge": True, "origin": "typed",
    }  # fmt: skip
    assert (rul["volume_ml"], rul["slices"], rul["covered_mm"]) == (None, None, None)
    assert rml["interstitial"] == {**dict.fromkeys(COMPONENT), "state": "absent"}
