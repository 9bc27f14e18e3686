"""What the reading room asks of the core: unread places, traces by finding, warnings, both grades of an edge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kazerooni.errors import ReadingError
from kazerooni.labels import reading_from_json, reading_json
from kazerooni.model import Component, Finding, FindingMap, Lobe, LobeMap, Reading, Session, Technique
from kazerooni.scoring import find_scheme, measure, score, tally_of, traces, warnings_of
from tests.scoring.builders import FIVE, geometry_of, lobe_of, reading_of, typed, typed_lungs, value, whole_lungs

ALVEOLAR, INTERSTITIAL = Component.ALVEOLAR, Component.INTERSTITIAL
UNREAD = frozenset({(Lobe.RML, INTERSTITIAL), (Lobe.LLL, ALVEOLAR)})


def _reading(*unread: tuple[Lobe, Component], **marks: dict[tuple[int, int], int]) -> Reading:
    return replace(reading_of(whole_lungs(**marks)), unread=frozenset(unread))


def test_what_is_unread_is_null() -> None:
    """A component of a lobe that nobody looked at has no state, grade or percent, although its map is there."""
    scored = score(_reading(*UNREAD), partial=True)
    assert lobe_of(scored, Lobe.RML).interstitial.state is None
    assert lobe_of(scored, Lobe.LLL).alveolar.grade is None
    assert lobe_of(scored, Lobe.LLL).interstitial.grade == 0
    assert scored.missing() == ((Lobe.LLL, ALVEOLAR), (Lobe.RML, INTERSTITIAL))
    whole = score(_reading(*UNREAD))
    assert (whole.totals.total, whole.totals.lobes, whole.volume_weighted.alveolar_percent) == (None, 3, None)


def test_what_is_unread_survives_the_file() -> None:
    """Unread places and coverage come back from reading.json; a file without them has none."""
    reading = replace(_reading(*UNREAD), session=Session(coverage_percent=87.5))
    document = reading_json(reading)
    again = reading_from_json(document)
    assert (again.unread, again.session.coverage_percent) == (UNREAD, 87.5)
    del document["unread"]
    del document["session"]["coverage_percent"]
    older = reading_from_json(document)
    assert (older.unread, older.session.coverage_percent) == (frozenset(), None)


def test_what_is_unread_has_no_entry() -> None:
    """A place cannot be unread and told of at once; coverage is a percent."""
    entry = typed(Lobe.RUL, value(percent="3"), component=ALVEOLAR)
    with pytest.raises(ReadingError, match="alveolar of RUL is said to be unread, yet an entry tells of it"):
        replace(typed_lungs(entry), unread=frozenset({(Lobe.RUL, ALVEOLAR)}))
    with pytest.raises(ReadingError, match="coverage of 101 %"):
        Session(coverage_percent=101)


def test_traces_are_told_by_finding() -> None:
    """A finding of 4 in 1000 pixels is a trace, one of 100 is not; each is told with its lobe and voxels."""
    reading = _reading(RUL={(0, 0): 896, (1, 0): 4, (2, 0): 100}, LLL={(0, 0): 998, (0, 3): 2})
    found = [(trace.lobe, trace.finding, trace.voxels) for trace in traces(reading)]
    assert found == [(Lobe.RUL, Finding.GROUND_GLASS, 16), (Lobe.LLL, Finding.RETICULATION, 8)]
    assert traces(_reading()) == ()
    assert traces(typed_lungs(typed(Lobe.RUL, value(Finding.GROUND_GLASS, "0.1")))) == ()


def test_warnings_of_a_score() -> None:
    """Over 5 % consolidation, and over 25 % reticulation with grade 1, are warned of; at the edges they are not."""
    over = _reading(RUL={(0, 0): 949, (2, 0): 51}, LLL={(0, 0): 749, (0, 3): 251})
    at = _reading(RUL={(0, 0): 950, (2, 0): 50}, LLL={(0, 0): 750, (0, 3): 250})
    codes = {"much-consolidation", "reticulation-not-graded"}
    warned = {notice.code: notice.message for notice in warnings_of(score(over), over)}
    assert codes <= warned.keys()
    assert warned["much-consolidation"].startswith("RUL: more than 5 % consolidation")
    assert warned["reticulation-not-graded"] == (
        "LLL: more than 25 % reticulation, yet interstitial grade 1 by scheme kazerooni"
    )
    assert not codes & {notice.code for notice in warnings_of(score(at), at)}
    graded = score(over, "kazerooni-fibrosis")
    assert "reticulation-not-graded" not in {notice.code for notice in warnings_of(graded, over)}


def test_a_visit_that_is_not_comparable_is_warned_of() -> None:
    """Another reader or kernel at the earlier visit is warned of by name; the same ones are not."""
    now = _reading()
    assert not warnings_of(score(now), now, earlier=now)
    earlier = replace(now, reader="R2", technique=Technique(slice_thickness_mm=1.0, kernel="B30f", kernel_class="soft"))
    (notice,) = warnings_of(score(now), now, earlier=earlier)
    assert notice.code == "not-comparable"
    assert "reader R2, now R1" in notice.message
    assert "kernel soft, now not known" in notice.message


@pytest.mark.parametrize(
    ("component", "percent", "grades"),
    [
        (ALVEOLAR, 0, (0,)),
        (ALVEOLAR, 5, (1, 2)),
        (ALVEOLAR, 6, (2,)),
        (ALVEOLAR, 50, (3, 4)),
        (ALVEOLAR, 100, (5,)),
        (INTERSTITIAL, 5, (2,)),
        (INTERSTITIAL, 75, (4, 5)),
    ],
)
def test_an_edge_has_two_grades_beside_it(component: Component, percent: int, grades: tuple[int, ...]) -> None:
    """A percent on an inner edge could mean two grades, every other one its own."""
    assert find_scheme("kazerooni").criterion(component).grades_beside(percent) == grades


def test_kept_counts_make_the_same_tally() -> None:
    """The tally of counts that were kept equals that of the maps, for even and uneven stacks."""
    for positions in (None, (0.0, 9.0, 22.0, 30.0)):
        geometry = geometry_of((4, 6, 6), positions_mm=positions, gap_mm=10.0)
        rng = np.random.default_rng(3)
        lobes = LobeMap(rng.integers(0, 7, geometry.shape, np.uint8), geometry)
        marks = FindingMap(ALVEOLAR, rng.integers(0, 3, geometry.shape, np.uint8), geometry)
        whole = measure(geometry, lobes, alveolar=marks)
        kept = tally_of(geometry, whole.counts.copy(), whole.measured)
        np.testing.assert_array_equal(kept.counts, whole.counts)
        np.testing.assert_array_equal(kept.depths, whole.depths)
        assert (kept.is_sampled, kept.depth_unit_mm, kept.measured) == (
            whole.is_sampled,
            whole.depth_unit_mm,
            frozenset({ALVEOLAR}),
        )
        assert {lobe for lobe in FIVE if whole.slices_seen((lobe,))} == set(FIVE)
