"""Data: the scans that are measured, made once in a cache folder outside the repository.

The folder is $KAZEROONI_BENCH, or the user's cache. Each set is written beside its place and renamed when it is whole,
so an interrupted run leaves nothing that a later one would take for data.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import platformdirs
from pydicom import uid
from pydicom.dataset import Dataset

from kazerooni.phantom import derive_uid, to_bytes
from tests.benchmarks.archive_rescoring import READINGS
from tests.benchmarks.archive_rescoring import write as write_readings
from tests.benchmarks.content import plan_of, slices_of
from tests.benchmarks.draft_data import write as write_studies
from tests.benchmarks.labels import write as write_labels
from tests.benchmarks.maps_data import write as write_maps
from tests.benchmarks.size import Size
from tests.benchmarks.store_courses import COUNT
from tests.benchmarks.store_reading import write as write_books
from tests.benchmarks.thorax import write as write_thorax

CACHE_VARIABLE = "KAZEROONI_BENCH"
_VERSION = 1  # counts the changes of what is written
SYNTAXES = {
    "raw": uid.ExplicitVRLittleEndian,
    "rle": uid.RLELossless,
    "jpegls": uid.JPEGLSLossless,
    "jpegsv1": uid.JPEGLosslessSV1,
    "j2k": uid.JPEG2000Lossless,
}
_ON_RAW = ("room", "seg")
_LABELLED = ("tally", "brush")
# Group -> whether its chest is scanned slice by slice.
_THORACIC = {"lungs": False, "lobes": False, "lobes30": True, "point": False}
# Group -> whether its chest is scanned slice by slice, and how many studies of it there are; None: as `Size` says.
_UNREAD: dict[str, tuple[bool, int | None]] = {"draft": (False, 1), "draft30": (True, 1), "workers": (True, None)}
_BOOKS = ("store", "course", "cohort")
_WARM_READINGS = 300
_WARM_SLICES = 2
_WARM_CHEST = {False: 60, True: 20}  # slices, enough for lungs to be found
_WARM_MAPS = 12  # slices, enough for every lobe to be on one
_WARM_LABELS = 5  # the slices at both ends are empty


def cache_folder() -> Path:
    """Give the folder in which the data are kept."""
    given = os.environ.get(CACHE_VARIABLE)
    return Path(given) if given else platformdirs.user_cache_path("kazerooni", appauthor=False) / "bench"


def prepare(group: str, size: Size, cache: Path) -> tuple[Path, Path]:
    """Give the folder of a group's data and that of a tiny scan of the same kind to warm up on; made where missing."""
    if group in {"rescore", "maps", *_UNREAD}:
        return _of_archive(group, size, cache)
    if group in {"index", "archive", "again"}:
        name = f"archive-{size.archive_series}x{size.archive_slices}"
        return _made(cache, name, lambda f: _write_archive(size, f)), _made(cache, "archive-warm", _write_warm_archive)
    if group in _LABELLED:
        name = f"labels-{size.slices}x{size.side}"
        return (
            _made(cache, name, lambda f: write_labels(f, size.slices, size.side)),
            _made(cache, "labels-warm", lambda f: write_labels(f, _WARM_LABELS, size.side)),
        )
    if group in _BOOKS:
        write = _write_count if group == "store" else write_books
        name = "count" if group == "store" else "books"
        return (
            _made(cache, f"{name}-{size.readings}", lambda f: write(f, size.readings)),
            _made(cache, f"{name}-warm", lambda f: write(f, _WARM_READINGS)),
        )
    if group in _THORACIC:
        slices = size.sequential if _THORACIC[group] else size.slices
        name = f"thorax-{slices}x{size.side}"
        return (
            _made(cache, name, lambda f: write_thorax(f, slices, size.side)),
            _made(
                cache, f"thorax-warm-{_THORACIC[group]}", lambda f: write_thorax(f, _WARM_CHEST[_THORACIC[group]], 96)
            ),
        )
    group = "raw" if group in _ON_RAW else group
    syntax = SYNTAXES.get(group, SYNTAXES["raw"])
    slices, gap_mm = (size.sequential, 10.0) if group == "sequential" else (size.slices, 0.5)
    return (
        _made(cache, f"{group}-{slices}x{size.side}", lambda f: _write_series(f, slices, size.side, gap_mm, syntax)),
        _made(cache, f"{group}-warm", lambda f: _write_series(f, _WARM_SLICES, size.side, gap_mm, syntax)),
    )


