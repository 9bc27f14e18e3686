"""`kazerooni store`: from the making of a book to the withdrawal of a patient."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kazerooni.labels import write_reading
from kazerooni.records import read_book, write_book
from kazerooni.store import STORE_VARIABLE, open_store
from kazerooni.store.engine import engine_of, writing
from kazerooni.store.place import url_of
from kazerooni.store.revisions import upgrade
from tests.cli.conftest import Run
from tests.store.builders import WHEN, course, told, typed

HEAD = re.compile(r"\d+:[0-9a-f]{64}")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the place of the user's book, which is not made yet."""
    monkeypatch.setenv(STORE_VARIABLE, str(tmp_path / "book.sqlite"))
    return tmp_path / "book.sqlite"


@pytest.fixture
def filled(place: Path) -> Path:
    """Give the user's book with two patients."""
    with open_store(place, create=True) as book:
        book.add([course("P-1"), course("P-2")], who="t", when=WHEN)
    return place


def _head(text: str) -> str:
    found = HEAD.search(text.replace("\n", " "))
    assert found, text
    return found[0]


def test_a_book_is_made_filled_and_exported(run: Run, place: Path, tmp_path: Path) -> None:
    """What is imported from one document is exported to the last bit; importing it again adds nothing."""
    source, out = tmp_path / "in.json", tmp_path / "out.json"
    write_book([course("P-1"), course("P-2")], source)
    assert run("store", "init").exit_code == 0
    done = run("store", "import", source, "--by", "Dr R", columns=200)
    assert done.exit_code == 0, done.output
    assert "Added: 2 patients, 2 descriptions, 4 studies, 4 series, 4 readings, 4 scores" in done.stderr
    with open_store(place) as book:
        assert book.unscored("kazerooni") == 0
    exported = run("store", "export", out, columns=200)
    assert exported.exit_code == 0, exported.output
    written = read_book(out)
    assert [told(one) for one in written.courses] == [told(course("P-1")), told(course("P-2"))]
    assert written.head is not None
    assert _head(exported.stderr) == f"{written.head.count}:{written.head.sha256}"
    again = run("store", "import", out, columns=200)
    assert "Added: nothing." in again.stderr
    assert "There already: 2 descriptions, 4 readings, 4 lung function, 2 treatments, 4 events." in again.stderr


def test_tables_come_back_the_same(run: Run, filled: Path, tmp_path: Path) -> None:
    """A folder of tables and readings that was exported fills another book with the same."""
    assert run("store", "export", tmp_path / "tables").exit_code == 0
    other = tmp_path / "other.sqlite"
    assert run("store", "init", "--store", other).exit_code == 0
    done = run("store", "import", tmp_path / "tables", "--store", other)
    assert done.exit_code == 0, done.output
    with open_store(filled) as one, open_store(other) as two:
        assert [told(c) for c in one.courses()] == [told(c) for c in two.courses()]


def test_shifted_dates_are_not_the_true_ones(run: Run, filled: Path, tmp_path: Path) -> None:
    """With --shift-dates no date of the book stands in the export, every interval does, and UIDs are others."""
    assert run("store", "export", tmp_path / "out.json", "--patient", "P-1", "--shift-dates").exit_code == 0
    text = (tmp_path / "out.json").read_text()
    assert "2001-03-04" not in text
    assert "1.2.20010304" not in text
    (one,) = read_book(tmp_path / "out.json").courses
    true = course("P-1").readings
    days = [reading.scan.study_date for reading in one.readings]
    wanted = [reading.scan.study_date for reading in true]
    assert None not in days
    assert days[1] - days[0] == wanted[1] - wanted[0]  # type: ignore[operator]


def test_a_bad_row_stops_the_import_unless_partial(run: Run, filled: Path, tmp_path: Path) -> None:
    """A draft beside a good reading: status 3 and nothing added; with --partial status 1, and the good one is there."""
    folder = tmp_path / "readings"
    folder.mkdir()
    write_reading(typed("good", "P-1", percent=30), folder / "good.json")
    text = (folder / "good.json").read_text().replace('"signed"', '"draft"').replace('"good"', '"bad"')
    (folder / "bad.json").write_text(text)
    refused = run("store", "import", folder)
    assert refused.exit_code == 3
    assert "bad.json" in refused.stderr
    with open_store(filled) as book:
        assert "good" not in {reading.id for reading in book.course("P-1").readings}
    taken = run("store", "import", folder, "--partial", "--json")
    assert taken.exit_code == 1
    document = json.loads(taken.stdout)
    assert document["added"]["readings"] == 1
    with open_store(filled) as book:  # none had a score before
        assert document["added"]["scores"] == len(list(book.scores("kazerooni")))
    assert len(document["problems"]) == 1
    with open_store(filled) as book:
        assert book.reading("good").id == "good"


def test_what_contradicts_the_book_is_told_or_corrects_it(run: Run, filled: Path, tmp_path: Path) -> None:
    """Another value of a day is status 3; with --correct it takes the place of the older."""
    table = tmp_path / "lung_function.csv"
    table.write_text("patient,date,fvc_l\nP-1,2001-03-05,1.75\n")
    refused = run("store", "import", table, columns=300)
    assert refused.exit_code == 3
    assert "patient P-1: lung function of 2001-03-05 is there already with other values" in refused.stderr
    assert run("store", "import", table, "--correct").exit_code == 0
    with open_store(filled) as book:
        assert book.course("P-1").lung_function[0].fvc_l == 1.75


