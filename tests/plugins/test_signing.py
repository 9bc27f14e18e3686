"""Signing: what is asked before, what is kept, and that nothing changes afterwards; amendments supersede."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kazerooni import read_finding_map, read_lobe_map, read_reading, score
from kazerooni.dicom import Series
from kazerooni.errors import LabelError, OutputError, ReadingError
from kazerooni.labels import reading_json
from kazerooni.model import Component, Lobe, State, Status, Volume
from kazerooni.phantom import sequential_hrct
from kazerooni.workflow import report_visits, write_tables
from napari_kazerooni.autosave import DraftKeeper
from napari_kazerooni.draft import Draft, find_drafts
from napari_kazerooni.listing import signed_readings
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.signing import Amending, amend, questions, sign
from tests.plugins.builders import FIVE, clock, paint_rows, see_all, session_of, written_series

Scan = tuple[Series, Volume]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Give a small sequential series of real DICOM files."""
    return written_series(sequential_hrct(slices=8, rows=60, columns=60), tmp_path_factory.mktemp("scan"))


def _whole(volume: Volume) -> ReadingSession:
    """Make a reading that can be signed: ground glass in one lobe, honeycombing in another, the rest looked at."""
    session = session_of(volume)
    paint_rows(session, "alveolar", Lobe.RLL, 12, 1)
    paint_rows(session, "interstitial", Lobe.LLL, 4, 2)
    for lobe in (Lobe.RUL, Lobe.RML, Lobe.LUL):
        session.say.nothing_found(lobe)
    session.say.set_state(Lobe.RLL, Component.INTERSTITIAL, State.ASSESSED)
    session.say.type_percent(Lobe.LLL, Component.ALVEOLAR, "12.50")
    session.say.tick_traction(Lobe.LLL, seen=True)
    session.say.set_pattern("NSIP", "Reader A")
    session.say.set_remarks("breath hold good")
    see_all(session)
    return session


def test_a_signed_reading_is_kept_whole(scan: Scan, tmp_path: Path) -> None:
    """The folder holds reading.json and one SEG a map; both say what was painted, typed, seen, by whom and when."""
    series, volume = scan
    session = _whole(volume)
    live = session.score()
    place = sign(session, series, tmp_path / "signed", clock())
    assert sorted(path.name for path in place.iterdir()) == [
        "alveolar.dcm",
        "interstitial.dcm",
        "lobes.dcm",
        "reading.json",
    ]
    kept = read_reading(place / "reading.json")
    assert reading_json(kept) == reading_json(session.signed) if session.signed else False
    assert (kept.status, kept.reader, kept.remarks) == (Status.SIGNED, "Reader A", "breath hold good")
    assert kept.session.started is not None
    assert kept.session.ended is not None
    assert (kept.session.ended - kept.session.started).total_seconds() == 60
    assert kept.session.coverage_percent == 100.0
    np.testing.assert_array_equal(read_lobe_map(place / "lobes.dcm", series).labels, session.canvas.labels("lobes"))
    for component in Component:
        found = read_finding_map(place / f"{component}.dcm", series, component)
        np.testing.assert_array_equal(found.labels, session.canvas.labels(component.value))
        assert found.digest in {one.sha256 for one in kept.inputs}
    digest = hashlib.sha256((place / "lobes.dcm").read_bytes()).hexdigest()
    assert {one.role: one.sha256 for one in kept.inputs}["lobes"] == digest
    assert score(kept).totals == live.totals
    assert score(kept).total == 3 + 2 + 2


def test_a_report_is_written_of_the_reading_as_it_stands(scan: Scan, tmp_path: Path) -> None:
    """Before and after signing the report and the tables are made of the reading, its scan and its maps."""
    series, volume = scan
    session = _whole(volume)
    (draft,) = report_visits([session.case()], tmp_path / "draft", partial=True)
    assert draft.stat().st_size > 10_000
    sign(session, series, tmp_path / "signed", clock())
    assert session.case().reading is session.signed
    tables = write_tables([session.case()], tmp_path / "draft")
    names = {kind: {f"{kind}.csv", f"{kind}.dictionary.csv"} for kind in ("long", "wide", "redcap")}
    assert {path.name for path in tables} == set().union(*names.values())
    typed = session_of(volume, with_lobes=False)
    typed.say.type_percent(Lobe.RUL, Component.ALVEOLAR, "30")
    assert (typed.case().lobes, typed.case().alveolar) == (None, None)


