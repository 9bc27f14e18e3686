"""Comparability: what makes two readings, or two visits, not comparable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from kazerooni.model import Component, Difference, Lobe, Origin, Reading, State

# Visits differ where a number differs by more than this (score.md, "Change over time": a lung volume that changed by
# over 10 % fakes ground glass). Thickness, gap and kV are nominal values; coverage is a length of the body.
_LUNG_VOLUME_SHARE = 0.10
_LENGTH_SHARE = 0.10
_COVERAGE_SHARE = 0.20


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


def visit_differences(earlier: Sequence[Reading], later: Sequence[Reading]) -> tuple[Difference, ...]:
    """List what makes two visits not comparable.

    The readers are compared as sets. All else is compared reading by reader where a reader read both visits, else
    every reading of one with every reading of the other; what is found more than once is told once.
    """
    were, are = ([reading.reader for reading in readings] for readings in (earlier, later))
    pairs = [(old, new) for old, new in product(earlier, later) if old.reader == new.reader]
    found = [one for old, new in pairs or product(earlier, later) for one in differences(old, new)]
    whats = dict.fromkeys(one.what for one in found if one.what != "reader")
    readers = () if set(were) == set(are) else (Difference(what="reader", earlier=_names(were), later=_names(are)),)
    return (
        *readers,
        *(
            Difference(
                what=what,
                earlier=_names(one.earlier for one in found if one.what == what),
                later=_names(one.later for one in found if one.what == what),
            )
            for what in whats
        ),
    )


def _names(words: Iterable[str | None]) -> str:
    """Name each once; what is not said is named only beside what is."""
    said = list(dict.fromkeys(word or "" for word in words))
    return ", ".join(word or "not said" for word in said) if any(said) else ""


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
