"""Kept readings whose every percent is set by hand, and the scores that they were given before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from kazerooni.labels import reading_text
from kazerooni.model import (
    Case,
    Component,
    Course,
    InputDigest,
    Lobe,
    Patient,
    Reading,
    ScanRef,
    State,
    Status,
)
from kazerooni.scoring import score
from kazerooni.store import open_store
from kazerooni.workflow import score_document
from tests.archive.known import FIVE, GG, HONEYCOMB, RETICULATION, SEPTAL
from tests.scoring.builders import Marks, reading_of, said, typed, typed_lungs, value, whole_lungs

PAINTED, TYPED, IN_BOOK, IN_BOTH = 90, 40, 20, 5
WHEN = datetime(2026, 1, 2, tzinfo=UTC)
# Voxels of 1000 at, beside and between the edges of 5, 25, 50 and 75 %.
_STEPS = (0, 1, 49, 50, 51, 120, 249, 250, 251, 333, 499, 500, 501, 749, 750, 751, 1000)

Percents = Mapping[tuple[Lobe, Component], Fraction | None]
"""By lobe and component; None where nobody looked, which is never zero."""


@dataclass(frozen=True)
class Kept:
    """A reading, the percents that kazerooni-fibrosis grades, and the lobes with septal thickening."""

    reading: Reading
    percents: Percents
    septal: tuple[Lobe, ...] = ()


def readings() -> Iterator[Kept]:
    """Give the readings that lie in files: painted ones, then typed ones."""
    for number in range(PAINTED):
        yield _painted(number)
    for number in range(TYPED):
        yield _typed(number)


def _painted(number: int) -> Kept:
    """Paint a reading: each lobe other voxels of 1000, ground glass beside honeycombing or reticulation."""
    lobes: dict[str, Marks] = {}
    percents: dict[tuple[Lobe, Component], Fraction | None] = {}
    for place, lobe in enumerate(FIVE):
        alveolar = _STEPS[(number + 3 * place) % len(_STEPS)]
        fibrotic = min(_STEPS[(2 * number + place) % len(_STEPS)], 1000 - alveolar)
        lobes[lobe.name] = {
            (GG.label or 0, 0): alveolar,
            (0, (HONEYCOMB, RETICULATION)[number % 2].label or 0): fibrotic,
            (0, 0): 1000 - alveolar - fibrotic,
        }
        percents[lobe, Component.ALVEOLAR] = Fraction(alveolar, 10)
        percents[lobe, Component.INTERSTITIAL] = Fraction(fibrotic, 10)
    if number % len(_OLD) == tuple(_OLD).index("kazerooni-lingula"):
        lobes["LIN"] = lobes["LUL"]  # as much of both, so both together too
    depths = (1, 2, 3, 4) if number % 3 else None  # the same share on every slice, so they change no percent
    made = reading_of(whole_lungs(**lobes), depths=depths)
    status = Status.SIGNED if number < IN_BOTH else Status.DRAFT  # as the book takes no drafts
    return Kept(replace(made, status=status, **_named(f"R-P{number:03d}", number)), percents)


def _typed(number: int) -> Kept:
    """Type a reading: of a quarter of them the left upper lobe cannot be assessed."""
    percents: dict[tuple[Lobe, Component], Fraction | None] = dict.fromkeys(
        ((lobe, component) for lobe in FIVE for component in Component), Fraction(0)
    )
    glass, fibrosis, septa = 5 * (number % 20), 2.5 * (number % 30), 10
    percents[Lobe.RLL, Component.ALVEOLAR] = Fraction(glass)
    percents[Lobe.LLL, Component.INTERSTITIAL] = Fraction(fibrosis)
    entries = [
        typed(Lobe.RLL, value(GG, str(glass))),
        typed(Lobe.LLL, value(HONEYCOMB, str(fibrosis)), value(SEPTAL, str(septa))),
    ]
    if number % 4 == 0:
        entries += said(Lobe.LUL, State.NOT_ASSESSABLE, reason="motion")
        percents |= dict.fromkeys(((Lobe.LUL, component) for component in Component), None)
    return Kept(
        replace(typed_lungs(*entries), **_named(f"R-T{number:03d}", 1000 + number)), percents, septal=(Lobe.LLL,)
    )


def _named(uid: str, number: int) -> dict[str, Any]:
    scan = ScanRef(
        patient=f"P-{number % 70:04d}",
        study_uid=f"2.25.{8_000_000 + number}",
        series_uid=f"2.25.{7_000_000 + number}",
        study_date=date(1999, 3, 2) + timedelta(days=40 * number),
    )
    digests = tuple(InputDigest(role, f"{number:064x}") for role in ("scan", "lobes", "alveolar", "interstitial"))
    return {"id": uid, "scan": scan, "reader": f"R{number % 3}", "inputs": digests}


def alien() -> Reading:
    """Give a reading that was typed as grades of a scheme that nobody knows: it says nothing that can be graded."""
    entry = typed(Lobe.RUL, value(grade=3, scheme="warrick"), component=Component.ALVEOLAR)
    return replace(typed_lungs(entry), **_named("R-ALIEN", 1900))


def write_readings(folder: Path) -> list[Kept]:
    """Write them as files, some folders deep; give what they hold."""
    kept = list(readings())
    for number, one in enumerate(kept):
        place = folder / str(number % 7)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"Roe^Jane-{number}.json").write_text(reading_text(one.reading), "utf-8")
    (folder / "alien.json").write_text(reading_text(alien()), "utf-8")
    return kept


# --- What they were scored before ------------------------------------------------------------------------------------


def write_old_scores(kept: list[Kept], folder: Path) -> dict[str, int]:
    """Write old scores of most painted readings, each of the next kind; give how many of each kind."""
    folder.mkdir(parents=True)
    written = dict.fromkeys(_OLD, 0)
    for number, one in enumerate(kept[: 12 * len(_OLD)]):
        name = tuple(_OLD)[number % len(_OLD)]
        document = _OLD[name](one.reading)
        (folder / f"{number}.score.json").write_text(json.dumps(document), "utf-8")
        written[name] += 1
    return written


def write_lost_scores(kept: list[Kept], folder: Path, *, readings: list[str], series: list[str]) -> int:
    """Write old scores of readings and series that cannot be scored any more; give how many."""
    folder.mkdir(parents=True)
    lost = [{"reading": uid} for uid in readings] + [{"series_uid": uid, "reading": None} for uid in series]
    for number, named in enumerate(lost):
        document = _document(kept[number].reading) | {"series_uid": "2.25.1"} | named
        (folder / f"{number}.json").write_text(json.dumps(document), "utf-8")
    return len(lost)


def _document(reading: Reading, scheme: str = "kazerooni-fibrosis") -> dict[str, Any]:
    return dict(score_document(Case(reading=reading, score=score(reading, scheme))))


def _same(reading: Reading) -> dict[str, Any]:
    return _document(reading)


def _of_sum(reading: Reading) -> dict[str, Any]:
    return _document(reading, "kazerooni")


def _of_mean(reading: Reading) -> dict[str, Any]:
    return _document(reading, "kazerooni-mean")


def _of_lingula(reading: Reading) -> dict[str, Any]:
    return _document(reading, "kazerooni-lingula")


def _other_map(reading: Reading) -> dict[str, Any]:
    """Give a score of a map in which the right upper lobe was wholly ground glass."""
    return _glass(reading, inputs=(*reading.inputs[:2], InputDigest("alveolar", "f" * 64), reading.inputs[3]))


def _other_program(reading: Reading) -> dict[str, Any]:
    """Give a score that a program that counts otherwise made of the same reading."""
    return _glass(reading) | {"program": {"name": "kazerooni", "version": "0.0.1"}}


def _glass(reading: Reading, **changed: Any) -> dict[str, Any]:
    assert reading.tally is not None, "it was painted"
    counts = reading.tally.counts.copy()
    whole = counts[:, Lobe.RUL].sum(axis=(1, 2))
    counts[:, Lobe.RUL] = 0
    counts[:, Lobe.RUL, GG.label or 0, 0] = whole
    return _document(replace(reading, tally=replace(reading.tally, counts=counts), **changed))


def _unknown(reading: Reading) -> dict[str, Any]:
    """Give a score of a scheme of another program."""
    document = _document(reading)
    totals = document["totals"] | {"maximum": 30}
    return document | {"scheme": {"name": "warrick <3>", "version": 3, "citation": ""}, "totals": totals}


_OLD: Mapping[str, Callable[[Reading], dict[str, Any]]] = {
    "same": _same,
    "other map": _other_map,
    "other program": _other_program,
    "kazerooni": _of_sum,
    "kazerooni-mean": _of_mean,
    "kazerooni-lingula": _of_lingula,
    "unknown": _unknown,
}


# --- The score book --------------------------------------------------------------------------------------------------


def write_book(place: Path, kept: list[Kept]) -> list[Kept]:
    """Keep some readings in a book, signed and scored by two schemes; the first five lie in files too.

    Gives those that the book alone has.
    """
    own = [
        replace(one, reading=replace(one.reading, id=f"R-B{number:03d}", status=Status.SIGNED))
        for number, one in enumerate(kept[PAINTED - IN_BOOK : PAINTED])
    ]
    both = [one.reading for one in kept[:IN_BOTH]]
    courses: dict[str, list[Reading]] = {}
    for reading in (*both, *(one.reading for one in own)):
        courses.setdefault(reading.scan.patient or "", []).append(reading)
    with open_store(str(place), create=True) as book:
        made = [Course(patient=Patient(pseudonym=name), readings=tuple(some)) for name, some in courses.items()]
        book.add(made, who="tests", when=WHEN)
        book.score_with("kazerooni-mean", who="tests", when=WHEN)
    return own
