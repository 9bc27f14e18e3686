"""Draft ids: who goes on with the draft of another one, or of a program, makes a reading of his own.

Two readers on two computers may go on with one draft of an archive; both sign, and one id must not name two readings.
"""

from __future__ import annotations

import getpass
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Final

from kazerooni.files import stem_of
from kazerooni.labels import DRAFT_SUFFIX
from napari_kazerooni.draft import Draft
from napari_kazerooni.setting import Setting

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


def id_to_go_on_with(draft: Draft, folder: Path, reader: str | None) -> str:
    """Give the id under which a reader goes on with a draft: its own where it is his, else one for him alone.

    folder: that his own drafts are kept in.
    """
    other = reader and draft.reading.reader not in (None, reader)
    if draft.path.parent.resolve() == folder.resolve() and not other:
        return draft.reading.id
    return own_id(draft.reading.id, reader)


def is_gone_on_with(draft: Draft, folder: Path, reader: str | None) -> bool:
    """Tell whether a reader has a draft of his own that was made of another one."""
    own = file_of(own_id(draft.reading.id, reader), folder)
    return own != draft.path and own.is_file()


def may_be_offered(draft: Draft, setting: Setting, reader: str | None) -> bool:
    """Tell whether a draft may be offered to a reading that begins in a setting.

    A study that hides who it is offers what a program left, and what was begun at the same place of its list: no draft
    of another reader or of an earlier reading of the scan, which would tell what was found then.
    """
    if not setting.hidden or draft.reading.reader is None:
        return True
    is_other = reader is not None and draft.reading.reader != reader
    return draft.hidden and draft.reading.session.order == setting.order and not is_other


def setting_to_go_on_in(made: Setting, draft: Draft, begun: Setting) -> Setting:
    """Give the setting in which a draft is gone on with.

    made: as the draft tells it. begun: of the reading that was open: where a study hides who it is, that stays so; one
    that is another reading than the draft has its place in the order of readings.
    """
    is_new = made.reading_id != draft.reading.id
    return replace(
        made,
        order=begun.order if is_new else made.order,
        blinded=made.blinded or (begun.hidden and begun.blinded),
        hidden=made.hidden or begun.hidden,
    )


def file_of(reading_id: str, folder: Path) -> Path:
    """Give the file of a draft in a folder."""
    return folder / f"{stem_of(reading_id)}{DRAFT_SUFFIX}"
