"""Values: slope and intercept, bits, padding and transfer syntaxes end in the exact HU, or in a notice (dicom.md)."""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom import uid

from kazerooni.dicom import read_volume
from kazerooni.errors import PixelError, UnusableSeriesError
from kazerooni.phantom import (
    LOSSLESS_SYNTAXES,
    NEAR_LOSSLESS_DIFFERENCE,
    damage,
    stored_of,
    to_bytes,
    traps,
    truth_of,
)

ENCAPSULATED = [syntax for syntax in LOSSLESS_SYNTAXES if uid.UID(syntax).is_encapsulated]
NAMES: Any = lambda value: uid.UID(value).name if isinstance(value, str) and value[0].isdigit() else None  # noqa: E731

PIXELS: dict[str, dict[str, Any]] = {
    "unsigned 12 of 16": {"signed": False, "bits_stored": 12},
    "unsigned 13 of 16": {"signed": False, "bits_stored": 13},
    "unsigned 16": {"signed": False, "bits_stored": 16},
    "signed 12 of 16": {"signed": True, "bits_stored": 12, "intercept": 0.0},
    "signed 13 of 16": {"signed": True, "bits_stored": 13},
    "signed 16": {"signed": True, "bits_stored": 16},
    "unsigned 8": {"bits_allocated": 8, "bits_stored": 8, "slope": 8.0},
}


def with_words(datasets: list[Any], words: np.ndarray[Any, Any], **attributes: Any) -> list[Any]:
    """Put these words into the pixels of every slice, with other attributes of pixels."""
    changed = traps.set_attributes(datasets, **attributes)
    for index, dataset in enumerate(changed):
        slice_words = words if words.ndim == 2 else words[index]
        dataset.Rows, dataset.Columns = slice_words.shape
        dataset.PixelData = slice_words.tobytes()
    return changed


@pytest.mark.parametrize("pixels", PIXELS.values(), ids=PIXELS.keys())
@pytest.mark.parametrize("syntax", LOSSLESS_SYNTAXES, ids=NAMES)
def test_every_lossless_syntax_gives_the_same_hu(desk: Any, syntax: str, pixels: dict[str, Any]) -> None:
    """A scan in any lossless transfer syntax and any kind of pixel is read to the HU it was made of."""
    plan = desk.plan(slices=2, noise_hu=30.0, **pixels)
    series = desk.only(desk.build(slices=2, noise_hu=30.0, **pixels), syntax=syntax)
    assert series.transfer_syntaxes == (syntax,)
    assert desk.codes(series) == set()
    desk.same(read_volume(series), truth_of(plan))


@pytest.mark.parametrize("syntax", ENCAPSULATED, ids=NAMES)
@pytest.mark.parametrize(
    "how", [{"fragments": 4}, {"fragments": 3, "offset_table": "empty"}, {"offset_table": "extended"}], ids=str
)
def test_fragments_and_offset_tables(desk: Any, syntax: str, how: dict[str, Any]) -> None:
    """A frame may lie in several fragments, with a basic, an empty or an extended offset table."""
    desk.same(desk.read(desk.build(slices=2), syntax=syntax, **how), truth_of(desk.plan(slices=2)))


def test_a_series_in_several_syntaxes(desk: Any) -> None:
    """Slices of one series may each have a syntax of their own; all of them are listed."""
    datasets = desk.build(slices=len(LOSSLESS_SYNTAXES))
    for index, syntax in enumerate(LOSSLESS_SYNTAXES):
        desk.save(datasets[index : index + 1], names=[f"{index}"], syntax=syntax)
    series = desk.only()
    assert series.transfer_syntaxes == tuple(sorted(LOSSLESS_SYNTAXES))
    desk.same(read_volume(series), truth_of(desk.plan(slices=len(LOSSLESS_SYNTAXES))))


