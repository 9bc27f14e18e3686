"""Provenance: what a reading tells of other readings of its scan: which were shown, and with whose draft it began."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

from kazerooni.model import BEGUN_WITH_DRAFT, EARLIER_READING_SHOWN, Notice, PriorShown, Reading, ScanRef

_PRIORS: Final[tuple[PriorShown, ...]] = get_args(PriorShown)
"""From nothing to all."""


def most_shown(*shown: PriorShown | None) -> PriorShown:
    """Give the most that was shown of all these; None, where it was not recorded, counts as nothing."""
    return max((one or "none" for one in shown), key=_PRIORS.index)


def begun_with(draft: Reading) -> Notice:
    """Tell that a reading began with what another reader had marked and entered."""
    who = draft.reader or "somebody who gave no name"
    told = "marks, lobes, values and remarks that the reader left as they were are taken from it"
    return Notice(BEGUN_WITH_DRAFT, "warning", f"begun with the draft {draft.id} of {who}: {told}")


def shown_before(signed: Reading) -> Notice:
    """Tell that a signed reading of the scan, with its marks and scores, was shown before this one ended."""
    who = f" by {signed.reader}" if signed.reader else ""
    return Notice(EARLIER_READING_SHOWN, "warning", f"the signed reading {signed.id} of this scan{who} was shown")


def parted(notices: Iterable[Notice]) -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """Part the notices of a reading: those of scan and maps, and those of other readings."""
    told = tuple(notices)
    others = tuple(notice for notice in told if notice.code in (BEGUN_WITH_DRAFT, EARLIER_READING_SHOWN))
    return tuple(notice for notice in told if notice not in others), others


class ShownReadings:
    """The signed readings that were shown in a window since it was opened."""

    def __init__(self) -> None:
        self._shown: list[Reading] = []

    def note(self, reading: Reading) -> None:
        """Note that a reading was shown."""
        self._shown.append(reading)

    def of(self, scan: ScanRef, *, amended: str | None = None) -> tuple[Notice, ...]:
        """Tell those of a scan; amended: the id of one that need not be told, as the reading says that it amends it."""
        of_scan = (one for one in self._shown if (one.scan.series_uid, one.scan.sop_uids) == _names(scan))
        return tuple(dict.fromkeys(shown_before(one) for one in of_scan if one.id != amended))


def _names(scan: ScanRef) -> tuple[str | None, tuple[str, ...]]:
    return scan.series_uid, scan.sop_uids
