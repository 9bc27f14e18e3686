"""Figures: the pictures of a report as SVG text, made once for every format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kazerooni.model import Component, Finding
from kazerooni.report.colours import MARKS
from kazerooni.report.content import Report
from kazerooni.report.picture import dash, frame_of, line_width, slice_picture
from kazerooni.report.plot import timeline_plot
from kazerooni.report.view import SliceView

FONT = "DejaVu Sans"
"""What is written in pictures that stand alone; matplotlib brings it."""


class Sample(NamedTuple):
    """How the outline of a finding is drawn, for the legend."""

    name: str
    colour: str
    width: float
    dash: str

    @property
    def svg(self) -> str:
        """A short piece of the outline."""
        return (
            '<svg width="40" height="10" viewBox="0 0 40 10" aria-hidden="true"><path d="M1 5H39" fill="none" '
            f'stroke="{self.colour}" stroke-width="{self.width}"{self.dash}/></svg>'
        )


class Shown(NamedTuple):
    """The picture of a slice as SVG text, what stands below it, and what it shows, for those who do not see it."""

    svg: str
    caption: str
    place: str
    alt: str
    prior: Shown | None = None


def shown_slices(report: Report) -> Iterator[Shown]:
    """Draw the slices of a report.

    Raises OutputError where Pillow is missing.
    """
    if not report.slices:
        return
    assert report.case.volume is not None, "slices are chosen only where there is a scan"
    assert report.case.lobes is not None, "slices are chosen only where there is a lobe map"
    frame = frame_of(report.case.volume.geometry, report.case.lobes.labels)
    for view in report.slices:
        yield Shown(slice_picture(report.case, view, frame), view.caption, view.place, view.alt, _prior(report, view))


def _prior(report: Report, view: SliceView) -> Shown | None:
    """Draw the same level of the visit before."""
    prior, then = report.prior, view.prior
    if prior is None or then is None:
        return None
    assert prior.volume is not None, "a level is matched only where there is a scan"
    assert prior.lobes is not None, "a level is matched only where there is a lobe map"
    frame = frame_of(prior.volume.geometry, prior.lobes.labels)
    return Shown(slice_picture(prior, then, frame), then.caption, then.place, then.alt)


def mark_samples(report: Report) -> Iterator[Sample]:
    """Give the outlines of the findings of the components that have a map."""
    cases = [report.case] if report.prior is None else [report.case, report.prior]
    given = {component for component in Component for case in cases if case.map_of(component) is not None}
    for finding in Finding:
        if finding.label is not None and finding.component in given:
            yield Sample(finding.full_name, MARKS[finding.component], line_width(finding), dash(finding, 1))


def alone(svg: str) -> str:
    """Make SVG text that stands in a page of HTML a picture of its own."""
    return svg.replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{FONT}" ', 1)


def course_plot(report: Report) -> bytes:
    """Draw the course of the totals, SVG; empty where there is but one visit.

    Raises OutputError where matplotlib is missing.
    """
    return b"" if report.line is None or report.course is None else timeline_plot(report.line)
