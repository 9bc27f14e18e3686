"""Taking over: a draft as the reading of who goes on with it: what was looked at belongs to the person who looked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from kazerooni.model import Notice, PriorShown, Reading, Session
from napari_kazerooni.draft import Draft
from napari_kazerooni.draft_ids import id_to_go_on_with, who_goes_on
from napari_kazerooni.provenance import begun_with, most_shown
from napari_kazerooni.setting import Setting


@dataclass(frozen=True, slots=True)
class Taker:
    """Who goes on with a draft, and the reading of the scan that was open until then.

    reader: as named, None for nobody. folder: that own drafts are kept in. session: how the scan was read so far.
    others: what the open reading tells of other readings of the scan.
    """

    reader: str | None
    folder: Path
    session: Session
    others: tuple[Notice, ...] = ()


def is_of_program(draft: Draft) -> bool:
    """Tell whether a program left a draft: the reading room gives each reading its place in the order."""
    return draft.reading.reader is None and draft.reading.session.order is None


def is_of_another(draft: Draft, folder: Path, reader: str | None) -> bool:
    """Tell whether somebody else began a draft, or may have, as nobody is named and it lies elsewhere."""
    if is_of_program(draft):
        return False
    who = who_goes_on(draft, reader)
    return id_to_go_on_with(draft, folder, reader) != draft.reading.id and (who is None or who != draft.reading.reader)


def taken_over(draft: Draft, taker: Taker) -> Draft:
    """Give a draft as that of who goes on with it.

    Marks, lobes, values and remarks stay. Of another one's draft the record of looking begins anew: start, slices,
    windows, what was shown, order; and so do the answers to questions.
    """
    own = id_to_go_on_with(draft, taker.folder, taker.reader)
    reading = replace(draft.reading, id=own, reader=who_goes_on(draft, taker.reader))
    if is_of_another(draft, taker.folder, taker.reader):
        return _anew(draft, reading, taker)
    is_begun_now = is_of_program(draft)
    session = taker.session if is_begun_now else _gone_on(draft, taker.session, is_same=own == draft.reading.id)
    return replace(draft, reading=replace(reading, session=session, notices=_notices(draft, taker)))


def _anew(draft: Draft, reading: Reading, taker: Taker) -> Draft:
    shown: PriorShown = "score" if draft.holds_findings else "none"
    session = replace(taker.session, prior_shown=most_shown(taker.session.prior_shown, shown))
    notices = (*_notices(draft, taker), begun_with(draft.reading))
    return replace(
        draft,
        reading=replace(reading, session=session, notices=notices),
        said=replace(draft.said, counted={}, settled={}),
        confirmed=frozenset(),
    )


def _gone_on(draft: Draft, now: Session, *, is_same: bool) -> Session:
    """Give how a scan was read when a reader goes on with what is his: before, and since the scan was opened again."""
    before = draft.reading.session
    return replace(
        before,
        windows=tuple(dict.fromkeys((*before.windows, *now.windows))),
        slices_seen=tuple(sorted({*(before.slices_seen or ()), *(now.slices_seen or ())})),
        prior_shown=most_shown(before.prior_shown, now.prior_shown),
        order=before.order if is_same else now.order,
    )


def _notices(draft: Draft, taker: Taker) -> tuple[Notice, ...]:
    return tuple(dict.fromkeys((*draft.reading.notices, *taker.others)))


def may_be_offered(draft: Draft, setting: Setting, reader: str | None) -> bool:
    """Tell whether a draft may be offered to a reading that begins in a setting.

    A blinded reading is offered what a program left, and what its reader began without a look at another visit. A study
    that hides who it is wants it begun at the same place of its list, too: an earlier reading of the scan would tell
    what was found then.
    """
    if not (setting.hidden or setting.blinded) or is_of_program(draft):
        return True
    session, is_his = draft.reading.session, draft.reading.reader in (None, reader)
    if setting.hidden:
        return is_his and draft.hidden and session.order == setting.order
    return is_his and session.prior_shown in (None, "none")


def waits_for_name(draft: Draft, setting: Setting, reader: str | None) -> bool:
    """Tell whether a draft may be offered once its reader has given his name."""
    return reader is None and not may_be_offered(draft, setting, None) and may_be_offered(draft, setting, _of(draft))


def _of(draft: Draft) -> str | None:
    return draft.reading.reader


def still_blinded(made: Setting, begun: Setting) -> Setting:
    """Give the setting of a draft that is gone on with from a reading: what that hid stays hidden."""
    return replace(made, blinded=made.blinded or begun.blinded, hidden=made.hidden or begun.hidden)
