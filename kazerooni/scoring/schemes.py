"""The published schemes: every number of a score stands here and nowhere else, with its citation.

A scheme that stands here is frozen (a test holds its digest). To change one, add a new version beside it.
"""

from __future__ import annotations

from kazerooni.errors import SchemeError
from kazerooni.model import Component, Finding, Lobe
from kazerooni.scoring.scheme import Band, Criterion, Region, Scheme

_SIX_LOBES = tuple(Region(lobe, (lobe,)) for lobe in Lobe)
_FIVE_LOBES = (
    Region(Lobe.RUL, (Lobe.RUL,)),
    Region(Lobe.RML, (Lobe.RML,)),
    Region(Lobe.RLL, (Lobe.RLL,)),
    Region(Lobe.LUL, (Lobe.LUL, Lobe.LIN)),
    Region(Lobe.LLL, (Lobe.LLL,)),
)

# In print exactly 25 % is claimed by two grades and 49-50 % by none: docs/decisions/0010-every-edge-has-one-owner.md.
_ALVEOLAR_BANDS = (
    Band(0, 0, 0, owns=(0,)),
    Band(1, 0, 5),
    Band(2, 5, 25, owns=(5,)),
    Band(3, 25, 50, owns=(25,)),
    Band(4, 50, 75, owns=(50, 75)),
    Band(5, 75, 100, owns=(100,)),
)
_FIBROSIS_BANDS = (
    Band(0, 0, 0, owns=(0,)),
    Band(2, 0, 25),
    Band(3, 25, 50, owns=(25,)),
    Band(4, 50, 75, owns=(50, 75)),
    Band(5, 75, 100, owns=(100,)),
)

# Ground glass or consolidation: docs/decisions/0011-alveolar-is-ground-glass-or-consolidation.md.
_ALVEOLAR = Criterion(
    Component.ALVEOLAR,
    measures=frozenset({Finding.GROUND_GLASS, Finding.CONSOLIDATION}),
    bands=_ALVEOLAR_BANDS,
)

KAZEROONI = Scheme(
    name="kazerooni",
    version=1,
    citation=(
        "Kazerooni EA et al., AJR 1997;169:977 and Gay SE et al., AJRCCM 1998;157:1063, table as reproduced by "
        "secondary sources; lobes summed as in Cavagna L et al., J Rheumatol 2013, doi:10.3899/jrheum.121026"
    ),
    regions=_FIVE_LOBES,
    alveolar=_ALVEOLAR,
    interstitial=Criterion(
        Component.INTERSTITIAL,
        measures=frozenset({Finding.HONEYCOMBING}),
        bands=_FIBROSIS_BANDS,
        presence=frozenset({Finding.SEPTAL, Finding.RETICULATION, Finding.TRACTION_BRONCHIECTASIS}),
        presence_grade=1,
    ),
    combine="sum",
)

KAZEROONI_FIBROSIS = Scheme(
    name="kazerooni-fibrosis",
    version=1,
    citation=f"A variant of this toolkit, not the original: reticulation is graded by extent like honeycombing. After "
    f"{KAZEROONI.citation}",
    regions=_FIVE_LOBES,
    alveolar=_ALVEOLAR,
    interstitial=Criterion(
        Component.INTERSTITIAL,
        measures=frozenset({Finding.HONEYCOMBING, Finding.RETICULATION}),
        bands=_FIBROSIS_BANDS,
        presence=frozenset({Finding.SEPTAL, Finding.TRACTION_BRONCHIECTASIS}),
        presence_grade=1,
    ),
    combine="sum",
)

# As Gay printed it: ground glass alone, and the mean of the lobes.
KAZEROONI_MEAN = Scheme(
    name="kazerooni-mean",
    version=1,
    citation=(
        "Gay SE et al., AJRCCM 1998;157:1063, after Kazerooni EA et al., AJR 1997;169:977, table as reproduced by "
        "secondary sources; the mean of the lobes"
    ),
    regions=_FIVE_LOBES,
    alveolar=Criterion(Component.ALVEOLAR, measures=frozenset({Finding.GROUND_GLASS}), bands=_ALVEOLAR_BANDS),
    interstitial=KAZEROONI.interstitial,
    combine="mean",
)

KAZEROONI_LINGULA = Scheme(
    name="kazerooni-lingula",
    version=1,
    citation=f"The lingula graded as a lobe of its own. After {KAZEROONI.citation}",
    regions=_SIX_LOBES,
    alveolar=KAZEROONI.alveolar,
    interstitial=KAZEROONI.interstitial,
    combine="sum",
)

SCHEMES: dict[tuple[str, int], Scheme] = {
    (scheme.name, scheme.version): scheme
    for scheme in (KAZEROONI, KAZEROONI_MEAN, KAZEROONI_LINGULA, KAZEROONI_FIBROSIS)
}


def find_scheme(name: str, version: int | None = None) -> Scheme:
    """Give a published scheme; its newest version where none is named, here or as "name@version".

    Raises SchemeError for an unknown one, naming those that there are.
    """
    name, at, told = name.partition("@")
    if at and told.isdecimal() and version is None:
        version = int(told)
    versions = [v for n, v in SCHEMES if n == name]
    wanted = max(versions, default=0) if version is None else version
    if (name, wanted) not in SCHEMES:
        known = ", ".join(f"{n} {v}" for n, v in SCHEMES)
        found = name if version is None else f"{name} {version}"
        raise SchemeError(f"scheme {found!r} is unknown; choose one of: {known}")
    return SCHEMES[name, wanted]
