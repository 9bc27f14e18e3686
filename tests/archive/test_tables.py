"""Tables of a run: Parquet says what the CSV says, and what is written grows on the disk alone."""

from __future__ import annotations

import csv
import io
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazerooni.archive import Journal, Kind, Settings, Task
from kazerooni.archive.jobs import Work
from kazerooni.archive.tables import write_tables
from kazerooni.archive.task import Result
from kazerooni.labels import write_reading
from kazerooni.model import Reading
from kazerooni.report import write_difference
from kazerooni.tables import csv_line, text_of

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["NA", "na", "'", "'NA", "=1+1", "true", "0"]
)


@pytest.fixture(scope="module")
def result(reading: Reading, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Give what a worker makes of the reading of a sample scan."""
    file = tmp_path_factory.mktemp("reading") / "reading.json"
    write_reading(reading, file)
    work = Work(Settings(scheme="kazerooni", version=1, out=file.parent))
    return work(Task(id="T-0", kind=Kind.READING, stamp="", files=(str(file),)))


def _journal(folder: Path, results: list[Result]) -> Journal:
    folder.mkdir()
    journal = Journal(folder, {})
    tasks = [Task(id=f"T-{number:05d}", kind=Kind.READING, stamp="") for number in range(len(results))]
    journal.plan(tasks)
    for task, result in zip(tasks, results, strict=True):
        journal.end(task, result, 1)
    return journal


def _column(table: Any, name: str) -> list[Any]:
    values: list[Any] = table.column(name).to_pylist()
    return values


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_parquet_holds_every_text_of_the_csv(
    result: Result, tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]]
) -> None:
    """Names that look like numbers, formulas, NA or several lines come back from Parquet as `text_of` reads them."""
    parquet = pytest.importorskip("pyarrow.parquet")
    (plain,) = csv.reader(io.StringIO(result.wide, newline=""))
    out = tmp_path_factory.mktemp("texts") / "out"
    rows = []
    for patient, reader in texts:
        tail = csv_line([patient, plain[1], plain[2], reader])
        rows.append(tail.removesuffix("\r\n") + "," + ",".join(plain[4:]) + "\r\n")
    with _journal(out, [replace(result, wide=row) for row in rows]) as journal:
        write_tables(journal, out)
    written = list(csv.DictReader(io.StringIO((out / "wide.csv").read_bytes().decode(), newline="")))
    table = parquet.read_table(out / "wide.parquet")
    for name in ("patient", "reader"):
        assert _column(table, name) == [text_of(row[name]) for row in written]
    assert _column(table, "total") == [float(row["total"]) for row in written]


def test_parquet_stands_in_few_groups(result: Result, tmp_path: Path) -> None:
    """Tasks without rows, of which many stand between the readings, make no groups of their own."""
    parquet = pytest.importorskip("pyarrow.parquet")
    empty = replace(result, long="", wide="")
    with _journal(tmp_path / "out", [result, *[empty] * 8] * 400) as journal:
        write_tables(journal, tmp_path / "out")
    for name, fewest, most in (("wide", 1, 1), ("long", 2, 4)):
        file = tmp_path / "out" / f"{name}.parquet"
        lines = (tmp_path / "out" / f"{name}.csv").read_bytes().count(b"\r\n")
        assert parquet.read_metadata(file).num_rows == lines - 1
        assert fewest <= parquet.read_metadata(file).num_row_groups <= most


def test_memory_of_what_is_written_is_flat(result: Result, tmp_path: Path) -> None:
    """The tables and the difference report of twice as many readings take no more memory to write."""
    peaks = []
    for readings in (1100, 2200):
        out = tmp_path / str(readings)
        with _journal(out, [result] * readings) as journal:
            tracemalloc.start()
            write_tables(journal, out)
            write_difference(journal.pairs(), out, program_version="1")
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]
