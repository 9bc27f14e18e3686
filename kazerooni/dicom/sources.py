"""Sources: where the bytes of a scan come from, files of a folder, single files or the members of a zip.

Nothing is unpacked to disk, nothing outside the given folder is opened, and every file that cannot be looked at is
told.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Protocol, Self, cast

from kazerooni.zips import DAMAGES, LARGEST_MEMBER_BYTES

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Folders of Windows keep times of their own, which may differ a little from those of the files in them.
_CLOCK_TOLERANCE_NS = 0 if os.name == "posix" else 2_000_000_000
_ZIP_BUFFER_BYTES = 65536
_O_BINARY: int = getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that holds no picture of a scan, with the reason. `path` is relative to the input it was found in."""

    path: str
    reason: str


class Source(Protocol):
    """Bytes of one file, wherever they lie. Reading past the end gives what there is."""

    @property
    def name(self) -> str:
        """Path relative to the input, with forward slashes."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    def read(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes from `offset`."""

    def read_into(self, offset: int, target: memoryview) -> int:
        """Fill `target` from `offset`; give the number of bytes read."""

    def open(self) -> BinaryIO:
        """Open for sequential reading; seekable."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file on disk, as it was when it was found: one that has changed since raises OSError when it is read."""

    path: str
    name: str
    size: int
    modified_ns: int

    def read(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes from `offset`; a length beyond the end of the file reserves no memory."""
        length = min(length, self.size - offset)
        if length <= 0:
            return b""
        descriptor = self._descriptor()
        try:
            if hasattr(os, "pread"):
                return os.pread(descriptor, length, offset)
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.read(descriptor, length)
        finally:
            os.close(descriptor)

    def read_into(self, offset: int, target: memoryview) -> int:
        """Fill `target` from `offset`; give the number of bytes read."""
        if not hasattr(os, "preadv"):
            return self._read_into_portably(offset, target)
        descriptor = self._descriptor()
        try:
            done = 0
            while done < len(target) and (step := os.preadv(descriptor, [target[done:]], offset + done)):
                done += step
            return done
        finally:
            os.close(descriptor)

    def _read_into_portably(self, offset: int, target: memoryview) -> int:
        with self.open() as file:
            file.seek(offset)
            done = 0
            while done < len(target) and (step := file.readinto(target[done:])):  # type: ignore[attr-defined]
                done += step
            return done

    def open(self) -> BinaryIO:
        """Open the file for reading."""
        return os.fdopen(self._descriptor(), "rb")

    def _descriptor(self) -> int:
        descriptor = os.open(self.path, os.O_RDONLY | _O_BINARY)
        status = os.fstat(descriptor)
        if status.st_size != self.size or abs(status.st_mtime_ns - self.modified_ns) > _CLOCK_TOLERANCE_NS:
            os.close(descriptor)
            raise OSError(errno.EIO, "it has changed since it was found; find the series again")
        return descriptor


def file_source(path: Path, name: str) -> FileSource:
    """Give the source of a file as it is now."""
    status = path.stat()
    return FileSource(str(path), name, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class MemberSource:
    """A member of a zip, decompressed as it is read; at most `size` bytes, whatever the archive holds.

    Whatever a damaged zip is broken by, reading it raises OSError.
    """

    archive: zipfile.ZipFile
    member: zipfile.ZipInfo
    name: str
    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes from `offset`, decompressing from the start of the member."""
        length = min(length, self.size - offset)
        if length <= 0:
            return b""
        with self.open() as stream:
            stream.seek(offset)
            return stream.read(length)

    def read_into(self, offset: int, target: memoryview) -> int:
        """Fill `target` from `offset`; give the number of bytes read."""
        data = self.read(offset, len(target))
        target[: len(data)] = data
        return len(data)

    def open(self) -> BinaryIO:
        """Open the member for reading."""
        with _damage_told():
            return cast("BinaryIO", _MemberStream(self.archive.open(self.member)))


@dataclass(frozen=True, slots=True, eq=False)
class MemorySource:
    """Bytes that are held in memory."""

    data: bytes = field(repr=False)
    name: str

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.data)

    def read(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes from `offset`."""
        return self.data[offset : offset + length]

    def read_into(self, offset: int, target: memoryview) -> int:
        """Fill `target` from `offset`; give the number of bytes read."""
        found = memoryview(self.data)[offset : offset + len(target)]
        target[: len(found)] = found
        return len(found)

    def open(self) -> BinaryIO:
        """Open for sequential reading; seekable."""
        return io.BytesIO(self.data)


class _MemberStream:
    """A member of a zip as a file that raises OSError where the zip is damaged."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.tell = stream.tell

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def read(self, length: int = -1) -> bytes:
        with _damage_told():
            return self._stream.read(length)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        with _damage_told():
            return self._stream.seek(offset, whence)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except DAMAGES as error:
        raise OSError(errno.EIO, f"damaged member of the zip ({type(error).__name__})") from error


class _Unopened(io.RawIOBase):
    """A file that is opened for every read and closed after it, so that any number of zips hold nothing open."""

    def __init__(self, source: FileSource) -> None:
        super().__init__()
        self._source, self._position = source, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._position = offset + (0, self._position, self._source.size)[whence]
        return self._position

    def readinto(self, target: WriteableBuffer) -> int:
        done = self._source.read_into(self._position, memoryview(target))
        self._position += done
        return done


def find_sources(path: Path) -> Iterator[Source | Skipped]:
    """List every file below `path` (a folder, a file or a zip), in a stable order; `Skipped` what cannot be looked at.

    Links are followed, each folder once. Raises FileNotFoundError where `path` does not exist.
    """
    if path.is_dir():
        yield from _walk_folder(str(path), "", set())
        return
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        yield Skipped(path.name, "neither a file nor a folder")
        return
    yield from _file_or_zip(file_source(path, path.name))


def _walk_folder(folder: str, relative: str, seen: set[tuple[int, int]]) -> Iterator[Source | Skipped]:
    pending = [(folder, relative)]
    while pending:
        folder, relative = pending.pop()
        try:
            status = Path(folder).stat()
            identity = (status.st_dev, status.st_ino)
            if identity in seen and status.st_ino:
                continue
            seen.add(identity)
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Skipped(relative, f"folder cannot be read: {error.strerror}")
            continue
        folders = []
        for entry in listed:
            name = f"{relative}/{entry.name}" if relative else entry.name
            try:
                if entry.is_dir():
                    folders.append((entry.path, name))
                    continue
                status = entry.stat()
            except OSError as error:
                yield Skipped(name, f"cannot be read: {error.strerror}")
                continue
            if stat.S_ISREG(status.st_mode):
                yield from _file_or_zip(FileSource(entry.path, name, status.st_size, status.st_mtime_ns))
            else:
                yield Skipped(name, "not a regular file")
        pending.extend(reversed(folders))


def _file_or_zip(source: FileSource) -> Iterator[Source | Skipped]:
    if source.name.lower().endswith(".zip"):
        yield from _members(source)
    else:
        yield source


def _members(source: FileSource) -> Iterator[Source | Skipped]:
    try:
        archive = zipfile.ZipFile(io.BufferedReader(_Unopened(source), _ZIP_BUFFER_BYTES))
    except OSError as error:
        yield Skipped(source.name, f"cannot be read: {error.strerror}")
        return
    except DAMAGES:
        yield Skipped(source.name, "not a readable zip")
        return
    for member in archive.infolist():
        name = f"{source.name}/{member.filename}"
        if not member.filename or member.is_dir():
            continue
        if member.flag_bits & 1:
            yield Skipped(name, "encrypted; unpack the zip with its password first")
        elif member.file_size > LARGEST_MEMBER_BYTES:
            yield Skipped(name, f"unpacks to {member.file_size} bytes, more than the {LARGEST_MEMBER_BYTES} allowed")
        elif member.filename.lower().endswith(".zip"):
            yield Skipped(name, "a zip inside a zip; unpack it first")
        else:
            yield MemberSource(archive, member, name, member.file_size)