@pytest.mark.parametrize(
    ("syntax", "pixels", "difference"),
    [
        (uid.JPEGLSNearLossless, "unsigned 12 of 16", NEAR_LOSSLESS_DIFFERENCE),
        (uid.JPEGLSNearLossless, "signed 16", NEAR_LOSSLESS_DIFFERENCE),
        (uid.JPEG2000, "unsigned 12 of 16", 40),
        (uid.JPEG2000, "signed 16", 40),
        (uid.JPEGBaseline8Bit, "unsigned 8", 8 * 8),
        (uid.JPEGExtended12Bit, "unsigned 12 of 16", 40),
    ],
    ids=NAMES,
)
def test_lossy_pictures_are_read_and_told(desk: Any, syntax: str, pixels: str, difference: int) -> None:
    """Pictures compressed with loss are read close to the truth, with a warning."""
    series = desk.only(desk.build(slices=2, **PIXELS[pixels]), syntax=syntax)
    assert desk.notice(series, "lossy").severity == "warning"
    off = read_volume(series).hu.astype(int) - truth_of(desk.plan(slices=2, **PIXELS[pixels])).hu
    assert np.abs(off).max() <= difference


def test_loss_that_only_the_header_tells(desk: Any) -> None:
    """Pictures that were once compressed with loss and are plain now say so."""
    series = desk.only(traps.set_attributes(desk.build(), LossyImageCompression="01"))
    desk.notice(series, "lossy")


@pytest.mark.parametrize(
    "syntax", [uid.JPEG2000Lossless, uid.JPEGLSLossless, uid.HTJ2KLossless, uid.RLELossless], ids=NAMES
)
@pytest.mark.parametrize("bits", [12, 13, 16])
def test_stream_that_is_mistaken_about_the_sign(desk: Any, syntax: str, bits: int) -> None:
    """Where the compressed stream says unsigned and the header signed, BitsStored and PixelRepresentation are right."""
    datasets = desk.build(signed=True, bits_stored=bits, intercept=0.0)
    folder = desk.save([], into="scan")
    for index, dataset in enumerate(datasets):
        (folder / f"{index}").write_bytes(damage.mistake_sign(dataset, syntax=syntax))
    series = desk.only()
    desk.same(read_volume(series), truth_of(desk.plan(signed=True, bits_stored=bits, intercept=0.0)))


NATIVE_OR_WHOLE_WORDS = [
    uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian, uid.DeflatedExplicitVRLittleEndian,
    uid.RLELossless, uid.JPEGLSLossless,
]  # fmt: skip


@pytest.mark.parametrize("syntax", NATIVE_OR_WHOLE_WORDS, ids=NAMES)
@pytest.mark.parametrize("trap", [traps.add_junk_bits, traps.raise_high_bit])
@pytest.mark.parametrize("pixels", [name for name in PIXELS if name[-5:] == "of 16"])
def test_only_stored_bits_count(desk: Any, trap: Any, syntax: str, pixels: str) -> None:
    """Junk above the stored bits is removed, and bits stored at the top of the word (HighBit 15) are brought down."""
    volume = desk.read(trap(desk.build(slices=2, **PIXELS[pixels])), syntax=syntax)
    desk.same(volume, truth_of(desk.plan(slices=2, **PIXELS[pixels])))


def test_junk_on_both_sides(desk: Any) -> None:
    """Ten bits in the middle of the word, junk above and below, are found by BitsStored and HighBit."""
    rng = np.random.default_rng(1)
    values = rng.integers(0, 1024, (20, 24))
    words = (values << 3 | rng.integers(0, 8, values.shape) | rng.integers(0, 8, values.shape) << 13).astype("<u2")
    volume = desk.read(with_words(desk.build(), words, BitsStored=10, HighBit=12))
    assert np.array_equal(volume.hu[2], values - 1024)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(
    "syntax", [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian], ids=NAMES
)
def test_words_of_32_bits(desk: Any, syntax: str, signed: bool) -> None:  # noqa: FBT001
    """Pixels of 32 bits are read; within int16 as such."""
    hu = truth_of(desk.plan()).hu
    words = (hu.astype(np.int64) + 1024).astype("<i4" if signed else "<u4")
    big = syntax == uid.ExplicitVRBigEndian
    datasets = with_words(
        desk.build(), words.byteswap() if big else words, BitsAllocated=32, BitsStored=32, HighBit=31,
        PixelRepresentation=int(signed),
    )  # fmt: skip
    folder = desk.save([])
    for index, dataset in enumerate(datasets):
        data = to_bytes(dataset) if big else to_bytes(dataset, syntax=syntax)
        if big:
            dataset.file_meta.TransferSyntaxUID = syntax
            dataset["PixelData"].VR = "OW"
            data = _as_big_endian(dataset)
        (folder / f"{index}").write_bytes(data)
    volume = read_volume(desk.only())
    assert np.array_equal(volume.hu, hu)
    assert volume.hu.dtype == np.int16


