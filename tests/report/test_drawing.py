"""The drawing of the lobes: the right colour and number in the right place, and the same in words."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree as ET

from kazerooni.model import Component, Lobe, State
from kazerooni.report import report_of
from kazerooni.report.colours import GRADE_FILLS
from kazerooni.report.drawing import in_words, lobe_drawing
from tests.report.builders import VERSION, case_of, scored
from tests.scoring.builders import SIX, said, typed_lungs

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2003, 5, 14)


def _drawn(markup: str) -> ET.Element:
    return ET.fromstring(markup.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314


def _words(drawing: ET.Element) -> list[str]:
    return [text.text or "" for text in drawing.iter(f"{SVG}text")]


def _fills(drawing: ET.Element) -> list[str]:
    return [path.get("fill") or "" for path in drawing.findall(f"{SVG}path") if path.get("fill") != "none"]


def test_each_lobe_has_its_number_and_colour() -> None:
    """Five lobes are drawn in their order, each in the colour of its grade with code, grade and percent in it."""
    report = report_of(
        case_of(DAY, RUL={(1, 0): 30, (0, 0): 970}, RLL={(1, 0): 600, (0, 0): 400}, LLL={(1, 0): 800, (0, 0): 200}),
        program_version=VERSION,
    )
    drawing = _drawn(lobe_drawing(report.lobes, Component.ALVEOLAR, name="a"))
    assert _fills(drawing) == [GRADE_FILLS[grade] for grade in (1, 0, 4, 0, 5)]
    assert _words(drawing)[:3] == ["RUL", "1", "3.0 %"]
    assert _words(drawing)[6:9] == ["RLL", "4", "60.0 %"]


def test_the_patients_right_is_on_the_left() -> None:
    """Lobes of the right lung and the letter R stand on the left half, those of the left lung and L on the right."""
    report = report_of(case_of(DAY), program_version=VERSION)
    drawing = _drawn(lobe_drawing(report.lobes, Component.ALVEOLAR, name="a"))
    middle = float((drawing.get("viewBox") or "").split()[2]) / 2
    places = {text.text: float(text.get("x") or 0) for text in drawing.iter(f"{SVG}text")}
    assert all((places[lobe.name] < middle) == (lobe.side == "right") for lobe in Lobe if lobe.name in places)
    assert places["R"] < middle < places["L"]


def test_a_lobe_without_a_grade_is_hatched_and_says_why() -> None:
    """What was not assessed has no colour of the scale, but hatching, and the reason in words."""
    reading = typed_lungs(*said(Lobe.RML, State.ABSENT), *said(Lobe.LUL, State.NOT_ASSESSABLE))
    report = report_of(scored(reading), program_version=VERSION)
    drawing = _drawn(lobe_drawing(report.lobes, Component.INTERSTITIAL, name="i"))
    assert [fill for fill in _fills(drawing) if fill.startswith("url")] == ["url(#i-none)"] * 2
    words = _words(drawing)
    assert words[words.index("RML") + 1] == "absent"
    assert words[words.index("LUL") + 1 : words.index("LUL") + 3] == ["not", "assessable"]


def test_six_lobes_are_drawn_with_the_lingula() -> None:
    """A scheme that grades the lingula apart gets a sixth lobe, at the patient's left."""
    report = report_of(scored(typed_lungs(lobes=SIX), "kazerooni-lingula"), program_version=VERSION)
    drawing = _drawn(lobe_drawing(report.lobes, Component.ALVEOLAR, name="a"))
    assert len(_fills(drawing)) == 6
    assert "LIN" in _words(drawing)


def test_the_drawing_is_told_in_words() -> None:
    """The description names every lobe with its grade and percent, and is bound to the drawing by its ids."""
    report = report_of(case_of(DAY, RUL={(1, 3): 300, (0, 0): 700}), program_version=VERSION)
    assert in_words(report.lobes, Component.ALVEOLAR).startswith(
        "Right upper lobe: grade 3 (30.0 %); Right middle lobe"
    )
    assert "Right upper lobe: grade 1 by presence of reticulation" in in_words(report.lobes, Component.INTERSTITIAL)
    markup = lobe_drawing(report.lobes, Component.ALVEOLAR, name="x")
    assert 'aria-labelledby="x-title x-words"' in markup
    assert set(re.findall(r'id="([^"]+)"', markup)) == {"x-title", "x-words", "x-none"}
