"""Find: from paths to ranked series, reading headers only."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, overload

from pydicom import config
from pydicom.uid import UID

from kazerooni.dicom import tags
from kazerooni.dicom.attributes import AttributeTable, Frame
from kazerooni.dicom.dicomdir import DICOMDIR_CLASS, dicomdir_sources, list_dicomdir
from kazerooni.dicom.header import Header, NotDicomError
from kazerooni.dicom.layout import Layouts
from kazerooni.dicom.plain import read_plainly
from kazerooni.dicom.ranking import rank
from kazerooni.dicom.series import Series, make_series
from kazerooni.dicom.sources import FileSource, Skipped, Source, find_sources
from kazerooni.dicom.split import group_by
from kazerooni.dicom.technique import CT_CLASSES
from kazerooni.dicom.values import text, uid, unsigned
from kazerooni.dicom.walk import walk
from kazerooni.errors import NoSeriesError
from kazerooni.identity import KEY_VARIABLE, UserKey, user_key
from kazerooni.model import Notice

Progress = Callable[[int, int | None], None]
_PROGRESS_EVERY: Final = 64
_KEY_NOT_KEPT: Final = Notice(
    "pseudonym-not-kept",
    "warning",
    "the key of the pseudonyms could not be kept in your configuration, so this patient gets another pseudonym in the "
    f"next run; set {KEY_VARIABLE}",
)


@dataclass(frozen=True)
class Found(Sequence[Series]):
    """The series at some paths, ranked study by study, and the files that were skipped with the reason of each.

    files: number of files looked at.
    """

    series: tuple[Series, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    files: int = 0

    def __len__(self) -> int:
        return len(self.series)

    @overload
    def __getitem__(self, index: int) -> Series: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Series, ...]: ...
    def __getitem__(self, index: int | slice) -> Series | tuple[Series, ...]:
        return self.series[index]


@dataclass(slots=True)
class _Index:
    """What is gathered from the headers of many files.

    broken: by study and series UID, the SOP instance UIDs of pictures whose file ends before the pixels.
    directory: the DICOMDIR that was looked at last.
    """

    table: AttributeTable
    layouts: Layouts = field(default_factory=Layouts)
    frames: list[Frame] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    broken: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    files: int = 0
    directory: FileSource | None = None


def find_series(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    progress: Progress | None = None,
    key: bytes | None = None,
) -> Found:
    """Find every series in folders, files, DICOMDIRs and zips, at any depth, and rank them study by study.

    Reads headers only (pixels only of slices that claim one position). `progress` is called with the number of files
    looked at and their total, None while it is not known; what it raises ends the search. `key` makes the pseudonyms
    (default: this user's). Raises NoSeriesError where a path does not exist.
    """
    given = [Path(p) for p in ([paths] if isinstance(paths, str | os.PathLike) else paths)]
    own = UserKey(key, is_kept=True) if key else user_key()
    index = _Index(AttributeTable(own.key))
    for path in _apart(given):
        for source in _sources(path, index):
            index.files += 1
            _add(index, source)
            if progress is not None and index.files % _PROGRESS_EVERY == 0:
                progress(index.files, None)
    if progress is not None:
        progress(index.files, index.files)
    series = rank(_assemble(index, () if own.is_kept else (_KEY_NOT_KEPT,)))
    return Found(tuple(series), tuple(index.skipped), index.files)


def _apart(paths: Iterable[Path]) -> list[Path]:
    """List the paths that lie within no other one, so that no file is read twice."""
    resolved = {path.resolve(): path for path in paths}
    return [path for real, path in resolved.items() if resolved.keys().isdisjoint(real.parents)]


def _sources(path: Path, index: _Index) -> Iterator[Source | Skipped]:
    """List what is at a path; at a DICOMDIR, the files that it names, once it stands in the index as one."""
    try:
        path.stat()
    except FileNotFoundError:
        raise NoSeriesError(
            f"{path.name}: no such file or folder; a folder, file, DICOMDIR or zip with a CT is wanted"
        ) from None
    except OSError as error:
        raise NoSeriesError(f"{path.name}: cannot be read: {error.strerror}") from None
    single = path.is_file()
    for source in find_sources(path):
        yield source
        if single and source is index.directory:
            yield from dicomdir_sources(index.directory)


def _add(index: _Index, source: Source | Skipped) -> None:
    """Read one file's header into the index."""
    if isinstance(source, Skipped):
        index.skipped.append(source)
        return
    try:
        header = read_header(source, index.layouts)
    except NotDicomError as error:
        index.skipped.append(Skipped(source.name, str(error)))
        return
    except OSError as error:
        index.skipped.append(Skipped(source.name, f"cannot be read: {error.strerror or error}"))
        return
    if (reason := why_skipped(header)) is None:
        index.frames += index.table.frames(source, header)
        return
    index.skipped.append(Skipped(source.name, reason))
    sop_class, study, series, sop_uid = (uid(header.raw.get(tag)) for tag in _NAMES)
    if header.pixels is None and series and was_ct(header, sop_class):
        index.broken[study, series].append(sop_uid)
    if sop_class == DICOMDIR_CLASS and isinstance(source, FileSource):
        index.directory = source
        index.skipped += list_dicomdir(source)


_NAMES: Final = (tags.SOP_CLASS_UID, tags.STUDY_UID, tags.SERIES_UID, tags.SOP_INSTANCE_UID)


def was_ct(header: Header, sop_class: str) -> bool:
    """Tell whether a file without pixels was a picture of a CT; raw data and other objects of a CT never had any."""
    is_unknown = header.cut_short or not sop_class
    return sop_class in CT_CLASSES or (is_unknown and text(header.raw.get(tags.MODALITY)) == "CT")


def read_header(source: Source, layouts: Layouts | None = None, *, frames: bool = True) -> Header:
    """Read the header of a file, the fast way where it is known, else the plain way. Raises NotDicomError, OSError.

    frames: whether the groups of each frame of a multi-frame object are wanted.
    """
    return walk(source, layouts) or read_plainly(source, frames=frames)


def why_skipped(header: Header) -> str | None:  # noqa: PLR0911 - one reason a line
    """Tell why a DICOM file is no picture: it wants a SOP class, Rows, Columns and PixelData."""
    sop_class = uid(header.raw.get(tags.SOP_CLASS_UID))
    if sop_class == DICOMDIR_CLASS:
        return "a DICOMDIR: an index of other files"
    if header.cut_short:
        return "truncated: the file ends inside its header"
    if header.pixels is None:
        if not sop_class:
            return "not DICOM, or without SOP class and PixelData"
        return f"no PixelData ({UID(sop_class, validation_mode=config.IGNORE).name})"
    if not sop_class:
        return "no SOP class: what kind of object it is cannot be known"
    if unsigned(header.raw.get(tags.ROWS)) is None or unsigned(header.raw.get(tags.COLUMNS)) is None:
        return "no Rows or Columns"
    return None


def _assemble(index: _Index, more: Sequence[Notice]) -> list[Series]:
    """Make series of all pictures; grouped by patient, study and series, and by folder where a UID is missing."""
    identified = group_by(index.frames, lambda a: (a.patient, a.person, a.study_uid, a.series_uid))
    groups: list[list[Frame]] = []
    for frames in identified.values():
        a = frames[0].attributes
        groups += [frames] if a.series_uid and a.study_uid else _by_folder(frames)
    reused = _reused(groups)
    made = []
    for frames in groups:
        a = frames[0].attributes
        lost = _lost(index.broken.get((a.study_uid, a.series_uid), []))
        made += make_series(frames, [*more, *reused[id(frames)], *lost])
    return made


def _by_folder(frames: list[Frame]) -> list[list[Frame]]:
    folders: defaultdict[str, list[Frame]] = defaultdict(list)
    for frame in frames:
        folders[frame.source.name.rpartition("/")[0]].append(frame)
    return list(folders.values())


def _lost(sop_uids: list[str]) -> list[Notice]:
    if not sop_uids:
        return []
    what = "1 file of the series ends" if len(sop_uids) == 1 else f"{len(sop_uids)} files of the series end"
    named = tuple(filter(None, sop_uids))
    return [Notice("truncated", "error", f"{what} before the pixels; get the series again", named)]


def _reused(groups: list[list[Frame]]) -> dict[int, list[Notice]]:
    """Tell which groups share a series UID with another patient or study, or a patient id with another person."""
    uses = Counter(g[0].attributes.series_uid for g in groups)
    persons: defaultdict[str | None, set[str]] = defaultdict(set)
    for group in groups:
        a = group[0].attributes
        if a.person and a.patient:
            persons[a.patient].add(a.person)
    notices: dict[int, list[Notice]] = {}
    for group in groups:
        a = group[0].attributes
        found = notices[id(group)] = []
        if a.series_uid and uses[a.series_uid] > 1:
            found.append(
                Notice(
                    "duplicate-uid",
                    "warning",
                    f"the series UID stands in {uses[a.series_uid]} patients or studies; each is kept apart",
                )
            )
        if len(persons[a.patient]) > 1:
            found.append(
                Notice(
                    "patient-id-reused",
                    "warning",
                    "one patient id stands for people of different birth date or sex; kept apart",
                )
            )
    return notices
