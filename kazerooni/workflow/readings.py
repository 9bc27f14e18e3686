"""Readings: kept and typed readings graded, and followed over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeVar

from kazerooni.errors import ReadingError
from kazerooni.files import StrPath
from kazerooni.labels import read_reading, read_typed_table
from kazerooni.model import Case, Timeline
from kazerooni.scoring import find_scheme, timeline
from kazerooni.scoring import score as grade

_Input = TypeVar("_Input", str, Path)


class Failure(NamedTuple):
    """One of several inputs that could not be graded: its name, and why."""

    name: str
    why: str


def score_reading(path: StrPath, *, scheme: str = "kazerooni", partial: bool = False) -> Case:
    """Grade a kept reading (`reading.json`), without its scan or maps.

    Raises SchemeError, ReadingError.
    """
    chosen = find_scheme(scheme)
    reading = read_reading(path)
    return Case(reading=reading, score=grade(reading, chosen, partial=partial))


def score_table(
    path: StrPath, *, scheme: str = "kazerooni", partial: bool = False
) -> tuple[tuple[Case, ...], tuple[Failure, ...]]:
    """Grade the readings of a table of typed values, each alone in its failure.

    Raises SchemeError, TableError (all bad rows at once).
    """
    chosen = find_scheme(scheme)
    readings = {reading.id: reading for reading in read_typed_table(path, scheme=chosen)}

    def graded(name: str) -> Case:
        return Case(reading=readings[name], score=grade(readings[name], chosen, partial=partial))

    return _each(readings, graded)


def score_readings(
    paths: Iterable[StrPath], *, scheme: str = "kazerooni", partial: bool = False
) -> tuple[tuple[Case, ...], tuple[Failure, ...]]:
    """Grade kept readings as `score_reading` does, each alone in its failure.

    Raises SchemeError for an unknown scheme.
    """
    find_scheme(scheme)
    return _each(map(Path, paths), lambda path: score_reading(path, scheme=scheme, partial=partial))


def _each(inputs: Iterable[_Input], graded: Callable[[_Input], Case]) -> tuple[tuple[Case, ...], tuple[Failure, ...]]:
    cases: list[Case] = []
    failures: list[Failure] = []
    for one in inputs:
        try:
            cases.append(graded(one))
        except ReadingError as error:
            failures.append(Failure(Path(one).name, str(error)))
    return tuple(cases), tuple(failures)


def follow(
    readings: Iterable[StrPath], *, scheme: str = "kazerooni", partial: bool = False, baseline: date | None = None
) -> Timeline:
    """Grade kept readings of one patient and follow them over time.

    Raises SchemeError, ReadingError.
    """
    return timeline([read_reading(path) for path in readings], scheme, partial=partial, baseline=baseline)
