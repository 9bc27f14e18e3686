"""Borders: lobe borders follow fissure points that are dragged, added or deleted, and lobes that are taken out."""

from __future__ import annotations

from collections.abc import Collection

from kazerooni.errors import ReadingError
from kazerooni.model import Fissure, FissureSet, Lobe, State
from kazerooni.segment import Lungs, lobes_of, move_fissures
from napari_kazerooni.layers import LayerName
from napari_kazerooni.session import ReadingSession

_LOBES: tuple[LayerName, ...] = ("lobes",)


def absent_lobes(session: ReadingSession) -> frozenset[Lobe]:
    """Give the lobes that the reader called absent: their neighbours fill the lung."""
    return frozenset(lobe for (lobe, _), entry in session.said.entries.items() if entry.state is State.ABSENT)


def change_fissure(session: ReadingSession, lungs: Lungs, fissure: Fissure) -> tuple[int, ...]:
    """Move the lobe borders to a fissure whose points or state changed; counts follow.

    lungs: that the lobes of the session part. fissure: as `fissure_of` makes it of its points layer.

    Gives the slices (of the scan) that were written. Raises ReadingError where the lobes are not parted by fissures,
    SegmentError where no surface can be laid through the points; then nothing changes.
    """
    session.say.refuse_signed()
    before = session.fissures
    if before is None:
        raise ReadingError(
            "these lobes come from a map, not from fissures; find the fissures first, or paint the lobes"
        )
    others = tuple(old for old in before.fissures if old.name is not fissure.name)
    after = FissureSet((*others, fissure))
    slices = move_fissures(session.canvas.labels("lobes"), lungs, before, after, without=absent_lobes(session))
    session.canvas.recount_slices(slices, _LOBES)
    session.fissures = after
    session.say.touch()
    return slices


def take_out(session: ReadingSession, lungs: Lungs, lobe: Lobe) -> None:
    """Call a lobe absent, as after lobectomy, and let its neighbours fill the lung.

    Raises ReadingError where something was entered of it, or the lobes are not parted by fissures.
    """
    session.said.absent(lobe)  # refused before anything changes
    _part(session, lungs, absent_lobes(session) | {lobe})
    session.say.set_absent(lobe)


def put_back(session: ReadingSession, lungs: Lungs, lobe: Lobe) -> None:
    """Take back that a lobe is absent, and part it off again."""
    for (each, component), entry in tuple(session.said.entries.items()):
        if each is lobe and entry.state is State.ABSENT:
            session.say.clear(lobe, component)
    _part(session, lungs, absent_lobes(session))


def _part(session: ReadingSession, lungs: Lungs, without: Collection[Lobe]) -> None:
    if session.fissures is None:
        raise ReadingError("these lobes come from a map, not from fissures; paint over the lobe that is absent")
    parted = lobes_of(lungs, session.fissures, without=without, source=session.lobes_source or "kazerooni.segment")
    session.set_lobes(parted, session.fissures)
