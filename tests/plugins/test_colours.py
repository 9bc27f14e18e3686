"""Labels of one layer, and findings that lie over each other, stay apart for colour-blind eyes."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab

from kazerooni.labels import COLOURS
from kazerooni.model import Finding, Lobe
from napari_kazerooni.layers import parts_of

# Machado, Oliveira, Fernandes: A physiologically-based model for simulation of color vision deficiency. IEEE TVCG 15
# (2009) 1291-1298, doi 10.1109/TVCG.2009.113: matrices of full severity, for linear red, green and blue.
EYES: Final = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
LEAST: Final = 10.0
"""CIEDE2000 between two colours: some four times what is just noticed side by side (2.3, Mahy 1994, in CIELAB)."""
Colour = tuple[int, int, int]


def linear(colour: Colour) -> NDArray[np.float64]:
    """Take the gamma of sRGB (IEC 61966-2-1) off a colour, 0 to 1."""
    part = np.array(colour) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def seen(colour: Colour, eyes: str) -> NDArray[np.float64]:
    """Give a colour as some eyes see it, in CIELAB."""
    part = np.clip(EYES[eyes] @ linear(colour), 0, 1)
    gamma = np.where(part <= 0.0031308, 12.92 * part, 1.055 * part ** (1 / 2.4) - 0.055)
    lab: NDArray[np.float64] = rgb2lab(gamma[None])[0]
    return lab


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("layer", ["lobes", "findings"])
def test_colours_stay_apart(layer: str, eyes: str) -> None:
    """No two lobes and no two findings, of both layers, come nearer to each other than the least distance."""
    parts: list[Lobe | Finding] = [
        part
        for name in (("lobes",) if layer == "lobes" else ("alveolar", "interstitial"))
        for part in parts_of(name).values()  # type: ignore[arg-type]
    ]
    assert len(parts) == (6 if layer == "lobes" else 5)
    for one, other in combinations(parts, 2):
        apart = float(deltaE_ciede2000(seen(COLOURS[one], eyes), seen(COLOURS[other], eyes)))
        assert apart >= LEAST, f"{one.full_name} and {other.full_name}: {apart:.1f}"


def test_the_simulation_is_that_of_the_paper() -> None:
    """White stays white for all eyes, and red and green are nearer to each other for deuteranopes than for others."""
    for eyes in EYES:
        np.testing.assert_allclose(seen((255, 255, 255), eyes), (100, 0, 0), atol=0.05)
    red, green = (200, 60, 60), (90, 130, 40)
    apart = {eyes: float(deltaE_ciede2000(seen(red, eyes), seen(green, eyes))) for eyes in EYES}
    assert apart["deuteranopia"] < apart["usual"] / 3
