"""The codes of lobes and findings are those of the DICOM dictionaries, where these hold them."""

from __future__ import annotations

import pytest
from pydicom.sr.codedict import codes as dictionary
from pydicom.sr.coding import Code as DicomCode

from kazerooni.labels.meaning import Concept, part_of
from kazerooni.model import Finding, Lobe
from kazerooni.model.codes import (
    ABNORMAL_STRUCTURE,
    ANATOMICAL_STRUCTURE,
    FINDING_CODES,
    LEFT,
    LOBE_CODES,
    LUNG,
    RIGHT,
    Code,
)

UPPER, MIDDLE, LOWER = (LOBE_CODES[lobe].structure for lobe in (Lobe.RUL, Lobe.RML, Lobe.RLL))
HELD = [
    (RIGHT, dictionary.SCT.Right),
    (LEFT, dictionary.SCT.Left),
    (LUNG, dictionary.SCT.Lung),
    (UPPER, dictionary.SCT.UpperLobeOfLung),
    (MIDDLE, dictionary.SCT.MiddleLobeOfRightLung),
    (LOWER, dictionary.SCT.LowerLobeOfLung),
    (ANATOMICAL_STRUCTURE, dictionary.SCT.AnatomicalStructure),
    (ABNORMAL_STRUCTURE, dictionary.SCT.MorphologicallyAbnormalStructure),
    (FINDING_CODES[Finding.GROUND_GLASS], dictionary.DCM.GroundGlassOpacity),
    (FINDING_CODES[Finding.HONEYCOMBING], dictionary.DCM.HoneycombPattern),
    (FINDING_CODES[Finding.RETICULATION], dictionary.DCM.ReticularPattern),
    (FINDING_CODES[Finding.SEPTAL], dictionary.DCM.SeptalLines),
]


@pytest.mark.parametrize(("code", "held"), HELD, ids=lambda code: getattr(code, "value", code))
def test_codes_are_those_of_the_dictionary(code: Code, held: DicomCode) -> None:
    """Scheme, value and meaning are those that pydicom's dictionary holds."""
    assert (code.scheme, code.value, code.meaning) == (held.scheme_designator, held.value, held.meaning)


def test_lateral_codes() -> None:
    """The codes that the dictionary does not hold are those of score.md, and none of the wrong ones that circulate."""
    lateral = {lobe: LOBE_CODES[lobe].lateral.value for lobe in Lobe}
    assert lateral == {
        Lobe.RUL: "42400003", Lobe.RML: "72481006", Lobe.RLL: "266005", Lobe.LUL: "44714003", Lobe.LLL: "41224006",
        Lobe.LIN: "50837003",
    }  # fmt: skip
    assert FINDING_CODES[Finding.CONSOLIDATION].value == "95436008"
    everything = {code.value for lobe in LOBE_CODES.values() for code in (lobe.structure, lobe.lateral)}
    assert not everything & {"45654000", "90596000"}


@pytest.mark.parametrize("value", ["45654000", "90596000"])
@pytest.mark.parametrize("side", [(), (RIGHT,), (LEFT,)])
def test_wrong_codes_mean_nothing(value: str, side: tuple[Code, ...]) -> None:
    """The wrong lobe codes that circulate are no lobe, with or without a side."""
    assert part_of(Concept(Code("SCT", value, "Upper lobe of lung"), side)) is None


@pytest.mark.parametrize("lobe", list(Lobe))
def test_written_codes_are_read(lobe: Lobe) -> None:
    """What is written for a lobe is read as that lobe, and its lateral code alone too."""
    code = LOBE_CODES[lobe]
    assert part_of(Concept(code.structure, (code.side,))) is lobe
    assert part_of(Concept(code.lateral)) is lobe


def test_older_codes_are_read() -> None:
    """Codes of the older SNOMED scheme are read as pydicom maps them: T-28800 is the lung's lower lobe."""
    for scheme in ("SRT", "SNM3", "99SDM"):
        older = next(
            value for value, sct in __import__("pydicom.sr._snomed_dict", fromlist=["mapping"]).mapping["SRT"].items()
            if sct == LOWER.value
        )  # fmt: skip
        assert part_of(Concept(Code(scheme, older, ""), (Code(scheme, "G-A101", "Left"),))) is Lobe.LLL


def test_other_things_are_nothing() -> None:
    """The whole lung, and a code of another scheme, are no lobe and no finding."""
    assert part_of(Concept(LUNG, (RIGHT,))) is None
    assert part_of(Concept(Code("99LOCAL", "112120", "Ground glass opacity"))) is None
