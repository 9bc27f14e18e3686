"""Lobes, findings, their label numbers and their order."""

from __future__ import annotations

import pytest

from kazerooni.model import Component, Finding, Lobe, findings_of, highest_label


def test_lobe_labels() -> None:
    """Lobes are numbered and ordered as in interface.md: 1 RUL, 2 RML, 3 RLL, 4 LUL, 5 LLL, 6 lingula."""
    assert [(lobe.value, lobe.name) for lobe in Lobe] == [
        (1, "RUL"), (2, "RML"), (3, "RLL"), (4, "LUL"), (5, "LLL"), (6, "LIN"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("component", "label", "finding"),
    [
        ("alveolar", 1, "ground_glass"),
        ("alveolar", 2, "consolidation"),
        ("interstitial", 1, "septal"),
        ("interstitial", 2, "honeycombing"),
        ("interstitial", 3, "reticulation"),
    ],
)
def test_finding_labels(component: str, label: int, finding: str) -> None:
    """Findings have the label numbers of interface.md in the map of their component."""
    assert Finding(finding).label == label
    assert Finding(finding).component is Component(component)
    assert Finding(finding) in findings_of(Component(component))


def test_highest_labels() -> None:
    """Alveolar maps hold labels up to 2, interstitial maps up to 3, without a gap."""
    assert (highest_label(Component.ALVEOLAR), highest_label(Component.INTERSTITIAL)) == (2, 3)
    for component in Component:
        assert sorted(f.label or 0 for f in findings_of(component)) == [*range(1, highest_label(component) + 1)]


def test_traction_bronchiectasis_has_no_area() -> None:
    """Traction bronchiectasis is a yes or no of a lobe: it belongs to the interstitial component and has no label."""
    assert Finding.TRACTION_BRONCHIECTASIS.label is None
    assert Finding.TRACTION_BRONCHIECTASIS.component is Component.INTERSTITIAL
    assert Finding.TRACTION_BRONCHIECTASIS not in findings_of(Component.INTERSTITIAL)


def test_order_of_findings() -> None:
    """Findings are listed in the order of `score --json`."""
    assert [finding.value for finding in Finding] == [
        "ground_glass", "consolidation", "septal", "reticulation", "honeycombing", "traction_bronchiectasis",
    ]  # fmt: skip


def test_names_for_people() -> None:
    """Every lobe and finding has a name that a reader knows, and every lobe its side."""
    assert [lobe.full_name for lobe in Lobe] == [
        "right upper lobe", "right middle lobe", "right lower lobe", "left upper lobe", "left lower lobe", "lingula",
    ]  # fmt: skip
    assert [lobe.side for lobe in Lobe] == ["right"] * 3 + ["left"] * 3
    assert Finding.SEPTAL.full_name == "septal thickening"
    assert len({finding.full_name for finding in Finding}) == len(Finding)