def _as_big_endian(dataset: Any) -> bytes:
    stream = BytesIO()
    pydicom.dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def test_odd_number_of_8_bit_pixels(desk: Any) -> None:
    """The byte that pads an odd picture of 8 bits is no pixel."""
    plan: dict[str, Any] = {"rows": 11, "columns": 13, "bits_allocated": 8, "bits_stored": 8, "slope": 8.0}
    series = desk.only(desk.build(**plan))
    assert desk.codes(series) == set()
    desk.same(read_volume(series), truth_of(desk.plan(**plan)))


@pytest.mark.parametrize(
    "slopes", [(1.0, 0.5, 2.0), (1.0, 2.0, 4.0), (0.25,), (1.0, 1.0, 1.001), (2.0,), (0.3,)], ids=str
)
@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.JPEGLSLossless], ids=NAMES)
def test_every_slice_its_own_slope(desk: Any, slopes: tuple[float, ...], syntax: str) -> None:
    """Slope and intercept are those of each slice: int16 where that is exact, else float32; nothing is rounded."""
    datasets = traps.vary_slopes(desk.build(bits_stored=16, noise_hu=7.0), slopes)
    for dataset in datasets:
        dataset.PixelData = (stored_of(dataset) | 1).tobytes()  # so that halves stay halves
    series = desk.only(datasets, syntax=syntax)
    assert "mixed-acquisition" not in desk.codes(series)
    volume = read_volume(series)
    true = desk.hu(datasets)
    assert volume.hu.dtype == (np.int16 if np.array_equal(true, np.rint(true)) else np.float32)
    assert np.array_equal(volume.hu, true.astype(volume.hu.dtype))
    assert np.abs(volume.hu - true).max() < 1e-3


def test_every_slice_its_own_intercept(desk: Any) -> None:
    """Intercepts that differ from slice to slice are followed."""
    datasets = desk.build()
    for index, dataset in enumerate(datasets):
        dataset.RescaleIntercept = -1024 + 8 * index
    volume = desk.read(traps.shuffle_files(datasets))
    assert np.array_equal(volume.hu, desk.hu(datasets))
    assert volume.hu.dtype == np.int16


