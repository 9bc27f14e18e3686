"""`reading.json` gives back what went in, bit for bit, and refuses what is no reading."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kazerooni.errors import KazerooniError, OutputError, ReadingError
from kazerooni.labels import read_reading, reading_from_json, reading_json, reading_text, write_reading
from kazerooni.labels.readings.counts import plain_rows
from kazerooni.model import Component, Entry, Finding, Lobe, Reading, ScanRef, SchemeRef, Session, TypedValue
from kazerooni.scoring import score
from tests.labels.reading_strategies import readings
from tests.scoring.builders import reading_of, whole_lungs

SCHEMA = Path(__file__).parents[2] / "kazerooni" / "labels" / "readings" / "reading.schema.json"


def fields_of(value: object) -> dict[str, Any]:
    """Give the fields of a reading or tally, arrays as bytes and mappings as dicts, so that they can be compared."""
    told: dict[str, Any] = {}
    for part in fields(value):  # type: ignore[arg-type]
        found = getattr(value, part.name)
        if isinstance(found, np.ndarray):
            told[part.name] = (found.dtype.str, found.shape, found.tobytes())
        elif part.name == "tally" and found is not None:
            told[part.name] = fields_of(found)
        elif part.name == "traction":
            told[part.name] = dict(found)
        else:
            told[part.name] = repr(sorted(found) if isinstance(found, frozenset) else found)
    return told


def painted() -> Reading:
    """Give a reading of five lobes with a quarter of the right upper one marked."""
    return reading_of(whole_lungs(RUL={(1, 2): 250, (0, 0): 750}))


def document(**changed: Any) -> dict[str, Any]:
    """Give the JSON values of `painted`, some of them changed."""
    return {**json.loads(reading_text(painted())), **changed}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(reading=readings())
def test_a_reading_comes_back_bit_for_bit(reading: Reading) -> None:
    """Every field of any reading is the same after writing and reading, and so is the text."""
    text = reading_text(reading)
    back = reading_from_json(json.loads(text))
    assert fields_of(back) == fields_of(reading)
    assert reading_text(back) == text


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=15)
@given(reading=readings())
def test_every_reading_fits_the_published_schema(reading: Reading) -> None:
    """Another program's validator finds every reading to be as the JSON Schema in the docs says."""
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text("utf-8")))
    assert list(validator.iter_errors(json.loads(reading_text(reading)))) == []


def test_the_schema_is_a_schema() -> None:
    """The published schema is valid JSON Schema, draft 7."""
    jsonschema.Draft7Validator.check_schema(json.loads(SCHEMA.read_text("utf-8")))


def test_a_kept_reading_is_graded_as_before(tmp_path: Path) -> None:
    """A reading that was written and read gets the score that it got before."""
    write_reading(painted(), tmp_path / "reading.json")
    assert score(read_reading(tmp_path / "reading.json")).lobes == score(painted()).lobes


def test_typed_percents_keep_their_digits(tmp_path: Path) -> None:
    """A percent that was typed as 25.0 comes back as 25.0, not as 25."""
    value = TypedValue(finding=Finding.HONEYCOMBING, percent=Decimal("25.0"))
    entry = Entry(lobe=Lobe.RUL, component=Component.INTERSTITIAL, values=(value,))
    write_reading(Reading(id="r", scan=ScanRef(), entries=(entry,)), tmp_path / "r.json")
    assert str(read_reading(tmp_path / "r.json").entries[0].values[0].percent) == "25.0"


