"""Visits: one patient scanned three times in ten years, as in the source study: the scans of `kazerooni demo`.

Sequential slices 25 mm apart in 1999, every 10 mm with uneven gaps in 2000, a spiral in 2009. Ground glass clears, the
fibrosis stays: by the scheme `kazerooni` the total falls from 16 to 9, and the left lower lobe keeps its alveolar grade
from 2000 to 2009 while its percent falls.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pydicom
from platformdirs import user_cache_dir
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEGLSLossless

from kazerooni.dicom import Series, find_series
from kazerooni.errors import OutputError
from kazerooni.labels import Author, write_map
from kazerooni.model import Finding, FindingMap, Lobe, LobeMap
from kazerooni.phantom.plan import SeriesPlan, sequential_hrct, spiral_ct, uneven_positions_mm
from kazerooni.phantom.thorax import Disease, Thorax, ThoraxTruth, thorax_series
from kazerooni.phantom.uids import derive_uid
from kazerooni.phantom.write import write_series
from kazerooni.version import __version__

_CHECKOUT = Path(__file__).resolve().parents[2] / "sample_scans"
_SEED = 4
_GG, _CONSOLIDATION = Finding.GROUND_GLASS, Finding.CONSOLIDATION
_SEPTAL, _RETICULATION, _HONEYCOMB = Finding.SEPTAL, Finding.RETICULATION, Finding.HONEYCOMBING
_ONE_PATIENT: dict[str, Any] = {
    "patient_id": "SAMPLE-1",
    "patient_name": "Phantom^Sample",
    "manufacturer": "GE",
    "centre_mm": (0.0, 0.0, -12.0),
}
_HRCT: dict[str, Any] = {
    **_ONE_PATIENT,
    "rows": 512,
    "columns": 512,
    "pixel_spacing_mm": (0.7, 0.7),
    "kernel": "BONE",
    "noise_texture": "sharp",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: how and by what the patient was scanned, the breath, and what there was to see.

    model: the scanner of the time. The year of the plan names the folder of the visit.
    """

    model: str
    plan: SeriesPlan
    thorax: Thorax
    disease: Disease

    @property
    def name(self) -> str:
        """The year of the visit."""
        return str(self.plan.study_date.year)


VISITS = (
    Visit(
        "HiSpeed CT/i",
        sequential_hrct(
            slices=10,
            gap_mm=25.0,
            noise_hu=28.0,
            study_date=date(1999, 3, 2),
            series_description="HRCT 1 mm every 25 mm",
            **_HRCT,
        ),
        Thorax(_SEED, inspiration=0.98),
        Disease(
            {
                Lobe.RUL: {_GG: 12},
                Lobe.RML: {_GG: 3, _SEPTAL: 4},
                Lobe.RLL: {_GG: 33, _CONSOLIDATION: 5, _RETICULATION: 8, _HONEYCOMB: 4},
                Lobe.LUL: {_GG: 9},
                Lobe.LLL: {_GG: 33, _RETICULATION: 6, _HONEYCOMB: 6},
            },
            traction=(Lobe.RLL,),
        ),
    ),
    Visit(
        "HiSpeed CT/i",
        sequential_hrct(
            slices=28,
            positions_mm=uneven_positions_mm(28, 10.0, spread=0.2, seed=2),
            noise_hu=26.0,
            study_date=date(2000, 3, 14),
            series_description="HRCT 1 mm every 10 mm",
            **_HRCT,
        ),
        Thorax(_SEED),
        Disease(
            {
                Lobe.RUL: {_GG: 4},
                Lobe.RLL: {_GG: 18, _RETICULATION: 8, _HONEYCOMB: 4},
                Lobe.LUL: {_GG: 3},
                Lobe.LLL: {_GG: 20, _RETICULATION: 6, _HONEYCOMB: 6},
            },
            traction=(Lobe.RLL,),
        ),
    ),
    Visit(
        "LightSpeed VCT",
        spiral_ct(
            slices=220,
            rows=256,
            columns=256,
            pixel_spacing_mm=(1.4, 1.4),
            kernel="LUNG",
            noise_hu=16.0,
            noise_texture="sharp",
            study_date=date(2009, 5, 20),
            series_description="Thorax spiral 1.25 mm",
            **_ONE_PATIENT,
        ),
        Thorax(_SEED, inspiration=1.01),
        Disease(
            {
                Lobe.RUL: {_RETICULATION: 2},
                Lobe.RLL: {_GG: 9, _RETICULATION: 9, _HONEYCOMB: 5},
                Lobe.LLL: {_GG: 7, _RETICULATION: 7, _HONEYCOMB: 8},
            },
            traction=(Lobe.RLL,),
        ),
    ),
)


