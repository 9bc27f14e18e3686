"""DICOM segmentations in and out: segments by their codes, frames by the pictures they were drawn on."""

from typing import TYPE_CHECKING, Any

from kazerooni.labels.seg.contents import SegContents, seg_contents
from kazerooni.labels.seg.read import read_seg

if TYPE_CHECKING:
    from kazerooni.labels.seg.write import Drawing, seg_bytes, seg_parts

__all__ = ["Drawing", "SegContents", "read_seg", "seg_bytes", "seg_contents", "seg_parts"]

_WRITING = ("Drawing", "seg_bytes", "seg_parts")


def __getattr__(name: str) -> Any:
    if name not in _WRITING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kazerooni.labels.seg import write  # noqa: PLC0415 - highdicom takes long to import

    return getattr(write, name)
