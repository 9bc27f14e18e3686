"""Listing: the series of a folder as a reading list: new, draft or signed; shuffled and blinded for studies."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, Final

from kazerooni.dicom import Series
from kazerooni.errors import ReadingError
from kazerooni.files import write_whole
from kazerooni.labels import read_reading
from kazerooni.model import Reading, ScanRef, Status, superseded
from napari_kazerooni.draft_ids import own_id
from napari_kazerooni.known_drafts import DraftHead
from napari_kazerooni.signing import READING_FILE

PLAN_VERSION: Final = 1
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


class Progress(StrEnum):
    """How far a task of the list has come."""

    NEW = "new"
    DRAFT = "draft"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Task:
    """One reading that is to be made. series: its key (`series_key`). turn: 1, or more for a repeat."""

    series: str
    turn: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """In which order series are read. seed: of the shuffle, None for the order found. hidden: identity is not shown."""

    tasks: tuple[Task, ...]
    seed: int | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the reading list.

    label: what is shown of the series: its date and description, or only the number of the case where it is hidden.
    kept: the folder of the signed reading, or the file of the draft.
    """

    number: int
    task: Task
    label: str
    progress: Progress
    series: Series
    kept: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Signed:
    """A signed reading and the folder that it is kept in."""

    folder: Path
    reading: Reading


def series_key(series: Series) -> str:
    """Give what names a series in a plan: its UID, and its part where it had to be split."""
    return series.series_uid if series.parts == 1 else f"{series.series_uid}:{series.part}"


def best_series(found: Iterable[Series]) -> tuple[Series, ...]:
    """Give the best usable series of each study, in the order found."""
    best: dict[tuple[str | None, str], Series] = {}
    for series in found:
        if series.usable:
            best.setdefault((series.patient, series.study_uid), series)
    return tuple(best.values())


