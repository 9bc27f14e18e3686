"""A table of typed values becomes readings whole, whatever its form, or is refused with every bad row."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kazerooni.errors import ReadingError, TableError
from kazerooni.labels import read_typed_table, reading_from_json, reading_json
from kazerooni.model import InputDigest, Lobe, Reading, ScanRef, Status
from kazerooni.scoring import score
from kazerooni.tables import sheet
from tests.labels.typed_builders import (
    COLUMNS,
    PATIENT,
    Cells,
    Said,
    cells,
    problems_of,
    rows_of,
    said_in,
    table_of,
    tables,
    text_of,
)

GOOD = cells(component="alveolar", percent="5")
LOBES = ("RUL", "RML", "RLL", "LUL", "LLL")


def _refused(path: Path) -> str:
    """Give the message that refuses a file; it names the file, and neither its folder nor a patient."""
    with pytest.raises(ReadingError) as refused:
        read_typed_table(path)
    message = str(refused.value)
    assert message.startswith(f"{path.name}: ")
    assert str(path.parent) not in message
    assert PATIENT not in message
    return message


# --- Readings --------------------------------------------------------------------------------------------------------


def test_a_reading_says_where_it_came_from(tmp_path: Path) -> None:
    """A reading holds its scan in part, its reader and the digest of the file; it is a draft without a tally."""
    path = table_of(tmp_path, {**GOOD, "series_uid": "1.2.3", "study_uid": "1.2"})
    (reading,) = read_typed_table(str(path))
    assert reading.scan == ScanRef(PATIENT, "1.2", "1.2.3", None, date(2001, 2, 3))
    assert (reading.reader, reading.tally, reading.status) == ("R1", None, Status.DRAFT)
    assert reading.inputs == (InputDigest("table", hashlib.sha256(path.read_bytes()).hexdigest()),)
    assert re.fullmatch(r"R-[0-9a-f]{20}", reading.id)


def test_readings_stand_in_the_order_of_first_mention(tmp_path: Path) -> None:
    """Rows of one patient, date, series, study and reader make one reading, wherever they stand."""
    visits = [("S02", "R2"), ("S01", "R1"), ("S02", "R1")]
    rows = [{**GOOD, "patient": p, "reader": r, "lobe": lobe} for lobe in LOBES for p, r in visits]
    readings = read_typed_table(table_of(tmp_path, *rows))
    assert [(reading.scan.patient, reading.reader) for reading in readings] == visits
    assert [[entry.lobe.name for entry in reading.entries] for reading in readings] == [list(LOBES)] * 3


def test_readings_of_a_table_are_graded(tmp_path: Path) -> None:
    """Five lobes with 30 % ground glass, one of them honeycombed by half, add up to 19 of 50."""
    rows = [cells(lobe=lobe, finding="ground glass", percent="30") for lobe in LOBES]
    rows += [cells(lobe=lobe, component="interstitial", percent="0") for lobe in LOBES[:-1]]
    rows += [
        cells(lobe="LLL", finding="honeycombing", percent="60"),
        cells(lobe="LLL", finding="septal", present="yes"),
    ]
    (reading,) = read_typed_table(table_of(tmp_path, *rows))
    graded = score(reading)
    assert (graded.alveolar, graded.interstitial, graded.total) == (15, 4, 19)


@settings(max_examples=50)
@given(table=tables())
def test_what_is_written_is_read_back(table: list[tuple[Cells, Said]]) -> None:
    """Whatever may be said of lobes, typed as rows, is read back as it was, digit for digit; reading.json holds it."""
    rows = [row for visit, said in table for row in rows_of(visit, said)]
    with tempfile.TemporaryDirectory() as folder:
        readings = read_typed_table(table_of(Path(folder), *rows))
    assert [said_in(reading) for reading in readings] == [said for _, said in table]
    for reading, (visit, (entries, _)) in zip(readings, table, strict=True):
        typed = [str(value.percent) for entry in entries for value in entry.values]
        assert [str(value.percent) for entry in reading.entries for value in entry.values] == typed
        scan, when = reading.scan, reading.scan.study_date
        assert (scan.patient, when and when.isoformat()) == (visit["patient"], visit["study_date"])
        assert [scan.series_uid, scan.study_uid, reading.reader] == [
            visit.get(name) for name in ("series_uid", "study_uid", "reader")
        ]
        kept = reading_from_json(json.loads(json.dumps(reading_json(reading))))
        assert (kept.id, kept.entries, kept.scan) == (reading.id, reading.entries, reading.scan)


def _content(readings: tuple[Reading, ...]) -> dict[str, object]:
    return {reading.id: (reading.scan, reading.reader, said_in(reading)) for reading in readings}


@settings(max_examples=50)
@given(table=tables(), data=st.data())
def test_the_form_of_a_table_changes_nothing(table: list[tuple[Cells, Said]], data: st.DataObject) -> None:
    """Order of rows and columns, case, separator, decimal comma, line ends, a mark, blank rows, name: ids too stay."""
    rows = [row for visit, said in table for row in rows_of(visit, said)]
    columns = data.draw(st.permutations(COLUMNS))
    separator = data.draw(st.sampled_from(",;\t"))
    shuffled = data.draw(st.permutations(rows))
    if separator == ";":
        shuffled = [{**row, "percent": row.get("percent", "").replace(".", ",")} for row in shuffled]
    text = text_of(shuffled, columns=columns, separator=separator, end=data.draw(st.sampled_from(["\n", "\r\n"])))
    head, rest = text.split("\n", 1)
    blank = separator * (len(COLUMNS) - 1) + "\n" + "\n"
    head = data.draw(st.sampled_from([head, head.upper(), head.title()]))
    mark = data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    with tempfile.TemporaryDirectory() as folder:
        plain = read_typed_table(table_of(Path(folder), *rows))
        other = Path(folder) / "other ñame"
        other.write_bytes(mark + f"{head}\n{blank}{rest}{blank}".encode())
        assert _content(read_typed_table(other)) == _content(plain)
    assert len({reading.id for reading in plain}) == len(plain)


def test_another_content_is_another_id(tmp_path: Path) -> None:
    """Every part of what a reading says changes its id."""
    other = [
        {"percent": "6"}, {"percent": "5.0"}, {"lobe": "RML"}, {"component": "", "finding": "ground_glass"},
        {"patient": "S02"}, {"study_date": "2001-02-04"}, {"series_uid": "1.2"}, {"study_uid": "1.2"}, {"reader": "R2"},
        {"reader": ""}, {"percent": "", "grade": "5"}, {"percent": "", "state": "absent"},
        {"percent": "", "state": "not_assessable"}, {"percent": "", "state": "not_assessable", "reason": "motion"},
    ]  # fmt: skip
    other += [
        {"component": "", "percent": "", "finding": "traction_bronchiectasis", "present": p} for p in ("yes", "no")
    ]
    ids = {read_typed_table(table_of(tmp_path, {**GOOD, **changed}))[0].id for changed in ({}, *other)}
    assert len(ids) == 1 + len(other)


# --- Contradictions between rows -------------------------------------------------------------------------------------

GLASS = cells(finding="ground_glass", percent="60")
SOLID = cells(finding="consolidation", percent="20")
TRACTION = cells(finding="traction_bronchiectasis", present="yes")
OUT = cells(component="alveolar", state="not_assessable", reason="motion")
GONE = cells(state="absent")


@pytest.mark.parametrize(
    ("rows", "column", "words"),
    [
        ((GLASS, GLASS), "percent", "says the same as line 2"),
        ((GLASS, {**GLASS, "percent": "60.0"}), "percent", "says the same as line 2"),
        ((GLASS, {**GLASS, "component": "alveolar"}), "percent", "says the same as line 2"),
        ((OUT, OUT), "state", "says the same as line 2"),
        ((GONE, GONE), "state", "says the same as line 2"),
        ((GLASS, {**GLASS, "percent": "61"}), "percent", "ground glass is given twice; give it once (line 2)"),
        ((GLASS, cells(finding="ground_glass", present="no")), "present", "ground glass is given twice"),
        ((GLASS, cells(component="alveolar", grade="3")), "grade", "stands beside others; give one kind (line 2)"),
        ((cells(component="alveolar", grade="3"), GLASS), "percent", "stands beside others; give one kind (line 2)"),
        ((GLASS, GOOD), "percent", "a value of the whole component stands beside others"),
        ((GLASS, OUT), "state", "is not_assessable (motion), but given a value in line 2"),
        ((OUT, GLASS), "percent", "is given a value, but not_assessable (motion) in line 2"),
        ((OUT, {**OUT, "reason": ""}), "state", "is not_assessable, but not_assessable (motion) in line 2"),
        ((OUT, GONE), "state", "is absent, but not_assessable (motion) in line 2"),
        ((GONE, cells(finding="septal", present="yes")), "present", "is given a value, but absent in line 2"),
        ((cells(component="interstitial", state="absent"), GLASS), "percent", "interstitial of RUL is absent in"),
        ((GONE, TRACTION), "present", "RUL is absent in line 2, and has no traction bronchiectasis"),
        ((TRACTION, GONE), "state", "RUL has traction bronchiectasis in line 2, so it is not absent"),
        ((TRACTION, {**TRACTION, "present": "no"}), "present", "of RUL stands in line 2 already"),
        ((GLASS, {**SOLID, "percent": "40.01"}), "percent", "add up to 100.01 %"),
    ],
)  # fmt: skip
def test_rows_that_contradict_each_other(tmp_path: Path, rows: tuple[Cells, Cells], column: str, words: str) -> None:
    """Of two rows that contradict each other the second is told, with its column and the line of the first."""
    (problem,) = problems_of(table_of(tmp_path, *rows))
    assert problem.startswith(f"line 3, column {column}: ")
    assert words in problem
    assert re.search(r"\blines? 2\b", problem)


def test_three_rows_over_100_percent(tmp_path: Path) -> None:
    """A sum over 100 % that no two rows make is told with all of their lines."""
    rows = [cells(finding=f, percent="40") for f in ("septal", "reticulation", "honeycombing")]
    (problem,) = problems_of(table_of(tmp_path, *rows))
    assert problem.startswith("line 4, column percent: interstitial of RUL: its findings add up to 120 %")
    assert problem.endswith("(lines 2, 3)")


def test_what_goes_together_is_taken(tmp_path: Path) -> None:
    """Findings that add up to 100 %, components, lobes and readers do not disturb each other."""
    rows = [GLASS, {**SOLID, "percent": "40"}, cells(component="interstitial", state="not_assessable"), TRACTION]
    rows += [{**row, "lobe": "RML"} for row in (OUT, cells(finding="septal", percent="100"))]
    rows += [{**row, "reader": "R2"} for row in (GONE, {**TRACTION, "present": "no"})]
    first, second = read_typed_table(table_of(tmp_path, *rows))
    assert (len(first.entries), len(second.entries)) == (4, 2)
    assert (dict(first.traction), dict(second.traction)) == ({Lobe.RUL: True}, {Lobe.RUL: False})


@pytest.mark.parametrize("column", ["series_uid", "study_uid", "reader"])
def test_a_visit_is_named_alike_in_all_rows(tmp_path: Path, column: str) -> None:
    """What is filled in one row of a visit and empty in another is refused, as it would tear a reading in two."""
    filled, empty = {**GOOD, column: "1.2"}, {**GOOD, "lobe": "RML", column: ""}
    for rows, here, there in (((filled, empty), "empty", "filled"), ((empty, filled), "filled", "empty")):
        (problem,) = problems_of(table_of(tmp_path, *rows))
        assert problem.startswith(f"line 3, column {column}: is {here}, but {there} in line 2")


@pytest.mark.parametrize(
    ("uid", "column", "value"),
    [
        ("series_uid", "patient", "S02"),
        ("series_uid", "patient", ""),
        ("series_uid", "study_date", "2001-02-04"),
        ("series_uid", "study_uid", "9.8"),
        ("study_uid", "patient", "S02"),
        ("study_uid", "study_date", "2001-02-04"),
    ],
)
def test_a_series_is_of_one_patient_and_day(tmp_path: Path, uid: str, column: str, value: str) -> None:
    """One series or study of two patients, or of two days, is refused."""
    first = {**GOOD, "series_uid": "1.2.3", "study_uid": "1.2"}
    second = {**first, column: value, "reader": "R2"} | ({"series_uid": "1.2.4"} if uid == "study_uid" else {})
    (problem,) = problems_of(table_of(tmp_path, first, second))
    assert problem.startswith(f"line 3, column {column}: is another than in line 2, which has the same {uid}")


# --- What is told ----------------------------------------------------------------------------------------------------


def test_all_bad_rows_are_told_at_once(tmp_path: Path) -> None:
    """Every bad row is a problem in the order of the lines; the message has the first 20 and counts the rest."""
    rows = [{**GOOD, "patient": f"S{n}", "percent": "140" if n % 2 else "5"} for n in range(50)]
    path = table_of(tmp_path, *rows)
    with pytest.raises(TableError) as refused:
        read_typed_table(path)
    wanted = tuple(f"line {n}, column percent: found '140', 0 to 100 is wanted" for n in range(3, 52, 2))
    assert refused.value.problems == wanted
    head, *told, last = str(refused.value).splitlines()
    assert head.startswith("readings.csv: 25 problems, so nothing of the table was taken")
    assert [line.strip() for line in told] == list(wanted[:20])
    assert last.strip() == "and 5 more"


def test_problems_without_end_are_cut_short(tmp_path: Path) -> None:
    """A file with tens of thousands of bad rows is given up after ten thousand, and says so."""
    path = tmp_path / "t.csv"
    path.write_text(",".join(COLUMNS) + "\n" + "a\n" * 20_000)
    with pytest.raises(TableError, match=r"t\.csv: at least 10000 problems") as refused:
        read_typed_table(path)
    assert len(refused.value.problems) == 10_000


def test_rows_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table has a highest number of rows; the first beyond it is told."""
    monkeypatch.setattr(sheet, "_MOST_ROWS", 2)
    path = table_of(tmp_path, *({**GOOD, "lobe": lobe} for lobe in LOBES))
    assert problems_of(path) == ("line 4: a table has 2 rows at most; divide it into several",)


