"""Said: all that a reader says in words, numbers and ticks. A frozen value, so that undoing is putting one back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TypeVar

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Entry, Finding, Lobe, Origin, Pattern, SchemeRef, State, TypedValue

Place = tuple[Lobe, Component]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a reader has said so far. Every method gives a new value; what contradicts itself raises ReadingError.

    entries: by place: typed values, a state, or `painted` for "looked, and what is marked is all there is".
    traction: where traction bronchiectasis was seen, or looked for and not seen.
    counted: traces that a person said to count, with the voxels that they held then: more or fewer are asked anew.
    settled: places where typed values were said to stand although marks are painted there, with the marks of then.
    """

    entries: Mapping[Place, Entry] = field(default_factory=dict)
    traction: Mapping[Lobe, bool] = field(default_factory=dict)
    pattern: Pattern | None = None
    remarks: str = ""
    counted: Mapping[tuple[Lobe, Finding], int] = field(default_factory=dict)
    settled: Mapping[Place, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("entries", "traction", "counted", "settled"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def is_something(self, lobe: Lobe, component: Component) -> bool:
        """Tell whether anything but "nothing found" was said of a component of a lobe."""
        entry = self.entries.get((lobe, component))
        if entry is None:
            return False
        if entry.state is not State.ASSESSED:
            return True
        return any(value.percent or value.present or value.grade for value in entry.values)

    def is_absent(self, lobe: Lobe) -> bool:
        """Tell whether a lobe was said to be absent."""
        return any(entry.lobe is lobe and entry.state is State.ABSENT for entry in self.entries.values())

    def typed_percent(self, lobe: Lobe, component: Component, percent: str | Decimal, finding: Finding | None) -> Said:
        """Type a percent of a finding, or of the component as a whole; kept digit for digit."""
        try:
            exact = percent if isinstance(percent, Decimal) else Decimal(percent.strip().replace(",", "."))
        except InvalidOperation:
            raise ReadingError(f"{percent!r:.60} is no number; type a percent, 0 to 100") from None
        return self._typed(lobe, component, TypedValue(finding=finding, percent=exact))

    def typed_present(self, lobe: Lobe, finding: Finding, *, present: bool) -> Said:
        """Type that a finding is there, or is not, without saying how much."""
        return self._typed(lobe, finding.component, TypedValue(finding=finding, present=present))

    def typed_grade(self, lobe: Lobe, component: Component, grade: int, scheme: SchemeRef) -> Said:
        """Type a grade, under the scheme whose edges the reader has in mind."""
        return self._typed(lobe, component, TypedValue(grade=grade, scheme=scheme))

    def _typed(self, lobe: Lobe, component: Component, value: TypedValue) -> Said:
        """Put a typed value in its place: beside those of other findings, instead of what else was said."""
        before = self.entries.get((lobe, component))
        kept = () if before is None or value.finding is None else before.values
        beside = [old for old in kept if old.finding not in (None, value.finding)]
        order = list(Finding)
        values = sorted((*beside, value), key=lambda one: -1 if one.finding is None else order.index(one.finding))
        return self.entered(Entry(lobe=lobe, component=component, values=tuple(values)))

    def state(self, lobe: Lobe, component: Component, state: State, reason: str = "") -> Said:
        """Say the state of a component of a lobe; absent goes for the whole lobe."""
        if state is State.ABSENT:
            return self.absent(lobe)
        origin = Origin.PAINTED if state is State.ASSESSED else Origin.TYPED
        return self.entered(Entry(lobe=lobe, component=component, state=state, origin=origin, reason=reason))

    def absent(self, lobe: Lobe) -> Said:
        """Say that a lobe is absent, as after lobectomy: both of its components, and no traction bronchiectasis."""
        typed = [entry.what for c in Component if (entry := self.entries.get((lobe, c))) and entry.values]
        if typed or self.traction.get(lobe):
            what = ", ".join(typed) or f"traction bronchiectasis of {lobe.name}"
            raise ReadingError(f"{lobe.name} cannot be absent: {what} was entered; clear that first")
        both = {(lobe, c): Entry(lobe=lobe, component=c, state=State.ABSENT) for c in Component}
        return replace(self, entries={**self.entries, **both}, traction=_without(self.traction, lobe))

    def entered(self, entry: Entry) -> Said:
        """Put an entry in its place, instead of what was said there; an absent lobe is absent no more."""
        gone = [place for place, old in self.entries.items() if old.lobe is entry.lobe and old.state is State.ABSENT]
        kept = {place: old for place, old in self.entries.items() if place not in gone}
        place = (entry.lobe, entry.component)
        return replace(self, entries={**kept, place: entry}, settled=_without(self.settled, place))

    def cleared(self, lobe: Lobe, component: Component) -> Said:
        """Take back what was said of a component of a lobe; of an absent lobe, of both."""
        entry = self.entries.get((lobe, component))
        gone = {(lobe, component)}
        if entry is not None and entry.state is State.ABSENT:
            gone = {(lobe, each) for each in Component}
        entries = {place: old for place, old in self.entries.items() if place not in gone}
        return replace(self, entries=entries, settled=_without(self.settled, (lobe, component)))

    def ticked(self, lobe: Lobe, seen: bool | None) -> Said:  # noqa: FBT001 - a third value: nothing said
        """Tick traction bronchiectasis of a lobe: seen, not seen, or nothing said."""
        if seen and self.is_absent(lobe):
            raise ReadingError(f"{lobe.name} is said to be absent, so it has no traction bronchiectasis; correct one")
        rest = _without(self.traction, lobe)
        return replace(self, traction=rest if seen is None else {**rest, lobe: seen})


def _without(mapping: Mapping[_Key, _Value], key: _Key) -> dict[_Key, _Value]:
    return {each: value for each, value in mapping.items() if each != key}
