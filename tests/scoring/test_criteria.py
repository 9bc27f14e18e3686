"""Criteria give met, not met or cannot be decided, and show every input. The edges are those of their sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import ReadingError
from kazerooni.model import Event, EventKind, Judgement, LungFunction, Timeline, Treatment, Verdict
from kazerooni.scoring import CRITERIA, FACTS, judge, judge_all, timeline
from kazerooni.scoring.verdicts import all_of, any_of, at_least, opposite
from tests.scoring.course_builders import course, event, lung_of, visit

MET, NOT, OPEN = Verdict
START = date(2003, 6, 1)
NO_DYSPNOEA = {"dyspnoea_worse": False}
ENTRY = {"ild_other_than_ipf": True, "fibrosis_on_ct": True, "no_other_explanation": True}
PREDNISONE = Treatment(drug="prednisone", start=START, dose=25, unit="mg/day")


def day(months: int) -> date:
    """Give the day so many months of 30 days after the first visit."""
    return START + timedelta(days=30 * months)


def line_of(
    grades: dict[int, int],
    *tests: LungFunction,
    events: Sequence[Event] = (),
    treatments: Sequence[Treatment] = (),
    readers: Sequence[str] = (),
) -> Timeline:
    """Follow visits, a total for each month of a visit, beside a course."""
    who = readers or ["R1"] * len(grades)
    readings = [visit(day(at), total, reader=reader) for (at, total), reader in zip(grades.items(), who, strict=True)]
    return timeline(readings, course=course(*tests, events=tuple(events), treatments=tuple(treatments)))


def told(name: str, line: Timeline, said: dict[str, bool] | None = None) -> Judgement:
    """Judge the last visit by a criterion."""
    return judge(line, CRITERIA[name], said=said)


@pytest.mark.parametrize(
    ("grades", "verdict"), [({0: 3}, OPEN), ({0: 3, 12: 3}, NOT), ({0: 3, 12: 4}, MET), ({0: 4, 6: 2, 12: 3}, MET)]
)
def test_any_rise_of_the_score_is_progression(grades: dict[int, int], verdict: Verdict) -> None:
    """A rise by 1 since the visit before or the baseline is progression; with one visit it cannot be decided."""
    assert told("progression-score", line_of(grades)).verdict is verdict


def test_readers_who_differ_leave_it_open() -> None:
    """A rise between two readers decides nothing, and the reason names the visit."""
    found = told("progression-score", line_of({0: 1, 12: 4}, readers=["A", "B"]))
    assert found.verdict is OPEN
    assert found.missing == (f"different readers read {START} and this visit",)


@pytest.mark.parametrize(
    ("fvc", "relative", "absolute"),
    [(63.1, NOT, NOT), (63.0, NOT, NOT), (62.9, MET, NOT), (60.0, MET, NOT), (59.9, MET, MET)],
)
def test_a_loss_is_more_than_ten_percent(fvc: float, relative: Verdict, absolute: Verdict) -> None:
    """From FVC 70 %: 63 is a relative loss of exactly 10 %, 60 an absolute one of exactly 10 points: more is wanted."""
    line = line_of({0: 3, 12: 3}, lung_of(day(0), 70, 60), lung_of(day(12), fvc, 60))
    assert told("worsening-relative", line, NO_DYSPNOEA).verdict is relative
    assert told("worsening-absolute", line, NO_DYSPNOEA).verdict is absolute


def test_a_loss_against_the_previous_or_the_baseline_test() -> None:
    """A loss since the previous test counts though the value stands above the baseline's; both pairs are shown."""
    tests = (lung_of(day(0), 60, 60), lung_of(day(6), 80, 60), lung_of(day(12), 65, 60))
    found = told("worsening-relative", line_of({0: 3, 12: 3}, *tests), NO_DYSPNOEA)
    assert found.verdict is MET
    fvc = [one for one in found.inputs if one.what.startswith("FVC")]
    assert [(one.against_on, one.verdict) for one in fvc] == [(day(6), MET), (day(0), NOT)]
    assert fvc[0].found == "fell by 18.75 % of the earlier value"
    assert fvc[0].value == "65 % predicted (GLI 2012)"


