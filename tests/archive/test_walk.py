"""The folders of an archive: each is come to once, whatever links lead to, and none is remembered for it."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazerooni.archive.walk import walk

# Two trees, of which the first is the archive; "" is the root itself.
FOLDERS = ("in", "in/a", "in/a/b", "in/a/b/c", "in/d", "out", "out/e", "out/e/f", "out/g")


def _reached(root: Path) -> set[tuple[int, int]]:
    """Give the folders that can be come to, links followed, by device and inode."""
    pending, seen = [root], set[tuple[int, int]]()
    while pending:
        folder = pending.pop()
        told = folder.stat()
        if (told.st_dev, told.st_ino) not in seen:
            seen.add((told.st_dev, told.st_ino))
            pending += [entry for entry in folder.iterdir() if entry.is_dir()]
    return seen


@given(links=st.lists(st.tuples(st.sampled_from(FOLDERS), st.sampled_from((*FOLDERS, "."))), max_size=6))
@settings(max_examples=60)
def test_each_folder_is_walked_once(links: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Links into the archive, out of it, to a folder above and in rings: every folder is given, and given once."""
    place = tmp_path_factory.mktemp("trees")
    for folder in FOLDERS:
        (place / folder).mkdir(parents=True, exist_ok=True)
    for number, (where, target) in enumerate(links):
        (place / where / f"link{number}").symlink_to(place / target, target_is_directory=True)
    root = place / "in"
    given_folders = [(root / folder.path).stat() for folder in walk(root)]
    identities = [(told.st_dev, told.st_ino) for told in given_folders]
    assert len(identities) == len(set(identities))
    assert set(identities) == _reached(root)


def test_a_folder_of_the_archive_is_walked_in_its_own_place(tmp_path: Path) -> None:
    """A link to a folder of the archive gives nothing, though it comes first."""
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "IM0").write_bytes(b"0")
    (tmp_path / "a").symlink_to(tmp_path / "z", target_is_directory=True)
    assert [(folder.path, list(folder.files)) for folder in walk(tmp_path)] == [("", []), ("z", ["IM0"])]


def test_memory_does_not_grow_with_the_number_of_folders(tmp_path: Path) -> None:
    """Twenty times as many folders, at most fifty to a folder, are walked in the same memory."""
    peaks = []
    for number in (2, 40):
        root = tmp_path / str(number)
        for folder in range(50 * number):
            os.makedirs(root / str(folder // 50) / str(folder % 50))  # noqa: PTH103 - two thousand of them
        tracemalloc.start()
        for _ in walk(root):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 20_000
