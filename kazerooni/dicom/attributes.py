"""Attributes: what the slices of a series usually share, decoded once for each distinct set of values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Final, NamedTuple

from kazerooni.dicom import tags
from kazerooni.dicom.header import Header, PixelElement
from kazerooni.dicom.sources import Source
from kazerooni.dicom.values import (
    day,
    double,
    free_text,
    is_character_set,
    is_uid,
    number,
    numbers,
    text,
    uid,
    unsigned,
    whole,
    words,
)
from kazerooni.identity import keyed_digest, pseudonym

Orientation = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Attributes:
    """What the slices of one series usually share; compared by identity, because equal values give the same object.

    patient: the pseudonym, None where no patient is named. person: keyed digest of birth date and sex, to tell two
    people apart that were given one id. invalid: names of the attributes that are present but cannot be understood.
    """

    patient: str | None
    person: str
    study_uid: str
    series_uid: str
    frame_of_reference_uid: str
    sop_class: str
    modality: str
    study_date: date | None
    description: str
    protocol: str
    comments: str
    manufacturer: str
    image_type: tuple[str, ...]
    acquisition_type: str
    scan_options: tuple[str, ...]
    table_feed: float | None
    pitch: float | None
    kernel: str
    kvp: float | None
    contrast: str
    patient_position: str
    conversion_type: str
    slice_thickness_mm: float | None
    spacing_between_slices_mm: float | None
    gantry_tilt_degrees: float | None
    rows: int | None
    columns: int | None
    pixel_spacing_mm: tuple[float, float] | None
    orientation: Orientation | None
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    slope: float | None
    intercept: float | None
    rescale_type: str
    padding: tuple[int, int] | None
    lossy: bool
    invalid: tuple[str, ...]

    @property
    def rescale(self) -> tuple[float, float]:
        """Slope and intercept; 1 and 0 where the header gives none (which is a notice)."""
        return 1.0 if self.slope is None else self.slope, self.intercept or 0.0


class Frame(NamedTuple):
    """One picture: a single-frame file, or one frame of a multi-frame one.

    number: 0 for the first frame of its file. position: centre of the first pixel, LPS mm; None where it is not given.
    moment: what tells two acquisitions of one position apart: temporal position, acquisition number, acquisition time,
    content time; "" where not given.
    pixels: where PixelData of the file lies; frames: how many pictures the file says it holds; described: how many its
    functional groups describe, or can be believed where it has none.
    """

    source: Source
    number: int
    attributes: Attributes
    sop_uid: str
    position: tuple[float, float, float] | None
    instance: int | None
    moment: tuple[str, str, str, str]
    syntax: str
    pixels: PixelElement
    frames: int
    described: int


class AttributeTable:
    """Decodes the shared attributes of headers, each distinct set once."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[tuple[bytes | None, ...], Attributes] = {}

    def frames(self, source: Source, header: Header) -> list[Frame]:
        """List the pictures of a file."""
        announced = whole(header.raw.get(tags.NUMBER_OF_FRAMES))
        if header.frames is None:
            announced = max(announced or 1, 1)
            believed = announced if announced * _LEAST_FRAME_BYTES <= source.size else 1
            counts = announced, believed
            return [self._frame(source, n, header.raw, header, counts) for n in range(believed)]
        described = header.frames or ({},)  # without any frame, the file itself is told
        counts = len(described) if announced is None else announced, len(described)
        return [self._frame(source, n, header.raw | own, header, counts) for n, own in enumerate(described)]

    def _frame(
        self, source: Source, number: int, raw: dict[int, bytes], header: Header, counts: tuple[int, int]
    ) -> Frame:
        assert header.pixels is not None
        get = raw.get
        key = tuple(map(get, tags.SHARED))
        attributes = self._known.get(key)
        if attributes is None:
            attributes = self._known[key] = decode(raw, self._key)
        return Frame(
            source,
            number,
            attributes,
            uid(get(tags.SOP_INSTANCE_UID)),
            _position(get(tags.POSITION)),
            whole(get(tags.INSTANCE_NUMBER)),
            (
                text(get(tags.TEMPORAL_POSITION)),
                text(get(tags.ACQUISITION_NUMBER)),
                text(get(tags.ACQUISITION_DATETIME)) or text(get(tags.ACQUISITION_TIME)),
                text(get(tags.CONTENT_TIME)),
            ),
            uid(header.syntax.encode()),
            header.pixels,
            *counts,
        )