def test_a_reading_may_be_called_as_windows_calls_a_device(scan: Scan, tmp_path: Path) -> None:
    """An id that Windows takes for a device gives a folder and a draft of another name; both can be found again."""
    series, volume = scan
    session = session_of(volume, reading_id="con", with_lobes=False)
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    session.looking.seen.update(range(series.slices))
    keeper = DraftKeeper(session, tmp_path / "drafts")
    keeper.save()
    assert [path.name for path in (tmp_path / "drafts").iterdir()] == ["_con.kazerooni-draft"]
    (draft,) = find_drafts(tmp_path / "drafts")
    assert isinstance(draft, Draft)
    place = sign(session, series, tmp_path / "signed", clock())
    assert place.name == "_con"
    ((one,), problems) = signed_readings(tmp_path / "signed")
    assert (one.reading.id, draft.reading.id, problems) == ("con", "con", ())


def test_nothing_changes_after_signing(scan: Scan, tmp_path: Path) -> None:
    """A signed reading takes no stroke, no word and no undo, and cannot be signed again."""
    series, volume = scan
    session = _whole(volume)
    sign(session, series, tmp_path, clock())
    with pytest.raises(ReadingError, match="reading R-1 is signed and stays as it is; make an amendment"):
        session.say.set_remarks("more")
    with pytest.raises(ReadingError, match="is signed"):
        session.say.undo()
    with pytest.raises(ReadingError, match="is signed"):
        session.apply_box("alveolar", 3, (slice(0, 1), slice(0, 1)), np.zeros((1, 1), np.uint8))
    with pytest.raises(ReadingError, match="is signed"):
        sign(session, series, tmp_path / "again", clock())
    with pytest.raises(ValueError, match="read-only"):
        session.canvas.labels("alveolar")[3, 4, 5] = 1


def test_open_questions_stand_against_signing(scan: Scan, tmp_path: Path) -> None:
    """No reader, a conflict and a trace must be put right; low coverage and unread lobes are asked about once."""
    series, volume = scan
    session = _whole(volume)
    session.looking.seen = {1}
    session.reader = " "
    session.say.clear(Lobe.RUL, Component.ALVEOLAR)
    session.say.type_percent(Lobe.RLL, Component.ALVEOLAR, "40")
    box = (slice(12, 13), slice(15, 16))
    session.apply_box("interstitial", 3, box, np.zeros((1, 1), np.uint8), np.full((1, 1), 3, np.uint8))
    asked = {question.key: question.must for question in questions(session)}
    assert asked == {
        "reader": True,
        "typed-over-marks RLL alveolar": True,
        "trace RML reticulation": True,
        "coverage": False,
        "ungraded": False,
    }
    with pytest.raises(
        ReadingError, match=r"not signed: nobody is named.*count them, or is it a spill.*alveolar of RUL"
    ):
        sign(session, series, tmp_path / "no", clock())
    assert not (tmp_path / "no").exists()
    session.reader = "Reader A"
    session.say.settle(Lobe.RLL, Component.ALVEOLAR, keep="typed")
    session.say.count_trace(session.open_traces()[0])
    assert [question.key for question in questions(session)] == ["coverage", "ungraded"]
    session.confirmed |= {"coverage", "ungraded"}
    kept = read_reading(sign(session, series, tmp_path, clock()) / "reading.json")
    assert kept.state((Lobe.RUL,), Component.ALVEOLAR) is None, "what was not read stays null, never 0"
    assert score(kept).totals.total is None


def test_uncounted_marks_stand_against_signing(scan: Scan, tmp_path: Path) -> None:
    """Marks that were painted without being counted are noticed before signing, counted, and shown first."""
    series, volume = scan
    session = _whole(volume)
    session.canvas.labels("alveolar")[3, 12:30, 6:14] = 1
    with pytest.raises(ReadingError, match="marks on 1 slices had changed without being counted"):
        sign(session, series, tmp_path, clock())
    assert session.score(partial=True).lobes[0].alveolar.grade == 2
    assert sign(session, series, tmp_path, clock()).is_dir()


def test_a_typed_reading_needs_no_map(scan: Scan, tmp_path: Path) -> None:
    """Five lobes typed without any map are signed as reading.json alone."""
    series, volume = scan
    session = session_of(volume, with_lobes=False)
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    see_all(session)
    place = sign(session, series, tmp_path, clock())
    assert [path.name for path in place.iterdir()] == ["reading.json"]
    assert score(read_reading(place / "reading.json")).total == 0


