"""Targets: what is to be reached, and whether it was (the table "Speed and memory" of the project's design)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from tests.benchmarks.cases import (
    BOTH,
    BYTES,
    CLOSING,
    EXECUTEMANY,
    NAPARI,
    ONE_HOT,
    ONE_WORKER,
    OURS,
    PARSING,
    PARTS,
    SMALL_BOOK,
    VOLUMES,
)
from tests.benchmarks.run import Group
from tests.benchmarks.size import Size


class Reached(NamedTuple):
    """One target. `figure` and `wanted` are shown; program: the line of the table that it stands beside."""

    program: str
    wanted: str
    figure: str
    reached: bool


# Group -> peer -> how many times faster than it this project is to be.
_FASTER: Final = {
    "raw": {"SimpleITK": 12.0, "pydicom": 8.0, "dcm2niix": 4.0},
    "rle": {"SimpleITK": 30.0},
    "jpegls": {"SimpleITK": 3.0},
    "jpegsv1": {"SimpleITK": 2.2},
    "j2k": {"SimpleITK": 1.0},
    "index": {"pydicom": 10.0, "gdcm scanner": 4.0},
    "archive": {"pydicom": 10.0},
    "again": {"pydicom": 50.0},
    "tally": {"SimpleITK": 4.0},
    "lungs": {CLOSING: 8.0},
    "lobes": {CLOSING: 2.0},
    "seg": {ONE_HOT: 3.0},
    "maps": {VOLUMES: 5.0},
    "workers": {ONE_WORKER: 1.4},
}
_TIMES_THE_BYTE_READ: Final = 2.0
_TIMES_THE_VOLUME: Final = 1.15
_MORE_MB: Final = 60.0
_LARGE_MB: Final = 200.0  # below it, the imports are larger than the volume
_TEMPORARY_MB: Final = 8.0  # of a tally
_STROKES_SECONDS: Final = 0.2  # for 1,000 strokes
_SEGMENTED_MB: Final = 2500.0
_MORE_THAN_VOLUME_MB: Final = 500.0  # of writing the three SEGs
_SEQUENTIAL_SECONDS: Final = 1.0  # for the lobes of 30 slices
_POINT_SECONDS: Final = 0.6  # for a point moved and moved back
_TIMES_THE_SCROLL: Final = 1.1
_MORE_MS: Final = 1.0
_FIRST_SLICE_MS: Final = 1000.0
_TURN_MS: Final = 50.0
# What is made before a scan is opened, each by one call of napari -> what bare napari does for it.
_PREPARED: Final = {"the room prepared": "first series", "a view for other visits made": "a second canvas made"}
# What napari itself does not do in a turn of 50 ms: by its own figure of the same name, and so much of it.
_AS_NAPARI: Final = ("marks between suggested", "points of fissures shown first", "coronal plane", "sagittal plane")
_TIMES_NAPARI: Final = 1.25
_WORK: Final = ": most work in a turn, ms"
# Group -> limit -> how many times its time this project may take.
_NEAR: Final = {
    "store": {EXECUTEMANY: 10.0},
    "course": {SMALL_BOOK: 1.5},
    "rescore": {PARSING: 3.0},
    "draft": {PARTS: 1.3},
    "draft30": {PARTS: 1.3},
}
_COHORT_SECONDS: Final = 2.0
_VOLUMES: Final = ("raw", "rle", "jpegls", "jpegsv1", "j2k")


def targets_of(group: Group, size: Size) -> list[Reached]:
    """Tell every target of a group that can be told from what was measured."""
    if group.ours.error:
        return [Reached(OURS, "a result", group.ours.error, reached=False)]
    return [*_faster(group), *_near_limit(group), *_small(group, size), *_in_window(group), *_equal(group)]


def _faster(group: Group) -> Iterator[Reached]:
    for program, wanted in _FASTER.get(group.name, {}).items():
        if not group[program].error:
            times = group[program].time / group.ours.time
            yield Reached(program, f">= {wanted:g} x", f"{times:.1f} x", times >= wanted)


def _near_limit(group: Group) -> Iterator[Reached]:
    if group.name == "raw":
        times = group.ours.time / group[BYTES].time
        yield Reached(BYTES, f"<= {_TIMES_THE_BYTE_READ:g} x this", f"{times:.2f} x", times <= _TIMES_THE_BYTE_READ)
    for limit, times in _NEAR.get(group.name, {}).items():
        took = group.ours.time / group[limit].time
        yield Reached(limit, f"<= {times:g} x this", f"{took:.2f} x", took <= times)
    if group.name == "cohort":
        took = group.ours.time
        yield Reached(OURS, f"<= {_COHORT_SECONDS:g} s", f"{took:.2f} s", took <= _COHORT_SECONDS)
    if group.name == "brush":
        took = group.ours.time
        yield Reached(OURS, f"<= {_STROKES_SECONDS:g} ms a stroke", f"{took:.3f} ms", took <= _STROKES_SECONDS)
    if group.name == "lobes30":
        took = group.ours.time
        yield Reached(OURS, f"<= {_SEQUENTIAL_SECONDS:g} s", f"{took:.2f} s", took <= _SEQUENTIAL_SECONDS)

    if group.name == "point":
        took = group.ours.time
        yield Reached(OURS, f"<= {_POINT_SECONDS:g} s there and back", f"{took:.2f} s", took <= _POINT_SECONDS)


def _small(group: Group, size: Size) -> Iterator[Reached]:
    if group.name == "tally" and group.memory:
        peak = group.memory["peak_bytes"] / 1e6
        yield Reached(OURS, f"<= {_TEMPORARY_MB:g} MB of temporaries", f"{peak:.1f} MB", peak <= _TEMPORARY_MB)
    if group.name in _VOLUMES and size.volume_mb > _LARGE_MB:
        most = _TIMES_THE_VOLUME * size.volume_mb + _MORE_MB
        yield Reached(OURS, f"<= {most:.0f} MB", f"{group.ours.peak:.0f} MB", group.ours.peak <= most)
    if group.name in ("lungs", "lobes") and size.volume_mb > _LARGE_MB:
        yield Reached(OURS, f"<= {_SEGMENTED_MB:.0f} MB", f"{group.ours.peak:.0f} MB", group.ours.peak <= _SEGMENTED_MB)
    if group.name == "seg" and size.volume_mb > _LARGE_MB:
        most = size.volume_mb + _MORE_THAN_VOLUME_MB
        yield Reached(OURS, f"<= {most:.0f} MB", f"{group.ours.peak:.0f} MB", group.ours.peak <= most)


def _in_window(group: Group) -> Iterator[Reached]:
    """Tell what the room is to keep to (issue 6): against bare napari, and the longest that the window stands still."""
    if group.name != "room" or group[NAPARI].error or group[BOTH].error:
        return
    ours, bare, both = group.ours, group[NAPARI], group[BOTH]
    times = both.figure("scroll step, times napari's")
    yield Reached(BOTH, f"a scroll step <= {_TIMES_THE_SCROLL:g} x", f"{times:.2f} x", times <= _TIMES_THE_SCROLL)
    more = both.figure("stroke of room, ms") - both.figure("stroke of napari, ms")
    yield Reached(BOTH, f"a stroke <= {_MORE_MS:g} ms more", f"{more:+.2f} ms", more <= _MORE_MS)
    yield Reached(NAPARI, "memory <= its", f"{ours.peak - bare.peak:+.0f} MB", ours.peak <= bare.peak)
    first = ours.figure("first series: first slice, ms")
    yield Reached(OURS, f"first slice <= {_FIRST_SLICE_MS:g} ms", f"{first:.0f} ms", first <= _FIRST_SLICE_MS)
    else_measured = {made + _WORK for made in (*_PREPARED, *_AS_NAPARI)}
    most = max(ours.figure(name) for name in ours.figures if name.endswith(_WORK) and name not in else_measured)
    yield Reached(OURS, f"work in a turn <= {_TURN_MS:g} ms", f"{most:.0f} ms", most <= _TURN_MS)
    for made, by in _PREPARED.items():
        own, floor = ours.figure(made + _WORK), bare.figure(by + _WORK)
        yield Reached(NAPARI, f"{made} <= {floor:.0f} ms in a turn", f"{own:.0f} ms", own <= floor)
    for what in _AS_NAPARI:
        own, most = ours.figure(what + _WORK), max(_TURN_MS, _TIMES_NAPARI * bare.figure(what + _WORK))
        yield Reached(NAPARI, f"{what} <= {most:.0f} ms in a turn", f"{own:.0f} ms", own <= most)


def _equal(group: Group) -> Iterator[Reached]:
    if group.name == "room":
        return
    one = len(group.ours.digests) == 1
    if not one or group.differing:
        yield Reached(
            OURS, "equal results", f"differ: {', '.join(group.differing) or 'round from round'}", reached=False
        )
