"""Draft: all that is needed to go on with a reading after a crash, in one file (`kazerooni.labels.draft_file`)."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from kazerooni.errors import ReadingError
from kazerooni.labels import DRAFT_DOCUMENT, DRAFT_SUFFIX, DRAFT_VERSION, reading_from_json
from kazerooni.model import Component, Finding, Lobe, Reading, ScanRef, State, Volume
from napari_kazerooni.canvas import Canvas, Labels
from napari_kazerooni.layers import LAYER_NAMES, LayerName
from napari_kazerooni.looking import Looking
from napari_kazerooni.provenance import parted
from napari_kazerooni.said import Said
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting

_Made = TypeVar("_Made")

_LARGEST_DOCUMENT: Final = 2**26
Stamp = tuple[int, int]
"""When a file was changed last, in ns, and its size in bytes."""
# The lobes of 2,000 slices deflate to some 20 MB.
_LARGEST_LAYER: Final = 2**30


@dataclass(frozen=True, eq=False)
class Draft:
    """A draft as it was read: what was said. `resume` reads its maps, too, and makes a session of it.

    has_marks: whether findings are marked in it. kept: when it was saved last, with its zone.
    """

    path: Path
    reading: Reading
    said: Said
    shape: tuple[int, int, int]
    scheme: str
    blinded: bool
    hidden: bool
    confirmed: frozenset[str]
    lobes_source: str | None
    has_marks: bool
    kept: datetime

    @property
    def holds_findings(self) -> bool:
        """Whether it tells anything of findings: marked, typed or ticked."""
        return self.has_marks or bool(self.said.entries or self.said.traction or self.said.pattern)

    @property
    def scan(self) -> ScanRef:
        """The scan that it is of."""
        return self.reading.scan


@dataclass(frozen=True, slots=True)
class BrokenDraft:
    """A draft that cannot be read, and why; its file is left as it is."""

    path: Path
    why: str


def find_drafts(folder: Path, offered: Iterable[Path] = ()) -> tuple[Draft | BrokenDraft, ...]:
    """Find the drafts in a folder, the one saved last first; damaged ones are told, never an error.

    offered: other folders, such as of `kazerooni rescore --draft`. Of a reading that was gone on with, and so has a
    draft in `folder` of the same name, theirs is passed over. `KnownDrafts` does it for thousands of drafts.
    """
    return tuple(map(draft_or_why, (path for path, _ in draft_paths(folder, offered))))


def draft_or_why(path: Path) -> Draft | BrokenDraft:
    """Give the draft in a file, or why it cannot be read."""
    try:
        return read_draft(path)
    except ReadingError as error:
        return BrokenDraft(path, str(error))


def draft_paths(folder: Path, offered: Iterable[Path] = ()) -> list[tuple[Path, Stamp]]:
    """List the files that `find_drafts` looks at, with what tells whether one has changed; the last saved first."""
    by_name: dict[str, tuple[Path, Stamp]] = {}
    for each in (folder, *offered):
        for path in _draft_files(each):
            try:
                found = path.stat()
            except OSError:
                continue  # signed or removed meanwhile
            by_name.setdefault(path.name, (path, (found.st_mtime_ns, found.st_size)))
    return sorted(by_name.values(), key=lambda one: (one[1][0], one[0].name), reverse=True)


def _draft_files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.name.endswith(DRAFT_SUFFIX) and not path.name.startswith(".")]
    except OSError:
        return []


def folder_of_drafts(place: Path) -> Path | None:
    """Give the folder of drafts at a place: itself, or `drafts` in it, as in the results of `kazerooni rescore`."""
    return next((folder for folder in (place, place / "drafts") if _draft_files(folder)), None)


def read_draft(path: Path) -> Draft:
    """Read what a draft says; its maps, which are most of the file, only as far as they are there.

    Raises ReadingError where it is damaged, cut off, or of a later version.
    """
    return _read(path, lambda archive, document: _checked(archive, document, _draft(path, document)))


def read_words(path: Path) -> dict[str, Any]:
    """Read the JSON of a draft as it stands, without a look at what it means. Raises ReadingError as `read_draft`."""
    return _read(path, lambda _, document: document)


def _read(path: Path, make: Callable[[zipfile.ZipFile, dict[str, Any]], _Made]) -> _Made:
    """Open a draft and give what `make` makes of the archive and its document. Raises ReadingError."""
    try:
        with zipfile.ZipFile(path) as archive:
            document = json.loads(_member(archive, DRAFT_DOCUMENT, _LARGEST_DOCUMENT))
            _refuse_later(document["draft_version"])
            return make(archive, document)
    except ReadingError as error:
        raise ReadingError(f"the draft {path.name} cannot be used: {error}") from None
    except OSError as error:
        raise ReadingError(f"the draft {path.name} cannot be read ({error.strerror})") from None
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, NotImplementedError, EOFError, zlib.error):
        raise ReadingError(f"the draft {path.name} is damaged or cut off; an older one may stand beside it") from None


def _refuse_later(version: object) -> None:
    if version != DRAFT_VERSION:
        raise ReadingError(f"it is of version {version!r:.20}, this program reads {DRAFT_VERSION}; update it")


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    if archive.getinfo(name).file_size > most or archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise ReadingError(f"{name} in it is larger than any draft's, or packed otherwise")
    return archive.read(name)


def _checked(archive: zipfile.ZipFile, document: dict[str, Any], draft: Draft) -> Draft:
    for name in LAYER_NAMES:
        if archive.getinfo(name).file_size != sum(map(int, document["lengths"][name])):
            raise ReadingError(f"the slices of {name} do not fill it")
    return draft


def _layers(archive: zipfile.ZipFile, document: dict[str, Any]) -> dict[LayerName, tuple[bytes, ...]]:
    return {name: _parts(archive, name, document["lengths"][name]) for name in LAYER_NAMES}


def _parts(archive: zipfile.ZipFile, name: LayerName, lengths: list[int]) -> tuple[bytes, ...]:
    data, ends = _member(archive, name, _LARGEST_LAYER), np.cumsum(lengths, dtype=np.int64)
    if len(data) != int(ends[-1]) or min(lengths) < 0:
        raise ReadingError(f"the slices of {name} do not fill it")
    return tuple(data[end - length : end] for end, length in zip(ends.tolist(), lengths, strict=True))


def _draft(path: Path, document: dict[str, Any]) -> Draft:
    reading = reading_from_json(document["reading"])
    said = Said(
        entries={(entry.lobe, entry.component): entry for entry in reading.entries},
        traction=reading.traction,
        pattern=reading.pattern,
        remarks=reading.remarks,
        counted={(Lobe[lobe], Finding(finding)): int(voxels) for lobe, finding, voxels in document["counted"]},
        settled={(Lobe[lobe], Component(component)): int(marked) for lobe, component, marked in document["settled"]},
    )
    for lobe, component in document["painted"]:
        said = said.state(Lobe[lobe], Component(component), State.ASSESSED)
    slices, rows, columns = map(int, document["shape"])
    return Draft(
        path=path,
        reading=reading,
        said=said,
        shape=(slices, rows, columns),
        scheme=str(document["scheme"]),
        blinded=bool(document["blinded"]),
        hidden=bool(document.get("hidden", False)),
        confirmed=frozenset(map(str, document["confirmed"])),
        lobes_source=document["lobes_source"],
        has_marks=any(map(int, (*document["lengths"]["alveolar"], *document["lengths"]["interstitial"]))),
        kept=datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone(),
    )


def _as_it_is(draft: Draft) -> Draft:
    return draft


def resume(draft: Draft, volume: Volume, taken: Callable[[Draft], Draft] = _as_it_is) -> ReadingSession:
    """Go on with a draft on the scan that it was made of; its file is read anew, with its maps.

    taken: gives the draft as that of who goes on with it (taking_over.py).

    Raises ReadingError where it is of another scan, or its labels are damaged.
    """
    draft, layers = _read(draft.path, lambda archive, words: (_draft(draft.path, words), _layers(archive, words)))
    draft = taken(draft)
    old, own = draft.reading, volume.scan
    if (old.scan.series_uid, old.scan.sop_uids) != (own.series_uid, own.sop_uids) or draft.shape != volume.hu.shape:
        raise ReadingError(f"the draft {draft.path.name} is of another series; open the series that it was made of")
    if old.session.started is None:
        raise ReadingError(f"the draft {draft.path.name} does not say when it was begun; it is damaged")
    setting = Setting(
        reading_id=old.id,
        started=old.session.started,
        order=old.session.order,
        blinded=draft.blinded,
        hidden=draft.hidden,
        supersedes=old.supersedes,
    )
    session = ReadingSession(
        volume,
        setting,
        canvas=Canvas(volume, {name: _inflated(draft, name, layers[name]) for name in LAYER_NAMES}),
        said=draft.said,
        looking=Looking(old.session.slices_seen or (), old.session.windows),
        reader=old.reader,
        scheme=draft.scheme,
    )
    session.say.begin_lobes(old.fissures)
    session.lobes_source = draft.lobes_source
    session.lobe_notices, session.others = parted(old.notices)
    session.prior_shown = old.session.prior_shown or "none"
    session.confirmed = set(draft.confirmed)
    return session


def _inflated(draft: Draft, name: LayerName, parts: Sequence[bytes]) -> Labels:
    labels = np.zeros(draft.shape, np.uint8)
    pixels = draft.shape[1] * draft.shape[2]
    for index, part in enumerate(parts):
        if part:
            try:
                plane = zlib.decompressobj().decompress(part, pixels + 1)
            except zlib.error:
                plane = b""
            if len(plane) != pixels:
                raise ReadingError(f"the draft {draft.path.name}: slice {index + 1} of {name} is damaged")
            labels[index] = np.frombuffer(plane, np.uint8).reshape(draft.shape[1:])
    return labels
