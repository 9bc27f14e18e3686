"""The HTML of a report: one file that holds all of its content, escapes everything and needs nothing else."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import date

import pytest

from kazerooni.errors import OutputError
from kazerooni.model import Case, Lobe, Notice, Pattern, State
from kazerooni.report import WRITERS, Report, report_of
from kazerooni.report.colours import GRADE_FILLS, GRADE_TEXTS
from tests.report.builders import VERSION, case_of, line_of, scored, texts_of
from tests.report.pages import Page
from tests.scoring.builders import said

HOSTILE = "<script>alert(1)</script>\"'>&amp;</style><img src=x onerror=1>"
SCRIPTS = "مرحبا שלום 李 🫁"


def _markup(report: Report) -> str:
    return WRITERS["html"](report)[".html"].decode("utf-8")


@pytest.fixture(scope="module")
def reports(three_visits: Report, scan_case: Case) -> dict[str, Report]:
    """Give reports of several kinds by name."""
    unread = replace(case_of(date(2003, 1, 2)).reading, entries=said(Lobe.RUL, State.NOT_ASSESSABLE))
    first, second = case_of(date(1999, 3, 2)), case_of(date(2000, 3, 2), reader="R2")
    return {
        "three visits": three_visits,
        "scan": report_of(scan_case, program_version=VERSION),
        "missing": report_of(scored(unread), program_version=VERSION),
        "readers": report_of(second, timeline=line_of(first, second), program_version=VERSION),
    }


@pytest.fixture(scope="module")
def pages(reports: dict[str, Report]) -> dict[str, Page]:
    """Give the pages of these reports."""
    return {name: Page(_markup(report)) for name, report in reports.items()}


KINDS = ("three visits", "scan", "missing", "readers")


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_a_report_says_stands_in_the_page(
    kind: str, reports: dict[str, Report], pages: dict[str, Page]
) -> None:
    """Every text of the report, so every number, stands in the page, or in a text for those who cannot see it."""
    page = pages[kind]
    alternatives = [value or "" for _, a in page.elements for name, value in a.items() if name in ("alt", "aria-label")]
    attributes = [value or "" for _, a in page.elements for name, value in a.items() if name in ("title", "datetime")]
    shown = " ".join(" ".join((page.text, *alternatives, *attributes)).split())
    skipped = {notice.severity for notice in reports[kind].notices} | {
        "right",
        "left",
        "a4",
    }  # words of the style, not shown
    missing = [text for text in texts_of(reports[kind]) if " ".join(text.split()) not in shown and text not in skipped]
    assert not missing


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_well_made(kind: str, pages: dict[str, Page]) -> None:
    """Elements are closed, ids are unique and found, headings of tables have a scope, pictures a text instead."""
    page = pages[kind]
    assert page.faults == []
    ids = page.ids()
    assert len(ids) == len(set(ids))
    named = [value or "" for _, a in page.elements for name, value in a.items() if name == "aria-labelledby"]
    assert {one for value in named for one in value.split()} <= set(ids)
    assert page.of("html") == [{"lang": "en"}]
    assert all(th.get("scope") in ("col", "row", "colgroup") for th in page.of("th"))
    assert len(page.of("caption")) == len(page.of("table"))
    assert all(img.get("alt") for img in page.of("img"))
    assert all(
        svg.get("aria-hidden") == "true"
        or (svg.get("role") == "img" and (svg.get("aria-label") or svg.get("aria-labelledby")))
        for svg in page.of("svg")
    )
    assert len(page.of("h1")) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_as_long_as_their_head(kind: str, reports: dict[str, Report]) -> None:
    """Every row of a table has a cell for each column."""
    for table in re.findall(r"<table.*?</table>", _markup(reports[kind]), re.DOTALL):
        lengths = {
            len(re.findall(r"<t[hd][ >]", row))
            for row in re.findall(r"<tr.*?</tr>", table.partition("<tbody")[2], re.DOTALL)
        }
        assert len(lengths) == 1
        head = re.findall(r"<tr.*?</tr>", table.partition("</thead>")[0], re.DOTALL)
        spans = [sum(int(n) for n in re.findall(r'colspan="(\d+)"', row)) for row in head]
        cells = [len(re.findall(r"<th[ >]", row)) for row in head]
        spanned = len(re.findall("colspan", head[0]))
        assert lengths == {cells[0] - spanned + spans[0]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_needs_no_network(kind: str, reports: dict[str, Report], pages: dict[str, Page]) -> None:
    """Nothing is loaded: there is no script and no link, every source is data, and the page's own policy forbids it."""
    page = pages[kind]
    assert not {"script", "link", "iframe", "object", "base", "form"} & {tag for tag, _ in page.elements}
    sources = [v for _, a in page.elements for name, v in a.items() if name in ("src", "href", "xlink:href", "srcset")]
    assert all(value is not None and value.startswith("data:image/") for value in sources)
    assert "url(" not in page.styles
    assert "@import" not in page.styles
    assert not re.search(r"\son\w+=", _markup(reports[kind]))
    policies = [meta["content"] for meta in page.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_text_of_people_and_headers_is_escaped() -> None:
    """Markup in a name, a header or a remark is shown as text; every script can be written; nothing runs."""
    made = case_of(date(2003, 5, 14), reader=f"{HOSTILE} {SCRIPTS}")
    reading = replace(
        made.reading,
        scan=replace(made.reading.scan, patient=HOSTILE, series_uid=HOSTILE),
        technique=replace(made.reading.technique, kernel=HOSTILE, contrast=HOSTILE, manufacturer=HOSTILE),
        pattern=Pattern(HOSTILE, by=HOSTILE),
        remarks=f"{HOSTILE} {SCRIPTS}",
        notices=(Notice("odd", "warning", HOSTILE),),
    )
    earlier = case_of(date(2000, 1, 1), reader=HOSTILE)
    earlier = scored(replace(earlier.reading, scan=replace(earlier.reading.scan, patient=HOSTILE)))
    case = scored(reading)
    markup = _markup(report_of(case, timeline=line_of(earlier, case), program_version=HOSTILE))
    page = Page(markup)
    assert page.faults == []
    assert not {"script"} & {tag for tag, _ in page.elements}
    assert all((img["src"] or "").startswith("data:") for img in page.of("img"))
    assert markup.count("</style>") == 1
    assert HOSTILE in page.text
    assert SCRIPTS in page.text
    assert "<" not in re.sub(r"[^<]*", "", page.styles)


def test_what_is_on_every_printed_page_names_patient_and_study(pages: dict[str, Page]) -> None:
    """The foot of every page of paper names the pseudonym and the day of the study, so that none is mistaken."""
    feet = re.search(r'@bottom-left \{ content: "([^"]*)"', pages["scan"].styles)
    assert feet is not None
    text = re.sub(r"\\([0-9a-f]{6})", lambda match: chr(int(match[1], 16)), feet[1])
    assert text.startswith("P-ABCDEF, study of 14 May 2003")
    assert "size: A4" in pages["scan"].styles


def test_it_says_what_it_is_not(pages: dict[str, Page]) -> None:
    """Every report says at its head and at its foot that it is not a medical device."""
    for page in pages.values():
        assert page.text.count("For research and decision support; not a medical device.") == 2


def test_the_total_comes_first(pages: dict[str, Page]) -> None:
    """The total stands before the change, the change before the lobes, and these before all else."""
    text = pages["three visits"].text
    body = text[text.index("Status") :]
    order = ("Total", "Change since the visit before", "Alveolar grades", "Lobes", "Notices", "Timeline", "Method")
    places = [body.index(word) for word in order]
    assert places == sorted(places)


def test_a_report_of_nothing_but_words_needs_no_scan(pages: dict[str, Page]) -> None:
    """Without the scan no slice is shown, and without an earlier visit no timeline."""
    assert "Most involved slices" not in pages["missing"].text
    assert "Timeline" not in pages["missing"].text
    assert "No earlier visit is at hand" in pages["missing"].text


def test_the_same_report_is_the_same_bytes(reports: dict[str, Report]) -> None:
    """A page holds nothing of the moment in which it was made."""
    for report in reports.values():
        assert WRITERS["html"](report) == WRITERS["html"](report)


@pytest.mark.parametrize(("module", "library"), [("jinja2", "Jinja2"), ("matplotlib", "matplotlib"), ("PIL", "Pillow")])
def test_a_missing_library_is_told(
    module: str, library: str, reports: dict[str, Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a library of the extra is missing, the error names it and the command that installs it."""
    monkeypatch.setitem(sys.modules, module, None)
    kind = "scan" if module == "PIL" else "three visits"
    with pytest.raises(OutputError, match=rf"{library}: pip install kazerooni\[report\]"):
        WRITERS["html"](reports[kind])


def _luminance(colour: str) -> float:
    """Give the relative luminance of a colour as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_grades_can_be_read_and_told_apart_in_grey() -> None:
    """The fills of the grades darken step by step; each number has a contrast of 4.5 or more on its fill (WCAG AA)."""
    lightness = [_luminance(fill) for fill in GRADE_FILLS]
    assert lightness == sorted(lightness, reverse=True)
    assert all(lower - upper > 0.04 for upper, lower in zip(lightness[1:], lightness, strict=False))
    for fill, text in zip(GRADE_FILLS, GRADE_TEXTS, strict=True):
        bright, dark = sorted((_luminance(fill), _luminance(text)), reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_the_page_and_the_drawing_use_one_scale(pages: dict[str, Page]) -> None:
    """The style of the page has the colours of the drawing's grades."""
    for step, fill in enumerate(GRADE_FILLS):
        assert re.search(rf"\.shade{step} {{ background: {fill};", pages["scan"].styles)
