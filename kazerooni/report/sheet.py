"""Sheet: a report as blocks of a page, section by section; what each says, the view and the captions say."""

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
    Facts,
    Heading,
    Key,
    Notices,
    Picture,
    Pictures,
    Prose,
    Result,
    Scale,
    Section,
    Table,
    Warned,
    named,
    words,
)
from kazerooni.report.change_sheet import change_page, differing
from kazerooni.report.content import Report
from kazerooni.report.course_sheet import course_page
from kazerooni.report.drawing import in_words, lobe_drawing
from kazerooni.report.figures import alone, mark_samples, shown_slices
from kazerooni.report.view import (
    ComparisonView,
    ComponentView,
    Fact,
    LobeView,
)
from kazerooni.report.wording import SAMPLING_ONLY

# More than these do not fit on the first page; what follows then stands right after them.
_MOST_NOTICES: Final = 5
# So that the summary fits on one page: of a drawing, as a share of its place; of the facts of the scan.
_WIDTH_OF_DRAWING: Final = {"a4": 0.76, "letter": 0.64}
_COLUMNS_OF_SCAN: Final = {"a4": 3, "letter": 4}
# Of a column, in letters of a heading.
_WIDTH_OF_NAME, _WIDTH_OF_GRADE, _WIDTH_OF_INTERVAL = 16, 8, 12


def sections_of(report: Report) -> tuple[Section, ...]:
    """Give the pages of a report: summary, slices, changes, visits, what stands beside the total, method.

    Raises OutputError where a library that draws its pictures is missing.
    """
    if report.comparison is not None:
        return tuple(_compared(report, report.comparison))
    return (
        Section(heading="", blocks=tuple(_summary(report)), ends_page=len(report.notices) <= _MOST_NOTICES),
        *_slices(report),
        *map(change_page, report.changes),
        *(() if report.course is None else (course_page(report, report.course),)),
        _beside(report),
        *_method(report),
    )


def who_of(report: Report) -> tuple[Fact, ...]:
    """Tell whose report it is, of which study, and who read it."""
    return (
        *report.person,
        Fact(say.PATIENT, report.patient, is_written=True),
        Fact(say.STUDY, report.study_day),
        report.reading[0],
        Fact(say.STATUS, report.status),
    )


def _summary(report: Report) -> Iterator[Block]:
    yield _result(report)
    if report.totals.qualifiers:
        yield Warned(report.totals.qualifiers)
    pictures = tuple(_drawing(report.lobes, component) for component in Component)
    yield Pictures(pictures=pictures, width=_WIDTH_OF_DRAWING[report.paper], is_tinted=True)
    yield Scale(lowest_to_highest=say.SCALE, no_grade=say.NO_GRADE, remark=say.SCHEMATIC)
    yield Heading(say.LOBES)
    yield _lobes(report)
    yield Heading(say.NOTICES)
    yield Notices(report.notices) if report.notices else Prose(say.NO_NOTICES)
    yield Heading(say.SCAN)
    yield Facts(facts=report.scan[:-1], columns=_COLUMNS_OF_SCAN[report.paper])


def _drawing(lobes: tuple[LobeView, ...], component: Component, on: str = "") -> Picture:
    return Picture(
        svg=alone(lobe_drawing(lobes, component, name=f"{component.value}{'-then' if on else ''}")),
        alt=f"{in_words(lobes, component)}{f' {on}' if on else ''}",
        heading=f"{component.capitalize()} {say.GRADES_OF}{f', {on}' if on else ''}",
    )


def _compared(report: Report, both: ComparisonView) -> Iterator[Section]:
    """Give the pages that compare two visits."""
    drawings = tuple(
        _drawing(lobes, component, on)
        for component in Component
        for lobes, on in ((both.lobes_then, both.then), (report.lobes, both.now))
    )
    result = (_result(report), *((Warned(report.totals.qualifiers),) if report.totals.qualifiers else ()))
    yield Section(
        heading="",
        blocks=(
            *result,
            Heading(say.TWO_DRAWINGS),
            Pictures(pictures=drawings, width=_WIDTH_OF_DRAWING[report.paper], is_tinted=True),
            Scale(lowest_to_highest=say.SCALE, no_grade=say.NO_GRADE, remark=say.SCHEMATIC),
        ),
    )
    yield from map(change_page, report.changes)
    yield from _slices(report)
    yield Section(heading=say.TWO_SCANS, blocks=(differing(say.TWO_SCANS_CAPTION, both.facts),))
    for on, notices in ((both.then, both.notices_then), (both.now, report.notices)):
        told = Notices(notices) if notices else Prose(say.NO_NOTICES)
        yield Section(heading=f"{say.NOTICES}, {on}", blocks=(told,))
    if report.course is not None:
        yield course_page(report, report.course)
    _, *rest = _method(report)
    yield from rest


