"""What becomes of a draft when somebody goes on with it: marks and words stay, what was looked at is the looker's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.labels import reading_from_json, reading_json
from kazerooni.model import BEGUN_WITH_DRAFT, EARLIER_READING_SHOWN, Component, Lobe, Session, Window
from napari_kazerooni.autosave import DraftKeeper
from napari_kazerooni.draft import Draft, read_draft, resume
from napari_kazerooni.layers import LAYER_NAMES
from napari_kazerooni.offering import button_of, offered, words_of
from napari_kazerooni.provenance import most_shown, shown_before
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting
from napari_kazerooni.taking_over import Taker, may_be_offered, still_blinded, taken_over, waits_for_name
from tests.plugins.builders import COLUMNS, START, paint_rows, small_session, small_volume

LUNG = Window(-600.0, 1500.0)
LATER = START + timedelta(days=3)
NOW = Session(started=LATER, order=7, windows=(Window(40.0, 400.0),), slices_seen=(1, 2), prior_shown="none")


def _begun(reader: str | None = "Reader A", *, lobes_only: bool = False) -> ReadingSession:
    """Begin a reading of the small scan, with all that a reader looks at and answers."""
    session = small_session()
    session.reader = reader
    session.looking.show(5, LUNG, 0.0)
    session.looking.hide(1.0)
    session.confirmed.add("coverage")
    if lobes_only:
        return session
    stray = (slice(20, 21), slice(COLUMNS[Lobe.RLL].start, COLUMNS[Lobe.RLL].start + 2))
    session.apply_box("alveolar", 4, stray, np.zeros((1, 2), np.uint8), np.ones((1, 2), np.uint8))
    session.say.count_trace(session.open_traces()[0])
    paint_rows(session, "alveolar", Lobe.LLL, 12, 1)
    session.say.type_percent(Lobe.LLL, Component.ALVEOLAR, "40")
    session.say.settle(Lobe.LLL, Component.ALVEOLAR, keep="typed")
    session.say.set_remarks("to be looked at again")
    session.show_prior("scan")
    return session


def _kept(session: ReadingSession, folder: Path) -> Draft:
    keeper = DraftKeeper(session, folder)
    keeper.save()
    return read_draft(keeper.path)


def _gone_on(draft: Draft, reader: str | None, folder: Path, **now: Any) -> ReadingSession:
    """Go on with a draft as a reader whose own drafts lie in a folder."""
    taker = Taker(reader, folder, replace(NOW, **now))
    return resume(draft, small_volume(), lambda read: taken_over(read, taker))


def test_what_another_one_looked_at_is_not_taken_over(tmp_path: Path) -> None:
    """Start, order, slices, windows and answers are those of who goes on; marks, values and remarks stay."""
    first = _begun()
    own = _gone_on(_kept(first, tmp_path), "Reader B", tmp_path)
    session = own.reading().session
    assert own.setting.reading_id != first.setting.reading_id
    assert (own.reader, session.started, session.order) == ("Reader B", LATER, 7)
    assert (session.slices_seen, session.windows) == ((1, 2), (Window(40.0, 400.0),))
    assert (own.said.counted, own.said.settled, own.confirmed) == ({}, {}, set())
    assert [trace.lobe for trace in own.open_traces()] == [Lobe.RLL]
    assert [conflict.kind for conflict in own.places.conflicts] == ["typed-over-marks"]
    assert (own.said.entries, own.said.remarks) == (first.said.entries, first.said.remarks)
    for name in LAYER_NAMES:
        np.testing.assert_array_equal(own.canvas.labels(name), first.canvas.labels(name))


def test_a_reading_tells_with_whose_draft_it_began(tmp_path: Path) -> None:
    """The notice names draft and reader, is kept in reading.json and in drafts, once each, and no new lobes lose it."""
    first = _begun()
    own = _gone_on(_kept(first, tmp_path), "Reader B", tmp_path)
    own.set_lobes(own.canvas.lobe_map("kazerooni.segment 0.1.0"))
    read = reading_from_json(reading_json(own.reading()))
    (notice,) = (one for one in read.notices if one.code == BEGUN_WITH_DRAFT)
    assert "Reader A" in notice.message
    assert first.setting.reading_id in notice.message
    again = _gone_on(_kept(own, tmp_path), "Reader B", tmp_path)
    assert again.others == own.others == (notice,)
    assert again.reading().session.started == LATER
    third = _gone_on(_kept(again, tmp_path), "Reader C", tmp_path)
    assert [one.code for one in third.others] == [BEGUN_WITH_DRAFT] * 2
    assert "Reader B" in third.others[1].message


def test_what_another_one_found_counts_as_shown(tmp_path: Path) -> None:
    """Who begins with another's findings was shown a score; who begins with lobes alone was shown none."""
    assert _gone_on(_kept(_begun(), tmp_path), "Reader B", tmp_path).prior_shown == "score"
    lobes = _begun(lobes_only=True)
    lobes.show_prior("score")
    own = _gone_on(_kept(lobes, tmp_path), "Reader B", tmp_path)
    assert own.prior_shown == "none", "what was shown to another one"
    assert [one.code for one in own.others] == [BEGUN_WITH_DRAFT]


@pytest.mark.parametrize("reader", ["Reader A", None])
def test_who_goes_on_with_his_own_draft_keeps_everything(tmp_path: Path, reader: str | None) -> None:
    """Nothing begins anew, and what was looked at since the scan was opened again is added."""
    first = _begun()
    again = _gone_on(_kept(first, tmp_path), reader, tmp_path, prior_shown="score")
    session = again.reading().session
    assert (again.setting, again.reader, again.said) == (first.setting, "Reader A", first.said)
    assert again.confirmed == first.confirmed
    assert (session.started, session.slices_seen) == (START, (1, 2, 5))
    assert session.windows == (LUNG, Window(40.0, 400.0))
    assert (again.prior_shown, again.others) == ("score", ())


