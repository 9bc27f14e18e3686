"""Signing: what is asked before, the folder that a signed reading is kept in, and the amendment of one.

Signing closes a reading; it is not an electronic signature in law.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from pydicom import dcmread

from kazerooni.dicom import Series
from kazerooni.errors import KazerooniError, ReadingError
from kazerooni.files import make_folder, stem_of, write_folder_whole
from kazerooni.labels import Author, read_finding_map, read_lobe_map, read_reading, write_map, write_reading
from kazerooni.model import (
    Component,
    FindingMap,
    InputDigest,
    Lobe,
    LobeMap,
    Reading,
    State,
    Status,
    Supersedes,
    Volume,
    places_words,
)
from kazerooni.scoring import ENOUGH_PERCENT
from napari_kazerooni.canvas import Canvas, Labels
from napari_kazerooni.evidence import Conflict
from napari_kazerooni.layers import LAYER_NAMES, LayerName
from napari_kazerooni.looking import Looking
from napari_kazerooni.provenance import parted
from napari_kazerooni.said import Said
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.setting import Now, Setting

READING_FILE: Final = "reading.json"
_SEG: Final = ".dcm"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before signing.

    key: names the question; `ReadingSession.confirmed` holds those that were answered with yes.
    must: it has to be put right first, and yes is no answer.
    """

    key: str
    message: str
    must: bool


def questions(session: ReadingSession) -> tuple[Question, ...]:
    """List what stands against signing: first what has to be put right, then what a yes is enough for.

    A trace is answered by `say.count_trace` or `say.spill_trace`, a conflict by correcting one of the two or
    `say.settle`; low coverage and lobes without a grade by putting the key into `session.confirmed`, once.
    """
    asked = [*_musts(session), *_low_coverage(session), *_ungraded(session)]
    return tuple(question for question in asked if question.must or question.key not in session.confirmed)


def _musts(session: ReadingSession) -> list[Question]:
    asked = []
    if not (session.reader or "").strip():
        asked.append(Question("reader", "nobody is named as reader; give a name or sign", must=True))
    asked += [Question(_key(conflict), conflict.message, must=True) for conflict in session.places.conflicts]
    try:
        session.score(partial=True)
    except KazerooniError as error:
        asked.append(Question("scheme", str(error), must=True))
    asked += [
        Question(
            f"trace {trace.lobe.name} {trace.finding}",
            f"{trace.finding.full_name} of {trace.lobe.name}: {trace.voxels} pixels; count them, or is it a spill?",
            must=True,
        )
        for trace in session.open_traces()
    ]
    return asked


def _key(conflict: Conflict) -> str:
    return f"{conflict.kind} {conflict.lobe.name} {conflict.component}"


def _low_coverage(session: ReadingSession) -> list[Question]:
    coverage = session.coverage
    if coverage >= ENOUGH_PERCENT:
        return []
    words = f"{coverage:.0f} % of the lung was on the screen at lung window, under {ENOUGH_PERCENT:.0f} %; sign anyway?"
    return [Question("coverage", words, must=False)]


def _ungraded(session: ReadingSession) -> list[Question]:
    try:
        graded = session.score(partial=True)
    except KazerooniError:
        return []  # asked about as `scheme`
    lobes = {lobe.lobe: lobe for lobe in graded.lobes}
    known = (State.NOT_ASSESSABLE, State.ABSENT)
    missing = tuple((lobe, c) for lobe, c in graded.missing() if lobes[lobe].component(c).state not in known)
    if not missing:
        return []
    return [Question("ungraded", f"without a grade are {places_words(missing)}; sign anyway?", must=False)]


