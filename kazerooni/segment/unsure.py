"""Fissure doubts: what of the fissures that were found a person should look at."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kazerooni.model import FissureName, FissureSet, FissureState, Notice, PointOrigin


def fissure_doubts(fissures: FissureSet, among: Collection[FissureName] = tuple(FissureName)) -> Iterator[Notice]:
    """Tell which fissures were not seen, and where none was placed: they lie a centimetre off and more.

    among: the fissures that part lobes that are there.
    """
    unseen = [
        fissure.name.full_name
        for fissure in fissures.fissures
        if fissure.name in among
        and fissure.state is FissureState.PRESENT
        and {p.origin for p in fissure.points} == {PointOrigin.PRIOR}
    ]
    if unseen:
        were = "was not seen and lies" if len(unseen) == 1 else "were not seen and lie"
        yield Notice(
            "fissure-not-seen",
            "warning",
            f"the {', '.join(unseen)} {were} where usual; compare with the pictures and place points",
        )
