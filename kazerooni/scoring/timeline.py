"""Timeline: from the readings of one patient to dated scores, their changes, and what makes visits not comparable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from kazerooni.errors import ReadingError
from kazerooni.model import (
    Change,
    Component,
    Difference,
    Lobe,
    LobeChange,
    Origin,
    Reading,
    Score,
    State,
    Timeline,
    TimePoint,
    superseded,
)
from kazerooni.scoring.grade import score
from kazerooni.scoring.scheme import Scheme
from kazerooni.scoring.schemes import find_scheme

# Visits differ where a number differs by more than this (score.md, "Change over time": a lung volume that changed by
# over 10 % fakes ground glass). Thickness, gap and kV are nominal values; coverage is a length of the body.
_LUNG_VOLUME_SHARE = 0.10
_LENGTH_SHARE = 0.10
_COVERAGE_SHARE = 0.20


def timeline(
    readings: Sequence[Reading],
    scheme: Scheme | str = "kazerooni",
    *,
    partial: bool = False,
    baseline: date | None = None,
) -> Timeline:
    """Grade the readings of one patient under one scheme and follow them over time.

    A reading that another one supersedes is left out. Changes are counted from the visit before, and from `baseline`,
    the date of one of the visits; without it from the first.

    Raises ReadingError where there is no reading, two patients, a reading without a date, or two readings of one date;
    SchemeError for an unknown scheme.
    """
    chosen = find_scheme(scheme) if isinstance(scheme, str) else scheme
    visits = _visits(readings)
    scored = [(on, reading, score(reading, chosen, partial=partial)) for on, reading in visits]
    first = next((visit for visit in scored if baseline is None or visit[0] == baseline), None)
    if first is None:
        dates = ", ".join(str(on) for on, _ in visits)
        raise ReadingError(f"the baseline {baseline} is the date of no reading; there are {dates}")
    points = tuple(
        TimePoint(
            on=on,
            reading=reading,
            score=graded,
            since_previous=_change(scored[i - 1], scored[i]) if i else None,
            since_baseline=_change(first, scored[i]) if on > first[0] else None,
        )
        for i, (on, reading, graded) in enumerate(scored)
    )
    return Timeline(
        patient=next((reading.scan.patient for _, reading in visits if reading.scan.patient), None),
        scheme=chosen.name,
        scheme_version=chosen.version,
        maximum=chosen.maximum,
        baseline=first[0],
        points=points,
    )


def _visits(readings: Sequence[Reading]) -> list[tuple[date, Reading]]:
    """Give the readings that stand, by date."""
    if not readings:
        raise ReadingError("no reading to follow; give the readings of one patient")
    _refuse_strangers(readings)
    if len({reading.id for reading in readings}) < len(readings):
        raise ReadingError("a reading is given twice, or two have one id; give each once")
    replaced = superseded(readings)
    visits: dict[date, Reading] = {}
    for reading in (reading for reading in readings if reading.id not in replaced):
        on = reading.scan.study_date
        if on is None:
            raise ReadingError(f"reading {reading.id}: its scan has no date, so it has no place in time")
        if on in visits:
            raise ReadingError(
                f"two readings of {on}: {visits[on].id} (reader {visits[on].reader or 'not said'}) and {reading.id} "
                f"(reader {reading.reader or 'not said'}); give one a visit"
            )
        visits[on] = reading
    return sorted(visits.items())


def _refuse_strangers(readings: Sequence[Reading]) -> None:
    """Refuse readings that are not known to be of one patient; the message names readings, never patients."""
    if len(readings) > 1 and (unnamed := [reading.id for reading in readings if not reading.scan.patient]):
        raise ReadingError(f"reading {unnamed[0]} names no patient, so it cannot be told whose it is; follow it alone")
    first = readings[0]
    other = next((reading for reading in readings if reading.scan.patient != first.scan.patient), None)
    if other is not None:
        raise ReadingError(f"readings {first.id} and {other.id} are of two patients; give those of one")


def _change(earlier: tuple[date, Reading, Score], later: tuple[date, Reading, Score]) -> Change:
    (since, reading, before), (on, other, after) = earlier, later
    were, are = before.totals, after.totals
    same = {c: _graded(before, c) == _graded(after, c) for c in Component}
    return Change(
        since=since,
        days=(on - since).days,
        alveolar=_less(are.alveolar, were.alveolar) if same[Component.ALVEOLAR] else None,
        interstitial=_less(are.interstitial, were.interstitial) if same[Component.INTERSTITIAL] else None,
        total=_less(are.total, were.total) if all(same.values()) else None,
        lobes=tuple(_lobe_changes(before, after)),
        differences=differences(reading, other),
    )


def _lobe_changes(before: Score, after: Score) -> Iterator[LobeChange]:
    for old, new in zip(before.lobes, after.lobes, strict=True):
        for component in Component:
            was, now = old.component(component), new.component(component)
            grade = None if was.grade is None or now.grade is None else now.grade - was.grade
            yield LobeChange(lobe=new.lobe, component=component, grade=grade, percent=_less(now.percent, was.percent))


def _less(later: float | None, earlier: float | None) -> float | None:
    return None if later is None or earlier is None else later - earlier


def differences(earlier: Reading, later: Reading) -> tuple[Difference, ...]:
    """List what makes two readings not comparable; a thing that one of them does not say is listed too."""
    old, new = earlier.technique, later.technique
    words = (
        ("reader", earlier.reader, later.reader),
        ("origin", _origin(earlier), _origin(later)),
        ("manufacturer", old.manufacturer, new.manufacturer),
        ("kernel", _kernel(earlier), _kernel(later)),
        ("kvp", _number(old.kvp, "kV"), _number(new.kvp, "kV")),
        ("contrast", old.contrast, new.contrast),
        ("position", old.patient_position, new.patient_position),
    )
    lengths = (
        ("slice-thickness", old.slice_thickness_mm, new.slice_thickness_mm, _LENGTH_SHARE, "mm"),
        ("slice-gap", old.slice_gap_mm, new.slice_gap_mm, _LENGTH_SHARE, "mm"),
        ("coverage", old.coverage_mm, new.coverage_mm, _COVERAGE_SHARE, "mm"),
        ("lung-volume", _lung_ml(earlier), _lung_ml(later), _LUNG_VOLUME_SHARE, "mL"),
    )
    of_words = (Difference(what=what, earlier=was or "", later=now or "") for what, was, now in words if was != now)
    of_lengths = (
        Difference(what=what, earlier=_number(was, unit) or "", later=_number(now, unit) or "")
        for what, was, now, share, unit in lengths
        if _differs(was, now, share)
    )
    return (*of_words, *of_lengths)


def _graded(one: Score, component: Component) -> set[Lobe]:
    """Give the lobes that have a grade: sums that stand on other lobes have no difference."""
    return {lobe.lobe for lobe in one.lobes if lobe.component(component).grade is not None}


def _differs(was: float | None, now: float | None, share: float) -> bool:
    if was is None or now is None:
        return was is not now
    return abs(now - was) > share * was


def _origin(reading: Reading) -> str:
    """Tell how what was assessed came about: painted, typed, proposed or several of these."""
    assessed = [(lobe, c) for lobe in Lobe for c in Component if reading.state((lobe,), c) is State.ASSESSED]
    found = {reading.origin(lobe, component) for lobe, component in assessed}
    return " and ".join(origin.value for origin in Origin if origin in found)


def _kernel(reading: Reading) -> str | None:
    """Give the kernel's class, or its name where the class is not known."""
    technique = reading.technique
    return technique.kernel if technique.kernel_class == "unknown" else technique.kernel_class


def _lung_ml(reading: Reading) -> float | None:
    """Give the volume of all lobes of the lobe map in mL."""
    lobes = [lobe for lobe in Lobe if reading.is_in_tally(lobe)]
    return None if reading.tally is None or not lobes else reading.tally.volume_ml(lobes)


def _number(value: float | None, unit: str) -> str | None:
    return None if value is None else f"{value:.4g} {unit}"