def test_other_reference_equations_decide_by_litres_or_not_at_all() -> None:
    """Percents of two reference equations are not compared: a relative loss is that of the litres, an absolute none."""
    old = lung_of(day(0), 70, 60, reference="Quanjer 1993", fvc_l=3.0)
    line = line_of({0: 3, 12: 3}, old, lung_of(day(12), 62, 60, fvc_l=2.9))
    relative = told("worsening-relative", line, NO_DYSPNOEA)
    assert next(one for one in relative.inputs if one.what.startswith("FVC")).verdict is NOT
    absolute = told("worsening-absolute", line, NO_DYSPNOEA)
    assert absolute.verdict is OPEN
    assert any("different reference equations (Quanjer 1993, then GLI 2012)" in reason for reason in absolute.missing)


def test_an_event_that_is_not_recorded_is_not_known() -> None:
    """Dyspnoea decides where it was recorded since the visit before, or a person said no; else it is open."""
    tests = (lung_of(day(0), 70, 60), lung_of(day(12), 70, 60))
    worse = event(EventKind.DYSPNOEA_WORSE, day(11))
    long_ago = event(EventKind.DYSPNOEA_WORSE, day(0))
    assert told("worsening-relative", line_of({0: 3, 12: 3}, *tests, events=[worse])).verdict is MET
    assert told("worsening-relative", line_of({0: 3, 12: 3}, *tests, events=[long_ago])).verdict is OPEN
    assert told("worsening-relative", line_of({0: 3, 12: 3}, *tests), NO_DYSPNOEA).verdict is NOT


@pytest.mark.parametrize(
    ("grades", "treatments", "refractory", "relapsing"),
    [
        ({0: 2, 6: 3, 12: 4}, [PREDNISONE], MET, NOT),
        ({0: 4, 6: 2, 12: 3}, [PREDNISONE], NOT, MET),
        ({0: 2, 12: 3}, [PREDNISONE], MET, NOT),
        ({0: 2, 12: 3}, [], OPEN, NOT),
        ({0: 2, 12: 3}, [Treatment(drug="azathioprine", start=START)], NOT, NOT),
        ({0: 2, 12: 3}, [Treatment(drug="Prednisolone", start=START)], OPEN, NOT),
        ({0: 2, 12: 3}, [Treatment(drug="methylprednisolone", start=START), PREDNISONE], MET, NOT),
    ],
)
def test_refractory_worsens_from_the_start_and_relapsing_improves_first(
    grades: dict[int, int], treatments: list[Treatment], refractory: Verdict, relapsing: Verdict
) -> None:
    """A rise on prednisone is refractory, after a fall relapsing; no record or another steroid leaves it open."""
    line = line_of(grades, treatments=treatments)
    assert told("refractory-relative", line).verdict is refractory
    assert told("relapsing-relative", line).verdict is relapsing


@pytest.mark.parametrize(
    ("test", "verdict"),
    [
        (lung_of(START, 80, 80, fev1_fvc_percent=70, fev1_percent=120), MET),
        (lung_of(START, 80.1, 80, fev1_fvc_percent=70, fev1_percent=80), NOT),
        (lung_of(START, 80, 80, fev1_fvc_percent=69.9, fev1_percent=80), NOT),
        (lung_of(START, 80, 80, fev1_fvc_percent=70, fev1_percent=121), NOT),
        (lung_of(START, 90, 79.9), MET),
        (lung_of(START, 80, 80), OPEN),
        (lung_of(START, 80, 80, fev1_l=1.4, fvc_l=2.0, fev1_percent=75), MET),
        (lung_of(START, 90, None), OPEN),
    ],
)
def test_lung_involvement(test: LungFunction, verdict: Verdict) -> None:
    """FVC of 80 % at most without obstruction, or DLCO below 80 %; without signs on the scan (total 0)."""
    assert told("lung-involvement", line_of({0: 0}, test)).verdict is verdict


