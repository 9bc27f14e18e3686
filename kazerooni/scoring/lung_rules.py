"""Lung rules: what criteria ask of lung function. Values are compared exactly as they were typed, in decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from kazerooni.model import Input, LungFunction, Verdict
from kazerooni.model.months import add_months
from kazerooni.scoring.rules import moved, total_words, unknown_change
from kazerooni.scoring.seen import Judged, Seen, value_of
from kazerooni.scoring.verdicts import any_of, verdict_of

How = Literal["relative", "absolute"]
"""A fall as a share of the earlier value, or in points of percent predicted."""

Percent = Literal["fvc_percent", "dlco_percent", "fev1_percent", "fev1_fvc_percent"]

NAMES: Final[dict[Percent, str]] = {
    "fvc_percent": "FVC",
    "dlco_percent": "DLCO",
    "fev1_percent": "FEV1",
    "fev1_fvc_percent": "FEV1/FVC",
}
_PREDICTED: Final = "% predicted"


class _Pair(NamedTuple):
    """An earlier and a later value that may be compared, or why they may not."""

    fall: Decimal | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A value of the test of the visit lies within bounds, each of which belongs to them unless it is `below`."""

    value: Percent
    at_most: float | None = None
    at_least: float | None = None
    below: float | None = None
    meaning: str

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        test = seen.test(self.value)
        found = None if test is None else value_of(test, self.value)
        made = Input(
            what=self.meaning,
            verdict=verdict_of(None if found is None else self._holds(found)),
            threshold=self._threshold(),
            on=None if test is None else test.on,
            value=None if test is None else _words(test, self.value),
            reason="" if found is not None else f"no {NAMES[self.value]} within {seen.line.window_days} days",
        )
        return Judged(made.verdict, (made,))

    def _holds(self, value: float) -> bool:
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most) and (self.below is None or value < self.below)

    def _threshold(self) -> str:
        bounds = (("at least", self.at_least), ("at most", self.at_most), ("below", self.below))
        unit = "%" if self.value == "fev1_fvc_percent" else _PREDICTED
        return " and ".join(f"{word} {bound:g} {unit}" for word, bound in bounds if bound is not None)

    def words(self) -> str:
        """Say what it wants."""
        return f"{self.meaning} ({NAMES[self.value]} {self._threshold()})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fell:
    """A value fell by more than so many percent since the previous test or that of the baseline."""

    value: Percent
    by_more_than: float
    how: How

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        test = seen.test(self.value)
        if test is None:
            why = f"no {NAMES[self.value]} {_PREDICTED} within {seen.line.window_days} days"
            return Judged(Verdict.UNDECIDED, (self._empty(why),))
        inputs = tuple(self._input(name, earlier, test) for name, earlier in self._earlier(seen, test).items())
        if not inputs:
            inputs = (self._empty(f"no earlier test of {NAMES[self.value]}"),)
        return Judged(any_of(one.verdict for one in inputs), inputs)

    def _earlier(self, seen: Seen, test: LungFunction) -> dict[str, LungFunction]:
        before = [one for one in seen.tests(self.value) if one.on < test.on]
        if not before:
            return {}
        baseline = seen.baseline_test(self.value)
        if baseline is None or baseline.on >= test.on:
            return {"the previous test": before[-1]}
        if baseline == before[-1]:
            return {"the previous test, which is that of the baseline": baseline}
        return {"the previous test": before[-1], "the test of the baseline": baseline}

    def _input(self, name: str, earlier: LungFunction, test: LungFunction) -> Input:
        pair = compare(earlier, test, self.value, self.how)
        return Input(
            what=f"{NAMES[self.value]}, against {name}",
            verdict=verdict_of(None if pair.fall is None else pair.fall > Decimal(repr(self.by_more_than))),
            threshold=self._threshold(),
            on=test.on,
            value=_words(test, self.value),
            against_on=earlier.on,
            against=_words(earlier, self.value),
            found=_found(pair, self.how),
            reason=pair.why,
        )

    def _threshold(self) -> str:
        return f"fell by more than {self.by_more_than:g} {_unit(self.how)}"

    def _empty(self, reason: str) -> Input:
        return Input(what=NAMES[self.value], verdict=Verdict.UNDECIDED, threshold=self._threshold(), reason=reason)

    def words(self) -> str:
        """Say what it wants."""
        return f"{NAMES[self.value]} {self._threshold()} since the previous test or that of the baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class FellWithin:
    """A value fell by so many points of percent predicted or more between two tests within so many calendar months.

    The later test is that of the visit, the earlier one any of those before; the pair that fell most is named.
    It is confirmed where the next test, held against the same earlier one, fell so far as well.
    is_hb_corrected: whether both tests must be corrected for haemoglobin.
    """

    value: Percent
    by_points: float
    within_months: int
    is_hb_corrected: bool = False

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        test, tests = seen.test(self.value), seen.tests(self.value)
        if test is None:
            return self._unknown(f"no {NAMES[self.value]} {_PREDICTED} within {seen.line.window_days} days")
        since = add_months(test.on, -self.within_months)
        before = [one for one in tests if since <= one.on < test.on]
        if not before:
            return self._unknown(f"no earlier test of {NAMES[self.value]} within {self.within_months} months")
        pairs = [(self._compare(one, test), one) for one in before]
        known = [(pair.fall, one) for pair, one in pairs if pair.fall is not None]
        if not known:
            return self._unknown(pairs[-1][0].why)
        most, earlier = max(known, key=lambda found: found[0])
        fell = self._is_enough(most)
        sure = fell or len(known) == len(pairs)
        made = Input(
            what=f"{NAMES[self.value]}, the pair of tests that fell most",
            verdict=verdict_of(fell if sure else None),
            threshold=self._threshold(),
            on=test.on,
            value=_words(test, self.value),
            against_on=earlier.on,
            against=_words(earlier, self.value),
            found=_found(_Pair(most, ""), "absolute"),
            confirmed=self._confirmed(tests, test, earlier) if fell else None,
            reason="" if sure else next(pair.why for pair, _ in pairs if pair.fall is None),
        )
        return Judged(made.verdict, (made,))

    def _compare(self, earlier: LungFunction, later: LungFunction) -> _Pair:
        corrected = earlier.is_hb_corrected and later.is_hb_corrected
        if self.is_hb_corrected and not corrected:
            return _Pair(None, f"{NAMES[self.value]} is not said to be corrected for haemoglobin in both tests")
        return compare(earlier, later, self.value, "absolute")

    def _is_enough(self, fall: Decimal) -> bool:
        return fall >= Decimal(repr(self.by_points))

    def _confirmed(self, tests: list[LungFunction], test: LungFunction, earlier: LungFunction) -> bool | None:
        following = next((one for one in tests if one.on > test.on), None)
        fall = None if following is None else self._compare(earlier, following).fall
        return None if fall is None else self._is_enough(fall)

    def _threshold(self) -> str:
        corrected = " (corrected for haemoglobin)" if self.is_hb_corrected else ""
        return f"fell by {self.by_points:g} {_unit('absolute')} or more within {self.within_months} months{corrected}"

    def _unknown(self, why: str) -> Judged:
        made = Input(what=NAMES[self.value], verdict=Verdict.UNDECIDED, threshold=self._threshold(), reason=why)
        return Judged(Verdict.UNDECIDED, (made,))

    def words(self) -> str:
        """Say what it wants."""
        return f"{NAMES[self.value]} {self._threshold()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovedFirst:
    """Between baseline and this visit the total fell below that of the baseline, or FVC or DLCO rose by more than 10 %.

    Where no visit and no test lies between, nothing improved that is known of: not met.
    """

    by_more_than: float
    how: How

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        inputs = (*self._totals(seen), *(one for name in _BOTH for one in self._tests(seen, name)))
        if not inputs:
            nothing = Input(
                what="between the baseline and this visit",
                verdict=Verdict.NOT_MET,
                threshold=self._threshold(),
                found="no visit and no test lies between",
            )
            inputs = (nothing,)
        return Judged(any_of(one.verdict for one in inputs), inputs)

    @staticmethod
    def _totals(seen: Seen) -> tuple[Input, ...]:
        between = [(at, p) for at, p in enumerate(seen.line.points[: seen.at]) if p.since_baseline is not None]
        return tuple(
            Input(
                what="total, against the baseline",
                verdict=verdict_of(None if unknown_change(change) or change.total is None else change.total < 0),
                threshold="any fall before this visit",
                on=point.on,
                value=total_words(seen, at),
                against_on=change.since,
                against=next(total_words(seen, i) for i, p in enumerate(seen.line.points) if p.on == change.since),
                found=None if unknown_change(change) or change.total is None else moved(change.total, ""),
                reason=unknown_change(change),
            )
            for at, point in between
            if (change := point.since_baseline) is not None
        )

    def _tests(self, seen: Seen, name: Percent) -> tuple[Input, ...]:
        start = seen.baseline_test(name)
        if start is None:
            return ()
        between = [test for test in seen.tests(name) if start.on < test.on < seen.point.on and test != seen.test(name)]
        pairs = [(compare(start, test, name, self.how), test) for test in between]
        return tuple(
            Input(
                what=f"{NAMES[name]}, against the test of the baseline",
                verdict=verdict_of(None if pair.fall is None else -pair.fall > Decimal(repr(self.by_more_than))),
                threshold=f"rose by more than {self.by_more_than:g} {_unit(self.how)}",
                on=test.on,
                value=_words(test, name),
                against_on=start.on,
                against=_words(start, name),
                found=_found(pair, self.how),
                reason=pair.why,
            )
            for pair, test in pairs
        )

    def _threshold(self) -> str:
        return f"total fell, or FVC or DLCO rose by more than {self.by_more_than:g} {_unit(self.how)}"

    def words(self) -> str:
        """Say what it wants."""
        return f"improved first ({self._threshold()}, between the baseline and this visit)"


