"""Scans: the spiral series of a phantom chest, kept in a cache, and what other series of the same chest would show."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

import kazerooni.phantom
from kazerooni.model import Geometry, Lobe, ScanRef, Technique, Volume
from kazerooni.phantom import Thorax, thorax_series
from kazerooni.phantom.grid import geometry_of
from tests.accuracy.people import Chest

CACHE_VARIABLE = "KAZEROONI_ACCURACY"
THICK_MM, APART_MM = 5.0, 10.0


@dataclass(frozen=True, eq=False)
class Scan:
    """A scan of a phantom chest and its true lobes, uint8 (slice, row, column)."""

    hu: NDArray[np.int16]
    lobes: NDArray[np.uint8]
    geometry: Geometry
    thorax: Thorax

    @property
    def volume(self) -> Volume:
        """What a reader would return."""
        return Volume(self.hu, self.geometry, ScanRef(), Technique())


def cache_folder() -> Path:
    """Give the folder in which scans are kept."""
    given = os.environ.get(CACHE_VARIABLE)
    return Path(given) if given else platformdirs.user_cache_path("kazerooni", appauthor=False) / "accuracy"


def make_missing(chests: Iterable[Chest], cache: Path) -> None:
    """Scan the chests that are not in the cache yet, on all processors."""
    wanted = {_path(chest, cache): chest for chest in chests}
    missing = [chest for path, chest in wanted.items() if not path.is_file()]
    if not missing:
        return
    print(f"making {len(missing)} phantoms in {cache}", file=sys.stderr, flush=True)
    cache.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(min(len(missing), os.cpu_count() or 1)) as pool:
        list(pool.map(partial(_make, cache=cache), missing))


def spiral_of(chest: Chest, cache: Path) -> Scan:
    """Load the spiral series of a chest."""
    with np.load(_path(chest, cache)) as kept:
        return Scan(kept["hu"], kept["lobes"], geometry_of(chest.plan), chest.thorax)


def thick_of(scan: Scan) -> Scan:
    """Give the contiguous series of 5 mm: the mean of the thin slices, the lobe that most of them show."""
    count = round(THICK_MM / _gap_mm(scan))
    whole = len(scan.hu) // count * count
    grouped = scan.hu[:whole].reshape(-1, count, *scan.hu.shape[1:])
    hu = np.stack([np.rint(slices.mean(axis=0)).astype(np.int16) for slices in grouped])
    lobes = np.stack([_most(slices) for slices in scan.lobes[:whole].reshape(grouped.shape)])
    origins = scan.geometry.origins_mm[:whole].reshape(-1, count, 3).mean(axis=1)
    return Scan(hu, lobes, _with_slices(scan.geometry, origins, THICK_MM), scan.thorax)


def sequential_of(scan: Scan) -> Scan:
    """Give the sequential series: single thin slices every 10 mm."""
    chosen = slice(None, None, round(APART_MM / _gap_mm(scan)))
    geometry = _with_slices(scan.geometry, scan.geometry.origins_mm[chosen].copy(), 1.0)
    return Scan(scan.hu[chosen].copy(), scan.lobes[chosen].copy(), geometry, scan.thorax)


def _most(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give for each pixel the label that most slices (slice, row, column) have there, the lowest of equals."""
    counts = np.stack([(labels == label).sum(axis=0, dtype=np.uint8) for label in (0, *Lobe)])
    most: NDArray[np.uint8] = counts.argmax(axis=0).astype(np.uint8)
    return most


def _with_slices(geometry: Geometry, origins_mm: NDArray[np.float64], thickness_mm: float) -> Geometry:
    shape = (len(origins_mm), geometry.shape[1], geometry.shape[2])
    return Geometry(shape, geometry.pixel_spacing_mm, origins_mm, geometry.orientation, thickness_mm)


def _gap_mm(scan: Scan) -> float:
    assert scan.geometry.usual_gap_mm is not None
    return scan.geometry.usual_gap_mm


def _make(chest: Chest, cache: Path) -> None:
    _, truth = thorax_series(chest.plan, chest.thorax, chest.disease, padding_hu=chest.padding_hu)
    path = _path(chest, cache)
    part = path.with_suffix(f".part-{os.getpid()}.npz")
    np.savez(part, hu=truth.scan.hu, lobes=truth.lobes)
    part.replace(path)


def _path(chest: Chest, cache: Path) -> Path:
    words = f"{chest!r} {_phantom_digest()}"
    return cache / f"{hashlib.sha256(words.encode()).hexdigest()[:20]}.npz"


@lru_cache(maxsize=1)
def _phantom_digest() -> str:
    """Give a digest of the source of the phantom: another phantom makes other scans."""
    assert kazerooni.phantom.__file__ is not None
    digest = hashlib.sha256()
    for path in sorted(Path(kazerooni.phantom.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
