"""A blinded study, from its list to its last signature: no word in the window tells whose scan it is, or of when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from qtpy.QtWidgets import QApplication

from kazerooni.dicom import Series, read_volume
from kazerooni.model import Component, Lobe
from kazerooni.phantom import sequential_hrct
from napari_kazerooni.autosave import DraftKeeper
from napari_kazerooni.desk import Desk, desk_of
from napari_kazerooni.export_widget import ExportWidget
from napari_kazerooni.list_widget import ListWidget
from napari_kazerooni.listing import Listed
from napari_kazerooni.offering import WAITS
from napari_kazerooni.prior_widget import PriorWidget
from napari_kazerooni.reader import series_dock
from napari_kazerooni.score_widget import ScoreWidget
from napari_kazerooni.series_widget import SeriesWidget
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting
from napari_kazerooni.timeline_widget import TimelineWidget
from tests.plugins.builders import START, see_all, written_series
from tests.plugins.desk import desk_in, found_in, signed_typed
from tests.plugins.desks import FIVE, centre, give_lobes
from tests.plugins.hand import Hand
from tests.plugins.texts import shown_texts

_PATIENT: Final = "PSEUDO-Q7"
_WORDS: Final = ("Course of fibrosis", "Prone control")
_DATES: Final = (date(1987, 4, 23), date(1991, 11, 9))
_OTHER: Final = "Reader Z"
SECRETS: Final = (
    _PATIENT,
    *_WORDS,
    _OTHER,
    *(f"{on:{how}}" for on in _DATES for how in ("%Y", "%Y%m%d", "%d.%m.%y", "%m/%d/%y", "%y-%m-%d")),
)


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with two visits of one patient."""
    folder = tmp_path_factory.mktemp("scans")
    for at, on in enumerate(_DATES):
        plan = sequential_hrct(
            slices=6,
            rows=60,
            columns=60,
            patient_id=_PATIENT,
            study_date=on,
            study_description=_WORDS[0],
            series_description=_WORDS[1],
            seed=at,
        )
        written_series(plan, folder / f"scan{at}")
    return folder


@pytest.fixture(scope="module")
def found(scans: Path) -> list[Series]:
    """Give the two visits, the earlier one first."""
    return found_in(scans)


@dataclass
class Window:
    """A window with all docks of the reading room."""

    viewer: Any
    desk: Desk
    series: SeriesWidget
    listed: ListWidget
    score: ScoreWidget
    priors: PriorWidget
    timeline: TimelineWidget
    export: ExportWidget
    qtbot: Any
    pseudonym: str

    def wait(self) -> None:
        """Wait until nothing runs in the background and everything is drawn."""
        bars = (self.listed.busy, self.priors.busy, self.timeline.busy, self.export.busy)

        def is_done() -> bool:
            return not self.series.is_busy and self.desk.busy is None and all(bar.job is None for bar in bars)

        for _ in range(2):  # what ends may begin something else in the next turn
            self.qtbot.waitUntil(is_done, timeout=30000)
            QApplication.processEvents()
        self.timeline.draw()
        self.desk.tick()

    def told(self) -> list[tuple[str, str]]:
        """Give the texts in sight that tell what a study hides."""
        secrets = (*SECRETS, self.pseudonym)
        return [(kind, text) for kind, text in shown_texts(self.viewer) if any(word in text for word in secrets)]

    def missing(self) -> list[str]:
        """Give what the texts in sight do not tell."""
        texts = [text for _, text in shown_texts(self.viewer)]
        words = (self.pseudonym, _WORDS[1], _OTHER, *(on.isoformat() for on in _DATES))
        return [word for word in words if not any(word in text for text in texts)]

    def start_study(self, scans: Path) -> None:
        """List a folder and make a hidden study of it."""
        self.listed.look_at(scans)
        self.wait()
        self.listed.study_button.click()
        self.wait()


@pytest.fixture
def window(make_napari_viewer: Any, tmp_path: Path, qtbot: Any, found: list[Series]) -> Window:
    """Give a window with all docks; readings, drafts and the plan of a study are kept beside each other."""
    return window_of(make_napari_viewer(), tmp_path / "signed", qtbot, found)


def window_of(viewer: Any, kept: Path, qtbot: Any, found: list[Series]) -> Window:
    """Open all docks of a viewer."""
    desk_in(viewer, kept)
    series = series_dock(viewer)

    def dock(name: str) -> Any:
        return viewer.window.add_plugin_dock_widget("napari-kazerooni", name, tabify=True)[1]

    made = Window(
        viewer,
        desk_of(viewer),
        series,
        dock("Reading list"),
        dock("Score"),
        dock("Other visits"),
        dock("Timeline"),
        dock("Export"),
        qtbot,
        str(found[0].patient),
    )
    dock("Marking")
    made.wait()
    return made


def type_all(window: Window) -> None:
    """Give every lobe a grade, look at every slice and answer what is asked."""
    for lobe in FIVE:
        window.desk.open_session.say.nothing_else(lobe)
    see_all(window.desk.open_session)


