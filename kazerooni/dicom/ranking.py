"""Ranking: which series of a study is best to score, with the reasons in sight; a person may overrule it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from kazerooni.dicom.checks import WHOLE_CHEST_MM
from kazerooni.dicom.series import Series

THIN_MM: Final = 1.5

# What is preferred, the weightiest first (dicom.md, "Ranking series of a study"): (words if so, words if not).
_WORDS: Final = (
    ("usable", "not usable"),
    ("original", "reformatted"),
    ("covers the chest", "covers part of the chest"),
    ("thin slices", "slices not known to be thin"),
    ("sharp kernel", "kernel not known to be sharp"),
    ("supine", "prone"),
    ("inspiration or not said", "expiration"),
)


def rank(series: Iterable[Series]) -> list[Series]:
    """Rank the series of every study from 1 (best); give them study by study, studies with a usable series first."""
    studies: defaultdict[tuple[str, str], list[Series]] = defaultdict(list)
    for one in series:
        studies[one.patient or "", one.study_uid].append(one)
    ordered = sorted(
        (sorted(study, key=_order) for study in studies.values()),
        key=lambda study: (
            not study[0].usable,
            study[0].patient or "",
            str(study[0].study_date or ""),
            study[0].study_uid,
        ),
    )
    return [
        replace(
            one,
            rank=place,
            reasons=tuple(yes if holds else no for holds, (yes, no) in zip(_merits(one), _WORDS, strict=True)),
        )
        for study in ordered
        for place, one in enumerate(study, 1)
    ]


def _merits(series: Series) -> tuple[bool, ...]:
    codes = {notice.code for notice in series.notices}
    thickness = series.slice_thickness_mm
    return (
        series.usable,
        "reformatted" not in codes,
        series.coverage_mm is not None and series.coverage_mm >= WHOLE_CHEST_MM,
        thickness is not None and thickness <= THIN_MM,
        series.kernel_class == "sharp",
        "prone" not in codes,
        "expiratory" not in codes,
    )


def _order(series: Series) -> tuple[object, ...]:
    thickness = series.slice_thickness_mm
    return (
        *(not merit for merit in _merits(series)),
        series.kernel_class == "soft",
        thickness if thickness is not None else 1e9,
        -(series.coverage_mm or 0.0),
        sum(notice.severity == "warning" for notice in series.notices),
        -series.slices,
        series.series_uid,
        series.part,
    )
