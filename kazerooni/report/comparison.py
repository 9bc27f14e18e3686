"""Comparison: what is said of the earlier of two visits beside the later one."""

from __future__ import annotations

from collections.abc import Iterator

from kazerooni.model import Case
from kazerooni.report import wording
from kazerooni.report.facts import OF_ONE_VISIT, digest_facts, notice_views, reading_facts, scan_facts
from kazerooni.report.lobes import lobe_views
from kazerooni.report.method import method_text
from kazerooni.report.numbers import MISSING, day
from kazerooni.report.view import ComparisonView, DifferenceView, Fact
from kazerooni.scoring import Scheme
from kazerooni.scoring import score as grade


def comparison_view(case: Case, prior: Case, scheme: Scheme, *, program_version: str) -> ComparisonView:
    """Word the earlier of two visits, graded under the scheme of the later one.

    Raises ReadingError where it cannot be graded.
    """
    score = grade(prior.reading, scheme, partial=case.score.is_partial)
    then = Case(reading=prior.reading, score=score, volume=prior.volume)
    days = [day(one.reading.scan.study_date, missing=wording.NOT_SAID) for one in (then, case)]
    return ComparisonView(
        then=days[0],
        now=days[1],
        facts=tuple(_facts(then, case)),
        lobes_then=lobe_views(then.score, scheme),
        notices_then=tuple(notice_views(then)),
        method_then=method_text(then, scheme, program_version=program_version),
        digests_then=tuple(
            Fact(f"{fact.label}, {days[0]}", fact.value) for fact in digest_facts(then, program_version, None)
        ),
    )


def _facts(then: Case, now: Case) -> Iterator[DifferenceView]:
    """Give every fact of scan and reading that either visit has."""
    before, after = (
        {fact.label: fact.value for fact in (*scan_facts(one), *reading_facts(one))} for one in (then, now)
    )
    for label in dict.fromkeys((*after, *before)):
        was, is_ = before.get(label, MISSING), after.get(label, MISSING)
        stands_out = was != is_ and label not in OF_ONE_VISIT
        yield DifferenceView(label=label, before=was, now=is_, stands_out=stands_out)
