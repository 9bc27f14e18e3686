"""As typed: the reading that can be made of a report whose private elements were dropped on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from pydicom.dataset import Dataset

from kazerooni.identity import pseudonym, user_key
from kazerooni.labels.sr import codes
from kazerooni.labels.sr.score import notices_of, said
from kazerooni.labels.sr.tree import Items
from kazerooni.model import (
    Component,
    ComponentScore,
    Entry,
    Finding,
    Lobe,
    LobeScore,
    Notice,
    Pattern,
    Reading,
    ScanRef,
    SchemeRef,
    Score,
    State,
    Status,
    Supersedes,
    TypedValue,
    findings_of,
)
from kazerooni.scoring import find_scheme

_WHOLE = 100
_SEG_CLASSES = {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"}
DROPPED = Notice(
    "reading-from-report",
    "warning",
    "the private elements of the structured report were dropped on its way, and with them the counts by slice: its "
    "percents are taken as typed values, without intervals, and cannot be counted again",
)


def typed_reading(report: Dataset, score: Score) -> Reading:
    """Make a reading of what the content items say: percents, presences and grades as typed, states, traction, text."""
    head = said(report)
    pattern, replaced = head.one(codes.PATTERN), head.one(codes.SUPERSEDES)
    observer = Items(report).one(codes.PERSON_NAME)
    scheme = SchemeRef(score.scheme, score.scheme_version)
    return Reading(
        id=head.text(codes.READING) or "",
        scan=_scan(report),
        reader=None if observer is None else str(observer.PersonName).rstrip("^") or None,
        entries=tuple(
            entry for lobe in score.lobes for component in Component for entry in _entry(lobe, component, scheme)
        ),
        traction=_traction(score.lobes),
        pattern=None if pattern is None else Pattern(str(pattern.TextValue), Items(pattern).text(codes.PATTERN_BY)),
        remarks=head.text(codes.REMARKS) or "",
        status=Status.SIGNED if report.get("PreliminaryFlag") == "FINAL" else Status.DRAFT,
        supersedes=None
        if replaced is None
        else Supersedes(str(replaced.TextValue), Items(replaced).text(codes.SUPERSEDES_WHY) or "not told"),
        notices=(*notices_of(report, codes.NOTICE), DROPPED),
    )


def _traction(lobes: tuple[LobeScore, ...]) -> Mapping[Lobe, bool]:
    seen = {lobe.lobe: lobe.present.traction_bronchiectasis for lobe in lobes}
    return {lobe: is_seen for lobe, is_seen in seen.items() if is_seen is not None}


def _entry(lobe: LobeScore, component: Component, scheme: SchemeRef) -> Iterator[Entry]:
    score = lobe.component(component)
    if score.state is None:
        return
    if score.state is not State.ASSESSED:
        yield Entry(lobe=lobe.lobe, component=component, state=score.state)
        return
    values = tuple(_values(lobe, component, score, scheme))
    if values:
        yield Entry(lobe=lobe.lobe, component=component, values=values)


def _values(lobe: LobeScore, component: Component, score: ComponentScore, scheme: SchemeRef) -> Iterator[TypedValue]:
    """Give what was typed, or could have been: findings where they were told apart, else the extent, else the grade."""
    percents, present = dict(lobe.findings), dict(lobe.present)
    told_apart = [f for f in findings_of(component) if percents[f] is not None or present[f] is not None]
    if not told_apart:
        if score.percent is not None:
            yield TypedValue(percent=_decimal(score.percent))
        elif score.grade is not None:
            yield TypedValue(grade=score.grade, scheme=scheme)
        return
    shares = _shares(percents, component, score, scheme)
    for finding in told_apart:
        if finding in shares:
            yield TypedValue(finding=finding, percent=shares[finding])
        else:
            yield TypedValue(finding=finding, present=present[finding])


def _shares(
    percents: Mapping[Finding, float | None], component: Component, score: ComponentScore, scheme: SchemeRef
) -> dict[Finding, Decimal]:
    """Give the percents of findings as decimals that add up to the extent that was graded, and to 100 at most.

    Each was rounded to 64 bits for itself, so their sum may lie a little beside the extent, and on the other side of an
    edge: the largest of them takes the difference.
    """
    shares = {f: _decimal(percent) for f in findings_of(component) if (percent := percents[f]) is not None}
    measured = find_scheme(scheme.name, scheme.version).criterion(component).measured
    if score.percent is not None and all(finding in shares for finding in measured):
        _add(shares, measured, _decimal(score.percent) - sum((shares[finding] for finding in measured), Decimal(0)))
    beyond = sum(shares.values(), Decimal(0)) - _WHOLE
    if beyond > 0:
        _add(shares, [finding for finding in shares if finding not in measured] or list(shares), -beyond)
    return shares


def _add(shares: dict[Finding, Decimal], findings: Sequence[Finding], amount: Decimal) -> None:
    largest = max(findings, key=lambda finding: shares[finding])
    shares[largest] = max(shares[largest] + amount, Decimal(0))


def _decimal(percent: float) -> Decimal:
    """Give the shortest decimal that is this float64 again."""
    return Decimal(repr(float(percent)))


def _scan(report: Dataset) -> ScanRef:
    patient = pseudonym(str(report.get("PatientID") or ""), str(report.get("IssuerOfPatientID") or ""), user_key().key)
    date = str(report.get("StudyDate") or "")
    try:
        on = datetime.strptime(date, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        on = None
    return ScanRef(patient, str(report.StudyInstanceUID), _source_series(report), None, on)


def _source_series(report: Dataset) -> str | None:
    """Give the series that was read: of the evidence, the one that is no segmentation."""
    for study in report.get("CurrentRequestedProcedureEvidenceSequence") or ():
        for series in study.ReferencedSeriesSequence:
            if all(str(picture.ReferencedSOPClassUID) not in _SEG_CLASSES for picture in series.ReferencedSOPSequence):
                return str(series.SeriesInstanceUID)
    return None
