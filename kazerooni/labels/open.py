"""Open: the file of a label map, opened once, so that its labels and its digest are of the same bytes."""

from __future__ import annotations

import hashlib
import io
import mmap
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from kazerooni.errors import LabelError
from kazerooni.zips import member_at

_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: int = getattr(os, "O_NONBLOCK", 0)
_BINARY: int = getattr(os, "O_BINARY", 0)


class MapFile:
    """The file of a label map, and with it the file beside it that holds its data, where there is one.

    The path may lead through a zip; of a member nothing is read beside it.

    name: as messages tell it, without its folder. stream: its bytes.

    Raises LabelError where it is no regular file or cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.stream = _open_plain(path, self.name)
        self._path = path
        self._opened = {self.stream: _stamp(self.stream)}

    def start(self, length: int) -> bytes:
        """Read the first bytes; fewer where there are no more."""
        self.stream.seek(0)
        return self.stream.read(length)

    def beside(self, name: str) -> BinaryIO:
        """Open a file beside this one, which becomes a part of the map; a link is not followed.

        Raises LabelError.
        """
        stream = _open_plain(self._path.with_name(name), self.name, follow=False)
        self._opened[stream] = _stamp(stream)
        return stream

    def mapped(self) -> mmap.mmap:
        """Give its bytes as a buffer to be read from."""
        if not isinstance(self.stream, io.BytesIO):
            return mmap.mmap(self.stream.fileno(), 0, access=mmap.ACCESS_READ)
        held = self.stream.getbuffer()
        buffer = mmap.mmap(-1, max(1, len(held)))
        buffer[: len(held)] = held
        return buffer

    def digest(self) -> str:
        """Give the SHA-256 of the file; with a file beside it, of the one after the other.

        Raises LabelError where one of them was changed after it was opened.
        """
        whole = hashlib.sha256()
        for stream in self._opened:
            stream.seek(0)
            while piece := stream.read(2**20):
                whole.update(piece)
        self.check_unchanged()
        return whole.hexdigest()

    def check_unchanged(self) -> None:
        """Raise LabelError where the file, or one beside it, was changed after it was opened."""
        if any(_stamp(stream) != stamp for stream, stamp in self._opened.items()):
            raise LabelError(f"{self.name}: was changed while it was read; read it again")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in self._opened:
            stream.close()


def _open_plain(path: Path, name: str, *, follow: bool = True) -> BinaryIO:
    """Open a regular file; a pipe or a device is refused, and with `follow` off a link too."""
    try:
        if follow and (member := _member(path)) is not None:
            return member
        descriptor = os.open(path, os.O_RDONLY | _BINARY | _NO_WAIT | (0 if follow else _NO_FOLLOW))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise LabelError(f"{name}: cannot be opened (not a regular file); give a label map")
        return os.fdopen(descriptor, "rb")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no usable name"
        raise LabelError(f"{name}: cannot be opened ({why}); give a readable label map") from None


def _member(path: Path) -> io.BytesIO | None:
    """Read the member of a zip that a path leads to, which no longer changes; None where it is a path of a file."""
    return None if path.exists() else member_at(path)


def _stamp(stream: BinaryIO) -> tuple[int, int]:
    if isinstance(stream, io.BytesIO):
        return len(stream.getbuffer()), 0
    told = os.fstat(stream.fileno())
    return told.st_size, told.st_mtime_ns
