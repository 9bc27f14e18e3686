"""`kazerooni schemes` prints the numbers of the schemes, those of the design's table."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run

# The table of score.md, "Schemes are data", copied by hand: lobes, how they are combined, the highest total.
TABLE = {
    "kazerooni": (5, "sum", 50),
    "kazerooni-mean": (5, "mean", 10),
    "kazerooni-lingula": (6, "sum", 60),
    "kazerooni-fibrosis": (5, "sum", 50),
}


def test_json_holds_every_scheme(run: Run) -> None:
    """Every published scheme is there, with its lobes, how they are combined, its maximum and its citation."""
    document = json.loads(run("schemes", "--json").stdout)
    found = {s["name"]: (len(s["regions"]), s["combine"], s["maximum"]) for s in document["schemes"]}
    assert found == TABLE
    assert all("Kazerooni EA et al., AJR 1997;169:977" in scheme["citation"] for scheme in document["schemes"])


def test_json_holds_the_edges(run: Run) -> None:
    """The bands of the alveolar grade are those of the design, each edge held once."""
    (scheme,) = json.loads(run("schemes", "kazerooni", "--json").stdout)["schemes"]
    bands = [tuple(band.values()) for band in scheme["alveolar"]["bands"]]
    assert bands == [
        (0, 0, 0, True, True),
        (1, 0, 5, False, False),
        (2, 5, 25, True, False),
        (3, 25, 50, True, False),
        (4, 50, 75, True, True),
        (5, 75, 100, False, True),
    ]
    assert scheme["alveolar"]["measures"] == ["ground_glass", "consolidation"]
    assert scheme["interstitial"]["presence"] == ["septal", "reticulation", "traction_bronchiectasis"]
    assert scheme["interstitial"]["presence_grade"] == 1


@pytest.mark.parametrize("name", TABLE)
def test_a_scheme_is_shown_with_its_tables(run: Run, name: str) -> None:
    """One scheme is shown with its name, version, maximum and a line for each grade."""
    shown = run("schemes", name).stdout
    assert shown.startswith(f"{name} 1\n")
    assert f"total 0 to {TABLE[name][2]}." in shown
    assert shown.count("    5  over 75 % to 100 %") == 2
    assert "1  over 0 % to under 5 %" in shown


def test_the_overview_fits_a_page(run: Run) -> None:
    """The overview lists every scheme in a line of its own."""
    lines = run("schemes", columns=130).stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(TABLE)


def test_an_unknown_scheme_is_wrong_usage(run: Run) -> None:
    """A scheme that is not known leaves with 2 and the list of those that are."""
    result = run("schemes", "warrick")
    assert result.exit_code == 2
    assert "kazerooni-mean 1" in result.stderr
