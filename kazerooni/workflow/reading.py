"""Reading: what label maps say of a scan, made into a Reading."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from kazerooni.errors import LabelError
from kazerooni.model import (
    Entry,
    FindingMap,
    FissureSet,
    InputDigest,
    Lobe,
    LobeMap,
    Reading,
    SeenScan,
    Session,
    Tally,
    Volume,
)
from kazerooni.scoring import measure as count
from kazerooni.version import __version__


def measure(
    volume: Volume | SeenScan,
    lobes: LobeMap,
    *,
    alveolar: FindingMap | None = None,
    interstitial: FindingMap | None = None,
    reader: str | None = None,
    traction: Mapping[Lobe, bool] | None = None,
    fissures: FissureSet | None = None,
    entries: Sequence[Entry] = (),
) -> Reading:
    """Make a reading of a scan from its label maps.

    alveolar, interstitial: None where nobody looked for that component; it is then missing, not zero.
    traction: the lobes in which traction bronchiectasis was seen, or looked for and not seen.
    fissures: that the lobes were parted by; kept with the reading.
    entries: what was said of lobes beside the maps: absent, not assessable.

    Raises LabelError where a map lies on another grid or is of the other component.
    """
    _refuse_one_map_for_both(alveolar, interstitial)
    tally = count(volume, lobes, alveolar=alveolar, interstitial=interstitial)
    maps = {"lobes": lobes, "alveolar": alveolar, "interstitial": interstitial}
    given = {role: labelled for role, labelled in maps.items() if labelled is not None}
    inputs = (
        InputDigest("scan", volume.digest),
        *(InputDigest(role, labelled.digest) for role, labelled in given.items()),
    )
    said = dict(traction or {})
    return Reading(
        id=_reading_id(inputs, reader, said, entries, tally),
        scan=volume.scan,
        technique=volume.technique,
        reader=reader,
        tally=tally,
        entries=tuple(entries),
        traction=said,
        fissures=fissures,
        inputs=inputs,
        session=Session(program_version=__version__),
        notices=(*volume.notices, *(notice for labelled in given.values() for notice in labelled.notices)),
    )


def _refuse_one_map_for_both(alveolar: FindingMap | None, interstitial: FindingMap | None) -> None:
    """Refuse the marks of one file that were taken for both components: its numbers mean two things then."""
    if alveolar is None or interstitial is None or alveolar.digest is None or alveolar.digest != interstitial.digest:
        return
    if alveolar.labels.any() and np.array_equal(alveolar.labels, interstitial.labels):
        raise LabelError("one file of the same marks was given for both components; give the map of each")


def _reading_id(
    inputs: tuple[InputDigest, ...],
    reader: str | None,
    traction: Mapping[Lobe, bool],
    entries: Sequence[Entry],
    tally: Tally,
) -> str:
    """Name a reading after what it was made from: the same inputs give the same reading."""
    digest = hashlib.sha256(tally.counts.astype("<i8").tobytes())
    digest.update(tally.depths.astype("<i8").tobytes())
    for part in (
        *(f"{i.role} {i.sha256}" for i in inputs),
        f"reader {reader}",
        f"pixel {tally.pixel_area_mm2!r}",
        *(f"traction {lobe.name} {traction[lobe]}" for lobe in sorted(traction)),
        *(f"state {entry.lobe.name} {entry.component} {entry.state} {entry.reason}" for entry in entries),
    ):
        digest.update(part.encode("utf-8", "backslashreplace") + b"\0")
    return f"R-{digest.hexdigest()[:20]}"
