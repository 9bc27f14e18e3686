"""Disease: which finding fills which percent of which lobe, and where in the lobe it settles first.

Every finding has a field over the lungs: the lower its value, the earlier a place is involved. A wanted percent becomes
a threshold of that field, so that more disease of the same kind always covers what less of it covers. The fields favour
the base, the back and the places below the pleura, as fibrosis does (Raghu G et al., AJRCCM 2022;205:e18 for UIP;
Travis WD et al., AJRCCM 2008;177:1338 for NSIP), and are patchy by smooth noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Component, Finding, Lobe, findings_of
from kazerooni.phantom.thorax.lungs import pleural_depth_mm
from kazerooni.phantom.thorax.shapes import Floats, Places
from kazerooni.phantom.thorax.texture import Foam, foam, noise

# Within a component the graver finding is placed first and keeps its place.
ORDER: Mapping[Component, tuple[Finding, ...]] = {c: findings_of(c)[::-1] for c in Component}
# Interstitial findings first: ground glass and consolidation fill the honeycomb last.
COMPONENTS = (Component.INTERSTITIAL, Component.ALVEOLAR)
_AFTER_ALL_ELSE = 10.0

# Cysts of 3-10 mm with walls of 1-3 mm (Hansell DM et al., Radiology 2008;246:697).
HONEYCOMB_CELL_MM = 7.0
_HONEYCOMB_SALT = 131
_BASE_MM, _HEIGHT_MM, _BACK_MM, _DEPTH_MM, _SHELL_MM = -135.0, 255.0, 95.0, 185.0, 40.0


class _Leaning(NamedTuple):
    """How strongly a finding prefers base, back and pleura, and how patchy it is (share and size of the patches).

    first_mm: the depth below the pleura where it begins.
    """

    base: float
    back: float
    pleura: float
    patchy: float
    patch_mm: float
    first_mm: float = 0.0


_LEANINGS: Mapping[Finding, _Leaning] = {
    Finding.GROUND_GLASS: _Leaning(0.45, 0.45, 0.20, 0.65, 34.0),
    Finding.CONSOLIDATION: _Leaning(0.40, 0.60, 0.45, 0.60, 26.0),
    Finding.SEPTAL: _Leaning(0.30, 0.20, 0.50, 0.60, 38.0),
    Finding.RETICULATION: _Leaning(0.40, 0.35, 1.00, 0.45, 30.0),
    Finding.HONEYCOMBING: _Leaning(0.40, 0.35, 2.20, 0.35, 30.0, first_mm=4.0),
}


@dataclass(frozen=True)
class Disease:
    """The wanted percent of every finding in every lobe, and the lobes with traction bronchiectasis.

    percents: by lobe and finding; what is not named is 0. Findings of one component share the lobe, so that their sum
        may not pass 100; the two components overlap freely.
    traction: a yes or no of a lobe, without an area.

    Raises ValueError where a percent is none, a finding has no area, or traction is wanted of the lingula alone.
    """

    percents: Mapping[Lobe, Mapping[Finding, float]]
    traction: tuple[Lobe, ...] = ()

    def __post_init__(self) -> None:
        if Lobe.LIN in self.traction:
            raise ValueError("traction: the lingula has no bronchi of its own here; name LUL")
        for lobe, wanted in self.percents.items():
            for finding, percent in wanted.items():
                if finding.label is None:
                    raise ValueError(f"{lobe.name}: {finding} has no area; name the lobe in `traction`")
                if not 0 <= percent <= 100:
                    raise ValueError(f"{lobe.name}: {percent} % of {finding}; 0 to 100 is wanted")
            for component in Component:
                whole = sum(percent for finding, percent in wanted.items() if finding.component is component)
                if whole > 100:
                    raise ValueError(f"{lobe.name}: {whole} % of {component} findings together; at most 100 fit")

    def wanted(self, lobe: Lobe) -> list[Finding]:
        """List the findings of a lobe in the order in which they are placed."""
        percents = self.percents.get(lobe, {})
        return [f for component in COMPONENTS for f in ORDER[component] if percents.get(f, 0) > 0]


HEALTHY = Disease({})


def field_of(finding: Finding, p: Places, is_right: NDArray[np.bool_], seed: int) -> Floats:
    """Give the field of a finding at places in the lungs: the lower, the earlier involved.

    Honeycombing is decided for whole cysts, from the place of their centres.
    """
    if finding is not Finding.HONEYCOMBING:
        return _leaning_field(finding, p, is_right, seed)
    cysts = honeycomb_cells(p, seed)
    # The last cyst that a percent asks for is filled from its middle.
    return _leaning_field(finding, cysts.centre, is_right, seed) + cysts.radius_mm * 1e-4


def honeycomb_cells(p: Places, seed: int) -> Foam:
    """Give the cell of the honeycomb around every place, be it filled or not."""
    return foam(p, HONEYCOMB_CELL_MM, seed + _HONEYCOMB_SALT, jitter=0.9)


def depth_mm(p: Places, is_right: NDArray[np.bool_]) -> Floats:
    """Give the depth below the pleura of the own lung."""
    return np.where(is_right, pleural_depth_mm(p, "right"), pleural_depth_mm(p, "left"))


@dataclass(frozen=True)
class Threshold:
    """The highest value of a finding's field that belongs to it in a lobe."""

    lobe: Lobe
    finding: Finding
    value: float


def threshold(values: Floats, free: NDArray[np.bool_], count: int) -> float:
    """Give the value up to which exactly `count` of the free places are involved.

    Raises ValueError where fewer places are free.
    """
    chosen = values[free]
    if count > chosen.size:
        raise ValueError(f"{count} places are wanted, {chosen.size} are free")
    return float(np.partition(chosen, count - 1)[count - 1])


def settle(values: Mapping[Finding, Floats], limits: Mapping[Finding, float]) -> dict[Component, NDArray[np.uint8]]:
    """Give the labels of places of one lobe from their fields and the thresholds of the lobe."""
    size = next(iter(values.values())).size
    labels = {component: np.zeros(size, np.uint8) for component in Component}
    for component in COMPONENTS:
        for finding in ORDER[component]:
            if finding in limits:
                assert finding.label is not None
                field = queued(finding, values[finding], labels)
                labels[component][(labels[component] == 0) & (field <= limits[finding])] = finding.label
    return labels


def queued(finding: Finding, values: Floats, labels: Mapping[Component, NDArray[np.uint8]]) -> Floats:
    """Let the places that are honeycomb already come last where an alveolar finding is placed."""
    if finding.component is Component.INTERSTITIAL:
        return values
    result: Floats = values + _AFTER_ALL_ELSE * (labels[Component.INTERSTITIAL] == Finding.HONEYCOMBING.label)
    return result


def _leaning_field(finding: Finding, p: Places, is_right: NDArray[np.bool_], seed: int) -> Floats:
    lean = _LEANINGS[finding]
    salt = seed + 173 * list(_LEANINGS).index(finding)
    patches = noise(p, lean.patch_mm, salt) + 0.3 * noise(p, lean.patch_mm / 4, salt + 1)
    height, front = (p.z - _BASE_MM) / _HEIGHT_MM, (_BACK_MM - p.y) / _DEPTH_MM
    depth = np.abs(depth_mm(p, is_right) - lean.first_mm) / _SHELL_MM
    result: Floats = lean.base * height + lean.back * front + lean.pleura * depth + lean.patchy * patches
    return result
