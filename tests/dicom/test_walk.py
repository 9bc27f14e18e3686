"""The law of the two ways to read a header: where `walk` gives one, `read_plainly` gives the same one."""

from __future__ import annotations

import io
import re
import struct
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kazerooni import phantom
from kazerooni.dicom import tags
from kazerooni.dicom.header import Header, NotDicomError
from kazerooni.dicom.plain import read_plainly
from kazerooni.dicom.walk import walk

EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
SYNTAXES = (
    EXPLICIT,
    IMPLICIT,
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.2",
    "1.2.840.113619.5.2",
    "1.2.3.4",
    "",
)
SHORT_VRS = re.findall("..", "AEASATCSDADSDTFLFDISLOLTPNSHSLSSSTTMUIULUS")
LONG_VRS = re.findall("..", "OBODOFOLOVOWSQSVUCUNURUTUV")
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
# Lengths at which readers stumble.
EXTREMES = (0, 1, 2, 3, 7, 8, 12, 127, 255, 65534, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1)
# Tags that decide something, wanted by the loader or not.
TELLING_TAGS = (
    *sorted(tags.WANTED),
    *sorted(tags.ANY_PIXEL_DATA),
    *(0x00000000, 0x00000002, 0x00020000, 0x00020002, 0x00020010, 0x00080000, 0x00080001, 0x00082112, 0x00090010),
    *(0x00091001, 0x00100010, 0x00104000, 0x04000561, 0x7FDF0010, 0x7FE00000, 0x7FE00001, 0x7FE10010, 0xFFFCFFFC),
    *(ITEM, ITEM_END, SEQUENCE_END, 0xFFFFFFFF),
)
LONGEST_BASE_BYTES = 40_000  # of a file that is to be mutated: the header and the first rows


