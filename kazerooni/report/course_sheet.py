"""Course sheet: the page of a report that tells the score over time, as blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kazerooni.model import Component
from kazerooni.report import captions as say
from kazerooni.report.blocks import (
    Beside,
    Block,
    Cell,
    Column,
    Heading,
    Picture,
    Pictures,
    Prose,
    Section,
    Table,
    words,
)
from kazerooni.report.content import Report
from kazerooni.report.figures import course_plot
from kazerooni.report.view import GradeView, TimelineView

# More than these do not fit beside each other.
_MOST_VISITS_BESIDE: Final = 6


def course_page(report: Report, course: TimelineView) -> Section:
    """Give the page of the visits: a plot, their totals, what stands beside them, and the lobes by visit.

    Raises OutputError where the library that draws the plot is missing.
    """
    plot = Picture(
        svg=course_plot(report).decode("utf-8"), alt=course.said, lines=(f"{course.said} {say.PLOT_CAPTION}",)
    )
    return Section(
        heading=f"{say.TIMELINE}: {course.heading}",
        blocks=(
            Pictures(pictures=(plot,), columns=1, width=0.8),
            Heading(say.TOTALS),
            _visits(course),
            *(Prose(line, "soft") for line in course.rules),
            *_beside_visits(course),
            Heading(say.BY_VISIT),
            Prose(say.BY_VISIT_INTRO, "soft"),
            *_lobes_by_visit(course),
        ),
    )


def _lobes_by_visit(course: TimelineView) -> tuple[Block, ...]:
    """Give the lobes of both components beside each other, or, where the visits are many, below each other."""
    tables = tuple(_by_visit(course, component) for component in Component)
    return (Beside(tables),) if len(course.visits) <= _MOST_VISITS_BESIDE else tables


def _beside_visits(course: TimelineView) -> Iterator[Block]:
    """Give lung function, doses and events, where they are known."""
    if not course.beside:
        return
    headings = (say.VISIT, say.FVC, say.DLCO, say.EQUATIONS, say.DOSES)
    yield Heading(say.BESIDE_VISITS)
    yield Table(
        caption=course.window,
        columns=tuple(Column(heading=one, width=3, is_text=True) for one in headings),
        rows=tuple(tuple(map(words, (row.day, row.fvc, row.dlco, row.equations, row.doses))) for row in course.beside),
    )
    yield from (Prose(line, "soft") for line in course.tests_differ)
    if course.events:
        yield Heading(say.EVENTS)
        yield from map(Prose, course.events)


def _visits(course: TimelineView) -> Table:
    totals = [fact.label for fact in course.visits[0].totals]
    return Table(
        caption=say.TOTALS_CAPTION,
        columns=(
            Column(heading=say.VISIT, is_text=True),
            Column(heading=say.READER, width=1, is_text=True),
            *(Column(heading=one) for one in (*totals, say.SINCE_PREVIOUS, say.SINCE_BASELINE, say.SINCE_BEST)),
            Column(heading=say.DIFFERS_FROM_PREVIOUS, width=2, is_text=True),
        ),
        rows=tuple(
            (
                Cell(parts=(visit.day,), below=(say.THIS_REPORT,) if visit.is_this else ()),
                *map(words, (visit.reader, *(fact.value for fact in visit.totals))),
                *map(words, (visit.since_previous, visit.since_baseline, visit.since_best, visit.differs)),
            )
            for visit in course.visits
        ),
        marked=tuple(row for row, visit in enumerate(course.visits) if visit.is_this),
    )


def _by_visit(course: TimelineView, component: Component) -> Table:
    return Table(
        title=f"{component.capitalize()}: {say.EXTENT_AND_GRADE}",
        caption="",
        columns=(
            Column(heading=say.LOBE, is_text=True),
            *(Column(heading=visit.column, width=1) for visit in course.visits),
        ),
        rows=tuple(
            (
                words(lobe.label),
                *(_pair(*visit.component(component)[row]) for visit in course.visits),
            )
            for row, lobe in enumerate(course.lobes)
        ),
    )


def _pair(grade: GradeView, percent: str) -> Cell:
    return Cell(parts=(percent, grade))