def test_half_slope_that_comes_out_whole(desk: Any) -> None:
    """A slope of a half over even numbers is whole, so int16 keeps it."""
    words = (truth_of(desk.plan()).hu.astype(np.int64) + 1024).clip(0) * 2
    volume = desk.read(with_words(desk.build(bits_stored=16), words.astype("<u2"), RescaleSlope="0.5"))
    assert volume.hu.dtype == np.int16
    assert np.array_equal(volume.hu, words // 2 - 1024)


EXTREMES: dict[str, tuple[dict[str, Any], list[int]]] = {
    "unsigned 16 above int16": ({"intercept": -1024.0, "signed": False}, [0, 24, 33791, 33792, 40000, 65535]),
    "unsigned 16 up to int16": ({"intercept": -1024.0, "signed": False}, [0, 24, 1000, 33791]),
    "signed below int16": ({"intercept": -1024.0, "signed": True}, [-32768, -2000, 0, 32767]),
    "signed, intercept 0": ({"intercept": 0.0, "signed": True}, [-32768, -1000, 0, 32767]),
    "slope 2 above int16": ({"intercept": -1024.0, "slope": 2.0, "signed": False}, [0, 12, 16895, 16896, 65535]),
    "slope 40": ({"intercept": -1024.0, "slope": 40.0, "signed": False}, [0, 65535]),
    "intercept -32768": ({"intercept": -32768.0, "signed": False}, [31768, 65535]),
    "half intercept": ({"intercept": -1024.5, "signed": False}, [0, 1, 4095]),
    "negative slope": ({"intercept": 1000.0, "slope": -1.0, "signed": False}, [0, 2000, 4095]),
}


@pytest.mark.parametrize(("pixels", "stored"), EXTREMES.values(), ids=EXTREMES.keys())
@pytest.mark.parametrize("place", [0, 457])
def test_extreme_values_are_exact(desk: Any, pixels: dict[str, Any], stored: list[int], place: int) -> None:
    """Values beyond int16 are neither clipped nor wrapped: they come as exact float32; one such pixel is enough."""
    kind = "<i2" if pixels["signed"] else "<u2"
    words = np.full((5, 20, 24), stored[0] if len(stored) < 5 else 24, np.int64)
    words.reshape(5, -1)[3, place : place + len(stored)] = stored
    datasets = with_words(desk.build(bits_stored=16, **pixels), words.astype(kind))
    volume = desk.read(datasets)
    true = words * pixels.get("slope", 1.0) + pixels["intercept"]
    assert np.array_equal(volume.hu, true)
    fits = true.min() >= -32768 and true.max() <= 32767 and np.array_equal(true, np.rint(true))
    assert volume.hu.dtype == (np.int16 if fits else np.float32)


@pytest.mark.parametrize("text", [b"-1024", b"-1024.0", b"-1.024E+03", b"  -1024 ", b"-1024.000000000", b"-1024\0"])
def test_intercept_in_any_notation(desk: Any, text: bytes) -> None:
    """An intercept with blanks, exponents or a zero byte is understood."""
    desk.same(desk.read(traps.write_raw(desk.build(), {"RescaleIntercept": text})), truth_of(desk.plan()))


UNPROVEN: dict[str, Any] = {
    "no rescale": traps.drop_rescale,
    "no intercept": lambda d: traps.remove_attributes(d, "RescaleIntercept"),
    "empty intercept": lambda d: traps.set_attributes(d, RescaleIntercept=None),
    "no slope": lambda d: traps.remove_attributes(d, "RescaleSlope"),
    "intercept in words": lambda d: traps.write_raw(d, {"RescaleIntercept": b"minus"}),
    "intercept nan": lambda d: traps.write_raw(d, {"RescaleIntercept": b"nan"}),
    "slope zero": lambda d: traps.write_raw(d, {"RescaleSlope": b"0"}),
    "1-1024 data": traps.squeeze_to_1024_levels,
    "1-1024 data with a rescale of 1 and 0": lambda d: traps.set_attributes(
        traps.squeeze_to_1024_levels(d), RescaleSlope="1", RescaleIntercept="0"
    ),
    "no modality": lambda d: traps.remove_attributes(d, "Modality"),
    "empty modality": lambda d: traps.set_attributes(d, Modality=None),
    "rescale to something else": lambda d: traps.set_attributes(d, RescaleType="US"),
    "one slice without intercept": lambda d: traps.remove_attributes(d, "RescaleIntercept", slices=[2]),
}


@pytest.mark.parametrize("trap", UNPROVEN.values(), ids=UNPROVEN.keys())
def test_values_that_may_not_be_hu(desk: Any, trap: Any) -> None:
    """Values not known to be HU are told before anything is read; the scan stays usable, and its volume says so."""
    series = desk.only(trap(desk.build()))
    notice = next(n for n in series.notices if n.code == "hu-unproven")
    assert notice.severity == "warning"
    assert series.usable
    volume = read_volume(series)
    assert not volume.is_hu_proven
    assert volume.hu.shape == (5, 20, 24)


def test_unproven_values_come_as_stored(desk: Any) -> None:
    """Without slope and intercept the values are those in the file."""
    datasets = traps.squeeze_to_1024_levels(desk.build())
    volume = desk.read(datasets)
    assert np.array_equal(volume.hu, np.stack([stored_of(d) for d in datasets]))


def test_signed_raw_values_are_found_by_their_lack_of_air(desk: Any) -> None:
    """Signed 1-1024 data with a plausible header are known by the values once they are read."""
    datasets = traps.squeeze_to_1024_levels(desk.build())
    datasets = traps.set_attributes(datasets, RescaleSlope="1", RescaleIntercept="0", PixelRepresentation=1)
    assert not desk.read(datasets).is_hu_proven


@pytest.mark.parametrize("intercept", [-1024.0, -1000.0, 0.0])
@pytest.mark.parametrize("signed", [False, True])
def test_honest_scans_are_proven(desk: Any, intercept: float, signed: bool) -> None:  # noqa: FBT001
    """Plain scans are not suspected: with an intercept, or signed without one."""
    if not signed and intercept == 0.0:
        return
    volume = desk.read(desk.build(signed=signed, bits_stored=16, intercept=intercept))
    assert volume.is_hu_proven


# name -> plan, value stored outside the circle, PixelPaddingValue, PixelPaddingRangeLimit
PADDED: dict[str, tuple[dict[str, Any], int, int | None, int | None]] = {
    "-2000 tagged": ({"intercept": 0.0}, -2000, -2000, None),
    "-2000 tagged, HU -3024": ({}, -2000, -2000, None),
    "-2000 tagged as 63536": ({"intercept": 0.0}, -2000, 63536, None),
    "-3024 tagged": ({"intercept": 0.0}, -3024, -3024, None),
    "-3024 tagged as 62512": ({"intercept": 0.0}, -3024, 62512, None),
    "-2000 without a tag": ({"intercept": 0.0}, -2000, None, None),
    "-3024 without a tag": ({"intercept": 0.0}, -3024, None, None),
    "-1200 without a tag": ({"intercept": 0.0}, -1200, None, None),
    "-1500 tagged, above -2000": ({"intercept": 0.0}, -1500, -1500, None),
    "range": ({"intercept": 0.0}, -2500, -3000, -2000),
    "range, ends exchanged": ({"intercept": 0.0}, -2500, -2000, -3000),
    "tag that no pixel has": ({}, -1024, 63536, None),
    "-32768": ({"intercept": 0.0}, -32768, -32768, None),
    "63536 in unsigned data": ({"signed": False, "intercept": -1024.0}, 63536, 63536, None),
    "0 in unsigned data": ({"signed": False, "intercept": -1024.0}, 0, 0, None),
}


@pytest.mark.parametrize("padded", PADDED.values(), ids=PADDED.keys())
@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian, uid.JPEGLSLossless], ids=NAMES)
def test_padding_is_masked(desk: Any, padded: tuple[dict[str, Any], int, int | None, int | None], syntax: str) -> None:
    """What lies outside the circular field of view is masked by tag, range limit or darkness; HU stay."""
    plan, stored, tag, limit = padded
    plan = {
        "signed": True,
        "bits_stored": 16,
        "slices": 2,
        "rows": 32,
        "columns": 32,
        "pixel_spacing_mm": (11.0, 11.0),
    } | plan
    datasets = traps.pad_outside_circle(desk.build(**plan), stored, tag=tag, range_limit=limit)
    series = desk.only(datasets, syntax=syntax)
    if tag is not None:
        assert "padding" in desk.codes(series)
    volume = read_volume(series)
    assert any(n.code == "padding" for n in volume.notices)
    assert np.array_equal(volume.hu, desk.hu(datasets))
    outside = traps.outside_circle(32, 32)
    assert np.array_equal(volume.padding, np.stack([outside, outside]))
    assert volume.is_hu_proven


