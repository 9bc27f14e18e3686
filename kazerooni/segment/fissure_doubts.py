"""Fissure doubts: what of the fissures that were found a person should look at."""

from __future__ import annotations

from kazerooni.model import FissureSet, FissureState, Notice, PointOrigin


def fissure_doubts(fissures: FissureSet) -> tuple[Notice, ...]:
    """List the doubts about fissures.

    fissure-not-seen: nothing was seen and no point placed; it lies where it usually does, a centimetre off and more.
    fissure-not-assessable: it is not known where in the lung it lies, as both ends of the lung are cut off.
    """
    notices = []
    for fissure in fissures.fissures:
        name = fissure.name.full_name
        origins = {point.origin for point in fissure.points}
        if fissure.state is FissureState.PRESENT and origins == {PointOrigin.PRIOR}:
            notices.append(
                _warning("fissure-not-seen", f"the {name} was not seen and lies where it usually does;"
                         " compare it with the pictures and place points on it")
            )  # fmt: skip
        if fissure.state is FissureState.NOT_ASSESSABLE:
            notices.append(
                _warning("fissure-not-assessable", f"it is not known where the {name} lies in what is seen of"
                         " its lung; place points on it")
            )  # fmt: skip
    return tuple(notices)


def _warning(code: str, message: str) -> Notice:
    return Notice(code, "warning", message)
