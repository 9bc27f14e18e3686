"""Limits: what no reader can be faster than, reading bytes and doing nothing with them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from tests.benchmarks.files import paths_in

_HEADER_BYTES = 4096


def read_kept(folder: str) -> None:
    """Read all bytes of all files into fresh memory, as whoever wants a volume of them must."""
    _read_kept(folder, threads=1)


def read_kept_by_two(folder: str) -> None:
    """As `read_kept`, by two threads."""
    _read_kept(folder, threads=2)


def read_dropped(folder: str) -> None:
    """Read all bytes of all files and keep none, so that the memory used stays in the processor's cache."""
    for path in paths_in(folder):
        Path(path).read_bytes()


def read_first(folder: str) -> None:
    """Open every file and read its first 4 KB."""
    for path in paths_in(folder):
        _with_file(path, lambda file: os.read(file, _HEADER_BYTES))


def _read_kept(folder: str, threads: int) -> None:
    paths = paths_in(folder)
    starts = np.cumsum([0, *(Path(path).stat().st_size for path in paths)]).tolist()
    kept = np.empty(starts[-1], np.uint8).data

    def read_part(part: int) -> None:
        for i in range(part, len(paths), threads):
            target = kept[starts[i] : starts[i + 1]]
            _with_file(paths[i], lambda file, target=target: os.readv(file, [target]))  # type: ignore[misc]

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(read_part, range(threads)))


def _with_file(path: str, read: Callable[[int], object]) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        read(file)
    finally:
        os.close(file)
