"""Contents of a SEG: which maps it holds and of which series, from its header alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pydicom

from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import LabelError
from kazerooni.labels.meaning import part_of
from kazerooni.labels.seg.file import BROKEN, segment_of
from kazerooni.model import Component, Lobe
from kazerooni.zips import open_through

_WANTED = ["ReferencedSeriesSequence", "SegmentSequence"]


class SegContents(NamedTuple):
    """What a SEG holds. series_uid: of the one series that it says it was drawn on, "" where it names none or several.

    lobes: whether a segment is coded as a lobe. findings: the components of which a segment is coded as a finding.
    """

    series_uid: str
    lobes: bool
    findings: frozenset[Component]


def seg_contents(seg: str | os.PathLike[str] | BinaryIO) -> SegContents:
    """Read what a DICOM SEG holds, without its frames and pixels.

    seg: its path, which may lead through a zip, or the file itself, which stays open.

    Raises LabelError where it cannot be read.
    """
    if isinstance(seg, str | os.PathLike):
        path = Path(seg)
        try:
            with open_through(path) as file:
                return _contents(file, path.name)
        except OSError as error:
            raise LabelError(f"{path.name}: cannot be read ({error.strerror})") from None
    return _contents(seg, "the file")


def _contents(file: BinaryIO, name: str) -> SegContents:
    with quiet_pydicom():
        try:
            dataset = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=_WANTED)
            named = {str(one.SeriesInstanceUID) for one in dataset.get("ReferencedSeriesSequence") or ()}
            parts = {part_of(segment_of(item).concept) for item in dataset.SegmentSequence} - {None}
        except BROKEN as error:
            raise LabelError(f"{name}: no readable segmentation ({type(error).__name__})") from None
    return SegContents(
        named.pop() if len(named) == 1 else "",
        any(isinstance(part, Lobe) for part in parts),
        frozenset(part.component for part in parts if part is not None and not isinstance(part, Lobe)),
    )
