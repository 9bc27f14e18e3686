"""Cohort: seventeen made-up patients whose medians and quartiles come close to those of the source study. SYNTHETIC.

The study (Cavagna L et al., J Rheumatol 2013, doi:10.3899/jrheum.121026) printed medians and quartiles, not its
patients. Here the values at baseline, one year and last follow-up are fixed lists with such quartiles, handed out so
that a higher score goes with a lower lung function; all else is drawn from a fixed seed. Nobody's data is in them, and
nothing about the disease can be learned from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, TypeVar

from kazerooni.files import StrPath, make_folder, write_all_whole
from kazerooni.model import Lobe
from kazerooni.records import KINDS
from kazerooni.stats import add_months
from kazerooni.tables import Value, csv_bytes

_SEED: Final = 1997
_PATIENTS: Final = 17
_LABEL: Final = "SYNTHETIC"
# By how ill they are at the start, from the least: three of the worse have UIP.
_UIP: Final = (9, 12, 15)
_WITHOUT_DLCO: Final = 4
_OTHER_EQUATIONS: Final = (2, 11)
_OTHER_READER: Final = 7
_DIED: Final = 16
# Ascending; the 5th, 9th and 13th of 17 are the quartiles (type 7). Targets: the table of the study in score.md.
_TOTAL: Final = (
    (3, 4, 5, 6, 7, 9, 11, 14, 16, 16, 17, 17, 18, 19, 20, 22, 24),
    (1, 2, 3, 3, 4, 6, 7, 8, 10, 11, 12, 14, 15, 15, 16, 18, 19),
    (0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14, 14, 15, 17, 18),
)
_FVC: Final = (
    (41, 47, 50, 54, 56, 57, 58, 59, 60, 62, 65, 68, 70, 73, 77, 82, 88),
    (49, 56, 60, 64, 67, 70, 71, 73, 75, 78, 80, 83, 85, 88, 91, 95, 101),
    (50, 58, 62, 66, 69, 73, 76, 79, 81, 83, 85, 87, 89, 93, 97, 101, 108),
)
# Of 16 patients: one has none.
_DLCO: Final = (
    (36, 42, 47, 50, 50, 55, 58, 59, 61, 61, 62, 62, 65, 68, 72, 79),
    (40, 48, 52, 55, 58, 61, 63, 65, 67, 68, 70, 72, 73, 77, 81, 88),
    (38, 45, 50, 53, 56, 60, 64, 68, 70, 71, 73, 74, 76, 80, 85, 92),
)
_PREDNISONE: Final = (
    (10, 12.5, 12.5, 12.5, 12.5, 25, 25, 25, 25, 25, 25, 37.5, 50, 50, 50, 50, 60),
    (0, 0, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 5, 5, 5, 5, 5, 7.5, 10),
    (0, 0, 0, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 5, 5, 5, 5, 5, 7.5),
)
_LAST_MONTHS: Final = (30, 42, 54, 60, 66, 72, 80, 88, 96, 104, 112, 120, 128, 136, 144, 156, 168)
_HALF_YEAR_MISSING, _TWO_YEARS_MISSING = (3, 8, 14), (1, 5, 10, 13)
# Lower lobes fill first, as the disease does.
_ORDER: Final = (Lobe.RLL, Lobe.LLL, Lobe.RLL, Lobe.LLL, Lobe.RML, Lobe.LUL, Lobe.RUL)
_HIGHEST_GRADE: Final = 5
_READINGS: Final = (
    "patient", "reader", "study_date", "lobe", "component", "finding", "percent", "present", "grade", "state",
    "scheme", "scheme_version",
)  # fmt: skip

Row = dict[str, Value]
T = TypeVar("T", int, float)


class _Person(NamedTuple):
    """A made-up patient: values at baseline, one year and last; dates of those three."""

    code: str
    place: int
    pattern: str
    start: date
    days: tuple[date, date, date]
    total: tuple[int, ...]
    fvc: tuple[int, ...]
    dlco: tuple[int, ...]
    prednisone: tuple[float, ...]
    random: Random


def write_synthetic_cohort(folder: StrPath, *, force: bool = False) -> tuple[Path, ...]:
    """Write the tables that `kazerooni cohort` reads, of made-up patients: the same bytes each time.

    force: take the place of files that are there.

    Gives the files. Raises OutputError where one is there already or cannot be written.
    """
    people = list(_people())
    rows = {
        "patients": [row for one in people for row in _patient(one)],
        "lung_function": [row for one in people for row in _lung_function(one)],
        "treatments": [row for one in people for row in _treatments(one)],
        "events": [row for one in people for row in _events(one)],
        "readings": [row for one in people for row in _readings(one)],
    }
    columns = {name: kind.names for name, kind in KINDS.items()} | {"readings": _READINGS}
    make_folder(Path(folder))
    files = {
        Path(folder) / f"{name}.csv": csv_bytes(columns[name], (dict.fromkeys(columns[name]) | row for row in those))
        for name, those in rows.items()
    }
    write_all_whole(files, force=force)
    return tuple(files)


def _people() -> Iterator[_Person]:
    random = Random(_SEED)  # noqa: S311 - made-up values, the same each time
    codes = list(range(1, _PATIENTS + 1))
    random.shuffle(codes)
    totals = [_handed_out(values, random) for values in _TOTAL]
    fvcs = [_handed_out(values[::-1], random) for values in _FVC]
    dlcos = [_handed_out(values[::-1], random) for values in _DLCO]
    doses = [_handed_out(values, random) for values in _PREDNISONE]
    months = list(_LAST_MONTHS)
    random.shuffle(months)
    for place in range(_PATIENTS):
        start = date(1996 + random.randrange(10), 1, 1) + timedelta(random.randrange(365))
        days = (
            start - timedelta(random.randrange(40)),
            add_months(start, 12) + timedelta(random.randrange(-25, 26)),
            add_months(start, months[place]) + timedelta(random.randrange(-25, 26)),
        )
        with_dlco = place - (place > _WITHOUT_DLCO)
        yield _Person(
            code=f"{_LABEL}-{codes[place]:02}",
            place=place,
            pattern="UIP" if place in _UIP else "NSIP",
            start=start,
            days=days,
            total=tuple(values[place] for values in totals),
            fvc=tuple(values[place] for values in fvcs),
            dlco=() if place == _WITHOUT_DLCO else tuple(values[with_dlco] for values in dlcos),
            prednisone=tuple(values[place] for values in doses),
            random=random,
        )


def _handed_out(values: Sequence[T], random: Random) -> list[T]:
    """Hand out values in their order, but for neighbours that change places now and then."""
    given = list(values)
    for place in range(len(given) - 1):
        if random.random() < 0.3:
            given[place], given[place + 1] = given[place + 1], given[place]
    return given


def _patient(one: _Person) -> Iterator[Row]:
    yield {
        "patient": one.code,
        "sex": "male" if one.place % 5 == 0 else "female",
        "age_at_onset_years": 38 + one.random.randrange(35),
        "serology": "anti-Jo-1; anti-Ro52" if one.place % 3 else "anti-Jo-1",
        "pattern": one.pattern,
        "onset": ("acute", "chronic", "chronic", "asymptomatic")[one.place % 4],
        "recorded_by": _LABEL,
    }


def _lung_function(one: _Person) -> Iterator[Row]:
    tests = dict(zip(one.days, range(3), strict=True))
    for day, at in tests.items():
        yield _test(one, day, one.fvc[at], one.dlco[at] if one.dlco else None, is_last=at == 2)
    between = ((6, 0, _HALF_YEAR_MISSING), (24, 1, _TWO_YEARS_MISSING))
    for months, at, missing in between:
        if one.place not in missing:
            day = add_months(one.start, months) + timedelta(one.random.randrange(-20, 21))
            dlco = (one.dlco[at] + one.dlco[at + 1]) // 2 if one.dlco else None
            yield _test(one, day, (one.fvc[at] + one.fvc[at + 1]) // 2, dlco, is_last=False)


def _test(one: _Person, day: date, fvc: int, dlco: int | None, *, is_last: bool) -> Row:
    reference = "GLI 2012" if is_last and one.place in _OTHER_EQUATIONS else "Quanjer 1993"
    return {"patient": one.code, "date": day, "fvc_percent": fvc, "dlco_percent": dlco, "reference": reference}


def _treatments(one: _Person) -> Iterator[Row]:
    first, year, last = one.prednisone
    starts = [add_months(one.start, months) for months in (0, 3, 9, 24)]
    doses = (first, max(first / 2, year), year, last)
    ends = [*(start - timedelta(1) for start in starts[1:]), None]
    weight = 50 + one.random.randrange(35)
    for start, end, dose in zip(starts, ends, doses, strict=True):
        yield {
            "patient": one.code, "drug": "prednisone", "start": start, "end": end, "dose": float(dose),
            "unit": "mg/day", "weight_kg": weight,
        }  # fmt: skip
    if one.place % 2:
        yield {"patient": one.code, "drug": "ciclosporin", "start": one.start, "dose": 3, "unit": "mg/kg/day"}


def _events(one: _Person) -> Iterator[Row]:
    onset = add_months(one.start, -2 - one.random.randrange(11))
    said: list[tuple[date, str, float | None]] = [(onset, "onset", None), (one.start, "treatment_start", None)]
    if one.place in (8, 13, 16):
        said.append((one.start, "oxygen", 1.0 + one.place % 3))
    if one.place in (6, 10, 14):
        said.append((add_months(one.start, 20), "relapse", None))
    if one.place == _DIED:
        said.append((add_months(one.days[2], 4), "death", None))
    for day, kind, flow in said:
        yield {"patient": one.code, "date": day, "kind": kind, "oxygen_l_per_min": flow, "remarks": _LABEL}


def _readings(one: _Person) -> Iterator[Row]:
    for at, (day, total) in enumerate(zip(one.days, one.total, strict=True)):
        alveolar = round(total * ((0.4, 0.3, 0.2) if one.pattern == "UIP" else (0.7, 0.55, 0.5))[at])
        reader = f"{_LABEL}-B" if at == 2 and one.place == _OTHER_READER else f"{_LABEL}-A"
        for component, grades in (("alveolar", _grades(alveolar)), ("interstitial", _grades(total - alveolar))):
            for lobe, grade in grades.items():
                yield {
                    "patient": one.code, "reader": reader, "study_date": day, "lobe": lobe.name,
                    "component": component, "grade": grade, "scheme": "kazerooni", "scheme_version": 1,
                }  # fmt: skip


def _grades(total: int) -> dict[Lobe, int]:
    """Part a sum into the grades of five lobes."""
    grades = dict.fromkeys((Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL), 0)
    for lobe in cycle(_ORDER):
        if not total:
            break
        if grades[lobe] < _HIGHEST_GRADE:
            grades[lobe] += 1
            total -= 1
    return grades
