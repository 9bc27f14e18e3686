"""Slicer: the segments that the header of a .seg.nrrd names, and how its numbers become ours by those names.

The keys are those of https://slicer.readthedocs.io, developer guide, segmentations: SegmentN_Name, SegmentN_LabelValue,
SegmentN_Layer, SegmentN_Tags. SegmentN_Extent says what the numbers say already and is not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels.meaning import Concept, part_named, part_of
from kazerooni.labels.numbering import NUMBERS, Lookup, blank_table
from kazerooni.labels.overlaps import Layers
from kazerooni.labels.wanted import Part, Wanted, not_named
from kazerooni.model import Notice
from kazerooni.model.codes import Code

_ANY_KEY: Final = re.compile(r"segment\d+_.*")
_KEY: Final = re.compile(r"segment(\d{1,4})_(name|labelvalue|layer|tags|id)")
_NAMES_TOLD: Final = 12


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its name, the layer it lies in and its number there, and what it stands for."""

    name: str
    layer: int
    value: int
    part: Part


def is_segmentation(header: dict[str, str]) -> bool:
    """Tell whether a header is that of a segmentation of 3D Slicer, whose numbers mean what its names say."""
    return any(_ANY_KEY.fullmatch(key) for key in header)


def read_segments(name: str, header: dict[str, str], wanted: Wanted, *, layers: int) -> tuple[Segment, ...]:
    """List the segments that a header names, those too that are not wanted.

    Files of Slicer before 4.11 give every segment a layer of its own and the number 1.

    Raises LabelError where a name is unknown, name and codes contradict each other, none is wanted, or two claim one
    number.
    """
    told: dict[int, dict[str, str]] = {}
    for key, value in header.items():
        if match := _KEY.fullmatch(key):
            told.setdefault(int(match[1]), {})[match[2]] = value
    segments = [_segment(name, number, fields) for number, fields in sorted(told.items())]
    unknown = [segment[0] for segment in segments if segment[3] is None]
    found = [Segment(called, layer, value, part) for called, layer, value, part in segments if part is not None]
    fitting = [segment.part for segment in found if segment.part in wanted.labels]
    if unknown or not fitting:
        listed = ", ".join([repr(segment[0]) for segment in segments][:_NAMES_TOLD])
        what = "unknown segments" if unknown else f"no segment of {wanted.what}"
        raise LabelError(
            f"{name}: {what}; found are {listed or 'none'}; wanted are {wanted.names}; rename the segments, and take "
            "out those that are something else"
        )
    places = [(segment.layer, segment.value) for segment in found]
    if len(set(places)) < len(places) or any(layer >= layers or not 0 < value < NUMBERS for layer, value in places):
        raise LabelError(f"{name}: its segments share numbers or have none; it is damaged, save it again")
    if not wanted.may_overlap and len(set(fitting)) < len(fitting):
        raise LabelError(f"{name}: two segments stand for one of the {wanted.what}; keep one of each")
    return tuple(found)


def _segment(name: str, number: int, fields: dict[str, str]) -> tuple[str, int, int, Part | None]:
    called = fields.get("name") or fields.get("id") or f"segment {number}"
    by_name, by_code = part_named(called), _by_tags(fields.get("tags", ""))
    if by_name is not None and by_code is not None and by_name != by_code:
        raise LabelError(
            f"{name}: segment {called!r} is coded as {by_code.full_name}; make its name and its terminology agree"
        )
    layer, value = fields.get("layer", str(number)), fields.get("labelvalue", "1")
    if not all(word.isascii() and word.isdigit() and len(word) < 6 for word in (layer, value)):
        raise LabelError(f"{name}: segment {called!r} has no usable layer or number; save it again")
    return called, int(layer), int(value), by_name if by_name is not None else by_code


def _by_tags(tags: str) -> Part | None:
    """Give what the terminology entry says: context ~ category ~ type ~ modifier ~ context ~ region ~ modifier."""
    entry = next((tag for tag in tags.split("|") if tag.strip().startswith("TerminologyEntry:")), "")
    codes = [Code(*(*triple.split("^"), "", "", "")[:3]) for triple in entry.partition(":")[2].split("~")]
    if len(codes) < 4:
        return None
    return part_of(Concept(codes[2], tuple(codes[3:4]) + tuple(codes[6:7])))


class SegmentNumbers:
    """Turns the numbers of a segmentation, one or several layers, into ours; layers may overlap."""

    def __init__(self, name: str, wanted: Wanted, segments: Sequence[Segment]) -> None:
        self._name = name
        self._notices = not_named(wanted, {segment.part for segment in segments})
        self._tables: dict[int, NDArray[np.uint8]] = {}
        for segment in segments:
            table = self._tables.setdefault(segment.layer, blank_table())
            table[segment.value] = wanted.labels.get(segment.part, 0)
        self._no_segment = blank_table()
        self._layers = Layers(wanted)
        self._lookup = Lookup(
            lambda told: LabelError(f"{name}: holds numbers that no segment has: {told}; save it again")
        )

    def translate(self, values: NDArray[np.generic]) -> NDArray[np.uint8]:
        """Give our labels of numbers (voxels) or (voxels, layers); those of segments that are not wanted give 0.

        Raises LabelError for a map with many numbers that no segment has.
        """
        columns = values.reshape(len(values), -1)
        labels = np.zeros(len(values), np.uint8)
        for layer in range(columns.shape[1]):
            table = self._tables.get(layer, self._no_segment)
            self._layers.lay(labels, self._lookup.labels(columns[:, layer], table))
        return labels

    def settle(self) -> tuple[Notice, ...]:
        """Tell which findings have no segment, and what overlapped.

        Raises LabelError where a number is that of no segment, or where lobes overlap.
        """
        self._lookup.settle()
        return self._notices + self._layers.settle(self._name)
