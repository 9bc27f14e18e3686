"""What the reading room remembers from the last start."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_kazerooni.remembered import remember_folder, remembered_folder


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


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"reading_folder": 3}', "\x00"])
def test_what_is_damaged_is_not_known(data: Path, text: str) -> None:
    """A damaged file is as good as none: the folder is asked for before signing anyway."""
    (data / "kazerooni").mkdir(parents=True)
    (data / "kazerooni" / "reading-room.json").write_text(text)
    assert remembered_folder() is None


def test_where_nothing_can_be_kept_the_reading_goes_on(data: Path, tmp_path: Path) -> None:
    """A place for data that cannot be written stops nothing."""
    data.write_text("a file")
    remember_folder(tmp_path)
    assert remembered_folder() is None
