"""Draft: all that is needed to go on with a reading after a crash, in one file (`kazerooni.labels.draft_file`)."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from kazerooni.errors import ReadingError
from kazerooni.labels import DRAFT_DOCUMENT, DRAFT_SUFFIX, DRAFT_VERSION, reading_from_json
from kazerooni.model import Component, Finding, Lobe, Reading, ScanRef, State, Volume
from napari_kazerooni.canvas import Canvas, Labels
from napari_kazerooni.layers import LAYER_NAMES, LayerName
from napari_kazerooni.looking import Looking
from napari_kazerooni.said import Said
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Setting

_LARGEST_DOCUMENT: Final = 2**26
# The lobes of 2,000 slices deflate to some 20 MB.
_LARGEST_LAYER: Final = 2**30


@dataclass(frozen=True, eq=False)
class Draft:
    """A draft as it was read: what was said, and the maps deflated. `resume` makes a session of it."""

    path: Path
    reading: Reading
    said: Said
    shape: tuple[int, int, int]
    scheme: str
    blinded: bool
    hidden: bool
    confirmed: frozenset[str]
    lobes_source: str | None
    layers: Mapping[LayerName, tuple[bytes, ...]]

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
    draft in `folder` of the same name, theirs is passed over.
    """
    by_name: dict[str, Path] = {}
    for each in (folder, *offered):
        for path in _draft_files(each):
            by_name.setdefault(path.name, path)
    paths = list(by_name.values())
    found: list[Draft | BrokenDraft] = []
    for path in sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True):
        try:
            found.append(read_draft(path))
        except ReadingError as error:
            found.append(BrokenDraft(path, str(error)))
    return tuple(found)


def _draft_files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.name.endswith(DRAFT_SUFFIX) and not path.name.startswith(".")]
    except OSError:
        return []


def folder_of_drafts(place: Path) -> Path | None:
    """Give the folder of drafts at a place: itself, or `drafts` in it, as in the results of `kazerooni rescore`."""
    return next((folder for folder in (place, place / "drafts") if _draft_files(folder)), None)


def read_draft(path: Path) -> Draft:
    """Read a draft.

    Raises ReadingError where it is damaged, cut off, or of a later version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            document = json.loads(_member(archive, DRAFT_DOCUMENT, _LARGEST_DOCUMENT))
            _refuse_later(document["draft_version"])
            layers = {name: _parts(archive, name, document["lengths"][name]) for name in LAYER_NAMES}
        return _draft(path, document, layers)
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


def _parts(archive: zipfile.ZipFile, name: LayerName, lengths: list[int]) -> tuple[bytes, ...]:
    data, ends = _member(archive, name, _LARGEST_LAYER), np.cumsum(lengths, dtype=np.int64)
    if len(data) != int(ends[-1]) or min(lengths) < 0:
        raise ReadingError(f"the slices of {name} do not fill it")
    return tuple(data[end - length : end] for end, length in zip(ends.tolist(), lengths, strict=True))


def _draft(path: Path, document: dict[str, Any], layers: Mapping[LayerName, tuple[bytes, ...]]) -> Draft:
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
        layers=layers,
    )


def resume(draft: Draft, volume: Volume) -> ReadingSession:
    """Go on with a draft on the scan that it was made of.

    Raises ReadingError where it is of another scan, or its labels are damaged.
    """
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
        canvas=Canvas(volume, {name: _inflated(draft, name) for name in LAYER_NAMES}),
        said=draft.said,
        looking=Looking(old.session.slices_seen or (), old.session.windows),
        reader=old.reader,
        scheme=draft.scheme,
    )
    session.say.begin_lobes(old.fissures)
    session.lobes_source, session.lobe_notices = draft.lobes_source, old.notices
    session.prior_shown = old.session.prior_shown or "none"
    session.confirmed = set(draft.confirmed)
    return session


def _inflated(draft: Draft, name: LayerName) -> Labels:
    labels = np.zeros(draft.shape, np.uint8)
    pixels = draft.shape[1] * draft.shape[2]
    for index, part in enumerate(draft.layers[name]):
        if part:
            try:
                plane = zlib.decompressobj().decompress(part, pixels + 1)
            except zlib.error:
                plane = b""
            if len(plane) != pixels:
                raise ReadingError(f"the draft {draft.path.name}: slice {index + 1} of {name} is damaged")
            labels[index] = np.frombuffer(plane, np.uint8).reshape(draft.shape[1:])
    return labels
