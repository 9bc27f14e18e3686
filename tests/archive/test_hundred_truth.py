"""The numbers of the archive of some hundred series are those that it was built with."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from kazerooni.model import Component, Lobe
from tests.archive.hundred import Hundred
from tests.archive.kept_readings import IN_BOTH, Kept
from tests.archive.known import CONSOLIDATION, FIVE, GG, HONEYCOMB, KNOWN, RETICULATION, SEPTAL, Known
from tests.archive.runs import SCHEME, rows
from tests.scoring.naive import alveolar_grade, interstitial_grade

Row = Mapping[str, str]
_GRADED = {Component.ALVEOLAR: (GG, CONSOLIDATION), Component.INTERSTITIAL: (RETICULATION, HONEYCOMB)}


def _written(percent: Fraction | None) -> str:
    return "NA" if percent is None else repr(float(percent))


def _differences(row: Row, percents: Mapping[tuple[Lobe, Component], Fraction | None], septal: set[Lobe]) -> list[str]:
    """List in what a row of the wide table differs from what was built: percents, grades, sums."""
    grades: dict[tuple[Lobe, Component], int | None] = {}
    for (lobe, component), percent in percents.items():
        if percent is None:
            grades[lobe, component] = None
        elif component is Component.ALVEOLAR:
            grades[lobe, component] = alveolar_grade(percent, Fraction(100))
        else:
            grades[lobe, component] = interstitial_grade(percent, Fraction(100), lines=lobe in septal)
    wanted = {f"{lobe.name}_{c}_percent": _written(percent) for (lobe, c), percent in percents.items()}
    wanted |= {f"{lobe.name}_{c}_grade": "NA" if g is None else str(g) for (lobe, c), g in grades.items()}
    for name, parts in (("alveolar", "a"), ("interstitial", "i"), ("total", "ai")):
        of_sum = [grade for (_, component), grade in grades.items() if component[0] in parts]
        known = [grade for grade in of_sum if grade is not None]
        wanted[name] = str(sum(known)) if len(known) == len(of_sum) else "NA"
    return [f"{name}: {row[name]}, not {value}" for name, value in wanted.items() if row[name] != value]


def _percents(known: Known) -> dict[tuple[Lobe, Component], Fraction | None]:
    return {
        (lobe, component): known.percent(lobe, findings) if component in known.measured else None
        for component, findings in _GRADED.items()
        for lobe in FIVE
    }


def _septal(known: Known) -> set[Lobe]:
    return {lobe for lobe in FIVE if Component.INTERSTITIAL in known.measured and known.percent(lobe, (SEPTAL,))}


@pytest.mark.parametrize("name", KNOWN)
def test_measured_scans_have_the_percents_that_were_drawn(hundred: Hundred, first: Path, name: str) -> None:
    """However a scan lies in the archive, its percents, grades and sums follow from voxels and depths, exactly."""
    by_series = {row["series_uid"]: row for row in rows(first / "wide.csv")}
    copies = [uid for uid, known in hundred.measured.items() if known == name]
    for uid in copies:
        assert _differences(by_series[uid], _percents(KNOWN[name]), _septal(KNOWN[name])) == []
    assert len({by_series[uid]["reading"] for uid in copies}) == len(copies)


def test_kept_readings_have_the_percents_that_they_were_built_with(hundred: Hundred, first: Path) -> None:
    """Painted and typed readings, of files and of the book, are graded from their percents, on every edge too."""
    by_reading = {row["reading"]: row for row in rows(first / "wide.csv")}
    told = {one.reading.id: _of_kept(by_reading[one.reading.id], one) for one in (*hundred.kept, *hundred.in_book)}
    assert {uid: differences for uid, differences in told.items() if differences} == {}


def _of_kept(row: Row, one: Kept) -> list[str]:
    differences = _differences(row, one.percents, set(one.septal))
    named = {"patient": one.reading.scan.patient, "series_uid": one.reading.scan.series_uid, "scheme": SCHEME}
    return [*differences, *(f"{name}: {row[name]}" for name, value in named.items() if row[name] != value)]


def test_the_real_chest_has_the_voxels_that_another_program_counted(hundred: Hundred, first: Path) -> None:
    """The approximate maps of a public chest give the percents that were counted apart from this program."""
    if not hundred.real:
        pytest.skip("the real public scans are not there: ../shared/data")
    file = Path(__file__).resolve().parents[3] / "shared" / "data" / "masks" / "A0001" / "expected.json"
    expected = json.loads(file.read_text("utf-8"))
    (row,) = (row for row in rows(first / "wide.csv") if row["series_uid"] == expected["series_uid"])
    for lobe, counted in expected["lobes"].items():
        for finding in ("ground_glass", "honeycombing", "septal"):
            assert float(row[f"{lobe}_{finding}_percent"]) == pytest.approx(counted[f"{finding}_percent"], abs=1e-9)


def test_old_scores_are_told_with_what_changed_them(hundred: Hundred, first: Path) -> None:
    """Each kind of old score has the cause it was made with, and only that; one that is the same has none."""
    causes: dict[str, Counter[str]] = {}
    kinds = tuple(hundred.old)
    numbers = {one.reading.id: number for number, one in enumerate(hundred.kept)}
    for row in rows(first / "difference.csv"):
        number = numbers.get(row["reading"], 1000)
        if number < sum(hundred.old.values()) and row["old_scheme"] != "NA" and not _is_of_book(row, number, kinds):
            causes.setdefault(kinds[number % len(kinds)], Counter())[row["cause"]] += row["lobe"] != "all"
    assert {kind: {cause for cause in found if found[cause]} for kind, found in causes.items()} == {
        "same": {"NA"},
        "other map": {"NA", "map"},
        "other program": {"NA", "program"},
        "kazerooni": {"NA", "scheme"},
        "kazerooni-mean": {"NA", "scheme"},
        "kazerooni-lingula": {"NA", "scheme"},
        "unknown": {"NA"},
    }


def _is_of_book(row: Row, number: int, kinds: Sequence[str]) -> bool:
    """Tell whether an old score is one that the book kept, of a reading that a file holds, too."""
    return number < IN_BOTH and row["old_scheme"] == "kazerooni-mean" and kinds[number] != "kazerooni-mean"


def test_a_reading_of_file_and_book_has_the_old_scores_of_both(hundred: Hundred, first: Path) -> None:
    """Beside the score in a file stands that of the book by kazerooni-mean; one that is in both stands there once."""
    kinds = tuple(hundred.old)
    table = [row for row in rows(first / "difference.csv") if (row["lobe"], row["component"]) == ("all", "total")]
    for number, one in enumerate(hundred.kept[:IN_BOTH]):
        schemes = [row["old_scheme"] for row in table if row["reading"] == one.reading.id]
        assert schemes.count("kazerooni-mean") == 1
        assert len(schemes) == 1 + (kinds[number] != "kazerooni-mean")


def test_what_a_map_changed_is_what_was_drawn(hundred: Hundred, first: Path) -> None:
    """Where the old map was wholly ground glass in one lobe, the table has 100 % before and the drawn percent now."""
    kinds = tuple(hundred.old)
    kept = {
        one.reading.id: one
        for number, one in enumerate(hundred.kept[: sum(hundred.old.values())])
        if kinds[number % len(kinds)] in {"other map", "other program"}
    }
    of_lobes = [row for row in rows(first / "difference.csv") if row["reading"] in kept and row["lobe"] != "all"]
    changed = [row for row in of_lobes if row["old_scheme"] == SCHEME]  # the book keeps other ones
    for row in changed:
        now = kept[row["reading"]].percents[Lobe[row["lobe"]], Component(row["component"])]
        assert row["new_percent"] == _written(now)
        if (row["lobe"], row["component"]) == ("RUL", "alveolar"):
            assert row["old_percent"] == "100.0"
            assert now is not None
            assert float(row["percent_change"]) == pytest.approx(float(now) - 100, abs=1e-12)
    assert len(changed) == 10 * len(kept)


def test_an_old_score_of_what_fails_now_is_not_lost(hundred: Hundred, first: Path) -> None:
    """What was scored once and cannot be now stands in the table with its old grades and the error, and on the page."""
    table = rows(first / "difference.csv")
    lost = [row for row in table if row["new_scheme"] == "NA" and row["lobe"] == "all" and row["component"] == "total"]
    assert Counter(row["why_not"] for row in lost) == {"ReadingError": 2, "crash": 1, "time": 1, "memory": 1}
    assert len(lost) == hundred.lost
    assert all(row["old_sum"] != "NA" for row in lost)
    page = (first / "difference.html").read_text("utf-8")
    assert f"<dt>new errors<small>an old score, and no new one</small></dt><dd>{hundred.lost}" in page
