"""Fixtures of the reports' tests: small cases whose every number is known by construction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.model import (
    Case,
    Component,
    FindingMap,
    Geometry,
    InputDigest,
    Lobe,
    LobeMap,
    ScanRef,
    Technique,
    Volume,
)
from kazerooni.report import Report, report_of
from kazerooni.scoring import measure, score
from tests.report.builders import VERSION, case_of, line_of
from tests.scoring.builders import geometry_of, reading_of, whole_lungs

Labels = NDArray[np.uint8]


@pytest.fixture(scope="session")
def scan_case() -> Case:
    """Give a case with its scan: 6 slices of 40 x 60 pixels every 10 mm, lobes as blocks, marks that differ by slice.

    RUL: ground glass, most on slice 4. RLL: honeycombing, most on slice 1. LLL: reticulation alone, most on slice 2.
    The scan is dark but for a bright block at the patient's right front.
    """
    shape = (6, 40, 60)
    geometry = geometry_of(shape, gap_mm=10.0, spacing_mm=(2.0, 2.0), origin_mm=(-60.0, -40.0, -30.0))
    hu = np.full(shape, -850, np.int16)
    hu[:, 2:8, 2:12] = 100
    lobes, alveolar, interstitial = (np.zeros(shape, np.uint8) for _ in range(3))
    for lobe, slices, left in (
        (Lobe.RUL, slice(3, 6), 5),
        (Lobe.RML, slice(2, 3), 5),
        (Lobe.RLL, slice(0, 2), 5),
        (Lobe.LUL, slice(3, 6), 35),
        (Lobe.LLL, slice(0, 3), 35),
    ):
        lobes[slices, 10:30, left : left + 20] = lobe
    for index, columns in ((3, 4), (4, 9), (5, 2)):
        alveolar[index, 10:30, 5 : 5 + columns] = 1
    for index, columns in ((0, 3), (1, 12)):
        interstitial[index, 10:30, 5 : 5 + columns] = 2
    for index, columns in ((0, 1), (1, 2), (2, 6)):
        interstitial[index, 10:30, 35 : 35 + columns] = 3
    return _scored(hu, geometry, lobes, alveolar, interstitial)


def _scored(hu: NDArray[np.int16], geometry: Geometry, lobes: Labels, alveolar: Labels, interstitial: Labels) -> Case:
    scan = ScanRef(patient="P-ABCDEF", series_uid="1.2.3", study_date=date(2003, 5, 14), sop_uids=tuple("abcdef"))
    volume = Volume(hu, geometry, scan, Technique(manufacturer="SIEMENS", kernel="B70f", slice_thickness_mm=1.0))
    maps = {
        "lobes": LobeMap(lobes, geometry),
        "alveolar": FindingMap(Component.ALVEOLAR, alveolar, geometry),
        "interstitial": FindingMap(Component.INTERSTITIAL, interstitial, geometry),
    }
    tally = measure(volume, maps["lobes"], alveolar=maps["alveolar"], interstitial=maps["interstitial"])  # type: ignore[arg-type]
    reading = replace(
        reading_of(whole_lungs()),
        id="R-scan",
        scan=scan,
        technique=volume.technique,
        tally=tally,
        inputs=(InputDigest("scan", "ab" * 32), InputDigest("lobes", None)),
    )
    return Case(reading=reading, score=score(reading), volume=volume, **maps)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def three_visits() -> Report:
    """Give the report of the last of three visits: the total falls, RLL keeps alveolar grade 3 as its extent falls."""
    visits = (
        case_of(date(1999, 3, 2), RUL={(1, 0): 180, (0, 0): 820}, RLL={(1, 2): 480, (0, 0): 520}),
        case_of(date(2000, 3, 14), RUL={(1, 0): 60, (0, 0): 940}, RLL={(1, 2): 390, (0, 0): 610}),
        case_of(date(2009, 5, 20), RUL={(1, 0): 3, (0, 0): 997}, RLL={(1, 2): 270, (0, 0): 730}),
    )
    return report_of(visits[-1], timeline=line_of(*visits), program_version=VERSION)