def test_a_reading_that_begins_with_the_draft_of_a_program_begins_when_it_begins(tmp_path: Path) -> None:
    """It starts when its reader does, not when the lobes were found, and there is no reader to tell of."""
    program = small_session()
    program.reader, program.setting = None, Setting(reading_id="R-program", started=START)
    own = _gone_on(_kept(program, tmp_path), "Reader A", tmp_path / "own")
    assert (own.reading().session.started, own.setting.order) == (LATER, 7)
    assert (own.others, own.prior_shown) == ((), "none")
    assert own.places.holds(Lobe.RUL)


def test_ones_own_draft_from_elsewhere_is_another_reading_of_the_same_looker(tmp_path: Path) -> None:
    """A draft of the same reader in another folder gets an id of its own, and keeps what he looked at."""
    first = _begun()
    own = _gone_on(_kept(first, tmp_path), "Reader A", tmp_path / "own")
    assert own.setting.reading_id != first.setting.reading_id
    assert (own.setting.started, own.setting.order) == (START, 7)
    assert 5 in own.looking.seen
    assert own.others == ()


_readers = st.sampled_from(["Reader A", "Reader B", None])
_settings = st.builds(
    Setting,
    reading_id=st.just("R-1"),
    started=st.just(START),
    order=st.integers(1, 2),
    blinded=st.booleans(),
    hidden=st.booleans(),
)


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    """Give a draft of Reader A."""
    return _kept(_begun(), tmp_path_factory.mktemp("drafts"))


@given(st.data())
def test_the_blinded_are_offered_nothing_of_others(draft: Draft, data: st.DataObject) -> None:
    """Whatever stands in a draft, a blinded or hidden reading is offered none that may be of somebody else.

    Of its own, none in which another visit was shown, and in a hidden study none begun at another place.
    """
    of, reader, setting = data.draw(_readers), data.draw(_readers), data.draw(_settings)
    session = replace(draft.reading.session, order=data.draw(st.integers(1, 2)))
    one = replace(draft, reading=replace(draft.reading, reader=of, session=session), hidden=data.draw(st.booleans()))
    may = may_be_offered(one, setting, reader)
    if not (setting.blinded or setting.hidden):
        assert may
        return
    if may:
        assert of in (None, reader)
        assert (one.hidden and session.order == setting.order) if setting.hidden else session.prior_shown == "none"
    if waits_for_name(one, setting, reader):
        assert reader is None
        assert not may
        assert may_be_offered(one, setting, of)


@given(_settings, _settings)
def test_no_draft_lowers_the_blinding(made: Setting, begun: Setting) -> None:
    """What the reading or the draft hides stays hidden when the one is gone on with from the other."""
    both = still_blinded(made, begun)
    assert (both.blinded, both.hidden) == (made.blinded or begun.blinded, made.hidden or begun.hidden)
    assert replace(both, blinded=made.blinded, hidden=made.hidden) == made


def _of(draft: Draft, reader: str | None, order: int | None = 1) -> Draft:
    session = replace(draft.reading.session, order=order)
    return replace(draft, reading=replace(draft.reading, reader=reader, session=session))


@pytest.mark.parametrize(
    ("of", "reader", "told"),
    [
        (("Reader A", 1), "Reader A", ("Your unfinished reading of this scan (Reader A)", "Go on with it")),
        (("Reader A", 1), None, ("by Reader A was found", "Go on as Reader A")),
        (("Reader A", 1), "Reader B", ("by Reader A, another reader, was found", "Begin with it")),
        ((None, 1), "Reader B", ("of nobody named", "Go on with it")),
        ((None, 1), None, ("of nobody named", "Go on with it")),
        ((None, None), "Reader B", ("A program prepared this scan", "Begin with it")),
    ],
)
def test_an_offer_says_whose_the_draft_is(
    draft: Draft, of: tuple[str | None, int | None], reader: str | None, told: tuple[str, str]
) -> None:
    """It names the reader, when it was kept last, and on the button what going on makes of it."""
    one = _of(draft, *of)
    words = words_of([one], reader)
    assert told[0] in words
    assert f"{draft.kept:%Y-%m-%d %H:%M}" in words
    assert button_of(one, reader) == told[1]


def test_the_readers_own_draft_is_offered_first(draft: Draft) -> None:
    """Then what he may have begun, what a program left, and what others began, each the one saved last first."""
    other, nobody, program, own = (_of(draft, *one) for one in (("B", 1), (None, 1), (None, None), ("A", 1)))
    older = replace(own, scheme="lung-ild")
    found = offered([other, program, own, nobody, older], Setting(reading_id="R-1", started=START), "A")
    assert found.drafts == (own, older, nobody, program, other)
    assert "There are 4 more." in words_of(found.drafts, "A")


def test_the_most_that_was_shown_is_recorded() -> None:
    """A score is more than a scan, a scan more than nothing, and what was not recorded counts as nothing."""
    assert most_shown(None, "scan", "score", "none") == "score"
    assert most_shown("scan", None) == "scan"
    assert most_shown(None) == "none"


def test_a_signed_reading_that_was_shown_is_told(tmp_path: Path) -> None:
    """A reading that follows says so, blinded or not, and a draft keeps it."""
    session = small_session(blinded=True)
    session.note_others((shown_before(_begun().reading()),))
    again = resume(_kept(session, tmp_path), small_volume())
    assert [one.code for one in again.reading().notices] == [EARLIER_READING_SHOWN]
    assert "R-small of this scan by Reader A was shown" in again.others[0].message
    assert again.reading().session.prior_shown == "score"
