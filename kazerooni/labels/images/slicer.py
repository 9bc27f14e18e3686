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
from kazerooni.labels.coded import Concept, part_of
from kazerooni.labels.names import part_named
from kazerooni.labels.overlaps import Layers
from kazerooni.labels.wanted import Part, Wanted
from kazerooni.model import Notice
from kazerooni.model.codes import Code

_KEY: Final = re.compile(r"segment(\d{1,4})_(name|labelvalue|layer|tags|id)")
_NAMES_TOLD: Final = 12


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its name, the layer it lies in and its number there, and what it stands for."""

    name: str
    layer: int
    value: int
    part: Part


def read_segments(name: str, header: dict[str, str], wanted: Wanted, *, layers: int) -> tuple[Segment, ...]:
    """List the wanted segments that a header names.

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
    fitting = tuple(segment for segment in found if segment.part in wanted.labels)
    if unknown or not fitting:
        listed = ", ".join([repr(segment[0]) for segment in segments][:_NAMES_TOLD])
        raise LabelError(
            f"{name}: {'unknown segments' if unknown else f'no segment of {wanted.what}'}; found are {listed}; wanted "
            f"are {wanted.names}; rename the segments, and take out those that are something else"
        )
    places = [(segment.layer, segment.value) for segment in found]
    if len(set(places)) < len(places) or any(layer >= layers or value < 1 for layer, value in places):
        raise LabelError(f"{name}: its segments share numbers or have none; it is damaged, save it again")
    if not wanted.may_overlap and len({segment.part for segment in fitting}) < len(fitting):
        raise LabelError(f"{name}: two segments stand for one of the {wanted.what}; keep one of each")
    return fitting


def _segment(name: str, number: int, fields: dict[str, str]) -> tuple[str, int, int, Part | None]:
    called = fields.get("name") or fields.get("id") or f"segment {number}"
    by_name, by_code = part_named(called), _by_tags(fields.get("tags", ""))
    if by_name is not None and by_code is not None and by_name != by_code:
        raise LabelError(
            f"{name}: segment {called!r} is coded as {by_code.full_name}; make its name and its terminology agree"
        )
    layer, value = fields.get("layer", str(number)), fields.get("labelvalue", "1")
    if not (layer.isascii() and layer.isdigit() and value.isascii() and value.isdigit() and len(value) < 6):
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

    def __init__(self, wanted: Wanted, segments: Sequence[Segment]) -> None:
        self._tables: dict[int, NDArray[np.uint8]] = {}
        self._layers = Layers(wanted)
        for segment in segments:
            table = self._tables.setdefault(segment.layer, np.zeros(65536, np.uint8))
            table[segment.value] = wanted.labels[segment.part]

    def settle(self, name: str) -> tuple[Notice, ...]:
        """Tell what overlapped.

        Raises LabelError where lobes did.
        """
        return self._layers.settle(name)

    def translate(self, values: NDArray[np.generic]) -> NDArray[np.uint8]:
        """Give our labels of numbers (voxels) or (voxels, layers); numbers of segments that are not wanted give 0."""
        columns = values.reshape(len(values), -1)
        labels = np.zeros(len(values), np.uint8)
        for layer, table in sorted(self._tables.items()):
            self._layers.lay(labels, _looked_up(columns[:, layer], table))
        return labels


def _looked_up(numbers: NDArray[np.generic], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Look numbers of any type up in a table; 0 for those that it does not reach."""
    if numbers.dtype == np.uint8:
        return table.take(numbers.astype(np.uint8, copy=False))
    wide = np.nan_to_num(numbers.astype(np.float64))
    return table[np.where((wide >= 0) & (wide < table.size), wide, 0).astype(np.int64)]