def test_where_it_cannot_be_written_nothing_is_lost(scan: Scan, tmp_path: Path) -> None:
    """A place that is taken or cannot be written is told; nothing half-written is left and the reading goes on."""
    series, volume = scan
    session = _whole(volume)
    (tmp_path / "R-1").mkdir()
    with pytest.raises(OutputError, match="R-1: is there already and is not overwritten"):
        sign(session, series, tmp_path, clock())
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        sign(session, series, tmp_path / "file", clock())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["R-1", "file"]
    session.say.set_remarks("goes on")
    assert sign(session, series, tmp_path / "other", clock()).is_dir()


def test_an_amendment_supersedes(scan: Scan, tmp_path: Path) -> None:
    """An amendment begins where the signed reading ended, takes its place for a reason, and leaves it as it was."""
    series, volume = scan
    first = _whole(volume)
    place = sign(first, series, tmp_path, clock())
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    again = amend(place, series, volume, Amending("R-2", "wrong lobe"), clock())
    assert again.score().totals == score(read_reading(place / "reading.json")).totals
    assert again.said.entries.keys() >= first.said.entries.keys()
    paint_rows(again, "alveolar", Lobe.RLL, 24, 1)
    second = read_reading(sign(again, series, tmp_path, clock()) / "reading.json")
    assert second.supersedes is not None
    assert (second.supersedes.reading, second.supersedes.reason) == ("R-1", "wrong lobe")
    assert score(second).total == 4 + 2 + 2
    assert before == {path.name: path.read_bytes() for path in place.iterdir()}
    with pytest.raises(ReadingError, match="for a reason"):
        amend(place, series, volume, Amending("R-3", " "), clock())


def test_an_amendment_by_another_reader_is_signed_by_that_one(scan: Scan, tmp_path: Path) -> None:
    """Words and marks go on; what was looked at, and the order, are those of who amends, who was shown a score."""
    series, volume = scan
    first = _whole(volume)
    place = sign(first, series, tmp_path, clock())
    again = amend(place, series, volume, Amending("R-2", "wrong lobe", "Reader B", 5), clock())
    assert (again.reader, again.setting.order, again.prior_shown) == ("Reader B", 5, "score")
    assert (again.looking.seen, again.looking.windows) == (set(), [])
    assert again.said.entries.keys() >= first.said.entries.keys()
    assert [question.key for question in questions(again)] == ["coverage"]
    own = amend(place, series, volume, Amending("R-3", "wrong lobe", first.reader, 5), clock())
    assert (own.looking.seen, own.setting.order) == (first.looking.seen, first.setting.order)


def test_an_amendment_of_another_series_is_refused(scan: Scan, tmp_path: Path) -> None:
    """A signed reading is not opened over another series."""
    series, volume = scan
    place = sign(_whole(volume), series, tmp_path, clock())
    other_series, other = written_series(sequential_hrct(slices=8, rows=60, columns=60, seed=7), tmp_path / "other")
    with pytest.raises((ReadingError, LabelError), match="another series"):
        amend(place, other_series, other, Amending("R-2", "typo"), clock())


def _changes(session: ReadingSession) -> dict[str, Callable[[], object]]:
    box = (slice(10, 11), slice(5, 6))
    one = np.ones((1, 1), np.uint8)
    return {
        "reader": lambda: setattr(session, "reader", "Reader B"),
        "scheme": lambda: session.choose_scheme("kazerooni-lingula"),
        "word": lambda: session.say.set_remarks("later"),
        "undo": session.say.undo,
        "stroke": lambda: session.apply_box("alveolar", 2, box, one - 1, one),
        "lobes": lambda: session.set_lobes(session.canvas.lobe_map(None)),
        "answer": lambda: session.confirm("coverage"),
        "prior": lambda: session.show_prior("scan"),
    }


@pytest.mark.parametrize("what", ["reader", "scheme", "word", "undo", "stroke", "lobes", "answer", "prior"])
def test_nothing_changes_while_it_is_signed(scan: Scan, what: str) -> None:
    """What goes into the signature is what stood when it was asked for; where it fails the reading goes on."""
    session = _whole(scan[1])
    before = session.reading()
    session.say.is_held = True
    with pytest.raises(ReadingError, match="the reading is being signed: wait until it is done"):
        _changes(session)[what]()
    after = session.reading()
    assert (after.reader, after.remarks, after.session) == (before.reader, before.remarks, before.session)
    assert (after.entries, session.scheme.name, session.confirmed) == (before.entries, "kazerooni", set())
    session.say.is_held = False
    session.reader = "Reader B"
    assert session.is_open