def test_no_padding_is_invented(desk: Any) -> None:
    """Air of -1024 HU around the patient, without a tag, is not padding."""
    datasets = traps.pad_outside_circle(desk.build(slices=2), 0)
    volume = desk.read(datasets)
    assert volume.hu.min() == -1024
    assert not volume.padding.any()
    assert desk.codes(volume) == set()


def test_value_of_padding_inside_the_patient(desk: Any) -> None:
    """A pixel inside the patient with the tagged value of -1024 HU is air: padding is joined to the border."""
    datasets = traps.pad_outside_circle(
        desk.build(slices=1, rows=32, columns=32, pixel_spacing_mm=(11.0, 11.0)), 0, tag=0
    )
    pixels = np.frombuffer(datasets[0].PixelData, "<u2").reshape(32, 32).copy()
    pixels[15:17, 15:17] = 0
    datasets[0].PixelData = pixels.tobytes()
    volume = desk.read(datasets)
    assert np.array_equal(volume.padding[0], traps.outside_circle(32, 32))


def test_padding_tag_of_one_slice_only(desk: Any) -> None:
    """Every slice has its own padding."""
    plan: dict[str, Any] = {"signed": True, "bits_stored": 16, "slices": 2, "intercept": 0.0}
    plain = desk.build(**plan)
    padded = traps.pad_outside_circle(plain, -900, tag=-900)
    volume = desk.read([plain[0], padded[1]])
    assert not volume.padding[0].any()
    assert np.array_equal(volume.padding[1], traps.outside_circle(20, 24))


