"""Zips: a path may lead through a zip to a member of it, as `scans.zip/maps/lobes.dcm`; nothing is unpacked to disk."""

from __future__ import annotations

import errno
import io
import lzma
import os
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

LARGEST_MEMBER_BYTES: Final = 4 * 1024**3
"""To which one member of a zip may unpack; the largest real CT objects (enhanced multi-frame) stay below it."""
DAMAGES: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, NotImplementedError, RuntimeError, ValueError),
)
"""What zipfile raises on damaged or unknown members."""


def file_of(path: str | os.PathLike[str]) -> Path:
    """Give the file on disk that a path leads to: the path itself, or the zip that it leads through."""
    whole = Path(path)
    return next((one for one in (whole, *whole.parents) if one.is_file()), whole)


def open_through(path: Path) -> BinaryIO:
    """Open a file, or the member of a zip that a path leads to, which is then held in memory.

    Raises OSError; of a damaged zip too.
    """
    try:
        return path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        if (member := member_at(path)) is None:
            raise
        return member


def member_at(path: Path) -> io.BytesIO | None:
    """Read the member of a zip that a path leads to; None where it leads through no zip.

    Raises OSError where the zip is damaged or holds no such member.
    """
    file = file_of(path)
    if file == path or file.suffix.lower() != ".zip":
        return None
    return io.BytesIO(_member(file, path.relative_to(file).as_posix()))


def _member(file: Path, name: str) -> bytes:
    """Unpack a member of a zip; of a name that stands twice none, as nothing says which is meant."""
    try:
        with zipfile.ZipFile(file) as archive:
            named = [one for one in archive.infolist() if PurePosixPath(one.filename) == PurePosixPath(name)]
            if len(named) != 1:
                raise OSError(errno.ENOENT, "the zip holds several of this name" if named else "not in the zip")
            if named[0].file_size > LARGEST_MEMBER_BYTES:
                raise OSError(errno.EFBIG, f"unpacks to more than {LARGEST_MEMBER_BYTES} bytes")
            with archive.open(named[0]) as member:
                return member.read(named[0].file_size)
    except DAMAGES as error:
        raise OSError(errno.EIO, f"damaged member of the zip ({type(error).__name__})") from error
