"""Walk: the folders of an archive one by one, each with its files; links are followed, each folder once."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from kazerooni.dicom import FileSource, dicomdir_sources, file_source
from kazerooni.errors import ArchiveError


class Stamp(NamedTuple):
    """By what a file is known again."""

    size: int
    modified_ns: int


_UNKNOWN: Final = Stamp(1, -2)


class Folder(NamedTuple):
    """A folder of an archive. path: below the archive's own, "" for itself. files: by name, sorted.

    why: it cannot be read, "" where it can.
    """

    path: str
    files: dict[str, Stamp]
    why: str = ""


def walk(archive: Path) -> Iterator[Folder]:
    """Give the folders of an archive in a stable order; of a DICOMDIR or a zip, its own folder with what belongs to it.

    A folder that cannot be read is given with why. Raises ArchiveError where the archive itself cannot be.
    """
    if check(archive):
        yield from _folders(str(archive))
    else:
        yield from _files_of(archive)


def check(archive: Path) -> bool:
    """See that an archive is there and can be read; gives whether it is a folder. Raises ArchiveError."""
    why, mode = None, 0
    try:
        mode = archive.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(archive).close()
        elif stat.S_ISREG(mode):
            archive.open("rb").close()
        else:
            why = "neither a file nor a folder"
    except OSError as error:
        why = error.strerror
    if why is not None:
        raise ArchiveError(f"{archive.name}: cannot be read ({why}); give a folder, DICOMDIR or zip")
    return stat.S_ISDIR(mode)


def _files_of(archive: Path) -> Iterator[Folder]:
    source = file_source(archive, archive.name)
    listed: dict[str, dict[str, Stamp]] = {"": {archive.name: Stamp(source.size, source.modified_ns)}}
    for one in [] if archive.suffix.lower() == ".zip" else dicomdir_sources(source):
        folder, _, name = one.name.rpartition("/")
        listed.setdefault(folder, {})[name] = Stamp(one.size, one.modified_ns)
    for folder, files in sorted(listed.items()):
        yield Folder(folder, dict(sorted(files.items())))


def _folders(root: str) -> Iterator[Folder]:
    pending, seen = [""], set[tuple[int, int]]()
    while pending:
        relative = pending.pop()
        try:
            files, below = _listed(os.path.join(root, relative), seen)  # noqa: PTH118 - a folder of millions
        except OSError as error:
            yield Folder(relative, {}, f"the folder cannot be read ({error.strerror})")
            continue
        yield Folder(relative, files)
        pending += [f"{relative}/{name}" if relative else name for name in reversed(below)]


def _listed(path: str, seen: set[tuple[int, int]]) -> tuple[dict[str, Stamp], list[str]]:
    """List the files and the folders in a folder by name, both sorted; nothing in one that was seen before."""
    told = os.stat(path)  # noqa: PTH116 - a folder of millions
    if told.st_ino and (told.st_dev, told.st_ino) in seen:
        return {}, []
    seen.add((told.st_dev, told.st_ino))
    files: list[tuple[str, Stamp]] = []
    below: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            try:
                if entry.is_dir():
                    below.append(entry.name)
                    continue
                told = entry.stat()
            except OSError:  # a link to nowhere, a file that is gone: told by who looks into it
                files.append((entry.name, _UNKNOWN))
                continue
            if stat.S_ISREG(told.st_mode):
                files.append((entry.name, Stamp(told.st_size, told.st_mtime_ns)))
    files.sort()
    return dict(files), sorted(below)


def source_of(root: Path, folder: str, name: str, stamp: Stamp) -> FileSource:
    """Give a file of an archive as the readers of DICOM take it."""
    relative = f"{folder}/{name}" if folder else name
    return FileSource(f"{root}{os.sep}{relative}", relative, *stamp)
