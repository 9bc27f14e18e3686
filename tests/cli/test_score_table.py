"""What the table of a score says of a lobe beside its percents and grades."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kazerooni.cli.score_table import show_cases
from kazerooni.model import Case, Component, Entry, Lobe, Score, State
from kazerooni.report import percent
from kazerooni.scoring import score
from kazerooni.workflow import LobeSource, MapFiles, score_scan


@pytest.fixture
def case(hrct: Path, maps: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Case:
    """Give the case of the fixtures, shown 100 columns wide."""
    monkeypatch.setenv("COLUMNS", "100")
    return score_scan(
        hrct, MapFiles(lobes=LobeSource(maps["lobes"]), alveolar=maps["alveolar"], interstitial=maps["interstitial"])
    )


def of_lobe(shown: str, lobe: Lobe) -> list[str]:
    """Give the lines that start with a lobe: its row, then what else is said."""
    return [line for line in shown.splitlines() if line.startswith(lobe.name)]


def with_lobe(made: Score, lobe: Lobe, **changes: object) -> Score:
    """Give a score in which one lobe's alveolar component is changed."""
    lobes = tuple(
        replace(one, alveolar=replace(one.alveolar, **changes)) if one.lobe is lobe else one  # type: ignore[arg-type]
        for one in made.lobes
    )
    return replace(made, lobes=lobes)


def test_what_was_said_in_words_is_shown(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """A component that could not be assessed says so in place of its grade; traction bronchiectasis is named."""
    entry = Entry(lobe=Lobe.RUL, component=Component.INTERSTITIAL, state=State.NOT_ASSESSABLE)
    reading = replace(case.reading, entries=(entry,), traction={Lobe.LUL: True})
    show_cases([replace(case, reading=reading, score=score(reading, "kazerooni"))])
    shown = capsys.readouterr().out
    assert of_lobe(shown, Lobe.RUL)[0].endswith("not assessable")
    assert "traction bronchiectasis" in of_lobe(shown, Lobe.LUL)[1]
    assert "interstitial refused (of 25)" in shown


def test_doubts_of_a_grade_are_shown(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """A trace, a value on an edge and an interval from sampling stand below the table, beside the lobe's name."""
    doubtful = with_lobe(case.score, Lobe.RUL, trace=True, on_edge=True, low=21.5, high=28.04)
    show_cases([replace(case, score=doubtful)])
    shown = capsys.readouterr().out
    (_, said) = of_lobe(shown, Lobe.RUL)
    for words in ("alveolar trace", "alveolar on an edge"):
        assert words in said
    assert "by sampling alone and not reader error: alveolar RUL 21.5-28.0" in " ".join(shown.split())


def test_the_range_of_a_total_is_shown(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """A total that has a range is given with it."""
    ranged = replace(case.score, totals=replace(case.score.totals, low=15.0, high=17.0))
    show_cases([replace(case, score=ranged)])
    assert "Total from 15 to 17" in capsys.readouterr().out


def test_flags_of_all_lobes_are_left_to_the_notices(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """A flag is repeated beside a lobe only where it tells that lobe from the others."""
    lobes = tuple(replace(one, flags=("not-hrct",)) for one in case.score.lobes)
    lobes = (replace(lobes[0], flags=("few-slices", "not-hrct")), *lobes[1:])
    show_cases([replace(case, score=replace(case.score, lobes=lobes))])
    shown = capsys.readouterr().out
    assert of_lobe(shown, lobes[0].lobe)[1].split() == [lobes[0].lobe.name, "few-slices"]
    assert "not-hrct" not in shown


def test_rounding_stays_on_its_side() -> None:
    """A percent beside an edge is never shown as the edge; what is not assessed is no number."""
    edges = (5, 25, 50, 75)
    shown = [percent(value, edges) for value in (None, 0, 0.049, 4.96, 5, 5.04, 24.999, 75.01, 29.99, 100)]
    assert shown == ["-", "0", "<0.1", "<5.0", "5.0", ">5.0", "<25.0", ">75.0", "30.0", "100.0"]