@dataclass(frozen=True)
class Bytes:
    """A file that lies in memory."""

    data: bytes
    name: str = "memory"

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.data)

    def read(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes from `offset`."""
        return self.data[offset : offset + max(length, 0)]

    def read_into(self, offset: int, target: memoryview) -> int:
        """Fill `target` from `offset`."""
        data = self.read(offset, len(target))
        target[: len(data)] = data
        return len(data)

    def open(self) -> BinaryIO:
        """Open for reading."""
        return io.BytesIO(self.data)


def breach_of_the_law(data: bytes) -> str | None:
    """Tell how the two ways differ over a file; None where the law holds. What they raise but NotDicomError escapes."""
    header = walk(Bytes(data))
    try:
        plain = read_plainly(Bytes(data))
    except (NotDicomError, OSError) as error:
        return None if header is None else f"walk gives a header, the plain way says {error}"
    if header is None or header == plain:
        return None
    return "; ".join(
        f"{name}: walk {_shown(getattr(header, name))}, plain {_shown(getattr(plain, name))}"
        for name in Header._fields
        if getattr(header, name) != getattr(plain, name)
    )


def _shown(value: object) -> str:
    return f"{len(value)} attributes" if isinstance(value, dict) else repr(value)


# --- Writing data sets of which every byte may be odd -----------------------------------------------------------------


def tag_bytes(tag: int) -> bytes:
    """Write a tag, little-endian."""
    return struct.pack("<HH", tag >> 16, tag & 0xFFFF)


def element(tag: int, vr: str, value: bytes, *, implicit: bool = False, length: int | None = None) -> bytes:
    """Write one element, with its own length or another."""
    size = len(value) if length is None else length
    if implicit:
        return tag_bytes(tag) + struct.pack("<I", size) + value
    if vr in LONG_VRS:
        return tag_bytes(tag) + vr.encode() + b"\0\0" + struct.pack("<I", size) + value
    return tag_bytes(tag) + vr.encode("latin-1") + struct.pack("<H", min(size, 0xFFFF)) + value


def file_of(data_set: bytes, syntax: str = EXPLICIT, *, meta: bytes = b"", preamble: bool = True) -> bytes:
    """Write a file: preamble, file meta that names `syntax` (none for ""), data set."""
    if syntax:
        uid = syntax.encode() + b"\0" * (len(syntax) % 2)
        meta += element(0x00020010, "UI", uid)
    meta = element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta
    return (bytes(128) + b"DICM" if preamble else b"") + meta + data_set


def picture(*before: bytes, implicit: bool = False, pixels: bytes | None = None) -> bytes:
    """Write a data set with SOP class, some more elements, and eight bytes of PixelData."""
    sop_class = element(tags.SOP_CLASS_UID, "UI", b"1.2.840.10008.5.1.4.1.1.2\0", implicit=implicit)
    end = element(tags.PIXEL_DATA, "OW", bytes(8), implicit=implicit) if pixels is None else pixels
    return sop_class + b"".join(before) + end


def _usual_vr(tag: int) -> str:
    if tag in tags.WORDS:
        return "US"
    if tag in tags.DOUBLES:
        return "FD"
    if tag in tags.FUNCTIONAL_GROUPS or tag in (0x00082112, 0x04000561):
        return "SQ"
    return "UI" if tag & 0xFFFF in (0x0016, 0x0018, 0x000D, 0x000E) else "LO"


texts = st.sampled_from(
    [
        b"",
        b"CT",
        b"1",
        b"1 ",
        b" 2.5 ",
        b"1\\2\\3",
        b"-1\\0\\0.5",
        b"1.2.3\0",
        b"ISO_IR 100",
        b"ISO_IR\x00100",
        b"\\",
        b"a\0b",
    ]
)
values = st.one_of(texts, st.binary(max_size=24), st.binary(min_size=8, max_size=8), st.binary(min_size=2, max_size=2))
any_tag = st.one_of(st.sampled_from(TELLING_TAGS), st.integers(0, 0xFFFFFFFF))
any_vr = st.sampled_from([*SHORT_VRS, *LONG_VRS, "ZZ", "XX", "  ", "\0\0", "ob", "U1", "??"])


@st.composite
def elements(draw: st.DrawFn, *, implicit: bool, depth: int = 0) -> bytes:
    """Draw one element: mostly lawful, sometimes of another VR or length than it should be, or a sequence."""
    tag = draw(any_tag)
    if depth < 3 and draw(st.integers(0, 3)) == 0:
        return _sequence(draw, tag, implicit=implicit, depth=depth)
    lawful = draw(st.integers(0, 5)) > 0
    vr = _usual_vr(tag) if lawful else draw(any_vr)
    length = None if draw(st.integers(0, 11)) else draw(st.sampled_from(EXTREMES))
    return element(tag, vr, draw(values), implicit=implicit, length=length)


def _sequence(draw: st.DrawFn, tag: int, *, implicit: bool, depth: int) -> bytes:
    """Draw a sequence with up to three items; sequence and items of defined or undefined length, or with a lie."""
    inside = implicit if draw(st.integers(0, 7)) else not implicit
    content = b""
    for part in draw(st.lists(st.lists(elements(implicit=inside, depth=depth + 1), max_size=3), max_size=3)):
        item = b"".join(part)
        if draw(st.booleans()):
            content += tag_bytes(ITEM) + struct.pack("<I", len(item)) + item
        else:
            content += tag_bytes(ITEM) + struct.pack("<I", UNDEFINED) + item + tag_bytes(ITEM_END) + bytes(4)
    vr = "SQ" if draw(st.integers(0, 5)) else draw(st.sampled_from(["UN", "OB", "LO"]))
    if draw(st.booleans()):
        return element(tag, vr, content, implicit=implicit)
    end = tag_bytes(SEQUENCE_END) + bytes(4) if draw(st.integers(0, 7)) else b""
    return element(tag, vr, content + end, implicit=implicit, length=UNDEFINED)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Draw a file whose header is mostly lawful: elements in order or not, repeated, nested, with pixels or without."""
    syntax = draw(st.sampled_from([EXPLICIT, EXPLICIT, EXPLICIT, IMPLICIT, IMPLICIT, *SYNTAXES]))
    implicit = syntax == IMPLICIT if draw(st.integers(0, 11)) else draw(st.booleans())
    parts = draw(st.lists(elements(implicit=implicit), max_size=10))
    if draw(st.integers(0, 9)):
        parts.append(element(tags.SOP_CLASS_UID, "UI", b"1.2.840.10008.5.1.4.1.1.2\0", implicit=implicit))
    if draw(st.integers(0, 3)):
        parts.sort(key=lambda part: (part[1::-1], part[3:1:-1]))
    if draw(st.integers(0, 4)):
        vr = draw(st.sampled_from(["OW", "OB", "OW", "OB", "UN", "OF", "US"]))
        length = None if draw(st.booleans()) else draw(st.sampled_from(EXTREMES))
        parts.append(element(tags.PIXEL_DATA, vr, draw(st.binary(max_size=16)), implicit=implicit, length=length))
    data_set = b"".join(parts) + draw(st.sampled_from([b"", b"", b"", b"\0", bytes(7), bytes(8), bytes(13)]))
    meta = draw(st.sampled_from([b"", b"", element(0x00020002, "UI", b"1.2\0"), element(0x00020001, "OB", b"\0\1")]))
    return file_of(data_set, syntax, meta=meta, preamble=draw(st.integers(0, 15)) > 0)


# --- Mutations --------------------------------------------------------------------------------------------------------


def mutate(data: bytes, random: Random, header: int) -> bytes:
    """Change some bytes of a file, mostly of its first `header` ones."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        if not changed:
            break
        start = 0 if len(changed) < 140 or random.random() < 0.1 else 128
        place = random.randrange(start, max(min(header, len(changed)), start + 1))
        _change(changed, place, random)
    return bytes(changed)


def _change(changed: bytearray, place: int, random: Random) -> None:  # noqa: C901 - ten kinds of change
    match random.randrange(10):
        case 0:
            changed[place] ^= 1 << random.randrange(8)
        case 1:
            changed[place] = random.randrange(256)
        case 2:
            del changed[place : place + random.choice((1, 2, 4, 8, 12, 50))]
        case 3:
            changed[place:place] = random.randbytes(random.choice((1, 2, 4, 8, 20)))
        case 4:
            del changed[place:]
        case 5:
            changed[place : place + 4] = struct.pack("<I", random.choice(EXTREMES))
        case 6:
            changed[place : place + 2] = struct.pack("<H", random.choice(EXTREMES) & 0xFFFF)
        case 7:
            changed[place : place + 2] = random.choice([*SHORT_VRS, *LONG_VRS, "ZZ", "\0\0"]).encode()
        case 8:
            changed[place : place + 4] = tag_bytes(random.choice(TELLING_TAGS))
        case 9:
            other = random.randrange(len(changed))
            changed[place:place] = changed[other : other + random.choice((4, 8, 12, 40))]


def mutate_element(data: bytes, random: Random, starts: list[int]) -> bytes:
    """Change the tag, the VR or the length of one element whose place is known."""
    changed = bytearray(data)
    place = random.choice(starts)
    match random.randrange(6):
        case 0:
            changed[place : place + 4] = tag_bytes(random.choice(TELLING_TAGS))
        case 1:
            changed[place + 4 : place + 6] = random.choice([*SHORT_VRS, *LONG_VRS, "ZZ", "\0\0"]).encode()
        case 2:
            changed[place + 6 : place + 8] = struct.pack("<H", random.choice(EXTREMES) & 0xFFFF)
        case 3:
            changed[place + 4 : place + 8] = struct.pack("<I", random.choice(EXTREMES))
        case 4:
            changed[place + 8 : place + 12] = struct.pack("<I", random.choice(EXTREMES))
        case 5:
            changed[place + 6] = (changed[place + 6] + random.choice((-2, -1, 1, 2))) % 256
    return bytes(changed)


def element_starts(data: bytes) -> list[int]:
    """List where wanted elements seem to stand: wherever the bytes of their tags are, in the header."""
    found = {data.find(tag_bytes(tag), 132) for tag in (*tags.WANTED, *tags.ANY_PIXEL_DATA, 0x00020010)}
    return sorted(found - {-1})


def breaches(bases: Iterable[bytes], random: Random, count: int) -> Iterator[str]:
    """Mutate files `count` times in all, and tell every breach of the law."""
    known = [(base, element_starts(base)) for base in bases]
    for number in range(count):
        base, starts = random.choice(known)
        if starts and random.random() < 0.4:
            changed = mutate_element(base, random, starts)
        else:
            changed = mutate(base, random, max(starts, default=2000) + 60)
        if breach := breach_of_the_law(changed):
            yield f"mutation {number}: {breach}"


def phantom_files() -> list[bytes]:
    """Give one slice in every lossless syntax, plain and with sequences of undefined length before its pixels."""
    (slice_,) = phantom.build_series(phantom.spiral_ct(slices=1, rows=16, columns=16))
    (buried,) = phantom.traps.bury_pixels([slice_])
    enhanced = phantom.to_enhanced(phantom.build_series(phantom.spiral_ct(slices=3, rows=8, columns=8)))
    syntaxes = phantom.LOSSLESS_SYNTAXES
    return [phantom.to_bytes(d, syntax=syntax) for syntax in syntaxes for d in (slice_, buried)] + [
        phantom.to_bytes(enhanced)
    ]


def public_files(folder: Path) -> list[bytes]:
    """Give the DICOM files of the public data, of long ones the beginning."""
    every = (path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return [data[:LONGEST_BASE_BYTES] for data in every if data[128:132] == b"DICM"]


# --- The law ----------------------------------------------------------------------------------------------------------


@given(data=files())
@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_random_headers_read_the_same_either_way(data: bytes) -> None:
    """A header of random elements that the walk gives is the one that pydicom gives."""
    assert breach_of_the_law(data) is None


@given(start=st.sampled_from([b"", bytes(128) + b"DICM", b"\x08\x00", b"\x02\x00"]), noise=st.binary(max_size=400))
@example(start=b"", noise=b"")
def test_noise_is_refused_or_read_but_never_fatal(start: bytes, noise: bytes) -> None:
    """Any bytes at all are read the same either way or refused as no DICOM; nothing else is raised."""
    assert breach_of_the_law(start + noise) is None


def test_every_public_file_reads_the_same_either_way(shared_data: Path) -> None:
    """The law holds for every file of the public data as it is."""
    broken = {}
    for path in sorted(p for p in shared_data.rglob("*") if p.is_file()):
        if breach := breach_of_the_law(path.read_bytes()):
            broken[str(path.relative_to(shared_data))] = breach
    assert broken == {}


def test_the_walk_knows_nearly_every_public_ct(shared_data: Path) -> None:
    """The fast way is taken for all little-endian, undeflated chest CT of the public data."""
    given_up = [
        str(path.relative_to(shared_data))
        for folder in ("lung-pet-ct-dx", "cip", "lidc-substacks", "dcm-qa-ct", "lungmask")
        for path in sorted((shared_data / folder).rglob("*"))
        if path.is_file() and (data := path.read_bytes())[128:132] == b"DICM" and walk(Bytes(data)) is None
    ]
    assert given_up == []


def test_mutated_phantoms_read_the_same_either_way() -> None:
    """The law holds for phantom files in every syntax with bytes flipped, put in, taken out, cut off or overwritten."""
    assert list(breaches(phantom_files(), Random(1), 3000)) == []  # noqa: S311 - no secret


def test_mutated_public_files_read_the_same_either_way(shared_data: Path) -> None:
    """The law holds for the public files with bytes flipped, put in, taken out, cut off or overwritten."""
    assert list(breaches(public_files(shared_data), Random(2), 5000)) == []  # noqa: S311 - no secret


def test_a_header_cut_anywhere_reads_the_same_either_way() -> None:
    """The law holds for a file that ends after any number of bytes."""
    whole = file_of(picture(element(tags.MODALITY, "CS", b"CT"), element(tags.ROWS, "US", b"\2\0")))
    assert [n for n in range(len(whole)) if breach_of_the_law(whole[:n])] == []


SEQUENCE_IN_SEQUENCE = (
    tag_bytes(ITEM)
    + struct.pack("<I", UNDEFINED)
    + element(0x00091001, "SQ", tag_bytes(SEQUENCE_END) + bytes(4), length=UNDEFINED)
    + tag_bytes(ITEM_END)
    + bytes(4)
    + tag_bytes(SEQUENCE_END)
    + bytes(4)
)
DELIMITER_WITH_A_LENGTH = (
    tag_bytes(ITEM)
    + struct.pack("<I", UNDEFINED)
    + tag_bytes(ITEM_END)
    + b"UT\0\0"
    + tag_bytes(SEQUENCE_END)
    + bytes(4)
)


def in_an_item(content: bytes) -> bytes:
    """Write a sequence of undefined length with one item of undefined length."""
    item = tag_bytes(ITEM) + struct.pack("<I", UNDEFINED) + content + tag_bytes(ITEM_END) + bytes(4)
    return element(0x00082112, "SQ", item + tag_bytes(SEQUENCE_END) + bytes(4), length=UNDEFINED)


CASES = {
    "a character set within an item": picture(in_an_item(element(tags.CHARACTER_SET, "CS", b"ISO_IR 100"))),
    "a character set within an item, a sequence": picture(
        in_an_item(element(tags.CHARACTER_SET, "SQ", tag_bytes(ITEM) + bytes(4)))
    ),
    "a character set within an item, a number": picture(in_an_item(element(tags.CHARACTER_SET, "US", b"\1\0"))),
    "a character set within an item, with a zero": picture(
        in_an_item(element(tags.CHARACTER_SET, "CS", b"ISO_IR\x00100"))
    ),
    "a character set within an item, a tag": picture(in_an_item(element(tags.CHARACTER_SET, "AT", b"\1\0\1\0"))),
    "an item delimiter among the elements": picture(
        element(ITEM_END, "TM", b"101010"), element(tags.MODALITY, "CS", b"CT")
    ),
    "a sequence delimiter among the elements": picture(element(SEQUENCE_END, "UI", b"1.2\0")),
    "an item among the elements": picture(element(ITEM, "UI", b"1.2\0")),
    "pixel data with a short VR": picture(element(tags.PIXEL_DATA, "LO", b"none"), element(tags.MODALITY, "CS", b"CT")),
    "float pixel data with a short VR": picture(element(tags.FLOAT_PIXEL_DATA, "LO", b"none")),
    "functional groups that are a text": picture(element(tags.PER_FRAME_GROUPS, "LO", b"none")),
    "functional groups that are empty": picture(element(tags.PER_FRAME_GROUPS, "FD", b"")),
    "shared functional groups that are a number": picture(element(tags.SHARED_GROUPS, "FD", bytes(8))),
    "a zero within the name of the character set": picture(element(tags.CHARACTER_SET, "CS", b"ISO_IR\x00100")),
    "zeros after the name of the character set": picture(element(tags.CHARACTER_SET, "CS", b"ISO_IR 100\0\0")),
    "a character set that is a number": picture(element(tags.CHARACTER_SET, "US", b"\1\0")),
    "a character set that is a tag": picture(element(tags.CHARACTER_SET, "AT", b"\1\0\1\0")),
    "a character set that is a whole number": picture(element(tags.CHARACTER_SET, "IS", b"12")),
    "several character sets": picture(element(tags.CHARACTER_SET, "CS", b"\\ISO 2022 IR 87")),
    "an unknown character set": picture(element(tags.CHARACTER_SET, "CS", b"ISO_IR 999")),
    "no character set": picture(element(tags.CHARACTER_SET, "CS", b"")),
    "a command element": picture(element(0x00000002, "UI", b"1.2\0")),
    "a meta element among the others": picture(element(0x00020010, "UI", b"1.2\0")),
    "an unknown VR": picture(element(tags.MANUFACTURER, "ZZ", b"maker ")),
    "a length in a VR": picture(element(tags.MANUFACTURER, "\4\0", b"\0\0maker ")),
    "an odd length": picture(element(tags.MANUFACTURER, "LO", b"maker")),
    "a repeated element": picture(element(tags.MODALITY, "CS", b"CT"), element(tags.MODALITY, "CS", b"MR")),
    "elements out of order": picture(element(tags.ROWS, "US", b"\2\0"), element(tags.MODALITY, "CS", b"CT")),
    "an empty sequence": picture(element(0x00082112, "SQ", b"")),
    "a sequence within a sequence": picture(element(0x00082112, "SQ", SEQUENCE_IN_SEQUENCE, length=UNDEFINED)),
    "an item delimiter with a length": picture(element(0x00082112, "SQ", DELIMITER_WITH_A_LENGTH, length=UNDEFINED)),
    "a sequence among commands": picture(
        element(0x00000004, "SQ", tag_bytes(SEQUENCE_END) + bytes(4), length=UNDEFINED),
        element(tags.MODALITY, "CS", b"CT"),
    ),
    "a wanted tag that is a sequence": picture(element(tags.KERNEL, "SQ", b"")),
    "a sequence in an unknown VR": picture(element(0x00091001, "UN", SEQUENCE_IN_SEQUENCE, length=UNDEFINED)),
    "a sequence that does not end": picture(element(0x00082112, "SQ", b"", length=UNDEFINED)),
    "an overlay of undefined length": picture(
        element(0x60003000, "OW", tag_bytes(SEQUENCE_END) + bytes(4), length=UNDEFINED)
    ),
    "pixel data without bytes": picture(pixels=element(tags.PIXEL_DATA, "OW", b"")),
    "pixel data of an unknown VR": picture(pixels=element(tags.PIXEL_DATA, "UN", bytes(8))),
    "pixel data of undefined length": picture(
        pixels=element(tags.PIXEL_DATA, "OB", SEQUENCE_IN_SEQUENCE, length=UNDEFINED)
    ),
    "no pixel data": picture(pixels=b""),
    "seven bytes at the end": picture(pixels=bytes(7)),
    "no SOP class": element(tags.MODALITY, "CS", b"CT") + element(tags.PIXEL_DATA, "OW", bytes(8)),
    "nothing": b"",
}


@pytest.mark.parametrize("name", CASES)
def test_odd_data_sets_read_the_same_either_way(name: str) -> None:
    """The law holds for each oddity that once told the two ways apart, or might."""
    assert breach_of_the_law(file_of(CASES[name])) is None


def test_an_implicit_sequence_among_commands_reads_the_same_either_way() -> None:
    """The law holds for a sequence of undefined length in group 0000 of an implicit data set."""
    empty = tag_bytes(SEQUENCE_END) + bytes(4)
    commands = element(0x00000004, "SQ", tag_bytes(ITEM) + bytes(4) + empty, implicit=True, length=UNDEFINED)
    modality = element(tags.MODALITY, "CS", b"CT", implicit=True)
    assert breach_of_the_law(file_of(picture(commands, modality, implicit=True), IMPLICIT)) is None


@pytest.mark.parametrize("letters", [b"OB", b"OW", b"UN", b"SQ"])
def test_an_implicit_pixel_length_is_no_vr(letters: bytes) -> None:
    """The law holds for implicit pixels whose length spells a VR."""
    (length,) = struct.unpack("<H", letters)
    pixels = element(tags.PIXEL_DATA, "OW", bytes(length), implicit=True)
    assert breach_of_the_law(file_of(picture(implicit=True, pixels=pixels), IMPLICIT)) is None


METAS = {
    "a group length of eight bytes": element(0x00020000, "UL", b"12345678"),
    "a group length that is a fraction": element(0x00020000, "FD", bytes(4)),
    "a group length that is a text": element(0x00020000, "UL", b"1.2.840.10008.5.1.4.1.1.2\0"),
    "a syntax that is a number": element(0x00020010, "US", b"1.2.840.10008.1.2.1\0"),
    "a syntax that is a long number": element(0x00020010, "UL", b"1.2.840.10008.1.2.1\0"),
    "a syntax that is bytes": element(0x00020010, "OB", b"1.2.840.10008.1.2.1\0"),
    "an empty syntax": element(0x00020010, "UI", b""),
    "two syntaxes": element(0x00020010, "UI", b"1.2.840.10008.1.2.1\\1.2.840.10008.1.2 "),
    "a syntax with blanks": element(0x00020010, "UI", b" 1.2.840.10008.1.2.1 "),
    "a repeated syntax": element(0x00020010, "UI", b"1.2.840.10008.1.2\0")
    + element(0x00020010, "UI", b"1.2.840.10008.1.2.1\0"),
    "an item delimiter": element(ITEM_END, "UI", b"1.2.840.10008.1.2.1\0"),
    "a syntax with a zero in it": element(0x00020010, "UI", b"1.2.840.10008.1.2\0001"),
}


@pytest.mark.parametrize("name", METAS)
def test_odd_file_metas_read_the_same_either_way(name: str) -> None:
    """The law holds for each oddity of the file meta."""
    assert breach_of_the_law(file_of(picture(), "", meta=METAS[name])) is None


@pytest.mark.parametrize(
    "name",
    ["a zero within the name of the character set", "a character set that is a number", "an unknown character set"],
)
def test_an_odd_character_set_loses_no_picture(name: str) -> None:
    """A file whose character set makes no sense is read all the same: it is only needed for descriptions."""
    assert read_plainly(Bytes(file_of(CASES[name]))).pixels is not None


NEIGHBOURS = {
    "references": (0x00081110, "SQ"),
    "padding": (tags.PADDING_VALUE, "US"),
    "padding limit": (tags.PADDING_LIMIT, "SS"),
    "shared groups": (tags.SHARED_GROUPS, "SQ"),
    "groups of frames": (tags.PER_FRAME_GROUPS, "SQ"),
    "comments": (tags.IMAGE_COMMENTS, "LT"),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_an_empty_neighbour_leaves_the_sign_alone(syntax: str, name: str) -> None:
    """An empty element beside it does not change how PixelRepresentation is read: a signed scan stays signed."""
    implicit = syntax == IMPLICIT
    tag, vr = NEIGHBOURS[name]
    sign = element(tags.PIXEL_REPRESENTATION, "US", b"\1\0", implicit=implicit)
    neighbour = element(tag, vr, b"", implicit=implicit)
    for parts in ((sign, neighbour), (neighbour, sign)):
        data = file_of(picture(*parts, implicit=implicit), syntax)
        assert breach_of_the_law(data) is None
        assert read_plainly(Bytes(data)).raw[tags.PIXEL_REPRESENTATION] == b"\1\0"


def test_functional_groups_that_are_no_sequence_lose_no_picture() -> None:
    """A file whose functional groups are a text is read as one without them."""
    header = read_plainly(Bytes(file_of(CASES["functional groups that are a text"])))
    assert header.pixels is not None
    assert header.frames is None


# --- Memory -----------------------------------------------------------------------------------------------------------


def _deflated(data_set: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return file_of(packer.compress(data_set) + packer.flush(), DEFLATED)


HUGE = 2**32 - 2
LIES: dict[str, Callable[[], bytes]] = {
    "a text of 64 kB": lambda: file_of(picture(element(tags.MANUFACTURER, "LO", b"x", length=65535))),
    "bytes of 4 GB": lambda: file_of(picture(element(0x00091001, "OB", b"x", length=HUGE))),
    "a wanted text of 4 GB": lambda: file_of(picture(element(tags.MANUFACTURER, "UT", b"x", length=HUGE))),
    "an implicit text of 4 GB": lambda: file_of(
        picture(element(tags.MANUFACTURER, "LO", b"x", implicit=True, length=HUGE), implicit=True), IMPLICIT
    ),
    "a sequence of 4 GB": lambda: file_of(picture(element(0x00082112, "SQ", SEQUENCE_IN_SEQUENCE, length=HUGE))),
    "functional groups of 4 GB": lambda: file_of(picture(element(tags.PER_FRAME_GROUPS, "SQ", b"", length=HUGE))),
    "an item of 4 GB": lambda: file_of(
        picture(element(0x00082112, "SQ", tag_bytes(ITEM) + struct.pack("<I", HUGE), length=UNDEFINED))
    ),
    "pixels of 4 GB": lambda: file_of(picture(pixels=element(tags.PIXEL_DATA, "OW", b"x", length=HUGE))),
    "a file meta of 4 GB": lambda: file_of(picture(), meta=element(0x00020001, "OB", b"x", length=HUGE)),
    "a big-endian text of 4 GB": lambda: file_of(
        tag_bytes(0x00080008)[1::-1] + b"\0\x08UT\0\0" + struct.pack(">I", HUGE), "1.2.840.10008.1.2.2"
    ),
    "a deflated text of 4 GB": lambda: _deflated(picture(element(tags.MANUFACTURER, "UT", b"x", length=HUGE))),
}


@pytest.mark.parametrize("name", LIES)
def test_a_length_that_lies_reserves_no_memory(name: str) -> None:
    """A small file that promises gigabytes takes no more than a few hundred kilobytes to refuse or read."""
    data = LIES[name]()
    breach_of_the_law(data)  # what is imported and cached once is not counted
    tracemalloc.start()
    breach = breach_of_the_law(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert breach is None
    assert peak < 1_500_000


def test_a_deflated_bomb_is_unpacked_only_so_far() -> None:
    """A deflated header that unpacks to half a gigabyte is given up before it fills the memory."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    head = picture(element(0x00091001, "OB", b"", length=500_000_000), pixels=b"")
    packed = packer.compress(head) + b"".join(packer.compress(bytes(10_000_000)) for _ in range(50)) + packer.flush()
    data = file_of(packed, DEFLATED)
    tracemalloc.start()
    breach_of_the_law(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300_000_000
