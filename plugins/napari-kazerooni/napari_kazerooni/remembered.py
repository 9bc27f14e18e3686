"""Remembered: what the reading room knows from the last start: where signed readings, and their scores, were kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from platformdirs import user_data_dir

from kazerooni.errors import OutputError
from kazerooni.files import make_folder, write_whole

SIGNING_FOLDER: Final = Path.home() / "kazerooni readings"
"""Where signed readings are kept until another folder is chosen."""
_FILE: Final = "reading-room.json"
_FOLDER: Final = "reading_folder"
_BOOK: Final = "score_book"


def remembered_folder() -> Path | None:
    """Give the folder that signed readings were kept in last, None where none is known or it is gone."""
    folder = _kept().get(_FOLDER)
    return Path(folder) if folder is not None and Path(folder).is_dir() else None


def remember_folder(folder: Path) -> None:
    """Keep the folder for the next start; where that cannot be written it is asked for anew."""
    _keep(_FOLDER, folder)


def remembered_book() -> Path | None:
    """Give the score book that was chosen last, None for the usual one.

    Also where its file is not there now, as on a drive that is not connected: another book in its place would take
    readings that nobody meant it to have.
    """
    book = _kept().get(_BOOK)
    return None if book is None else Path(book)


def remember_book(book: Path | None) -> None:
    """Keep the score book for the next start, None for the usual one; where that cannot be written it is asked for."""
    _keep(_BOOK, book)


def _path() -> Path:
    return Path(user_data_dir("kazerooni", appauthor=False)) / _FILE


def _kept() -> dict[str, str]:
    """Give the paths that are kept; what cannot be read is not known: the reader is asked anyway."""
    try:
        kept = json.loads(_path().read_text("utf-8"))
        return {name: path for name, path in kept.items() if isinstance(path, str) and "\0" not in path}
    except (OSError, ValueError, AttributeError):
        return {}


def _keep(name: str, path: Path | None) -> None:
    kept = {key: value for key, value in _kept().items() if key != name}
    if path is not None:
        kept[name] = str(path.absolute())
    try:
        make_folder(_path().parent)
        write_whole(_path(), f"{json.dumps(kept)}\n".encode(), force=True)
    except OutputError:
        return
