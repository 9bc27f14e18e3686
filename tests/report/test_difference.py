"""The difference report of five scores made by hand: its tables, its page, and that both say the same."""

from __future__ import annotations

import csv
import re
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kazerooni.errors import OutputError
from kazerooni.model import Lobe, ScorePair
from kazerooni.report import CROSS_TABLE, DIFFERENCE, DIFFERENCE_FILES, write_difference
from tests.report.pages import Page
from tests.scoring.builders import FIVE
from tests.scoring.kept import Alveolar, KeptScoreOf, typed_score

NOTHING: Alveolar = (0.0, 0)
MAPS = {"lobes": "l", "alveolar": "a", "interstitial": "i"}


def five() -> list[ScorePair]:
    """Make five readings: one as it was, one by another scheme, one of another map, one changed alone, one not scored.

    Old totals 2, 3, 3, 2, 2. New: 2 of kazerooni, 5 of kazerooni-fibrosis, 2 of kazerooni, 3 of kazerooni, none.
    """
    two: dict[Lobe, tuple[Alveolar, Alveolar]] = {Lobe.RLL: ((10.0, 2), NOTHING)}
    three: dict[Lobe, tuple[Alveolar, Alveolar]] = {Lobe.RLL: ((25.02, 3), NOTHING)}
    graded = {Lobe.RLL: ((25.02, 3), (12.0, 2))}
    return [
        ScorePair(old=of("P-1", two), new=of("P-1", two, program="0.2")),
        ScorePair(old=of("P-2", three), new=of("P-2", graded, scheme="kazerooni-fibrosis", program="0.2")),
        ScorePair(
            old=of("P-3", three),
            new=of("P-3", {Lobe.RLL: ((24.97, 2), NOTHING)}, inputs={**MAPS, "alveolar": "b"}, program="0.2"),
        ),
        ScorePair(old=of("P-4", two), new=of("P-4", three, program="0.2")),
        ScorePair(old=of("P-5", two), new=None, error="PixelError"),
    ]


