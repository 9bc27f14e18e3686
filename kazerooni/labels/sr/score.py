"""Score: made again from the content of a report alone, field by field and bit for bit."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset

from kazerooni.errors import ReadingError
from kazerooni.labels.sr import codes
from kazerooni.labels.sr.tree import Items, key_of, meant, same
from kazerooni.model import (
    Component,
    ComponentScore,
    Finding,
    FindingPercents,
    FindingsPresent,
    Lobe,
    LobeScore,
    Notice,
    Score,
    Severity,
    Totals,
    VolumeWeighted,
)
from kazerooni.model.codes import LOBE_CODES, Code
from kazerooni.scoring import find_scheme


def score_of(report: Dataset) -> Score:
    """Make the score of a report.

    Raises ReadingError where it is none of this toolkit, or says what this program does not know.
    """
    groups = [Items(group) for group in _groups(report)]
    totals = [group for group in groups if group.one(codes.TOTALS["maximum"]) is not None]
    if len(totals) != 1 or len(groups) < 2:
        raise ReadingError("it holds no Kazerooni score; give a report that kazerooni wrote")
    name, version = meant(totals[0].code(codes.METHOD), codes.METHODS, what="scheme")
    return Score(
        scheme=name,
        scheme_version=version,
        citation=find_scheme(name, version).citation,
        lobes=tuple(_lobe(group) for group in groups if group is not totals[0]),
        totals=_totals(totals[0]),
        volume_weighted=VolumeWeighted(
            alveolar_percent=totals[0].number(codes.WEIGHTED[Component.ALVEOLAR]),
            interstitial_percent=totals[0].number(codes.WEIGHTED[Component.INTERSTITIAL]),
        ),
        notices=tuple(notices_of(report, codes.SCORE_NOTICE)),
        is_partial=bool(_yes(totals[0], codes.PARTIAL)),
    )


def _groups(report: Dataset) -> Iterator[Dataset]:
    for container in Items(report).all(codes.MEASUREMENTS):
        yield from Items(container).all(codes.GROUP)


def said(report: Dataset) -> Items:
    """Give what a report says of the whole reading."""
    container = Items(report).one(codes.EVALUATIONS)
    return Items(Dataset() if container is None else container)


def notices_of(report: Dataset, name: Code) -> Iterator[Notice]:
    """Give the notices of a kind."""
    for item in said(report).all(name):
        told = Items(item)
        severity: Severity = meant(told.code(codes.SEVERITY), _SEVERITIES, what="severity")
        yield Notice(
            told.text(codes.NOTICE_CODE) or "",
            severity,
            str(item.TextValue),
            tuple(str(uid.UID) for uid in told.all(codes.NOTICE_SLICE)),
        )


_SEVERITIES: dict[Severity, Code] = {
    "error": codes.SEVERITIES["error"],
    "warning": codes.SEVERITIES["warning"],
    "info": codes.SEVERITIES["info"],
}


def _lobe(group: Items) -> LobeScore:
    percents = {f.value: group.number(code) for f, code in codes.PERCENT.items()}
    present = {f.value: _yes(group, code) for f, code in codes.PRESENT.items()}
    traction = Finding.TRACTION_BRONCHIECTASIS.value
    return LobeScore(
        lobe=_which(group),
        volume_ml=group.number(codes.VOLUME),
        slices=group.whole(codes.SLICES),
        covered_mm=group.number(codes.COVERED),
        flags=tuple(meant(key, codes.FLAGS, what="flag") for key in group.codes(codes.FLAG)),
        findings=FindingPercents(**percents, traction_bronchiectasis=present[traction]),
        present=FindingsPresent(**present),
        alveolar=_component(group, Component.ALVEOLAR),
        interstitial=_component(group, Component.INTERSTITIAL),
    )


def _which(group: Items) -> Lobe:
    site = group.one(codes.SITE)
    if site is None:
        raise ReadingError("a group of measurements names no lobe; the report is damaged")
    structure, side = key_of(site.ConceptCodeSequence[0]), Items(site).code(codes.LATERALITY)
    for lobe, code in LOBE_CODES.items():
        if same(structure, code.structure) and same(side, code.side):
            return lobe
    raise ReadingError(f"{structure[0]} {structure[1]} is no lobe that this program knows; update it")


def _component(group: Items, component: Component) -> ComponentScore:
    origin = group.code(codes.ORIGIN[component])
    return ComponentScore(
        state=meant(group.code(codes.STATE[component]), codes.STATES, what="state"),
        percent=group.number(codes.EXTENT[component]),
        low=group.number(codes.LOW[component]),
        high=group.number(codes.HIGH[component]),
        grade=group.whole(codes.GRADE[component]),
        to_edge=group.number(codes.TO_EDGE[component]),
        trace=_yes(group, codes.TRACE[component]),
        on_edge=_yes(group, codes.ON_EDGE[component]),
        origin=None if origin is None else meant(origin, codes.ORIGINS, what="origin"),
    )


def _totals(group: Items) -> Totals:
    numbers = {name: group.number(code) for name, code in codes.TOTALS.items()}
    maximum, lobes = numbers.pop("maximum"), numbers.pop("lobes")
    if maximum is None or lobes is None:
        raise ReadingError("its total says no maximum, or not on how many lobes it stands; the report is damaged")
    return Totals(maximum=maximum, lobes=int(lobes), **numbers)


def _yes(group: Items, name: Code) -> bool | None:
    key = group.code(name)
    return None if key is None else meant(key, _YES_NO, what=name.meaning)


_YES_NO = {True: codes.YES, False: codes.NO}