UNREADABLE_BITS: dict[str, dict[str, Any]] = {
    "stored 0": {"BitsStored": 0},
    "stored above allocated": {"BitsStored": 20, "HighBit": 19},
    "packed 12": {"BitsAllocated": 12, "BitsStored": 12, "HighBit": 11},
    "1 bit": {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0},
    "high bit below": {"BitsStored": 12, "HighBit": 5},
    "high bit above": {"BitsStored": 12, "HighBit": 40},
    "allocated 0": {"BitsAllocated": 0},
    "64 bits": {"BitsAllocated": 64, "BitsStored": 64, "HighBit": 63},
}


@pytest.mark.parametrize("bits", UNREADABLE_BITS.values(), ids=UNREADABLE_BITS.keys())
def test_bits_that_make_no_pixel(desk: Any, bits: dict[str, int]) -> None:
    """Bits that contradict each other make the series unusable with what was found, before anything is read."""
    folder = desk.save(desk.build())
    for path in folder.iterdir():
        damage.alter_file(path, lambda data: damage.lie(data, **bits))
    series = desk.only()
    assert series.slices == 5
    assert not series.usable
    (notice,) = [n for n in series.notices if n.severity == "error"]
    assert notice.code in ("undecodable", "size-mismatch", "truncated")
    assert any(str(v) in notice.message for v in bits.values())
    with pytest.raises(UnusableSeriesError):
        read_volume(series)


def test_bits_that_are_not_given(desk: Any) -> None:
    """HighBit may be missing: it is BitsStored - 1."""
    desk.same(desk.read(traps.remove_attributes(desk.build(), "HighBit")), truth_of(desk.plan()))


UNKNOWN_SYNTAXES = ["1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.103", "1.2.3.4", "1.2.840.10008.1.2.4.94"]


@pytest.mark.parametrize("syntax", UNKNOWN_SYNTAXES)
def test_unknown_transfer_syntax_is_named(desk: Any, syntax: str) -> None:
    """A transfer syntax that no decoder is there for makes the series unusable, by its name, with a way out."""
    folder = desk.save(desk.build(), syntax=uid.JPEGLSLossless)
    for path in folder.iterdir():
        damage.alter_file(path, lambda data: damage.claim_syntax(data, syntax))
    series = desk.only()
    notice = desk.notice(series, "undecodable")
    assert notice.severity == "error"
    assert syntax in notice.message
    assert len(notice.message) > len(syntax) + 40
    with pytest.raises(UnusableSeriesError, match=syntax.replace(".", r"\.")):
        read_volume(series)


