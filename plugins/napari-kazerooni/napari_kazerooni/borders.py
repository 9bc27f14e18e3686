"""Borders: lobe borders follow fissure points that are dragged, added or deleted, and lobes that are taken out."""

from __future__ import annotations

from kazerooni.errors import ReadingError
from kazerooni.model import Fissure, FissureSet, Lobe, State
from kazerooni.segment import Lungs
from napari_kazerooni.layers import LayerName
from napari_kazerooni.said import Said
from napari_kazerooni.session import ReadingSession

_LOBES: tuple[LayerName, ...] = ("lobes",)


def absent_lobes(session: ReadingSession) -> frozenset[Lobe]:
    """Give the lobes that the reader called absent: their neighbours fill the lung."""
    return absent_in(session.said)


def absent_in(said: Said) -> frozenset[Lobe]:
    """Give the lobes that are said to be absent."""
    return frozenset(lobe for (lobe, _), entry in said.entries.items() if entry.state is State.ABSENT)


def change_fissure(session: ReadingSession, lungs: Lungs, fissure: Fissure) -> tuple[int, ...]:
    """Move the lobe borders to a fissure whose points or state changed; counts follow.

    lungs: that the lobes of the session part. fissure: as `fissure_of` makes it of its points layer.

    Gives the slices (of the scan) that were written. It can be undone in one step.

    Raises ReadingError where the lobes are not parted by fissures, SegmentError where no surface can be laid through
    the points; then nothing changes.
    """
    from kazerooni.segment import move_fissures  # noqa: PLC0415 - loaded when lobes were found

    session.say.refuse_change()
    before = session.fissures
    if before is None:
        raise ReadingError(
            "these lobes come from a map, not from fissures; find the fissures first, or paint the lobes"
        )
    others = tuple(old for old in before.fissures if old.name is not fissure.name)
    after = FissureSet((*others, fissure))
    labels = session.canvas.labels("lobes")
    kept = labels.copy()
    slices = move_fissures(labels, lungs, before, after, without=absent_lobes(session))
    session.canvas.recount_slices(slices, _LOBES)
    session.say.part(f"move {fissure.name}", after, session.canvas.changed_since("lobes", kept, slices))
    return slices


def take_out(session: ReadingSession, lungs: Lungs, lobe: Lobe) -> None:
    """Call a lobe absent, as after lobectomy, and let its neighbours fill the lung.

    Raises ReadingError where something was entered of it, or the lobes are not parted by fissures.
    """
    said = session.said.absent(lobe)  # refused before anything changes
    _part(session, lungs, f"{lobe.name} absent", said)


def put_back(session: ReadingSession, lungs: Lungs, lobe: Lobe) -> None:
    """Take back that a lobe is absent, and part it off again."""
    said = session.said
    for (each, component), entry in tuple(said.entries.items()):
        if each is lobe and entry.state is State.ABSENT:
            said = said.cleared(lobe, component)
    _part(session, lungs, f"{lobe.name} not absent", said)


def _part(session: ReadingSession, lungs: Lungs, name: str, said: Said) -> None:
    """Part the lungs anew as what is said of lobes wants it, in one step that can be undone."""
    from kazerooni.segment import lobes_of  # noqa: PLC0415 - loaded when lobes were found

    session.say.refuse_change()
    if session.fissures is None:
        raise ReadingError("these lobes come from a map, not from fissures; paint over the lobe that is absent")
    parted = lobes_of(lungs, session.fissures, without=absent_in(said))
    kept = session.canvas.labels("lobes").copy()
    session.canvas.replace("lobes", parted.labels)
    session.say.part(name, session.fissures, session.canvas.changed_since("lobes", kept, range(len(kept))), said)
