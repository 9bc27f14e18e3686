"""What the reading room remembers from the last start: places of readings and of their scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_kazerooni.remembered import remember_book, remember_folder, remembered_book, remembered_folder


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for data of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def test_the_folder_of_signed_readings_is_remembered(tmp_path: Path) -> None:
    """It is known at the next start as long as it is there, and the last one counts."""
    assert remembered_folder() is None
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        remember_folder(tmp_path / name)
    assert remembered_folder() == tmp_path / "second"
    (tmp_path / "second").rmdir()
    assert remembered_folder() is None


def test_the_score_book_is_remembered_beside_the_folder(tmp_path: Path) -> None:
    """The book that was chosen last is known though its drive be gone; the usual one forgets it, and no folder."""
    assert remembered_book() is None
    remember_book(tmp_path / "away" / "book.sqlite")
    remember_folder(tmp_path)
    assert remembered_book() == tmp_path / "away" / "book.sqlite"
    remember_book(None)
    assert (remembered_book(), remembered_folder()) == (None, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"reading_folder": 3, "score_book": []}',
        "\x00",
        '{"reading_folder": "\\u0000", "score_book": "\\u0000"}',
    ],
)
def test_what_is_damaged_is_not_known(data: Path, text: str) -> None:
    """A damaged file is as good as none: the folder is asked for before signing anyway."""
    (data / "kazerooni").mkdir(parents=True)
    (data / "kazerooni" / "reading-room.json").write_text(text)
    assert (remembered_folder(), remembered_book()) == (None, None)


def test_where_nothing_can_be_kept_the_reading_goes_on(data: Path, tmp_path: Path) -> None:
    """A place for data that cannot be written stops nothing."""
    data.write_text("a file")
    remember_folder(tmp_path)
    remember_book(tmp_path / "book.sqlite")
    assert (remembered_folder(), remembered_book()) == (None, None)
