"""Walk: the folders of an archive one by one, each with its files; links are followed, each folder once.

Where a link leads into the archive itself, the folder is walked in its own place.
"""

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


class _Trees:
    """The trees that are walked, by their real paths: the archive, and what links lead to outside of it.

    A folder is come to twice only by a link, so only these are remembered, however many folders there are.
    """

    def __init__(self, archive: str) -> None:
        self._roots = {os.path.realpath(archive)}

    def is_new(self, target: str) -> bool:
        """Tell whether the folder that a link leads to lies in no tree that is walked; it is one from now on."""
        above = target
        while above not in self._roots:
            above, below = os.path.dirname(above), above  # noqa: PTH120 - texts, no files
            if above == below:
                self._roots.add(target)
                return True
        return False

    def is_root(self, folder: str) -> bool:
        """Tell whether a folder is walked as one that a link leads to."""
        return folder in self._roots


def _folders(root: str) -> Iterator[Folder]:
    trees = _Trees(root)
    pending = [("", os.path.realpath(root))]
    while pending:
        relative, real = pending.pop()
        try:
            files, below = _listed(os.path.join(root, relative), real, trees)  # noqa: PTH118 - a folder of millions
        except OSError as error:
            yield Folder(relative, {}, f"the folder cannot be read ({error.strerror})")
            continue
        yield Folder(relative, files)
        pending += [(f"{relative}/{name}" if relative else name, place) for name, place in reversed(below)]


def _listed(path: str, real: str, trees: _Trees) -> tuple[dict[str, Stamp], list[tuple[str, str]]]:
    """List the files in a folder by name, and the folders in it that are to be walked with their real paths; sorted."""
    files: list[tuple[str, Stamp]] = []
    below: list[tuple[str, str]] = []
    links: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            try:
                if entry.is_dir():
                    if _is_link(entry):
                        links.append(entry.name)
                    elif not trees.is_root(place := os.path.join(real, entry.name)):  # noqa: PTH118 - as above
                        below.append((entry.name, place))
                    continue
                told = entry.stat()
            except OSError:  # a link to nowhere, a file that is gone: told by who looks into it
                files.append((entry.name, _UNKNOWN))
                continue
            if stat.S_ISREG(told.st_mode):
                files.append((entry.name, Stamp(told.st_size, told.st_mtime_ns)))
    targets = ((name, os.path.realpath(os.path.join(path, name))) for name in sorted(links))  # noqa: PTH118 - as above
    below += [(name, target) for name, target in targets if trees.is_new(target)]
    files.sort()
    return dict(files), sorted(below)


def _is_link(folder: os.DirEntry[str]) -> bool:
    """Tell whether a folder is a link to one; on Windows a junction too."""
    if folder.is_symlink() or os.name != "nt":
        return folder.is_symlink()
    attributes: int = getattr(folder.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def source_of(root: Path, folder: str, name: str, stamp: Stamp) -> FileSource:
    """Give a file of an archive as the readers of DICOM take it."""
    relative = f"{folder}/{name}" if folder else name
    return FileSource(f"{root}{os.sep}{relative}", relative, *stamp)