def make_plan(keys: Sequence[str], *, seed: int | None = None, hidden: bool = False, repeats: int = 0) -> Plan:
    """Plan the order of reading.

    seed: shuffles the list; the same seed gives the same order. None keeps the order given.
    repeats: how many series, drawn by chance, are read a second time, later and not side by side where there is room;
        a seed is wanted for that.

    Raises ReadingError where more repeats than series are asked for, or repeats without a seed.
    """
    if repeats and seed is None:
        raise ReadingError("repeats are drawn by chance; give a seed, so that they can be drawn again")
    if not 0 <= repeats <= len(keys):
        raise ReadingError(f"{repeats} repeats of {len(keys)} series; 0 to {len(keys)} are wanted")
    tasks = [Task(key) for key in keys]
    if seed is not None:
        chance = Random(seed)  # noqa: S311 - an order, no secret
        chance.shuffle(tasks)
        for task in chance.sample(tasks, repeats):
            first = tasks.index(task)
            earliest = min(first + 1 + max(1, len(tasks) // 4), len(tasks))
            tasks.insert(chance.randint(earliest, len(tasks)), Task(task.series, 2))
    return Plan(tuple(tasks), seed, hidden)


def write_plan(plan: Plan, path: Path) -> None:
    """Keep a plan, whole or not at all. Raises OutputError where it cannot be written or one is there."""
    document = {"plan_version": PLAN_VERSION, **asdict(plan)}
    write_whole(path, (json.dumps(document, indent=1) + "\n").encode())


def read_plan(path: Path) -> Plan:
    """Read a plan that was kept. Raises ReadingError where it is none."""
    try:
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if document["plan_version"] != PLAN_VERSION:
            version = str(document["plan_version"])
            raise ReadingError(f"the plan {path.name} is of version {version:.20}; update the program")
        tasks = tuple(Task(str(task["series"]), int(task["turn"])) for task in document["tasks"])
        seed = document["seed"]
        return Plan(tasks, None if seed is None else int(seed), hidden=bool(document["hidden"]))
    except OSError as error:
        raise ReadingError(f"the plan {path.name} cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError):
        raise ReadingError(f"the plan {path.name} is damaged; give the one that was kept, or make another") from None


def signed_readings(folder: Path) -> tuple[tuple[Signed, ...], tuple[str, ...]]:
    """Find the signed readings below a folder that stand: those that none supersedes, by their start.

    Gives them, and why others could not be read.
    """
    return _standing(_readings_in(folder))


def _readings_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*/{READING_FILE}")) if folder.is_dir() else []


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # told where all readings are listed


def _standing(paths: Iterable[Path]) -> tuple[tuple[Signed, ...], tuple[str, ...]]:
    found: list[Signed] = []
    problems: list[str] = []
    for path in paths:
        try:
            reading = read_reading(path)
        except ReadingError as error:
            problems.append(f"{path.parent.name}: {error}")
            continue
        if reading.status is Status.SIGNED:
            found.append(Signed(path.parent, reading))
    replaced = superseded([one.reading for one in found])
    standing = [one for one in found if one.reading.id not in replaced]
    return tuple(sorted(standing, key=lambda one: one.reading.session.started or _EARLIEST)), tuple(problems)


def signed_of(folder: Path, series: Series) -> tuple[Signed, ...]:
    """Find the signed readings of a series below a folder that stand, by their start; others are hardly looked at."""
    wanted = series.series_uid.encode()
    paths = [path for path in _readings_in(folder) if wanted in _bytes_of(path)]
    return tuple(one for one in _standing(paths)[0] if _is_of(one.reading.scan, series))


def reading_list(
    found: Iterable[Series],
    plan: Plan,
    *,
    signed: Sequence[Signed] = (),
    drafts: Sequence[DraftHead] = (),
    reader: str | None = None,
) -> tuple[Listed, ...]:
    """List the tasks of a plan whose series were found, with how far each has come.

    A series that is read twice is signed for the first time by the first reading that was made of it.
    reader: whose readings count; None for those of anybody.
    """
    by_key = {series_key(series): series for series in found}
    kept = {key: _kept(series, signed, drafts, reader) for key, series in by_key.items()}
    listed: list[Listed] = []
    for number, task in enumerate(plan.tasks, 1):
        series = by_key.get(task.series)
        if series is None:
            continue
        own = kept[task.series]
        progress, place = own[task.turn - 1] if task.turn <= len(own) else (Progress.NEW, None)
        label = f"Case {number:03d}" if plan.hidden else _label(series)
        listed.append(Listed(number, task, label, progress, series, place))
    return tuple(listed)


def _kept(
    series: Series, signed: Sequence[Signed], drafts: Sequence[DraftHead], reader: str | None
) -> list[tuple[Progress, Path | None]]:
    """Give what was made of a series so far: the signed readings, then the drafts.

    A draft of a reading that was signed since, just before a crash, is none any more.
    """
    closed = {one.reading.id for one in signed}

    def is_own(reading: Reading) -> bool:
        return (reader is None or reading.reader == reader) and _is_of(reading.scan, series)

    # A draft of nobody was made by a program, for whoever reads the scan.
    mine = [draft for draft in drafts if reader in (None, draft.reader) or draft.reader is None]
    begun = [draft for draft in mine if draft.is_of(series) and not _is_done(draft, reader, closed, drafts)]
    return [
        *((Progress.SIGNED, one.folder) for one in signed if is_own(one.reading)),
        *((Progress.DRAFT, one.path) for one in reversed(begun)),
    ]


def _is_done(draft: DraftHead, reader: str | None, closed: Collection[str], drafts: Iterable[DraftHead]) -> bool:
    """Tell whether a draft was signed, or the reader goes on with it as a draft of his own."""
    own = own_id(draft.reading, reader)
    return draft.reading in closed or own in closed or any(other.reading == own for other in drafts)


def _is_of(scan: ScanRef, series: Series) -> bool:
    if scan.series_uid != series.series_uid:
        return False
    return series.parts == 1 or scan.sop_uids == series.scan.sop_uids


def _label(series: Series) -> str:
    words = (series.patient, series.study_date, series.description, f"{series.slices} slices")
    return "  ".join(str(word) for word in words if word)


def next_unread(listed: Sequence[Listed], after: int = 0) -> Listed | None:
    """Give the next line that is not signed after a number of the list, from the start again at its end."""
    later = [line for line in listed if line.number > after]
    earlier = [line for line in listed if line.number <= after]
    return next((line for line in (*later, *earlier) if line.progress is not Progress.SIGNED), None)


def counts(listed: Iterable[Listed]) -> Mapping[Progress, int]:
    """Count the lines of each progress."""
    found = [line.progress for line in listed]
    return {progress: found.count(progress) for progress in Progress}
