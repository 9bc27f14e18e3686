"""Values: stored pixels that are not plain, whole HU."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
from pydicom.tag import Tag

from kazerooni.phantom.pixels import hu_of, stored_of, stored_range, with_stored
from kazerooni.phantom.series import decimal
from kazerooni.phantom.traps._copies import copied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

_INT16_MAX = 32767
# HU at which "1-1024" data begin and end.
_RAW_FROM_HU, _RAW_TO_HU, _RAW_LEVELS = -1024, 1022, 1024


def outside_circle(rows: int, columns: int) -> NDArray[np.bool_]:
    """Tell which pixels lie outside the ellipse that touches all four borders; bool (row, column)."""
    y = (np.arange(rows) + 0.5) / rows * 2 - 1
    x = (np.arange(columns) + 0.5) / columns * 2 - 1
    outside: NDArray[np.bool_] = x[np.newaxis] ** 2 + y[:, np.newaxis] ** 2 > 1
    return outside


def pad_outside_circle(
    datasets: Sequence[Dataset], stored: int, *, tag: int | None = None, range_limit: int | None = None
) -> list[Dataset]:
    """Store one value outside the circular field of view (dicom.md: PixelPaddingValue -2000 / -3024 / 63536).

    stored: the value in the pixels; the range of the pixels must hold it.
    tag: PixelPaddingValue; a number above 32767 in signed data is written with the wrong sign, as VR US. None: no tag.
    range_limit: PixelPaddingRangeLimit.

    Raises ValueError where the pixels cannot hold the value.
    """
    low, high = stored_range(datasets[0])
    if not low <= stored <= high:
        raise ValueError(f"padding {stored}: the pixels hold {low} to {high}; plan a signed series of 16 bits")
    changed = []
    for dataset in datasets:
        pixels = stored_of(dataset).copy()
        pixels[outside_circle(*pixels.shape)] = stored
        changed.append(with_stored(dataset, pixels))
        _tag_padding(changed[-1], "PixelPaddingValue", tag)
        _tag_padding(changed[-1], "PixelPaddingRangeLimit", range_limit)
    return changed


def _tag_padding(dataset: Dataset, keyword: str, value: int | None) -> None:
    if value is not None:
        is_signed = dataset.PixelRepresentation == 1 and value <= _INT16_MAX
        dataset.add_new(Tag(keyword), "SS" if is_signed else "US", value)


def vary_slopes(datasets: Sequence[Dataset], slopes: Sequence[float] = (1.0, 0.5, 2.0)) -> list[Dataset]:
    """Store every slice anew with the next of the slopes (dicom.md: RescaleSlope per slice, fractional slope).

    HU stay what they were to within half a slope; `hu_of` tells them exactly. Values beyond the range are clipped.
    """
    changed = []
    for index, dataset in enumerate(datasets):
        slope = slopes[index % len(slopes)]
        wanted = np.rint((hu_of(dataset) - float(dataset.RescaleIntercept)) / slope)
        changed.append(with_stored(dataset, wanted.clip(*stored_range(dataset)).astype(np.int64)))
        changed[-1].RescaleSlope = decimal(slope)
    return changed


def drop_rescale(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Take RescaleSlope, Intercept and Type away (dicom.md: missing intercept)."""
    changed = copied(datasets)
    for dataset in changed:
        for keyword in ("RescaleSlope", "RescaleIntercept", "RescaleType"):
            dataset.pop(keyword, None)
    return changed


def squeeze_to_1024_levels(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Store grey levels 1 to 1024 instead of HU, two HU to a level, without rescale (dicom.md: "1-1024" data)."""
    step = (_RAW_TO_HU - _RAW_FROM_HU) / (_RAW_LEVELS - 1)
    changed = []
    for dataset in datasets:
        levels = np.rint((hu_of(dataset) - _RAW_FROM_HU) / step).clip(0, _RAW_LEVELS - 1) + 1
        changed.append(with_stored(dataset, levels.astype(np.int64)))
    return drop_rescale(changed)


def add_junk_bits(datasets: Sequence[Dataset], *, seed: int = 0) -> list[Dataset]:
    """Fill the bits above BitsStored with noise, as overlays once did (dicom.md: junk above BitsStored).

    For native syntaxes, RLE and JPEG-LS, which keep the whole word.
    """
    changed = []
    for index, dataset in enumerate(datasets):
        words = stored_of(dataset).view(np.dtype(f"<u{dataset.BitsAllocated // 8}")).astype(np.int64)
        kept = (1 << dataset.BitsStored) - 1
        junk = np.random.default_rng([seed, index]).integers(0, 1 << dataset.BitsAllocated, words.shape)
        changed.append(_with_words(dataset, words & kept | junk & ~kept))
    return changed


def raise_high_bit(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Move the stored bits to the top of the word, as `HighBit` then says (dicom.md: junk above BitsStored).

    For native syntaxes, RLE and JPEG-LS, which keep the whole word.
    """
    changed = []
    for dataset in datasets:
        words = stored_of(dataset).astype(np.int64) << (dataset.BitsAllocated - dataset.BitsStored)
        changed.append(_with_words(dataset, words))
        changed[-1].HighBit = dataset.BitsAllocated - 1
    return changed


def _with_words(dataset: Dataset, words: NDArray[np.int64]) -> Dataset:
    """Copy a dataset with pixel words whose bits are kept as they are."""
    changed = copy.deepcopy(dataset)
    mask = (1 << dataset.BitsAllocated) - 1
    changed.PixelData = (words & mask).astype(f"<u{dataset.BitsAllocated // 8}").tobytes()
    return changed