def _result(report: Report) -> Result:
    totals, since = report.totals, report.changes[0] if report.changes else None
    return Result(
        total=totals.total,
        parts=totals.parts,
        of=say.OF,
        scheme=totals.scheme,
        change=(say.CHANGE, "", say.NO_EARLIER, "")
        if since is None
        else (
            f"{say.CHANGE_SINCE} {since.kind}",
            since.headline,
            f"{since.course}, {say.SINCE} {since.since}",
            since.verdict,
        ),
        is_number=since is not None and since.is_interpretable,
    )


def _lobes(report: Report) -> Table:
    measured = "".join(f"{fact.label}. " for fact in report.criteria)
    columns = [Column(heading=say.LOBE, width=_WIDTH_OF_NAME, is_text=True)]
    for component in Component:
        group = f"{component.capitalize()}: {say.GRADE_AND_PERCENT}"
        findings = [fact.label for fact in report.lobes[0].component(component).findings]
        grades = [lobe.component(component).grade.text for lobe in report.lobes]
        columns.append(Column(heading=say.GRADE, group=group, width=max(_WIDTH_OF_GRADE, 2 + _longest_word(*grades))))
        columns.append(Column(heading=say.EXTENT, group=group, width=_WIDTH_OF_INTERVAL))
        columns.extend(Column(heading=one, group=group, width=2 + _longest_word(one)) for one in findings)
    return Table(
        caption=f"{say.LOBES_CAPTION} {measured}{say.INTERVAL_CAPTION} ({SAMPLING_ONLY}).",
        columns=tuple(columns),
        rows=tuple(
            (named(lobe.code, lobe.name), *(cell for one in Component for cell in _graded(lobe.component(one))))
            for lobe in report.lobes
        ),
    )


def _longest_word(*texts: str) -> int:
    return max(len(word) for text in texts for word in text.split())


def _graded(view: ComponentView) -> Iterator[Cell]:
    below = (view.interval, say.BY_PRESENCE if view.by_presence else "")
    yield Cell(parts=(view.grade,))
    yield Cell(parts=(view.percent,), below=tuple(line for line in below if line))
    yield from (words(fact.value) for fact in view.findings)


def _seen(lobes: tuple[LobeView, ...]) -> Table:
    return Table(
        caption=say.SEEN_CAPTION,
        columns=(
            Column(heading=say.LOBE, is_text=True),
            *(Column(heading=fact.label) for fact in lobes[0].seen),
            Column(heading=say.REMARKS, width=1, is_text=True),
        ),
        rows=tuple(
            (
                words(lobe.code),
                *(words(fact.value) for fact in lobe.seen),
                words("; ".join(lobe.all_remarks) or say.NO_REMARKS),
            )
            for lobe in lobes
        ),
    )


def _beside(report: Report) -> Section:
    figures = Table(
        caption=say.BESIDE_CAPTION,
        columns=(
            Column(heading=say.FIGURE, width=5, is_text=True),
            Column(heading=say.VALUE, width=2),
            Column(heading=say.MEANING, width=8, is_text=True),
        ),
        rows=tuple((words(one.label), words(one.value), words(one.meaning)) for one in report.totals.beside),
    )
    return Section(heading=say.BESIDE, blocks=(figures, Heading(say.SEEN), _seen(report.lobes)))


def _slices(report: Report) -> Iterator[Section]:
    pairs = [(shown.prior, shown) for shown in shown_slices(report)]
    pictures = tuple(
        Picture(svg=alone(shown.svg), alt=shown.alt, lines=(shown.caption, shown.place))
        for pair in pairs
        for shown in pair
        if shown is not None
    )
    if not pictures:
        return
    intro = f"{say.SLICES_INTRO} {say.BESIDE_PRIOR}" if pairs and pairs[0][0] is not None else say.SLICES_INTRO
    samples = tuple((alone(sample.svg), sample.name) for sample in mark_samples(report))
    yield Section(
        heading=say.SLICES,
        blocks=(Prose(intro, "soft"), Key(samples), Pictures(pictures=pictures)),
    )


def _method(report: Report) -> Iterator[Section]:
    then = report.comparison
    facts = (Facts(facts=report.scan, heading=say.SCAN), Facts(facts=report.reading, heading=say.READING))
    yield Section(heading=say.SCAN_AND_READING, blocks=(Beside(facts),))
    yield Section(
        heading=say.METHOD,
        blocks=(
            Facts(facts=report.criteria, heading=say.GRADES),
            Heading(say.PARAGRAPH),
            Prose(report.method, "paste"),
            *(() if then is None else (Prose(then.method_then, "paste"),)),
        ),
    )
    yield Section(heading=say.SIGNS, blocks=(Facts(facts=report.legend, columns=2),))
    yield Section(
        heading=say.MADE_FROM,
        blocks=(
            Facts(facts=(*report.digests, *(() if then is None else then.digests_then)), is_code=True),
            Prose(f"{report.disclaimer} {say.MUST_BE_CHECKED}", "soft"),
        ),
    )
