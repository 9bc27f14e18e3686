"""Time axis: the days of a plot, how far it reaches, and where dates are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK: Final = "#17303f"
FAINT: Final = "#d3dde3"
# Over a longer time the axis names years, not months.
_YEARS_ALONE_FROM_DAYS: Final = 1500


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """From the first to the last day of a plot, with room for the names of lines at the right."""

    first: date
    last: date

    @classmethod
    def over(cls, dates: Iterable[date]) -> TimeAxis:
        """Make it over dates."""
        known = sorted(dates)
        return cls(known[0], known[-1])

    @property
    def days(self) -> int:
        """How many days lie between its ends."""
        return (self.last - self.first).days

    def dress(self, axes: Axes, dates: Sequence[date], *, is_lowest: bool) -> None:
        """Give axes their limits and, the lowest of several, the words of the dates, where they find room."""
        low, high = days_of([self.first, self.last])
        margin = max(0.06 * self.days, 30)
        axes.set_xlim(low - margin, high + 4.2 * margin)
        words = self._named(dates, 0.11 * (self.days + 5 * margin))
        axes.set_xticks(days_of(words), [text if is_lowest else "" for text in words.values()])
        axes.grid(axis="y", color=FAINT, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(FAINT)
        axes.tick_params(colors=INK, length=3)

    def _named(self, dates: Sequence[date], least: float) -> dict[date, str]:
        """Give dates their words: those that would run into words before stand a line lower, or, there too, not."""
        ends = [-inf, -inf]
        named: dict[date, str] = {}
        for on in dict.fromkeys(dates):
            (day,) = days_of([on])
            row = next((row for row, end in enumerate(ends) if day >= end), None)
            if row is not None and self._words(on) not in {text.strip() for text in named.values()}:
                ends[row] = day + least
                named[on] = "\n" * row + self._words(on)
        return named

    def _words(self, on: date) -> str:
        return str(on.year) if self.days > _YEARS_ALONE_FROM_DAYS else f"{on.year}-{on.month:02}"


def days_of(dates: Iterable[date]) -> list[float]:
    """Give the days of dates as numbers."""
    return [float(on.toordinal()) for on in dates]
