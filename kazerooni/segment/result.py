"""Result: the lobes of a scan, how they were found, and what of them a person should look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from kazerooni.model import FissureName, FissureSet, Lobe, LobeMap, Notice, PointOrigin
from kazerooni.segment.guidance import LobeCondition
from kazerooni.segment.shares import LobeShare, doubts_of_shares, is_cut, shares_of, usual_share
from kazerooni.segment.strays import doubts_of_points
from kazerooni.segment.support import Support, support_of

SEGMENTATION_SCHEMA_VERSION = 1


@dataclass(frozen=True, eq=False, kw_only=True)
class Segmentation:
    """The lobes of a scan as one method found them; nothing in it was checked by a person but what was placed or said.

    method: name of the method in SEGMENTERS.
    fissures: that part the lobes; None where only a map is known.
    conditions: lobes that a person said to be absent, collapsed or not assessable.
    unparted: lobes that could not be told from their neighbours: what is labelled as one of them is more than that.
    shares, support: measured from the map.
    """

    lobes: LobeMap
    method: str
    fissures: FissureSet | None = None
    conditions: Mapping[Lobe, LobeCondition] = field(default_factory=dict)
    unparted: frozenset[Lobe] = frozenset()
    shares: Mapping[Lobe, LobeShare] = field(default_factory=dict)
    support: Mapping[FissureName, Support] = field(default_factory=dict)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All that is to be told of it; the lobe map carries it along."""
        return self.lobes.notices

    def __post_init__(self) -> None:
        for name in ("conditions", "shares", "support"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


def segmentation_of(
    lobes: LobeMap,
    *,
    method: str,
    fissures: FissureSet | None = None,
    conditions: Mapping[Lobe, LobeCondition] | None = None,
    unparted: frozenset[Lobe] = frozenset(),
    seen: Collection[PointOrigin] = (PointOrigin.DETECTED, PointOrigin.PLACED),
) -> Segmentation:
    """Measure shares and support of lobes, and gather what is to be told of them.

    seen: the origins of points that were seen in the picture or placed.
    """
    said = dict(conditions or {})
    shares = shares_of(lobes)
    told = {notice.code for notice in lobes.notices}
    is_whole = not told & {"lung-missing", "lungs-not-found"} and not is_cut(lobes)
    gone = [lobe for lobe, condition in said.items() if condition.is_gone]
    doubts = doubts_of_shares(shares, gone) if is_whole and not unparted else ()
    strays = () if fissures is None else doubts_of_points(lobes, fissures)
    lobes = replace(lobes, notices=(*lobes.notices, *doubts, *strays))
    return Segmentation(
        lobes=lobes,
        method=method,
        fissures=fissures,
        conditions=said,
        unparted=unparted,
        shares=shares,
        support={} if fissures is None else support_of(lobes, fissures, seen=seen),
    )


def segmentation_json(found: Segmentation) -> dict[str, Any]:
    """Give a segmentation as JSON values: lobes with their shares, fissures with their support."""
    return {
        "schema_version": SEGMENTATION_SCHEMA_VERSION,
        "method": found.method,
        "source": found.lobes.source,
        "lobes": [
            _lobe_json(found, lobe)
            for lobe in Lobe
            if lobe is not Lobe.LIN or lobe in found.shares or lobe in found.conditions
        ],
        "fissures": None if found.fissures is None else _fissures_json(found.fissures, found.support),
    }


def _lobe_json(found: Segmentation, lobe: Lobe) -> dict[str, Any]:
    share, usual = found.shares.get(lobe), usual_share(lobe)
    condition = found.conditions.get(lobe)
    return {
        "lobe": lobe.name,
        "condition": None if condition is None else condition.value,
        "parted": lobe not in found.unparted,
        "volume_ml": None if share is None else share.volume_ml,
        "share_percent": None if share is None else share.percent,
        "usual_percent": None if usual is None else list(usual),
        "slices": 0 if share is None else share.slices,
    }


def _fissures_json(fissures: FissureSet, support: Mapping[FissureName, Support]) -> list[dict[str, Any]]:
    return [
        {
            "name": fissure.name.value,
            "state": fissure.state.value,
            "support_percent": support[fissure.name].percent if fissure.name in support else None,
            "points": {origin.value: sum(point.origin is origin for point in fissure.points) for origin in PointOrigin},
        }
        for fissure in fissures.fissures
    ]
