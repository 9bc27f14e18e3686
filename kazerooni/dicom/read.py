"""Read: from a series to its volume in HU, slice by slice straight into one array, on several threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from kazerooni.dicom.attributes import Attributes, Frame
from kazerooni.dicom.encapsulated import frame_fragments
from kazerooni.dicom.find import Progress, find_series
from kazerooni.dicom.pixels import PixelFaultError, Stored, read_frame, read_frame_into, stored_range, unpack_multiframe
from kazerooni.dicom.series import Series
from kazerooni.dicom.split import distinct
from kazerooni.errors import ChoiceError, NoSeriesError, PixelError, UnusableSeriesError
from kazerooni.model import Geometry, Notice, SeenScan, Volume
from kazerooni.model.scan import PADDING_BELOW_HU, digest_of_slice, digest_of_slices

_Seen = TypeVar("_Seen")

_INT16: Final = np.iinfo(np.int16)
_MOST_THREADS: Final = 8
_SLICES_IN_A_ROW: Final = 8
# A whole scan without a value below this has no air in it: raw values, or another offset than its header says.
_AIR_BELOW_HU: Final = -500
_ROUNDED_OFF_HU: Final = 0.01


def read_volume(series: Series | str | os.PathLike[str], *, progress: Progress | None = None) -> Volume:
    """Read the volume of a series, or of the best series of the one study at a path.

    `.hu` has the axes (slice, row, column), slices ascending along the normal. `progress` is called with the number
    of slices read and their total; what it raises ends the reading.

    Raises NoSeriesError, ChoiceError (several studies at the path), UnusableSeriesError, PixelError.
    """
    if not isinstance(series, Series):
        series = choose(find_series(series))
    geometry = _geometry_of(series)
    try:
        hu, looks = _read_hu(series, unpack_multiframe(series.frames), progress)
    finally:
        frame_fragments.cache_clear()  # it knows its files by their sources, which may hold a whole one in memory
    notices = (*series.notices, *_value_notices(series, looks))
    return Volume(hu, geometry, series.scan, series.technique, notices, _padding_hu(series.frames))


def see_scan(series: Series) -> SeenScan:
    """Read the voxels of a series as `read_volume` does, and keep none: what is told of them, and their digest.

    The memory is that of some slices; of the volume only where values are no whole numbers within int16.

    Raises UnusableSeriesError, PixelError.
    """
    geometry = _geometry_of(series)
    frames = unpack_multiframe(series.frames)
    try:
        seen = _on_threads(lambda i: _seen(frames[i], geometry.shape[1:]), len(frames), None)
    except _NotInt16Error:
        volume = read_volume(series)
        return SeenScan(
            geometry=geometry,
            scan=series.scan,
            technique=series.technique,
            notices=volume.notices,
            digest=volume.digest,
        )
    finally:
        frame_fragments.cache_clear()
    return SeenScan(
        geometry=geometry,
        scan=series.scan,
        technique=series.technique,
        notices=(*series.notices, *_value_notices(series, [look for look, _ in seen])),
        digest=digest_of_slices(series.scan.sop_uids, (digest for _, digest in seen)),
    )


def _geometry_of(series: Series) -> Geometry:
    if series.usable and series.geometry is not None:
        return series.geometry
    reasons = "; ".join(n.message for n in series.notices if n.severity == "error")
    raise UnusableSeriesError(f"series {series.series_uid or '(no UID)'} cannot be used: {reasons}")


def _seen(frame: Frame, shape: tuple[int, ...]) -> tuple[_Look, bytes]:
    """Look at a slice and give its digest. Raises _NotInt16Error."""
    if not _is_whole(frame.attributes):
        raise _NotInt16Error
    values = np.empty(shape, np.int16)
    return _read_int16(frame, values), digest_of_slice(values)


def choose(found: Iterable[Series], *, series_uid: str | None = None, study_uid: str | None = None) -> Series:
    """Choose the best ranked series of the one study that is there, or the one that is named (`UID` or `UID:part`).

    Raises NoSeriesError where nothing fits, ChoiceError where several studies or patients do.
    """
    fitting = list(found)
    if not fitting:
        raise NoSeriesError(
            "no picture of a scan was found; a folder, file, DICOMDIR or zip with a CT series is wanted"
        )
    if series_uid is not None:
        uid, _, part = series_uid.partition(":")
        fitting = [s for s in fitting if s.series_uid == uid and (not part or str(s.part) == part)]
        if not fitting:
            raise NoSeriesError(f"series {series_uid} is not among those found; `kazerooni inspect` lists them")
    if study_uid is not None:
        fitting = [s for s in fitting if s.study_uid == study_uid]
        if not fitting:
            raise NoSeriesError(f"study {study_uid} is not among those found; `kazerooni inspect` lists them")
    studies = {(s.patient, s.study_uid): s for s in reversed(fitting) if s.usable}
    if len(studies) > 1:
        listed = "".join(f"\n  {_shown(s)}" for s in reversed(studies.values()))
        raise ChoiceError(f"{len(studies)} studies are here and one is wanted; name it by series or study:{listed}")
    return next(iter(studies.values()), fitting[0])


class _NotInt16Error(Exception):
    """A value of this scan does not fit int16."""


class _Look(NamedTuple):
    """What the values of one slice tell.

    darkest: the least value; dark_border: whether padding reaches the border; rounded: whether float32 rounded a
    value off;
    whole: whether every value is a whole number within int16.
    """

    darkest: float
    dark_border: bool
    rounded: bool
    whole: bool


def _shown(series: Series) -> str:
    patient, date = series.patient or "no patient id", series.study_date or "no date"
    return f"{patient}  {date}  study {series.study_uid or '(no UID)'}  series {series.series_uid or '(no UID)'}"


def _read_hu(
    series: Series, frames: Sequence[Frame], progress: Progress | None
) -> tuple[NDArray[np.int16] | NDArray[np.float32], list[_Look]]:
    """Read all slices: as int16, or as float32 where int16 would change a value."""
    shape = (len(series.frames), series.rows or 0, series.columns or 0)
    if all(_is_whole(a) for a in distinct(series.frames)):
        hu = np.empty(shape, np.int16)
        try:
            return hu, _on_threads(lambda i: _read_int16(frames[i], hu[i]), len(hu), progress)
        except _NotInt16Error:
            del hu
    wide = np.empty(shape, np.float32)
    looks = _on_threads(lambda i: _read_float32(frames[i], wide[i]), len(wide), progress)
    return (wide.astype(np.int16) if all(look.whole for look in looks) else wide), looks


def _on_threads(read: Callable[[int], _Seen], count: int, progress: Progress | None) -> list[_Seen]:
    """Read slices on several threads, some in a row on each; the first fault, or what `progress` raises, ends it."""
    starts = range(0, count, _SLICES_IN_A_ROW)
    seen: list[_Seen] = []
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS, len(starts))) as pool:
        futures = [
            pool.submit(lambda s: [read(i) for i in range(s, min(s + _SLICES_IN_A_ROW, count))], s) for s in starts
        ]
        try:
            for future in futures:
                seen += future.result()
                if progress is not None:
                    progress(len(seen), count)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return seen


def _is_whole(a: Attributes) -> bool:
    slope, intercept = a.rescale
    return slope == int(slope) and intercept == int(intercept) and a.bits_allocated <= 16


def _read_int16(frame: Frame, target: NDArray[np.int16]) -> _Look:
    """Read one slice of whole HU into `target`. Raises _NotInt16Error where a value lies outside int16."""
    stored = _stored(frame, target)
    a = frame.attributes
    slope, intercept = map(int, a.rescale)
    if slope != 1:
        wide = stored.astype(np.int64) * slope + intercept
        if wide.min() < _INT16.min or wide.max() > _INT16.max:
            raise _NotInt16Error
        target[...] = wide
        return _look(target)
    low, high = stored_range(a)
    if (low + intercept < _INT16.min and int(stored.min()) + intercept < _INT16.min) or (
        high + intercept > _INT16.max and int(stored.max()) + intercept > _INT16.max
    ):
        raise _NotInt16Error
    # The true sums fit int16 and sums are right modulo 2**16: so they are right.
    values = stored.view(np.int16) if stored.dtype.itemsize == 2 else stored.astype(np.int16)
    np.add(values, np.int16((intercept + 0x8000) % 0x10000 - 0x8000), out=target)
    return _look(target)


def _read_float32(frame: Frame, target: NDArray[np.float32]) -> _Look:
    """Read one slice of HU into `target`, computed wide."""
    slope, intercept = frame.attributes.rescale
    wide = _stored(frame) * slope + intercept
    target[...] = wide
    rounded = bool(np.abs(wide - target).max() > _ROUNDED_OFF_HU)
    whole = bool(np.all(wide == np.rint(wide)) and wide.min() >= _INT16.min and wide.max() <= _INT16.max)
    return _look(target)._replace(rounded=rounded, whole=whole)


def _look(values: NDArray[Any]) -> _Look:
    darkest = values.min()
    dark_border = darkest < PADDING_BELOW_HU and (
        min(values[0].min(), values[-1].min(), values[:, 0].min(), values[:, -1].min()) < PADDING_BELOW_HU
    )
    return _Look(float(darkest), bool(dark_border), rounded=False, whole=True)


def _stored(frame: Frame, target: NDArray[np.int16] | None = None) -> Stored:
    """Read the stored values of a slice. Raises PixelError, naming the slice."""
    try:
        return read_frame(frame) if target is None else read_frame_into(frame, target)
    except PixelFaultError as fault:
        where = "a slice without number" if frame.instance is None else f"slice {frame.instance}"
        raise PixelError(f"{where} ({frame.sop_uid}), transfer syntax {frame.syntax}: {fault}") from fault


def _padding_hu(frames: Sequence[Frame]) -> NDArray[np.float64] | None:
    """Give per slice the range of HU that its header calls padding."""
    if all(f.attributes.padding is None for f in frames):
        return None
    return np.array([_padding_range(f.attributes) for f in frames], np.float64)


def _padding_range(a: Attributes) -> tuple[float, float]:
    if a.padding is None:
        return np.nan, np.nan
    slope, intercept = a.rescale
    ends = sorted(float(np.float32(value * slope + intercept)) for value in a.padding)
    return ends[0], ends[1]


def _value_notices(series: Series, looks: Sequence[_Look]) -> list[Notice]:
    """Tell what only the values show: padding that no tag names, values without air, rounding."""
    notices = []
    proven = all(notice.code != "hu-unproven" for notice in series.notices)
    dark = [frame for frame, look in zip(series.frames, looks, strict=True) if look.dark_border]
    if dark and any(f.attributes.padding is None for f in dark):
        message = (
            f"values below {PADDING_BELOW_HU} HU at the border of {len(dark)} slices are padding that no tag names; "
            "kept out of every statistic"
        )
        notices.append(Notice("padding", "info", message))
    if proven and min(look.darkest for look in looks) > _AIR_BELOW_HU:
        message = (
            f"no value is below {_AIR_BELOW_HU}: no air in a scan of the chest, so the values may not be HU; density "
            "tools refuse this series, painting and scoring work"
        )
        notices.append(Notice("hu-unproven", "warning", message))
    if any(look.rounded for look in looks):
        notices.append(
            Notice("rounded", "warning", f"values were rounded off by more than {_ROUNDED_OFF_HU} HU to fit 32 bits")
        )
    return notices
