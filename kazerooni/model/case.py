"""Case: one reading and its score, with what they were made of where that is at hand: what a report is made from."""

from __future__ import annotations

from dataclasses import dataclass

from kazerooni.model.anatomy import Component
from kazerooni.model.maps import FindingMap, LobeMap
from kazerooni.model.notice import Notice
from kazerooni.model.reading import Reading
from kazerooni.model.scan import Volume
from kazerooni.model.score import Score


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """One reading and its score; the scan and its maps are None for a kept or typed reading."""

    reading: Reading
    score: Score
    volume: Volume | None = None
    lobes: LobeMap | None = None
    alveolar: FindingMap | None = None
    interstitial: FindingMap | None = None

    def map_of(self, component: Component) -> FindingMap | None:
        """Give the map of the findings of a component."""
        return self.alveolar if component is Component.ALVEOLAR else self.interstitial

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is to be told of scan, maps and score, each thing once."""
        told = {notice.code for notice in self.reading.notices}
        own = (n for n in self.score.notices if not (n.code == "not-hrct" and "thick-slices" in told))
        return tuple(dict.fromkeys((*self.reading.notices, *own)))