def sign(session: ReadingSession, series: Series, folder: Path, now: Now) -> Path:
    """Sign a reading: it is closed and kept as `reading.json` with its SEGs in a folder of its own, named by its id.

    series: that was read; the SEGs reference its pictures. folder: of the user's choice. now: gives the time of the
    end, with its zone.

    Gives the folder of the reading: all of its files stand there, or none does and the session goes on.
    Raises ReadingError where a question is open, OutputError where it cannot be written.
    """
    session.say.refuse_signed()
    if open_ := questions(session):
        raise ReadingError(f"not signed: {'; '.join(question.message for question in open_)}")
    if miscounted := session.canvas.miscounted():
        session.canvas.recount_slices(miscounted)
        raise ReadingError(
            f"not signed: marks on {len(miscounted)} slices had changed without being counted; they are counted now, "
            "look at the scores once more"
        )
    make_folder(folder)
    place = folder / stem_of(session.setting.reading_id)
    made: list[Reading] = []
    write_folder_whole(place, lambda part: made.append(_write(session, series, part, now())))
    _close(session, made[0])
    return place


def _write(session: ReadingSession, series: Series, folder: Path, ended: datetime) -> Reading:
    maps = _maps(session)
    inputs = [InputDigest("scan", session.volume.digest)]
    for name, labels in maps.items():
        path = folder / f"{name}{_SEG}"
        write_map(labels, path, series=series, author=author_of(session, name), reading=session.setting.reading_id)
        inputs.append(InputDigest(name, _digest_of(path)))
    reading = session.reading(Status.SIGNED, ended=ended, inputs=tuple(inputs))
    write_reading(reading, folder / READING_FILE)
    return reading


def _maps(session: ReadingSession) -> Mapping[LayerName, LobeMap | FindingMap]:
    """Give the maps that belong to a reading: none of a typed one without lobes, no marks where nobody looked."""
    places = session.places
    maps: dict[LayerName, LobeMap | FindingMap] = {}
    if places.has_labels:
        maps["lobes"] = session.canvas.lobe_map(session.lobes_source)
    for component in Component:
        if component in places.evidence().measured:
            name: LayerName = "alveolar" if component is Component.ALVEOLAR else "interstitial"
            maps[name] = session.canvas.finding_map(component, session.reader)
    return maps


def author_of(session: ReadingSession, name: LayerName) -> Author:
    """Tell who drew a map: findings are painted by the reader; lobes by what found them, checked by the reader.

    Lobes without a source were painted by hand: those from a file have one, be it that nobody knows (`FROM_FILE`).
    """
    if name != "lobes" or session.lobes_source is None:
        return Author("MANUAL", reader=session.reader)
    program, _, version = session.lobes_source.partition(" ")
    return Author("SEMIAUTOMATIC", reader=session.reader, program=program, version=version or "unknown")


def read_maps(folder: Path, series: Series) -> Mapping[LayerName, Labels]:
    """Read the SEGs of a signed reading as arrays of its own that may be painted in.

    Raises LabelError where they are of another series.
    """
    found: dict[LayerName, Labels] = {}
    for name in LAYER_NAMES:
        path = folder / f"{name}{_SEG}"
        if path.is_file():
            read = read_lobe_map(path, series) if name == "lobes" else read_finding_map(path, series, Component(name))
            found[name] = read.labels.copy()
    return found


@dataclass(frozen=True, slots=True)
class Amending:
    """An amendment to be: its id, why, who makes it (None: who signed), and its order among readings of that person."""

    reading_id: str
    reason: str
    reader: str | None = None
    order: int | None = None


def amend(folder: Path, series: Series, volume: Volume, by: Amending, now: Now) -> ReadingSession:
    """Open a signed reading for an amendment: a new reading that supersedes it for a reason; the old one stays.

    folder: of the signed reading, as `sign` gave it. The amendment keeps what was said, painted and seen in it. One by
    another reader keeps what was said and painted, whose score that reader was shown, and nobody else's looking.

    Raises ReadingError where it is not signed or no reason is given, LabelError where it is of another series.
    """
    old = _signed_reading(folder, volume)
    is_same = by.reader in (None, old.reader)
    setting = Setting(
        reading_id=by.reading_id,
        started=now(),
        order=old.session.order if is_same else by.order,
        supersedes=Supersedes(old.id, by.reason),
    )
    session = _session_of(old, folder, series, volume, setting)
    if not is_same:
        session.reader, session.looking, session.prior_shown = by.reader, Looking(), "score"
    return session


