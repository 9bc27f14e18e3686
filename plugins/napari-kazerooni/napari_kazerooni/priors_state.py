"""Priors state: the other visits of the patient beside one viewer: which are known, which one is shown. Without Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from napari.utils.events import EmitterGroup, Event

from kazerooni.errors import ReadingError
from kazerooni.model import Reading
from napari_kazerooni.beside import Beside
from napari_kazerooni.desk import Desk, desk_of
from napari_kazerooni.desks import why_hidden
from napari_kazerooni.listing import Signed
from napari_kazerooni.prior_column import PriorColumn, column_of
from napari_kazerooni.visits import NO_PATIENT, NO_VISITS, VisitRow, visit_rows

_NAME: Final = "priors"


class Priors:
    """What is known of the other visits of the patient on one desk. One for each viewer: see `priors_of`.

    rows: the visits that may be shown; none while the reading is blinded. why: why there are none, else empty.
    column: the score of the visit that was chosen, None where none is or it is hidden. The score dock shows it.

    Events: `rows`, `column`, `told` (`event.message` is for the reader).
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.signed: tuple[Signed, ...] = ()
        self.rows: tuple[VisitRow, ...] = ()
        self.why = ""
        self.column: PriorColumn | None = None
        self._reading: Reading | None = None
        self._put_at: object = None
        self.events = EmitterGroup(source=self, rows=Event, column=Event, told=Event)
        desk.events.opened.connect(self._on_opened)
        desk.events.signed.connect(self._on_allowed)
        desk.room.events.found.connect(self.list_visits)
        desk.room.events.identity.connect(self._on_allowed)

    @property
    def beside(self) -> Beside | None:
        """The score of the visit that was chosen, as the score dock shows it."""
        return None if self.column is None else self.column.beside

    @property
    def is_hidden(self) -> bool:
        """Whether visits and scores are hidden by blinding."""
        return bool(why_hidden(self.desk))

    def _on_opened(self) -> None:
        self.leave()
        self.list_visits()

    def _on_allowed(self) -> None:
        """Show what may be shown from now on, or hide it."""
        self.list_visits()
        self.update_column()

    def take_signed(self, signed: Sequence[Signed]) -> None:
        """Take the signed readings that are kept."""
        self.signed = tuple(signed)
        self.list_visits()

    def list_visits(self) -> None:
        """List the other visits anew, of what was found and what is kept."""
        series, session = self.desk.room.series, self.desk.session
        self.rows = ()
        if series is None or session is None:
            self.why = "Open a scan first."
        elif self.is_hidden:
            self.why = why_hidden(self.desk)
        else:
            self.rows = visit_rows(self.desk.room.found, series, self.signed, reader=session.reader)
            self.why = "" if self.rows else NO_PATIENT if series.patient is None else NO_VISITS
        self.events.rows()

    def note_scan(self) -> None:
        """Note that the scan of another visit is shown. Raises ReadingError where the reading is blinded."""
        if self.desk.session is not None:
            self.desk.session.show_prior("scan")

    def put_beside(self, reading: Reading | None) -> None:
        """Put the score of another visit beside this one, or none."""
        self._reading, self._put_at = reading, None
        self.update_column()

    def update_column(self) -> None:
        """Make the column anew where the reading has changed since."""
        session = self.desk.session
        if session is None or self._reading is None or self.is_hidden:
            self._set_column(None)
            return
        if self._put_at == (self._reading.id, session.scheme.name, session.version):
            return
        try:
            self._set_column(column_of(session, self._reading))
        except ReadingError as error:
            self._set_column(None)
            self.events.told(message=str(error))
        self._put_at = (self._reading.id, session.scheme.name, session.version)

    def leave(self) -> None:
        """Show no other visit any more."""
        self._reading = self._put_at = None
        self._set_column(None)

    def _set_column(self, column: PriorColumn | None) -> None:
        if column != self.column:
            self.column = column
            self.events.column()


def priors_of(viewer: Any) -> Priors:
    """Give the priors of a viewer, made when they are first asked for; they live as long as its room."""
    desk = desk_of(viewer)
    priors = desk.room.guests.get(_NAME)
    if not isinstance(priors, Priors):
        priors = Priors(desk)
        desk.room.guests[_NAME] = priors
    return priors
