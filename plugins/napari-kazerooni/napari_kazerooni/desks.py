"""Desks: where a desk keeps readings, and whether other visits are hidden: for the docks beside the score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from napari_kazerooni.desk import Desk
from napari_kazerooni.sign_dialog import SIGNING_FOLDER

BLINDED: Final = "This reading is blinded: other visits and their scores are hidden until it is signed."
STUDY: Final = "Who it is stays hidden in this study, and so do other visits."
_STAYS: Final = "This reading stays blinded until it is signed; the next one is not."
_SHOWN: Final = "Another visit was shown already, so this reading is not blinded; the next one is."


def signing_folder(desk: Desk) -> Path:
    """Give the folder that signed readings are kept in: the one that was chosen last, else the usual one."""
    return desk.reading_folder or SIGNING_FOLDER


def why_hidden(desk: Desk) -> str:
    """Say why other visits and their scores are hidden, empty where they may be shown."""
    session = desk.session
    if session is not None and session.setting.blinded and session.signed is None:
        return BLINDED
    return STUDY if desk.room.identity_hidden else ""


def set_blinded(desk: Desk, *, blinded: bool) -> str:
    """Hide other visits until a reading is signed, in this one and those to come, or in those to come no more.

    Gives what the reader is to be told: a reading is not blinded once another visit was shown, and stays blinded.
    """
    desk.blinded = blinded
    session = desk.session
    if session is None or session.signed is not None or session.setting.blinded == blinded:
        return ""
    if not blinded:
        return _STAYS
    if session.prior_shown != "none":
        return _SHOWN
    session.setting = replace(session.setting, blinded=True)
    session.say.touch()
    desk.room.events.identity()
    return ""
