"""Remembered layouts: they give what a walk gives, whatever the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLSLossless

from kazerooni.dicom.layout import Layouts
from kazerooni.dicom.sources import FileSource, MemorySource, find_sources
from kazerooni.dicom.walk import walk
from kazerooni.phantom import build_series, spiral_ct, to_bytes

SLICES = build_series(spiral_ct(slices=3, rows=8, columns=8))
FILES = [
    to_bytes(dataset, syntax=syntax)
    for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLSLossless)
    for dataset in SLICES
]
CHANGES = st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 255)), max_size=6)


@given(known=st.lists(st.sampled_from(FILES), max_size=4), file=st.sampled_from(FILES), changes=CHANGES)
def test_a_mutant_reads_the_same_with_and_without_layouts(
    known: list[bytes], file: bytes, changes: list[tuple[int, int]]
) -> None:
    """Layouts of other files never change what is read of a file, mutated or not."""
    layouts = Layouts()
    for data in known:
        walk(MemorySource(data, "known"), layouts)
    mutant = bytearray(file)
    for place, value in changes:
        mutant[place % len(mutant)] = value
    source = MemorySource(bytes(mutant), "mutant")
    assert walk(source, layouts) == walk(source)


@given(length=st.integers(0, 3000), file=st.sampled_from(FILES))
def test_a_file_cut_anywhere_reads_the_same_with_and_without_layouts(length: int, file: bytes) -> None:
    """A file that ends early never passes for the whole one whose layout is known."""
    layouts = Layouts()
    walk(MemorySource(file, "whole"), layouts)
    source = MemorySource(file[:length], "cut")
    assert walk(source, layouts) == walk(source)


def test_a_known_layout_is_used() -> None:
    """A slice that differs from an earlier one in values only is read without a walk."""
    layouts = Layouts()
    first = FILES[0]
    second = first.replace(b"HFS", b"FFS")
    assert second != first
    assert layouts.header(second) is None
    walk(MemorySource(first, "first"), layouts)
    assert layouts.header(second) == walk(MemorySource(second, "second"))


@pytest.mark.parametrize("folder", ["lung-pet-ct-dx", "lidc-substacks", "dcm-qa-ct", "pydicom", "panimg"])
def test_public_files_read_the_same_with_and_without_layouts(shared_data: Path, folder: str) -> None:
    """Real series with several layouts each, read one after the other, give the headers of the walk."""
    layouts = Layouts()
    sources = [s for s in find_sources(shared_data / folder) if isinstance(s, FileSource)]
    assert len(sources) > 20
    for source in sources:
        assert walk(source, layouts) == walk(source), source.name
