"""What the table of the score dock shows of a row, and what a text typed into it means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Finding, Lobe
from napari_kazerooni.beside import BesideCell
from napari_kazerooni.cells import Cell, Column, What, cell, columns_of, enter
from napari_kazerooni.dock import DockRow, dock_of
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.summary import legend_html, number, totals_html, warnings_html
from tests.plugins.builders import paint_rows, small_session

ALVEOLAR, INTERSTITIAL = Component.ALVEOLAR, Component.INTERSTITIAL


def row_of(session: ReadingSession, lobe: Lobe, component: Component) -> DockRow:
    """Give a row of the dock."""
    return next(row for row in dock_of(session).rows if (row.lobe, row.component) == (lobe, component))


def shown(session: ReadingSession, lobe: Lobe, component: Component, column: Column) -> Cell:
    """Give a cell of the dock."""
    return cell(row_of(session, lobe, component), column)


def test_each_component_has_its_findings_as_columns() -> None:
    """The alveolar table has two findings, the interstitial one three and the tick of traction bronchiectasis."""
    assert columns_of(ALVEOLAR)[:2] == (Finding.GROUND_GLASS, Finding.CONSOLIDATION)
    assert columns_of(INTERSTITIAL)[3] is Finding.TRACTION_BRONCHIECTASIS
    assert columns_of(ALVEOLAR)[2:] == columns_of(INTERSTITIAL)[4:] == tuple(What)


def test_painted_and_typed_are_told_apart() -> None:
    """Painted values stand upright with their interval, typed ones in italics, and nothing said is no 0."""
    session = small_session(gap_mm=10.0)
    paint_rows(session, "alveolar", Lobe.RUL, 4, 1)
    session.say.type_percent(Lobe.RML, ALVEOLAR, "12,5", Finding.GROUND_GLASS)
    painted = shown(session, Lobe.RUL, ALVEOLAR, Finding.GROUND_GLASS)
    typed = shown(session, Lobe.RML, ALVEOLAR, Finding.GROUND_GLASS)
    assert (painted.text, painted.is_typed, painted.tip) == ("10", False, "ground glass, painted")
    assert (typed.text, typed.is_typed, typed.tip) == ("12.5", True, "ground glass, typed")
    assert shown(session, Lobe.RUL, ALVEOLAR, What.STATE).text == "painted"
    assert shown(session, Lobe.RML, ALVEOLAR, What.STATE).text == "typed"
    assert shown(session, Lobe.LUL, ALVEOLAR, What.STATE).text == "not read"
    assert shown(session, Lobe.LUL, ALVEOLAR, Finding.GROUND_GLASS).text == ""


def test_a_typed_percent_on_an_edge_shows_both_grades() -> None:
    """5 % typed may be grade 1 or 2: both stand there, and the edge is told as no distance."""
    session = small_session()
    session.say.type_percent(Lobe.RML, ALVEOLAR, "5", Finding.GROUND_GLASS)
    grade = shown(session, Lobe.RML, ALVEOLAR, What.GRADE)
    assert (grade.text, grade.warns) == ("1/2", True)
    assert "grade 1 or 2" in grade.tip
    assert shown(session, Lobe.RML, ALVEOLAR, What.EDGE).text == "0.0"


def test_a_conflict_shows_both_values() -> None:
    """A grade typed over marks shows that of the marks beside it; the state says conflict until it is settled."""
    session = small_session()
    paint_rows(session, "alveolar", Lobe.RUL, 4, 1)
    session.say.type_grade(Lobe.RUL, ALVEOLAR, 4)
    assert shown(session, Lobe.RUL, ALVEOLAR, What.GRADE).text == "4 (2)"
    assert shown(session, Lobe.RUL, ALVEOLAR, What.STATE).text == "conflict"
    enter(session.say, Lobe.RUL, ALVEOLAR, What.STATE, "t")
    assert shown(session, Lobe.RUL, ALVEOLAR, What.STATE).text == "typed"
    enter(session.say, Lobe.RUL, ALVEOLAR, What.STATE, "p")
    assert shown(session, Lobe.RUL, ALVEOLAR, What.GRADE).text == "2"


def test_a_trace_is_marked() -> None:
    """A finding that may be a stray stroke has a question mark that says what will be asked."""
    session = small_session()
    canvas = session.canvas.labels("alveolar")
    before = canvas[3][10:11, 4:5].copy()
    canvas[3, 10, 4] = 1
    session.apply_box("alveolar", 3, (slice(10, 11), slice(4, 5)), before)
    trace = shown(session, Lobe.RUL, ALVEOLAR, Finding.GROUND_GLASS)
    assert trace.text.endswith("?")
    assert "a trace of 1 pixels" in trace.tip


@pytest.mark.parametrize(
    ("column", "text", "shows"),
    [
        (Finding.HONEYCOMBING, " 7,5 % ", "7.5"),
        (Finding.HONEYCOMBING, "+", "+"),
        (Finding.HONEYCOMBING, "no", "0"),
        (Finding.TRACTION_BRONCHIECTASIS, "y", "+"),
        (Finding.TRACTION_BRONCHIECTASIS, "-", "\N{EN DASH}"),
        (What.GRADE, "3", "3"),
        (What.STATE, "n motion", "n: motion"),
        (What.STATE, "a", "absent"),
        (What.STATE, "0", "typed"),
    ],
)
def test_what_is_typed_is_shown_and_taken_back(column: Column, text: str, shows: str) -> None:
    """Each kind of entry is understood as people write it, and an empty text takes it back."""
    session = small_session(with_lobes=False)
    enter(session.say, Lobe.LLL, INTERSTITIAL, column, text)
    assert shown(session, Lobe.LLL, INTERSTITIAL, column).text == shows
    enter(session.say, Lobe.LLL, INTERSTITIAL, column, "")
    assert shown(session, Lobe.LLL, INTERSTITIAL, column).text in ("", "not read")


@pytest.mark.parametrize(
    ("column", "text", "why"),
    [
        (Finding.SEPTAL, "many", "no number"),
        (Finding.SEPTAL, "101", "100"),
        (Finding.TRACTION_BRONCHIECTASIS, "12", r"type \+"),
        (What.GRADE, "2.5", "whole number"),
        (What.GRADE, "6", "0 to 5"),
        (What.STATE, "n", "why is it not assessable"),
        (What.STATE, "gone", "is no state"),
    ],
)
def test_what_means_nothing_is_refused_with_a_way_out(column: Column, text: str, why: str) -> None:
    """A text that means nothing changes nothing and says what to type."""
    session = small_session(with_lobes=False)
    with pytest.raises(Exception, match=why) as refused:
        enter(session.say, Lobe.LLL, INTERSTITIAL, column, text)
    assert isinstance(refused.value, ReadingError)
    assert not session.said.entries
    assert not session.said.traction


def test_the_prior_column_tells_the_change() -> None:
    """The grade of the visit beside stands with the change since then."""
    row = row_of(small_session(), Lobe.RUL, ALVEOLAR)
    assert cell(row, What.PRIOR).text == ""
    assert cell(row, What.PRIOR, BesideCell(3, 20.0, -1, None)).text == "3 (\N{MINUS SIGN}1)"
    assert cell(row, What.PRIOR, BesideCell(3, 20.0, None, None)).text == "3"
    same = cell(row, What.PRIOR, BesideCell(3, 40.0, 0, -10.0))
    assert same.text == "3 (\N{PLUS-MINUS SIGN}0)"
    assert same.tip.endswith("40 %, \N{MINUS SIGN}10 points since"), "a grade may stand still while the percent falls"


def test_an_interval_tells_its_ends_apart() -> None:
    """Whole percents where they differ, else half the width: an interval of 4 to 4 would look like no interval."""
    row = row_of(small_session(), Lobe.RUL, ALVEOLAR)
    for ends, words in (((17.2, 19.4), "17\N{EN DASH}19"), ((3.75, 4.25), "\N{PLUS-MINUS SIGN}0.3")):
        shown = cell(replace(row, low=ends[0], high=ends[1]), What.INTERVAL)
        assert shown.text == words
        assert shown.tip.startswith(f"{ends[0]:.1f}\N{EN DASH}{ends[1]:.1f} %")
    assert cell(replace(row, low=None, high=None), What.INTERVAL).text == ""


def test_totals_name_their_maximum_and_on_how_many_lobes_they_stand() -> None:
    """A partial total is told as such; warnings and legend are lists."""
    session = small_session()
    for component in Component:
        session.say.type_grade(Lobe.RUL, component, 2)
    words = totals_html(dock_of(session))
    assert "Total 4 of 50" in words
    assert "on 1 of 5 lobes" in words
    assert "alveolar 2 (1 of 5) &nbsp; interstitial 2 (1 of 5)" in words
    session.say.type_grade(Lobe.RML, ALVEOLAR, 3)
    words = totals_html(dock_of(session))
    assert "Total 4 of 50" in words, "of the lobes that are graded in both"
    assert "alveolar 5 (2 of 5) &nbsp; interstitial 2 (1 of 5)" in words
    assert "seen at lung window: 0 %" in words
    assert "not graded" in warnings_html(dock_of(session))
    assert legend_html().count("\N{BLACK SQUARE}") == 5
    assert (number(None), number(2.5), number(3.0)) == ("\N{EN DASH}", "2.5", "3")
