"""Known scans: small phantom series with maps whose every voxel is set by hand, and copies of them under other UIDs.

Each lobe is a strip of 160 voxels on every slice. Findings of a component fill it from the top, one after the other, so
percents follow from the counts below and the depths of the slices alone: nothing of the program is asked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLSLossless

from kazerooni import phantom
from kazerooni.dicom import Series, find_series
from kazerooni.labels import Author, SegKind, write_map
from kazerooni.model import Component, Finding, FindingMap, Lobe, LobeMap, findings_of

ROWS, COLUMNS = 40, 40
_TOP, _HEIGHT, _WIDTH = 4, 32, 5
VOXELS = _HEIGHT * _WIDTH
FIVE = (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)
_GRID = {"rows": ROWS, "columns": COLUMNS, "pixel_spacing_mm": (9.0, 9.0)}
_PATIENT = b"PHANTOM-1"
_UID = re.compile(rb"2\.25\.\d{30,39}")
GG, CONSOLIDATION = Finding.GROUND_GLASS, Finding.CONSOLIDATION
SEPTAL, RETICULATION, HONEYCOMB = Finding.SEPTAL, Finding.RETICULATION, Finding.HONEYCOMBING

Marks = Mapping[Lobe, Mapping[Finding, Sequence[int]]]
Change = Callable[[Sequence[Dataset]], Sequence[Dataset]]


@dataclass(frozen=True, kw_only=True)
class Known:
    """A scan.

    depths: what each slice stands for, by hand, in any unit. marks: voxels of 160 by slice.
    measured: the components that have a map. syntax: of the pictures. kind: of the SEGs.
    change: what makes the series odd; its slices stay those of `depths`.
    """

    plan: phantom.SeriesPlan
    depths: Sequence[int]
    marks: Marks
    measured: Collection[Component] = tuple(Component)
    syntax: str = ExplicitVRLittleEndian
    kind: SegKind = "BINARY"
    change: Change = field(default=list)

    def percent(self, lobe: Lobe, findings: Collection[Finding]) -> Fraction:
        """Give the percent of a lobe that holds any of some findings of one component, which exclude each other."""
        marked = self.marks.get(lobe, {})
        held = sum(d * n for f in findings for d, n in zip(self.depths, marked.get(f, ()), strict=f in marked))
        return Fraction(100 * held, VOXELS * sum(self.depths))


def _even(slices: int, **lobes: Mapping[Finding, int]) -> Marks:
    """Give the same voxels on every slice."""
    return {Lobe[name]: {f: (n,) * slices for f, n in marks.items()} for name, marks in lobes.items()}


def _first(voxels: int, slices: int, of: int) -> tuple[int, ...]:
    """Give voxels on the first slices alone."""
    return (voxels,) * slices + (0,) * (of - slices)


# 8 of 160 are 5 %, 40 are 25 %, 80 are 50 %, 120 are 75 %: every edge of the bands is met, and passed by one voxel.
_EDGES = _even(
    6,
    RUL={GG: 8, HONEYCOMB: 40},
    RML={GG: 40, SEPTAL: 20},
    RLL={GG: 30, CONSOLIDATION: 50, RETICULATION: 40, HONEYCOMB: 40},
    LUL={GG: 120, HONEYCOMB: 120},
    LLL={GG: 160, RETICULATION: 121},
)
_BESIDE = _even(
    8,
    RUL={GG: 7, HONEYCOMB: 39},
    RML={GG: 39},
    RLL={GG: 79, RETICULATION: 79},
    LUL={CONSOLIDATION: 121},
    LLL={GG: 1, SEPTAL: 160},
)
_GAPS_MM = (10, 10, 20, 10, 15)
# Half-way to each neighbour, twice; the first and last count their one gap on both sides.
_DOUBLED_DEPTHS = (20, 20, 30, 30, 25, 30)
_POSITIONS_MM = (0.0, 10.0, 20.0, 40.0, 50.0, 65.0)
_UNEVEN: Marks = {
    Lobe.RUL: {GG: _first(160, 1, 6)},
    Lobe.RLL: {GG: (0, 0, 80, 80, 0, 0), HONEYCOMB: (0, 0, 0, 0, 0, 160)},
    Lobe.LUL: {RETICULATION: (10, 20, 30, 40, 50, 60)},
    Lobe.LLL: {CONSOLIDATION: (160, 160, 160, 0, 0, 0)},
}
_MISSING: Marks = {Lobe.RLL: {GG: _first(160, 2, 8)}, Lobe.LLL: {HONEYCOMB: (0, 0, 0, 80, 80, 0, 0, 0)}}


def _enhanced(datasets: Sequence[Dataset]) -> list[Dataset]:
    return [phantom.to_enhanced(datasets)]


def _without_the_fifth(datasets: Sequence[Dataset]) -> list[Dataset]:
    return phantom.traps.drop_slices(datasets, [4])


KNOWN: Mapping[str, Known] = {
    "sequential": Known(plan=phantom.sequential_hrct(slices=6, **_GRID), depths=(1,) * 6, marks=_EDGES),
    "spiral": Known(plan=phantom.spiral_ct(slices=8, seed=1, **_GRID), depths=(1,) * 8, marks=_BESIDE),
    "uneven": Known(
        plan=phantom.sequential_hrct(slices=6, positions_mm=_POSITIONS_MM, **_GRID),
        depths=_DOUBLED_DEPTHS,
        marks=_UNEVEN,
    ),
    # The neighbours of the missing slice count no deeper than all others.
    "missing": Known(
        plan=phantom.spiral_ct(slices=9, **_GRID), depths=(1,) * 8, marks=_MISSING, change=_without_the_fifth
    ),
    "prone": Known(
        plan=phantom.sequential_hrct(slices=6, patient_position="HFP", seed=2, **_GRID), depths=(1,) * 6, marks=_EDGES
    ),
    "tilted": Known(
        plan=phantom.sequential_hrct(slices=6, gantry_tilt_degrees=15.0, **_GRID), depths=(1,) * 6, marks=_EDGES
    ),
    "alveolar": Known(
        plan=phantom.spiral_ct(slices=8, seed=3, **_GRID),
        depths=(1,) * 8,
        marks=_BESIDE,
        measured=(Component.ALVEOLAR,),
    ),
    "labelmap": Known(
        plan=phantom.spiral_ct(slices=8, seed=4, **_GRID), depths=(1,) * 8, marks=_BESIDE, kind="LABELMAP"
    ),
    "compressed": Known(
        plan=phantom.sequential_hrct(slices=6, seed=5, **_GRID),
        depths=(1,) * 6,
        marks=_EDGES,
        syntax=JPEGLSLossless,
        change=phantom.traps.shuffle_files,
    ),
    "implicit": Known(
        plan=phantom.sequential_hrct(slices=6, seed=6, **_GRID),
        depths=(1,) * 6,
        marks=_EDGES,
        syntax=ImplicitVRLittleEndian,
        change=phantom.traps.add_localizer,
    ),
    "enhanced": Known(
        plan=phantom.spiral_ct(slices=8, seed=7, **_GRID), depths=(1,) * 8, marks=_BESIDE, change=_enhanced
    ),
}
"""The scans, by what they are."""


def written(name: str, folder: Path) -> Series:
    """Write a scan as FOLDER/pictures, again as a patient's disc FOLDER/disc, and its maps as FOLDER/maps.

    The maps name the series that they were drawn on.
    """
    known = KNOWN[name]
    pictures = folder / "pictures"
    datasets = known.change(phantom.build_series(known.plan))
    phantom.write_series(datasets, pictures, syntax=known.syntax)
    phantom.write_dicomdir(datasets, folder / "disc", syntax=known.syntax)
    (series,) = (one for one in find_series(pictures) if one.usable)
    (folder / "maps").mkdir()
    author = Author("SEMIAUTOMATIC", reader="R1")
    for role, labels in maps_of(known, series).items():
        write_map(labels, folder / "maps" / f"{role}.dcm", series=series, author=author, kind=known.kind)
    return series


def maps_of(known: Known, series: Series) -> dict[str, LobeMap | FindingMap]:
    """Give the maps of a scan, by role."""
    assert series.geometry is not None, "a usable series has a place"
    slices, turn = len(known.depths), -1 if known.plan.patient_position == "HFP" else 1  # right stays right
    made: dict[str, LobeMap | FindingMap] = {}
    lobes = np.zeros((slices, ROWS, COLUMNS), np.uint8)
    for lobe in FIVE:
        _strip(lobes, lobe)[:] = lobe
    made["lobes"] = LobeMap(lobes[..., ::turn].copy(), series.geometry)
    for component in known.measured:
        labels = np.zeros_like(lobes)
        for lobe, marks in known.marks.items():
            _fill(_strip(labels, lobe), [(f, marks[f]) for f in findings_of(component) if f in marks])
        made[component.value] = FindingMap(component, labels[..., ::turn].copy(), series.geometry)
    return made


def _strip(labels: NDArray[np.uint8], lobe: Lobe) -> NDArray[np.uint8]:
    """Give the place of a lobe, a view (slice, row, column)."""
    left = 1 + (_WIDTH + 2) * (lobe - 1)
    return labels[:, _TOP : _TOP + _HEIGHT, left : left + _WIDTH]


def _fill(strip: NDArray[np.uint8], findings: Sequence[tuple[Finding, Sequence[int]]]) -> None:
    for index in range(strip.shape[0]):
        row = np.zeros(VOXELS, np.uint8)
        start = 0
        for finding, counts in findings:
            assert finding.label is not None, "it has an area"
            row[start : start + counts[index]] = finding.label
            start += counts[index]
        strip[index] = row.reshape(_HEIGHT, _WIDTH)


def renewed(data: bytes, number: int) -> bytes:
    """Give a file as another patient's: each UID of the phantom, and the PatientID, as long as they were and others."""

    def other(found: re.Match[bytes]) -> bytes:
        digest = hashlib.sha256(b"%d %b" % (number, found[0])).digest()
        return (b"2.25.1%038d" % int.from_bytes(digest[:15], "big"))[: len(found[0])]

    return _UID.sub(other, data).replace(_PATIENT, b"PAT%06d" % number)


def files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the files below a folder, by their names from there."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def series_uid_of(data: bytes) -> str:
    """Give the series UID of a picture."""
    return str(
        pydicom.dcmread(pydicom.filebase.DicomBytesIO(data), specific_tags=["SeriesInstanceUID"]).SeriesInstanceUID
    )
