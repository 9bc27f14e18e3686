"""Desks: where a desk keeps readings, and whether other visits are hidden: for the docks beside the score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from napari_kazerooni.desk import Desk
from napari_kazerooni.remembered import SIGNING_FOLDER

BLINDED: Final = "This reading is blinded: other visits and their scores are hidden until it is signed."
STUDY: Final = "Who it is stays hidden in this study, and so do other visits."
_SHOWN: Final = "Another visit or reading was shown already, so this reading cannot be blinded."


def signing_folder(desk: Desk) -> Path:
    """Give the folder that signed readings are kept in: the one that was chosen last, else the usual one."""
    return desk.reading_folder or SIGNING_FOLDER


def why_hidden(desk: Desk) -> str:
    """Say why other visits and their scores are hidden, empty where they may be shown."""
    session = desk.session
    if session is not None and session.setting.blinded and session.signed is None:
        return BLINDED
    return STUDY if desk.room.identity_hidden else ""


def can_blind(desk: Desk) -> bool:
    """Tell whether the reading can be blinded: one is open, not signed, and not blinded yet."""
    session = desk.session
    return session is not None and session.signed is None and not session.setting.blinded


def blind(desk: Desk) -> str:
    """Hide other visits until the reading is signed; it stays so. Gives why not where another visit was shown."""
    session = desk.open_session
    if not can_blind(desk):
        return ""
    if session.prior_shown != "none":
        return _SHOWN
    session.setting = replace(session.setting, blinded=True)
    session.say.touch()
    desk.room.events.identity()
    return ""
