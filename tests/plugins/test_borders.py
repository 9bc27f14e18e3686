"""Lobe borders follow the points of a fissure, and the counts follow the borders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Component, FissureName, FissureState, Lobe, State
from kazerooni.segment import Lungs, lobes_of
from napari_kazerooni import history
from napari_kazerooni.borders import change_fissure, put_back, take_out
from napari_kazerooni.layers import fissure_kwargs, fissure_of
from napari_kazerooni.screen import screen_of
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting
from tests.plugins.builders import START
from tests.segment.builders import box_lungs, box_volume, plane, three_planes

BOTH = frozenset(Component)


@pytest.fixture
def lungs() -> Lungs:
    """Give the box lungs."""
    return box_lungs()


@pytest.fixture
def session(lungs: Lungs) -> ReadingSession:
    """Give a reading of the box chest with its lobes parted by three planes."""
    made = ReadingSession(box_volume(lungs), Setting(reading_id="R-box", started=START), reader="Reader A")
    made.set_lobes(lobes_of(lungs, three_planes()), three_planes())
    return made


def _is_counted(session: ReadingSession) -> bool:
    return np.array_equal(session.canvas.tally(BOTH).counts, session.canvas.full_tally(BOTH).counts)


def test_dragging_a_point_moves_the_border(session: ReadingSession, lungs: Lungs) -> None:
    """Points of the minor fissure dragged 15 mm down give the lobes of that fissure, counted, in the slices told."""
    assert session.fissures is not None
    screen = screen_of(lungs.geometry)
    old = session.fissures.get(FissureName.RIGHT_MINOR)
    assert old is not None
    layer = fissure_kwargs(old, screen)
    layer["data"][:, 0] -= 15.0
    before = session.canvas.labels("lobes").copy()
    slices = change_fissure(
        session, lungs, fissure_of(FissureName.RIGHT_MINOR, layer["data"], layer["features"], screen)
    )
    others = [fissure for fissure in three_planes().fissures if fissure.name is not FissureName.RIGHT_MINOR]
    expected = lobes_of(lungs, replace(three_planes(), fissures=(*others, plane(FissureName.RIGHT_MINOR, 86.0))))
    np.testing.assert_array_equal(session.canvas.labels("lobes"), expected.labels)
    changed = np.flatnonzero((before != expected.labels).any(axis=(1, 2)))
    assert set(changed) <= set(slices)
    assert changed.size == 3
    assert _is_counted(session)
    assert session.reading().fissures == session.fissures


def test_an_absent_fissure_parts_nothing(session: ReadingSession, lungs: Lungs) -> None:
    """A minor fissure that is not there leaves the middle lobe with the upper one."""
    change_fissure(
        session, lungs, replace(plane(FissureName.RIGHT_MINOR, 0.0), state=FissureState.ABSENT, surface=None)
    )
    assert not session.places.holds(Lobe.RML)
    assert _is_counted(session)


def test_a_lobe_is_taken_out_and_put_back(session: ReadingSession, lungs: Lungs) -> None:
    """A lobe that was removed is absent in both components, its neighbours fill its place, and it can come back."""
    before = session.canvas.labels("lobes").copy()
    take_out(session, lungs, Lobe.RML)
    assert not session.places.holds(Lobe.RML)
    assert session.reading().state((Lobe.RML,), Component.ALVEOLAR) is State.ABSENT
    assert np.count_nonzero(session.canvas.labels("lobes")) == np.count_nonzero(before)
    put_back(session, lungs, Lobe.RML)
    np.testing.assert_array_equal(session.canvas.labels("lobes"), before)
    assert session.reading().state((Lobe.RML,), Component.ALVEOLAR) is None
    session.say.type_percent(Lobe.RML, Component.ALVEOLAR, "5")
    with pytest.raises(ReadingError, match="alveolar of RML was entered; clear that first"):
        take_out(session, lungs, Lobe.RML)
    np.testing.assert_array_equal(session.canvas.labels("lobes"), before)


def test_lobes_of_a_map_have_no_fissures_to_move(session: ReadingSession, lungs: Lungs) -> None:
    """Where the lobes come from a file there is no fissure to drag, and that is told."""
    session.say.begin_lobes(None)
    with pytest.raises(ReadingError, match="these lobes come from a map, not from fissures"):
        change_fissure(session, lungs, plane(FissureName.RIGHT_MINOR, 90.0))
    with pytest.raises(ReadingError, match="come from a map"):
        take_out(session, lungs, Lobe.RML)


def test_what_moves_lobes_is_undone_in_one_step(session: ReadingSession, lungs: Lungs) -> None:
    """A dragged fissure, an absent one and an absent lobe are undone and redone, pixels, words and counts."""
    states = [(session.canvas.labels("lobes").copy(), session.fissures, session.said)]
    moved = plane(FissureName.RIGHT_MINOR, 86.0)
    gone = replace(plane(FissureName.LEFT_OBLIQUE, 0.0), state=FissureState.ABSENT, surface=None)
    for change in (
        lambda: change_fissure(session, lungs, moved),
        lambda: change_fissure(session, lungs, gone),
        lambda: take_out(session, lungs, Lobe.RML),
    ):
        change()
        states.append((session.canvas.labels("lobes").copy(), session.fissures, session.said))
    for step, wanted in ((session.say.undo, states[-2::-1]), (session.say.redo, states[1:])):
        for labels, fissures, said in wanted:
            step()
            np.testing.assert_array_equal(session.canvas.labels("lobes"), labels)
            assert (session.fissures, session.said) == (fissures, said)
            assert _is_counted(session)


def test_undoing_a_border_keeps_what_was_painted_since(session: ReadingSession, lungs: Lungs) -> None:
    """Pixels that a brush gave to another lobe after the border moved stay that lobe's when the move is undone."""
    before = session.canvas.labels("lobes").copy()
    change_fissure(session, lungs, plane(FissureName.RIGHT_MINOR, 86.0))
    labels = session.canvas.labels("lobes")
    at = tuple(int(axis[0]) for axis in np.nonzero(before != labels))
    labels[at] = Lobe.RLL
    session.canvas.recount_slices((at[0],))
    session.say.undo()
    before[at] = Lobe.RLL
    np.testing.assert_array_equal(labels, before)
    assert _is_counted(session)


def test_other_lobes_end_the_undoing_of_borders(session: ReadingSession, lungs: Lungs) -> None:
    """Once other lobes are taken, an undo of an absent lobe takes back the word and leaves these lobes as they are."""
    take_out(session, lungs, Lobe.RML)
    found = lobes_of(lungs, three_planes(), without={Lobe.RML})
    session.set_lobes(found, three_planes())
    session.say.undo()
    np.testing.assert_array_equal(session.canvas.labels("lobes"), found.labels)
    assert not session.said.entries


def test_steps_hold_no_more_pixels_than_they_may(
    session: ReadingSession, lungs: Lungs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where moves of borders take too much memory the oldest are forgotten; the last one can always be undone."""
    monkeypatch.setattr(history, "_MOST_BYTES", 1)
    change_fissure(session, lungs, plane(FissureName.RIGHT_MINOR, 86.0))
    before = session.canvas.labels("lobes").copy()
    change_fissure(session, lungs, plane(FissureName.RIGHT_MINOR, 93.0))
    assert session.say.undo() is not None
    np.testing.assert_array_equal(session.canvas.labels("lobes"), before)
    assert session.say.undo() is None
