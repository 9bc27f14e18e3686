"""What a report says: its wording and its rounding, each made once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from kazerooni.errors import ReadingError, SchemeError
from kazerooni.model import Component, Finding, Lobe, Pattern, Session, State, Status, Supersedes
from kazerooni.report import Report, report_of
from tests.report.builders import VERSION, case_of, line_of, lobe_named, scored
from tests.scoring.builders import reading_of, said, typed, typed_lungs, value, whole_lungs

DAY = date(2003, 5, 14)


def _report(**lobes: Any) -> Report:
    return report_of(case_of(DAY, **lobes), program_version=VERSION)


def _facts(facts: tuple[object, ...]) -> dict[str, str]:
    return {fact.label: fact.value for fact in facts}  # type: ignore[attr-defined]


def test_the_total_stands_with_its_scheme_and_maximum() -> None:
    """The total and both sums are given with their maxima, and the scheme with its version."""
    totals = _report(RUL={(1, 2): 250, (0, 0): 750}).totals
    assert (totals.total.text, totals.total.maximum, totals.total.share) == ("6", "50", 6 / 50)
    assert [(part.label, part.text, part.maximum) for part in totals.parts] == [
        ("Alveolar sum", "3", "25"),
        ("Interstitial sum", "3", "25"),
    ]
    assert totals.scheme == "scheme kazerooni, version 1"
    assert totals.qualifiers == ()


def test_rounding_never_carries_a_percent_onto_an_edge() -> None:
    """24.97 % is written as below 25.0, not as 25.0, and in full beside the lobe; 25 % exactly is 25.0."""
    below, on_it = (1, 0), (2, 0)
    report = _report(RUL={below: 2497, (0, 0): 7503}, RLL={on_it: 250, (0, 0): 750})
    near, exact = lobe_named(report, "RUL"), lobe_named(report, "RLL")
    assert (near.alveolar.grade.text, near.alveolar.percent) == ("2", "<25.0")
    assert near.alveolar.remarks == ("24.970 %, close to an edge",)
    assert (exact.alveolar.grade.text, exact.alveolar.percent, exact.alveolar.remarks) == ("3", "25.0", ())


def test_every_finding_has_its_percent() -> None:
    """A lobe lists the percent of every finding, 0 where none was found, and traction bronchiectasis as yes or no."""
    reading = replace(
        reading_of(whole_lungs(RUL={(1, 1): 100, (2, 3): 200, (0, 0): 700})), traction={Lobe.RUL: True, Lobe.LLL: False}
    )
    report = report_of(scored(reading), program_version=VERSION)
    rul = lobe_named(report, "RUL")
    assert _facts(rul.alveolar.findings) == {"Ground glass": "10.0", "Consolidation": "20.0"}
    assert _facts(rul.interstitial.findings) == {
        "Septal thickening": "10.0",
        "Reticulation": "20.0",
        "Honeycombing": "0",
        "Traction bronchiectasis": "yes",
    }
    assert _facts(lobe_named(report, "LLL").interstitial.findings)["Traction bronchiectasis"] == "no"
    assert _facts(lobe_named(report, "RML").interstitial.findings)["Traction bronchiectasis"] == "\N{EM DASH}"


def test_missing_is_not_zero() -> None:
    """A component without a map is not assessed: dashes, no colour, a refused total that says why; never 0."""
    reading = reading_of(whole_lungs(), measured=frozenset({Component.ALVEOLAR}))
    report = report_of(scored(reading), program_version=VERSION)
    for lobe in report.lobes:
        view = lobe.interstitial
        assert (view.grade.text, view.grade.shade, view.percent) == ("not assessed", None, "\N{EM DASH}")
        assert {fact.value for fact in view.findings} == {"\N{EM DASH}"}
        assert view.said == "not assessed"
    assert (report.totals.total.text, report.totals.total.share) == ("refused", None)
    assert report.totals.parts[0].text == "0"
    assert report.totals.qualifiers[0].startswith("Refused: not graded are interstitial of RUL, RML")


def test_states_are_named() -> None:
    """A lobe that is absent, or cannot be assessed, says so in place of its grade."""
    reading = typed_lungs(*said(Lobe.RML, State.ABSENT), *said(Lobe.LUL, State.NOT_ASSESSABLE, reason="motion"))
    report = report_of(scored(reading), program_version=VERSION)
    assert lobe_named(report, "RML").alveolar.grade.text == "absent"
    assert lobe_named(report, "LUL").interstitial.grade.text == "not assessable"
    assert any("motion" in notice.message for notice in report.notices)


def test_a_partial_total_says_on_how_many_lobes_it_stands() -> None:
    """A partial total names the number of lobes and what is missing, keeps the maximum, and the method says it too."""
    reading = typed_lungs(*said(Lobe.RML, State.ABSENT), typed(Lobe.RUL, value(Finding.GROUND_GLASS, "30")))
    report = report_of(scored(reading, partial=True), program_version=VERSION)
    assert (report.totals.total.text, report.totals.total.maximum) == ("3", "50")
    assert report.totals.qualifiers[0].startswith("Partial: the total stands on 4 of 5 lobes, each sum on")
    assert "not graded: alveolar of RML" in report.totals.qualifiers[0]
    assert "it stands on 4 of 5 lobes" in report.method


def test_a_typed_percent_on_an_edge_gives_a_range() -> None:
    """A typed 25 % gives the total under both owners of the edge, and is marked as typed, on an edge."""
    report = report_of(scored(typed_lungs(typed(Lobe.RUL, value(Finding.GROUND_GLASS, "25")))), program_version=VERSION)
    assert "Total from 2 to 3 by the owner of the edges that typed percents lie on" in report.totals.qualifiers
    assert lobe_named(report, "RUL").alveolar.remarks == ("typed on an edge", "typed")
    assert report.totals.beside[0].value == "2 to 3"


def test_presence_without_a_percent() -> None:
    """A finding that was typed as present says so; a typed grade stands without an extent."""
    reading = typed_lungs(
        typed(Lobe.RUL, value(Finding.SEPTAL, present=True)),
        typed(Lobe.RLL, value(grade=4, scheme="kazerooni"), component=Component.ALVEOLAR),
    )
    report = report_of(scored(reading), program_version=VERSION)
    rul, rll = lobe_named(report, "RUL"), lobe_named(report, "RLL")
    assert _facts(rul.interstitial.findings)["Septal thickening"] == "present"
    assert rul.interstitial.by_presence == "septal thickening"
    assert (rll.alveolar.grade.text, rll.alveolar.percent) == ("4", "\N{EM DASH}")
    assert rll.alveolar.remarks == ("grade typed",)


def test_a_fibrotic_lobe_never_shows_0_percent_alone() -> None:
    """A lobe of 40 % reticulation without honeycombing is said to be graded by presence; both sums are given."""
    report = _report(LLL={(0, 3): 400, (0, 0): 600})
    lll = lobe_named(report, "LLL")
    assert (lll.interstitial.percent, lll.interstitial.by_presence) == ("0", "reticulation")
    assert lll.interstitial.said == "grade 1 by presence of reticulation"
    assert any(line.endswith("(fibrosis variant): 3") for line in report.totals.qualifiers)


def test_choices_that_change_a_sum_stand_beside_it() -> None:
    """Consolidation and traces that change a sum are told with the total, and all such figures stand in one table."""
    report = _report(RUL={(2, 0): 300, (0, 0): 700}, RML={(1, 0): 4, (0, 0): 996})
    assert report.totals.qualifiers == (
        "Total without traces, which may be stray strokes: 3",
        "Alveolar sum without consolidation: 1",
    )
    assert {figure.label: figure.value for figure in report.totals.beside} == {
        "Total, range by edges": "\N{EM DASH}",
        "Total without traces": "3",
        "Alveolar sum without consolidation": "1",
        "Interstitial sum, fibrosis variant": "0",
        "Volume-weighted alveolar extent": "6.1 %",
        "Volume-weighted interstitial extent": "0 %",
    }


def test_an_interval_is_of_sampling_only() -> None:
    """An interval is written like a percent, never rounded onto an edge, and said to be of sampling only."""
    made = case_of(DAY, RUL={(1, 0): 265, (0, 0): 735})
    first, *others = made.score.lobes
    unsure = replace(first, alveolar=replace(first.alveolar, low=24.98, high=28.04))
    report = report_of(replace(made, score=replace(made.score, lobes=(unsure, *others))), program_version=VERSION)
    assert lobe_named(report, "RUL").alveolar.interval == "<25.0 to 28.0"
    assert any("sampling only, not reader error" in fact.value for fact in report.legend)


def test_who_when_and_how() -> None:
    """Reader, status, times, pattern, prior, technique, ids and digests are told in words."""
    made = case_of(DAY)
    reading = replace(
        made.reading,
        status=Status.SIGNED,
        pattern=Pattern("NSIP", by="R2"),
        remarks="breathing\nartefacts",
        supersedes=Supersedes("R-old", "wrong side"),
        session=Session(
            started=datetime(2020, 1, 2, 9, 30, tzinfo=UTC),
            program_version="0.0.9",
            prior_shown="score",
            order=3,
            slices_seen=(0, 1, 4),
        ),
    )
    report = report_of(replace(made, reading=reading), program_version=VERSION)
    assert (report.patient, report.study_day, report.status) == ("P-ABCDEF", "14 May 2003", "Signed")
    facts = _facts((*report.scan, *report.reading, *report.digests))
    assert facts["Kernel"] == "B70f (sharp)"
    assert (facts["Slice thickness"], facts["Distance of slices"]) == ("1.25 mm", "10 mm")
    assert (facts["Position"], facts["Tube voltage"], facts["Coverage"]) == ("supine, head first", "140 kV", "251 mm")
    assert (facts["Pattern"], facts["Remarks"]) == ("NSIP, read by R2", "breathing artefacts")
    assert facts["Takes the place of"] == "R-old: wrong side"
    assert facts["Started"] == "2 Jan 2020, 09:30 UTC"
    shown = "a prior scan, or another reading of this one, was shown with its score"
    assert (facts["While reading"], facts["Order in its session"]) == (shown, "3")
    assert facts["Slices on the screen"] == "3"
    assert (facts["Program"], facts["Reading recorded with"]) == (f"kazerooni {VERSION}", "kazerooni 0.0.9")


def test_what_nobody_said_is_said_to_be_so() -> None:
    """A reading of nothing but typed values, without scan, date, patient or reader, says that these were not said."""
    reading = replace(typed_lungs(), reader=None)
    report = report_of(scored(reading), program_version=VERSION)
    assert (report.patient, report.study_day) == ("not said", "not said")
    facts = _facts((*report.scan, *report.reading))
    assert facts["Reader"] == "not said"
    assert facts["Findings were"] == "typed"
    assert facts["Slices"] == facts["Kernel"] == facts["Coverage"] == "\N{EM DASH}"
    assert report.changes == ()
    assert report.course is None
    assert "typed by the reader" in report.method


def test_the_method_is_made_from_the_scheme() -> None:
    """The paragraph holds the edges and citation of the scheme, how percents were made, program and digests."""
    for scheme, edge in (("kazerooni", "interstitial 0 to 25, total 0 to 50"), ("kazerooni-mean", "total 0 to 10")):
        made = case_of(DAY)
        case = scored(made.reading, scheme)
        text = report_of(case, program_version=VERSION).method
        assert edge in text
        assert f"with kazerooni {VERSION} under the scheme {scheme}, version 1" in text
        assert "3: 25 % to under 50 %; 4: 50 % to 75 %" in text
        assert case.score.citation in text
        assert "counted from label maps without resampling" in text


def test_change_is_given_with_what_is_not_comparable(three_visits: Report) -> None:
    """Both changes are given, grades and percents beside each other, and the grade that hides a fall is named."""
    before, baseline = three_visits.changes
    assert (before.kind, before.since, before.headline) == (
        "the visit before",
        "14 Mar 2000 (9.2 years before)",
        "\N{MINUS SIGN}1",
    )
    assert (baseline.kind, baseline.since, baseline.headline) == (
        "the baseline",
        "2 Mar 1999 (10.2 years before)",
        "\N{MINUS SIGN}1",
    )
    assert before.verdict == "One reader, and nothing is known in which the scans differ."
    rll = next(row for row in before.lobes if row.code == "RLL").moves[0]
    assert (rll.grade_before.text, rll.grade_now.text, rll.grade_change) == ("3", "3", "0")
    assert (rll.percent_before, rll.percent_now, rll.percent_change) == ("39.0", "27.0", "\N{MINUS SIGN}12.0")
    assert "alveolar of RLL, grade 3 at both visits, extent 39.0 % \N{RIGHTWARDS ARROW} 27.0 %" in before.still


def test_different_readers_make_a_change_not_interpretable() -> None:
    """Where different people read the visits no change is given, of the total or of a lobe; both totals are."""
    visits = case_of(date(1999, 3, 2), RUL={(1, 0): 300, (0, 0): 700}), case_of(date(2000, 3, 2), reader="R2")
    report = report_of(visits[1], timeline=line_of(*visits), program_version=VERSION)
    (change,) = report.changes
    assert (change.headline, change.is_interpretable, change.still) == ("Not interpretable", False, "")
    assert _facts(change.totals)["Total"] == "3 \N{RIGHTWARDS ARROW} 0"
    assert [(d.label, d.before, d.now) for d in change.differences] == [("Reader", "R1", "R2")]
    assert {move.grade_change for row in change.lobes for move in row.moves} == {"\N{EM DASH}"}
    assert report.course is not None
    assert report.course.visits[1].since_previous == "not interpretable"


def test_what_differs_in_technique_is_listed() -> None:
    """A change between scans of another technique is given, with what to weigh."""
    first = case_of(date(1999, 3, 2), RUL={(1, 0): 300, (0, 0): 700})
    second = case_of(date(2000, 3, 2), technique=replace(first.reading.technique, slice_gap_mm=25.0))
    report = report_of(second, timeline=line_of(first, second), program_version=VERSION)
    (change,) = report.changes
    assert change.headline == "\N{MINUS SIGN}3"
    assert change.verdict == "Weigh before a change is claimed: the visits differ in distance of slices."


def test_a_prior_stands_for_a_timeline() -> None:
    """The case of the visit before is enough for the change since then."""
    first, second = case_of(date(1999, 3, 2), RUL={(1, 0): 300, (0, 0): 700}), case_of(date(2000, 3, 2))
    by_prior = report_of(second, prior=first, program_version=VERSION)
    by_line = report_of(second, timeline=line_of(first, second), program_version=VERSION)
    assert by_prior.changes == by_line.changes


def test_a_change_of_totals_on_other_lobes_is_refused() -> None:
    """Where a visit lacks a grade the change of the total is refused, with the reason."""
    first = case_of(date(1999, 3, 2))
    second = case_of(date(2000, 3, 2))
    reading = replace(second.reading, entries=said(Lobe.RUL, State.NOT_ASSESSABLE))
    report = report_of(scored(reading), timeline=line_of(first, scored(reading)), program_version=VERSION)
    assert report.changes[0].headline == "Refused"
    assert "do not stand on the same grades" in report.changes[0].verdict


def test_totals_of_different_schemes_are_not_compared() -> None:
    """A timeline under another scheme, or without the reading, is refused."""
    first, second = case_of(date(1999, 3, 2)), case_of(date(2000, 3, 2))
    with pytest.raises(SchemeError, match="never compared"):
        report_of(second, timeline=line_of(first, second, scheme="kazerooni-mean"), program_version=VERSION)
    with pytest.raises(ReadingError, match="does not hold reading R-2000"):
        report_of(second, timeline=line_of(first), program_version=VERSION)


def test_a_mean_is_written_with_two_decimals() -> None:
    """Under the scheme that takes the mean, sums are named means and have decimals."""
    made = case_of(DAY, RUL={(1, 2): 300, (0, 0): 700})
    totals = report_of(scored(made.reading, "kazerooni-mean"), program_version=VERSION).totals
    assert (totals.total.text, totals.total.maximum) == ("1.2", "10")
    assert totals.parts[0].label == "Alveolar mean"


def test_text_that_hides_what_is_read_is_made_plain() -> None:
    """Control characters and those that turn the direction of text around are shown as such, not obeyed."""
    report = report_of(case_of(DAY, reader="A\u202eB\x00C\n"), program_version=VERSION)
    assert report.reading[0].value == "A\ufffdB\ufffdC"
