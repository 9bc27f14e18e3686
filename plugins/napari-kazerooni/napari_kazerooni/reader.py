"""Reader: what napari asks when something is dropped or opened: is there a CT, and if so, take it."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import napari

from kazerooni.dicom import choose, find_series, read_volume
from kazerooni.errors import KazerooniError
from napari_kazerooni.layers import image_kwargs

LayerData = tuple[Any, ...]
Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

NO_LAYER: Final[list[LayerData]] = [(None,)]
# So many files of a folder are looked at, spread over it: a CT has many slices, so some of them are among these.
_LOOKED_AT: Final = 24
_LISTED: Final = 5000
_PREAMBLE: Final = 128


def get_reader(path: Paths) -> Callable[[Paths], list[LayerData]] | None:
    """Give a reader for a folder, DICOMDIR, zip or DICOM file with a CT, None at once where none is there."""
    paths = [Path(path)] if isinstance(path, str | os.PathLike) else [Path(each) for each in path]
    return read if paths and all(holds_ct(each) for each in paths) else None


def read(path: Paths) -> list[LayerData]:
    """Hand paths to the series dock of the current viewer; without a window, read the best series at once."""
    paths = [Path(path)] if isinstance(path, str | os.PathLike) else [Path(each) for each in path]
    viewer = napari.current_viewer()
    if viewer is None:
        volume = read_volume(choose(find_series(paths)))
        options = image_kwargs(volume)
        return [(options.pop("data"), options, "image")]
    series_dock(viewer).look_at(paths)
    return NO_LAYER


def series_dock(viewer: Any) -> Any:
    """Give the series dock of a window, docked when it is first asked for."""
    _, widget = viewer.window.add_plugin_dock_widget("napari-kazerooni", "Series")
    return widget


def holds_ct(path: Path) -> bool:
    """Tell quickly whether a CT is at a path, from a few files of a folder and the index of a zip or DICOMDIR.

    False also where it cannot be read. A folder is taken for one without a CT where none of some files is of a CT. A
    damaged zip is taken for one with a CT: the series dock says what is wrong with it, napari would show a traceback.
    """
    try:
        if path.is_dir():
            return _is_ct([file for file in _spread(path) if _is_dicom(file)])
        if zipfile.is_zipfile(path):
            return _zip_holds_dicom(path)
        if path.suffix.lower() == ".zip":
            return path.is_file()
        return _is_dicom(path) and (_is_dicomdir(path) or _is_ct([path]))
    except (OSError, KazerooniError):
        return False


def _is_ct(files: Sequence[Path]) -> bool:
    return bool(files) and any(series.modality == "CT" for series in find_series(files))


def _spread(folder: Path) -> list[Path]:
    """Give some files of a folder and those below, spread evenly over the first thousands of them."""
    files = list(islice(chain.from_iterable(_files(root, names) for root, _, names in os.walk(folder)), _LISTED))
    return files[:: max(1, len(files) // _LOOKED_AT)]


def _files(root: str, names: list[str]) -> Iterator[Path]:
    return (Path(root, name) for name in sorted(names))


def _is_dicom(path: Path) -> bool:
    """Tell whether a file begins as DICOM does: with its mark, or, without a preamble, with a group 2 or 8 element."""
    with path.open("rb") as file:
        head = file.read(_PREAMBLE + 4)
    return head[_PREAMBLE:] == b"DICM" or head[:4] in (b"\x02\0\0\0", b"\x08\0\0\0", b"\x08\0\x05\0", b"\x08\0\x08\0")


def _is_dicomdir(path: Path) -> bool:
    return path.name.upper().startswith("DICOMDIR")


def _zip_holds_dicom(path: Path) -> bool:
    try:
        return _is_any_dicom(path)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error):
        return True


def _is_any_dicom(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir() and not member.flag_bits & 1]
        for member in members[:: max(1, len(members) // _LOOKED_AT)]:
            with archive.open(member) as file:
                if file.read(_PREAMBLE + 4)[_PREAMBLE:] == b"DICM":
                    return True
    return False