def sign(window: Window, kept: Path) -> None:
    """Sign the reading into a folder."""
    type_all(window)
    window.desk.sign(kept)
    window.wait()
    assert window.desk.open_session.signed is not None, window.score.message.text()


def test_what_is_not_hidden_is_found(window: Window, scans: Path, found: list[Series], tmp_path: Path) -> None:
    """Without a study the same search finds dates, pseudonym, descriptions and the reader of the other visit."""
    signed_typed(found[0], tmp_path / "signed", "37", reader=_OTHER)
    window.series.look_at([scans])
    window.wait()
    window.series.open(found[1])
    window.wait()
    assert window.missing() == []


def test_nothing_is_told_at_any_step(window: Window, scans: Path, found: list[Series], tmp_path: Path) -> None:
    """Listed, opened, marked, typed, exported, asked to be signed, left, listed again, signed: nothing is told."""
    kept = tmp_path / "signed"
    signed_typed(found[0], kept, "37", reader=_OTHER)
    told: dict[str, list[tuple[str, str]]] = {}
    window.start_study(scans)
    told["listed"] = window.told()
    window.listed.open_next()
    window.wait()
    told["opened"] = window.told()
    give_lobes(window.desk)
    layer = window.desk.layers["alveolar"]
    layer.mode, layer.brush_mm = "paint", 30.0
    Hand(window.viewer, layer).drag(centre(Lobe.RLL, 3), centre(Lobe.RLL, 3))
    window.viewer.cursor.position = layer.data_to_world(centre(Lobe.RLL, 3))
    window.desk.do(lambda say: say.type_percent(Lobe.LUL, Component.INTERSTITIAL, "5"))
    window.desk.room.events.help()
    window.wait()
    told["marked"] = window.told()
    window.series.look_at([scans])
    window.wait()
    told["the folder dropped on the window"] = window.told()
    window.priors.look_for_readings()
    window.timeline.open_visit(0.0)
    window.wait()
    told["other visits asked for"] = window.told()
    window.export.export_into(tmp_path / "out")
    window.wait()
    assert list((tmp_path / "out").iterdir())
    told["exported"] = window.told()
    type_all(window)
    window.score.ask_to_sign()
    told["asked to sign"] = window.told()
    window.listed.leave_button.click()
    window.wait()
    told["left"] = window.told()
    window.listed.look_at(scans)
    window.wait()
    told["listed again"] = window.told()
    sign(window, kept)
    told["signed"] = window.told()
    window.listed.open_next()
    window.wait()
    told["the next one"] = window.told()
    assert {step: texts for step, texts in told.items() if texts} == {}


def test_a_study_that_was_left_is_shown_once_it_is_signed(
    window: Window, scans: Path, found: list[Series], tmp_path: Path
) -> None:
    """Who leaves a study and does not list it again sees dates, names and other visits after the signature."""
    signed_typed(found[0], tmp_path / "signed", "37", reader=_OTHER)
    window.start_study(scans)
    window.series.look_at([scans])
    window.wait()
    window.listed.open(next(line for line in window.listed.list.lines if line.series.study_date == _DATES[1]))  # type: ignore[union-attr]
    window.wait()
    window.listed.leave_button.click()
    assert window.told() == []
    sign(window, tmp_path / "signed")
    assert window.missing() == []


def test_a_draft_of_a_study_stays_hidden(
    window: Window, scans: Path, found: list[Series], tmp_path: Path, make_napari_viewer: Any
) -> None:
    """A draft of a hidden study hides again when its scan was opened otherwise, until it is signed."""
    kept = tmp_path / "signed"
    signed_typed(found[0], kept, "37", reader=_OTHER)
    window.start_study(scans)
    window.listed.open(next(line for line in window.listed.list.lines if line.series.study_date == _DATES[1]))  # type: ignore[union-attr]
    window.wait()
    window.desk.do(lambda say: say.nothing_found(Lobe.RUL))
    window.desk.keeping.flush()
    qtbot = window.qtbot
    other = window_of(make_napari_viewer(), kept, qtbot, found)  # as after a crash
    other.series.look_at([scans])
    other.wait()
    other.series.open(found[1])
    other.wait()
    other.priors.show_visit(other.priors.priors.rows[0])
    other.wait()
    qtbot.waitUntil(lambda: bool(other.desk.keeping.found), timeout=30000)
    assert other.missing() == [], "it was opened otherwise"
    other.score.drafts.go_on.click()
    other.wait()
    assert other.desk.open_session.setting.blinded
    assert other.told() == []
    sign(other, kept)
    assert other.missing() == []


def lines_of_later_visit(window: Window) -> list[Listed]:
    """Give the lines of the list that are about the later visit."""
    assert window.listed.list is not None
    return [line for line in window.listed.list.lines if line.series.study_date == _DATES[1]]


