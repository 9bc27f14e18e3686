"""Strategies that make any reading a program could record: every field set or not, numbers of every size."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st

from kazerooni.model import (
    LABELS_SHAPE,
    Component,
    Entry,
    Fissure,
    FissureName,
    FissurePoint,
    FissureSet,
    FissureState,
    FissureSurface,
    InputDigest,
    Lobe,
    Notice,
    Origin,
    Pattern,
    PointOrigin,
    Reading,
    ScanRef,
    SchemeRef,
    Session,
    State,
    Status,
    Supersedes,
    Tally,
    Technique,
    TypedValue,
    Window,
    findings_of,
)

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(lambda text: bool(text.strip()))
ids = st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,8}", fullmatch=True)
numbers = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=1e-3, max_value=1e6)
hexes = st.text("0123456789abcdef", min_size=64, max_size=64)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Give a value of the strategy, or None."""
    return st.none() | strategy


@st.composite
def tallies(draw: st.DrawFn, *, slices: int) -> Tally:
    """Make a tally in which a few places hold voxels, of the measured components only."""
    measured = draw(st.frozensets(st.sampled_from(Component)))
    counts = np.zeros((slices, *LABELS_SHAPE), np.int64)
    for _ in range(draw(st.integers(0, 8))):
        place = [draw(st.integers(0, size - 1)) for size in counts.shape]
        for axis, component in ((2, Component.ALVEOLAR), (3, Component.INTERSTITIAL)):
            if component not in measured:
                place[axis] = 0
        counts[tuple(place)] = draw(st.integers(0, 2**30))
    return Tally(
        counts,
        np.array(draw(st.lists(st.integers(1, 10**6), min_size=slices, max_size=slices)), np.int64),
        depth_unit_mm=draw(maybe(positive)),
        pixel_area_mm2=draw(positive),
        measured=measured,
        is_sampled=draw(st.booleans()),
        missing_after=tuple(sorted(draw(st.sets(st.integers(0, slices - 2), max_size=3)))) if slices > 1 else (),
    )


@st.composite
def typed_values(draw: st.DrawFn, component: Component) -> tuple[TypedValue, ...]:
    """Make what may be typed of a component: a grade, nothing found, or some findings."""
    kind = draw(st.sampled_from(["grade", "none", "findings"]))
    if kind == "grade":
        return (TypedValue(grade=draw(st.integers(0, 5)), scheme=SchemeRef("kazerooni", 1)),)
    if kind == "none":
        return (TypedValue(percent=draw(st.sampled_from([Decimal(0), Decimal("0.00")]))),)
    findings = draw(st.lists(st.sampled_from(findings_of(component)), min_size=1, unique=True))
    share = st.decimals(0, 100 // len(findings), places=draw(st.integers(0, 6))).map(abs)
    value = st.one_of(st.fixed_dictionaries({"percent": share}), st.fixed_dictionaries({"present": st.booleans()}))
    return tuple(TypedValue(finding=finding, **draw(value)) for finding in findings)


@st.composite
def entries(draw: st.DrawFn, tally: Tally | None) -> tuple[Entry, ...]:
    """Make entries of some components of some lobes, that do not contradict the tally."""
    made = []
    absent = draw(st.sets(st.sampled_from(Lobe), max_size=2))
    for lobe, component in draw(st.sets(st.tuples(st.sampled_from(Lobe), st.sampled_from(Component)))):
        seen = tally is not None and tally.slices_seen((lobe,)) > 0
        kinds = ["absent"] if lobe in absent and not seen else ["typed", "not_assessable"]
        if tally is not None and seen and component in tally.measured:
            kinds.append("painted")
        kind = draw(st.sampled_from(kinds))
        if kind == "typed":
            made.append(Entry(lobe=lobe, component=component, values=draw(typed_values(component))))
        elif kind == "painted":
            origin = draw(st.sampled_from([Origin.PAINTED, Origin.PROPOSED]))
            made.append(Entry(lobe=lobe, component=component, origin=origin))
        else:
            reason = draw(st.just("") | words)
            made.append(Entry(lobe=lobe, component=component, state=State(kind), reason=reason))
    return tuple(made)


@st.composite
def fissure_sets(draw: st.DrawFn) -> FissureSet:
    """Make some fissures with points and surfaces."""
    made = []
    for name in draw(st.sets(st.sampled_from(FissureName))):
        state = draw(st.sampled_from(FissureState))
        points = draw(
            st.lists(
                st.builds(FissurePoint, st.tuples(numbers, numbers, numbers), positive, st.sampled_from(PointOrigin)),
                max_size=3,
            )
        )
        centres = draw(st.lists(st.tuples(numbers, numbers), max_size=3))
        weights = tuple(draw(numbers) for _ in centres)
        surface = FissureSurface(draw(st.tuples(numbers, numbers, numbers)), tuple(centres), weights)
        kept = None if state is FissureState.ABSENT or draw(st.booleans()) else surface
        made.append(Fissure(name, state, tuple(points), kept))
    return FissureSet(tuple(made))


@st.composite
def sessions(draw: st.DrawFn, *, slices: int) -> Session:
    """Make a session; its times carry a zone."""
    zones = st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30)), timezone(timedelta(hours=2))])
    moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=zones)  # noqa: DTZ001 - bounds are naive
    started = draw(maybe(moments.map(lambda moment: moment.replace(fold=0))))  # a fixed zone has no fold
    ended = None if started is None else draw(maybe(st.just(started + timedelta(minutes=7, microseconds=1))))
    return Session(
        started=started,
        ended=ended,
        program_version=draw(maybe(words)),
        windows=tuple(draw(st.lists(st.builds(Window, numbers, numbers), max_size=2))),
        prior_shown=draw(st.sampled_from([None, "none", "scan", "score"])),
        order=draw(maybe(st.integers(1, 99))),
        slices_seen=draw(maybe(st.sets(st.integers(0, slices - 1)).map(lambda seen: tuple(sorted(seen))))),
        coverage_percent=draw(maybe(st.floats(0, 100))),
    )


