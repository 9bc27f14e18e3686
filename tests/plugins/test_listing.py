"""The reading list tells what is new, begun and signed, and blinded lists hide who it is and repeat by chance."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni import find_series, read_volume
from kazerooni.dicom import Found
from kazerooni.errors import OutputError, ReadingError
from kazerooni.model import Lobe
from kazerooni.phantom import build_series, sequential_hrct, write_series
from napari_kazerooni.autosave import DraftKeeper
from napari_kazerooni.known_drafts import DraftHead, KnownDrafts
from napari_kazerooni.listing import (
    Progress,
    Task,
    best_series,
    counts,
    make_plan,
    next_unread,
    read_plan,
    reading_list,
    series_key,
    signed_readings,
    write_plan,
)
from napari_kazerooni.signing import Amending, amend, sign
from tests.plugins.builders import FIVE, clock, see_all, session_of


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Give three studies of two patients, one of them with a second series that is worse."""
    folder = tmp_path_factory.mktemp("scans")
    for number, (patient, year, kernel) in enumerate(
        [("A", 2001, "B70f"), ("A", 2001, "B30f"), ("A", 2003, "B70f"), ("B", 2002, "B70f")]
    ):
        plan = sequential_hrct(
            slices=6,
            rows=60,
            columns=60,
            patient_id=patient,
            study_date=date(year, 5, 1),
            kernel=kernel,
            series_number=number,
            slice_thickness_mm=1.0 if kernel == "B70f" else 5.0,
        )
        write_series(build_series(plan), folder / str(number))
    return find_series(folder)


def test_a_line_is_new_then_begun_then_signed(found: Found, tmp_path: Path) -> None:
    """A series goes from new over draft to signed; an amendment counts once; the next unread one is offered."""
    best = best_series(found)
    assert len(best) == 3
    plan = make_plan([series_key(series) for series in best])
    assert [line.progress for line in reading_list(best, plan)] == [Progress.NEW] * 3
    begun, done = best[0], best[1]
    DraftKeeper(session_of(read_volume(begun), reading_id="R-begun"), tmp_path / "drafts").save()
    session = session_of(volume := read_volume(done), reading_id="R-done", with_lobes=False)
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    see_all(session)
    place = sign(session, done, tmp_path / "signed", clock())
    again = amend(place, done, volume, Amending("R-again", "typo"), clock())
    again.say.tick_traction(Lobe.RLL, seen=True)
    again_place = sign(again, done, tmp_path / "signed", clock())
    (tmp_path / "signed" / "broken").mkdir()
    (tmp_path / "signed" / "broken" / "reading.json").write_text("{")
    signed, problems = signed_readings(tmp_path / "signed")
    drafts = [head for head in KnownDrafts().heads(tmp_path / "drafts") if isinstance(head, DraftHead)]
    lines = reading_list(best, plan, signed=signed, drafts=drafts)
    assert [line.progress for line in lines] == [Progress.DRAFT, Progress.SIGNED, Progress.NEW]
    assert (lines[1].kept, len(problems), problems[0][:7]) == (again_place, 1, "broken:")
    assert counts(lines) == {Progress.NEW: 1, Progress.DRAFT: 1, Progress.SIGNED: 1}
    following = next_unread(lines, after=1)
    assert following is not None
    assert following.number == 3
    around = next_unread(lines, after=3)
    assert around is not None
    assert around.number == 1
    assert next_unread([lines[1]]) is None
    other = reading_list(best, plan, signed=signed, drafts=drafts, reader="Reader B")
    assert {line.progress for line in other} == {Progress.NEW}, "readings of another reader do not count"


def test_a_blinded_list_hides_who_it_is(found: Found) -> None:
    """A hidden list shows a number only: neither pseudonym, date, description nor whether it is a repeat."""
    best = best_series(found)
    keys = [series_key(series) for series in best]
    plan = make_plan(keys, seed=5, hidden=True, repeats=2)
    lines = reading_list(best, plan)
    assert [line.label for line in lines] == [f"Case {number:03d}" for number in range(1, 6)]
    assert sorted(line.task.turn for line in lines) == [1, 1, 1, 2, 2]
    shown = reading_list(best, make_plan(keys))
    assert all(str(line.series.study_date) in line.label for line in shown)


