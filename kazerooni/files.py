"""Files: results are written whole or not at all, and nothing is overwritten unless asked for."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from kazerooni.errors import OutputError

StrPath = str | os.PathLike[str]

_PART = ".kazerooni-"

# What Windows takes for a device, whatever follows after a dot (Microsoft Learn, "Naming Files").
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{digit}" for port in ("COM", "LPT") for digit in "123456789")}
)


def stem_of(name: str) -> str:
    """Give the start of a file's name made from the id of a reading: none that Windows takes for a device.

    An id begins with a letter or digit, so none is mistaken for another.

    >>> stem_of("R-1"), stem_of("con"), stem_of("NUL.2004"), stem_of("console")
    ('R-1', '_con', '_NUL.2004', 'console')
    """
    return f"_{name}" if name.split(".", 1)[0].upper() in _DEVICES else name


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal digits; it is never whole in memory. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_new(path: Path, *, force: bool) -> None:
    """Refuse early what `write_whole` would refuse late: a folder that is not there, a file that is.

    Raises OutputError.
    """
    if not path.parent.is_dir():
        raise OutputError(f"{path.name}: the folder to write it in is not there; make it, or give another one")
    if path.is_dir():
        raise OutputError(f"{path.name}: is a folder, a file name is wanted")
    if path.exists() and not force:
        raise OutputError(f"{path.name}: is there already and is not overwritten; give another name, or force it")


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where they are not there.

    Raises OutputError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "a file of that name is there" if folder.exists() else error.strerror
        raise OutputError(f"{folder.name}: the folder cannot be made ({why}); give another one") from None


def write_whole(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write a file so that either all of it stands at `path` or nothing has changed there.

    Raises OutputError where the file is there already (unless `force`), or cannot be written.
    """
    write_whole_by(path, lambda part: part.write_bytes(data), force=force)


def write_whole_by(path: Path, write: Callable[[Path], object], *, force: bool = False) -> None:
    """Let `write` make a file beside `path`, then put it in its place; its suffix is that of `path`.

    Raises OutputError as `write_whole` does; what else `write` raises comes through, and leaves nothing behind.
    """
    check_new(path, force=force)
    part = path.with_name(f"{_PART}{secrets.token_hex(8)}{''.join(path.suffixes[-2:])}")
    try:
        write(part)
        _to_disk(part)
        _put(part, path, force=force)
    except FileExistsError:
        raise OutputError(f"{path.name}: has just been made by another program and is not overwritten") from None
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_all_whole(files: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Write several files, each whole; where one cannot be written, those that were new are taken away again.

    Raises OutputError as `write_whole` does; what is refused early is refused before anything is written.
    """
    for path in files:
        check_new(path, force=force)
    written: list[Path] = []
    try:
        for path, data in files.items():
            is_new = not path.exists()
            write_whole(path, data, force=force)
            if is_new:
                written.append(path)
    except BaseException:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise


def write_folder_whole(folder: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a folder beside `folder`, then put it in its place: all of its files stand there, or none does.

    Raises OutputError where something is there already or a file cannot be written; what else `write` raises comes
    through, and leaves nothing behind.
    """
    if folder.exists():
        raise OutputError(f"{folder.name}: is there already and is not overwritten; give another name")
    check_new(folder, force=False)
    part = folder.with_name(f"{_PART}{secrets.token_hex(8)}")
    try:
        part.mkdir()
        write(part)
        for path in part.rglob("*"):
            if path.is_file():
                _to_disk(path)
        part.rename(folder)
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def sweep_parts(folder: Path) -> None:
    """Take away what was being written into a folder, and right into those in it, by a program that was killed.

    Only for folders that no other program writes into meanwhile.
    """
    for parent in (folder, *(path for path in folder.iterdir() if path.is_dir())):
        for part in parent.glob(f"{_PART}{'[0-9a-f]' * 16}*"):
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            else:
                with suppress(OSError):
                    part.unlink()


def _put(part: Path, path: Path, *, force: bool) -> None:
    if force:
        part.replace(path)
        return
    try:
        os.link(part, path)  # unlike a rename, it never takes the place of a file
    except FileExistsError:
        raise
    except (OSError, AttributeError):  # a file system without hard links
        path.touch(exist_ok=False)  # takes the name, or fails where another program has just taken it
        part.replace(path)


def _to_disk(part: Path) -> None:
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _unwritable(path: Path, error: OSError) -> OutputError:
    why = error.strerror or type(error).__name__
    return OutputError(f"{path.name}: cannot be written ({why}); nothing was left; give another place")
