"""Structured reports in and out: a score by its codes, and the reading within it."""

from typing import TYPE_CHECKING, Any

from kazerooni.labels.sr.read import SrContent, is_dicom, read_sr, sr_content

if TYPE_CHECKING:
    from kazerooni.labels.sr.write import SrKind, sr_bytes

__all__ = ["SrContent", "SrKind", "is_dicom", "read_sr", "sr_bytes", "sr_content"]


def __getattr__(name: str) -> Any:
    if name not in {"sr_bytes", "SrKind"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kazerooni.labels.sr import write  # noqa: PLC0415 - highdicom takes long to import

    return getattr(write, name)
