"""HTML: a report as one file that needs no network, no script and no other file, for the screen and for A4."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from kazerooni.model import Component
from kazerooni.report import captions
from kazerooni.report.colours import GRADE_FILLS, GRADE_TEXTS
from kazerooni.report.content import Report
from kazerooni.report.drawing import lobe_drawing
from kazerooni.report.figures import course_plot, mark_samples, shown_slices
from kazerooni.report.pages import css_text, environment
from kazerooni.report.plot import plot_size
from kazerooni.report.wording import SAMPLING_ONLY

_PX_PER_INCH: Final = 100
# Visits in a table of lobes; with more of them the two tables stand below each other.
_MOST_BESIDE: Final = 4


def report_html(report: Report) -> bytes:
    """Lay a report out as HTML, UTF-8.

    Raises OutputError where a library of the extra `report` is missing.
    """
    template = environment().get_template("report.html")
    page = template.render(
        report=report,
        program_version=report.program_version,
        say=captions,
        components=tuple(Component),
        drawings={component: lobe_drawing(report.lobes, component, name=component.value) for component in Component},
        drawings_then={}
        if report.comparison is None
        else {
            component: lobe_drawing(report.comparison.lobes_then, component, name=f"{component.value}-then")
            for component in Component
        },
        slices=tuple(shown_slices(report)),
        samples=tuple(mark_samples(report)),
        plot=_plot(report),
        plot_size=_plot_size(report),
        most_beside=_MOST_BESIDE,
        scale=tuple(enumerate(zip(GRADE_FILLS, GRADE_TEXTS, strict=True))),
        on_every_page=css_text(captions.every_page(report.patient, report.study_day, report.title)),
        sampling_only=SAMPLING_ONLY,
        disclaimer_css=css_text(report.disclaimer),
    )
    return page.encode("utf-8", "replace")


def _plot_size(report: Report) -> tuple[int, int]:
    """Give width and height of the plot in pixels, so that its place is kept while it is decoded."""
    width, height = (0.0, 0.0) if report.line is None else plot_size(report.line)
    return round(width * _PX_PER_INCH), round(height * _PX_PER_INCH)


def _plot(report: Report) -> str:
    """Give the plot as a data URI: as a picture of its own, its ids cannot meet those of the page."""
    svg = course_plot(report)
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}" if svg else ""
