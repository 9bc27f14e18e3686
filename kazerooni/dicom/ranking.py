"""Ranking: which series of a study is best to score, with the reasons in sight; a person may overrule it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from kazerooni.dicom.checks import WHOLE_CHEST_MM
from kazerooni.dicom.series import Series

THIN_MM: Final = 1.5

# What is preferred, the weightiest first (dicom.md, "Ranking series of a study"): words if so, if not, if not known.
_WORDS: Final = (
    ("usable", "not usable", ""),
    ("original", "not original", "original or not: not said"),
    ("covers the chest", "covers part of the chest", "coverage not known"),
    ("thin slices", f"slices over {THIN_MM:g} mm", "thickness not said"),
    ("sharp kernel", "soft kernel", "kernel not known to be sharp"),
    ("supine", "prone", "position not said"),
    ("inspiration or not said", "expiration", ""),
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
            reasons=tuple(words[_place(merit)] for merit, words in zip(_merits(one), _WORDS, strict=True)),
        )
        for study in ordered
        for place, one in enumerate(study, 1)
    ]


def _merits(series: Series) -> tuple[bool | None, ...]:
    """Tell what speaks for a series and what against it; None where nothing is known."""
    codes = {notice.code for notice in series.notices}
    is_said = bool(series.frames and series.frames[0].attributes.image_type)
    original = False if codes & _NOT_ORIGINAL else True if is_said else None
    covered, thickness = series.coverage_mm, series.slice_thickness_mm
    return (
        series.usable,
        original,
        None if covered is None else covered >= WHOLE_CHEST_MM and "partial-lung" not in codes,
        None if thickness is None else thickness <= THIN_MM,
        {"sharp": True, "soft": False, "unknown": None}[series.kernel_class],
        False if "prone" in codes else True if series.patient_position else None,
        "expiratory" not in codes,
    )


def _place(merit: bool | None) -> int:  # noqa: FBT001 - the value is what is placed
    """Give the place of a merit: held, not held, not known."""
    return 2 if merit is None else 0 if merit else 1


_NOT_ORIGINAL: Final = frozenset({"reformatted", "projection", "secondary-capture"})


def _order(series: Series) -> tuple[object, ...]:
    thickness = series.slice_thickness_mm
    return (
        *((0, 2, 1)[_place(merit)] for merit in _merits(series)),
        thickness if thickness is not None else math.inf,
        -(series.coverage_mm or 0.0),
        sum(notice.severity == "warning" for notice in series.notices),
        -series.slices,
        series.series_uid,
        series.part,
    )
