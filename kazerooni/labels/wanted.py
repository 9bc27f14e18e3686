"""Wanted: what a label map is asked for, the lobes or the findings of one component."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from kazerooni.model import Component, Finding, Lobe, Notice, findings_of

Part = Lobe | Finding
"""What one label of a map stands for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The kind of map that is wanted.

    what: its name in messages. labels: the label of every part; where segments overlap, a later part lies over an
    earlier one. may_overlap: whether overlaps are laid over each other, or refused.
    """

    what: str
    labels: Mapping[Part, int]
    may_overlap: bool

    @property
    def highest(self) -> int:
        """The highest label; 0 to it are all known."""
        return max(self.labels.values())

    @property
    def names(self) -> str:
        """The parts in words."""
        return ", ".join(part.full_name for part in self.labels)


LOBES: Final = Wanted("lobes", {lobe: int(lobe) for lobe in Lobe}, may_overlap=False)
FINDINGS: Final[Mapping[Component, Wanted]] = {
    component: Wanted(
        f"{component} findings", {finding: finding.label or 0 for finding in findings_of(component)}, may_overlap=True
    )
    for component in Component
}


def not_named(wanted: Wanted, held: Collection[Part]) -> tuple[Notice, ...]:
    """Tell which findings of a component a file has no segment for: they are taken as looked for and not seen.

    Lobes are passed over: one without a segment may have been taken out.
    """
    missing = [part for part in wanted.labels if isinstance(part, Finding) and part not in held]
    if not missing:
        return ()
    told = ", ".join(finding.full_name for finding in missing)
    message = f"the map of {wanted.what} has no segment for {told}; taken as looked for and not seen"
    return (Notice("map-findings-not-named", "warning", message),)
