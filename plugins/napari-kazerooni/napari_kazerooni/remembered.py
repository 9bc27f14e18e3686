"""Remembered: what the reading room knows from the last start: where signed readings are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from platformdirs import user_data_dir

from kazerooni.errors import OutputError
from kazerooni.files import make_folder, write_whole

_FILE: Final = "reading-room.json"
_FOLDER: Final = "reading_folder"


def _path() -> Path:
    return Path(user_data_dir("kazerooni", appauthor=False)) / _FILE


def remembered_folder() -> Path | None:
    """Give the folder that signed readings were kept in last, None where none is known or it is gone."""
    try:
        kept = json.loads(_path().read_text("utf-8"))[_FOLDER]
        folder = Path(kept)
        return folder if folder.is_dir() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # what cannot be read is not known: the reader is asked for the folder anyway


def remember_folder(folder: Path) -> None:
    """Keep the folder for the next start; where that cannot be written it is asked for anew."""
    data = json.dumps({_FOLDER: str(folder.absolute())}) + "\n"
    try:
        make_folder(_path().parent)
        write_whole(_path(), data.encode(), force=True)
    except OutputError:
        return