techniques = st.builds(
    Technique,
    manufacturer=maybe(words),
    kernel=maybe(words),
    kernel_class=st.sampled_from(["sharp", "soft", "unknown"]),
    kvp=maybe(positive),
    slice_thickness_mm=maybe(positive),
    slice_gap_mm=maybe(positive),
    contrast=maybe(words),
    patient_position=maybe(words),
    coverage_mm=maybe(positive),
    acquisition=st.sampled_from(["sequential", "spiral", "unknown"]),
)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Make any reading."""
    slices = draw(st.integers(1, 4))
    tally = draw(maybe(tallies(slices=slices)))
    made = draw(entries(tally))
    absent = {entry.lobe for entry in made if entry.state is State.ABSENT}
    traction = draw(st.dictionaries(st.sampled_from(Lobe), st.booleans()))
    unread = draw(st.frozensets(st.tuples(st.sampled_from(Lobe), st.sampled_from(Component))))
    return Reading(
        id=draw(ids),
        scan=ScanRef(
            patient=draw(maybe(words)),
            study_uid=draw(maybe(words)),
            series_uid=draw(maybe(words)),
            frame_of_reference_uid=draw(maybe(words)),
            study_date=draw(maybe(st.dates())),
            sop_uids=tuple(f"1.2.{i}" for i in range(slices)) if draw(st.booleans()) else (),
        ),
        technique=draw(techniques),
        reader=draw(maybe(words)),
        tally=tally,
        entries=made,
        traction={lobe: seen for lobe, seen in traction.items() if lobe not in absent},
        unread=unread - {(entry.lobe, entry.component) for entry in made},
        pattern=draw(maybe(st.builds(Pattern, words, maybe(words)))),
        fissures=draw(maybe(fissure_sets())),
        inputs=tuple(draw(st.lists(st.builds(InputDigest, words, maybe(hexes)), max_size=3))),
        session=draw(sessions(slices=slices)),
        remarks=draw(st.text(st.characters(codec="utf-8"), max_size=20)),
        status=draw(st.sampled_from(Status)),
        supersedes=draw(maybe(st.builds(Supersedes, ids.map(lambda text: f"0.{text}"), words))),
        notices=tuple(
            draw(
                st.lists(
                    st.builds(
                        Notice,
                        words,
                        st.sampled_from(["error", "warning", "info"]),
                        words,
                        st.lists(words, max_size=2).map(tuple),
                    ),
                    max_size=2,
                )
            )
        ),
    )
