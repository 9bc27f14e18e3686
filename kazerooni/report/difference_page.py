"""Difference page: what changed between old and new scores as one HTML file that needs no network and no script."""

from __future__ import annotations

from typing import Final

from kazerooni.model import ScoreDifference, ScorePair
from kazerooni.report.difference_view import Counted, alarm_view, group_view, score_view, share
from kazerooni.report.numbers import whole
from kazerooni.report.pages import css_text, environment
from kazerooni.report.wording import DISCLAIMER, ERRORS, plain
from kazerooni.stats import DifferenceSums, MostChanged

MOST_SHOWN: Final = 50
"""How many scores that changed the page lists; the table lists all."""
_MOST_ALARMING: Final = 20
_MOST_SCHEMES: Final = 20


class Collected:
    """What the page is made of, added up one pair at a time."""

    def __init__(self) -> None:
        self.sums = DifferenceSums()
        self.made_by: set[tuple[str, int]] = set()
        self.most = MostChanged(MOST_SHOWN)
        self.alarming = MostChanged(_MOST_ALARMING)

    def add(self, pair: ScorePair, found: ScoreDifference | None) -> None:
        """Add a pair, and what differs in it; None where one of its scores is missing."""
        self.sums.add(pair, found)
        if pair.new is not None and len(self.made_by) < _MOST_SCHEMES:
            self.made_by.add((pair.new.scheme, pair.new.scheme_version))
        if found is not None and found.is_changed:
            self.most.add(found)
        if found is not None and found.is_alarming:
            self.alarming.add(found)


def difference_html(collected: Collected, *, program_version: str, broken_old: int = 0) -> bytes:
    """Lay the difference report out as HTML, UTF-8.

    broken_old: how many old scores could not be read, and stand in no pair.

    Raises OutputError where a library of the extra `report` is missing.
    """
    sums = collected.sums
    groups = [sums.groups[transition] for transition in sorted(sums.groups)]
    changed, alarming = sum(group.changed for group in groups), sum(group.alarming for group in groups)
    most = tuple(map(score_view, collected.most))
    page = (
        environment()
        .get_template("difference.html")
        .render(
            program_version=program_version,
            disclaimer=DISCLAIMER,
            disclaimer_css=css_text(DISCLAIMER),
            on_every_page=css_text("Difference report"),
            made_by=", ".join(f"{plain(name)} {version}" for name, version in sorted(collected.made_by)),
            readings=whole(sums.readings),
            broken_old=whole(broken_old) if broken_old else "",
            compared=whole(sums.compared),
            changed=whole(changed),
            changed_share=share(changed, sums.compared),
            headline=_headline(sums),
            alarming=alarming,
            alarming_words=whole(alarming),
            alarms=tuple(map(alarm_view, collected.alarming)),
            errors=tuple(
                Counted(plain(error), ERRORS.get(error, ""), whole(count)) for error, count in _by_count(sums)
            ),
            groups=tuple(group_view(transition, sums.groups[transition]) for transition in sorted(sums.groups)),
            most=most,
            is_all=len(most) == changed,
        )
    )
    return page.encode("utf-8", "replace")


def _headline(sums: DifferenceSums) -> tuple[Counted, ...]:
    """Give the figures beside the first one; those of what is missing only where something is."""
    groups, compared = sums.groups.values(), sums.compared
    crossed = sum(group.crossed for group in groups)
    totals, differ = sum(group.totals.count for group in groups), sum(group.total_changed for group in groups)
    shown = [
        Counted("crossed an edge", "in a lobe, by extent", whole(crossed), share(crossed, compared)),
        Counted("have another total", f"of {whole(totals)} comparable totals", whole(differ), share(differ, totals)),
        Counted("new errors", "an old score, and no new one", whole(sums.old_only)),
    ]
    missing = (
        Counted("scored for the first time", "no old score was found", whole(sums.new_only)),
        Counted("without any score", "neither an old nor a new one", whole(sums.neither)),
    )
    return (*shown, *(one for one in missing if one.count != "0"))


def _by_count(sums: DifferenceSums) -> list[tuple[str, int]]:
    return sorted(sums.errors.items(), key=lambda each: (-each[1], each[0]))
