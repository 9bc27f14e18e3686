"""Notice: what the program has to say about a scan (a *finding* is the radiologist's word only)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

Severity = Literal["error", "warning", "info"]
BEGUN_WITH_DRAFT: Final = "begun-with-draft"
"""Code of the notice that a reading began with the draft of another reader."""
EARLIER_READING_SHOWN: Final = "earlier-reading-shown"
"""Code of the notice that another reading of the scan was shown before this one was signed."""

_WORST_FIRST: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Notice:
    """One problem or property of a scan.

    `code` is kebab-case and stable; an `error` makes the series unusable; `sop_uids` names the slices concerned
    (empty: the whole series). The message holds no patient name, birth date or id.
    """

    code: str
    severity: Severity
    message: str
    sop_uids: tuple[str, ...] = ()


def worst_first(notices: Iterable[Notice]) -> list[Notice]:
    """Sort notices: errors, then warnings, then what is only worth knowing."""
    return sorted(notices, key=lambda notice: _WORST_FIRST.index(notice.severity))
