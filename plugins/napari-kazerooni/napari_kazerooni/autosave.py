"""Autosave: the draft of a session kept on disk while it changes; only slices that changed are deflated again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kazerooni.errors import KazerooniError
from kazerooni.files import make_folder, stem_of, write_whole
from kazerooni.labels import DRAFT_SUFFIX, DRAFT_VERSION, deflated_slice, draft_file, reading_json
from kazerooni.model import Reading, State
from napari_kazerooni.layers import LAYER_NAMES, LayerName
from napari_kazerooni.session import ReadingSession

AUTOSAVE_S: Final = 5.0
"""No more than this many seconds of work are lost in a crash."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a draft is to hold: the words as they stand, and which slices of each layer changed since the last one.

    number: counts those of a session.
    """

    number: int
    words: Mapping[str, Any]
    changed: Mapping[LayerName, Collection[int]]


class DraftKeeper:
    """Keeps the draft of one session on disk.

    `snapshot` is quick and belongs to the thread that changes the session; `write` deflates and writes, and may do so
    on another thread, one call at a time. A slice that is painted meanwhile is in the next snapshot anyway. `save` does
    both.
    """

    def __init__(self, session: ReadingSession, folder: Path) -> None:
        self.path = folder / f"{stem_of(session.setting.reading_id)}{DRAFT_SUFFIX}"
        self._session = session
        slices = session.volume.geometry.shape[0]
        self._slices: dict[LayerName, list[bytes]] = {name: [b""] * slices for name in LAYER_NAMES}
        self._owed: dict[LayerName, set[int]] = {name: set(range(slices)) for name in LAYER_NAMES}
        self._saved: int | None = None
        self._saved_content: int | None = None
        self._saved_at_s = float("-inf")
        self._taken, self._newest = 0, Snapshot(0, {}, {})

    @property
    def is_taken(self) -> bool:
        """Whether nothing changed since the last snapshot, and none failed to be written."""
        return self._saved == self._session.version

    def is_due(self, at_s: float, *, slice_changed: bool = False) -> bool:
        """Tell whether to save now: something changed and 5 s are over, or marks or words did and the slice changes.

        Else each slice that a reader pages through would be one more that was seen, and cost a draft.
        at_s: seconds of a clock that never goes back.
        """
        if self.is_taken:
            return False
        is_at_slice = slice_changed and self._saved_content != self._session.content
        return is_at_slice or at_s - self._saved_at_s >= AUTOSAVE_S

    def save(self, at_s: float = 0.0) -> None:
        """Save the draft: written beside, brought to disk, put in the place of the one before.

        Raises OutputError where it cannot be written; the draft before stays.
        """
        self.write(self.snapshot(at_s))

    def snapshot(self, at_s: float = 0.0) -> Snapshot:
        """Take down what the draft is to hold."""
        changed = self._session.canvas.take_changed()
        for name in LAYER_NAMES:
            changed[name] |= self._owed[name]
        self._owed = {name: set() for name in LAYER_NAMES}
        self._saved, self._saved_at_s = self._session.version, at_s
        self._saved_content = self._session.content
        self._taken += 1
        return Snapshot(self._taken, _words(self._session), changed)

    def pack(self, taken: Snapshot) -> bytes:
        """Give the file of a draft; deflates only the slices that changed.

        One that is written after a later one, as by a slow thread, takes none of its words back.
        """
        self._newest = max(self._newest, taken, key=lambda each: each.number)
        for name in LAYER_NAMES:
            labels = self._session.canvas.labels(name)
            for index in taken.changed[name]:
                self._slices[name][index] = deflated_slice(labels[index])
        return draft_file(self._newest.words, {name: self._slices[name] for name in LAYER_NAMES})

    def write(self, taken: Snapshot) -> None:
        """Put a snapshot on disk; where that fails, the next one holds all that this one was to hold.

        Raises OutputError.
        """
        try:
            data = self.pack(taken)
            make_folder(self.path.parent)
            write_whole(self.path, data, force=True)
        except KazerooniError:
            self._saved = self._saved_content = None
            raise

    def remove(self) -> None:
        """Remove the draft, as once its reading is signed."""
        self.path.unlink(missing_ok=True)


def _words(session: ReadingSession) -> Mapping[str, Any]:
    said = session.said
    painted = [place for place, entry in said.entries.items() if entry.state is State.ASSESSED and not entry.values]
    kept = {place: entry for place, entry in said.entries.items() if place not in painted}
    reading = Reading(
        id=session.setting.reading_id,
        scan=session.volume.scan,
        reader=session.reader,
        entries=tuple(kept.values()),
        traction=said.traction,
        pattern=said.pattern,
        fissures=session.fissures,
        session=session.session_value(),
        remarks=said.remarks,
        supersedes=session.setting.supersedes,
        notices=(*session.lobe_notices, *session.others),
    )
    return {
        "draft_version": DRAFT_VERSION,
        "shape": list(session.volume.geometry.shape),
        "reading": reading_json(reading),
        "painted": [[lobe.name, component.value] for lobe, component in painted],
        "counted": [[lobe.name, finding.value, voxels] for (lobe, finding), voxels in said.counted.items()],
        "settled": [[lobe.name, component.value, marked] for (lobe, component), marked in said.settled.items()],
        "scheme": session.scheme.name,
        "blinded": session.setting.blinded,
        "hidden": session.setting.hidden,
        "confirmed": sorted(session.confirmed),
        "lobes_source": session.lobes_source,
    }
