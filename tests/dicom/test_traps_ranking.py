"""Ranking: which series of a study comes first, and what a kernel's name tells (dicom.md)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kazerooni.dicom import read_volume
from kazerooni.phantom import CORONAL, traps, truth_of

# A whole thorax, so that nothing speaks against it.
GOOD: dict[str, Any] = {"slices": 26, "rows": 12, "columns": 12, "gap_mm": 10.0, "slice_thickness_mm": 1.0,
                        "kernel": "B70f", "motion": "sequential"}  # fmt: skip

WORSE: dict[str, tuple[dict[str, Any], Any]] = {
    "coronal": ({"orientation": CORONAL}, list),
    "reformatted": ({}, lambda d: traps.derive(d, "MPR")),
    "MIP": ({}, lambda d: traps.derive(d, "MIP")),
    "part of the thorax": ({"slices": 10}, list),
    "thick": ({"slice_thickness_mm": 5.0}, list),
    "a little thicker": ({"slice_thickness_mm": 2.0}, list),
    "soft kernel": ({"kernel": "B30f"}, list),
    "unknown kernel": ({"kernel": "XYZ"}, list),
    "no kernel": ({"kernel": ""}, list),
    "prone": ({"patient_position": "HFP"}, list),
    "prone by words": ({}, traps.say_prone),
    "expiratory": ({}, traps.say_expiratory),
    "without places": ({}, lambda d: traps.remove_attributes(d, "ImagePositionPatient")),
}


@pytest.mark.parametrize(("changes", "trap"), WORSE.values(), ids=WORSE.keys())
def test_each_merit_decides(desk: Any, changes: dict[str, Any], trap: Any) -> None:
    """All else equal, an original, whole, thin, sharp, supine, inspiratory axial series ranks first, with reasons."""
    desk.save(trap(desk.build(**{**GOOD, **changes, "series_number": 9})), into="a")
    desk.save(desk.build(**GOOD), into="b")
    found = desk.find()
    assert [s.rank for s in found] == [1, 2]
    assert found[0].series_uid == desk.build(**GOOD)[0].SeriesInstanceUID
    assert set(found[0].reasons) != set(found[1].reasons)
    assert all(found[1].reasons)
    desk.same(read_volume(desk.folder), truth_of(desk.plan(**GOOD)))


def test_weight_of_the_merits(desk: Any) -> None:
    """The merits weigh in the order of dicom.md: original, whole, thin, sharp, supine, inspiration."""
    variants: dict[str, Any] = {
        "expiratory": traps.say_expiratory(desk.build(**GOOD, series_number=1)),
        "prone": traps.say_prone(desk.build(**GOOD, series_number=2)),
        "soft": desk.build(**{**GOOD, "kernel": "B30f"}, series_number=3),
        "thick": desk.build(**{**GOOD, "slice_thickness_mm": 5.0}, series_number=4),
        "partial": desk.build(**{**GOOD, "slices": 10}, series_number=5),
        "reformatted": traps.derive(desk.build(**GOOD, series_number=6), "MPR"),
        "unusable": traps.derive(desk.build(**GOOD, series_number=7), "MIP"),
    }
    for name, datasets in reversed(variants.items()):
        desk.save(datasets, into=name)
    found = desk.find()
    wanted = [datasets[0].SeriesInstanceUID for datasets in variants.values()]
    assert [s.series_uid for s in found] == wanted
    assert [s.rank for s in found] == list(range(1, 8))


def test_unknown_kernel_is_not_soft(desk: Any) -> None:
    """An unknown kernel ranks between sharp and soft."""
    for kernel in ("B30f", "ODD", "B70f"):
        desk.save(desk.build(**{**GOOD, "kernel": kernel}), into=kernel)
    assert [(s.kernel, s.kernel_class) for s in desk.find()] == [
        ("B70f", "sharp"),
        ("ODD", "unknown"),
        ("B30f", "soft"),
    ]


def test_every_study_is_ranked_by_itself(desk: Any) -> None:
    """Two visits have a first series each."""
    for year in (2003, 2005):
        for kernel in ("B30f", "B70f"):
            desk.save(desk.build(**{**GOOD, "kernel": kernel}, study_date=date(year, 1, 1)), into=f"{year}/{kernel}")
    found = desk.find()
    assert [(s.study_date.year, s.kernel, s.rank) for s in found] == [
        (2003, "B70f", 1),
        (2003, "B30f", 2),
        (2005, "B70f", 1),
        (2005, "B30f", 2),
    ]
    assert len({s.patient for s in found}) == 1


KERNELS: list[tuple[str, str, str]] = [
    *(("SIEMENS", k, "sharp") for k in ("B60f", "B60s", "B70f", "B75f", "B80f", "B80s", "b70f", " B70f ")),
    *(("SIEMENS", k, "soft") for k in ("B10f", "B20s", "B30f", "B31f", "B40f", "B45f")),
    *(
        ("Siemens Healthineers", k, "sharp")
        for k in ("Br54", "Br59f", "Br64d", "Bl54", "Bl57d", "Bl57d\\3", "Bl64f\\1", "I70f\\3")
    ),
    *(("Siemens Healthineers", k, "soft") for k in ("Br36f", "Br40d\\3", "Br44", "Bl40f", "I30f\\2")),
    *(("GE MEDICAL SYSTEMS", k, "sharp") for k in ("LUNG", "BONE", "BONEPLUS", "CHST", "Lung")),
    *(("GE MEDICAL SYSTEMS", k, "soft") for k in ("STANDARD", "SOFT")),
    *(("Philips", k, "sharp") for k in ("L", "YA", "YB", "YC", "YD", "C")),
    *(("Philips", k, "soft") for k in ("A", "B")),
    *(("TOSHIBA", k, "sharp") for k in ("FC50", "FC51", "FC52", "FC53", "FC54", "FC55", "FC56")),
    *(("Canon Medical Systems", k, "sharp") for k in ("FC81", "FC82", "FC83", "FC84", "FC85", "FC86")),
    *(("TOSHIBA", k, "soft") for k in ("FC01", "FC08", "FC13")),
    *(("TOSHIBA", k, "unknown") for k in ("FC57", "FC80", "FC87", "FC500")),
    *(("SIEMENS", k, "unknown") for k in ("", "L", "C", "T20", "XB60f", "B6", "LUNGE")),
    *(("GE MEDICAL SYSTEMS", k, "unknown") for k in ("L", "YB", "LUNGX")),
    *(("", k, "unknown") for k in ("", "ODD", "C", "L")),
]


@pytest.mark.parametrize(("maker", "kernel", "wanted"), KERNELS)
def test_kernel_names(desk: Any, maker: str, kernel: str, wanted: str) -> None:
    """Kernels are classed by the vendor's own names; a name that no vendor table knows is unknown, not soft."""
    datasets = traps.write_raw(
        desk.build(slices=1), {"Manufacturer": maker.encode(), "ConvolutionKernel": kernel.encode()}
    )
    series = desk.only(datasets)
    assert series.kernel_class == wanted
    assert series.kernel.replace(" ", "") == kernel.replace(" ", "")