def test_missing_decoder_is_named_with_its_package(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the decoder of a syntax is not installed, the notice names decoder and package."""
    monkeypatch.setattr(imagecodecs, "JPEGLS", SimpleNamespace(available=False))
    series = desk.only(desk.build(), syntax=uid.JPEGLSLossless)
    message = desk.notice(series, "undecodable").message
    assert "imagecodecs" in message
    assert "jpegls" in message.lower()
    assert not series.usable


@pytest.mark.parametrize(
    "claimed", [uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.RLELossless, uid.JPEGLosslessSV1], ids=NAMES
)
def test_plain_pixels_under_a_compressed_syntax(desk: Any, claimed: str) -> None:
    """Plain pixels under the name of a compressed syntax make the series unusable, without a decoder's own words."""
    folder = desk.save(desk.build())
    for path in folder.iterdir():
        damage.alter_file(path, lambda data: damage.claim_syntax(data, claimed))
    series = desk.only()
    assert desk.notice(series, "undecodable").severity == "error"


def test_compressed_pixels_under_a_plain_syntax(desk: Any) -> None:
    """Compressed pixels under the name of the plain syntax make the series unusable."""
    folder = desk.save(desk.build(), syntax=uid.JPEGLSLossless)
    for path in folder.iterdir():
        damage.alter_file(path, lambda data: damage.claim_syntax(data, uid.ExplicitVRLittleEndian))
    series = desk.only()
    assert not series.usable
    assert desk.codes(series) & {"undecodable", "truncated", "size-mismatch"}


@pytest.mark.parametrize("syntax", ENCAPSULATED, ids=NAMES)
@pytest.mark.parametrize("how", ["garbage", "zeros", "half", "one bit"])
def test_broken_streams_end_in_a_pixel_error(desk: Any, syntax: str, how: str) -> None:
    """A broken compressed picture is told by slice and syntax; nothing of the decoder's own escapes."""
    folder = desk.save(desk.build(), syntax=syntax)
    path = folder / "IM0003.dcm"
    data = path.read_bytes()
    start = data.rfind(b"\xfe\xff\x00\xe0") + 8
    end = data.rfind(b"\xfe\xff\xdd\xe0")
    length = end - start
    body = {
        "garbage": np.random.default_rng(0).integers(0, 256, length, np.uint8).tobytes(),
        "zeros": bytes(length),
        "half": data[start : start + length // 2] + bytes(length - length // 2),
        "one bit": data[start : start + 20] + bytes([data[start + 20] ^ 0x10]) + data[start + 21 : end],
    }[how]
    path.write_bytes(data[:start] + body + data[end:])
    series = desk.only()
    assert series.slices == 5
    try:
        volume = read_volume(series)
    except PixelError as error:
        assert syntax in str(error)  # noqa: PT017 - some broken streams are pictures all the same
        assert str(series.frames[2].instance) in str(error)  # noqa: PT017
    except UnusableSeriesError:
        assert not series.usable
    else:
        assert how in ("one bit", "half"), "garbage was taken for a picture"
        assert volume.hu.shape == (5, 20, 24)


@pytest.mark.parametrize("syntax", ENCAPSULATED, ids=NAMES)
def test_picture_of_another_size_in_the_stream(desk: Any, syntax: str) -> None:
    """A compressed picture that is not Rows x Columns is refused, not stretched, cut or shifted."""
    folder = desk.save(desk.build(rows=24, columns=20), syntax=syntax)
    for path in folder.iterdir():
        damage.alter_file(path, lambda data: damage.lie(data, Rows=20, Columns=24))
    series = desk.only()
    if syntax == uid.RLELossless:  # has no size of its own: 24 x 20 and 20 x 24 cannot be told apart
        return
    with pytest.raises((PixelError, UnusableSeriesError)):
        read_volume(series)


def test_syntax_that_the_file_meta_does_not_name(desk: Any) -> None:
    """A file whose meta names no transfer syntax is read as what its bytes are."""
    folder = desk.save(desk.build())
    for path in folder.iterdir():
        damage.alter_file(path, lambda data: data.replace(b"1.2.840.10008.1.2.1\0", bytes(20), 1))
    desk.same(read_volume(desk.only()), truth_of(desk.plan()))


@pytest.mark.parametrize("claimed", [uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian], ids=NAMES)
def test_explicit_and_implicit_mixed_up(desk: Any, claimed: str) -> None:
    """A file whose meta names implicit where it is explicit, or the other way round, is read as what its bytes are."""
    real = uid.ImplicitVRLittleEndian if claimed == uid.ExplicitVRLittleEndian else uid.ExplicitVRLittleEndian
    folder = desk.save(desk.build(), syntax=real)
    for path in folder.iterdir():
        damage.alter_file(path, lambda data: damage.claim_syntax(data, claimed))
    desk.same(read_volume(desk.only()), truth_of(desk.plan()))
