"""Guidance: points and states from a JSON file, and every slip in it told by its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import SegmentError
from kazerooni.model import Fissure, FissureName, FissurePoint, FissureSet, FissureState, Lobe, PointOrigin
from kazerooni.segment import Guidance, LobeCondition, guidance_json, read_guidance

GOOD = {
    "schema_version": 1,
    "fissures": {
        "right_oblique": {"points_mm": [[-60, 20.5, -130], [-40, 0, -150.25]]},
        "right_minor": {"state": "absent"},
    },
    "lobes": {"RUL": "absent", "LLL": "collapsed", "LUL": "not_assessable"},
    "lingula": True,
}


def written(folder: Path, document: object) -> Path:
    """Write a document as the file of points."""
    path = folder / "points.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def test_points_and_states_are_read(tmp_path: Path) -> None:
    """A file gives the points, each placed and of full weight, the states of fissures and the conditions of lobes."""
    guidance = read_guidance(written(tmp_path, GOOD))
    oblique, minor = guidance.fissures.fissures
    assert [p.position_mm for p in oblique.points] == [(-60.0, 20.5, -130.0), (-40.0, 0.0, -150.25)]
    assert {(p.weight, p.origin) for p in oblique.points} == {(1.0, PointOrigin.PLACED)}
    assert (minor.name, minor.state, minor.points) == (FissureName.RIGHT_MINOR, FissureState.ABSENT, ())
    assert guidance.lobes[Lobe.LLL] is LobeCondition.COLLAPSED
    assert guidance.gone == {Lobe.RUL, Lobe.LLL}
    assert guidance.lingula
    assert guidance.has_points


def test_little_is_enough(tmp_path: Path) -> None:
    """A file that says nothing is guidance that says nothing; a byte order mark does no harm."""
    guidance = read_guidance(written(tmp_path, '\ufeff{"schema_version": 1}'))
    assert guidance == Guidance()
    assert not guidance.has_points


COORDINATES = st.tuples(*[st.floats(-3000, 3000)] * 3)


@given(
    st.dictionaries(st.sampled_from(list(FissureName)), st.lists(COORDINATES, max_size=5)),
    st.dictionaries(st.sampled_from(list(Lobe)), st.sampled_from(list(LobeCondition))),
    st.booleans(),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    points: dict[FissureName, list[tuple[float, float, float]]],
    lobes: dict[Lobe, LobeCondition],
    lingula: bool,  # noqa: FBT001 - hypothesis hands it over
) -> None:
    """Guidance as JSON is read back equal, to the last digit."""
    fissures = FissureSet(
        tuple(
            Fissure(name, points=tuple(FissurePoint(p, 1.0, PointOrigin.PLACED) for p in places))
            for name, places in points.items()
        )
    )
    guidance = Guidance(fissures=fissures, lobes=lobes, lingula=lingula)
    path = written(tmp_path_factory.mktemp("guidance"), guidance_json(guidance))
    assert read_guidance(path) == guidance


def changed(*path: str, value: object) -> dict[str, Any]:
    """Give the good document with one member changed."""
    document: dict[str, Any] = json.loads(json.dumps(GOOD))
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return document


POINTS = ("fissures", "right_oblique", "points_mm")
SLIPS = {
    "no object": ([], "the file is"),
    "version": (changed("schema_version", value=2), "schema_version is 2; 1 is wanted"),
    "unknown member": (changed("fissure", value={}), 'the file has a member "fissure"; known are'),
    "unknown fissure": (changed("fissures", "middle", value={}), 'has a member "middle"; known are right_oblique'),
    "unknown lobe": (changed("lobes", "rul", value="absent"), 'has a member "rul"; known are RUL'),
    "unknown condition": (changed("lobes", "RUL", value="gone"), 'lobes, RUL is "gone"; one of absent'),
    "unknown state": (changed("fissures", "right_minor", "state", value=None), "state is null; one of present"),
    "state and points": (
        changed("fissures", "right_minor", "points_mm", value=[[0, 0, 0]]),
        "right_minor: absent, yet points are given",
    ),
    "no list": (changed(*POINTS, value=7), "points_mm is 7; a list of points"),
    "two numbers": (changed(*POINTS, value=[[1, 2, 3], [1, 2]]), r"point 2 is \[1, 2\]; \[x, y, z\]"),
    "text": (changed(*POINTS, value=[["1", 2, 3]]), "point 1 is"),
    "true": (changed(*POINTS, value=[[True, 2, 3]]), "point 1 is"),
    "infinite": (changed(*POINTS, value=[[float("inf"), 2, 3]]), "holds Infinity, which is no finite"),
    "not a number": (changed(*POINTS, value=[[float("nan"), 2, 3]]), "holds NaN, which is no finite"),
    "kilometres": (changed(*POINTS, value=[[10**400, 2, 3]]), "point 1 is"),
    "lingula": (changed("lingula", value="yes"), 'lingula is "yes"; true or false'),
    "twice": ('{"schema_version": 1, "lobes": {}, "lobes": {}}', "the name 'lobes' stands twice"),
    "no JSON": ("{", "is not JSON"),
    "digits": ('{"schema_version": ' + "1" * 5000 + "}", "a number of too many digits"),
    "deep": ("[" * 100_000, "is nested too deeply"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_by_its_place(tmp_path: Path, name: str) -> None:
    """A file that cannot be used is refused with its name, the place, what was found and what is wanted."""
    document, told = SLIPS[name]
    with pytest.raises(SegmentError, match=told) as refused:
        read_guidance(written(tmp_path, document))
    assert str(refused.value).startswith("points.json: ")
    assert len(str(refused.value)) < 300


def test_files_that_are_none(tmp_path: Path) -> None:
    """A missing file, bytes that are no text and a huge file are refused."""
    with pytest.raises(SegmentError, match="cannot be read"):
        read_guidance(tmp_path / "points.json")
    path = tmp_path / "other.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SegmentError, match="is not UTF-8"):
        read_guidance(path)
    path.write_bytes(b" " * (2**22 + 1))
    with pytest.raises(SegmentError, match="larger than 4 MB"):
        read_guidance(path)
