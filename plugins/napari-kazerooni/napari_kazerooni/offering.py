"""Offering: whose draft of a scan is offered, in words, and what going on with it makes of it. No widgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from napari_kazerooni.draft import Draft
from napari_kazerooni.setting import Setting
from napari_kazerooni.taking_over import is_of_program, may_be_offered, waits_for_name

WAITS: Final = (
    "An unfinished reading of this scan is kept here. Give your name as reader: if it is yours, it is offered."
)
_FOUND: Final = "An unfinished reading of this scan"


@dataclass(frozen=True, slots=True, eq=False)
class Offered:
    """The drafts that a reading may be gone on with from, the one that is offered first.

    waits: whether one may be, once its reader has given his name.
    """

    drafts: tuple[Draft, ...] = ()
    waits: bool = False


def offered(found: Iterable[Draft], setting: Setting, reader: str | None) -> Offered:
    """Give what may be offered of the drafts of a scan, the one saved last first: the reader's own before others."""
    drafts = tuple(found)
    possible = (draft for draft in drafts if may_be_offered(draft, setting, reader))
    waits = any(waits_for_name(draft, setting, reader) for draft in drafts)
    return Offered(tuple(sorted(possible, key=lambda draft: _rank(draft, reader))), waits)


def _rank(draft: Draft, reader: str | None) -> int:
    """Give how close a draft is to a reader: his own, one that he may have begun, a program's, another's."""
    of = draft.reading.reader
    if of is not None and (reader is None or of == reader):
        return 0
    if of is not None:
        return 3
    return 2 if is_of_program(draft) else 1


def words_of(drafts: Sequence[Draft], reader: str | None) -> str:
    """Tell whose the draft is that is offered first, when it was begun and kept last, and how many more there are."""
    draft, more = drafts[0], len(drafts) - 1
    others = f" There {'is' if more == 1 else 'are'} {more} more." if more else ""
    return f"{_whose(draft, reader)}{others}"


def _whose(draft: Draft, reader: str | None) -> str:
    of = draft.reading.reader
    if is_of_program(draft):
        return f"A program prepared this scan on {draft.kept:%Y-%m-%d %H:%M}."
    if of is None:
        return f"{_FOUND}, of nobody named, was found{_when(draft)}. Go on with it only if you began it."
    if reader is None:
        other = f"If you are not {of}, give your name as reader first."
        return f"{_FOUND} by {of} was found{_when(draft)}. {other}"
    if of == reader:
        return f"Your unfinished reading of this scan ({of}) was found{_when(draft)}."
    own = "Begin with it, and it becomes a reading of your own, which says so."
    return f"{_FOUND} by {of}, another reader, was found{_when(draft)}. {own}"


def _when(draft: Draft) -> str:
    started = draft.reading.session.started
    begun = "" if started is None else f"begun {started.astimezone():%Y-%m-%d %H:%M}, "
    return f": {begun}kept last {draft.kept:%Y-%m-%d %H:%M}"


def button_of(draft: Draft, reader: str | None) -> str:
    """Give the words of the button that goes on with a draft: as whom, where nobody is named."""
    of = draft.reading.reader
    if is_of_program(draft):
        return "Begin with it"
    if of is None or of == reader:
        return "Go on with it"
    return f"Go on as {of}" if reader is None else "Begin with it"