def test_a_sign_that_is_no_unicode_survives(tmp_path: Path) -> None:
    """A reader's sign with bytes that are no Unicode is kept as it is."""
    write_reading(replace(painted(), reader="R\udce9"), tmp_path / "r.json")
    assert read_reading(tmp_path / "r.json").reader == "R\udce9"


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    """A file that is there stays as it is, until `force` says otherwise."""
    file = tmp_path / "reading.json"
    file.write_text("mine")
    with pytest.raises(OutputError, match=r"reading\.json: is there already"):
        write_reading(painted(), file)
    assert file.read_text() == "mine"
    write_reading(painted(), file, force=True)
    assert read_reading(file).id == "r"
    assert [path.name for path in tmp_path.iterdir()] == ["reading.json"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"schema_version": 2}, r"schema_version 2; this program reads 1"),
        ({"schema_version": None}, "no schema_version"),
        ({"status": "signd"}, "status must be one of"),
        ({"more": 1}, "must not contain"),
        ({"id": ""}, "id must match pattern"),
        ({"id": "../escaped"}, "id must match pattern"),
        ({"reader": 3}, "reader must be string or null"),
        ({"entries": [{}]}, "must contain"),
        ({"traction_bronchiectasis": {"RLX": True}}, "must not contain"),
        ({"inputs": [{"role": "scan", "sha256": "ab"}]}, "sha256 must match pattern"),
    ],
)
def test_what_is_no_reading_is_refused(changed: dict[str, Any], told: str) -> None:
    """A document of another shape or version is refused with the place and what is wanted."""
    with pytest.raises(ReadingError, match=told):
        reading_from_json(document(**changed))


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("counts", [[0, 7, 0, 0, 1]], "tally.counts"),
        ("counts", [[9, 1, 0, 0, 1]], "tally.counts"),
        ("counts", [[0, 1, 0, 0, 0]], "tally.counts"),
        ("counts", [[0, 1, 0, 0, 1], [0, 1, 0, 0, 1]], "ascend, each place once"),
        ("counts", [[0, 1, 0, 0, 10**30]], "64 bits"),
        ("measured", [], "although the component was not measured"),
        ("missing_after", [99], "missing_after"),
        ("depths", [1], "tally.counts"),
        ("pixel_area_mm2", 0, "pixel_area_mm2 must be bigger"),
        ("depths", [1] * 100_001, "depths must contain less than or equal to 100000"),
    ],
)
def test_damaged_counts_are_refused(name: str, value: object, told: str) -> None:
    """Counts that contradict their depths, each other or the components are refused."""
    whole = document()
    whole["tally"][name] = value
    with pytest.raises(ReadingError, match=told):
        reading_from_json(whole)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty; give a whole reading.json"),
        (b"[]", "no schema_version"),
        (b"\xff\xfe{", "is not UTF-8"),
        (b'{"schema_version": 1, "schema_version": 1}', "stands twice"),
        (b'{"schema_version": NaN}', "holds NaN"),
        (b'{"schema_version": 1e999}', "holds 1e999"),
        (b'{"schema_version": ' + b"9" * 5000 + b"}", "too many digits"),
        (b"[" * 100_000, "nested too deeply"),
        (b"DICM" + b"\0" * 200, "is not JSON"),
    ],
)
def test_files_that_are_no_reading_are_refused(tmp_path: Path, data: bytes, told: str) -> None:
    """A file of another kind, cut off or damaged, is refused by name, without its folder."""
    file = tmp_path / "bad.json"
    file.write_bytes(data)
    with pytest.raises(ReadingError, match=rf"^bad\.json: .*{told}"):
        read_reading(file)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """A file that is not there and a folder end in one clear error."""
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(ReadingError, match="cannot be read"):
            read_reading(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(place=st.integers(0, 2**16), value=st.integers(0, 255), cut=st.booleans())
def test_a_mutated_file_is_a_reading_or_refused(tmp_path: Path, place: int, value: int, cut: bool) -> None:  # noqa: FBT001 - Hypothesis hands it over
    """A file with a changed byte, or cut off, either reads as a reading or ends in an error of the toolkit."""
    data = bytearray(reading_text(painted()).encode())
    where = place % len(data)
    data[where] = value
    file = tmp_path / "r.json"
    file.write_bytes(data[:where] if cut else data)
    try:
        reading_text(read_reading(file))
    except KazerooniError:
        return


_whole = st.integers(0, 2**31 - 1)
_cells = st.one_of(_whole, st.integers(-(2**70), 2**70), st.booleans(), st.floats(), st.none(), st.text(), st.just([]))
_lists = st.one_of(
    st.lists(_whole, min_size=5, max_size=5), st.lists(_cells, min_size=4, max_size=6), _cells, st.just({"0": 1})
)


@given(rows=st.lists(st.lists(_whole, min_size=5, max_size=5) | _lists, max_size=4))
def test_rows_are_plain_where_each_is_five_whole_numbers(rows: list[Any]) -> None:
    """Rows of counts are read in bulk where each is five whole numbers below 2**31 from 0 on, and nowhere else."""
    is_plain = all(
        type(row) is list and len(row) == 5 and all(type(n) is int and 0 <= n < 2**31 for n in row) for row in rows
    )
    found = plain_rows({"tally": {"counts": rows}})
    assert (found is not None) == is_plain
    if found is not None:
        assert found.shape == (len(rows), 5)
        assert found.tolist() == rows


@pytest.mark.parametrize("voxels", [2**31 - 1, 2**31, 2**40])
def test_counts_of_any_size_come_back(voxels: int) -> None:
    """Counts too high to be read in bulk come back as they were, and so do the highest that are."""
    whole = document()
    whole["tally"]["counts"][-1][-1] = voxels
    back = reading_from_json(whole)
    assert back.tally is not None
    assert back.tally.counts.max() == voxels


def test_whole_numbers_written_as_floats_are_whole() -> None:
    """3.0, which JSON Schema takes for a whole number, is read as 3, and written as 3."""
    value = TypedValue(grade=3, scheme=SchemeRef("kazerooni", 1))
    entry = Entry(lobe=Lobe.RUL, component=Component.ALVEOLAR, values=(value,))
    reading = Reading(id="r", scan=ScanRef(), entries=(entry,), session=Session(order=2, slices_seen=(0, 4)))
    floats = reading_text(reading).replace('"grade": 3', '"grade": 3.0').replace("[0, 4]", "[0.0, 4.0]")
    back = reading_from_json(json.loads(floats.replace('"order": 2', '"order": 2.0')))
    assert "3.0" in floats
    assert reading_text(back) == reading_text(reading)
    assert score(back, partial=True).alveolar == 3


def test_times_keep_their_zone() -> None:
    """A time comes back with its zone, and one without a zone is refused before it is written."""
    session = Session(started=datetime(2003, 5, 14, 9, 30, tzinfo=UTC))
    back = reading_from_json(reading_json(replace(painted(), session=session)))
    assert back.session.started == session.started
    with pytest.raises(ReadingError, match="no time zone"):
        Session(started=datetime(2003, 5, 14, 9, 30))  # noqa: DTZ001 - what is refused
