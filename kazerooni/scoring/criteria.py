"""Criteria: what the literature calls progression, relapse and the like, as data. Adding one adds one value.

Where the source leaves something open, decision 0046 says how it is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kazerooni.errors import ReadingError
from kazerooni.model import EventKind, Judgement, Timeline
from kazerooni.scoring.lung_rules import Fell, FellWithin, How, ImprovedFirst, Level
from kazerooni.scoring.rules import AllOf, AnyOf, AtLeast, Happened, Not, OnDrug, Said, ScoreAboveZero, ScoreRose
from kazerooni.scoring.seen import Part, Seen

_STUDY: Final = "Cavagna L et al., J Rheumatol 2013, doi:10.3899/jrheum.121026"
_GUIDELINE: Final = (
    "Raghu G et al., ATS/ERS/JRS/ALAT guideline, Am J Respir Crit Care Med 2022;205:e18, doi:10.1164/rccm.202202-0399ST"
)
_YEAR_MONTHS: Final = 12
_LOSS_PERCENT: Final = 10
_HIGHEST_NORMAL_FEV1_PERCENT: Final = 120

CT_SIGNS: Final = (
    "more extent or severity of traction bronchiectasis and bronchiolectasis",
    "new ground glass with traction bronchiectasis",
    "new fine reticulation",
    "more extent or coarseness of reticulation",
    "new or more honeycombing",
    "more loss of lobar volume",
)
"""The six CT signs of progression of the 2022 guideline, of which a person enters one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCriterion:
    """A criterion that is applied to the course of a patient at one visit.

    title: what it is, in words. notes: what a reader has to know of how it is read here.
    """

    name: str
    version: int = 1
    title: str
    citation: str
    rule: Part
    notes: tuple[str, ...] = ()


def _worse(how: How) -> AnyOf:
    return AnyOf(
        (
            ScoreRose(),
            Fell(value="fvc_percent", by_more_than=_LOSS_PERCENT, how=how),
            Fell(value="dlco_percent", by_more_than=_LOSS_PERCENT, how=how),
            Happened((EventKind.DYSPNOEA_WORSE,), "dyspnoea became worse"),
        )
    )


def _improved(how: How) -> ImprovedFirst:
    return ImprovedFirst(by_more_than=_LOSS_PERCENT, how=how)


_VARIANT: Final = "The source does not say whether 10 % is relative or absolute; this is the {} variant."


def _of_study(how: How) -> Iterator[CourseCriterion]:
    """Give the criteria of the source study that hang on a loss of lung function, which it does not define."""
    note = (_VARIANT.format(how),)
    yield CourseCriterion(
        name=f"worsening-{how}",
        title=f"Worsening of the source study, {how} loss",
        citation=_STUDY,
        rule=_worse(how),
        notes=note,
    )
    yield CourseCriterion(
        name=f"refractory-{how}",
        title=f"Refractory interstitial lung disease, {how} loss",
        citation=_STUDY,
        rule=AllOf((_worse(how), OnDrug("prednisone"), Not(_improved(how)))),
        notes=note,
    )
    yield CourseCriterion(
        name=f"relapsing-{how}",
        title=f"Relapsing interstitial lung disease, {how} loss",
        citation=_STUDY,
        rule=AllOf((_worse(how), _improved(how))),
        notes=note,
    )


_PROGRESSION: Final = CourseCriterion(
    name="progression-score",
    title="Progression of the source study: any rise of the score",
    citation=_STUDY,
    rule=ScoreRose(),
    notes=("No smallest difference that matters has been published: a rise by 1 may be the reader's own error.",),
)

