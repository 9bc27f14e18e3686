"""The plot of two readers' differences."""

from __future__ import annotations

import pytest

from kazerooni.report import bland_altman_plot
from kazerooni.report.plot import Picture
from kazerooni.stats import agreement
from tests.stats.builders import case, reading, study


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_the_same_readings_give_the_same_bytes(kind: Picture) -> None:
    """A plot holds neither the moment nor chance, in any format."""
    found = agreement(study("R1", "R2"))
    one = found.comparisons[0]
    first, second = (bland_altman_plot(found, one, one.sums[2], kind=kind) for _ in range(2))
    assert first == second
    assert b"Matplotlib v" not in first


def test_one_scan_can_be_drawn_and_names_are_text() -> None:
    """A single scan is one point without limits; a reader's sign is written as it is, never as a formula."""
    found = agreement([case(reading("$R_1$", 1, name="a")), case(reading("<R2>", 2, name="b"))])
    one = found.comparisons[0]
    svg = bland_altman_plot(found, one, one.sums[2]).decode()
    assert "$R_1$ less &lt;R2&gt;" in svg or "&lt;R2&gt; less $R_1$" in svg
    assert "limit" not in svg
