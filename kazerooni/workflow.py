"""Workflow: the few use cases that command line, plugin and archive share, in the steps a radiologist names."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kazerooni.dicom import Progress, Series, choose, find_series, read_volume
from kazerooni.labels import read_finding_map, read_lobe_map
from kazerooni.model import Component, FindingMap, InputDigest, LobeMap, Notice, Reading, Score, Volume
from kazerooni.scoring import measure as count
from kazerooni.scoring import score as grade
from kazerooni.scoring import score_json
from kazerooni.version import __version__

StrPath = str | os.PathLike[str]


@dataclass(frozen=True, eq=False)
class Case:
    """Everything about one reading of one scan."""

    series: Series
    volume: Volume
    reading: Reading
    score: Score

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is to be told of scan and score, each thing once."""
        told = {notice.code for notice in self.volume.notices}
        own = (n for n in self.score.notices if not (n.code == "not-hrct" and "thick-slices" in told))
        return tuple(dict.fromkeys((*self.volume.notices, *own)))


def measure(
    volume: Volume,
    lobes: LobeMap,
    *,
    alveolar: FindingMap | None = None,
    interstitial: FindingMap | None = None,
    reader: str | None = None,
) -> Reading:
    """Make a reading of a scan from its label maps.

    alveolar, interstitial: None where nobody looked for that component; it is then missing, not zero.

    Raises LabelError where a map lies on another grid or is of the other component.
    """
    tally = count(volume, lobes, alveolar=alveolar, interstitial=interstitial)
    maps = {"lobes": lobes, "alveolar": alveolar, "interstitial": interstitial}
    inputs = (
        InputDigest("scan", volume.digest),
        *(InputDigest(role, given.digest) for role, given in maps.items() if given is not None),
    )
    return Reading(
        id=_reading_id(inputs, reader, tally.counts.tobytes()),
        scan=volume.scan,
        technique=volume.technique,
        reader=reader,
        tally=tally,
        inputs=inputs,
    )


def _reading_id(inputs: tuple[InputDigest, ...], reader: str | None, counts: bytes) -> str:
    """Name a reading after what it was made from: the same inputs give the same reading."""
    digest = hashlib.sha256(counts)
    for part in (*(f"{i.role} {i.sha256}" for i in inputs), f"reader {reader}"):
        digest.update(part.encode() + b"\0")
    return f"R-{digest.hexdigest()[:20]}"


def score_scan(
    path: StrPath,
    *,
    lobes: StrPath,
    alveolar: StrPath | None = None,
    interstitial: StrPath | None = None,
    series: str | None = None,
    study: str | None = None,
    reader: str | None = None,
    scheme: str = "kazerooni",
    progress: Progress | None = None,
    on_choice: Callable[[Series, Sequence[Series]], None] | None = None,
) -> Case:
    """Score the best series of the one study at a path, or the one that is named, from its label maps.

    on_choice: is called, before pixels are read, with the series that is taken and all of its study that are fit to
        score.

    Raises ScanError, LabelError, SchemeError (IncompleteError where a component has no map).
    """
    found = find_series(path)
    chosen = choose(found, series_uid=series, study_uid=study)
    if on_choice is not None:
        own = (chosen.patient, chosen.study_uid)
        on_choice(chosen, [s for s in found if s.usable and (s.patient, s.study_uid) == own])
    volume = read_volume(chosen, progress=progress)
    reading = measure(
        volume,
        read_lobe_map(lobes, volume),
        alveolar=None if alveolar is None else read_finding_map(alveolar, volume, Component.ALVEOLAR),
        interstitial=None if interstitial is None else read_finding_map(interstitial, volume, Component.INTERSTITIAL),
        reader=reader,
    )
    return Case(chosen, volume, reading, grade(reading, scheme))


def score_document(case: Case) -> dict[str, object]:
    """Give the JSON document of `kazerooni score --json`."""
    return score_json(case.score, case.reading, program_version=__version__, notices=case.notices)
