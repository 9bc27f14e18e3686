"""Readings are matched by their scan; what cannot be compared is left out with its reason."""

from __future__ import annotations

import random
from datetime import date

from kazerooni.model import Reading, Status
from kazerooni.stats import ScanRead, match
from tests.stats.builders import case, reading


def matched(*readings: Reading) -> tuple[tuple[ScanRead, ...], dict[str, str]]:
    """Match readings; what is left out by id."""
    scans, left_out = match(map(case, readings))
    return scans, {one.reading: one.why for one in left_out}


def test_readings_of_one_series_are_of_one_scan() -> None:
    """A series UID tells the scan, whatever the patient is called there; two names of its patient are one person."""
    scans, _ = matched(
        reading("R1", 1, patient="P-A", series="1.2"),
        reading("R2", 1, patient="P-B", series="1.2"),
        reading("R1", 1, patient="P-A", series="1.3", on=date(2002, 1, 1)),
        reading("R2", 1, patient="P-B", series="1.4", on=date(2003, 1, 1)),
    )
    assert [sorted(scan.readings) for scan in scans] == [["R1", "R2"], ["R1"], ["R2"]]
    assert len({scan.owner for scan in scans}) == 1


def test_typed_readings_match_by_patient_and_date() -> None:
    """Without a series UID patient and date are the scan; it is the one series read of that day, where there is one."""
    scans, _ = matched(reading("R1", 1), reading("R2", 1), reading("R3", 1, series="1.2"))
    assert [sorted(scan.readings) for scan in scans] == [["R1", "R2", "R3"]]
    assert scans[0].ref.series_uid == "1.2"
    apart, _ = matched(reading("R1", 1), reading("R2", 1, on=date(2002, 2, 3)), reading("R2", 1, patient="P2"))
    assert len(apart) == 3


def test_a_day_of_several_series_leaves_out_who_names_none() -> None:
    """Of which of two series of a day a typed reading is, nobody knows: it is left out, and told."""
    _, left_out = matched(
        reading("R1", 1, series="1.2"), reading("R1", 1, series="1.3"), reading("R2", 1, name="typed")
    )
    assert "several series" in left_out["typed"]


def test_what_is_left_out() -> None:
    """Left out are superseded readings, those of no named reader, of no scan, and one given twice, each with why."""
    old = reading("R1", 1, name="old")
    scans, left_out = matched(
        old,
        reading("R1", 2, name="new", supersedes="old"),
        reading(None, 1, name="unnamed"),
        reading("R2", 1, name="nowhere", patient=None),
        reading("R2", 1, name="twice"),
        reading("R2", 1, name="twice"),
    )
    assert {name: why.split(",")[0] for name, why in left_out.items()} == {
        "old": "is superseded",
        "unnamed": "names no reader",
        "nowhere": "names no series",
        "twice": "is given twice",
    }
    assert {reader: [one.reading.id for one in cases] for reader, cases in scans[0].readings.items()} == {
        "R1": ["new"],
        "R2": ["twice"],
    }


def test_a_draft_counts_only_where_its_reader_signed_nothing() -> None:
    """Beside a signed reading of the scan its reader's draft is left out; alone it counts."""
    draft = reading("R1", 1, name="draft", status=Status.DRAFT)
    scans, left_out = matched(draft, reading("R1", 2, name="signed"))
    assert [one.reading.id for one in scans[0].readings["R1"]] == ["signed"]
    assert "is a draft" in left_out["draft"]
    assert matched(draft)[1] == {}


def test_equal_typed_readings_of_two_tables_are_repeats() -> None:
    """A reader who types the same twice, in two tables, gives one id twice: two readings, as their tables differ."""
    scans, left_out = matched(reading("R1", 1, name="R", table="a"), reading("R1", 1, name="R", table="b"))
    assert len(scans[0].readings["R1"]) == 2
    assert left_out == {}


def test_repeats_stand_by_when_they_were_started() -> None:
    """The first reading is the one started first, in whatever order they are given."""
    readings = [reading("R1", grade, hour=hour, name=f"a{9 - hour}") for grade, hour in ((1, 8), (2, 3), (3, 5))]
    for seed in range(4):
        random.Random(seed).shuffle(readings)  # noqa: S311 - an order, no secret
        scans, _ = matched(*readings)
        assert [one.score.alveolar for one in scans[0].readings["R1"]] == [10, 15, 5]


def test_a_scan_of_no_patient_is_its_own() -> None:
    """Scans of which nobody names the patient are of different ones."""
    scans, _ = matched(reading("R1", 1, patient=None, series="1.2"), reading("R1", 1, patient=None, series="1.3"))
    assert len({scan.owner for scan in scans}) == 2