def test_signs_on_the_scan_are_lung_involvement() -> None:
    """A total above 0 is enough, with no lung function at all."""
    assert told("lung-involvement", line_of({0: 1})).verdict is MET


@pytest.mark.parametrize(("fvc", "verdict"), [(65.0, MET), (65.1, NOT)])
def test_two_of_three_within_a_year(fvc: float, verdict: Verdict) -> None:
    """FVC of 70 that falls by 5 points, with worse symptoms, is progressive fibrosis; by 4.9 it is not."""
    tests = (lung_of(day(0), 70, 60), lung_of(day(12), fvc, 60))
    line = line_of({0: 3, 12: 3}, *tests, events=[event(EventKind.SYMPTOMS_WORSE, day(10))])
    assert told("ppf-2022", line, {**ENTRY, "ct_progression": False}).verdict is verdict


@pytest.mark.parametrize(
    ("year", "first", "verdict"),
    [
        (2005, date(2004, 2, 1), MET),  # 366 days, with the leap day between
        (2005, date(2004, 1, 31), OPEN),
        (2006, date(2005, 2, 1), MET),
        (2006, date(2005, 1, 31), OPEN),
    ],
)
def test_a_year_is_twelve_months_of_the_calendar(year: int, first: date, verdict: Verdict) -> None:
    """Test and symptoms of the same day a year before are within the year, in leap years too; a day earlier is not."""
    now = date(year, 2, 1)
    given = course(lung_of(first, 70, 60), lung_of(now, 60, 60), events=(event(EventKind.SYMPTOMS_WORSE, first),))
    line = timeline([visit(now, 3)], course=given)
    assert told("ppf-2022", line, {**ENTRY, "ct_progression": False}).verdict is verdict


def test_the_pair_of_tests_is_named_and_confirmed() -> None:
    """The pair that fell most within the year is named, not that with an older test; the next test confirms it."""
    tests = (lung_of(day(-3), 99), lung_of(day(2), 75), lung_of(day(6), 70), lung_of(day(12), 66))
    for after, confirmed in (((), None), ((lung_of(day(15), 69),), True), ((lung_of(day(15), 74),), False)):
        found = told("ppf-2022", line_of({0: 3, 12: 3}, *tests, *after), ENTRY)
        (pair,) = [one for one in found.inputs if one.what.startswith("FVC")]
        assert (pair.against_on, pair.on, pair.found) == (day(2), day(12), "fell by 9 points of % predicted")
        assert pair.confirmed is confirmed


def test_dlco_counts_only_corrected_for_haemoglobin() -> None:
    """A fall of DLCO by 10 points decides where both tests are corrected; else it cannot, and the reason is told."""
    symptoms = [event(EventKind.SYMPTOMS_WORSE, day(10))]
    for corrected, verdict in ((True, MET), (False, OPEN), (None, OPEN)):
        tests = (lung_of(day(0), 70, 60), lung_of(day(12), 70, 50, is_hb_corrected=corrected))
        found = told("ppf-2022", line_of({0: 3, 12: 3}, *tests, events=symptoms), {**ENTRY, "ct_progression": False})
        assert found.verdict is verdict
        reasons = [reason for reason in found.missing if "not said to be corrected for haemoglobin" in reason]
        assert bool(reasons) is (verdict is OPEN)


