"""Typed words: what the text of one cell of a table of typed values means, or why it is unfit."""

from __future__ import annotations

import re
from decimal import Decimal

from kazerooni.model import Component, Finding, Lobe, State
from kazerooni.tables import UnfitError, one_of, plain

_PERCENT = re.compile(r"(?P<sign>-?)(?P<digits>[0-9]+(?P<decimals>[.,][0-9]+)?)\s*%?")

LOBES_WANTED = "RUL, RML, RLL, LUL, LLL or LIN"

lobe_of = one_of({**{plain(lobe.name): lobe for lobe in Lobe}, "lingula": Lobe.LIN}, LOBES_WANTED)
component_of = one_of({component.value: component for component in Component}, "alveolar or interstitial")
state_of = one_of({state.value: state for state in State}, "assessed, not_assessable, absent or nothing")
present_of = one_of({"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}, "yes or no")
finding_of = one_of(
    {plain(name): finding for finding in Finding for name in (finding.value, finding.full_name)},
    f"one of {', '.join(Finding)}",
)


def percent_of(text: str, *, comma: bool) -> Decimal:
    """Read a percent digit for digit.

    comma: whether it may be written with a decimal comma.
    """
    found = _PERCENT.fullmatch(text)
    if found is None:
        raise UnfitError("a decimal number from 0 to 100 is wanted, such as 12.5")
    if (found["decimals"] or "").startswith(",") and not comma:
        raise UnfitError("a decimal point is wanted; a comma may stand only in a table parted by semicolons")
    percent = Decimal(found["digits"].replace(",", "."))
    if found["sign"] or percent > 100:
        raise UnfitError("0 to 100 is wanted")
    return percent
