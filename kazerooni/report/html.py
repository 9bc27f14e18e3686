"""HTML: a report as one file that needs no network, no script and no other file, for the screen and for A4."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import NamedTuple

from kazerooni.model import Component, Finding
from kazerooni.report.colours import GRADE_FILLS, GRADE_TEXTS, MARKS
from kazerooni.report.content import Report
from kazerooni.report.drawing import lobe_drawing
from kazerooni.report.pages import css_text, environment
from kazerooni.report.picture import dash, frame_of, line_width, slice_picture
from kazerooni.report.plot import timeline_plot
from kazerooni.report.wording import SAMPLING_ONLY


class _Sample(NamedTuple):
    """How the outline of a finding is drawn, for the legend."""

    name: str
    colour: str
    width: float
    dash: str


class _Shown(NamedTuple):
    """The picture of a slice as SVG text, and what stands below it."""

    svg: str
    caption: str
    place: str


def report_html(report: Report) -> bytes:
    """Lay a report out as HTML, UTF-8.

    Raises OutputError where a library of the extra `report` is missing.
    """
    template = environment().get_template("report.html")
    page = template.render(
        report=report,
        components=tuple(Component),
        drawings={component: lobe_drawing(report.lobes, component, name=component.value) for component in Component},
        slices=tuple(_slices(report)),
        samples=tuple(_samples(report)),
        plot=_plot(report),
        scale=tuple(enumerate(zip(GRADE_FILLS, GRADE_TEXTS, strict=True))),
        on_every_page=css_text(f"{report.patient}, study of {report.study_day}, {report.title}"),
        sampling_only=SAMPLING_ONLY,
        disclaimer_css=css_text(report.disclaimer),
    )
    return page.encode("utf-8", "replace")


def _slices(report: Report) -> Iterator[_Shown]:
    if not report.slices:
        return
    assert report.case.volume is not None, "slices are chosen only where there is a scan"
    assert report.case.lobes is not None, "slices are chosen only where there is a lobe map"
    frame = frame_of(report.case.volume.geometry, report.case.lobes.labels)
    for view in report.slices:
        yield _Shown(slice_picture(report.case, view, frame), view.caption, view.place)


def _samples(report: Report) -> Iterator[_Sample]:
    """Give the outlines of the findings of the components that have a map."""
    given = {Component.ALVEOLAR: report.case.alveolar, Component.INTERSTITIAL: report.case.interstitial}
    for finding in Finding:
        if finding.label is not None and given[finding.component] is not None:
            yield _Sample(finding.full_name, MARKS[finding.component], line_width(finding), dash(finding, 1))


def _plot(report: Report) -> str:
    """Give the plot as a data URI: as a picture of its own, its ids cannot meet those of the page."""
    if report.line is None or report.course is None:
        return ""
    return f"data:image/svg+xml;base64,{b64encode(timeline_plot(report.line)).decode()}"