@pytest.mark.parametrize("fact", ENTRY)
def test_the_entry_rule_of_progressive_fibrosis(fact: str) -> None:
    """IPF, no fibrosis or another explanation exclude it; what nobody said leaves it open."""
    events = [event(EventKind.SYMPTOMS_WORSE, day(10)), event(EventKind.CT_PROGRESSION, day(12))]
    line = line_of({0: 3, 12: 3}, events=events)
    assert told("ppf-2022", line, ENTRY).verdict is MET
    assert told("ppf-2022", line, {**ENTRY, fact: False}).verdict is NOT
    assert told("ppf-2022", line, {k: v for k, v in ENTRY.items() if k != fact}).verdict is OPEN


def test_a_risen_score_is_no_sign_of_ct() -> None:
    """Worse symptoms and a risen score are not two of the three."""
    tests = (lung_of(day(0), 70, 60), lung_of(day(12), 70, 60))
    line = line_of({0: 1, 12: 5}, *tests, events=[event(EventKind.SYMPTOMS_WORSE, day(10))])
    assert told("ppf-2022", line, ENTRY).verdict is OPEN
    assert told("ppf-2022", line, {**ENTRY, "ct_progression": False}).verdict is NOT


def test_every_criterion_judges_every_visit() -> None:
    """Each criterion has a verdict at each visit with its inputs; only what is open has a reason, and each has one."""
    line = line_of({0: 3, 12: 4}, lung_of(day(0), 70))
    found = judge_all(line, {**ENTRY, **NO_DYSPNOEA})
    assert [(one.criterion, one.on) for one in found] == list(product(CRITERIA, (day(0), day(12))))
    assert all(one.inputs for one in found)
    assert all(bool(one.missing) == (one.verdict is OPEN) for one in found)
    for one in found:
        assert all(bool(part.reason) == (part.verdict is OPEN) for part in one.inputs)


def test_an_unknown_fact_is_refused() -> None:
    """A fact that no criterion asks for is refused with those that there are."""
    with pytest.raises(ReadingError, match="no criterion asks for 'smoker'; one of ild_other_than_ipf"):
        told("ppf-2022", line_of({0: 3}), {"smoker": True})


def test_criteria_are_named_once_with_their_source() -> None:
    """Every criterion stands under its own name, cites a source and says in words what it wants."""
    for name, criterion in CRITERIA.items():
        assert criterion.name == name
        assert "doi:" in criterion.citation
        assert criterion.rule.words()


verdicts = st.lists(st.sampled_from(list(Verdict)), max_size=5)


@given(verdicts, st.integers(0, 5))
def test_a_verdict_is_decided_only_where_nothing_unknown_could_change_it(parts: list[Verdict], wanted: int) -> None:
    """Whatever the unknown parts turn out to be, a decided verdict stays; an open one could become either."""
    filled = [
        [next(choice) if part is OPEN else part for part in parts]
        for choice in map(iter, product((MET, NOT), repeat=parts.count(OPEN)))
    ]
    for combine in (any_of, all_of, lambda given: at_least(wanted, given), lambda given: opposite(any_of(given))):
        possible = {combine(one) for one in filled}
        found = combine(parts)
        assert possible == ({MET, NOT} if found is OPEN else {found})


@given(
    st.fixed_dictionaries({fact: st.booleans() for fact in FACTS}),
    st.sets(st.sampled_from(FACTS)),
    st.lists(st.integers(50, 90), min_size=2, max_size=2),
    st.lists(st.integers(0, 5), min_size=2, max_size=2),
)
def test_what_a_person_adds_undoes_no_verdict(
    facts: dict[str, bool], hidden: set[str], fvc: list[int], grades: list[int]
) -> None:
    """Answers that are added to others leave every verdict that was decided as it was."""
    tests = [lung_of(day(12 * i), value, 60) for i, value in enumerate(fvc)]
    line = line_of({12 * i: grade for i, grade in enumerate(grades)}, *tests)
    some = judge_all(line, {fact: value for fact, value in facts.items() if fact not in hidden})
    for before, after in zip(some, judge_all(line, facts), strict=True):
        assert before.verdict in {OPEN, after.verdict}