def _of_archive(group: str, size: Size, cache: Path) -> tuple[Path, Path]:
    """Give the folders of what workers of an archive do: readings, a series with maps, studies that nobody has read."""
    if group == "rescore":
        return (
            _made(cache, f"readings-{READINGS}", lambda f: write_readings(f, READINGS)),
            _made(cache, "readings-warm", lambda f: write_readings(f, 1)),
        )
    if group == "maps":
        scans = prepare("raw", size, cache)
        return (
            _made(cache, f"maps-{size.slices}x{size.side}", lambda f: write_maps(f, scans[0])),
            _made(cache, "maps-warm", lambda f: write_maps(f, _warm_series(cache, size.side))),
        )
    is_sequential, studies = _UNREAD[group]
    chests = prepare("lobes30" if is_sequential else "lobes", size, cache)
    studies = studies or size.studies
    name = f"unread-{studies}-{chests[0].name}"
    return (
        _made(cache, name, lambda f: write_studies(f, chests[0], studies)),
        _made(cache, f"unread-{chests[1].name}", lambda f: write_studies(f, chests[1], 1)),
    )


def _warm_series(cache: Path, side: int) -> Path:
    """Give a series of which every lobe is on a slice, to warm up on."""
    slices, syntax = _WARM_MAPS, SYNTAXES["raw"]
    return _made(cache, "raw-warm-maps", lambda f: _write_series(f, slices, side, 0.5, syntax))


def _made(cache: Path, name: str, write: Callable[[Path], None]) -> Path:
    folder = cache / f"v{_VERSION}" / name
    if not folder.is_dir():
        print(f"making {folder}", file=sys.stderr, flush=True)
        part = folder.with_name(f"{name}.part-{os.getpid()}")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        write(part)
        part.rename(folder)
    return folder


def _write_count(folder: Path, readings: int) -> None:
    """Write how many readings are to be made: made in memory, they are never read from files."""
    (folder / COUNT).write_text(str(readings))


def _write_series(folder: Path, slices: int, side: int, gap_mm: float, syntax: str) -> None:
    """Write one series; the work of compressing is shared by all processors."""
    datasets = slices_of(plan_of(slices, side, gap_mm, thickness_mm=1.0))
    with ProcessPoolExecutor() as pool:
        jobs = ((dataset, syntax, folder / f"IM{i:05d}.dcm") for i, dataset in enumerate(datasets))
        list(pool.map(_write, jobs, chunksize=8))


def _write(job: tuple[Dataset, str, Path]) -> None:
    dataset, syntax, path = job
    path.write_bytes(to_bytes(dataset, syntax=syntax))


def _write_archive(size: Size, folder: Path) -> None:
    numbers = range(size.archive_series)
    with ProcessPoolExecutor() as pool:
        list(pool.map(_write_member, ((folder, number, size.archive_slices) for number in numbers)))


def _write_warm_archive(folder: Path) -> None:
    for number in range(2):
        _write_member((folder, number, _WARM_SLICES))


def _write_member(job: tuple[Path, int, int]) -> None:
    """Write one series of the archive into its own folder, named by numbers as archives do."""
    folder, number, slices = job
    own = folder / f"{number // 3:03d}" / derive_uid("archive", number)
    own.mkdir(parents=True)
    for i, dataset in enumerate(slices_of(plan_of(slices, 16, 0.5, thickness_mm=1.0, number=number))):
        (own / f"{i:08x}").write_bytes(to_bytes(dataset))


def main() -> None:
    """Make the data of the groups that the command line names; print their folders as JSON (see `run.py`)."""
    size, cache, *groups = sys.argv[1:]
    folder = Path(cache) if cache else cache_folder()
    made = {group: [str(path) for path in prepare(group, Size(**json.loads(size)), folder)] for group in groups}
    print(json.dumps(made))


if __name__ == "__main__":
    main()
