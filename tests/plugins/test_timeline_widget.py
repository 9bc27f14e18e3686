"""The score over time: signed readings and the current draft, one a visit; hidden while blinded; a click opens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.backend_bases import MouseButton, MouseEvent

from kazerooni.dicom import Series
from kazerooni.model import Component, Lobe
from napari_kazerooni import timeline_widget
from napari_kazerooni.course import NO_DATE, NOTHING_OPEN, course_of, differs, grades_of, totals_of
from napari_kazerooni.desk import Desk
from napari_kazerooni.desks import BLINDED
from napari_kazerooni.draft import Draft, find_drafts
from napari_kazerooni.listing import signed_readings
from napari_kazerooni.prior_widget import PriorWidget
from napari_kazerooni.timeline_widget import TimelineWidget
from tests.plugins.builders import FIVE, small_session
from tests.plugins.desk import desk_in, found_in, open_scan, signed_typed

Dock = tuple[Desk, TimelineWidget, PriorWidget]


@pytest.fixture(scope="module")
def found(visits: list[Path]) -> list[Series]:
    """Give the three sample visits, oldest first."""
    return found_in(*visits)


@pytest.fixture(scope="module")
def kept(found: list[Series], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with readings of the first two visits, the second one read by two people."""
    folder = tmp_path_factory.mktemp("signed")
    signed_typed(found[0], folder, "60")
    signed_typed(found[1], folder, "30")
    signed_typed(found[1], folder, "10", reader="Reader B")
    return folder


@pytest.fixture
def dock(make_napari_viewer: Any, kept: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Dock:
    """Give the timeline dock, and that of the other visits, on a desk without a scan."""
    viewer = make_napari_viewer()
    desk = desk_in(viewer, kept)
    priors = PriorWidget(viewer)
    monkeypatch.setattr(timeline_widget, "prior_dock", lambda _: priors)
    widget = TimelineWidget(viewer)
    viewer.window.add_dock_widget(widget, area="bottom")
    viewer.window.add_dock_widget(priors, area="right")
    wait(widget, priors, qtbot)
    return desk, widget, priors


def wait(widget: TimelineWidget, priors: PriorWidget, qtbot: Any) -> None:
    """Wait until nothing runs in the background."""
    qtbot.waitUntil(lambda: not widget.is_busy and priors.busy.job is None, timeout=30000)


def click(widget: TimelineWidget, day: float, *, twice: bool = False) -> None:
    """Click on the plot of the totals at a day."""
    widget.canvas.draw()
    axes = widget.figure.axes[0]
    x, y = axes.transData.transform((day, 1.0))
    for is_second in (False, True)[: 1 + twice]:
        event = MouseEvent("button_press_event", widget.canvas, x, y, MouseButton.LEFT, dblclick=is_second)
        widget.canvas.callbacks.process("button_press_event", event)


def test_totals_and_lobes_over_time(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """Visits by date with totals and lobe grades; the same reader's reading is taken; what differs is marked."""
    desk, widget, priors = dock
    assert widget.busy.message.text() == NOTHING_OPEN
    session = open_scan(desk, found, found[2])
    wait(widget, priors, qtbot)
    line = widget.course.line
    assert line is not None
    assert totals_of(line)["total"] == [4, 3, None]
    assert grades_of(line, Lobe.RLL, Component.ALVEOLAR) == [4, 3, None]
    assert differs(line.points[1])
    words = widget.visits.text().splitlines()
    assert words[0] == f"{found[0].study_date}   total 4 of 50   signed"
    assert "not comparable" in words[1]
    assert "distance of slices" in words[1]
    assert "no total, lobes are missing   draft" in words[2]
    assert "of 2 readings that of Reader A is shown" in widget.busy.message.text()
    assert len(widget.figure.axes) == 6
    assert session.prior_shown == "score"
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    desk.events.changed()
    qtbot.waitUntil(lambda: widget.course.line is not line, timeout=5000)
    assert widget.course.line is not None
    assert totals_of(widget.course.line)["total"] == [4, 3, 0]


def test_a_click_on_a_visit_opens_it_beside(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """The visit nearest to the click is put beside, linked; one whose scan is not here is told with its score."""
    desk, widget, priors = dock
    open_scan(desk, found, found[2])
    wait(widget, priors, qtbot)
    on = found[1].study_date
    assert on is not None
    click(widget, on.toordinal() + 60)
    wait(widget, priors, qtbot)
    assert priors.view is not None
    assert priors.view.room.volume is not None
    assert priors.view.room.volume.scan.study_date == on
    assert priors.priors.column is not None
    own = found[2].study_date
    assert own is not None
    click(widget, own.toordinal())
    wait(widget, priors, qtbot)
    assert widget.busy.message.text() == "This is the scan that is open."
    open_scan(desk, [found[2]], found[2])
    wait(widget, priors, qtbot)
    click(widget, on.toordinal())
    wait(widget, priors, qtbot)
    assert "not in the folder" in priors.busy.message.text()


def test_a_double_click_on_a_visit_opens_it_to_be_read(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """The visit becomes the scan that is read, nothing was shown beside, and the draft of the one before is kept."""
    desk, widget, priors = dock
    before = open_scan(desk, found, found[2])
    wait(widget, priors, qtbot)
    before.say.type_percent(Lobe.RLL, Component.ALVEOLAR, "30")
    shown = before.prior_shown
    on = found[1].study_date
    assert on is not None
    click(widget, on.toordinal(), twice=True)
    qtbot.waitUntil(lambda: desk.session is not before, timeout=30000)
    wait(widget, priors, qtbot)
    assert desk.open_session.volume.scan.study_date == on
    assert priors.view is None
    assert before.prior_shown == shown
    drafts = {draft.reading.id: draft for draft in find_drafts(desk.keeping.folder) if isinstance(draft, Draft)}
    assert drafts[before.setting.reading_id].said.entries == before.said.entries


def test_nothing_is_plotted_while_blinded(dock: Dock, found: list[Series], qtbot: Any) -> None:
    """A blinded reading has no timeline before it is signed, and none is recorded as shown."""
    desk, widget, priors = dock
    session = open_scan(desk, found, found[2], blinded=True)
    wait(widget, priors, qtbot)
    assert widget.busy.message.text() == BLINDED
    assert (widget.course.line, widget.figure.axes, widget.visits.text()) == (None, [], "")
    assert session.prior_shown == "none"


def test_a_scan_without_a_date_has_no_place_in_time(kept: Path) -> None:
    """Without a date there is no timeline, and it is said why."""
    course = course_of(small_session(), signed_readings(kept)[0])
    assert (course.line, course.words) == (None, NO_DATE)


def test_a_damaged_reading_is_told(dock: Dock, found: list[Series], tmp_path: Path, qtbot: Any) -> None:
    """A reading that cannot be read is named in the dock; the others are plotted."""
    desk, widget, priors = dock
    (tmp_path / "R-broken").mkdir()
    (tmp_path / "R-broken" / "reading.json").write_text("{")
    signed_typed(found[0], tmp_path, "60")
    desk.reading_folder = tmp_path
    open_scan(desk, found, found[2])
    wait(widget, priors, qtbot)
    assert "Of 1 that cannot be read the first is R-broken" in widget.busy.message.text()
    assert widget.course.line is not None
    assert len(widget.course.line.points) == 2
