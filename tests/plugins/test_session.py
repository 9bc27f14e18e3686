"""A reading being made: typed beside painted, states, undo, and what was looked at; missing is never zero."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import LabelError, ReadingError, SchemeError
from kazerooni.model import (
    Component,
    Finding,
    Geometry,
    Lobe,
    LobeMap,
    Notice,
    Origin,
    ScanRef,
    State,
    Supersedes,
    Technique,
    Volume,
    Window,
)
from kazerooni.scoring import find_scheme
from napari_kazerooni.dock import DockRow, dock_of
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting
from tests.plugins.builders import FIVE, ROWS, START, box_lobes, paint_rows, session_of, small_session

ALVEOLAR, INTERSTITIAL = Component.ALVEOLAR, Component.INTERSTITIAL
LUNG, MEDIASTINUM = Window(-600.0, 1500.0), Window(40.0, 400.0)


def _row(session: ReadingSession, lobe: Lobe, component: Component) -> DockRow:
    return next(row for row in dock_of(session).rows if (row.lobe, row.component) == (lobe, component))


def test_what_is_told_of_the_lobes_goes_into_the_reading() -> None:
    """Doubts about lobes that were found are kept with the reading; lobes of another place are refused."""
    session = small_session()
    told = Notice("lobes-proposed", "warning", "the lobes were found, not drawn; check them")
    session.set_lobes(LobeMap(box_lobes(), session.volume.geometry, notices=(told,)))
    assert told in session.reading().notices
    elsewhere = small_session(gap_mm=3.0).volume.geometry
    with pytest.raises(LabelError, match="another grid than the scan"):
        session.set_lobes(LobeMap(box_lobes(), elsewhere))


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"reading_id": "../elsewhere"}, "has the id '../elsewhere'"),
        ({"started": START.replace(tzinfo=None)}, "of no time zone"),
        ({"order": 0}, "1 is the first"),
        ({"supersedes": Supersedes("R-1", "typo")}, "said to supersede itself"),
    ],
)
def test_a_reading_begins_with_what_it_can_hold(setting: dict[str, Any], words: str) -> None:
    """An id that is no file name, a time without a zone and an order of 0 are refused before anything is read."""
    with pytest.raises(ReadingError, match=words):
        Setting(**{"reading_id": "R-1", "started": START, **setting})


def test_what_nobody_looked_at_has_no_grade() -> None:
    """A lobe map alone grades nothing: every component is unread until it is painted, typed or called normal."""
    session = small_session()
    dock = dock_of(session, partial=False)
    assert {row.state for row in dock.rows} == {None}
    assert dock.totals is not None
    assert dock.totals.total is None
    paint_rows(session, "alveolar", Lobe.RLL, 12, 1)
    painted = _row(session, Lobe.RLL, ALVEOLAR)
    assert (painted.state, painted.percent, painted.grade, painted.origin) == (
        State.ASSESSED,
        30.0,
        3,
        Origin.PAINTED,
    )
    assert _row(session, Lobe.RLL, INTERSTITIAL).state is None
    assert _row(session, Lobe.RUL, ALVEOLAR).grade is None
    session.say.set_state(Lobe.RUL, ALVEOLAR, State.ASSESSED)
    assert _row(session, Lobe.RUL, ALVEOLAR).grade == 0


@pytest.mark.parametrize("with_lobes", [True, False])
def test_nothing_found_is_one_command(with_lobes: bool) -> None:  # noqa: FBT001 - a column
    """Five times "nothing found" is a whole reading of total 0, counted or typed, and five times undo is none."""
    session = small_session(with_lobes=with_lobes)
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    score = session.score()
    assert (score.total, {lobe.alveolar.origin for lobe in score.lobes}) == (
        0,
        {Origin.PAINTED if with_lobes else Origin.TYPED},
    )
    assert dict(session.reading().traction) == dict.fromkeys(FIVE, False)
    for lobe in reversed(FIVE):
        step = session.say.undo()
        assert step is not None
        assert step.name == f"nothing found in {lobe.name}"
    assert session.say.undo() is None
    assert not session.reading().entries
    assert session.say.redo() is not None
    assert session.reading().state((Lobe.RUL,), ALVEOLAR) is State.ASSESSED


def test_nothing_found_does_not_wipe_marks() -> None:
    """Where marks are painted "nothing found" is refused and says so; nothing changes."""
    session = small_session()
    paint_rows(session, "interstitial", Lobe.LLL, 2, 2)
    with pytest.raises(ReadingError, match="interstitial of LLL holds 200 marked pixels; erase them, or keep them"):
        session.say.nothing_found(Lobe.LLL)
    assert not session.said.entries


def test_nothing_found_does_not_wipe_words() -> None:
    """Where something else was entered "nothing found" is refused; said twice it stays what it was."""
    session = small_session()
    session.say.set_state(Lobe.LUL, INTERSTITIAL, State.NOT_ASSESSABLE, "motion")
    session.say.type_percent(Lobe.RUL, ALVEOLAR, "10")
    for lobe in (Lobe.LUL, Lobe.RUL):
        with pytest.raises(ReadingError, match=f"of {lobe.name}: something else was entered; clear that first"):
            session.say.nothing_found(lobe)
    session.say.nothing_found(Lobe.RML)
    session.say.nothing_found(Lobe.RML)
    assert session.score(partial=True).totals.lobes == 1


def test_nothing_else_closes_a_lobe() -> None:
    """A lobe with ground glass and "nothing else" has an interstitial 0; what was said and marked stays."""
    session = small_session()
    paint_rows(session, "alveolar", Lobe.RLL, 12, 1)
    session.say.tick_traction(Lobe.RLL, seen=True)
    session.say.nothing_else(Lobe.RLL)
    assert [_row(session, Lobe.RLL, component).grade for component in Component] == [3, 1]
    assert session.said.traction[Lobe.RLL] is True
    typed = small_session(with_lobes=False)
    typed.say.type_percent(Lobe.RUL, INTERSTITIAL, "30", Finding.HONEYCOMBING)
    typed.say.nothing_else(Lobe.RUL)
    assert [_row(typed, Lobe.RUL, component).grade for component in Component] == [0, 3]
    typed.say.undo()
    assert _row(typed, Lobe.RUL, ALVEOLAR).state is None


def test_what_is_said_of_the_upper_lobe_goes_for_its_lingula() -> None:
    """Under a scheme of five lobes the lingula of the map is part of the left upper lobe, whatever is said of it."""
    session = small_session()
    lobes = box_lobes()
    lobes[:, 30:][lobes[:, 30:] == Lobe.LUL] = Lobe.LIN
    session.set_lobes(LobeMap(lobes, session.volume.geometry))
    session.say.nothing_found(Lobe.LUL)
    assert _row(session, Lobe.LUL, ALVEOLAR).grade == 0
    session.say.clear(Lobe.LUL, ALVEOLAR)
    session.say.type_percent(Lobe.LUL, ALVEOLAR, "25")
    assert _row(session, Lobe.LUL, ALVEOLAR).grades == (2, 3)
    with pytest.raises(ReadingError, match="type percents, or choose a scheme that grades the lingula"):
        session.say.type_grade(Lobe.LUL, ALVEOLAR, 3)
    session.say.clear(Lobe.LUL, ALVEOLAR)
    assert _row(session, Lobe.LUL, ALVEOLAR).state is None
    session.choose_scheme("kazerooni-lingula")
    session.say.nothing_found(Lobe.LUL)
    rows = {row.lobe: row.state for row in dock_of(session).rows if row.component is ALVEOLAR}
    assert (rows[Lobe.LUL], rows[Lobe.LIN]) == (State.ASSESSED, None)


def test_typed_and_painted_are_told_apart() -> None:
    """A typed percent beside marks is a conflict that is listed with both grades until a person settles it."""
    session = small_session()
    paint_rows(session, "alveolar", Lobe.RUL, 24, 1)
    assert not session.places.conflicts
    session.say.type_percent(Lobe.RUL, ALVEOLAR, "30")
    row = _row(session, Lobe.RUL, ALVEOLAR)
    assert (row.origin, row.percent, row.grade, row.painted_grade) == (Origin.TYPED, 30.0, 3, 4)
    assert row.conflict is not None
    assert row.conflict.message == "alveolar of RUL: values were typed and 2400 pixels are marked; say which counts"
    session.say.settle(Lobe.RUL, ALVEOLAR, keep="typed")
    assert not session.places.conflicts
    paint_rows(session, "alveolar", Lobe.RUL, 25, 1)
    assert len(session.places.conflicts) == 1, "other marks are asked anew"
    session.say.settle(Lobe.RUL, ALVEOLAR, keep="painted")
    row = _row(session, Lobe.RUL, ALVEOLAR)
    assert (row.origin, row.percent, row.conflict, row.painted_grade) == (Origin.PAINTED, 62.5, None, None)


def test_a_typed_percent_on_an_edge_means_two_grades() -> None:
    """25 % typed is graded by the owner of the edge, and both grades that it could mean are shown."""
    session = small_session(with_lobes=False)
    for percent, grades in (("5", (1, 2)), ("25", (2, 3)), ("75", (4, 5)), ("25.1", (3,)), ("0", (0,)), ("100", (5,))):
        session.say.type_percent(Lobe.RUL, ALVEOLAR, percent, Finding.GROUND_GLASS)
        row = _row(session, Lobe.RUL, ALVEOLAR)
        assert (row.grades, row.on_edge) == (grades, len(grades) == 2)
    session.say.type_percent(Lobe.RUL, INTERSTITIAL, "25,0", Finding.HONEYCOMBING)
    assert _row(session, Lobe.RUL, INTERSTITIAL).grades == (2, 3)
    assert str(session.said.entries[Lobe.RUL, INTERSTITIAL].values[0].percent) == "25.0", "kept digit for digit"


def test_the_distance_to_an_edge_is_told_when_it_is_short() -> None:
    """Under one point from an edge the distance is shown, else not."""
    session = small_session(with_lobes=False)
    session.say.type_percent(Lobe.LUL, ALVEOLAR, "24.5")
    assert _row(session, Lobe.LUL, ALVEOLAR).to_edge == 0.5
    session.say.type_percent(Lobe.LUL, ALVEOLAR, "20")
    assert _row(session, Lobe.LUL, ALVEOLAR).to_edge is None


def test_findings_of_a_component_stand_side_by_side() -> None:
    """Percents of two findings of a component are both kept; a grade takes their place, and undo brings them back."""
    session = small_session(with_lobes=False)
    session.say.type_percent(Lobe.RLL, INTERSTITIAL, "10", Finding.HONEYCOMBING)
    session.say.type_percent(Lobe.RLL, INTERSTITIAL, "30", Finding.RETICULATION)
    session.say.type_present(Lobe.RLL, Finding.SEPTAL)
    row = _row(session, Lobe.RLL, INTERSTITIAL)
    assert row.percents == {Finding.SEPTAL: None, Finding.RETICULATION: 30.0, Finding.HONEYCOMBING: 10.0}
    assert row.present[Finding.SEPTAL] is True
    session.say.type_grade(Lobe.RLL, INTERSTITIAL, 4)
    assert (_row(session, Lobe.RLL, INTERSTITIAL).grade, row.grade) == (4, 2)
    session.say.undo()
    assert _row(session, Lobe.RLL, INTERSTITIAL) == row


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (lambda s: s.say.type_percent(Lobe.RUL, ALVEOLAR, "101"), "no percent; 0 to 100 is wanted"),
        (lambda s: s.say.type_percent(Lobe.RUL, ALVEOLAR, "ten"), "'ten' is no number; type a percent"),
        (lambda s: s.say.type_percent(Lobe.RUL, INTERSTITIAL, "10"), "10 % of no finding; say of which"),
        (lambda s: s.say.type_percent(Lobe.RUL, ALVEOLAR, "10", Finding.SEPTAL), "belongs to the other component"),
        (lambda s: s.say.type_grade(Lobe.RUL, ALVEOLAR, 6), "grade 6 of alveolar: kazerooni has 0 to 5"),
        (lambda s: s.say.set_state(Lobe.RUL, ALVEOLAR, State.ASSESSED), "not in the lobe map"),
        (lambda s: s.say.set_pattern("  "), "the pattern has no name"),
        (lambda s: s.choose_scheme("kazerooni-lingula"), "has five lobes"),
    ],
)
def test_what_cannot_be_is_refused(command: Callable[[ReadingSession], None], words: str) -> None:
    """A slip of the keyboard is told in words that say what is wanted, and nothing changes."""
    session = small_session(with_lobes=False)
    version = session.version
    with pytest.raises(ReadingError, match=words):
        command(session)
    assert (session.version, session.say.undo(), session.scheme.name) == (version, None, "kazerooni")


def test_an_absent_lobe_is_absent_in_both_components() -> None:
    """A lobe that the map does not hold can be absent; one that it holds, or that was typed, cannot."""
    session = small_session(with_lobes=False)
    session.say.tick_traction(Lobe.RML, seen=True)
    with pytest.raises(ReadingError, match="traction bronchiectasis of RML was entered; clear that first"):
        session.say.set_absent(Lobe.RML)
    session.say.tick_traction(Lobe.RML, seen=None)
    session.say.set_state(Lobe.RML, ALVEOLAR, State.ABSENT)
    assert {row.state for row in dock_of(session).rows if row.lobe is Lobe.RML} == {State.ABSENT}
    with pytest.raises(ReadingError, match="said to be absent, so it has no traction"):
        session.say.tick_traction(Lobe.RML, seen=True)
    session.say.clear(Lobe.RML, INTERSTITIAL)
    assert {row.state for row in dock_of(session).rows if row.lobe is Lobe.RML} == {None}
    with pytest.raises(ReadingError, match="RML is in the lobe map; part the lungs without it first"):
        small_session().say.set_absent(Lobe.RML)


def test_an_absent_lobe_that_comes_into_the_map_is_told() -> None:
    """Lobes that are found after a lobe was called absent make a conflict, not a crash; it is left out meanwhile."""
    session = small_session(with_lobes=False)
    session.say.set_absent(Lobe.RML)
    session.say.nothing_found(Lobe.LLL)
    session.set_lobes(small_session().canvas.lobe_map())
    assert [conflict.kind for conflict in session.places.conflicts] == ["absent-in-map"] * 2
    assert _row(session, Lobe.RML, ALVEOLAR).state is None
    assert "absent" in session.places.conflicts[0].message


def test_a_state_over_marks_is_told() -> None:
    """A lobe that cannot be assessed keeps its reason; marks painted there are a conflict."""
    session = small_session()
    session.say.set_state(Lobe.LLL, ALVEOLAR, State.NOT_ASSESSABLE, "motion")
    row = _row(session, Lobe.LLL, ALVEOLAR)
    assert (row.state, row.reason, row.grade, row.conflict) == (State.NOT_ASSESSABLE, "motion", None, None)
    paint_rows(session, "alveolar", Lobe.LLL, 4, 2)
    assert [conflict.kind for conflict in session.places.conflicts] == ["marked-not-assessable"]


def test_a_trace_is_asked_about() -> None:
    """Two stray pixels are a trace: counted they are asked about no more until they change; a spill is erased."""
    session = small_session()
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    box = (slice(ROWS.start, ROWS.start + 1), slice(5, 7))
    session.apply_box("alveolar", 4, box, np.zeros((1, 2), np.uint8), np.ones((1, 2), np.uint8))
    (trace,) = _row(session, Lobe.RUL, ALVEOLAR).traces
    assert (trace.lobe, trace.finding, trace.voxels) == (Lobe.RUL, Finding.GROUND_GLASS, 2)
    session.say.count_trace(trace)
    assert session.open_traces() == ()
    assert session.score().total == 1
    session.apply_box("alveolar", 5, box, np.zeros((1, 2), np.uint8), np.ones((1, 2), np.uint8))
    (grown,) = session.open_traces()
    assert session.say.spill_trace(grown) == (4, 5)
    assert session.score().total == 0
    assert not session.canvas.labels("alveolar").any()
    session.say.undo()
    assert session.score().total == 1
    session.say.redo()
    assert session.score().total == 0


def test_warnings_of_the_dock() -> None:
    """Much consolidation, fibrosis that is not graded, marks outside every lobe and a changed visit are warned of."""
    session = small_session()
    paint_rows(session, "alveolar", Lobe.RLL, 3, 2)
    paint_rows(session, "interstitial", Lobe.LLL, 12, 3)
    box = (slice(0, 3), slice(0, 5))
    session.apply_box("alveolar", 4, box, np.zeros((3, 5), np.uint8), np.ones((3, 5), np.uint8))
    earlier = small_session().reading()
    codes = {warning.code for warning in dock_of(session, earlier=earlier).warnings}
    assert codes >= {"much-consolidation", "reticulation-not-graded", "marks-outside-lobes", "not-comparable"}
    assert not {"much-consolidation", "not-comparable"} & {w.code for w in dock_of(small_session()).warnings}


def test_a_lobe_on_few_slices_and_much_reticulation_at_grade_1_are_warned_of() -> None:
    """A lobe that is seen on two slices is named, and one with 40 % of reticulation, which the scheme grades as 1."""
    session = small_session()
    paint_rows(session, "interstitial", Lobe.LLL, 16, 3)
    lobes = session.canvas.labels("lobes").copy()
    lobes[3:][lobes[3:] == Lobe.RML] = 0
    lobes[0][lobes[0] == Lobe.RML] = 0
    session.set_lobes(LobeMap(lobes, session.volume.geometry))
    told = {warning.code: warning.message for warning in dock_of(session).warnings}
    assert told["few-slices"] == "RML: seen on fewer than 3 slices"
    assert told["reticulation-not-graded"].startswith("LLL: more than 25 % reticulation")
    assert (
        next(row for row in dock_of(session).rows if (row.lobe, row.component) == (Lobe.LLL, INTERSTITIAL)).grade == 1
    )


def test_a_scheme_switch_grades_anew() -> None:
    """Under another scheme the same reading has other totals, its maximum and citation; an unknown one is refused."""
    session = small_session()
    paint_rows(session, "interstitial", Lobe.LLL, 12, 3)
    first = dock_of(session)
    session.choose_scheme("kazerooni-fibrosis")
    other = dock_of(session)
    assert [row.grade for row in first.rows if row.lobe is Lobe.LLL] == [None, 1]
    assert [row.grade for row in other.rows if row.lobe is Lobe.LLL] == [None, 3]
    assert (other.scheme, other.maximum) == ("kazerooni-fibrosis", 50)
    with pytest.raises(SchemeError, match="nobodys"):
        session.choose_scheme("nobodys")
    assert session.scheme.name == "kazerooni-fibrosis"


def test_a_grade_of_another_scheme_is_a_problem_of_the_dock() -> None:
    """A grade typed under one scheme and shown under another is told in the dock, without an error."""
    session = small_session(with_lobes=False)
    session.choose_scheme("kazerooni-fibrosis")
    session.say.type_grade(Lobe.RUL, INTERSTITIAL, 3)
    with pytest.raises(ReadingError, match="cannot be graded under scheme kazerooni 1"):
        session.choose_scheme("kazerooni")
    session.say.scheme = find_scheme("kazerooni")  # as a draft of another day may
    dock = dock_of(session)
    assert (dock.rows, dock.totals) == ((), None)
    assert dock.problem is not None
    assert "was only graded, under kazerooni-fibrosis 1" in dock.problem


def test_the_lung_is_seen_at_lung_window_for_a_tenth_of_a_second() -> None:
    """Slices scrolled past, or looked at in a soft window, are not seen; 5 mm of lung are seen by one slice of it."""
    session = small_session()  # ten slices of lung, 1 mm apart: two stretches
    looking = session.looking
    looking.show(1, LUNG, 0.0)
    looking.show(2, LUNG, 0.05)
    looking.show(2, MEDIASTINUM, 0.20)
    looking.show(9, MEDIASTINUM, 1.0)
    looking.hide(9.0)
    assert (looking.seen, session.coverage) == ({2}, 50.0)
    assert looking.windows == [LUNG, MEDIASTINUM]
    assert session.seen_bar.tolist() == [-1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, -1]
    looking.show(9, LUNG, 10.0)
    assert looking.tick(10.05) is False
    assert looking.tick(10.5) is True
    assert session.coverage == 100.0
    kept = session.reading().session
    assert (kept.slices_seen, kept.coverage_percent, kept.windows) == ((2, 9), 100.0, (LUNG, MEDIASTINUM))


def test_looking_is_told_as_shown() -> None:
    """On a scan that is shown turned the bar over the slider is turned too, and slices are recorded as of the scan."""
    origins = np.zeros((12, 3))
    origins[:, 2] = -np.arange(12)
    geometry = Geometry((12, 60, 60), (5.0, 5.0), origins, (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 1.0)
    session = session_of(Volume(np.zeros((12, 60, 60), np.int16), geometry, ScanRef(), Technique()))
    session.look(1, LUNG, 0.0)
    assert session.looking.tick(0.2)
    assert session.looking.seen == {10}
    assert session.seen_bar.tolist() == [-1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, -1]


def test_priors_stay_hidden_when_blinded() -> None:
    """The most that was shown of a prior is recorded; a blinded reading shows none before it is signed."""
    session = small_session()
    session.show_prior("score")
    session.show_prior("scan")
    assert session.reading().session.prior_shown == "score"
    blinded = small_session(blinded=True)
    with pytest.raises(ReadingError, match="blinded"):
        blinded.show_prior("scan")
    assert blinded.reading().session.prior_shown == "none"


@given(st.data())
def test_undo_goes_back_all_the_way(data: st.DataObject) -> None:
    """Any commands undone one by one give back what was said before each, and redone what was said after."""
    session = small_session(with_lobes=False)
    lobes, components = st.sampled_from(FIVE), st.sampled_from(Component)
    states = [session.said]
    for _ in range(data.draw(st.integers(0, 8))):
        kind = data.draw(st.sampled_from(["grade", "state", "traction", "nothing", "clear", "remarks"]))
        lobe, component = data.draw(lobes), data.draw(components)
        before = session.said
        if kind == "grade":
            session.say.type_grade(lobe, component, data.draw(st.integers(0, 5)))
        elif kind == "state":
            session.say.set_state(lobe, component, State.NOT_ASSESSABLE, data.draw(st.sampled_from(["", "motion"])))
        elif kind == "traction":
            session.say.tick_traction(lobe, seen=data.draw(st.none() | st.booleans()))
        elif kind == "nothing":
            with suppress(ReadingError):  # something else was said
                session.say.nothing_found(lobe)
        elif kind == "clear":
            session.say.clear(lobe, component)
        else:
            session.say.set_remarks(data.draw(st.text(max_size=3)))
        if session.said != before:
            states.append(session.said)
    for earlier in reversed(states[:-1]):
        session.say.undo()
        assert session.said == earlier
    assert session.say.undo() is None
    for later in states[1:]:
        session.say.redo()
        assert session.said == later
    assert session.say.redo() is None