def test_a_draft_left_by_a_crash_after_signing_is_none(found: Found, tmp_path: Path) -> None:
    """A draft whose reading was signed does not make the repeat of its series a begun one."""
    (series, *_) = best_series(found)
    volume = read_volume(series)
    session = session_of(volume, with_lobes=False)
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    see_all(session)
    DraftKeeper(session, tmp_path / "drafts").save()
    sign(session, series, tmp_path / "signed", clock())
    signed, _ = signed_readings(tmp_path / "signed")
    drafts = [head for head in KnownDrafts().heads(tmp_path / "drafts") if isinstance(head, DraftHead)]
    plan = make_plan([series_key(series)], seed=1, repeats=1)
    assert len(drafts) == 1
    lines = reading_list([series], plan, signed=signed, drafts=drafts)
    assert [line.progress for line in lines] == [Progress.SIGNED, Progress.NEW]


def test_a_repeat_is_signed_by_the_second_reading(found: Found, tmp_path: Path) -> None:
    """Of a series that is read twice the first signed reading closes the first line, the second the repeat."""
    (series, *_) = best_series(found)
    volume = read_volume(series)
    plan = make_plan([series_key(series)], seed=1, repeats=1)
    progress = []
    for number in range(3):
        signed, _ = signed_readings(tmp_path)
        progress.append([line.progress for line in reading_list([series], plan, signed=signed)])
        session = session_of(volume, reading_id=f"R-{number}", with_lobes=False)
        for lobe in FIVE:
            session.say.nothing_found(lobe)
        see_all(session)
        sign(session, series, tmp_path, clock())
    new, done = Progress.NEW, Progress.SIGNED
    assert progress == [[new, new], [done, new], [done, done]]


@given(st.integers(1, 30), st.integers(0, 2**32), st.data())
def test_a_seed_gives_the_same_order(size: int, seed: int, data: st.DataObject) -> None:
    """The same seed gives the same plan; every series stands in it once, the repeats later than their first turn."""
    keys = [f"1.2.{number}" for number in range(size)]
    repeats = data.draw(st.integers(0, size))
    plan = make_plan(keys, seed=seed, repeats=repeats)
    assert plan == make_plan(keys, seed=seed, repeats=repeats)
    first = [task.series for task in plan.tasks if task.turn == 1]
    again = [task.series for task in plan.tasks if task.turn == 2]
    assert sorted(first) == sorted(keys)
    assert (len(again), len(set(again))) == (repeats, repeats)
    for key in again:
        assert plan.tasks.index(Task(key, 2)) > plan.tasks.index(Task(key, 1))


def test_a_plan_is_kept(tmp_path: Path) -> None:
    """A plan comes back from its file as it was; it is not overwritten, and a damaged one is told."""
    plan = make_plan(["1.2.3", "1.2.4:2"], seed=9, hidden=True, repeats=1)
    path = tmp_path / "list.json"
    write_plan(plan, path)
    assert read_plan(path) == plan
    with pytest.raises(OutputError, match="is there already"):
        write_plan(plan, path)
    for text, words in (("{}", "is damaged"), ("[", "is damaged"), ('{"plan_version": 7}', "of version 7")):
        path.write_text(text)
        with pytest.raises(ReadingError, match=words):
            read_plan(path)
    with pytest.raises(ReadingError, match="cannot be read"):
        read_plan(tmp_path / "none.json")


@pytest.mark.parametrize(("seed", "repeats", "words"), [(None, 1, "give a seed"), (1, 3, "3 repeats of 2 series")])
def test_a_plan_that_cannot_be_is_refused(seed: int | None, repeats: int, words: str) -> None:
    """Repeats want a seed, and there are not more of them than series."""
    with pytest.raises(ReadingError, match=words):
        make_plan(["a", "b"], seed=seed, repeats=repeats)
