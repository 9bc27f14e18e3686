"""Read label maps of every format onto the grid of a scan, or say exactly why not."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kazerooni.dicom import Series
from kazerooni.errors import LabelError
from kazerooni.labels.conventions import CONVENTIONS, Convention, convention_of
from kazerooni.labels.images import is_image, read_image
from kazerooni.labels.lobe_order import check_placement, lobe_centres_mm
from kazerooni.labels.numbering import NumberingError
from kazerooni.labels.open import MapFile
from kazerooni.labels.place import Place, place_of
from kazerooni.labels.seg import read_seg
from kazerooni.labels.wanted import FINDINGS, LOBES, Wanted
from kazerooni.model import Component, FindingMap, Geometry, LobeMap, Notice, Volume

Labels = tuple[NDArray[np.uint8], tuple[Notice, ...], str]
"""Labels (slice, row, column), what is to be told of them, and the digest of the file."""


def read_lobe_map(
    path: str | os.PathLike[str],
    scan: Volume | Series | Geometry,
    *,
    labels: str | None = None,
    by_index: bool = False,
) -> LobeMap:
    """Read a lobe map (1 RUL, 2 RML, 3 RLL, 4 LUL, 5 LLL, 6 lingula) onto the grid of a scan.

    A DICOM SEG is read by its codes and bound to slices by SOP instance UID; NRRD, NIfTI and MetaImage must lie on the
    voxels of the scan (exact flips and exchanges of axes are undone, nothing is resampled); a .seg.nrrd is read by its
    segment names. A `Series`, or the `Volume` of one, says what its slices are called; a bare `Geometry` only where
    they lie.

    labels: the numbering of another program: lungmask, totalsegmentator, lola11, cip.
    by_index: take an array of exactly equal shape (x column, y row, z slice of the volume) wherever its header places
        it; told by a notice. A SEG is bound to its pictures all the same.

    Raises LabelError where the file cannot be read, lies on another grid, holds other labels, or where its lobes lie on
    the wrong side or in the wrong order in the patient.
    """
    file, place = Path(path), place_of(scan)
    convention = None if labels is None else convention_of(file.name, labels)
    try:
        lobes = _read_lobes(file, place, convention, by_index=by_index)
    except NumberingError as error:
        if labels is not None:
            raise
        raise _told_with_remedy(error, _fitting_conventions(file, place, by_index=by_index)) from None
    if convention is not None and convention.others and len(lobe_centres_mm(lobes)) < len(convention.lobes):
        _check_no_better(file, place, lobes, by_index=by_index)
    return lobes


def read_finding_map(
    path: str | os.PathLike[str],
    scan: Volume | Series | Geometry,
    component: Component | str,
    *,
    by_index: bool = False,
) -> FindingMap:
    """Read a map of the findings of one component onto the grid of a scan, as `read_lobe_map` does.

    Alveolar: 1 ground glass, 2 consolidation. Interstitial: 1 septal thickening, 2 honeycombing, 3 reticulation. Where
    segments overlap, honeycombing lies over reticulation over septal thickening, consolidation over ground glass; told
    by a notice.

    Raises LabelError where the file cannot be read, lies on another grid or holds other labels.
    """
    file, place, component = Path(path), place_of(scan), Component(component)
    found, notices, digest = _read_labels(file, place, FINDINGS[component], None, by_index=by_index)
    return FindingMap(component, found, place.geometry, digest=digest, notices=notices)


def _read_lobes(path: Path, place: Place, convention: Convention | None, *, by_index: bool) -> LobeMap:
    found, notices, digest = _read_labels(path, place, LOBES, convention, by_index=by_index)
    lobes = LobeMap(found, place.geometry, digest=digest, notices=notices)
    check_placement(path.name, lobes)
    return lobes


def _told_with_remedy(error: NumberingError, fitting: list[str]) -> LabelError:
    if not fitting:
        return LabelError(str(error))
    told = " and ".join(fitting)
    return LabelError(f"{error}. It fits {told}: name that numbering (labels: {' or '.join(fitting)})")


def _check_no_better(path: Path, place: Place, lobes: LobeMap, *, by_index: bool) -> None:
    """Refuse a map of which most was taken for other organs, where another numbering finds more lobes in it.

    Raises LabelError.
    """
    found = sorted(lobe_centres_mm(lobes))
    fitting = _fitting_conventions(path, place, by_index=by_index, more_than=len(found))
    if fitting:
        told = ", ".join(lobe.name for lobe in found)
        error = NumberingError(f"{path.name}: under this numbering it holds {told} only, under another one more lobes")
        raise _told_with_remedy(error, fitting)


def _fitting_conventions(path: Path, place: Place, *, by_index: bool, more_than: int = 0) -> list[str]:
    """List the conventions under which a map holds the most lobes, every label known and every lobe in its place."""
    lobes: dict[str, int] = {}
    for name, convention in CONVENTIONS.items():
        try:
            lobes[name] = len(lobe_centres_mm(_read_lobes(path, place, convention, by_index=by_index)))
        except LabelError:
            continue
    most = max(lobes.values(), default=0)
    return [name for name, count in lobes.items() if count == most > more_than]


def _read_labels(path: Path, place: Place, wanted: Wanted, convention: Convention | None, *, by_index: bool) -> Labels:
    """Read the labels of a file as uint8 (slice, row, column); a file that is no image is taken for a DICOM SEG."""
    with MapFile(path) as file:
        if is_image(file.name):
            return *read_image(file, place.geometry, wanted, convention, by_index=by_index), file.digest()
        if convention is not None:
            raise LabelError(f"{file.name}: a DICOM SEG says by codes what it holds; name no numbering (labels)")
        return read_seg(file, place, wanted)