def test_names_are_refused_or_replaced(run: Run, filled: Path, tmp_path: Path) -> None:
    """A column of names is refused and named; --pseudonymise leaves it out and makes a pseudonym of the id."""
    table = tmp_path / "patients.csv"
    table.write_text("patient,name,sex\nMRN-4711,Jane Doe,female\n")
    refused = run("store", "import", table)
    assert refused.exit_code == 3
    assert "name" in refused.stderr
    assert "Jane" not in refused.stderr
    key = tmp_path / "study.key"
    key.write_text("a key of the study that is long enough")
    done = run("store", "import", table, "--pseudonymise", "--key", key)
    assert done.exit_code == 0, done.output
    with open_store(filled) as book:
        names = book.patients()
    assert re.fullmatch(r"P-[A-Z2-7]{10}", names[-1])
    assert b"MRN-4711" not in filled.read_bytes()  # the digits alone may stand in a hash
    assert b"Jane" not in filled.read_bytes()


def test_an_audit_says_what_holds(run: Run, filled: Path, tmp_path: Path) -> None:
    """A whole book is status 0, against its own head too; another head, or a changed book, is status 1 and named."""
    whole = run("store", "audit", columns=200)
    assert whole.exit_code == 0
    assert "The book is whole" in whole.stderr
    head = _head(whole.stderr)
    assert run("store", "audit", "--expect", head).exit_code == 0
    document = json.loads(run("store", "audit", "--json").stdout)
    assert document["whole"] is True
    assert f"{document['head']['count']}:{document['head']['sha256']}" == head
    count, sha256 = head.split(":")
    cut = run("store", "audit", "--expect", f"{int(count) + 1}:{sha256}", columns=200)
    assert cut.exit_code == 1
    assert "its tail was cut" in cut.stderr
    assert run("store", "audit", "--expect", "nonsense").exit_code == 2


def test_a_backup_is_written_once(run: Run, filled: Path, tmp_path: Path) -> None:
    """A backup prints the head, opens as a book, and is not overwritten unless forced."""
    copy = tmp_path / "copy.sqlite"
    done = run("store", "backup", copy, columns=200)
    assert done.exit_code == 0
    assert run("store", "audit", "--store", copy, "--expect", _head(done.stderr)).exit_code == 0
    assert run("store", "backup", copy).exit_code == 3
    assert run("store", "backup", copy, "--force").exit_code == 0


def test_a_patient_is_withdrawn(run: Run, filled: Path, tmp_path: Path) -> None:
    """`withdraw` asks first; then the patient is gone and comes back with --readmit only."""
    why = ("--why", "consent was withdrawn")
    assert run("store", "withdraw", "P-1", *why).exit_code == 2  # nobody answered
    done = run("store", "withdraw", "P-1", *why, "--yes", columns=200)
    assert done.exit_code == 0, done.output
    assert "rows are tombstones now" in done.stderr
    assert "Withdrawn patients: 1" in run("store", "audit", columns=200).stderr
    write_book([course("P-1")], tmp_path / "in.json")
    refused = run("store", "import", tmp_path / "in.json")
    assert refused.exit_code == 3
    assert "--readmit" in refused.stderr
    assert run("store", "import", tmp_path / "in.json", "--readmit").exit_code == 0


def test_a_book_of_the_newest_version_is_left_alone(run: Run, filled: Path) -> None:
    """`migrate` does nothing where nothing is to be done, and leaves no backup."""
    done = run("store", "migrate")
    assert done.exit_code == 0
    assert "nothing was done" in done.stderr
    assert [file.name for file in filled.parent.iterdir()] == ["book.sqlite"]


def test_an_older_book_is_told_and_migrated(run: Run, place: Path, tmp_path: Path) -> None:
    """Commands refuse a book of an older version with what to do; `migrate` keeps it beside, and then they work."""
    engine = engine_of(url_of(place))
    with writing(engine) as connection:
        upgrade(connection, to="0001")
    engine.dispose()
    write_book([course("P-1")], tmp_path / "in.json")
    for command in (("list",), ("audit",), ("import", tmp_path / "in.json")):
        refused = run("store", *command, columns=200)
        assert refused.exit_code == 3
        assert "run `kazerooni store migrate`" in refused.stderr
    done = run("store", "migrate", "--backup", tmp_path / "before.sqlite", columns=200)
    assert done.exit_code == 0, done.output
    assert "from version 0001 to 0002. The book of before: before.sqlite." in done.stderr
    assert run("store", "list", "--store", tmp_path / "before.sqlite").exit_code == 3
    assert run("store", "import", tmp_path / "in.json").exit_code == 0
    assert run("store", "audit").exit_code == 0


@pytest.mark.parametrize(
    "command", [("audit",), ("export", "x.json"), ("backup", "x.sqlite"), ("migrate",), ("import", ".")]
)
def test_without_a_book_every_command_says_so(run: Run, place: Path, command: tuple[str, ...]) -> None:
    """Where no book was made, status 3 and the way to make one."""
    done = run("store", *command, columns=200)
    assert done.exit_code == 3
    assert "kazerooni store init" in done.stderr
    assert not place.exists()


def test_a_folder_without_anything_to_import_is_told(run: Run, place: Path, tmp_path: Path) -> None:
    """A folder in which nothing belongs into a score book is status 3, with what would; an empty book says so too."""
    assert run("store", "init").exit_code == 0
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "1.dcm").write_bytes(b"DICM")
    refused = run("store", "import", tmp_path / "scans", columns=200)
    assert refused.exit_code == 3
    assert "nothing to import: no table of patients" in refused.stderr
    assert "the score book holds no reading" in run("agree", columns=200).stderr