def write_visits(folder: Path, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Write scans, label maps and the truth: FOLDER/1999, 2000, 2009 (JPEG-LS), FOLDER/maps/YEAR (SEG), truth.json.

    What stands in these places is replaced. The same program writes the same bytes again, but for the version of
    highdicom that SEGs tell.

    progress: is called with how many visits are written, and of how many.
    """
    told: dict[str, Any] = {}
    for done, visit in enumerate(VISITS):
        if progress is not None:
            progress(done, len(VISITS))
        told[visit.name] = _write_visit(visit, folder)
    (folder / "truth.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if progress is not None:
        progress(len(VISITS), len(VISITS))


def _write_visit(visit: Visit, folder: Path) -> dict[str, Any]:
    scan, maps = folder / visit.name, folder / "maps" / visit.name
    for place in (scan, maps):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
    datasets, truth = thorax_series(visit.plan, visit.thorax, visit.disease)
    for dataset in datasets:
        dataset.ManufacturerModelName = visit.model
    write_series(datasets, scan, syntax=JPEGLSLossless)
    (series,) = find_series(scan)
    _write_maps(series, truth, maps)
    for path in maps.iterdir():
        _settle(path, visit)
    return _told(visit, series, truth)


def _write_maps(series: Series, truth: ThoraxTruth, folder: Path) -> None:
    author = Author("AUTOMATIC", program="kazerooni phantom")
    assert series.geometry is not None, "a phantom has a place"
    lobes = LobeMap(truth.lobes.copy(), series.geometry)
    write_map(lobes, folder / "lobes.dcm", series=series, author=author)
    for component, labels in truth.maps.items():
        marks = FindingMap(component, labels.copy(), series.geometry)
        write_map(marks, folder / f"{component}.dcm", series=series, author=author)


def _settle(path: Path, visit: Visit) -> None:
    """Write a SEG again, deflated (frames of bits are mostly zeros), with the UIDs and the time of its visit."""
    dataset = pydicom.dcmread(path)
    dataset.SOPInstanceUID = derive_uid("visit", visit.name, path.stem, "instance")
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.SeriesInstanceUID = derive_uid("visit", visit.name, path.stem, "series")
    for keyword in ("ContentDate", "SeriesDate", "InstanceCreationDate"):
        if keyword in dataset:
            setattr(dataset, keyword, dataset.StudyDate)
    for keyword in ("ContentTime", "SeriesTime", "InstanceCreationTime"):
        if keyword in dataset:
            setattr(dataset, keyword, dataset.StudyTime)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(path, enforce_file_format=True)


def _told(visit: Visit, series: Series, truth: ThoraxTruth) -> dict[str, Any]:
    lobes = {
        lobe.name: {
            "voxels": int(truth.voxels(lobe).sum()),
            "percent": {finding.value: percent for finding, percent in percents.items()},
            "traction_bronchiectasis": lobe in truth.traction,
        }
        for lobe, percents in truth.percents.items()
    }
    return {
        "study_date": visit.plan.study_date.isoformat(),
        "series_uid": series.series_uid,
        "slices": series.slices,
        "lobes": lobes,
    }


def sample_folder(*, progress: Callable[[int, int], None] | None = None) -> Path:
    """Give the folder of the three visits: that of the checkout, else one in the user's cache, written when it lacks.

    progress: as in `write_visits`; called only where the scans have to be written.
    """
    if (_CHECKOUT / "truth.json").is_file():
        return _CHECKOUT
    cached = Path(user_cache_dir("kazerooni", appauthor=False)) / f"sample_scans-{__version__}"
    if not (cached / "truth.json").is_file():
        part = cached.with_name(f".{cached.name}-{secrets.token_hex(4)}")
        try:
            part.mkdir(parents=True)
            write_visits(part, progress=progress)
            shutil.rmtree(cached, ignore_errors=True)
            part.rename(cached)
        except OSError as error:
            raise OutputError(f"the sample scans cannot be written into the cache ({error.strerror})") from None
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return cached
