"""Draft ids: who goes on with the draft of another one, or of a program, makes a reading of his own.

Two readers on two computers may go on with one draft of an archive; both sign, and one id must not name two readings.
"""

from __future__ import annotations

import getpass
import uuid
from pathlib import Path
from typing import Final

from kazerooni.files import stem_of
from kazerooni.labels import DRAFT_SUFFIX
from napari_kazerooni.draft import Draft

_OF_DRAFTS: Final = uuid.UUID("8b1f0a52-5c8e-4f0e-9b1a-0d5f3f6f7c21")


def own_id(draft_id: str, reader: str | None) -> str:
    """Give the id of the reading that a reader makes of a draft; the same each time, so that it is found again.

    reader: the name or sign; where none is known the login of the computer takes its place.
    """
    return str(uuid.uuid5(_OF_DRAFTS, f"{draft_id}\n{reader or _login()}"))


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a computer that does not know who sits there
        return ""


def who_goes_on(draft: Draft, reader: str | None) -> str | None:
    """Give who goes on with a draft: who is named as reader, else the reader of the draft, as the offer says."""
    return reader or draft.reading.reader


def id_to_go_on_with(draft: Draft, folder: Path, reader: str | None) -> str:
    """Give the id under which a reader goes on with a draft: its own where it is his, else one for him alone.

    folder: that his own drafts are kept in.
    """
    who = who_goes_on(draft, reader)
    is_his = draft.reading.reader in (None, who)
    if is_his and draft.path.parent.resolve() == folder.resolve():
        return draft.reading.id
    return own_id(draft.reading.id, who)


def is_gone_on_with(draft: Draft, folder: Path, reader: str | None) -> bool:
    """Tell whether a reader has a draft of his own that was made of another one."""
    own = file_of(own_id(draft.reading.id, who_goes_on(draft, reader)), folder)
    return own != draft.path and own.is_file()


def file_of(reading_id: str, folder: Path) -> Path:
    """Give the file of a draft in a folder."""
    return folder / f"{stem_of(reading_id)}{DRAFT_SUFFIX}"
