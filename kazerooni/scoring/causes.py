"""Causes: whether scheme, maps, reading or program made a score change, and what part of a change is whose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kazerooni.model import NOT_TOLD, Cause, KeptScore, Parts

_MAPS: Final = ("lobes", "alveolar", "interstitial")
_ROLES: Final = {Cause.MAP: _MAPS, Cause.SCAN: ("scan",), Cause.READING: ("table",)}


def input_cause(old: KeptScore, new: KeptScore) -> Cause | None:
    """Tell in what the two were made from they differ; None where it is the same.

    A map that one alone has is another map. Digests that are not known say nothing; then the ids of the readings do:
    the same id is the same tally.
    """
    for cause, roles in _ROLES.items():
        if any(_differs(old, new, role) for role in roles):
            return cause
    if old.reading is not None and new.reading is not None:
        return None if old.reading == new.reading else Cause.READING
    is_known = any(_known(old, role) and _known(new, role) for role in _MAPS)
    return None if is_known and not any(_is_untold(old, new, role) for role in _MAPS) else Cause.UNKNOWN


def _known(one: KeptScore, role: str) -> str | None:
    return one.inputs.get(role)


def _differs(old: KeptScore, new: KeptScore, role: str) -> bool:
    if _is_untold(old, new, role) or not (_says_something(old) and _says_something(new)):
        return False
    return _known(old, role) != _known(new, role)


def _is_untold(old: KeptScore, new: KeptScore, role: str) -> bool:
    """Tell whether either has something in a role of which no digest is known."""
    return any(role in one.inputs and one.inputs[role] is None for one in (old, new))


def _says_something(one: KeptScore) -> bool:
    return any(_known(one, role) for roles in _ROLES.values() for role in roles)


def parts_of(
    values: Sequence[float | None], *, new_by_old: float | None, old_by_new: float | None, is_other: bool, same: bool
) -> Parts:
    """Part the change of a grade or sum into what the scheme did and what maps, reading or program did.

    values: old and new. is_other: whether the schemes differ. same: whether what they were made from is the same.

    The two parts always add up to the change. With both mixed values the part of the scheme is the mean of the two
    orders in which one could have changed first (the Shapley value: Shapley LS, Contributions to the Theory of Games
    1953;2:307-317); with one it is the one order that is known.
    """
    was, now = values
    if was is None or now is None:
        return NOT_TOLD
    change = now - was
    if not is_other:
        return Parts(0, change)
    steps = [
        *([] if new_by_old is None else [now - new_by_old]),
        *([] if old_by_new is None else [old_by_new - was]),
    ]
    if not steps:
        return Parts(change, 0) if same else NOT_TOLD
    total = sum(steps)
    by_scheme = total if len(steps) == 1 else total / 2
    return Parts(by_scheme, change - by_scheme)


def causes_of(parts: Parts, *, is_other: bool, changed_input: Cause | None) -> tuple[Cause, ...]:
    """Name what made something change: by its parts where they are known, else all that could have.

    is_other: whether the schemes differ. changed_input: as `input_cause` gives it.
    """
    rest = changed_input or Cause.PROGRAM
    if parts.by_scheme or parts.by_input:
        found = {Cause.SCHEME: parts.by_scheme, rest: parts.by_input}
        return tuple(cause for cause, part in found.items() if part)
    could = (Cause.SCHEME if is_other else None, changed_input)
    return tuple(cause for cause in could if cause is not None) or (rest,)