def test_lines_are_those_of_an_editor(tmp_path: Path) -> None:
    """Line breaks within a quoted cell, blank lines and any kind of line end count as an editor counts them."""
    rows = [{**OUT, "reason": "motion\nand\r\ncollapse"}, {**GOOD, "lobe": "RML", "percent": "140"}]
    for end in ("\n", "\r\n", "\r"):
        path = table_of(tmp_path, *rows, end=end)
        path.write_bytes(path.read_bytes().replace(b"state", b"STATE") + end.encode() * 2 + b"x,y" + end.encode())
        assert [problem.split(":")[0] for problem in problems_of(path)] == ["line 5, column percent", "line 8"]


BASE = (
    {**GOOD, "series_uid": "1.2.3"},
    {**GLASS, "lobe": "RML", "series_uid": "1.2.3"},
    {**OUT, "lobe": "LLL", "series_uid": "1.2.3"},
    {**TRACTION, "series_uid": "1.2.3"},
    cells(component="interstitial", grade="2", scheme="kazerooni", series_uid="1.2.3"),
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        *(
            "NA",
            "0",
            "1",
            "100",
            "101",
            "yes",
            "alveolar",
            "interstitial",
            "septal",
            "honeycombing",
            "absent",
            "assessed",
        ),
        *("LIN", "RUL", "not_assessable", "R2", "2001-02-30", "1e400", "9" * 400, '"', '""', "\n", "=1+1", "\ufeff"),
        "kazerooni-mean",
    ]
)


