"""Several readers of a visit: each is kept, a pooled value follows a named rule, different readers make no change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import ReadingError
from kazerooni.model import Component, DetectableChange, Lobe, Pooling, ReadersError, Reading, Timeline
from kazerooni.scoring import timeline, timeline_json
from tests.scoring.course_builders import visit

FIRST, SECOND, THIRD = date(2000, 1, 1), date(2001, 1, 1), date(2002, 1, 1)


def read_by(on: date, **grades: int) -> list[Reading]:
    """Give a reading of each reader."""
    return [visit(on, grade, reader=reader) for reader, grade in grades.items()]


def totals(line: Timeline) -> list[float | None]:
    """Give the pooled totals."""
    return [None if point.sums is None else point.sums.total for point in line.points]


@pytest.mark.parametrize(("pooling", "pooled"), [("each", [None, None]), ("mean", [3.0, 2.0]), ("median", [4, 1])])
def test_pooling_follows_its_rule(pooling: Pooling, pooled: list[float | None]) -> None:
    """Of totals 4, 4, 1 and 1, 0, 5 the means are 3 and 2, the medians 4 and 1; `each` gives no pooled number."""
    readings = read_by(FIRST, A=4, B=4, C=1) + read_by(SECOND, A=1, B=0, C=5)
    line = timeline(readings, pooling=pooling)
    assert totals(line) == pooled
    assert [[case.score.totals.total for case in point.readings] for point in line.points] == [[4, 4, 1], [1, 0, 5]]
    change = line.points[1].since_previous
    assert change is not None
    assert change.is_interpretable
    assert change.total == (None if pooling == "each" else pooled[1] - pooled[0])  # type: ignore[operator]
    assert [(one.reader, one.total) for one in change.readers] == [("A", -3), ("B", -4), ("C", 4)]


def test_lobes_are_pooled_by_grade_and_percent() -> None:
    """Grades 4 and 2 of 60 and 24 % have the mean grade 3 and the mean percent 42."""
    (point,) = timeline(read_by(FIRST, A=4, B=2), pooling="mean").points
    assert point.sums is not None
    (upper,) = [v for v in point.sums.lobes if v.lobe is Lobe.RUL and v.component is Component.ALVEOLAR]
    assert (upper.grade, upper.percent) == (3, 42.0)


def test_the_consensus_stands_for_all() -> None:
    """The reading of the consensus is the value of its visit, the others are kept; without one there is no value."""
    readings = [*read_by(FIRST, A=4, B=2, joint=3), *read_by(SECOND, A=2, joint=1), *read_by(THIRD, A=1)]
    line = timeline(readings, pooling="consensus", consensus="joint")
    assert totals(line) == [3, 1, None]
    assert [len(point.readings) for point in line.points] == [3, 2, 1]
    changes = [point.since_previous for point in line.points[1:]]
    assert [change.total for change in changes if change] == [-2, None]
    assert [change.is_interpretable for change in changes if change] == [True, False]
    with pytest.raises(ReadingError, match="go together"):
        timeline(readings, pooling="consensus")


@pytest.mark.parametrize("pooling", ["each", "mean", "median"])
def test_other_readers_make_no_interpretable_change(pooling: Pooling) -> None:
    """Where the sets of readers differ the change is not interpretable, whatever the rule, and both sets are named."""
    line = timeline(read_by(FIRST, A=4, B=4) + read_by(SECOND, A=1), pooling=pooling)
    change = line.points[1].since_previous
    assert change is not None
    assert not change.is_interpretable
    assert [(d.what, d.earlier, d.later) for d in change.differences] == [("reader", "A, B", "A")]
    assert line.points[1].since_best is None


def test_a_visit_of_several_has_no_one_reading() -> None:
    """What asks for the one reading of a visit of two is refused with both ids."""
    (point,) = timeline(read_by(FIRST, A=4, B=2)).points
    with pytest.raises(ReadingError, match=f"has several readings: A-{FIRST}, B-{FIRST}"):
        _ = point.score


def test_repeats_are_refused_until_one_is_named() -> None:
    """Two readings by one reader of one date are refused with both ids; a named one counts, the other is kept."""
    both = [visit(FIRST, 4, name="one"), visit(FIRST, 2, name="two")]
    with pytest.raises(ReadingError, match=r"by one reader \(R1\): one and two; supersede one by the other, or name"):
        timeline(both)
    with pytest.raises(ReadingError, match="one and two"):
        timeline(both, use=["one", "two"])
    with pytest.raises(ReadingError, match="three is named as the reading to use, but it is none"):
        timeline(both, use=["three"])
    (point,) = timeline(both, use=["two"]).points
    assert point.score.total == 2
    assert [case.reading.id for case in point.repeats] == ["two" if point.reading.id == "one" else "one"]


def test_two_scans_of_one_day_are_kept_and_not_pooled() -> None:
    """Readers of two scans of one day are each kept; a mean of them is refused."""
    readings = [visit(FIRST, 4, reader="A", series_uid="1.1"), visit(FIRST, 2, reader="B", series_uid="1.2")]
    assert len(timeline(readings).points[0].readings) == 2
    with pytest.raises(ReadingError, match=r"of two scans, so they are not pooled"):
        timeline(readings, pooling="mean")


def test_the_best_is_the_lowest_total_before() -> None:
    """The best is the lowest total of the visits before, of equal ones the earliest, and never the visit itself."""
    days = [date(2000 + i, 1, 1) for i in range(5)]
    line = timeline([visit(on, grade) for on, grade in zip(days, (4, 2, 2, 5, 0), strict=True)])
    best = [point.since_best for point in line.points]
    assert best[0] is None
    assert [(change.since, change.total) for change in best if change] == [
        (days[0], -2),
        (days[1], 0),
        (days[1], 3),
        (days[1], -2),
    ]


def test_changes_are_marked_by_the_readers_error() -> None:
    """A change is beyond the error only where it is larger; other schemes, other readers and means say nothing."""
    none = DetectableChange(sem=None, smallest=None, repeats=3, scans=3, reason="fewer than 10 repeats")
    known = DetectableChange(sem=0.72, smallest=2.0, repeats=12, scans=12)
    error = ReadersError(
        scheme="kazerooni",
        scheme_version=1,
        kind="within",
        readers=("R1",),
        alveolar=none,
        interstitial=none,
        total=known,
    )
    readings = [visit(FIRST, 4), visit(SECOND, 2), visit(THIRD, 5), visit(date(2003, 1, 1), 1, reader="R2")]

    def marks(error: ReadersError, scheme: str = "kazerooni") -> list[bool | None]:
        line = timeline(readings, scheme, readers_error=error)
        return [point.since_previous.is_beyond_error for point in line.points if point.since_previous]

    assert marks(error) == [False, True, None]
    assert marks(error, "kazerooni-fibrosis") == [None, None, None]
    assert marks(replace(error, total=none)) == [None, None, None]


visits = st.lists(st.dictionaries(st.sampled_from("ABC"), st.integers(0, 5), min_size=1), min_size=1, max_size=4).map(
    lambda days: [r for i, grades in enumerate(days) for r in read_by(date(2000 + i, 1, 1), **grades)]
)


@given(visits, st.sampled_from(["each", "mean", "median"]), st.randoms(use_true_random=False))
def test_the_order_of_readings_does_not_matter(readings: list[Reading], pooling: Pooling, chance: object) -> None:
    """Readings in any order give the same document."""
    shuffled = list(readings)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    made = [timeline_json(timeline(r, pooling=pooling), program_version="1") for r in (readings, shuffled)]
    assert made[0] == made[1]


@given(visits, st.sampled_from(["each", "mean", "median"]), st.integers(0, 5))
def test_a_later_visit_changes_no_earlier_point(readings: list[Reading], pooling: Pooling, grade: int) -> None:
    """With one more visit after the last, every earlier point stays as it was."""
    later = visit(date(2010, 1, 1), grade, reader="A")
    before = timeline_json(timeline(readings, pooling=pooling), program_version="1")["points"]
    after = timeline_json(timeline([*readings, later], pooling=pooling), program_version="1")["points"]
    assert isinstance(after, list)
    assert after[:-1] == before


def test_exchanged_readers_change_nothing_but_their_names() -> None:
    """Means and medians are the same whichever reader gave which value."""
    rules: tuple[Pooling, ...] = ("mean", "median")
    for pooling in rules:
        found = {
            tuple(totals(timeline(read_by(FIRST, A=a, B=b, C=c), pooling=pooling)))
            for a, b, c in permutations((0, 2, 5))
        }
        assert len(found) == 1
