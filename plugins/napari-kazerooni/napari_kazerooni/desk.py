"""Desk: one reading at a viewer: what ties the room, the session and the layers together. No widgets."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from napari.utils.events import EmitterGroup, Event

from kazerooni.dicom import Progress
from kazerooni.errors import KazerooniError
from kazerooni.model import Lobe, Volume
from kazerooni.segment import Lungs
from napari_kazerooni.canvas import Canvas
from napari_kazerooni.draft import Draft, resume
from napari_kazerooni.keeping import Keeping
from napari_kazerooni.label_layers import LabelLayers
from napari_kazerooni.later import Step
from napari_kazerooni.layer_guard import LayerGuard
from napari_kazerooni.lobe_finding import find_lobes, guidance_of, lobes_held, lungs_in, say_unparted
from napari_kazerooni.provenance import ShownReadings
from napari_kazerooni.refusals import Refusals
from napari_kazerooni.remembered import remember_folder, remembered_folder
from napari_kazerooni.room import Room, room_of
from napari_kazerooni.saying import Saying
from napari_kazerooni.screen import Screen, screen_of
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting
from napari_kazerooni.signing import Amending, amend, reopen, sign
from napari_kazerooni.study import Study
from napari_kazerooni.taking_over import Taker, is_of_another, still_blinded, taken_over
from napari_kazerooni.worker import Tell, Work

_Made = tuple[ReadingSession, Lungs | None]
_PUT_BACK: Final = "Put back, as the reading needs it, with all that is in it: {names}. To hide it, click its eye."
_PUT_STRAIGHT: Final = (
    "Laid back over the scan: {names}. napari's tool that shifts and turns layers is put down: marks would be seen "
    "elsewhere than they count."
)
_BESIDE: Final = "Not part of the reading: {names}. What is painted there does not count."
_SIGNED: Final = "This reading is signed and stays as it is: amend it to change something."
_OF_ANOTHER: Final = (
    "You began with the draft of {who}, who keeps it: what you sign is a reading of your own, and says so. "
    "Slices seen, and what is asked before signing, begin anew."
)


class Desk(Saying):
    """A reading at a viewer. One for each viewer: see `desk_of`. `tick` is to be called about every 50 ms.

    session: None before a scan is open. lobe: that keys are about. busy: what is being done, None: nothing.
    lungs: that the lobes fill, None where there are none.
    places: give the steps that put other layers to the place of a scan, empty. preparations: give those that add these
    layers before there is a scan.
    clock: seconds that never go back. now: the time with its zone.

    Events: `opened` (another session), `changed` (of marks or words, ten times a second at most), `lobes` (the lobe
    map or its fissures), `seen`, `chosen` (another lobe), `busy`, `signed`, `told` (`event.message`), `drafts`,
    `named` (another reader), `typing` (the keyboard goes to the scores).
    """

    def __init__(self, room: Room, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.room, self.viewer = room, room.viewer
        self.clock = clock
        self.session: ReadingSession | None = None
        self.reader, self.blinded, self.lobe = "", False, Lobe.RUL
        self.lungs: Lungs | None = None
        self.signed_in: Path | None = None
        self.reading_folder = remembered_folder()
        self.now = now
        names = ("opened", "changed", "lobes", "seen", "chosen", "busy", "signed", "told", "drafts", "named", "typing")
        self.events = EmitterGroup(source=self, **dict.fromkeys(names, Event))
        self.study, self._shown_readings = Study(self), ShownReadings()
        self.layers = LabelLayers(self.viewer)
        self.keeping = Keeping(self)
        self.refusals, self.guard = Refusals(room), LayerGuard(room.viewer)
        self.guard.watch(lambda: () if self.session is None or self.room.layer is None else (self.room.layer,))
        self.guard.watch(lambda: () if self.session is None else self.layers.all, self.is_signed)
        self._order, self._place = 0, 1
        self._is_settling = False
        self._canvas: Canvas | None = None
        self.places: list[Callable[[Screen], Iterator[Step]]] = []
        self.preparations: list[Callable[[], Iterator[Step]]] = []
        self.layers.events.stroke.connect(self._on_stroke)
        self.layers.events.refused.connect(self._on_refused)
        room.events.shown.connect(self._on_shown)
        for emitter in (self.viewer.dims.events.point, self.viewer.dims.events.ndisplay, self.viewer.dims.events.order):
            emitter.connect(self._on_dims)
        if room.volume is not None and room.is_whole:
            self._on_shown()

    # --- Opening ------------------------------------------------------------------------------------------------------

    def showing(self, volume: Volume) -> Iterator[Step]:
        """Give the steps that show the empty maps of a scan before its reading begins, to be taken one by one.

        What else lies over the scan goes to its place (`places`), and the draft of the reading before is saved.
        """
        self._canvas, screen = Canvas(volume), screen_of(volume.geometry)
        yield from self.layers.showing(self._canvas, screen)
        for place in self.places:
            yield from place(screen)
        yield self.keeping.flush

    def _on_shown(self) -> None:
        """Begin a reading of the scan that is shown."""
        volume = self.room.volume
        if volume is None:
            return
        self.cancel()
        self.keeping.flush()
        turn = self.study.take_turn()
        self._order += 1
        self._place = order = self._order if turn is None or turn.order is None else turn.order
        setting = Setting(
            reading_id=str(uuid.uuid4()),
            started=self.now(),
            order=order,
            blinded=self.blinded,
            hidden=turn is not None and turn.is_hidden,
        )
        canvas, self._canvas = self._canvas, None
        made = canvas if canvas is not None and canvas.volume is volume else None
        self.begin(ReadingSession(volume, setting, canvas=made, reader=self.reader or None))
        self.keeping.look_for_drafts()

    def begin(self, session: ReadingSession, lungs: Lungs | None = None) -> None:
        """Go on with a session of the scan that is shown; lungs: that its lobes fill."""
        self.layers.tell_strokes()
        self.session, self.signed_in = session, None
        self.study.take_up(session)
        self.reader = session.reader or self.reader
        if session.signed is None:
            amends = None if session.setting.supersedes is None else session.setting.supersedes.reading
            session.note_others(self._shown_readings.of(session.volume.scan, amended=amends))
        self._show_layers(session)
        self._take_lungs(lungs)
        self.keeping.keep(session)
        if self.room.layer is not None:
            self.room.layer.events.contrast_limits.connect(self._on_dims)
        self._look()
        self._on_dims()
        self.events.opened()
        self.events.lobes()
        self.tell_changed()

    def _show_layers(self, session: ReadingSession) -> None:
        """Show the maps; slices that napari passes through meanwhile are not looked at."""
        index = self.room.index
        self._is_settling = True
        try:
            self.layers.show(session)
            self.room.go_to(index)
        finally:
            self._is_settling = False

    def resume(self, draft: Draft) -> None:
        """Go on with a draft of the scan that is shown; in the background. One of another reader stays what it is."""
        begun = self.open_session
        taker = Taker(self.reader or None, self.keeping.folder, begun.session_value(), begun.others)

        def work(*_: object) -> object:
            return _with_lungs(resume(draft, begun.volume, lambda read: taken_over(read, taker)))

        def resumed(made: _Made) -> None:
            made[0].setting = still_blinded(made[0].setting, begun.setting)
            self.begin(*made)
            if is_of_another(draft, taker.folder, taker.reader):
                self.tell(_OF_ANOTHER.format(who=draft.reading.reader or "somebody who gave no name"))

        self._open("Opening the draft", work, resumed)

    def _open(self, what: str, work: Work, opened: Callable[[_Made], object]) -> None:
        """Open another reading of this scan in the background, and show its maps one by one.

        What was begun meanwhile stays as a draft: where that cannot be saved, nothing is opened.
        """
        # What is refused below must take nothing down: it would count as saved.
        save = self.keeping.saving() if self.busy is None else lambda: None

        def saved_first(progress: Progress, tell: Tell) -> object:
            save()
            return work(progress, tell)

        self.start(what, saved_first, opened, first=partial(self._showing_made, self.session, what))

    def _showing_made(self, before: ReadingSession | None, what: str, made: _Made) -> Iterator[Step]:
        session = made[0]
        why = f"{what}: marks wait until it is done."
        steps = self.layers.showing(session.canvas, session.screen, why)
        for step in (*steps, self.keeping.flush, self._look):
            if self.session is before and not self.has_closed:
                yield step

    def _look(self) -> None:
        """Let the picture be the layer that is active; napari changes its controls for it."""
        if self.room.layer is not None:
            self.viewer.layers.selection.active = self.room.layer

    # --- What changes -------------------------------------------------------------------------------------------------

    def _on_stroke(self, event: Any) -> None:
        if self.session is None:
            return
        stroke = event.stroke
        try:
            self.session.apply_stroke(event.layer, stroke.index, stroke.box, stroke.before)
        except KazerooniError as error:
            self.tell(str(error))

    def _on_refused(self, event: Any) -> None:
        self.tell(event.reason)
        self.refusals.show(event.reason, self.clock())

    def tick(self) -> None:
        """Let time pass: tell changes, note what was seen long enough, keep the draft."""
        session, at_s = self.session, self.clock()
        self.refusals.tick(at_s)
        self.layers.tell_strokes()
        mended = self.guard.tick()
        if mended.deleted:
            self.tell(_PUT_BACK.format(names=", ".join(mended.deleted)))
        if mended.shifted:
            self.tell(_PUT_STRAIGHT.format(names=", ".join(mended.shifted)))
        if session is None:
            return
        if mended.beside:
            self.tell(_BESIDE.format(names=", ".join(mended.beside)))
        if session.is_open and session.looking.tick(at_s):
            self.events.seen()
        self.tell_if_changed(at_s)
        self.keeping.save_if_due(at_s)

    def is_signed(self) -> bool:
        """Tell whether the reading is signed, so that nothing of it changes any more."""
        return self.session is not None and self.session.signed is not None

    def _on_dims(self) -> None:
        """Note which slice is on the screen; another one is a moment to keep the draft."""
        session, at_s = self.session, self.clock()
        if session is None or not session.is_open or self.room.volume is not session.volume:
            return
        if self._is_settling:
            return
        is_seen = self.room.plane == "axial" and self.room.layer is not None and self.room.layer.visible
        newly = session.look(self.room.index, self.room.window, at_s) if is_seen else session.looking.hide(at_s)
        if newly:
            self.events.seen()
        self.keeping.save_if_due(at_s, slice_changed=True)

    # --- Lobes --------------------------------------------------------------------------------------------------------

    def find_lobes(self, path: Path | None = None, *, labels: str | None = None, lingula: bool = False) -> None:
        """Find the lobes, or read them from a file, in the background; the reader goes on meanwhile.

        labels: the numbering of the file, a name of `kazerooni.labels.CONVENTIONS`; None: it says so itself, or ours.
        """
        session, series = self.open_session, self.room.series
        guidance = guidance_of(session, lingula=lingula)

        def work(progress: Any, tell: Any) -> object:
            return find_lobes(session.volume, series, guidance, path=path, labels=labels, progress=progress, tell=tell)

        self.start("Finding the lobes", work, self._take_lobes, closes=False)

    def _take_lobes(self, found: Any) -> None:
        session = self.open_session
        if found.lobes.geometry.shape != session.volume.geometry.shape:
            self.tell("these lobes are of another series")
            return

        def take(*_: object) -> Lungs | None:
            session.set_lobes(found.lobes, found.fissures)
            return lungs_in(session)

        def taken(lungs: Lungs | None) -> None:
            say_unparted(session, found.unparted)
            self.on_lobes(lungs)

        self.start("Taking over the lobes", take, taken)

    def on_lobes(self, lungs: Lungs | None) -> None:
        """Go on with other lobes of the session; lungs: that they fill."""
        self._take_lungs(lungs)
        self.layers.refresh(("lobes",))
        self.tell(f"Lobes: {', '.join(lobe.name for lobe in lobes_held(self.open_session))}. Check their borders.")
        self.events.lobes()
        self.tell_changed()

    def _take_lungs(self, lungs: Lungs | None) -> None:
        """Lock the lobe brush to the lungs, and marks to the lobes, from the time that there are lobes."""
        self.lungs, session = lungs, self.open_session
        if lungs is not None:
            self.layers.lobe_locks.lungs = session.screen.shown(lungs.labels)
            self.layers.lobe_locks.in_lungs = self.layers.locks.in_lungs = True

    # --- The end ------------------------------------------------------------------------------------------------------

    def sign(self, folder: Path) -> None:
        """Sign the reading and keep it in a folder; in the background."""
        session, series = self.open_session, self.room.series
        if series is None:
            self.tell("the series of this scan is not known; open it from the series dock, then sign")
            return
        if self.busy is None:
            session.looking.hide(self.clock())
            self.layers.tell_strokes()
            session.say.is_held = True  # what stands now is signed

        def work(*_: object) -> object:
            try:
                return sign(session, series, folder, self.now)
            finally:
                session.say.is_held = False

        self.start("Signing", work, self._on_signed)

    def _on_signed(self, place: Path) -> None:
        self.signed_in = place
        remember_folder(place.parent)
        self.layers.freeze(_SIGNED)
        self.keeping.remove()
        self.tell(f"Signed and kept in {place.parent.name}/{place.name}.")
        self.events.signed()
        self.tell_changed()

    def look_at_signed(self, place: Path) -> None:
        """Open a signed reading of this scan for looking; nothing can be changed; in the background.

        place: the folder of the reading. Who sits here stays who it is.
        """
        session, series, reader = self.open_session, self.room.series, self.reader
        if series is None:
            self.tell("the series of this scan is not known; open it from the series dock")
            return

        def opened(made: _Made) -> None:
            self.begin(*made)
            self.signed_in, self.reader = place, reader
            if made[0].signed is not None:
                self._shown_readings.note(made[0].signed)
            self.layers.freeze(_SIGNED)
            self.events.signed()
            self.tell("Signed: opened for looking. Amend it to change something.")

        def work(*_: object) -> object:
            return _with_lungs(reopen(place, series, session.volume, self.now))

        self._open("Opening the signed reading", work, opened)

    def amend(self, reason: str, place: Path | None = None) -> None:
        """Open a signed reading of this scan anew, as one that supersedes it for a reason; in the background.

        place: the folder of the reading, default: of the one that has just been signed.
        """
        session, series, place = self.open_session, self.room.series, place or self.signed_in
        if place is None or series is None or not reason.strip():
            self.tell("an amendment needs a signed reading and a reason; give one")
            return

        by = Amending(str(uuid.uuid4()), reason.strip(), self.reader or None, self._place)

        def work(*_: object) -> object:
            return _with_lungs(amend(place, series, session.volume, by, self.now))

        self._open("Opening the amendment", work, lambda made: self.begin(*made))


def _with_lungs(session: ReadingSession) -> _Made:
    return session, lungs_in(session)


def now() -> datetime:
    """Give the time with its zone."""
    return datetime.now().astimezone()


def desk_of(viewer: Any) -> Desk:
    """Give the desk of a viewer, made when it is first asked for; it lives as long as the viewer."""
    room = room_of(viewer)
    desk = room.guests.get("desk")
    if not isinstance(desk, Desk):
        desk = Desk(room)
        room.guests["desk"] = desk
    return desk
