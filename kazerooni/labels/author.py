"""Author: who drew a label map, as a DICOM SEG tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from kazerooni.version import __version__

SegKind = Literal["BINARY", "LABELMAP"]


@dataclass(frozen=True, slots=True)
class Author:
    """Who drew a map.

    means: MANUAL for a person, SEMIAUTOMATIC for a proposal that a person corrected, AUTOMATIC for a program alone.
    reader: the reader's sign, written as content creator; None writes none.
    program, version: what drew or proposed it; told for all but MANUAL.
    """

    means: Literal["MANUAL", "SEMIAUTOMATIC", "AUTOMATIC"] = "MANUAL"
    reader: str | None = None
    program: str = "kazerooni"
    version: str = __version__


UNNAMED: Final = Author()