def _read(path: Path) -> tuple[Reading, ...] | ReadingError:
    """Read a table, or give the error that refuses it."""
    try:
        return read_typed_table(path)
    except ReadingError as error:
        return error


@given(
    index=st.integers(0, len(BASE) - 1), column=st.sampled_from(COLUMNS), text=TEXTS, separator=st.sampled_from(",;\t")
)
@example(0, "reader", "", ",")
@example(4, "scheme", "x" * 10_000, ",")
def test_any_cell_reads_or_is_told(index: int, column: str, text: str, separator: str) -> None:
    """A table with any text in any cell is read, or refused with the line of that cell and no patient."""
    rows = [*BASE[:index], {**BASE[index], column: text}, *BASE[index + 1 :]]
    with tempfile.TemporaryDirectory() as folder:
        path = table_of(Path(folder), *rows, separator=separator)
        read = _read(path)
    if isinstance(read, tuple):
        assert sum(len(reading.entries) + len(reading.traction) for reading in read) == len(BASE)
        return
    assert isinstance(read, TableError)
    line = re.compile(rf"\blines? (?:\d+, )*{index + 2}\b")
    assert any(line.search(problem) for problem in read.problems), read
    assert PATIENT not in str(read) + "".join(read.problems)


@given(data=st.binary(max_size=300), after=st.booleans())
@example(data=b"a\rb\x85\xe2\x80\xa8", after=True)
def test_any_bytes_read_or_are_told(data: bytes, *, after: bool) -> None:
    """Whatever a file holds, it is read or refused by an error of the toolkit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes((",".join(COLUMNS).encode() + b"\n" if after else b"") + data)
        read = _read(path)
    assert isinstance(read, tuple) or str(read).startswith("t.csv: ")


# --- Columns ---------------------------------------------------------------------------------------------------------


def test_one_of_date_and_series_is_enough(tmp_path: Path) -> None:
    """The column study_date or series_uid may be missing, and every optional column; not both of them."""
    needed = [c for c in COLUMNS[:12] if c not in {"study_date", "series_uid", "study_uid"}]
    for when in ("study_date", "series_uid"):
        path = table_of(tmp_path, {**GOOD, "series_uid": "1.2"}, columns=[*needed, when])
        assert len(read_typed_table(path)) == 1
    (problem,) = problems_of(table_of(tmp_path, GOOD, columns=needed))
    assert problem == "line 1, column study_date: is missing, and so is series_uid; one of the two is wanted"


@pytest.mark.parametrize(
    "column", ["patient", "reader", "lobe", "component", "finding", "percent", "present", "grade", "state"]
)
def test_a_missing_column_is_refused(tmp_path: Path, column: str) -> None:
    """A missing column is named, with those that are wanted."""
    path = table_of(tmp_path, GOOD, columns=[name for name in COLUMNS if name != column])
    (problem,) = problems_of(path)
    assert problem.startswith(f"line 1, column {column}: is missing; wanted are: patient, reader, lobe, ")


def test_unknown_and_doubled_columns_are_refused(tmp_path: Path) -> None:
    """A column that is unknown, without a name or named twice is refused, all at once."""
    unknown, nameless, twice = problems_of(table_of(tmp_path, GOOD, columns=[*COLUMNS, "Volume", " ", "LOBE"]))
    assert unknown.startswith("line 1, column 'Volume': is unknown; known are: patient, reader, lobe, ")
    assert nameless.startswith("line 1: column 17 has no name")
    assert twice == "line 1, column lobe: is named twice; delete one"


def test_a_table_without_names_of_columns_keeps_its_patients(tmp_path: Path) -> None:
    """A first line that holds no column name is refused without a word of it, as it may be of a patient."""
    path = tmp_path / "t.csv"
    path.write_text(f"{PATIENT};2001-02-03;R1;RUL;alveolar;;5;;;\n" * 2)
    (problem,) = problems_of(path)
    assert problem.startswith("line 1: names no column that is known")


# --- Files -----------------------------------------------------------------------------------------------------------


def test_rows_of_another_width_are_refused(tmp_path: Path) -> None:
    """A row with more or fewer cells than columns is told with both numbers, and no cell of it."""
    path = table_of(tmp_path, GOOD)
    path.write_text(path.read_text() + f"{PATIENT}, Anna,2001\n{PATIENT}{',' * len(COLUMNS)}\n")
    assert problems_of(path) == (
        "line 3: cells: found 3, wanted 15, one for each column",
        "line 4: cells: found 16, wanted 15, one for each column",
    )


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        (f'{PATIENT},"2001\n\n', "a quote is opened in the row that starts here and never closed"),
        (f'{PATIENT},"20"01"\n', 'a quote (") ends in the middle of a cell'),
        (f'{PATIENT},"' + "x" * 200_000, "passes 100 000 characters; a quote may not be closed"),
        (f'{PATIENT},"' + "x\n" * 200_000, "passes 100 000 characters; a quote may not be closed"),
        ("," * 200_000, "passes 100 000 characters"),
        (f"{PATIENT}\0,\n", "holds a NUL character"),
    ],
)
def test_damaged_rows_are_refused(tmp_path: Path, tail: str, words: str) -> None:
    """A quote without its end, a cell or row without end and a NUL are told with the line on which the row starts."""
    path = table_of(tmp_path, GOOD)
    path.write_text(path.read_text() + tail)
    (problem,) = problems_of(path)
    assert problem.startswith("line 3: ")
    assert words in problem


def test_what_follows_a_damaged_row_is_read_on(tmp_path: Path) -> None:
    """A misplaced quote spoils its own row only: what is wrong further down is told too."""
    path = table_of(tmp_path, GOOD)
    path.write_text(path.read_text() + f'{PATIENT},"20"01"\nx\n')
    assert [problem.split(":")[0] for problem in problems_of(path)] == ["line 3", "line 4"]


@pytest.mark.parametrize(
    ("encode", "words"),
    [
        (lambda text: text.encode("utf-16"), "is UTF-16 text"),
        (lambda text: text.encode("utf-16-le"), "line 1: holds a NUL character, as UTF-16 text"),
        (lambda text: text.encode("latin-1"), "line 3: is not UTF-8 text (Latin-1 or another encoding)"),
        (lambda text: b"PK\x03\x04" + text.encode(), "is a spreadsheet (.xlsx, .ods)"),
        (lambda text: b"\xd0\xcf\x11\xe0" + text.encode(), "is a spreadsheet (.xls)"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, encode: Callable[[str], bytes], words: str) -> None:
    """A file in another encoding, and a spreadsheet, are refused with what to do."""
    path = tmp_path / "readings.csv"
    path.write_bytes(encode(text_of([GOOD, {**GOOD, "reader": "Müller"}])))
    message = _refused(path)
    assert words in message
    assert "save the table as CSV UTF-8" in message


def test_tables_without_rows_are_refused(tmp_path: Path) -> None:
    """An empty file, and one with column names only, are refused."""
    path = tmp_path / "t.csv"
    for empty in (b"", b"\xef\xbb\xbf", b"\r\n \n"):
        path.write_bytes(empty)
        assert "t.csv: is empty" in _refused(path)
    path.write_text(text_of([]) + "\n,,,\n")
    assert problems_of(path) == ("line 1: names the columns, but no row follows; a row for each value is wanted",)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder and a missing file are refused by name."""
    assert "is a folder" in _refused(tmp_path)
    assert "cannot be read (No such file" in _refused(tmp_path / "t.csv")


def test_files_without_measure_are_refused(tmp_path: Path) -> None:
    """A file over 64 MB is refused without being read to its end."""
    path = tmp_path / "t.csv"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert "is larger than 64 MB" in _refused(path)
