"""Known drafts: what draft files hold, each read once: after an archive was drafted a folder holds thousands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kazerooni.dicom import Series
from kazerooni.errors import ReadingError
from napari_kazerooni.draft import BrokenDraft, Draft, Stamp, draft_or_why, draft_paths, read_words


@dataclass(frozen=True, slots=True)
class DraftHead:
    """What a list has to know of a draft, in little memory: the pictures of its scan as a digest."""

    path: Path
    reading: str
    reader: str | None
    series: str
    pictures: bytes

    def is_of(self, series: Series) -> bool:
        """Tell whether it is a draft of a series, or of its part where it had to be split."""
        if self.series != series.series_uid:
            return False
        return series.parts == 1 or self.pictures == _digest(series.scan.sop_uids)


class KnownDrafts:
    """Finds drafts as `find_drafts` does; a file that has not changed since it was looked at is not read again.

    A file counts as unchanged while its time of change and its size stay. It may be asked from several threads.
    """

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Stamp, DraftHead | BrokenDraft]] = {}

    def heads(self, folder: Path, offered: Iterable[Path] = ()) -> tuple[DraftHead | BrokenDraft, ...]:
        """Give the heads of all drafts, the one saved last first; damaged ones are told."""
        return tuple(self._head(path, stamp) for path, stamp in draft_paths(folder, offered))

    def of(self, series_uid: str, folder: Path, offered: Iterable[Path] = ()) -> tuple[Draft | BrokenDraft, ...]:
        """Give the drafts of one series, and those that are damaged; of the others only the heads are looked at."""
        heads = self.heads(folder, offered)
        return tuple(
            head if isinstance(head, BrokenDraft) else draft_or_why(head.path)
            for head in heads
            if isinstance(head, BrokenDraft) or head.series == series_uid
        )

    def _head(self, path: Path, stamp: Stamp) -> DraftHead | BrokenDraft:
        kept = self._known.get(path)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        head = _read_head(path)
        self._known[path] = stamp, head
        return head


def _read_head(path: Path) -> DraftHead | BrokenDraft:
    try:
        reading = read_words(path)["reading"]
        scan = reading["scan"]
        pictures = _digest(map(str, scan["sop_uids"]))
        return DraftHead(path, str(reading["id"]), reading["reader"], str(scan["series_uid"]), pictures)
    except (KeyError, TypeError):
        return BrokenDraft(path, f"the draft {path.name} is damaged; an older one may stand beside it")
    except ReadingError as error:
        return BrokenDraft(path, str(error))


def _digest(uids: Iterable[str]) -> bytes:
    return hashlib.sha256("\n".join(uids).encode()).digest()