_INVOLVEMENT: Final = CourseCriterion(
    name="lung-involvement",
    title="Lung involvement of the source study",
    citation=_STUDY,
    rule=AnyOf(
        (
            AllOf(
                (
                    Level(value="fvc_percent", at_most=80, meaning="FVC reduced"),
                    Level(value="fev1_fvc_percent", at_least=70, meaning="no obstruction"),
                    Level(value="fev1_percent", at_most=_HIGHEST_NORMAL_FEV1_PERCENT, meaning="FEV1 normal or low"),
                )
            ),
            Level(value="dlco_percent", below=80, meaning="DLCO reduced by more than 20 %"),
            ScoreAboveZero(),
        )
    ),
    notes=('DLCO: printed "< 20 % reduction", read as more than 20 %.', "Normal FEV1: up to 120 % predicted."),
)

_PPF: Final = CourseCriterion(
    name="ppf-2022",
    title="Progressive pulmonary fibrosis",
    citation=_GUIDELINE,
    rule=AllOf(
        (
            Said("ild_other_than_ipf", "the disease is an interstitial lung disease other than IPF"),
            Said("fibrosis_on_ct", "CT shows fibrosis"),
            AtLeast(
                2,
                (
                    Happened(
                        (EventKind.SYMPTOMS_WORSE, EventKind.DYSPNOEA_WORSE), "symptoms became worse", _YEAR_MONTHS
                    ),
                    AnyOf(
                        (
                            FellWithin(value="fvc_percent", by_points=5, within_months=_YEAR_MONTHS),
                            FellWithin(
                                value="dlco_percent", by_points=10, within_months=_YEAR_MONTHS, is_hb_corrected=True
                            ),
                        )
                    ),
                    Happened((EventKind.CT_PROGRESSION,), "CT shows a sign of progression", _YEAR_MONTHS),
                ),
            ),
            Said("no_other_explanation", "nothing else explains it"),
        )
    ),
    notes=(
        "A risen Kazerooni score alone is not the CT sign: a person enters one of the six.",
        f"The six signs: {'; '.join(CT_SIGNS)}.",
    ),
)

CRITERIA: Final[dict[str, CourseCriterion]] = {
    criterion.name: criterion
    for criterion in (_PROGRESSION, *_of_study("relative"), *_of_study("absolute"), _INVOLVEMENT, _PPF)
}
"""The criteria by name."""

_EVENTS: Final = (EventKind.DYSPNOEA_WORSE, EventKind.SYMPTOMS_WORSE, EventKind.CT_PROGRESSION)
FACTS: Final = ("ild_other_than_ipf", "fibrosis_on_ct", "no_other_explanation", *(kind.value for kind in _EVENTS))
"""What a person may say; a thing of an event is said of the last visit, all else of every visit."""


def judge(
    line: Timeline, criterion: CourseCriterion, *, at: int = -1, said: Mapping[str, bool] | None = None
) -> Judgement:
    """Judge a visit of a timeline, the last unless another is named, by a criterion.

    said: what a person said, by the names of `FACTS`; what is not in it is not known.

    Raises ReadingError for a fact that no criterion asks for.
    """
    known = said or {}
    strange = sorted(set(known) - set(FACTS))
    if strange:
        raise ReadingError(f"no criterion asks for {strange[0]!r}; one of {', '.join(FACTS)} is wanted")
    seen = Seen(line=line, at=range(len(line.points))[at], said=known)
    found = criterion.rule.judge(seen)
    return Judgement(
        criterion=criterion.name,
        version=criterion.version,
        on=seen.point.on,
        verdict=found.verdict,
        inputs=tuple(dict.fromkeys(found.inputs)),
    )


def judge_all(line: Timeline, said: Mapping[str, bool] | None = None) -> tuple[Judgement, ...]:
    """Judge every visit by every criterion, by criterion and date; what is said of an event holds at the last visit."""
    known = said or {}
    last = len(line.points) - 1
    lasting = {fact: value for fact, value in known.items() if fact not in {kind.value for kind in _EVENTS}}
    return tuple(
        judge(line, criterion, at=at, said=known if at == last else lasting)
        for criterion in CRITERIA.values()
        for at in range(len(line.points))
    )
