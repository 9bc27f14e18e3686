"""Cohort series: from the course of a patient to the dated values that a cohort follows, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter
from statistics import fmean
from typing import NamedTuple

from kazerooni.errors import ReadingError
from kazerooni.model import Course, Event, EventKind, LungFunction, Reading, Status, Treatment, superseded
from kazerooni.model.course import in_force, is_other_corticosteroid
from kazerooni.scoring import Scheme
from kazerooni.scoring import score as grade
from kazerooni.stats import (
    WINDOWS,
    Dated,
    IndexEvent,
    PatientSeries,
    Profile,
    Variable,
    add_months,
    dose_values,
)

_PREDNISONE = "prednisone"
_DAYS_OF_A_MONTH = 365.25 / 12
_KINDS = {"treatment_start": EventKind.TREATMENT_START, "onset": EventKind.ONSET}
_SUMS = (Variable.TOTAL, Variable.ALVEOLAR, Variable.INTERSTITIAL)


class DatedSums(NamedTuple):
    """The sums of one signed reading that nothing supersedes; None where grades are missing."""

    on: date
    alveolar: float | None
    interstitial: float | None
    total: float | None
    reader: str = ""


def series_of(course: Course, scheme: Scheme, *, index: IndexEvent, left_out: Counter[str]) -> PatientSeries:
    """Give what a cohort follows of a patient.

    Drafts, superseded readings and readings of no date never count.

    index: what months are counted from; of several starts of treatment the first.
    left_out: is added to: how many readings were left out, by the reason.
    """
    scores = [row for one in _standing(course.readings, left_out) if (row := _graded(one, scheme, left_out))]
    return series_from_scores(replace(course, readings=()), scores, index=index)


def series_from_scores(course: Course, scores: Iterable[DatedSums], *, index: IndexEvent) -> PatientSeries:
    """Give what a cohort follows of a patient whose sums are known already, all of one scheme.

    course: its readings are not looked at. scores: in any order; the sums of several readings of one day are their
    mean, its origin all of their readers.
    """
    days: dict[date, list[DatedSums]] = {}
    for row in scores:
        days.setdefault(row.on, []).append(row)
    sums = {variable: tuple(_of_days(days, variable.value)) for variable in _SUMS}
    day = index_day(course.events, sums[Variable.TOTAL], index)
    last = max([*_dates(course), *days], default=None)
    values = {
        Variable.FVC: _percents(course.lung_function, lambda one: one.fvc_percent),
        Variable.DLCO: _percents(course.lung_function, lambda one: one.dlco_percent, origin_of=_origin_of_dlco),
        **sums,
        Variable.PREDNISONE: prednisone(course.treatments, day, last),
    }
    return PatientSeries(
        patient=course.patient.pseudonym,
        pattern=course.patient.pattern,
        index=day,
        died=_first(course.events, EventKind.DEATH),
        values=values,
        profile=_profile(course, day, last),
    )


def index_day(events: Iterable[Event], totals: Sequence[Dated], index: IndexEvent) -> date | None:
    """Give the day that months are counted from, None where it was not recorded."""
    if index == "first":
        return min((one.on for one in totals), default=None)
    return _first(events, _KINDS[index])


def prednisone(treatments: Iterable[Treatment], index: date | None, last: date | None) -> tuple[Dated, ...]:
    """Give the dose of prednisone on the index day, the target days, the days on which a dose starts, and the last day.

    last: the last day of which anything is known of the patient: a dose is not taken to go on beyond it.
    """
    drug = [one for one in treatments if one.drug.strip().casefold() == _PREDNISONE]
    if not drug or last is None:
        return ()
    days = {last, *(one.start for one in drug)}
    if index is not None:
        days |= {index, *(add_months(index, window.target) for window in WINDOWS)}
    return dose_values(drug, days, until=last)


def other_corticosteroids_words(courses: Iterable[Course]) -> Iterator[str]:
    """Tell how many patients took corticosteroids whose doses do not count as prednisone."""
    found = [
        {drug for one in course.treatments if is_other_corticosteroid(drug := one.drug.strip().casefold())}
        for course in courses
    ]
    if count := sum(map(bool, found)):
        names = ", ".join(sorted(set().union(*found)))
        yield (
            f"{count} patient{'' if count == 1 else 's'} took other corticosteroids ({names}): "
            "they are not counted or converted, prednisone alone is"
        )


def _first(events: Iterable[Event], kind: EventKind) -> date | None:
    return min((event.on for event in events if event.kind is kind), default=None)


def _standing(readings: Sequence[Reading], left_out: Counter[str]) -> list[Reading]:
    """Give the readings that count."""
    signed = [reading for reading in readings if reading.status is Status.SIGNED]
    replaced = superseded(signed)
    standing = [reading for reading in signed if reading.id not in replaced and reading.scan.study_date is not None]
    left_out["draft"] += len(readings) - len(signed)
    left_out["superseded"] += sum(reading.id in replaced for reading in signed)
    left_out["its scan has no date"] += sum(
        reading.scan.study_date is None and reading.id not in replaced for reading in signed
    )
    return standing


def _graded(reading: Reading, scheme: Scheme, left_out: Counter[str]) -> DatedSums | None:
    assert reading.scan.study_date is not None, "such were left out"
    try:
        totals = grade(reading, scheme).totals
    except ReadingError:
        left_out[f"cannot be graded by {scheme.name}"] += 1
        return None
    if totals.total is None:
        left_out["has no total, as grades are missing"] += 1
    return DatedSums(reading.scan.study_date, totals.alveolar, totals.interstitial, totals.total, reading.reader or "")


def _of_days(days: Mapping[date, Sequence[DatedSums]], name: str) -> Iterator[Dated]:
    """Give a sum by day: of one reading as it is, of several their mean."""
    value_of = attrgetter(name)
    for day, rows in sorted(days.items()):
        if len(rows) == 1:
            value = value_of(rows[0])
            if value is not None:
                yield Dated(day, value, rows[0].reader)
            continue
        known = [(value, row.reader) for row in rows if (value := value_of(row)) is not None]
        if known:
            yield Dated(day, fmean(value for value, _ in known), " and ".join(sorted({who for _, who in known})))


def _origin(test: LungFunction) -> str:
    return test.reference or ""


def _origin_of_dlco(test: LungFunction) -> str:
    """Name the reference equations and, where it was said, whether haemoglobin was corrected for: both shift DLCO."""
    corrected = {True: "Hb-corrected", False: "not Hb-corrected", None: ""}[test.is_hb_corrected]
    return ", ".join(filter(None, (_origin(test), corrected)))


def _percents(
    tests: Iterable[LungFunction],
    percent_of: Callable[[LungFunction], float | None],
    *,
    origin_of: Callable[[LungFunction], str] = _origin,
) -> tuple[Dated, ...]:
    known = ((test, percent_of(test)) for test in tests)
    return tuple(Dated(test.on, percent, origin_of(test)) for test, percent in known if percent is not None)


def _dates(course: Course) -> list[date]:
    """Give all days of which anything but a reading is known."""
    found = [*(one.on for one in course.lung_function), *(one.on for one in course.events)]
    found += [day for one in course.treatments for day in (one.start, one.end) if day is not None]
    return sorted(found)


def _profile(course: Course, index: date | None, last: date | None) -> Profile:
    patient, kinds = course.patient, {event.kind for event in course.events}
    onset = _first(course.events, EventKind.ONSET)
    return Profile(
        sex=patient.sex,
        age_at_onset_years=patient.age_at_onset_years,
        serology=patient.serology,
        duration_months=None if onset is None or last is None else (last - onset).days / _DAYS_OF_A_MONTH,
        onset=patient.onset,
        treatment="" if index is None else _treatment(course.treatments, index),
        oxygen_l_per_min=max(
            (event.oxygen_l_per_min for event in course.events if event.oxygen_l_per_min is not None), default=None
        ),
        outcome="died" if EventKind.DEATH in kinds else "relapsed" if EventKind.RELAPSE in kinds else "",
    )


def _treatment(treatments: Sequence[Treatment], day: date) -> str:
    """Name the drugs of a day with their doses."""
    each = in_force(treatments, day).values()
    return "; ".join(f"{rows[0].drug.strip()} {' + '.join(filter(None, map(_dose, rows)))}".rstrip() for rows in each)


def _dose(one: Treatment) -> str:
    if one.dose is None:
        return ""
    if one.unit == "mg/kg/day":
        return f"{one.dose:g} mg/kg/day"
    return f"{one.dose:g} mg/day" if one.weight_kg is None else f"{one.dose / one.weight_kg:.2g} mg/kg/day"