def of(
    patient: str,
    lobes: Mapping[Lobe, tuple[Alveolar, Alveolar]],
    *,
    scheme: str = "kazerooni",
    program: str = "0.1",
    inputs: dict[str, str | None] | None = None,
) -> KeptScoreOf:
    """Make a score of a patient by hand."""
    return typed_score(
        lobes,
        patient=patient,
        reading=f"R-{patient}",
        scheme=scheme,
        program=program,
        inputs=MAPS if inputs is None else inputs,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the report of the five."""
    write_difference(five(), tmp_path, program_version="9.8.7")
    return tmp_path


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """Read a table."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(folder: Path) -> Page:
    """Read the page."""
    return Page((folder / "difference.html").read_text(encoding="utf-8"))


def test_all_its_files_are_there(folder: Path) -> None:
    """Two tables, each with its dictionary, and a page; no other file is left behind."""
    assert sorted(path.name for path in folder.iterdir()) == sorted(DIFFERENCE_FILES)
    assert list(table(folder, "difference.csv")[0]) == [column.name for column in DIFFERENCE]
    assert list(table(folder, "crosstable.csv")[0]) == [column.name for column in CROSS_TABLE]
    assert [row["name"] for row in table(folder, "difference.dictionary.csv")] == [c.name for c in DIFFERENCE]
    assert [row["name"] for row in table(folder, "crosstable.dictionary.csv")] == [c.name for c in CROSS_TABLE]


def test_the_table_has_every_lobe_of_every_score(folder: Path) -> None:
    """Five lobes of two components, and three sums, of each of the five, also of the one that was not scored."""
    rows = table(folder, "difference.csv")
    assert Counter(row["patient"] for row in rows) == dict.fromkeys(["P-1", "P-2", "P-3", "P-4", "P-5"], 13)
    assert {row["change"] for row in rows if row["patient"] == "P-1"} == {"0"}
    lost = [row for row in rows if row["patient"] == "P-5"]
    assert {(row["new_grade"], row["new_scheme"], row["why_not"]) for row in lost} == {("NA", "NA", "PixelError")}
    assert [row["old_sum"] for row in lost if row["lobe"] == "all"] == ["2", "0", "2"]


def test_the_table_tells_what_changed_and_why(folder: Path) -> None:
    """Each change by hand stands in its row with its cause, the edge it crossed, and its parts."""
    rows = {(row["patient"], row["lobe"], row["component"]): row for row in table(folder, "difference.csv")}
    names = ("old_percent", "new_percent", "old_grade", "new_grade", "change", "crossed", "edges", "cause")
    shown = {key: tuple(rows[key][name] for name in names) for key in rows if rows[key]["cause"] != "NA"}
    assert shown == {
        ("P-2", "RLL", "interstitial"): ("0.0", "12.0", "0", "2", "2", "true", "0", "scheme"),
        ("P-2", "all", "interstitial"): ("NA", "NA", "NA", "NA", "2", "NA", "NA", "scheme"),
        ("P-2", "all", "total"): ("NA", "NA", "NA", "NA", "2", "NA", "NA", "scheme"),
        ("P-3", "RLL", "alveolar"): ("25.02", "24.97", "3", "2", "-1", "true", "25", "map"),
        ("P-3", "all", "alveolar"): ("NA", "NA", "NA", "NA", "-1", "NA", "NA", "map"),
        ("P-3", "all", "total"): ("NA", "NA", "NA", "NA", "-1", "NA", "NA", "map"),
        ("P-4", "RLL", "alveolar"): ("10.0", "25.02", "2", "3", "1", "true", "25", "program"),
        ("P-4", "all", "alveolar"): ("NA", "NA", "NA", "NA", "1", "NA", "NA", "program"),
        ("P-4", "all", "total"): ("NA", "NA", "NA", "NA", "1", "NA", "NA", "program"),
    }
    assert rows["P-2", "RLL", "interstitial"]["change_by_scheme"] == "2"
    assert rows["P-3", "RLL", "alveolar"]["change_by_input"] == "-1"


def test_the_cross_tables_count_the_grades_of_the_rows(folder: Path) -> None:
    """Each cell of the cross-tables is how many rows of the long table have its grades; those by hand are there."""
    cells = {
        (row["new_scheme"], row["component"], row["old_grade"], row["new_grade"]): int(row["count"])
        for row in table(folder, "crosstable.csv")
    }
    counted = Counter(
        (row["new_scheme"], row["component"], row["old_grade"], row["new_grade"])
        for row in table(folder, "difference.csv")
        if row["lobe"] != "all" and row["why_not"] == "NA"
    )
    assert cells == counted
    assert cells["kazerooni", "alveolar", "3", "2"] == cells["kazerooni", "alveolar", "2", "3"] == 1
    assert cells["kazerooni-fibrosis", "interstitial", "0", "2"] == 1


def test_the_page_says_what_the_table_says(folder: Path) -> None:
    """The figures of the head and the cells of the cross-tables are those that the rows of the table add up to."""
    rows, shown = table(folder, "difference.csv"), page(folder)
    compared = {row["patient"] for row in rows if "NA" not in (row["old_scheme"], row["new_scheme"])}
    changed = {row["patient"] for row in rows if row["lobe"] != "all" and row["change"] not in ("0", "NA")}
    crossed = {row["patient"] for row in rows if row["crossed"] == "true"}
    totals = {row["patient"] for row in rows if row["component"] == "total" and row["change"] not in ("0", "NA")}
    assert f"Changed a grade {len(changed)} of {len(compared)} 75.0 % of the scores" in shown.text
    assert re.search(rf"crossed an edge in a lobe, by extent {len(crossed)} 75\.0 %", shown.text)
    assert re.search(rf"have another total of {len(compared)} comparable totals {len(totals)} 75\.0 %", shown.text)
    assert "new errors an old score, and no new one 1 " in shown.text
    assert "PixelError pixels that cannot be decoded 1" in shown.text
    in_cells = Counter(attributes["class"] for attributes in shown.of("td") if attributes.get("class"))
    cells = table(folder, "crosstable.csv")
    assert in_cells["up"] == sum(row["new_grade"] > row["old_grade"] for row in cells)
    assert in_cells["down"] == sum(row["new_grade"] < row["old_grade"] for row in cells)
    assert in_cells["same"] == sum(row["new_grade"] == row["old_grade"] for row in cells)


def test_the_page_puts_what_has_no_cause_first(folder: Path) -> None:
    """A grade that changed by nothing stands above all else, with both versions of the program."""
    text = page(folder).text
    head = text[: text.index("Without a new score")]
    assert "1 score changed by the program, or by hand" in head
    assert "P-4" in head
    assert "0.1 \N{RIGHTWARDS ARROW} 0.2" in head
    assert "RLL alveolar 2 \N{RIGHTWARDS ARROW} 3 (10.0 \N{RIGHTWARDS ARROW} >25.0 %)" in head
    assert "P-2" not in head


def test_an_alarm_names_only_what_has_no_cause(tmp_path: Path) -> None:
    """Beside a scheme that moved one lobe, the alarm names the other, which even the old one grades otherwise now."""
    was = of("P-1", {Lobe.RUL: ((10.0, 1), NOTHING)})
    again = of("P-1", {Lobe.RUL: ((10.0, 2), NOTHING)}, program="0.2")
    new = of("P-1", {Lobe.RUL: ((10.0, 2), NOTHING), Lobe.RLL: (NOTHING, (9.0, 2))}, scheme="kazerooni-fibrosis")
    write_difference([ScorePair(old=was, new=new, new_by_old=again)], tmp_path, program_version="1")
    text = page(tmp_path).text
    head, rest = text.split("Grades, old by new")
    arrow = "\N{RIGHTWARDS ARROW}"
    assert f"RUL alveolar 1 {arrow} 2 (10.0 %)" in head
    assert "RLL" not in head
    assert f"RLL interstitial 0 {arrow} 2 (0 {arrow} 9.0 %)" in rest
    assert "scheme and program" in rest


def test_nothing_alarming_is_not_alarmed_about(tmp_path: Path) -> None:
    """Where nothing changed, the page warns of nothing, lists nobody and draws no empty plot."""
    write_difference(five()[:1], tmp_path, program_version="1")
    shown = page(tmp_path)
    assert "by the program, or by hand" not in shown.text
    assert "changed most" not in shown.text
    assert "Without a new score" not in shown.text
    assert "Totals that can be compared: 1; all are the same" in shown.text
    assert not shown.of("img")


def test_a_run_that_scored_nothing_says_so(tmp_path: Path) -> None:
    """Where nothing can be compared the page says that, not 0 of 0; what kept scans from a score is told in words."""
    errors = ("ReadingError", "LabelError", "crash", "time", "memory", "mine")
    write_difference([ScorePair(old=None, new=None, error=one) for one in errors], tmp_path, program_version="1")
    text = page(tmp_path).text
    assert "Nothing to compare No scan has both an old and a new score." in text
    assert "of 0 " not in text.replace("of 0 comparable totals", "")
    assert "LabelError a map is broken, or does not fit its scan 1" in text
    assert "mine 1" in text


def test_tables_of_large_archives_stand_below_each_other(tmp_path: Path) -> None:
    """From ten thousand grades on, whose counts would not fit beside each other on paper; below that, side by side."""
    for count, classes in ((1999, "matrices"), (2000, "matrices many")):
        pairs = (ScorePair(old=of("P-1", {}), new=of("P-1", {})) for _ in range(count))
        write_difference(pairs, tmp_path, program_version="1", force=True)
        assert [a["class"] for _, a in page(tmp_path).elements if "matrices" in str(a.get("class"))] == [classes]


def test_totals_are_plotted_only_where_they_compare(tmp_path: Path) -> None:
    """Between sum and mean there is no plot, and the page says why; within sums there is one, told in words."""
    mean = replace(of("P-1", {}), scheme="kazerooni-mean", maximum=10)
    write_difference([*five(), ScorePair(old=of("P-1", {}), new=mean)], tmp_path, program_version="1")
    shown = page(tmp_path)
    assert "Not compared: the schemes combine the lobes in other ways: sum and mean" in shown.text
    assert [str(image["alt"])[:50] for image in shown.of("img")] == [
        "New less old total against the mean of both, 3 sco",
    ]


def test_limits_want_three_totals(tmp_path: Path) -> None:
    """Of one or two totals that differ there is no plot and no limit, and the page says how many are wanted."""
    for count in (1, 2, 3):
        pairs = [
            ScorePair(old=of(f"P-{place}", {}), new=of(f"P-{place}", {Lobe.RLL: ((3.0, 1), NOTHING)}))
            for place in range(count)
        ]
        write_difference(pairs, tmp_path, program_version="1", force=True)
        shown = page(tmp_path)
        assert len(shown.of("img")) == (count > 2)
        told = f"Limits of agreement want 3 comparable totals or more; there are {count}."
        assert (told in shown.text) == (count < 3)
        assert ("Standard deviation" in shown.text) == (count > 2)


def test_a_component_without_grades_has_no_cross_table(tmp_path: Path) -> None:
    """Where nobody graded a component, before or now, the page says so in place of a table of zeros."""
    lobes = dict.fromkeys(FIVE, ((3.0, 1), (None, None)))
    write_difference([ScorePair(old=of("P-1", lobes), new=of("P-1", lobes))], tmp_path, program_version="1")
    shown = page(tmp_path)
    assert "Interstitial: no grades, neither old nor new." in shown.text
    assert len([a for _, a in shown.elements if a.get("class") == "cross"]) == 1


def test_the_head_names_the_new_scheme_and_counts_readings(tmp_path: Path) -> None:
    """Two old scores of a reading are one reading and two pairs; broken old scores, which are none, are told there."""
    new = of("P-1", {}, scheme="kazerooni-fibrosis")
    pairs = [ScorePair(old=of("P-1", {}), new=new), ScorePair(old=of("P-1", {}, program="0.2"), new=new)]
    write_difference(pairs, tmp_path, program_version="1", broken_old=3)
    text = page(tmp_path).text
    assert "New scores by kazerooni-fibrosis 1 Readings looked at 1 Old scores beside a new one 2 " in text
    assert "Old scores that cannot be read 3; see errors.csv" in text


def test_rows_name_the_reading(folder: Path) -> None:
    """Below the patient stands the id of the reading that the new score was made from."""
    assert "P-3 R-P-3" in page(folder).text


def test_the_page_is_whole_and_calls_nobody(folder: Path) -> None:
    """The page is well formed, has no script and no address of another file."""
    shown = page(folder)
    assert shown.faults == []
    assert len(shown.ids()) == len(set(shown.ids()))
    assert {tag for tag, _ in shown.elements}.isdisjoint({"script", "link", "iframe", "object", "form"})
    assert all(str(image["src"]).startswith("data:image/svg+xml;base64,") for image in shown.of("img"))


def test_words_of_others_are_escaped_and_defused(tmp_path: Path) -> None:
    """Markup in what came from files is text on the page, and no cell of the tables is a formula."""
    evil = '=HYPERLINK("http://x")<script>alert(1)</script>'
    old = replace(of("P-1", {}), patient=evil, scheme="<b>mine</b>", program_version="<i>1</i>", study_date="@now")
    new = replace(of("P-1", {Lobe.RLL: ((3.0, 1), NOTHING)}), patient=evil, study_date="@now")
    pairs = [ScorePair(old=old, new=new), ScorePair(old=old, new=None, error="<u>=1</u>")]
    write_difference(pairs, tmp_path, program_version="1")
    shown = page(tmp_path)
    assert {tag for tag, _ in shown.elements}.isdisjoint({"script", "b", "i", "u"})
    assert "<script>alert(1)</script>" in shown.text
    for name in ("difference.csv", "crosstable.csv"):
        cells = [cell for row in table(tmp_path, name) for cell in row.values()]
        assert not [cell for cell in cells if cell[:1] in "=+@" or (cell[:1] == "-" and not cell[1:2].isdigit())]


def test_the_same_scores_give_the_same_bytes(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Written twice, every file is the same; in another order, all but the long table is."""
    again, mixed = tmp_path_factory.mktemp("again"), tmp_path_factory.mktemp("mixed")
    write_difference(iter(five()), again, program_version="9.8.7")
    write_difference(reversed(five()), mixed, program_version="9.8.7")
    for name in DIFFERENCE_FILES:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name
        if name != "difference.csv":
            assert (mixed / name).read_bytes() == (folder / name).read_bytes(), name


def test_what_is_there_is_kept_unless_forced(folder: Path) -> None:
    """A second report of the same names is refused before anything is written; forced, it takes their place."""
    before = (folder / "difference.csv").read_bytes()
    with pytest.raises(OutputError, match=r"difference\.dictionary\.csv: is there already"):
        write_difference(five()[:1], folder, program_version="1")
    assert (folder / "difference.csv").read_bytes() == before
    write_difference(five()[:1], folder, program_version="1", force=True)
    assert len(table(folder, "difference.csv")) == 13


def _broken() -> Iterator[ScorePair]:
    yield from five()
    raise ValueError("the journal ended early")


def test_a_stream_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    """Where the scores end in an error, no file stays."""
    with pytest.raises(ValueError, match="ended early"):
        write_difference(_broken(), tmp_path, program_version="1")
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_made_leaves_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library that lays the page out, the table that was written before is taken away again."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(OutputError, match=r"pip install kazerooni\[report\]"):
        write_difference(five(), tmp_path, program_version="1")
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_scores(tmp_path: Path) -> None:
    """Each further score adds less than a kilobyte to what is held at once; a pair of scores alone takes more."""
    write_difference(_many(50), tmp_path, program_version="1")  # what is loaded once

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            write_difference(_many(count), tmp_path, program_version="1", force=True)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(200), peak(800)
    assert many - few < 600 * 1000


def _many(count: int) -> Iterator[ScorePair]:
    percents = ((3.0, 1), (30.0, 3), (60.0, 4), (90.0, 5))
    for place in range(count):
        old, new = (percents[(place // step) % 4] for step in (1, 3))
        yield ScorePair(
            old=of(f"P-{place}", {Lobe.RLL: (old, NOTHING)}), new=of(f"P-{place}", {Lobe.RLL: (new, NOTHING)})
        )


def test_a_score_for_the_first_time_is_no_change(tmp_path: Path) -> None:
    """Without an old score the new one stands in the table beside NA, and the page counts it apart."""
    write_difference([ScorePair(old=None, new=of("P-1", {}))], tmp_path, program_version="1")
    rows = table(tmp_path, "difference.csv")
    assert {(row["old_grade"], row["change"], row["why_not"]) for row in rows} == {
        ("NA", "NA", "no old score was found")
    }
    assert "scored for the first time no old score was found 1" in page(tmp_path).text
    assert table(tmp_path, "crosstable.csv") == []