def open_line(window: Window, line: Listed) -> None:
    """Open the scan of a line; whatever is offered of it is there afterwards."""
    window.listed.open(line)
    window.wait()
    window.qtbot.wait(500)  # drafts are looked for in the background, and nothing tells that there is none
    window.wait()


def drafts_offered(window: Window) -> list[str]:
    """Give the ids of the drafts that are offered."""
    return [draft.reading.id for draft in window.desk.keeping.found]


def test_a_study_offers_no_draft_that_tells_what_was_found(window: Window, scans: Path, found: list[Series]) -> None:
    """Neither another reader's draft nor that of the first reading is offered; one's own is, at its place again."""
    window.series.look_at([scans])
    window.wait()
    window.desk.reader = _OTHER
    window.series.open(found[1])
    window.wait()
    window.desk.do(lambda say: say.type_percent(Lobe.RLL, Component.ALVEOLAR, "37"))
    window.desk.keeping.flush()
    window.desk.reader = "Reader A"
    window.start_study(scans)
    first = lines_of_later_visit(window)[0]
    open_line(window, first)
    assert window.score.drafts.isHidden(), "of another reader"
    window.desk.do(lambda say: say.nothing_found(Lobe.RUL))
    begun = window.desk.open_session.setting.reading_id
    window.desk.keeping.flush()
    session = window.desk.open_session
    session.setting = replace(session.setting, order=first.number + 1)
    window.desk.keeping.look_for_drafts()
    window.qtbot.wait(500)
    assert drafts_offered(window) == []
    open_line(window, first)
    assert drafts_offered(window) == [begun]
    window.desk.reader = ""
    open_line(window, first)
    assert (drafts_offered(window), window.score.drafts.text.text()) == ([], WAITS)
    assert window.told() == []
    for name, offered in ((_OTHER, []), ("Reader A", [begun])):
        window.desk.name_reader(name)
        assert drafts_offered(window) == offered
    assert (window.told(), window.score.drafts.isHidden()) == ([], False)


def test_a_study_offers_no_nameless_draft_from_outside_of_it(window: Window, scans: Path, found: list[Series]) -> None:
    """A draft without a name that was begun before the study would tell what was found; in the study it is offered."""
    window.series.look_at([scans])
    window.wait()
    window.desk.reader = ""
    window.series.open(found[1])
    window.wait()
    window.desk.do(lambda say: say.type_percent(Lobe.RLL, Component.ALVEOLAR, "37"))
    window.desk.keeping.flush()
    window.start_study(scans)
    (line,) = lines_of_later_visit(window)
    open_line(window, line)
    assert drafts_offered(window) == []
    window.desk.do(lambda say: say.nothing_found(Lobe.RUL))
    begun = window.desk.open_session.setting.reading_id
    window.desk.keeping.flush()
    open_line(window, line)
    assert drafts_offered(window) == [begun]
    assert "Go on with it only if you began it." in window.score.drafts.text.text()


def test_a_draft_that_a_program_left_stays_blinded_in_a_study(window: Window, scans: Path, found: list[Series]) -> None:
    """Who goes on with it in a hidden study reads blinded and hidden, at the place of the list."""
    setting = Setting(reading_id="R-program", started=START)
    session = ReadingSession(read_volume(found[1]), setting)
    session.say.set_remarks("lobes of a program")
    DraftKeeper(session, window.desk.keeping.folder).save()
    window.start_study(scans)
    (line,) = lines_of_later_visit(window)
    open_line(window, line)
    window.score.drafts.go_on.click()
    window.wait()
    own = window.desk.open_session
    assert own.said.remarks == "lobes of a program"
    assert (own.setting.blinded, own.setting.hidden) == (True, True)
    window.listed.leave_button.click()
    assert window.told() == [], "it is left only once it is signed"


def test_listing_a_study_takes_away_what_is_shown(
    window: Window, scans: Path, found: list[Series], tmp_path: Path
) -> None:
    """A visit beside, its scores and the timeline of another reading go when a hidden study is listed."""
    kept = tmp_path / "signed"
    signed_typed(found[0], kept, "37", reader=_OTHER)
    window.series.look_at([scans])
    window.wait()
    window.series.open(found[1])
    window.wait()
    window.priors.show_visit(window.priors.priors.rows[0])
    window.wait()
    assert window.priors.view is not None
    window.start_study(scans)
    assert window.told() == []


def test_a_study_without_hiding_does_not_uncover_the_reading_before_it(
    window: Window, scans: Path, tmp_path: Path
) -> None:
    """Another study, which hides nothing, is shown when a scan of it is, not over a reading that is still blinded."""
    window.start_study(scans)
    window.listed.open_next()
    window.wait()
    window.desk.reading_folder = tmp_path / "another"
    window.listed.hidden.setChecked(False)
    window.listed.look_again()
    window.wait()
    window.listed.study_button.click()
    window.wait()
    captions = window.desk.room.captions
    assert not any(word in captions["scan"] for word in SECRETS)
    window.listed.open_next()
    window.wait()
    assert "19" in captions["scan"]
