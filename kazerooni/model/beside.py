"""Beside: what is known of a patient beside a visit: the nearest lung function, the doses of the day, events."""

from __future__ import annotations

from dataclasses import dataclass

from kazerooni.model.course import Event, LungFunction
from kazerooni.model.difference import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class NearTest:
    """A test of lung function near a visit; days: from the visit to the test, below 0 where the test came first."""

    test: LungFunction
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """A drug in force on a day; mg_per_day is None where it cannot be told."""

    drug: str
    mg_per_day: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What lies beside a visit.

    fvc, dlco: the nearest test that holds FVC, and DLCO; None where none lies within the window.
    doses: of the drugs in force on the day, by name.
    events: since the visit before, this day with it; with the first visit all that came before.
    """

    fvc: NearTest | None
    dlco: NearTest | None
    doses: tuple[Dose, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LungChange:
    """How lung function changed between the tests beside two visits: later less earlier, in the units of the tests.

    None where one of the two is missing, both visits stand beside one and the same test, or DLCO has two units.
    differences: what the tests differ in: percents predicted by two reference equations are two things.
    """

    fvc_l: float | None
    fvc_percent: float | None
    dlco: float | None
    dlco_percent: float | None
    differences: tuple[Difference, ...]