# A file that announces more frames than it could hold at this size lies: it is told once, not for each of them.
_LEAST_FRAME_BYTES: Final = 512

# No table moves a patient ten metres; a number beyond is a broken header.
_FARTHEST_MM: Final = 10_000.0

# HU are some thousands, and slopes of CT between 0.1 and some tens.
_LARGEST_RESCALE: Final = 1e6
# Localizers call the width of the body their thickness; nothing is thicker.
_THICKEST_MM: Final = 2000.0

_CHECKED: Final = {
    tags.SLICE_THICKNESS: ("SliceThickness", 1),
    tags.PIXEL_SPACING: ("PixelSpacing", 2),
    tags.ORIENTATION: ("ImageOrientationPatient", 6),
    tags.RESCALE_SLOPE: ("RescaleSlope", 1),
    tags.RESCALE_INTERCEPT: ("RescaleIntercept", 1),
    tags.KVP: ("KVP", 1),
}
_CHECKED_UIDS: Final = {
    tags.SOP_CLASS_UID: "SOPClassUID",
    tags.STUDY_UID: "StudyInstanceUID",
    tags.SERIES_UID: "SeriesInstanceUID",
    tags.FRAME_OF_REFERENCE_UID: "FrameOfReferenceUID",
}


def decode(raw: dict[int, bytes], key: bytes) -> Attributes:
    """Decode the shared attributes of one header; `key` makes the pseudonym."""
    get = raw.get
    characters = get(tags.CHARACTER_SET)
    spacing = numbers(get(tags.PIXEL_SPACING), 2)
    thickness = number(get(tags.SLICE_THICKNESS))
    bits_stored = unsigned(get(tags.BITS_STORED)) or 0
    high_bit = unsigned(get(tags.HIGH_BIT))
    signed = unsigned(get(tags.PIXEL_REPRESENTATION)) == 1
    return Attributes(
        patient=pseudonym(_plain(get(tags.PATIENT_ID)), _plain(get(tags.ISSUER_OF_PATIENT_ID)), key),
        person=keyed_digest(f"{_plain(get(tags.BIRTH_DATE))}|{_plain(get(tags.SEX))}".strip("|"), key),
        study_uid=uid(get(tags.STUDY_UID)),
        series_uid=uid(get(tags.SERIES_UID)),
        frame_of_reference_uid=uid(get(tags.FRAME_OF_REFERENCE_UID)),
        sop_class=uid(get(tags.SOP_CLASS_UID)),
        modality=text(get(tags.MODALITY)).upper(),
        study_date=_first_date(raw),
        description=free_text(get(tags.SERIES_DESCRIPTION), characters),
        protocol=free_text(get(tags.PROTOCOL_NAME), characters),
        comments=free_text(get(tags.IMAGE_COMMENTS), characters),
        manufacturer=free_text(get(tags.MANUFACTURER), characters),
        image_type=words(get(tags.IMAGE_TYPE)),
        acquisition_type=text(get(tags.ACQUISITION_TYPE)).upper(),
        scan_options=words(get(tags.SCAN_OPTIONS)),
        table_feed=double(get(tags.TABLE_FEED_PER_ROTATION)),
        pitch=double(get(tags.SPIRAL_PITCH_FACTOR)),
        kernel=text(get(tags.KERNEL)),
        kvp=_not_negative(number(get(tags.KVP))),
        contrast=free_text(get(tags.CONTRAST_AGENT), characters),
        patient_position=text(get(tags.PATIENT_POSITION)).upper(),
        conversion_type=text(get(tags.CONVERSION_TYPE)).upper(),
        slice_thickness_mm=thickness if thickness is not None and 0 < thickness <= _THICKEST_MM else None,
        spacing_between_slices_mm=number(get(tags.SPACING_BETWEEN_SLICES)),
        gantry_tilt_degrees=number(get(tags.GANTRY_TILT)),
        rows=unsigned(get(tags.ROWS)),
        columns=unsigned(get(tags.COLUMNS)),
        pixel_spacing_mm=(spacing[0], spacing[1]) if spacing is not None and min(spacing) > 0 else None,
        orientation=_orientation(numbers(get(tags.ORIENTATION), 6)),
        samples=unsigned(get(tags.SAMPLES_PER_PIXEL)) or 1,
        photometric=text(get(tags.PHOTOMETRIC)).upper(),
        bits_allocated=unsigned(get(tags.BITS_ALLOCATED)) or 0,
        bits_stored=bits_stored,
        high_bit=bits_stored - 1 if high_bit is None else high_bit,
        signed=signed,
        slope=_rescale(get(tags.RESCALE_SLOPE)),
        intercept=_rescale(get(tags.RESCALE_INTERCEPT)),
        rescale_type=text(get(tags.RESCALE_TYPE)).upper(),
        padding=_padding(unsigned(get(tags.PADDING_VALUE)), unsigned(get(tags.PADDING_LIMIT)), signed=signed),
        lossy=text(get(tags.LOSSY_COMPRESSION)) == "01",
        invalid=tuple(_invalid(raw)),
    )


