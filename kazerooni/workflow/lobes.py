"""Lobes: the lobes of a scan found, and what is left of them: a map, a picture, a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kazerooni.dicom import Progress, Series
from kazerooni.files import StrPath, write_whole
from kazerooni.identity import user_key
from kazerooni.labels import Author, SegKind, write_map
from kazerooni.model import (
    OUTSIDE,
    Component,
    Entry,
    FindingMap,
    FissureSet,
    Lobe,
    LobeMap,
    Notice,
    PointOrigin,
    State,
    Volume,
)
from kazerooni.report import lobe_planes
from kazerooni.segment import (
    Guidance,
    LobeCondition,
    Segmentation,
    SegmentRequest,
    read_guidance,
    segment,
    segmentation_json,
)
from kazerooni.version import __version__
from kazerooni.workflow.source import Choice, LobeFinder, LobeSource, Step, read_chosen


@dataclass(frozen=True, eq=False, kw_only=True)
class SegmentedScan:
    """A scan with its lobes, and the series that it was read from."""

    series: Series
    volume: Volume
    segmentation: Segmentation


def segment_scan(
    path: StrPath | Sequence[StrPath],
    lobes: LobeSource | None = None,
    *,
    series: str | None = None,
    study: str | None = None,
    progress: Progress | None = None,
    on_choice: Choice | None = None,
    on_step: Step | None = None,
) -> SegmentedScan:
    """Find the lobes of the best series of the one study at a path, or at several, or of the one that is named.

    Raises ScanError, SegmentError, LabelError.
    """
    source = lobes or LobeSource()
    request = _request(source, on_step)
    chosen, volume = read_chosen(path, series=series, study=study, progress=progress, on_choice=on_choice)
    return SegmentedScan(series=chosen, volume=volume, segmentation=_segment(volume, chosen, source, request))


def lobe_finder(source: LobeSource, on_step: Step | None) -> LobeFinder:
    """Give what finds lobes; a notice `lobes-proposed` tells of those that come from no file.

    Raises SegmentError where the file of points cannot be used.
    """
    request = _request(source, on_step)

    def find(
        volume: Volume, series: Series, marks: Sequence[FindingMap]
    ) -> tuple[LobeMap, FissureSet | None, tuple[Entry, ...]]:
        found = _segment(volume, series, source, replace(request, marks=tuple(marks)))
        return found.lobes, found.fissures, state_entries(found)

    return find


def _request(source: LobeSource, on_step: Step | None) -> SegmentRequest:
    """Make the request, reading the file of points before the scan: a slip in it is told at once."""
    guidance = Guidance() if source.points is None else read_guidance(source.points)
    return SegmentRequest(
        guidance=replace(guidance, lingula=guidance.lingula or source.lingula),
        lobes=None if source.file is None else Path(source.file),
        labels=source.labels,
        by_index=source.by_index,
        progress=on_step,
    )


def _segment(volume: Volume, series: Series, source: LobeSource, request: SegmentRequest) -> Segmentation:
    method = source.method if source.file is None else "from_file"
    found = segment(volume, method, replace(request, series=series))
    if source.file is not None:
        return found
    told = Notice(
        "lobes-proposed",
        "warning",
        f"the lobes were found by {found.lobes.source or method}, not drawn; check them before the score is used",
    )
    return replace(found, lobes=replace(found.lobes, notices=(told, *found.lobes.notices)))


def state_entries(found: Segmentation) -> tuple[Entry, ...]:
    """Say of both components of a lobe what is known of the lobe: absent, or not assessable and why."""
    spoken_of = sorted({*found.conditions, *found.unparted})
    return tuple(_entry(found, lobe, component) for lobe in spoken_of for component in Component)


def _entry(found: Segmentation, lobe: Lobe, component: Component) -> Entry:
    condition = found.conditions.get(lobe)
    if condition is LobeCondition.ABSENT:
        return Entry(lobe=lobe, component=component, state=State.ABSENT)
    reason = "" if condition is LobeCondition.NOT_ASSESSABLE else "not told from its neighbour: no fissure is known"
    if condition is LobeCondition.COLLAPSED:
        reason = "collapse"
    return Entry(lobe=lobe, component=component, state=State.NOT_ASSESSABLE, reason=reason)


def segmentation_document(scan: SegmentedScan) -> dict[str, object]:
    """Give the JSON document of `kazerooni segment --json`."""
    reference, found = scan.volume.scan, scan.segmentation
    return {
        **segmentation_json(found),
        "patient": reference.patient,
        "series_uid": reference.series_uid,
        "study_date": None if reference.study_date is None else reference.study_date.isoformat(),
        "program": {"name": "kazerooni", "version": __version__},
        "inputs": [
            {"role": "scan", "sha256": scan.volume.digest},
            *([] if found.lobes.digest is None else [{"role": "lobes", "sha256": found.lobes.digest}]),
        ],
        "notices": [
            {"code": n.code, "severity": n.severity, "message": n.message, "sop_uids": list(n.sop_uids)}
            for n in (*scan.volume.notices, *found.notices)
        ],
    }


def write_lobes(
    scan: SegmentedScan,
    path: StrPath,
    *,
    kind: SegKind = "BINARY",
    reading: str | None = None,
    nameless: bool = False,
    deidentify: bool = False,
    force: bool = False,
) -> None:
    """Write the lobes of a scan in the format of the name.

    A DICOM SEG says which program proposed them, and whether a person had a hand in it: by points, or by a map whose
    author is not known. Lobes that cannot be graded (see `left_out`) are not in it, as a map cannot say so of them.

    kind, reading, nameless: of a DICOM SEG (`write_map`).
    deidentify: whether it carries the pseudonym, moved dates and other UIDs instead of the patient's.

    Raises OutputError.
    """
    found = scan.segmentation
    key = user_key().key if deidentify else None
    labels = np.where(np.isin(found.lobes.labels, left_out(found)), np.uint8(OUTSIDE), found.lobes.labels)
    lobes = replace(found.lobes, labels=labels)
    write_map(
        lobes,
        path,
        series=scan.series,
        author=_author(found),
        kind=kind,
        reading=reading,
        nameless=nameless,
        deidentify=key,
        force=force,
    )


def left_out(found: Segmentation) -> tuple[Lobe, ...]:
    """List the lobes that are not written into a map: scored from it, they would get a grade all the same."""
    unsure = {lobe for lobe, said in found.conditions.items() if said is LobeCondition.NOT_ASSESSABLE}
    return tuple(sorted(unsure | found.unparted))


def _author(found: Segmentation) -> Author:
    if found.lobes.source is None:
        return Author("SEMIAUTOMATIC")
    program, _, version = found.lobes.source.partition(" ")
    placed = found.fissures is not None and any(
        point.origin is PointOrigin.PLACED for fissure in found.fissures.fissures for point in fissure.points
    )
    return Author("SEMIAUTOMATIC" if placed else "AUTOMATIC", program=program, version=version or "unknown")


def write_preview(scan: SegmentedScan, path: StrPath, *, force: bool = False) -> None:
    """Write a picture of three planes with the lobes outlined, as PNG.

    Raises OutputError.
    """
    write_whole(Path(path), lobe_planes(scan.volume, scan.segmentation.lobes), force=force)
