"""Draft file: a reading that is not finished, with its maps, as the reading room keeps it and goes on with it.

A zip archive: `draft.json` beside one member a layer, which holds the deflated slices one after the other. The archive
ends with its directory and holds checksums, so half a file and a damaged one are noticed.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.labels.readings.document import reading_json
from kazerooni.model import Reading

DRAFT_SUFFIX: Final = ".kazerooni-draft"
DRAFT_VERSION: Final = 1
DRAFT_DOCUMENT: Final = "draft.json"
DRAFT_LAYERS: Final = ("lobes", "alveolar", "interstitial")
_FASTEST: Final = 1


def deflated_slice(plane: NDArray[np.uint8]) -> bytes:
    """Deflate the labels of a slice (row, column); of one without a label nothing is kept."""
    return zlib.compress(plane.tobytes(), _FASTEST) if plane.any() else b""


def draft_file(words: Mapping[str, Any], slices: Mapping[str, Sequence[bytes]]) -> bytes:
    """Give the bytes of a draft. words: all of `draft.json` but the lengths. slices: deflated, by layer."""
    file = io.BytesIO()
    lengths = {name: [len(part) for part in slices[name]] for name in DRAFT_LAYERS}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(DRAFT_DOCUMENT, json.dumps({**words, "lengths": lengths}))
        for name in DRAFT_LAYERS:
            archive.writestr(name, b"".join(slices[name]))
    return file.getvalue()


def proposed_draft(reading: Reading, lobes: NDArray[np.uint8], *, scheme: str, lobes_source: str | None) -> bytes:
    """Give the draft of a reading that nobody has begun: lobes were found, findings were not looked for.

    reading: without a tally, begun at some time. lobes: labels (slice, row, column).
    """
    nothing: list[object] = []
    words = {
        "draft_version": DRAFT_VERSION,
        "shape": list(lobes.shape),
        "reading": reading_json(reading),
        "painted": nothing,
        "counted": nothing,
        "settled": nothing,
        "scheme": scheme,
        "blinded": False,
        "hidden": False,
        "confirmed": nothing,
        "lobes_source": lobes_source,
    }
    empty = [b""] * len(lobes)
    return draft_file(
        words, {"lobes": [deflated_slice(plane) for plane in lobes], "alveolar": empty, "interstitial": empty}
    )