_BOTH: Final[tuple[Percent, ...]] = ("fvc_percent", "dlco_percent")
_SIZES: Final[dict[str, str]] = {"fvc_percent": "fvc_l", "dlco_percent": "dlco", "fev1_percent": "fev1_l"}


def compare(earlier: LungFunction, later: LungFunction, name: Percent, how: How) -> _Pair:
    """Tell how far a value of percent predicted fell from one test to a later one.

    Percents predicted by different reference equations are not compared: a relative fall is then taken from the
    litres, or the units of DLCO, where both tests hold them; an absolute one cannot be told.
    """
    if name == "dlco_percent" and earlier.is_hb_corrected != later.is_hb_corrected:
        return _Pair(None, f"DLCO of {earlier.on} and {later.on}: not both corrected for haemoglobin, or not both not")
    was, now = value_of(earlier, name), value_of(later, name)
    if earlier.reference != later.reference:
        size = _SIZES.get(name, name)
        units = earlier.dlco_unit == later.dlco_unit or size != "dlco"
        was, now = (getattr(test, size) if how == "relative" and units else None for test in (earlier, later))
    if was is None or now is None:
        return _Pair(
            None,
            f"{NAMES[name]} of {earlier.on} and {later.on}: different reference equations "
            f"({earlier.reference or 'not said'}, then {later.reference or 'not said'})",
        )
    old, new = Decimal(repr(was)), Decimal(repr(now))
    return _Pair(100 * (old - new) / old if how == "relative" else old - new, "")


def _found(pair: _Pair, how: How) -> str | None:
    return None if pair.fall is None else moved(-float(pair.fall), f" {_unit(how)}")


def _unit(how: How) -> str:
    return "% of the earlier value" if how == "relative" else f"points of {_PREDICTED}"


def _words(test: LungFunction, name: Percent) -> str:
    """Give a value with its reference equations."""
    value = value_of(test, name)
    if name == "fev1_fvc_percent":
        return f"{value:.4g} %"
    corrected = ", Hb-corrected" if name == "dlco_percent" and test.is_hb_corrected else ""
    return f"{value:g} {_PREDICTED} ({test.reference or 'reference equations not said'}{corrected})"
