"""SEG object: a label map as the bytes of a DICOM segmentation, for what is written or sent together."""

from __future__ import annotations

from kazerooni.dicom import Series
from kazerooni.labels.author import UNNAMED, Author
from kazerooni.labels.wanted import FINDINGS, LOBES
from kazerooni.model import FindingMap, LobeMap


def seg_object(
    labels: LobeMap | FindingMap, series: Series, *, author: Author = UNNAMED, reading: str | None = None
) -> bytes:
    """Give the file of a BINARY SEG of a map drawn on a series; the words are those of `write_map`.

    Raises OutputError where the map is of another scan, or the series lacks what a SEG must say.
    """
    from kazerooni.labels.seg import seg_bytes  # noqa: PLC0415 - highdicom takes long to import

    wanted = LOBES if isinstance(labels, LobeMap) else FINDINGS[labels.component]
    return seg_bytes(labels.labels, labels.geometry, wanted, series=series, author=author, reading=reading)
