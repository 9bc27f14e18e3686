"""Evidence: what a reading knows of one component of one region, painted or typed, in exact numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from kazerooni.model import Component, Entry, Finding, Lobe, Origin, Reading, State, Tally, TypedValue, findings_of
from kazerooni.scoring.interval import sampling_interval
from kazerooni.scoring.scheme import Criterion

# A finding this small may be a stray stroke (score.md, "Findings").
TRACE_BELOW_PERCENT = Fraction(1, 2)
TRACE_BELOW_MM2 = 50


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a reading knows of one component of the lobes that a scheme grades as one.

    Where a component of a lobe was typed, that counts, and what was painted there does not.
    """

    reading: Reading
    lobes: tuple[Lobe, ...]
    component: Component

    @cached_property
    def state(self) -> State | None:
        """The state of the component; None where nothing was recorded."""
        return self.reading.state(self.lobes, self.component)

    @cached_property
    def is_assessed(self) -> bool:
        """Whether the component was assessed."""
        return self.state is State.ASSESSED

    @cached_property
    def origin(self) -> Origin | None:
        """How it came about; of lobes that differ, the least sure of proposed, typed and painted."""
        found = {self.reading.origin(lobe, self.component) for lobe in self._assessed}
        return next((o for o in (Origin.PROPOSED, Origin.TYPED, Origin.PAINTED) if o in found), None)

    @cached_property
    def _assessed(self) -> tuple[Lobe, ...]:
        """The lobes that make up the region: those that were assessed."""
        return tuple(lobe for lobe in self.lobes if self.reading.state((lobe,), self.component) is State.ASSESSED)

    @cached_property
    def typed(self) -> tuple[Entry, ...]:
        """The entries of the region that hold typed values."""
        entries = (self.reading.entry(lobe, self.component) for lobe in self._assessed)
        return tuple(entry for entry in entries if entry is not None and entry.values)

    @cached_property
    def painted(self) -> tuple[Lobe, ...]:
        """The lobes of the region whose marks were counted."""
        return tuple(lobe for lobe in self._assessed if all(entry.lobe is not lobe for entry in self.typed))

    @property
    def is_typed_alone(self) -> bool:
        """Whether everything of the region was typed."""
        return self.is_assessed and not self.painted

    @property
    def typed_grades(self) -> tuple[TypedValue, ...]:
        """The grades of the region that were typed instead of findings."""
        return tuple(grade for entry in self.typed if (grade := entry.grade) is not None)

    def extent(self, findings: Collection[Finding]) -> Fraction | None:
        """Give the exact percent of the region that holds any of the findings; None where it cannot be known.

        Lobes of a region of which one was typed are joined by their volumes; without volumes only where they agree.
        """
        asked = frozenset(findings)
        if asked not in self._extents:
            self._extents[asked] = self._extent(asked)
        return self._extents[asked]

    @cached_property
    def _extents(self) -> dict[frozenset[Finding], Fraction | None]:
        """The percents that were asked for: sums and variants of one score ask for each several times."""
        return {}

    @cached_property
    def grades(self) -> dict[tuple[int, frozenset[Finding]], tuple[Criterion, int | None]]:
        """The grades that were given, by the identity of a criterion and what was ignored.

        The criterion is held beside its grade: as long as a grade is kept, no other criterion can have that identity.
        """
        return {}

    def _extent(self, findings: frozenset[Finding]) -> Fraction | None:
        if not self.is_assessed:
            return None
        if not self.typed:
            return self._tally.percent(self.painted, findings)
        shares = {entry.lobe: entry.extent(findings) for entry in self.typed}
        shares |= {lobe: self._tally.percent((lobe,), findings) for lobe in self.painted}
        known = [share for share in shares.values() if share is not None]
        if len(known) < len(shares):
            return None
        if len(set(known)) == 1:
            return known[0]
        volumes = [self._volume(lobe) for lobe in shares]
        if 0 in volumes:
            return None
        return sum(map(Fraction.__mul__, known, map(Fraction, volumes)), Fraction(0)) / sum(volumes)

    def lies_on(self, criterion: Criterion) -> bool:
        """Tell whether everything of the region was typed, and its percent lies on an inner edge of a criterion."""
        return self.is_typed_alone and self.extent(criterion.measures) in criterion.inner_edges

    def is_seen(self, finding: Finding) -> bool | None:
        """Tell whether a finding was seen in the region; None where that cannot be known."""
        if finding not in self._seen:
            self._seen[finding] = self._is_seen(finding)
        return self._seen[finding]

    @cached_property
    def _seen(self) -> dict[Finding, bool | None]:
        return {}

    def _is_seen(self, finding: Finding) -> bool | None:
        if finding.label is None:
            return self.reading.traction_bronchiectasis(self.lobes)
        if not self.is_assessed:
            return None
        seen = [entry.is_seen(finding) for entry in self.typed]
        if self.painted:
            seen.append(self._tally.involved(self.painted, (finding,)) > 0)
        return True if True in seen else (None if None in seen else False)

    @cached_property
    def volume(self) -> int:
        """The volume of the assessed lobes in units of the tally; 0 where one of them was not counted."""
        volumes = [self._volume(lobe) for lobe in self._assessed]
        return sum(volumes) if all(volumes) else 0

    @cached_property
    def traces(self) -> frozenset[Finding]:
        """The painted findings that cover so little of the region that they may be stray strokes; typed ones never."""
        return frozenset(finding for finding in findings_of(self.component) if self._is_trace(finding))

    def _is_trace(self, finding: Finding) -> bool:
        if not self.painted or any(entry.is_seen(finding) is not False for entry in self.typed):
            return False
        tally = self._tally
        involved, share = tally.involved(self.painted, (finding,)), self.extent((finding,))
        if involved == 0:
            return False
        if share is not None and share < TRACE_BELOW_PERCENT:
            return True
        # The widest slice holds at least as much as the mean of all: most findings need no look at every slice.
        mean = -(-involved // tally.depth)
        if mean * tally.pixel_area_mm2 >= TRACE_BELOW_MM2:
            return False
        return int(tally.marked_voxels(self.painted, (finding,)).max()) * tally.pixel_area_mm2 < TRACE_BELOW_MM2

    def interval(self, findings: Collection[Finding]) -> tuple[float, float] | None:
        """Give the 95 % interval of `extent` from sampling alone; None where the lung is not sampled, or typed."""
        if not self.painted or self.typed or not self._tally.is_sampled:
            return None
        tally = self._tally
        return sampling_interval(
            tally.marked_voxels(self.painted, findings), tally.lobe_voxels(self.painted), tally.depths
        )

    @property
    def marks_set_aside(self) -> bool:
        """Whether marks were painted where typed values count instead."""
        tally = self.reading.tally
        return (
            tally is not None
            and self.component in tally.measured
            and any(tally.involved((entry.lobe,), findings_of(self.component)) for entry in self.typed)
        )

    @property
    def _tally(self) -> Tally:
        assert self.reading.tally is not None, "lobes are painted only where there is a tally"
        return self.reading.tally

    def _volume(self, lobe: Lobe) -> int:
        return 0 if self.reading.tally is None else self.reading.tally.volume((lobe,))
