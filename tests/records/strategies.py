"""Strategies that make any course that could be recorded: numbers in their limits, no day twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import get_args

from hypothesis import strategies as st

from kazerooni.model import (
    Course,
    DlcoUnit,
    DoseUnit,
    Event,
    EventKind,
    LungFunction,
    Onset,
    Patient,
    Reading,
    Sex,
    Status,
    Treatment,
)
from tests.labels.reading_strategies import maybe, readings

TODAY = date(2026, 11, 28)
FIRST, LAST = date(1972, 1, 1), date(2026, 11, 1)

days = st.dates(FIRST, LAST)
# What no table can hold: a NUL; half a character is never drawn.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
words = texts.filter(lambda text: bool(text.strip()))
awkward = st.sampled_from(
    ["=1+1", "-2", "@x", "NA", "na", "'", "'=x", " padded ", "a;b", "a\\", "\\;", '"', "a,b", "\tx", "l\r\nl"]
)
said = words | awkward
codes = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,11}", fullmatch=True).filter(lambda code: code.upper() != "NA")


def patients(pseudonym: str) -> st.SearchStrategy[Patient]:
    """Make what may be recorded of a patient."""
    return st.builds(
        Patient,
        pseudonym=st.just(pseudonym),
        sex=maybe(st.sampled_from(Sex)),
        age_at_onset_years=maybe(st.floats(0, 120)),
        serology=st.lists(said, max_size=3).map(tuple),
        pattern=maybe(said),
        onset=maybe(st.sampled_from(Onset)),
        recorded_by=maybe(said),
    )


@st.composite
def lung_function(draw: st.DrawFn, on: date) -> LungFunction:
    """Make a day's lung function in which every percent fits its volume: percents are of an adult of middle size."""
    fvc = draw(st.floats(0.6, 5.0))
    unit: DlcoUnit | None = draw(st.sampled_from(get_args(DlcoUnit)))
    dlco = 8.0 if unit == "mmol/min/kPa" else 24.0
    share = draw(st.floats(0.15, 1.3))
    known = {
        "fvc_l": fvc,
        "fvc_percent": 100 * fvc / 3.5,
        "fev1_l": fvc * draw(st.floats(0.4, 1.0)),
        "fev1_percent": draw(st.floats(5, 200)),
        "fev1_fvc_percent": draw(st.floats(15, 100)),
        "dlco": dlco * share,
        "dlco_percent": 100 * share,
    }
    kept = draw(st.sets(st.sampled_from(sorted(known)), min_size=1))
    if "dlco" not in kept and draw(st.booleans()):
        unit = None
    return LungFunction(
        on=on,
        dlco_unit=unit,
        is_hb_corrected=draw(maybe(st.booleans())),
        reference=draw(maybe(said)),
        **{name: value for name, value in known.items() if name in kept},
    )


@st.composite
def treatments(draw: st.DrawFn, start: date) -> Treatment:
    """Make a treatment."""
    dose = draw(maybe(st.floats(0, 2000)))
    return Treatment(
        drug=draw(said),
        start=start,
        end=draw(maybe(st.dates(start, LAST))),
        dose=dose,
        unit=draw(st.sampled_from([*get_args(DoseUnit), *([None] if dose is None else [])])),
        weight_kg=draw(maybe(st.floats(2, 350))),
    )


@st.composite
def events(draw: st.DrawFn, on: date) -> Event:
    """Make an event that may happen more than once, and before others."""
    kind = draw(st.sampled_from([k for k in EventKind if k not in {EventKind.ONSET, EventKind.DEATH}]))
    flow = draw(st.floats(0, 80)) if kind is EventKind.OXYGEN else None
    return Event(kind=kind, on=on, oxygen_l_per_min=flow, remarks=draw(st.just("") | texts | awkward))


@st.composite
def signed(draw: st.DrawFn, patient: str, number: int) -> Reading:
    """Make a signed reading of a patient, on days that have come."""
    drawn = draw(readings())
    zone = draw(st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]))
    started = draw(maybe(st.datetimes(datetime(1990, 1, 1), datetime(2026, 1, 1), timezones=st.just(zone))))  # noqa: DTZ001
    ended = None if started is None else draw(maybe(st.just(started + timedelta(minutes=7, microseconds=1))))
    return replace(
        drawn,
        id=f"R-{patient}-{number}",
        status=Status.SIGNED,
        scan=replace(drawn.scan, patient=patient, study_date=draw(maybe(days))),
        session=replace(drawn.session, started=started, ended=ended),
    )


@st.composite
def courses(draw: st.DrawFn, pseudonym: str) -> Course:
    """Make the course of a patient."""
    each = st.sets(days, max_size=3).map(sorted)
    return Course(
        patient=draw(patients(pseudonym)),
        readings=tuple(draw(signed(pseudonym, number)) for number in range(draw(st.integers(0, 2)))),
        lung_function=tuple(draw(lung_function(day)) for day in draw(each)),
        treatments=tuple(draw(treatments(day)) for day in draw(each)),
        events=tuple(draw(events(day)) for day in draw(each)),
    )


books = st.lists(codes, max_size=3, unique=True).flatmap(lambda those: st.tuples(*map(courses, those)))
"""Courses of some patients."""
