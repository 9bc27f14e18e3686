"""Lobe finding: lobes of a scan from the program or from a file, with what the reader said of fissures. No viewer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from kazerooni.dicom import Progress, Series
from kazerooni.model import (
    Component,
    Fissure,
    FissureSet,
    FissureState,
    Geometry,
    Lobe,
    PointOrigin,
    State,
    Volume,
)
from kazerooni.segment import Guidance, LobeCondition, Lungs, Segmentation, SegmentRequest
from napari_kazerooni.borders import absent_lobes
from napari_kazerooni.canvas import Labels
from napari_kazerooni.session import ReadingSession

FROM_FILE: Final = "lobe-map-from-file unknown"
"""The source, program and version, of lobes from a file that does not say who made them: not this reader."""
_STEPS: Final = 3
_SIDES: Final = np.array([0, 1, 1, 1, 2, 2, 2], np.uint8)
"""The lung of each lobe label: right 1, left 2."""


def guidance_of(session: ReadingSession, *, lingula: bool = False) -> Guidance:
    """Give what the reader has placed and said, for finding the lobes anew: only what a person said of fissures."""
    said = () if session.fissures is None else session.fissures.fissures
    placed = (
        Fissure(fissure.name, fissure.state, tuple(p for p in fissure.points if p.origin is PointOrigin.PLACED))
        for fissure in said
    )
    kept = tuple(fissure for fissure in placed if fissure.points or fissure.state is not FissureState.PRESENT)
    gone = dict.fromkeys(absent_lobes(session), LobeCondition.ABSENT)
    return Guidance(fissures=FissureSet(kept), lobes=gone, lingula=lingula)


def find_lobes(
    volume: Volume,
    series: Series | None,
    guidance: Guidance,
    *,
    path: Path | None = None,
    labels: str | None = None,
    progress: Progress,
    tell: Callable[[object], None],
) -> Segmentation:
    """Find the lobes, or read them from a file; each step is told by its name as it begins.

    labels: the numbering of the file, None where it says itself what it holds, or is numbered as here.

    Raises SegmentError or LabelError where they cannot be found or read.
    """
    from kazerooni.segment import segment  # noqa: PLC0415 - takes 25 MB, and half a second, of this thread

    begun: list[str] = []

    def step(name: str) -> None:
        begun.append(name)
        progress(len(begun) - 1, _STEPS)
        tell(name)

    if path is None:
        return segment(volume, request=SegmentRequest(guidance=guidance, progress=step))
    step(f"Reading {path.name}")
    found = segment(volume, "from_file", SegmentRequest(lobes=path, labels=labels, series=series, progress=step))
    if found.lobes.source is not None:
        return found
    return replace(found, lobes=replace(found.lobes, source=FROM_FILE))


def say_unparted(session: ReadingSession, lobes: Collection[Lobe]) -> None:
    """Say of lobes that nothing tells from their neighbours that they cannot be assessed: no mark would be theirs."""
    for lobe in sorted(lobes):
        for component in Component:
            session.say.set_state(
                lobe, component, State.NOT_ASSESSABLE, "not told from its neighbour: no fissure is known"
            )


def lungs_of(labels: Labels, geometry: Geometry) -> Lungs:
    """Give the lungs that lobes fill: every voxel of a lung belongs to a lobe."""
    return Lungs(_SIDES[labels], geometry)


def lungs_in(session: ReadingSession) -> Lungs | None:
    """Give the lungs that the lobes of a session fill, None where there are none."""
    return lungs_of(session.canvas.labels("lobes"), session.volume.geometry) if lobes_held(session) else None


def lobes_held(session: ReadingSession) -> tuple[Lobe, ...]:
    """List the lobes that the lobe map holds."""
    places = session.places
    return tuple(lobe for lobe in Lobe if places.holds(lobe))
