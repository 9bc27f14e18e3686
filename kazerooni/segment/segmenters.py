"""Segmenters: the methods of finding lobes, by name; other packages add theirs by an entry point."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Final

from kazerooni.errors import SegmentError
from kazerooni.model import Volume
from kazerooni.segment.by_lungmask import by_lungmask
from kazerooni.segment.by_totalsegmentator import by_totalsegmentator
from kazerooni.segment.classical import classical
from kazerooni.segment.from_file import from_file
from kazerooni.segment.request import Segmenter, SegmentRequest
from kazerooni.segment.result import Segmentation

SEGMENTERS: Final[Mapping[str, Segmenter]] = MappingProxyType(
    {
        "classical": classical,
        "from_file": from_file,
        "lungmask": by_lungmask,
        "totalsegmentator": by_totalsegmentator,
    }
)
DEFAULT_METHOD = "classical"
ENTRY_POINTS = "kazerooni.segmenters"
"""Group of entry points under which a package offers a `Segmenter`; a name of ours stays ours."""


def segment(volume: Volume, method: str = DEFAULT_METHOD, request: SegmentRequest | None = None) -> Segmentation:
    """Find the lobes of a scan by a method.

    Raises SegmentError for a method that is not known, and as the method does.
    """
    return _find(method)(volume, request or SegmentRequest())


def method_names() -> tuple[str, ...]:
    """List the methods, those of other packages too."""
    others = sorted({point.name for point in entry_points(group=ENTRY_POINTS)} - set(SEGMENTERS))
    return (*SEGMENTERS, *others)


def _find(method: str) -> Segmenter:
    if method in SEGMENTERS:
        return SEGMENTERS[method]
    for point in entry_points(group=ENTRY_POINTS, name=method):
        try:
            found: Segmenter = point.load()
        except (ImportError, AttributeError) as error:
            raise SegmentError(
                f"the method {method} of {point.value.split(':')[0]} cannot be loaded ({type(error).__name__})"
            ) from None
        return found
    raise SegmentError(f"no method is called {method}; there are {', '.join(method_names())}")
