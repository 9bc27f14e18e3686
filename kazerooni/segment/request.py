"""Request: what a method of finding lobes is asked for, and what a method is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kazerooni.dicom import Series
from kazerooni.model import FindingMap, Volume
from kazerooni.segment.guidance import NO_GUIDANCE, Guidance
from kazerooni.segment.result import Segmentation

Progress = Callable[[str], None]
"""Is called with the name of each step as it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRequest:
    """What is asked for beside the scan.

    guidance: what a person says of fissures and lobes.
    series: the series of the volume, for methods that read files bound to its pictures.
    lobes: a lobe map that is there already, for `from_file`; labels, by_index: as in `read_lobe_map`.
    marks: what was marked as a finding: it is lung where it touches lung.
    progress: is told each step.
    """

    guidance: Guidance = NO_GUIDANCE
    series: Series | None = None
    lobes: Path | None = None
    labels: str | None = None
    by_index: bool = False
    marks: tuple[FindingMap, ...] = ()
    progress: Progress | None = None

    def tell(self, step: str) -> None:
        """Tell that a step begins."""
        if self.progress is not None:
            self.progress(step)


class Segmenter(Protocol):
    """A method of finding the lobes of a scan.

    Raises SegmentError where it cannot, saying what to do instead; LabelError where a file it needs does not fit.
    """

    def __call__(self, volume: Volume, request: SegmentRequest, /) -> Segmentation:
        """Find the lobes."""
