"""Values and words of a header: numbers and texts from bytes, kernels, motion, roles, position and breath-hold."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.dicom import tags
from kazerooni.dicom.attributes import Attributes, decode
from kazerooni.dicom.technique import (
    Role,
    acquisition_evidence,
    is_ct,
    is_expiratory,
    is_prone,
    kernel_class,
    role_of,
    sounds_like_localizer,
)
from kazerooni.dicom.values import day, double, free_text, number, numbers, text, unsigned, whole, words

CT_IMAGE = b"1.2.840.10008.5.1.4.1.1.2"


def header(**values: bytes | str) -> Attributes:
    """Decode the attributes of a CT whose header says these values, named as in `kazerooni.dicom.tags`."""
    raw = {tags.MODALITY: b"CT", tags.SOP_CLASS_UID: CT_IMAGE}
    raw |= {getattr(tags, k): v.encode() if isinstance(v, str) else v for k, v in values.items()}
    return decode(raw, b"key")


# --- Values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"1", (1.0,)),
        (b" 1.25 ", (1.25,)),
        (b"-1\\0\\+.5", (-1.0, 0.0, 0.5)),
        (b"1e-3\\2E2 ", (0.001, 200.0)),
        (b"0.7\\0.7\0", (0.7, 0.7)),
        (b" 1 \\ 2 \\ 3 ", (1.0, 2.0, 3.0)),
    ],
)
def test_decimal_numbers_are_read(raw: bytes, value: tuple[float, ...]) -> None:
    """Decimal strings are read with blanks, signs, exponents and the padding that files have."""
    assert numbers(raw, len(value)) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"abc",
        b"1,5",
        b"1\\",
        b"\\",
        b"1\\2\\3",
        b"nan",
        b"inf",
        b"-infinity",
        b"1e999",
        b"0x10",
        b"1_0",
        b"1 2",
    ],
)
def test_what_is_no_decimal_number_is_none(raw: bytes) -> None:
    """What is no finite decimal number, or not as many as wanted, is none: nothing is guessed."""
    assert numbers(raw, 2) is None
    assert raw == b"1\\2\\3" or number(raw) is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"12", 12),
        (b" 12 ", 12),
        (b"-3", -3),
        (b"+7\0", 7),
        (b"1.0", 1),
        (b"1.5", None),
        (b"1A", None),
        (b"", None),
        (b"1_2", None),
        (b"\\", None),
        (b"nan", None),
    ],
)
def test_whole_numbers_are_read(raw: bytes, value: int | None) -> None:
    """A whole number is read also where it was written as a decimal; anything else is none."""
    assert whole(raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [(b"\x00\x02", 512), (b"\xff\xff", 65535), (b"", None), (b"\1", None), (b"\1\0\0\0", None), (b"\1\0\2\0", None)],
)
def test_two_byte_numbers_are_read(raw: bytes, value: int | None) -> None:
    """A number of two bytes is read; other lengths are none."""
    assert unsigned(raw) == value


def test_eight_byte_numbers_are_read() -> None:
    """A finite double is read; other lengths, infinities and NaN are none."""
    assert double(struct.pack("<d", 1.375)) == 1.375
    assert [
        double(raw) for raw in (None, b"", b"1.375", struct.pack("<d", float("nan")), struct.pack("<d", float("inf")))
    ] == [None] * 5


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"20030514", date(2003, 5, 14)),
        (b"2003.05.14", date(2003, 5, 14)),
        (b"20030514\0", date(2003, 5, 14)),
        (b"20030514-20030520", date(2003, 5, 14)),
        (b"20030230", None),
        (b"2003", None),
        (b"", None),
        (b"unknown", None),
        (b"00000000", None),
    ],
)
def test_dates_are_read(raw: bytes, value: date | None) -> None:
    """A date is read in the old and the new form; what is no day of a calendar is none."""
    assert day(raw) == value


def test_texts_lose_their_padding_only() -> None:
    """Codes lose blanks and zeros at their ends; values of several are in capitals, each without its blanks."""
    assert text(b"  CT\0") == "CT"
    assert text(None) == ""
    assert words(b"DERIVED \\primary\\ AXIAL") == ("DERIVED", "PRIMARY", "AXIAL")
    assert words(b"") == ()


@pytest.mark.parametrize(
    ("raw", "characters", "value"),
    [
        (b"Thorax", None, "Thorax"),
        ("Lungenl\u00e4sion".encode("latin-1"), b"ISO_IR 100", "Lungenl\u00e4sion"),
        (
            "\u041b\u0451\u0433\u043a\u0438\u0435".encode("iso-8859-5"),
            b"ISO_IR 144",
            "\u041b\u0451\u0433\u043a\u0438\u0435",
        ),
        ("L\u00e4sion \u80ba".encode(), b"ISO_IR 192", "L\u00e4sion \u80ba"),
        ("L\u00e4sion".encode("latin-1"), b"ISO_IR 999", "L\u00e4sion"),
        ("L\u00e4sion".encode("latin-1"), b"ISO_IR\x00100", "L\u00e4sion"),
        (b"one\r\ntwo\x1b", None, "onetwo"),
        (b"", b"ISO_IR 100", ""),
    ],
)
def test_descriptions_are_read_in_their_character_set(raw: bytes, characters: bytes | None, value: str) -> None:
    """A description is read in the character set that the file names, else in Latin-1; no control codes."""
    assert free_text(raw, characters) == value


READERS: list[Callable[[bytes], object]] = [
    text,
    words,
    number,
    whole,
    unsigned,
    double,
    day,
    lambda raw: numbers(raw, 3),
    lambda raw: free_text(raw, b"ISO_IR 100"),
    lambda raw: free_text(raw, b"ISO 2022 IR 87\\ISO 2022 IR 13"),
    lambda raw: free_text(b"text", raw),
    lambda raw: free_text(raw, raw),
]


@given(raw=st.one_of(st.binary(max_size=40), st.text("0123456789.+-eE\\_ \0nainf", max_size=20).map(str.encode)))
def test_no_bytes_break_a_reader_of_values(raw: bytes) -> None:
    """Whatever the bytes, every reader of a value gives one or none and raises nothing."""
    for read in READERS:
        read(raw)


@given(raw=st.dictionaries(st.sampled_from(tags.SHARED), st.binary(max_size=30)))
def test_no_header_breaks_the_decoding(raw: dict[int, bytes]) -> None:
    """Whatever the bytes of its attributes, a header is decoded, and its role and technique told."""
    a = decode(raw, b"key")
    role_of(a)
    acquisition_evidence([a])
    is_ct(a), is_prone(a), is_expiratory(a), kernel_class(a.kernel, a.manufacturer)
    assert a.slice_thickness_mm is None or a.slice_thickness_mm > 0
    assert a.pixel_spacing_mm is None or min(a.pixel_spacing_mm) > 0


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_is_written_is_read_back(value: float) -> None:
    """A decimal that Python writes is read back to the same number."""
    assert number(repr(value).encode()) == value


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("SLICE_THICKNESS", b"thin"),
        ("PIXEL_SPACING", b"0.7"),
        ("PIXEL_SPACING", b"0.7\\x"),
        ("ORIENTATION", b"1\\0\\0"),
        ("RESCALE_SLOPE", b"one"),
        ("RESCALE_INTERCEPT", b"-1024,0"),
        ("KVP", b"120 kV"),
    ],
)
def test_an_attribute_that_cannot_be_understood_is_named(name: str, raw: bytes) -> None:
    """An attribute that is there and makes no sense is named, and read as missing."""
    assert len(header(**{name: raw}).invalid) == 1
    assert header(**{name: b""}).invalid == ()


@pytest.mark.parametrize(
    ("cosines", "good"),
    [
        ("1\\0\\0\\0\\1\\0", True),
        ("0.999\\0.01\\0\\-0.01\\0.999\\0", True),
        ("-1\\0\\0\\0\\-1\\0", True),
        ("0\\0\\0\\0\\0\\0", False),
        ("1\\0\\0\\1\\0\\0", False),
        ("2\\0\\0\\0\\1\\0", False),
        ("1\\0\\0\\0.5\\1\\0", False),
    ],
)
def test_an_orientation_is_two_unit_vectors_at_a_right_angle(cosines: str, *, good: bool) -> None:
    """Six numbers that are no two unit vectors at a right angle are no orientation."""
    assert (header(ORIENTATION=cosines).orientation is not None) == good


@pytest.mark.parametrize(
    ("value", "limit", "signed", "padding"),
    [
        (63536, None, 1, (-2000, -2000)),
        (63536, None, 0, (63536, 63536)),
        (0, None, 0, (0, 0)),
        (64511, 63488, 1, (-2048, -1025)),
        (0xF830, 0, 1, (-2000, 0)),
    ],
)
def test_padding_has_the_sign_of_the_pixels(
    value: int, limit: int | None, signed: int, padding: tuple[int, int]
) -> None:
    """The padding value and its range limit are read with the sign of the pixels; either end may be the lower one."""
    raw = {"PADDING_VALUE": struct.pack("<H", value), "PIXEL_REPRESENTATION": struct.pack("<H", signed)}
    if limit is not None:
        raw["PADDING_LIMIT"] = struct.pack("<H", limit)
    assert header(**raw).padding == padding


# --- Kernels (dicom.md, "Ranking series of a study") ------------------------------------------------------------------

SIEMENS, GE, PHILIPS, CANON = "SIEMENS", "GE MEDICAL SYSTEMS", "Philips", "TOSHIBA"
SHARP = [
    *((f"B{n}f", SIEMENS) for n in range(60, 100)),
    *((f"B{n}s", "Siemens Healthineers") for n in (60, 70, 75, 80)),
    *((f"Br{n}", SIEMENS) for n in range(54, 100)),
    *((f"Bl{n}d\\3", SIEMENS) for n in (54, 56, 57, 60, 64)),
    *((name, GE) for name in ("LUNG", "BONE", "BONEPLUS", "CHST", "Lung", "BONEPLUS ")),
    *((name, PHILIPS) for name in ("L", "YA", "YB", "YC", "YD", "C")),
    *((f"FC{n}", CANON) for n in (*range(50, 57), *range(81, 87))),
    *((f"FC{n}", "Canon Medical Systems") for n in (51, 52, 81, 86)),
    ("LUNG", ""),
    ("BONEPLUS", "anonymized"),
]


@pytest.mark.parametrize(("kernel", "maker"), SHARP)
def test_every_sharp_kernel_is_known(kernel: str, maker: str) -> None:
    """Every kernel that the design names as sharp is classed so, whatever its case and suffix."""
    assert kernel_class(kernel, maker) == "sharp"


@pytest.mark.parametrize(
    ("kernel", "maker"),
    [
        ("B30f", SIEMENS),
        ("B31s", SIEMENS),
        ("B59f", SIEMENS),
        ("Br40d", SIEMENS),
        ("Br53", SIEMENS),
        ("Bl53", SIEMENS),
        ("I30f", SIEMENS),
        ("STANDARD", GE),
        ("SOFT", GE),
        ("B", PHILIPS),
        ("FC10", CANON),
    ],
)
def test_smooth_kernels_are_known(kernel: str, maker: str) -> None:
    """Kernels of known smooth families are soft."""
    assert kernel_class(kernel, maker) == "soft"


@pytest.mark.parametrize(
    ("kernel", "maker"),
    [
        ("", GE),
        ("", ""),
        ("STD+", "GE"),
        ("11", GE),
        ("L", GE),
        ("L", ""),
        ("C", SIEMENS),
        ("YE", PHILIPS),
        ("Y", PHILIPS),
        ("FC57", CANON),
        ("FC80", CANON),
        ("FC87", CANON),
        ("FC49", CANON),
        ("B6f", SIEMENS),
        ("B600f", SIEMENS),
        ("Qr40", SIEMENS),
        ("LUNGS", GE),
        ("MYBONE", GE),
        ("UNKNOWN", GE),
        ("LUNG", PHILIPS),
        ("BR", SIEMENS),
    ],
)
def test_an_unknown_kernel_is_unknown_and_not_soft(kernel: str, maker: str) -> None:
    """A kernel that no table knows, or that another maker means otherwise, is unknown."""
    assert kernel_class(kernel, maker) == "unknown"


# --- How the scanner moved --------------------------------------------------------------------------------------------


def motion(**values: bytes | str) -> set[str]:
    """Give what the tags of a header say of the motion."""
    return {means for _, means in acquisition_evidence([header(**values)])}


SPIRAL: list[dict[str, bytes | str]] = [
    {"ACQUISITION_TYPE": "SPIRAL"},
    {"SPIRAL_PITCH_FACTOR": struct.pack("<d", 1.375)},
    {"SCAN_OPTIONS": "HELICAL MODE"},
    {"SCAN_OPTIONS": "HELIX"},
    {"SCAN_OPTIONS": "HELICAL_CT"},
    {"SCAN_OPTIONS": "SPIRAL"},
    {"IMAGE_TYPE": "ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SPI"},
    {"IMAGE_TYPE": "ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM7 SPI DUAL"},
    {"IMAGE_TYPE": "ORIGINAL\\PRIMARY\\AXIAL\\HELIX"},
    {"TABLE_FEED_PER_ROTATION": struct.pack("<d", 27.5)},
]
SEQUENTIAL: list[dict[str, bytes | str]] = [
    {"ACQUISITION_TYPE": "SEQUENCED"},
    {"SCAN_OPTIONS": "AXIAL MODE"},
    {"SCAN_OPTIONS": "AXIAL"},
    {"SCAN_OPTIONS": "NON HELICAL"},
    {"SCAN_OPTIONS": "NON-HELICAL"},
    {"SCAN_OPTIONS": "NORMAL_CT"},
    {"SCAN_OPTIONS": "STEP AND SHOOT"},
    {"IMAGE_TYPE": "ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SEQ"},
    {"TABLE_FEED_PER_ROTATION": struct.pack("<d", 0.0)},
]
SAY_NOTHING: list[dict[str, bytes | str]] = [
    {},
    {"ACQUISITION_TYPE": "STATIONARY"},
    {"ACQUISITION_TYPE": "FREE"},
    {"SCAN_OPTIONS": "CINE MODE"},
    {"SCAN_OPTIONS": "DVOLUME_CT"},
    {"SCAN_OPTIONS": "SCREENING"},
    {"IMAGE_TYPE": "ORIGINAL\\PRIMARY\\AXIAL"},
    {"IMAGE_TYPE": "ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 MON"},
    {"IMAGE_TYPE": "ORIGINAL\\SECONDARY\\AXIAL\\JP2K LOSSY"},
    {"SPIRAL_PITCH_FACTOR": struct.pack("<d", 0.0)},
    {"SERIES_DESCRIPTION": "axial spiral helical sequence"},
]


@pytest.mark.parametrize("values", SPIRAL, ids=str)
def test_the_words_of_a_spiral_are_known(values: dict[str, bytes | str]) -> None:
    """Each tag in which a maker says spiral is understood, by itself."""
    assert motion(**values) == {"spiral"}


@pytest.mark.parametrize("values", SEQUENTIAL, ids=str)
def test_the_words_of_a_sequential_scan_are_known(values: dict[str, bytes | str]) -> None:
    """Each tag in which a maker says sequential is understood, by itself."""
    assert motion(**values) == {"sequential"}


@pytest.mark.parametrize("values", SAY_NOTHING, ids=str)
def test_other_words_say_nothing_of_the_motion(values: dict[str, bytes | str]) -> None:
    """Words that name no motion of the table are no evidence, nor are free texts."""
    assert motion(**values) == set()


def test_contradictions_are_all_listed() -> None:
    """Tags that contradict one another are all given as evidence."""
    assert motion(ACQUISITION_TYPE="SPIRAL", SCAN_OPTIONS="AXIAL MODE") == {"spiral", "sequential"}


# --- What a picture is for --------------------------------------------------------------------------------------------

ROLES: list[tuple[dict[str, bytes | str], Role]] = [
    ({}, Role.PICTURE),
    ({"IMAGE_TYPE": "ORIGINAL\\PRIMARY\\AXIAL"}, Role.PICTURE),
    ({"IMAGE_TYPE": "ORIGINAL\\SECONDARY\\AXIAL"}, Role.PICTURE),
    ({"IMAGE_TYPE": "DERIVED \\SECONDARY\\AXIAL"}, Role.PICTURE),
    ({"IMAGE_TYPE": "ORIGINAL\\PRIMARY\\LOCALIZER"}, Role.LOCALIZER),
    ({"IMAGE_TYPE": "original\\primary\\localizer\\CT_SOM5 TOP"}, Role.LOCALIZER),
    ({"SCAN_OPTIONS": "SCOUT MODE"}, Role.LOCALIZER),
    ({"SCAN_OPTIONS": "SURVIEW"}, Role.LOCALIZER),
    ({"SCAN_OPTIONS": "SCANOSCOPE"}, Role.LOCALIZER),
    ({"ACQUISITION_TYPE": "CONSTANT_ANGLE"}, Role.LOCALIZER),
    ({"IMAGE_TYPE": "DERIVED\\SECONDARY\\MIP"}, Role.PROJECTION),
    ({"IMAGE_TYPE": "DERIVED\\SECONDARY\\PROJECTION IMAGE"}, Role.PROJECTION),
    ({"IMAGE_TYPE": "DERIVED\\SECONDARY\\AXIAL\\MINIP"}, Role.PROJECTION),
    ({"IMAGE_TYPE": "DERIVED\\SECONDARY\\REFORMATTED\\AVERAGE"}, Role.PROJECTION),
    ({"IMAGE_TYPE": "DERIVED\\PRIMARY\\PERFUSION\\RCBF"}, Role.PROJECTION),
    ({"IMAGE_TYPE": "DERIVED\\SECONDARY\\MPR"}, Role.REFORMATTED),
    ({"IMAGE_TYPE": "DERIVED\\SECONDARY\\REFORMATTED"}, Role.REFORMATTED),
    ({"IMAGE_TYPE": "DERIVED\\SECONDARY\\SCREEN SAVE"}, Role.SECONDARY),
    ({"IMAGE_TYPE": "DERIVED\\SECONDARY\\OTHER\\DOSE_INFO"}, Role.SECONDARY),
    ({"SOP_CLASS_UID": "1.2.840.10008.5.1.4.1.1.7"}, Role.SECONDARY),
    ({"SOP_CLASS_UID": "1.2.840.10008.5.1.4.1.1.7.3"}, Role.SECONDARY),
    ({"SAMPLES_PER_PIXEL": b"\3\0"}, Role.SECONDARY),
    ({"PHOTOMETRIC": "PALETTE COLOR"}, Role.SECONDARY),
]


@pytest.mark.parametrize(("values", "role"), ROLES, ids=str)
def test_the_role_of_a_picture_is_told_from_its_type(values: dict[str, bytes | str], role: Role) -> None:
    """Localizers, projections, reformats and captures are told from originals; SECONDARY alone is no capture."""
    assert role_of(header(**values)) is role


@pytest.mark.parametrize("description", ["Topogramm", "Scout", "SURVIEW lateral", "Localizer 1.0", "Thorax Scanogram"])
def test_descriptions_of_localizers_are_known(description: str) -> None:
    """A description that names a localizer is understood."""
    assert sounds_like_localizer(header(SERIES_DESCRIPTION=description))
    assert not sounds_like_localizer(header(SERIES_DESCRIPTION="Thorax 1.0 B70f"))


@pytest.mark.parametrize(
    ("modality", "sop_class", "ct"),
    [
        ("CT", CT_IMAGE, True),
        ("", CT_IMAGE, True),
        ("", CT_IMAGE + b".1", True),
        ("", CT_IMAGE + b".2", True),
        ("ct", b"1.2.3", True),
        ("", b"1.2.840.10008.5.1.4.1.1.20", False),
        ("", b"1.2.840.10008.5.1.4.1.1.4", False),
        ("MR", CT_IMAGE, False),
    ],
)
def test_ct_is_told_by_modality_then_by_class(modality: str, sop_class: bytes, *, ct: bool) -> None:
    """Modality decides; where it is missing the SOP class does, as a whole and not by how it begins."""
    assert is_ct(header(MODALITY=modality, SOP_CLASS_UID=sop_class)) == ct


# --- Position and breath-hold -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "prone"),
    [
        ({"PATIENT_POSITION": "HFP"}, True),
        ({"PATIENT_POSITION": "FFP "}, True),
        ({"PATIENT_POSITION": "HFS"}, False),
        ({}, False),
        ({"PATIENT_POSITION": "HFS", "SERIES_DESCRIPTION": "HRCT PRONE 1.25"}, True),
        ({"SERIES_DESCRIPTION": "thorax_prone_insp"}, True),
        ({"SERIES_DESCRIPTION": "Bauchlage"}, True),
        ({"PROTOCOL_NAME": "HRCT prone"}, True),
        ({"IMAGE_COMMENTS": "prone"}, True),
        ({"SERIES_DESCRIPTION": "supine"}, False),
        ({"SERIES_DESCRIPTION": "supine", "PROTOCOL_NAME": "supine and prone"}, False),
        ({"SERIES_DESCRIPTION": "pronephros"}, False),
    ],
)
def test_prone_is_told_from_position_and_words(values: dict[str, bytes | str], *, prone: bool) -> None:
    """The position tag or a word in the descriptions says prone; a part of another word does not."""
    assert is_prone(header(**values)) == prone


@pytest.mark.parametrize(
    ("description", "expiratory"),
    [
        ("Thorax expiration", True),
        ("Thorax Expiratory 1.0", True),
        ("EXP 1.25 BONE", True),
        ("HRCT EXPIR", True),
        ("thorax_exp", True),
        ("Exspiration", True),
        ("espiracion", True),
        ("INSPIRATION", False),
        ("Thorax insp", False),
        ("Exposure test", False),
        ("EXPERT protocol", False),
        ("experimental", False),
        ("", False),
    ],
)
def test_expiration_is_told_from_words(description: str, *, expiratory: bool) -> None:
    """A word for expiration says so; INSPIRATION, EXPOSURE and EXPERT do not."""
    assert is_expiratory(header(SERIES_DESCRIPTION=description)) == expiratory


def test_the_description_of_the_series_decides_on_breath() -> None:
    """A protocol that names both breath-holds does not make the inspiratory series expiratory."""
    assert not is_expiratory(header(SERIES_DESCRIPTION="Inspiration 1.0", PROTOCOL_NAME="Thorax insp exp"))
