"""Keeping: the draft of the open reading is kept on disk in the background, and drafts of a scan are found."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from platformdirs import user_data_dir

from kazerooni.errors import KazerooniError
from kazerooni.files import stem_of
from napari_kazerooni.autosave import DraftKeeper, Snapshot
from napari_kazerooni.draft import BrokenDraft, Draft, folder_of_drafts
from napari_kazerooni.draft_ids import is_gone_on_with, own_id, who_goes_on
from napari_kazerooni.known_drafts import KnownDrafts
from napari_kazerooni.offering import Offered, offered
from napari_kazerooni.remembered import SIGNING_FOLDER
from napari_kazerooni.saying import Saying
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.signing import READING_FILE
from napari_kazerooni.worker import Job, run

_LEFT_WORDS: Final = "The reading is signed; its draft could not be removed ({why}), and is not offered any more."
_LOST_WORDS: Final = "The draft is not saved: {why}. Go on: it is tried again every 5 s."


DRAFTS_OFFERED: Final = "The drafts of this folder are offered: choose the folder of their scans."


def drafts_folder() -> Path:
    """Give the folder of this user in which drafts are kept."""
    return Path(user_data_dir("kazerooni", appauthor=False)) / "drafts"


class Keeping:
    """Keeps the draft of the session of a desk.

    A session of which nothing was said or painted yet has none. found: the drafts of the scan that may be offered, the
    one that is offered first. waits: whether one may be once its reader is named.
    offered: other folders whose drafts are offered, too; nothing is written there. known: what draft files hold.
    """

    def __init__(self, desk: Saying) -> None:
        self._desk = desk
        self.folder = drafts_folder()
        self.offered: tuple[Path, ...] = ()
        self._drafts: tuple[Draft, ...] = ()
        self._offer = Offered()
        self._search: Job | None = None
        self.known = KnownDrafts()
        self.failing = ""
        self._session: ReadingSession | None = None
        self._keeper: DraftKeeper | None = None
        self._begun: tuple[int, int] = (0, 0)
        self._job: Job | None = None
        self._writing = threading.Lock()
        desk.events.named.connect(self.offer_anew)
        desk.room.events.identity.connect(self.offer_anew)

    @property
    def found(self) -> tuple[Draft, ...]:
        """The drafts of the scan that may be offered."""
        return self._offer.drafts

    @property
    def waits(self) -> bool:
        """Whether a draft may be offered once its reader is named."""
        return self._offer.waits

    def offer(self, places: Iterable[Path]) -> tuple[Path, ...]:
        """Offer the drafts of places too, such as the results of `kazerooni rescore --draft`.

        Gives those places that hold drafts.
        """
        drafts = {place: folder_of_drafts(place) for place in places}
        folders = [folder.resolve() for folder in drafts.values() if folder is not None]
        self.offered = tuple(dict.fromkeys((*self.offered, *folders)))
        return tuple(place for place, folder in drafts.items() if folder is not None)

    def keep(self, session: ReadingSession) -> None:
        """Keep a session from now on."""
        self._session, self._keeper = session, DraftKeeper(session, self.folder)
        self._drafts, self._offer = (), Offered()
        self._begun = _work(session)

    def _due(self, at_s: float, *, slice_changed: bool) -> DraftKeeper | None:
        session, keeper = self._session, self._keeper
        if session is None or keeper is None or session.signed is not None or self._job is not None:
            return None
        if self._desk.busy is not None and self._desk.layers.locks.closed is not None:
            return None
        is_due = _work(session) != self._begun and keeper.is_due(at_s, slice_changed=slice_changed)
        return keeper if is_due else None

    def save_if_due(self, at_s: float, *, slice_changed: bool = False) -> None:
        """Save in the background where 5 s are over, or another slice is shown, and something changed."""
        keeper = self._due(at_s, slice_changed=slice_changed)
        if keeper is None:
            return
        try:
            taken: Snapshot = keeper.snapshot(at_s)
        except KazerooniError as error:
            self._tell_failed(str(error))
            return

        def on_failed(message: str) -> None:
            self._job = None
            self._tell_failed(message)

        def on_returned(_: object) -> None:
            self._job, self.failing = None, ""

        self._job = run(lambda *_: self._write(keeper, taken), returned=on_returned, failed=on_failed)

    def _write(self, keeper: DraftKeeper, taken: Snapshot) -> None:
        with self._writing:
            keeper.write(taken)

    def saving(self) -> Callable[[], None]:
        """Take down what is to be saved now; gives what saves it, on another thread, and may raise OutputError."""
        keeper = self._unsaved()
        if keeper is None:
            return lambda: None
        return partial(self._write, keeper, keeper.snapshot(self._desk.clock()))

    def _unsaved(self) -> DraftKeeper | None:
        """Give what keeps the draft where something is not on the disk, or not yet."""
        session, keeper = self._session, self._keeper
        if session is None or keeper is None or session.signed is not None or _work(session) == self._begun:
            return None
        return None if keeper.is_taken and self._job is None else keeper

    def _tell_failed(self, why: str) -> None:
        if why != self.failing:
            self.failing = why
            self._desk.tell(_LOST_WORDS.format(why=why))

    def flush(self) -> None:
        """Save at once, as before another scan is opened or the window closes."""
        keeper = self._unsaved()
        if keeper is None:
            return
        try:
            self._write(keeper, keeper.snapshot(self._desk.clock()))
        except KazerooniError as error:
            self._tell_failed(str(error))

    def remove(self) -> None:
        """Remove the draft: its reading is signed. One that another program holds, as on Windows, is left and told."""
        try:
            if self._keeper is not None:
                self._keeper.remove()
        except OSError as error:
            self._desk.tell(_LEFT_WORDS.format(why=error.strerror or type(error).__name__))

    def look_for_drafts(self) -> None:
        """Look in the background for drafts of the scan that is open."""
        session = self._session
        if session is None:
            return

        def on_found(drafts: tuple[Draft | BrokenDraft, ...]) -> None:
            if session is not self._session:
                return
            scan, own = session.volume.scan, session.setting.reading_id
            whole = [draft for draft in drafts if isinstance(draft, Draft)]
            self._drafts = tuple(d for d in whole if d.scan.series_uid == scan.series_uid and d.reading.id != own)
            for broken in (draft for draft in drafts if isinstance(draft, BrokenDraft)):
                self._desk.tell(broken.why)
            self.offer_anew()

        uid, folder, others = session.volume.scan.series_uid, self.folder, self.offered
        if self._search is not None:
            self._search.cancel()  # what it finds is of another folder or scan, and must not come last
        self._search = run(
            lambda *_: self.known.of(uid or "", folder, others), returned=on_found, failed=self._desk.tell
        )

    def offer_anew(self) -> None:
        """Offer what may be offered of the drafts that were found to who reads now, as the reading is blinded now."""
        session, reader = self._session, self._desk.reader or None
        if session is None:
            return
        kept = self._desk.reading_folder or SIGNING_FOLDER
        open_ = [draft for draft in self._drafts if not _is_signed(draft, kept, reader)]
        open_ = [draft for draft in open_ if not is_gone_on_with(draft, self.folder, reader)]
        self._offer = offered(open_, session.setting, reader)
        self._desk.events.drafts()


def _is_signed(draft: Draft, kept: Path, reader: str | None) -> bool:
    """Tell whether a draft was signed: before it was removed, as just before a crash, or as the reader's own."""
    ids = (draft.reading.id, own_id(draft.reading.id, who_goes_on(draft, reader)))
    return any((kept / stem_of(each) / READING_FILE).is_file() for each in ids)


def _work(session: ReadingSession) -> tuple[int, int]:
    """Give what tells that something was said or painted, more than looked at."""
    return session.say.version, session.canvas.version
