"""Fitness: whether a reading can be graded under a scheme at all; nothing is invented to make it so."""

from __future__ import annotations

from collections.abc import Iterator

from kazerooni.errors import ReadingError, SchemeError
from kazerooni.model import Component, Entry, Lobe, Reading, State, TypedValue
from kazerooni.scoring.scheme import Region, Scheme
from kazerooni.scoring.schemes import find_scheme


def refuse_unfit(reading: Reading, scheme: Scheme) -> None:
    """Refuse a reading that a scheme cannot grade.

    Raises ReadingError where grades were typed under other edges, findings or regions, where a typed grade is none of
    its scheme, or where the scheme grades the lingula apart and the reading does not tell it from the upper lobe.
    """
    faults = list(_foreign_grades(reading, scheme))
    if faults:
        raise ReadingError(
            f"reading {reading.id} cannot be graded under scheme {scheme.name} {scheme.version}: {'; '.join(faults)}. "
            "A grade without its percent cannot be graded again under other edges; give the percents, or the scheme "
            "that it was typed under"
        )
    grades_lingula = any(region.lobe is Lobe.LIN for region in scheme.regions)
    if grades_lingula and not _tells_lingula(reading):
        raise ReadingError(
            f"reading {reading.id} cannot be graded under scheme {scheme.name} {scheme.version}: it grades the lingula "
            "apart from the left upper lobe, and the reading has five lobes; give a lobe map with the lingula (label "
            "6), or a scheme of five lobes"
        )


def _tells_lingula(reading: Reading) -> bool:
    """Tell whether the left upper lobe stands without its lingula: marks do where the lobe map holds both apart."""
    if not reading.tells_lingula:
        return False
    apart = reading.is_in_tally(Lobe.LIN) or reading.state((Lobe.LIN,), Component.ALVEOLAR) is State.ABSENT
    entries = [reading.entry(Lobe.LUL, component) for component in Component]
    painted = reading.is_in_tally(Lobe.LUL) and any(
        reading.state((Lobe.LUL,), component) is State.ASSESSED and not (entry is not None and entry.values)
        for component, entry in zip(Component, entries, strict=True)
    )
    return apart or not painted


def _foreign_grades(reading: Reading, scheme: Scheme) -> Iterator[str]:
    for entry in reading.entries:
        typed = entry.grade
        if typed is not None and (fault := _fault_of(entry, typed, scheme)):
            yield fault


def _fault_of(entry: Entry, typed: TypedValue, scheme: Scheme) -> str | None:
    assert typed.scheme is not None, "a typed grade names its scheme"
    try:
        own = find_scheme(*typed.scheme)
    except SchemeError:
        return f"{entry.what} was only graded, under {typed.scheme}, which is not known"
    region = _region_of(own, entry.lobe)
    if region is None:
        return f"{entry.what} was graded under {typed.scheme}, which does not grade that lobe apart"
    highest = own.criterion(entry.component).highest_grade
    if typed.grade is None or typed.grade > highest:
        return f"{entry.what} was given the grade {typed.grade}; {typed.scheme} has 0 to {highest}"
    same_edges = own.criterion(entry.component) == scheme.criterion(entry.component)
    same_region = _region_of(scheme, entry.lobe) == region
    if same_edges and same_region:
        return None
    other = "grades other findings or edges" if not same_edges else "parts the lobes otherwise"
    return f"{entry.what} was only graded, under {typed.scheme}, and {scheme.name} {other}"


def _region_of(scheme: Scheme, lobe: Lobe) -> Region | None:
    return next((region for region in scheme.regions if region.lobe is lobe), None)
