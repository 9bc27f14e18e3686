"""Difference: one thing in which two visits, or two tests, are not the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing in which two visits differ, so that a change between them may be none of the lung.

    what: kebab-case, stable: `reader`, `origin`, `kernel`, `slice-thickness`, `slice-gap`, `kvp`, `contrast`,
        `position`, `coverage`, `manufacturer`, `lung-volume`; of lung function `reference-equations`, `dlco-unit`,
        `hb-correction`.
    earlier, later: what was found, in words; empty where it is not known.
    """

    what: str
    earlier: str
    later: str