def reopen(folder: Path, series: Series, volume: Volume, now: Now) -> ReadingSession:
    """Open a signed reading for looking: its marks, words and slices seen, closed as `sign` left it.

    now: the begin of one that does not say when it began.

    Raises ReadingError where it is not signed, of another series, or a map was changed since; LabelError where a map is
    of another series.
    """
    old = _signed_reading(folder, volume)
    for told in old.inputs:
        path = folder / f"{told.role}{_SEG}"
        if told.role in LAYER_NAMES and (not path.is_file() or _digest_of(path) != told.sha256):
            raise ReadingError(
                f"{path.name} of reading {old.id} is not the one that was signed; bring the folder back from a backup"
            )
    setting = Setting(
        reading_id=old.id,
        started=old.session.started or now(),
        order=old.session.order,
        supersedes=old.supersedes,
    )
    session = _session_of(old, folder, series, volume, setting)
    _close(session, old)
    return session


def _signed_reading(folder: Path, volume: Volume) -> Reading:
    old = read_reading(folder / READING_FILE)
    if old.status is not Status.SIGNED:
        raise ReadingError(f"reading {old.id} is a draft; go on with it instead")
    if old.scan.series_uid != volume.scan.series_uid:
        raise ReadingError(f"reading {old.id} is of another series; open the series that it was made of")
    return old


def _session_of(old: Reading, folder: Path, series: Series, volume: Volume, setting: Setting) -> ReadingSession:
    """Make a session that holds what was said, painted and seen in a signed reading."""
    session = ReadingSession(
        volume,
        setting,
        canvas=Canvas(volume, read_maps(folder, series)),
        said=said_of(old),
        looking=Looking(old.session.slices_seen or (), old.session.windows),
        reader=old.reader,
    )
    session.say.begin_lobes(old.fissures)
    session.lobes_source = _lobes_source(folder)
    of_maps, session.others = parted(old.notices)
    session.lobe_notices = tuple(notice for notice in of_maps if notice not in volume.notices)
    session.prior_shown = old.session.prior_shown or "none"
    return session


def _close(session: ReadingSession, signed: Reading) -> None:
    """Let nothing of a session change any more: it is signed."""
    session.signed = signed
    session.say.closed_by = signed.id
    session.canvas.freeze()


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _lobes_source(folder: Path) -> str | None:
    """Give what found the lobes of a signed reading, as its SEG says; None where a person drew them, or there are none.

    DICOM PS3.3 C.8.20.2: Segment Algorithm Type (0062,0008) and the identification of the algorithm (0062,0007).
    """
    path = folder / f"lobes{_SEG}"
    if not path.is_file():
        return None
    header = dcmread(path, stop_before_pixels=True)
    segment = header.SegmentSequence[0]
    if segment.SegmentAlgorithmType == "MANUAL":
        return None
    (program,) = segment.SegmentationAlgorithmIdentificationSequence
    return f"{program.AlgorithmName} {program.AlgorithmVersion}"


def said_of(reading: Reading) -> Said:
    """Give what a reading says in words and numbers, so that a session can go on from it."""
    said = Said(
        entries={(entry.lobe, entry.component): entry for entry in reading.entries},
        traction=reading.traction,
        pattern=reading.pattern,
        remarks=reading.remarks,
    )
    for lobe, component in ((lobe, component) for lobe in Lobe for component in Component):
        # What was looked at and held nothing stays so, though only the maps say it.
        by_maps = (lobe, component) not in said.entries and reading.is_in_tally(lobe)
        if by_maps and reading.state((lobe,), component) is State.ASSESSED:
            said = said.state(lobe, component, State.ASSESSED)
    return said
