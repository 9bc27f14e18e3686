"""The index of an archive: what is in it, and that only what changed is looked into again."""

from __future__ import annotations

import os
import shutil
import stat
import tracemalloc
from pathlib import Path

import pydicom
import pytest

from kazerooni.archive import Changes, Index
from kazerooni.errors import ArchiveError
from kazerooni.phantom import write_dicomdir
from tests.archive.conftest import READINGS, SAMPLES

SLICES = {year: len(list((SAMPLES / year).iterdir())) for year in ("1999", "2000")}


def _small(folder: Path) -> Path:
    shutil.copytree(SAMPLES / "1999", folder / "a" / "b")
    shutil.copytree(SAMPLES / "maps" / "1999", folder / "maps")
    return folder


def _pictures(index: Index) -> list[tuple[str, int]]:
    asked = "SELECT s.series, count(*) FROM files f JOIN series s ON s.number = f.series WHERE s.is_ct GROUP BY 1"
    return index.database.execute(asked).fetchall()


def test_what_an_archive_holds(archive: Path, tmp_path: Path) -> None:
    """Every file is told as what it is, at any depth; members of a zip stand with their series."""
    with Index(archive, tmp_path / "index.sqlite") as index:
        changes = index.update()
        assert index.kinds() == {
            "other": 2,
            "picture": SLICES["1999"],
            "reading": READINGS + 2,
            "score": 1,
            "segmentation": 6,
            "zip": 1,
        }
        members = index.database.execute("SELECT count(DISTINCT uid), count(DISTINCT series) FROM members").fetchone()
    assert changes.files == changes.looked == sum((2, SLICES["1999"], READINGS + 2, 1, 6, 1))
    assert members == (SLICES["2000"], 1)


def test_maps_stand_with_the_series_they_were_drawn_on(tmp_path: Path) -> None:
    """A SEG refers to the series of its pictures, and tells which maps it holds."""
    with Index(_small(tmp_path / "archive"), tmp_path / "index.sqlite") as index:
        index.update()
        ((series, _),) = _pictures(index)
        rows = index.database.execute("SELECT refers, roles FROM documents ORDER BY roles")
        assert rows.fetchall() == [(series, "alveolar"), (series, "interstitial"), (series, "lobes")]


def test_a_second_look_touches_only_what_changed(tmp_path: Path) -> None:
    """Unchanged files are not opened again; changed, new and removed ones are followed."""
    root = _small(tmp_path / "archive")
    files = sorted((root / "a" / "b").iterdir())
    count = len(files) + 3
    place = tmp_path / "index.sqlite"
    with Index(root, place) as index:
        assert index.update() == Changes(count, count, 0)
    with Index(root, place) as index:
        assert index.update() == Changes(count, 0, 0)
    files[0].write_bytes(b"not DICOM any more")
    files[1].unlink()
    shutil.copy(files[2], root / "new")
    with Index(root, place) as index:
        assert index.update() == Changes(count, 2, 1)
        assert _pictures(index)[0][1] == len(files) - 1
    shutil.rmtree(root / "a")
    with Index(root, place) as index:
        assert index.update() == Changes(4, 0, len(files) - 1)
        assert _pictures(index)[0][1] == 1


def test_numbers_are_the_same_however_often_the_index_was_interrupted(tmp_path: Path) -> None:
    """An index that was broken off and gone on with numbers the files as one that was not."""
    root = _small(tmp_path / "archive")

    class _EnoughError(Exception):
        pass

    with Index(root, tmp_path / "one.sqlite") as whole:
        whole.update()
        wanted = whole.database.execute("SELECT * FROM files ORDER BY number").fetchall()
    with Index(root, tmp_path / "two.sqlite") as index:
        folders = iter(range(2))

        def enough(*_: object) -> None:
            raise _EnoughError

        put = index._put
        index._put = lambda *given: put(*given) if next(folders, None) is not None else enough()  # type: ignore[method-assign]
        with pytest.raises(_EnoughError):
            index.update()
        index.database.commit()
    with Index(root, tmp_path / "two.sqlite") as index:
        index.update()
        assert index.database.execute("SELECT * FROM files ORDER BY number").fetchall() == wanted


def test_a_dicomdir_is_an_archive_of_what_it_names(tmp_path: Path) -> None:
    """A DICOMDIR that is given stands for the files that it lists, and for no others."""
    folder = tmp_path / "disc"
    files = sorted((SAMPLES / "1999").iterdir())
    write_dicomdir((pydicom.dcmread(file) for file in files), folder)
    (folder / "stray.json").write_text("{}", "utf-8")
    with Index(folder / "DICOMDIR", tmp_path / "index.sqlite") as index:
        index.update()
        assert index.kinds() == {"dicomdir": 1, "picture": len(files)}


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_the_index_is_private(tmp_path: Path) -> None:
    """Nobody but the user may read an index, as paths stand in it."""
    with Index(_small(tmp_path / "archive"), tmp_path / "index.sqlite") as index:
        index.update()
    assert stat.S_IMODE((tmp_path / "index.sqlite").stat().st_mode) == 0o600


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    """Ten times as many files in ten times as many folders take no more memory to index."""
    peaks = []
    text = '{"schema_version": 1, "note": "of no use"}'
    for folders in (20, 200):
        root = tmp_path / str(folders)
        for number in range(folders):
            (root / f"{number:04d}").mkdir(parents=True)
            for name in range(10):
                (root / f"{number:04d}" / f"{name}.json").write_text(text, "utf-8")
        with Index(root, tmp_path / f"{folders}.sqlite") as index:
            tracemalloc.start()
            index.update()
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    """Another file is not taken for an index, nor an archive that is not there for an empty one."""
    (tmp_path / "notes").write_text("no database at all, but long enough to be read as one" * 20, "utf-8")
    with pytest.raises(ArchiveError, match="notes: cannot be used as an index"):
        Index(tmp_path, tmp_path / "notes")
    with pytest.raises(ArchiveError, match=r"gone: cannot be read .* give a folder, DICOMDIR or zip"):
        Index(tmp_path / "gone", tmp_path / "index.sqlite").update()
