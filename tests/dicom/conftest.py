"""Fixtures for the tests of the loader: a desk on which scans are laid out as real files and looked at."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from kazerooni.dicom import Found, Series, find_series, read_volume, see_scan
from kazerooni.model import Notice, Volume
from kazerooni.phantom import SeriesPlan, Truth, build_series, hu_of, spiral_ct, write_series

# Planted in every scan; none of it may leave the loader.
SECRETS = ("Zaphodson", "Quuxine", "MRN4711X", "19370911", "1937-09-11", "11.09.1937")
PATIENT = {
    "patient_name": "Zaphodson^Quuxine",
    "patient_id": "MRN4711X",
    "birth_date": date(1937, 9, 11),
}


class Desk:
    """Builds scans, writes them below one folder, and looks at what the loader says of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def plan(self, **changes: Any) -> SeriesPlan:
        """Plan a tiny spiral CT of five slices whose pixels are not square; `changes` are plan fields."""
        usual: dict[str, Any] = {"slices": 5, "rows": 20, "columns": 24, "pixel_spacing_mm": (15.5, 14.0), **PATIENT}
        return spiral_ct(**{**usual, **changes})

    def build(self, **changes: Any) -> list[Dataset]:
        """Build the datasets of a tiny CT."""
        return build_series(self.plan(**changes))

    def save(self, datasets: Sequence[Dataset], into: str = "scan", **how: Any) -> Path:
        """Write the datasets into a folder on the desk and give that folder."""
        folder = self.folder / into
        folder.mkdir(parents=True, exist_ok=True)
        write_series(datasets, folder, **how)
        return folder

    def find(self, *paths: Path) -> Found:
        """Find the series at some paths (everything on the desk by default); what is found holds no secret."""
        found = find_series(list(paths) or self.folder)
        assert_no_secret(found)
        return found

    def only(self, datasets: Sequence[Dataset] | None = None, **how: Any) -> Series:
        """Write datasets where some are given, and give the one series that is found on the desk."""
        if datasets is not None:
            self.save(datasets, **how)
        found = self.find()
        assert len(found) == 1, [(s.series_uid, s.part, s.slices, codes(s)) for s in found]
        return found[0]

    def read(self, datasets: Sequence[Dataset], **how: Any) -> Volume:
        """Write datasets, find their one series and read it."""
        series = self.only(datasets, **how)
        volume, seen = read_volume(series), see_scan(series)
        assert_no_secret(volume)
        assert (seen.digest, seen.notices) == (volume.digest, volume.notices)
        return volume

    def codes(self, series: Series | Volume) -> set[str]:
        """Give the codes of the notices, without what every tiny scan carries."""
        return codes(series)

    def notice(self, series: Series | Volume, code: str) -> Notice:
        """Give the one notice of this code."""
        fitting = [n for n in series.notices if n.code == code]
        assert len(fitting) == 1, f"{code} wanted once; there are {[(n.code, n.message) for n in series.notices]}"
        return fitting[0]

    def same(self, volume: Volume, truth: Truth) -> None:
        """Hold a volume equal to the truth: values and their type, place of every slice, order of the slices."""
        assert volume.hu.dtype == truth.hu.dtype
        assert np.array_equal(volume.hu, truth.hu)
        assert volume.scan.sop_uids == truth.sop_uids
        self.same_place(volume, truth)

    def same_place(self, volume: Volume, truth: Truth) -> None:
        """Hold the geometry of a volume equal to the true one."""
        ours, true = volume.geometry, truth.geometry
        assert ours.shape == true.shape
        assert ours.pixel_spacing_mm == true.pixel_spacing_mm
        assert ours.slice_thickness_mm == true.slice_thickness_mm
        assert np.allclose(ours.orientation, true.orientation, atol=1e-9)
        assert np.allclose(ours.origins_mm, true.origins_mm, atol=1e-5)

    def hu(self, datasets: Sequence[Dataset]) -> np.ndarray[Any, Any]:
        """Give the true HU of single-frame datasets, in their order; float64 (slice, row, column)."""
        return np.stack([hu_of(dataset) for dataset in datasets])

    @contextmanager
    def little_memory(self, most_bytes: int = 8_000_000) -> Iterator[None]:
        """Fail where more memory than this is reserved at one time."""
        tracemalloc.start()
        try:
            yield
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < most_bytes, f"{peak:,} bytes were reserved, {most_bytes:,} are allowed"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give an empty desk."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(folder)


@pytest.fixture
def no_secret() -> Callable[..., None]:
    """Give the check that no planted secret stands in a thing."""
    return assert_no_secret


def codes(series: Series | Volume) -> set[str]:
    """Give the codes of the notices but `partial-lung`, which every tiny scan carries."""
    return {notice.code for notice in series.notices} - {"partial-lung"}


def assert_no_secret(thing: object, *, deep: bool = False) -> None:
    """Walk through a result: no patient name, birth date or id stands in any text of it.

    deep: also through what a repr leaves out, such as the frames of a series.
    """
    for text in (*_texts(thing, set(), deep=deep), repr(thing)):
        assert not any(secret.lower() in text.lower() for secret in SECRETS), text


def _texts(thing: object, seen: set[int], *, deep: bool) -> Iterator[str]:
    if id(thing) in seen or isinstance(thing, int | float | np.ndarray | None):
        return
    seen.add(id(thing))
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, bytes):
        yield thing.decode("latin-1")
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            if deep or field.repr:
                yield from _texts(getattr(thing, field.name), seen, deep=deep)
    elif isinstance(thing, tuple | list | set | frozenset):
        for item in thing:
            yield from _texts(item, seen, deep=deep)