def _position(raw: bytes | None) -> tuple[float, float, float] | None:
    """Decode a position that a patient on a table can have; None for any other."""
    found = numbers(raw, 3)
    if found is None or max(map(abs, found)) > _FARTHEST_MM:
        return None
    return found[0], found[1], found[2]


def _plain(raw: bytes | None) -> str:
    """Decode a value that is only ever hashed."""
    return raw.strip(b" \0").decode("latin-1") if raw else ""


def _invalid(raw: dict[int, bytes]) -> Iterator[str]:
    """List the attributes that are present and not what they should be, by name; never their values."""
    for tag, (name, count) in _CHECKED.items():
        if raw.get(tag, b"").strip(b" \0") and numbers(raw[tag], count) is None:
            yield name
    for tag in (tags.RESCALE_SLOPE, tags.RESCALE_INTERCEPT):
        if number(raw.get(tag)) is not None and _rescale(raw[tag]) is None:
            yield _CHECKED[tag][0]
    for tag, name in _CHECKED_UIDS.items():
        if not is_uid(raw.get(tag)):
            yield name
    if raw.get(tags.STUDY_DATE, b"").strip(b" \0") and day(raw[tags.STUDY_DATE]) is None:
        yield "StudyDate"
    if not is_character_set(raw.get(tags.CHARACTER_SET)):
        yield "SpecificCharacterSet"


def _rescale(raw: bytes | None) -> float | None:
    """Decode a slope or intercept that a scanner can have; None for any other."""
    found = number(raw)
    return found if found is not None and abs(found) <= _LARGEST_RESCALE else None


def _first_date(raw: dict[int, bytes]) -> date | None:
    found = (day(raw.get(tag)) for tag in (tags.STUDY_DATE, tags.SERIES_DATE, tags.ACQUISITION_DATE))
    return next((d for d in found if d is not None), None)


def _orientation(cosines: tuple[float, ...] | None) -> Orientation | None:
    """Give six direction cosines if they are two unit vectors at a right angle (to a hundredth), else None."""
    if cosines is None:
        return None
    row, column = cosines[:3], cosines[3:]
    lengths = [sum(c * c for c in vector) for vector in (row, column)]
    straight = abs(sum(a * b for a, b in zip(row, column, strict=True))) < 0.01
    return cosines if straight and all(abs(length - 1) < 0.02 for length in lengths) else None  # type: ignore[return-value]


def _padding(value: int | None, limit: int | None, *, signed: bool) -> tuple[int, int] | None:
    """Give the range of stored values that are padding, with the sign of the pixels whatever that of the tag."""
    if value is None:
        return None
    ends = sorted(_with_sign(v, signed=signed) for v in (value, value if limit is None else limit))
    return ends[0], ends[1]


def _with_sign(word: int, *, signed: bool) -> int:
    return word - 0x10000 if signed and word >= 0x8000 else word


def _not_negative(value: float | None) -> float | None:
    """Give a value that a scanner can have had; None for what is damaged."""
    return value if value is not None and 0 <= value < inf else None
