"""Person: the size of a chest, its breath, its fissures, and where its lungs and lobes lie."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import FissureName
from kazerooni.phantom.thorax.erased import erase
from kazerooni.phantom.thorax.fissures import Fissures, fissures_of, lobes_at
from kazerooni.phantom.thorax.lungs import APEX_MM, SIDES, cage_distance, lung_distance
from kazerooni.phantom.thorax.mediastinum import mediastinum_distance
from kazerooni.phantom.thorax.shapes import EDGE_MM, Bools, Floats, Places
from kazerooni.phantom.thorax.texture import drawn

# People differ in the size of their chests by a few percent here, so that every seed fits one field of view.
_SIZE_SPREAD = 0.02
_LEAST_BREATH, _MOST_BREATH = 0.8, 1.1
# A deeper breath also moves the breastbone forwards, by about a third of what it does to the height.
_FORWARDS = 0.3


@dataclass(frozen=True)
class Thorax:
    """The chest of one person in one breath; `ThoraxBody` shows it.

    seed: who it is: size, fissures, vessels, and where disease would settle.
    inspiration: height of the lungs against full inspiration; less air makes denser lungs.
    lingula: number the lingula apart from the left upper lobe.
    erased: share of the area of every fissure that is not seen, at the hilum and in patches; 0: at the hilum alone.

    Raises ValueError where the inspiration or the share is none.
    """

    seed: int = 1
    inspiration: float = 1.0
    lingula: bool = False
    erased: float = 0.0

    def __post_init__(self) -> None:
        if not _LEAST_BREATH <= self.inspiration <= _MOST_BREATH:
            raise ValueError(f"inspiration {self.inspiration}: {_LEAST_BREATH} to {_MOST_BREATH} is wanted")
        if not 0 <= self.erased <= 1:
            raise ValueError(f"erased {self.erased}: a share from 0 to 1 is wanted")

    def __repr__(self) -> str:
        # The UIDs of a series follow from these words: what came later is named only where it is not as usual, so
        # that the UIDs of older plans stay.
        named = (f.name for f in fields(self) if f.name != "erased" or self.erased)
        return f"Thorax({', '.join(f'{name}={getattr(self, name)!r}' for name in named)})"

    @property
    def fissures(self) -> Fissures:
        """The fissures, in the frame of the reference chest."""
        return _fissures(self.seed, self.erased)

    @property
    def stretch(self) -> tuple[float, float, float]:
        """How many times larger than the reference chest this one is, along x, y and z."""
        x, y, z = (1 + _SIZE_SPREAD * drawn(self.seed, n) for n in (21, 22, 23))
        return x, y * (1 + _FORWARDS * (self.inspiration - 1)), z * self.inspiration

    def to_reference(self, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Give the place in the reference chest of places in the patient, LPS mm. The apices stay where they are."""
        stretch_x, stretch_y, stretch_z = self.stretch
        return x / stretch_x, y / stretch_y, APEX_MM - (APEX_MM - z) / stretch_z

    def fissure_height_mm(self, name: FissureName, x: Floats, y: Floats) -> Floats:
        """Give the height z of a fissure over places of the patient, LPS mm."""
        stretch_x, stretch_y, stretch_z = self.stretch
        height = self.fissures[name].height_mm(x / stretch_x, y / stretch_y)
        return APEX_MM - (APEX_MM - height) * stretch_z

    def is_fissure_complete(self, name: FissureName, x: Floats, y: Floats) -> Bools:
        """Tell over which places of the patient, LPS mm, a fissure is there to be seen; the lingula has none."""
        stretch_x, stretch_y, _ = self.stretch
        return self.fissures[name].is_complete(x / stretch_x, y / stretch_y, self.seed)


@dataclass(frozen=True, eq=False)
class LungPlaces:
    """The places that lie in the lungs.

    index: of these among all places, flat. p: in the reference chest. is_right: in the right lung.
    lobes: label of the lobe.
    """

    index: NDArray[np.intp]
    p: Places
    is_right: Bools
    lobes: NDArray[np.uint8]


def find_lungs(thorax: Thorax, x: Floats, y: Floats, z: Floats) -> LungPlaces:
    """Find the places in the lungs, and their lobes, among LPS places in millimetres that broadcast together."""
    p = Places.of(*thorax.to_reference(x, y, z))
    size = int(np.prod(np.broadcast_shapes(x.shape, y.shape, z.shape)))
    inner = np.flatnonzero(np.broadcast_to(cage_distance(p) < EDGE_MM, (size,)))
    return lungs_among(thorax, inner, p[inner])[0]


def lungs_among(thorax: Thorax, index: NDArray[np.intp], p: Places) -> tuple[LungPlaces, Floats]:
    """Find the places in the lungs among places of the reference chest, and give the distance of all to the lungs.

    index: the numbers of the places, taken over into the result.
    """
    mediastinum = mediastinum_distance(p)
    right, left = (lung_distance(p, side, mediastinum) for side in SIDES)
    distance = np.minimum(right, left)
    within = np.flatnonzero(distance < 0)
    is_right = (right < left)[within]
    lobes = lobes_at(p[within], is_right, thorax.fissures, lingula=thorax.lingula)
    return LungPlaces(index[within], p[within], is_right, lobes), distance


@lru_cache(maxsize=16)
def _fissures(seed: int, erased: float) -> Fissures:
    fissures = fissures_of(seed)
    return erase(fissures, seed, erased) if erased else fissures
