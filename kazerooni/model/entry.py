"""Entry: what was said of one component of one lobe in words and numbers, beside what was painted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from kazerooni.errors import ReadingError
from kazerooni.model.anatomy import Component, Finding, Lobe, State, findings_of

_WHOLE = 100
# More digits than anybody types; fractions of them stay small.
_MOST_DIGITS = 30


class Origin(StrEnum):
    """How an entry came about: painted by a person, typed by a person, or proposed by a program."""

    PAINTED = "painted"
    TYPED = "typed"
    PROPOSED = "proposed"


class SchemeRef(NamedTuple):
    """A scheme by name and version."""

    name: str
    version: int

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedValue:
    """One value as it was typed: a percent, a presence or a grade, exactly one of them.

    finding: None for the component as a whole: a grade, a percent of alveolar findings that were not told apart, or
        0 % or not present, where nothing at all was found.
    percent: 0 to 100, kept digit for digit.
    grade: under `scheme`, whose edges the reader had in mind.

    Raises ReadingError where these contradict each other.
    """

    finding: Finding | None = None
    percent: Decimal | None = None
    present: bool | None = None
    grade: int | None = None
    scheme: SchemeRef | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("percent", "present", "grade") if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            raise ReadingError(f"{self.what}: {found} given; exactly one of percent, present and grade is wanted")
        if self.percent is not None:
            _refuse_wrong_percent(self.what, self.percent)
        if self.finding is not None and self.finding.label is None:
            raise ReadingError(f"{self.what}: is a yes or no of a lobe, recorded apart, not a part of an entry")
        if (self.grade is None) != (self.scheme is None):
            raise ReadingError(f"{self.what}: a grade and the scheme that it was given under go together")
        if self.grade is not None and (self.grade < 0 or self.finding is not None):
            raise ReadingError(f"{self.what}: a grade is 0 or more and of a whole component, not of a finding")
        if self.finding is None and self.present:
            raise ReadingError("something is said to be present, but not what; name the finding")

    @property
    def what(self) -> str:
        """The finding by its name, or the component as a whole."""
        return "the component" if self.finding is None else self.finding.full_name

    @property
    def exact(self) -> Fraction | None:
        """The share that was typed, in percent; 0 where the finding was said not to be there; else None."""
        if self.percent is not None:
            return Fraction(self.percent)
        return Fraction(0) if self.present is False else None


def _refuse_wrong_percent(what: str, percent: Decimal) -> None:
    if not percent.is_finite() or percent.is_signed() or percent > _WHOLE:
        raise ReadingError(f"{what}: {percent} is no percent; 0 to 100 is wanted")
    if not _is_short(percent):
        raise ReadingError(f"{what}: a percent of more than {_MOST_DIGITS} digits; type fewer")


def _is_short(number: Decimal) -> bool:
    _, digits, exponent = number.as_tuple()
    return len(digits) <= _MOST_DIGITS and isinstance(exponent, int) and abs(exponent) <= _MOST_DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was said of one component of one lobe.

    state: whether it could be assessed.
    origin: how it came about; `typed` values take the place of what was painted there.
    values: what was typed. Within a component findings exclude each other, so their percents add up; a finding that
        is not named beside others was looked for and not seen.
    reason: why it could not be assessed (collapse, motion, expiration, not covered), empty where nothing was said.

    Raises ReadingError where these contradict each other.
    """

    lobe: Lobe
    component: Component
    state: State = State.ASSESSED
    origin: Origin = Origin.TYPED
    values: tuple[TypedValue, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if self.values and (self.state is not State.ASSESSED or self.origin is not Origin.TYPED):
            raise ReadingError(f"{self.what}: {self.state}, {self.origin}, yet values were typed; correct one")
        if self.reason and self.state is State.ASSESSED:
            raise ReadingError(f"{self.what}: assessed, yet a reason is given why not; correct one of the two")
        if not self.values:
            if self.state is State.ASSESSED and self.origin is Origin.TYPED:
                raise ReadingError(f"{self.what}: nothing was typed; say what was found, 0 percent where nothing was")
            return
        self._refuse_wrong_findings()
        self._refuse_wrong_sums()

    def _refuse_wrong_findings(self) -> None:
        named = [value.finding for value in self.values]
        for finding in named:
            if finding is not None and finding.component is not self.component:
                raise ReadingError(f"{self.what}: {finding.full_name} belongs to the other component")
            if named.count(finding) > 1:
                what = "a value" if finding is None else finding.full_name
                raise ReadingError(f"{self.what}: {what} is given twice; give it once")
        if None in named and len(named) > 1:
            raise ReadingError(f"{self.what}: a value of the whole component stands beside others; give one kind")

    def _refuse_wrong_sums(self) -> None:
        first = self.values[0]
        if first.finding is None and self.component is Component.INTERSTITIAL and first.percent:
            raise ReadingError(
                f"{self.what}: {first.percent} % of no finding; say of which (septal, reticulation, honeycombing), as "
                "they are graded differently"
            )
        if len(self.values) == 1:
            return  # it is at most 100 for itself
        total = sum((Fraction(value.percent or 0) for value in self.values), Fraction(0))
        if total > _WHOLE:
            raise ReadingError(
                f"{self.what}: its findings add up to {float(total):g} %; a place holds one, so 100 at most"
            )

    @property
    def what(self) -> str:
        """The component and the lobe, for messages."""
        return f"{self.component} of {self.lobe.name}"

    @property
    def grade(self) -> TypedValue | None:
        """The typed grade, None where findings were typed."""
        return self.values[0] if self.values and self.values[0].grade is not None else None

    def value_of(self, finding: Finding) -> TypedValue | None:
        """Give what was typed of a finding, None where it was not named."""
        return next((value for value in self.values if value.finding is finding), None)

    def extent(self, findings: Collection[Finding]) -> Fraction | None:
        """Give the exact typed percent of the lobe that holds any of the findings, None where it cannot be known."""
        whole = next((value for value in self.values if value.finding is None), None)
        if whole is not None:
            told_apart = set(findings) >= set(findings_of(self.component))
            return whole.exact if whole.exact == 0 or told_apart else None
        total = Fraction(0)
        for finding in findings:
            value = self.value_of(finding)
            exact = Fraction(0) if value is None else value.exact
            if exact is None:
                return None
            total += exact
        return total

    def is_seen(self, finding: Finding) -> bool | None:
        """Tell whether a finding was seen; None where that cannot be known."""
        value = self.value_of(finding)
        if value is not None and value.present:
            return True
        extent = self.extent((finding,))
        return None if extent is None else extent > 0
