"""Reading: what a person or a program recorded of a scan. What a scheme makes of it is a Score."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from kazerooni.errors import ReadingError
from kazerooni.model.anatomy import Component, Lobe, State
from kazerooni.model.entry import Entry, Origin
from kazerooni.model.fissures import FissureSet
from kazerooni.model.notice import BEGUN_WITH_DRAFT, EARLIER_READING_SHOWN, Notice
from kazerooni.model.scan import ScanRef, Technique
from kazerooni.model.tally import Tally

# A region of several lobes (the left upper lobe with its lingula) is in the first of these states that any of them is
# in: what cannot be assessed, or was not recorded, in a part leaves the whole unknown; an absent part does not.
_STATE_OF_SEVERAL = (State.NOT_ASSESSABLE, None, State.ASSESSED, State.ABSENT)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LONGEST_TOLD = 60
_WHOLE = 100

PriorShown = Literal["none", "scan", "score"]
"""What was shown of an earlier visit while reading: nothing, its scan, or its scan and score.

The score of another reading of the same scan, signed before or begun by somebody else, is a score that was shown.
"""


class Status(StrEnum):
    """Whether a reading may still change."""

    DRAFT = "draft"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class InputDigest:
    """One thing that a reading was made from.

    role: `scan`, `lobes`, `alveolar`, `interstitial` or `table`.
    sha256: SHA-256 in hexadecimal digits, None for a map that never was a file.
    """

    role: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """A window of the display, in HU."""

    level_hu: float
    width_hu: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """The pattern of the lung disease as it was read: UIP, NSIP or another; by whom, None where nobody is named."""

    name: str
    by: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ReadingError("the pattern has no name; give UIP, NSIP or another, or none at all")


@dataclass(frozen=True, slots=True)
class Supersedes:
    """The id of the reading that another one takes the place of, and why."""

    reading: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reading or not self.reason.strip():
            raise ReadingError("a reading supersedes another by its id and for a reason; give both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """How the scan was read; None where it was not recorded.

    started, ended: with their time zone.
    program_version: version of the program that recorded the reading.
    windows: the windows that were used.
    order: which reading of its session it was, from 1.
    slices_seen: indices of the slices that were on the screen, ascending.
    coverage_percent: how much of the lung they show, 0 to 100 (`kazerooni.scoring.coverage_percent`).
    """

    started: datetime | None = None
    ended: datetime | None = None
    program_version: str | None = None
    windows: tuple[Window, ...] = ()
    prior_shown: PriorShown | None = None
    order: int | None = None
    slices_seen: tuple[int, ...] | None = None
    coverage_percent: float | None = None

    def __post_init__(self) -> None:
        for name, moment in (("started", self.started), ("ended", self.ended)):
            if moment is not None and moment.tzinfo is None:
                raise ReadingError(f"the reading {name} at {moment}, of no time zone; give one")
        if self.started is not None and self.ended is not None and self.ended < self.started:
            raise ReadingError(f"the reading ended at {self.ended}, before it started at {self.started}")
        if self.order is not None and self.order < 1:
            raise ReadingError(f"order {self.order} in the session; 1 is the first")
        if self.slices_seen is not None and list(self.slices_seen) != sorted({i for i in self.slices_seen if i >= 0}):
            raise ReadingError("slices seen: ascending indices from 0 are wanted, each once")
        if self.coverage_percent is not None and not 0 <= self.coverage_percent <= _WHOLE:
            raise ReadingError(f"coverage of {self.coverage_percent} % of the lung; 0 to 100 is wanted")


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What was recorded of a scan, kept for ever; scores can be made from it again. Frozen; checked at birth.

    id: unique; given by the caller, as the model knows no clock and no chance.
    reader: the name or sign of the reader, None where nobody is named.
    tally: the counts of the label maps, None for a reading that was only typed.
    entries: what was said in words and numbers, one entry a component of a lobe at most.
    traction: where traction bronchiectasis was seen (True) or looked for and not seen (False).
    unread: components of lobes that nobody has looked at yet although maps cover them: null, which is never zero.
    inputs: digests of the scan and the maps.
    supersedes: the reading whose place it takes.
    notices: what was to be told of the scan and the maps when they were read.

    Raises ReadingError where these contradict each other.
    """

    id: str
    scan: ScanRef
    technique: Technique = field(default_factory=Technique)
    reader: str | None = None
    tally: Tally | None = None
    entries: tuple[Entry, ...] = ()
    traction: Mapping[Lobe, bool] = field(default_factory=dict)
    unread: frozenset[tuple[Lobe, Component]] = frozenset()
    pattern: Pattern | None = None
    fissures: FissureSet | None = None
    inputs: tuple[InputDigest, ...] = ()
    session: Session = field(default_factory=Session)
    remarks: str = ""
    status: Status = Status.DRAFT
    supersedes: Supersedes | None = None
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "traction", MappingProxyType(dict(self.traction)))
        if not _ID.fullmatch(self.id):
            raise ReadingError(
                f"the reading has the id {self.id[:_LONGEST_TOLD]!r}; 1 to 100 letters, digits, dots, dashes and "
                "underscores are wanted, a letter or digit first, as files are named by it"
            )
        if self.supersedes is not None and self.supersedes.reading == self.id:
            raise ReadingError(f"reading {self.id} is said to supersede itself; give the id of the other one")
        if self.tally is not None and self.scan.sop_uids and len(self.scan.sop_uids) != self.tally.depths.size:
            counted, named = self.tally.depths.size, len(self.scan.sop_uids)
            raise ReadingError(f"reading {self.id}: {counted} slices were counted, but the scan has {named}")
        self._refuse_unseen_slices()
        if len(self._by_place) < len(self.entries):
            places = [entry.what for entry in self.entries]
            twice = ", ".join(sorted({place for place in places if places.count(place) > 1}))
            raise ReadingError(f"{twice} has two entries; give one entry a component of a lobe")
        for entry in self.entries:
            self._refuse_contradiction(entry)

    def _refuse_unseen_slices(self) -> None:
        slices = self.tally.depths.size if self.tally is not None else len(self.scan.sop_uids)
        seen = self.session.slices_seen
        if slices and seen and seen[-1] >= slices:
            raise ReadingError(f"reading {self.id}: slice {seen[-1]} was seen, but the scan has {slices}, from 0")

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "traction": dict(self.traction)}  # a mapping proxy cannot be pickled

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        object.__setattr__(self, "traction", MappingProxyType(self.traction))

    def _refuse_contradiction(self, entry: Entry) -> None:
        if (entry.lobe, entry.component) in self.unread:
            raise ReadingError(f"{entry.what} is said to be unread, yet an entry tells of it; correct one of the two")
        counted = self.is_in_tally(entry.lobe)
        if entry.state is State.ABSENT:
            if counted:
                name = entry.lobe.name
                raise ReadingError(f"{name} is said to be absent, but the lobe map holds it; correct one of the two")
            beside = next((e for e in self.entries if e.lobe is entry.lobe and e.state is not State.ABSENT), None)
            if beside is not None:
                raise ReadingError(
                    f"{entry.lobe.name} is said to be absent, but its {beside.component} component "
                    f"{beside.state.replace('_', ' ')}; correct one of the two"
                )
            if self.traction.get(entry.lobe):
                raise ReadingError(f"{entry.lobe.name} is said to be absent, but to hold traction bronchiectasis")
        measured = self.tally is not None and entry.component in self.tally.measured
        if entry.state is State.ASSESSED and not entry.values and not (counted and measured):
            raise ReadingError(f"{entry.what} is said to be assessed, but nothing was counted; give its map")

    @cached_property
    def _by_place(self) -> dict[tuple[Lobe, Component], Entry]:
        return {(entry.lobe, entry.component): entry for entry in self.entries}

    def entry(self, lobe: Lobe, component: Component) -> Entry | None:
        """Give what was said of a component of a lobe, None where only the maps tell."""
        return self._by_place.get((lobe, component))

    @property
    def is_independent(self) -> bool:
        """Whether no notice tells that its reader began with, or was shown, another reading of the scan."""
        return all(notice.code not in (BEGUN_WITH_DRAFT, EARLIER_READING_SHOWN) for notice in self.notices)

    @property
    def tells_lingula(self) -> bool:
        """Whether the lingula stands apart from the left upper lobe: in the lobe map, or in what was said."""
        said = any(self.entry(Lobe.LIN, component) is not None for component in Component)
        return said or self.is_in_tally(Lobe.LIN)

    def is_in_tally(self, lobe: Lobe) -> bool:
        """Tell whether the lobe map held a lobe."""
        return self.tally is not None and self.tally.slices_seen((lobe,)) > 0

    def state(self, lobes: Collection[Lobe], component: Component) -> State | None:
        """Give the state of a component of a lobe, or of lobes scored as one; None where nothing was recorded.

        The lingula belongs to the left upper lobe where the reading does not tell the two apart.
        """
        states = {self._state_of_one(lobe, component) for lobe in lobes if lobe is not Lobe.LIN or self.tells_lingula}
        return next((state for state in _STATE_OF_SEVERAL if state in states), None)

    def _state_of_one(self, lobe: Lobe, component: Component) -> State | None:
        if any(entry.lobe is lobe and entry.state is State.ABSENT for entry in self.entries):
            return State.ABSENT
        entry = self.entry(lobe, component)
        if entry is not None:
            return entry.state
        if (lobe, component) in self.unread:
            return None
        measured = self.tally is not None and component in self.tally.measured
        return State.ASSESSED if measured and self.is_in_tally(lobe) else None

    def origin(self, lobe: Lobe, component: Component) -> Origin | None:
        """Tell how what is known of a component of a lobe came about; None where nothing is."""
        entry = self.entry(lobe, component)
        if entry is not None:
            return entry.origin
        return Origin.PAINTED if self._state_of_one(lobe, component) is State.ASSESSED else None

    def traction_bronchiectasis(self, lobes: Collection[Lobe]) -> bool | None:
        """Tell whether traction bronchiectasis was seen in any of the lobes; None where nothing was said of them."""
        parts = [lobe for lobe in lobes if lobe is not Lobe.LIN or self.tells_lingula or lobe in self.traction]
        said = {self.traction.get(lobe) for lobe in parts}
        return True if True in said else None if None in said or not said else False


def superseded(readings: Sequence[Reading]) -> frozenset[str]:
    """Give the ids of readings in whose place another of them stands: a draft never takes that of a signed one."""
    by_id = {reading.id: reading for reading in readings}
    replaced = set()
    for reading in readings:
        old = None if reading.supersedes is None else by_id.get(reading.supersedes.reading)
        if old is not None and (reading.status is Status.SIGNED or old.status is Status.DRAFT):
            replaced.add(old.id)
    return frozenset(replaced)
