"""The PDF of a report: the numbers of the page for browsers, as tagged pages that archives take, from data alone."""

from __future__ import annotations

import html
import io
import re
import shutil
import subprocess
import sys
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from kazerooni.errors import OutputError
from kazerooni.model import Case, Finding, Lobe, Notice, Pattern, State
from kazerooni.phantom import VISITS, sample_folder
from kazerooni.report import WRITERS, Paper, Report, report_of
from kazerooni.report.pdf import report_pdf
from kazerooni.scoring import timeline
from kazerooni.workflow import LobeSource, MapFiles, score_scan
from tests.report.builders import VERSION, case_of, followed, line_of, scored, texts_of, two_readers
from tests.report.pages import Page
from tests.scoring.builders import said, typed, typed_lungs, value

HOSTILE = "<script>alert(1)</script>\"' &amp; #panic() $x$ *bold* _it_ `raw` @ref <lab> // no [b] \\u{41} = head"
# What a number is, with all that changes what it says: sign, < or >, thousands, decimals.
NUMBER = re.compile(r"[<>]?[\u2212+-]?\d+(?:\.\d+)*")
DISCLAIMER = "For research and decision support; not a medical device."
KINDS = (
    *("three visits", "scan", "missing", "partial", "typed", "readers", "sample scans", "first sample scan"),
    *("course", "course of two equations", "several readers", "pooled readers", "prior beside"),
    *("compared", "compared without scans"),
)
MM = 72 / 25.4


def _read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data), strict=True)


def _text(data: bytes) -> str:
    """Give the text of all pages without what stands at the head and foot of each."""
    pages = []
    for page in _read(data).pages:
        head, _, body = page.extract_text().partition("\n")
        assert head.strip() == DISCLAIMER
        pages.append(re.sub(r"\n[^\n]*, study of [^/]*\d+ / \d+\s*$", "", body))
    return "\n".join(pages)


def _words_of_pictures(page: Page) -> Iterator[str]:
    """Give what is written in the pictures of a page, which are no part of its text."""
    for image in page.of("img"):
        kind, _, data = (image["src"] or "").partition(";base64,")
        if kind == "data:image/svg+xml":
            yield from re.findall(r"<text[^>]*>([^<]*)</text>", b64decode(data).decode("utf-8"))


def _close(text: str) -> str:
    """Give text without any white space: where lines break, the formats differ."""
    return "".join(text.split()).replace("\u200b", "")


@pytest.fixture(scope="module")
def samples() -> tuple[Case, ...]:
    """Give the three visits of the sample scans, scored from their maps."""
    folder = sample_folder()
    return tuple(
        score_scan(
            folder / visit.name,
            MapFiles(
                lobes=LobeSource(folder / "maps" / visit.name / "lobes.dcm"),
                alveolar=folder / "maps" / visit.name / "alveolar.dcm",
                interstitial=folder / "maps" / visit.name / "interstitial.dcm",
            ),
            reader="R1",
        )
        for visit in VISITS
    )


@pytest.fixture(scope="module")
def reports(three_visits: Report, scan_case: Case, samples: tuple[Case, ...]) -> dict[str, Report]:
    """Give reports of several kinds by name."""
    unread = replace(case_of(date(2003, 1, 2)).reading, entries=said(Lobe.RUL, State.NOT_ASSESSABLE))
    first, second = case_of(date(1999, 3, 2)), case_of(date(2000, 3, 2), reader="R2")
    told = typed_lungs(
        *said(Lobe.RML, State.ABSENT),
        typed(Lobe.RUL, value(Finding.GROUND_GLASS, "25")),
        typed(Lobe.LLL, value(Finding.HONEYCOMBING, "24.96")),
    )
    return {
        "three visits": three_visits,
        "scan": report_of(scan_case, program_version=VERSION),
        "missing": report_of(scored(unread), program_version=VERSION),
        "partial": report_of(scored(unread, partial=True), program_version=VERSION),
        "typed": report_of(scored(told), program_version=VERSION),
        "readers": report_of(second, timeline=line_of(first, second), program_version=VERSION),
        "sample scans": report_of(
            samples[-1], timeline=timeline([case.reading for case in samples]), program_version=VERSION
        ),
        "first sample scan": report_of(samples[0], program_version=VERSION),
        "course": followed(),
        "course of two equations": followed(reference="GLI 2012"),
        "several readers": two_readers(),
        "pooled readers": two_readers(pooling="mean"),
        "prior beside": report_of(samples[-1], prior=samples[1], program_version=VERSION),
        "compared": report_of(samples[-1], prior=samples[0], compare=True, program_version=VERSION),
        "compared without scans": report_of(second, prior=first, compare=True, program_version=VERSION),
    }


@pytest.fixture(scope="module")
def made(reports: dict[str, Report]) -> dict[str, bytes]:
    """Give the PDF of each."""
    return {name: report_pdf(report) for name, report in reports.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_of_the_page_stands_in_the_pdf(
    kind: str, reports: dict[str, Report], made: dict[str, bytes]
) -> None:
    """Each number in the text of the HTML stands in that of the PDF as often, or oftener, and the PDF has no others."""
    page = Page(WRITERS["html"](reports[kind])[".html"].decode("utf-8"))
    # What the drawings show is text of the page for those who do not see them, as it is an alternative in the PDF.
    reader = _read(made[kind])
    title = reader.metadata.title if reader.metadata is not None else ""
    text = f"{title} {_text(made[kind])} {' '.join(_alternatives(reader))}"
    # A digest or UID is broken between two lines where it does not fit in one.
    words = set(re.findall(r"[\da-f.]{28,}", page.text))
    for word in words:
        broken = re.compile(r"\s*".join(map(re.escape, word)))
        assert broken.search(text), word
        text = broken.sub(f" {word} ", text)
    text = re.sub(r"-\s+(?=\w)", "-", text)
    plots = " ".join(_words_of_pictures(page))
    shown, printed = (Counter(NUMBER.findall(one)) for one in (f"{page.text} {plots}", text))
    assert shown
    assert shown - printed == Counter()
    assert set(printed) - set(shown) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_the_page_stands_in_the_pdf(kind: str, reports: dict[str, Report], made: dict[str, bytes]) -> None:
    """Each row of each table, and each fact with its label, stands in the PDF in one piece: no number is moved."""
    markup = WRITERS["html"](reports[kind])[".html"].decode("utf-8")
    text = _close(_text(made[kind]))
    pieces = [
        *re.findall(r"<tr.*?</tr>", markup.partition("<body>")[2], re.DOTALL),
        *re.findall(r"<div><dt>.*?</dd></div>", markup, re.DOTALL),
        *re.findall(r"<(?:p|li|figcaption|caption)[ >].*?</(?:p|li|figcaption|caption)>", markup, re.DOTALL),
    ]
    assert len(pieces) > 40
    rows = [re.sub(r"<thead.*?</thead>", "", piece, flags=re.DOTALL) for piece in pieces if "columnheader" not in piece]
    shown = [_close(html.unescape(re.sub(r"<[^>]*>", "", row))) for row in rows if 'scope="col"' not in row]
    assert [row for row in shown if row not in text] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("compared")])
def test_everything_that_a_report_says_stands_in_the_pdf(
    kind: str, reports: dict[str, Report], made: dict[str, bytes]
) -> None:
    """Every text of the report stands in the PDF, or in a text for those who cannot see its pictures."""
    report, reader = reports[kind], _read(made[kind])
    text = _close(_text(made[kind])) + _close(" ".join(_alternatives(reader)))
    unsaid = {notice.severity for notice in report.notices} | {"right", "left", "a4"}
    unsaid |= {visit.iso for visit in report.course.visits} if report.course is not None else set()
    missing = [one for one in texts_of(report) if _close(one) not in text and one not in unsaid]
    assert missing == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("compared")])
def test_everything_that_a_comparison_says_stands_in_the_pdf(
    kind: str, reports: dict[str, Report], made: dict[str, bytes]
) -> None:
    """Every text of what two visits differ in, and of the notices and the method of both, stands in the PDF."""
    report, reader = reports[kind], _read(made[kind])
    both = report.comparison
    assert both is not None
    text = _close(_text(made[kind])) + _close(" ".join(_alternatives(reader)))
    said = (both.then, both.now, both.facts, both.method_then, both.digests_then, report.method, report.digests)
    told = [one for notice in (*both.notices_then, *report.notices) for one in (notice.heading, notice.message)]
    texts = [*texts_of((*said, report.changes, report.slices)), *told]
    assert len(texts) > 100
    assert [one for one in texts if _close(one) not in text and one not in {"right", "left"}] == []


def _elements(reader: PdfReader) -> list[Any]:
    """Give the elements of the structure tree, depth first."""
    found = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif hasattr(node, "get"):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]
    return found


def _alternatives(reader: PdfReader) -> list[str]:
    return [str(one["/Alt"]) for one in _elements(reader) if "/Alt" in one]


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_which_standards_it_keeps(kind: str, made: dict[str, bytes]) -> None:
    """The metadata name PDF/A-2 level A and PDF/UA-1, title and language; the catalogue has the marks of both."""
    reader = _read(made[kind])
    root: Any = reader.trailer["/Root"]
    packet = root["/Metadata"].get_data().decode("utf-8")
    for mark in (
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
    ):
        assert mark in packet
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"]
    assert reader.metadata is not None
    assert (reader.metadata.title or "").startswith("Kazerooni score of the lung on HRCT")
    assert not {"/AA", "/OpenAction", "/AcroForm", "/Names"} & set(root)
    assert not reader.is_encrypted


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_tagged(kind: str, reports: dict[str, Report], made: dict[str, bytes]) -> None:
    """Headings go down step by step from one of the first level, tables have heads, pictures have a text instead."""
    reader = _read(made[kind])
    elements = _elements(reader)
    kinds = Counter(str(one["/S"]) for one in elements)
    levels = [int(str(one["/S"])[2:]) for one in elements if re.fullmatch(r"/H\d", str(one["/S"]))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert kinds["/Table"] >= 3
    assert kinds["/THead"] == kinds["/TBody"] == kinds["/Table"]
    figures = [one for one in elements if str(one["/S"]) == "/Figure"]
    assert len(figures) >= 2 + len(reports[kind].slices)
    assert all(str(one["/Alt"]).strip() for one in figures)


@pytest.mark.parametrize("kind", KINDS)
def test_every_font_is_embedded(kind: str, made: dict[str, bytes]) -> None:
    """Each font stands in the file, with a map to Unicode, and is one of those that the packages bring."""
    fonts = {}
    for page in _read(made[kind]).pages:
        fonts.update(_fonts(page["/Resources"]))
    assert fonts
    for name, font in fonts.items():
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        descriptor = inner["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), name
        assert "/ToUnicode" in font, name
        assert re.fullmatch(r"/[A-Z]{6}\+(LibertinusSerif|DejaVuSans)[\w-]*", name), name


def _names_of_fonts(pdf: bytes) -> set[str]:
    return {name for page in PdfReader(io.BytesIO(pdf)).pages for name in _fonts(page["/Resources"])}


def _fonts(resources: Any) -> dict[str, Any]:
    """Give the fonts of resources by name, with those of the forms in them."""
    resources = resources.get_object()
    found = {str(one.get_object()["/BaseFont"]): one.get_object() for one in resources.get("/Font", {}).values()}
    for form in resources.get("/XObject", {}).values():
        if "/Resources" in form.get_object():
            found.update(_fonts(form.get_object()["/Resources"]))
    return found


@pytest.mark.parametrize(("paper", "width", "height"), [("a4", 210 * MM, 297 * MM), ("letter", 8.5 * 72, 11 * 72)])
def test_pages_have_the_size_of_their_paper(
    paper: Paper, width: float, height: float, reports: dict[str, Report]
) -> None:
    """Pages are A4 or Letter; the summary is one page, and what follows begins on the second, on either."""
    reader = _read(report_pdf(replace(reports["sample scans"], paper=paper)))
    for page in reader.pages:
        assert float(page.mediabox.width) == pytest.approx(width, abs=0.1)
        assert float(page.mediabox.height) == pytest.approx(height, abs=0.1)
    first, second = (page.extract_text() for page in reader.pages[:2])
    assert "Slice thickness" in first
    assert "Most involved slices" not in first
    assert "Most involved slices" in second


def test_every_page_names_patient_and_study(made: dict[str, bytes]) -> None:
    """At the foot of every page stand the pseudonym, the day of the study and the number of the page."""
    pages = _read(made["three visits"]).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        text = " ".join(page.extract_text().split())
        assert "P-ABCDEF, study of 20 May 2009" in text
        assert f"{number} / {len(pages)}" in text
        assert DISCLAIMER in text


def test_the_same_report_is_the_same_bytes(reports: dict[str, Report], made: dict[str, bytes]) -> None:
    """A PDF holds nothing of the moment in which it was made, nor of the machine's clock."""
    for kind in ("three visits", "scan"):
        assert report_pdf(reports[kind]) == made[kind]


def test_its_date_is_that_of_the_reading() -> None:
    """The date of the document is when the reading ended, else the day of the study."""
    case = case_of(date(2003, 5, 14))
    ended = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
    read = replace(case.reading, session=replace(case.reading.session, started=ended, ended=ended))
    for reading, day in ((case.reading, date(2003, 5, 14)), (read, date(2026, 3, 4))):
        metadata = _read(report_pdf(report_of(scored(reading), program_version=VERSION))).metadata
        assert metadata is not None
        assert metadata.creation_date is not None
        assert metadata.creation_date.date() == day


def test_typst_has_nothing_to_warn_of(reports: dict[str, Report], monkeypatch: pytest.MonkeyPatch) -> None:
    """The layout settles and every font is there: the compiler has no warning."""
    warned: list[object] = []

    def compile_telling(*arguments: Any, **named: Any) -> object:
        data, warnings = typst.compile_with_warnings(*arguments, **named)
        warned.extend(warnings)
        return data

    monkeypatch.setattr("typst.compile", compile_telling)
    for report in reports.values():
        report_pdf(report)
    assert warned == []


def _hostile(text: str) -> Report:
    """Make a report in which people and headers wrote a text wherever they can."""
    case = case_of(date(2003, 5, 14), reader=text)
    reading = replace(
        case.reading,
        scan=replace(case.reading.scan, patient=text, series_uid=text),
        technique=replace(case.reading.technique, kernel=text, contrast=text, manufacturer=text),
        pattern=Pattern(text, by=text),
        remarks=text,
        notices=(Notice("odd", "warning", text),),
    )
    earlier = case_of(date(2000, 1, 1), reader=text)
    earlier = scored(replace(earlier.reading, scan=replace(earlier.reading.scan, patient=text)))
    case = scored(reading)
    return report_of(case, timeline=line_of(earlier, case), program_version=VERSION)


def test_text_of_people_and_headers_is_no_markup() -> None:
    """What Typst or HTML would run or format shows as it was written; nothing is run."""
    text = _close(_text(report_pdf(_hostile(HOSTILE))))
    assert text.count(_close(HOSTILE)) >= 10


@given(text=st.text(st.sampled_from("#$*_`@<>\\/[](){}=+-~'\"&;:.,! aZ09\u00e9\u00df\u03a9\u0416"), min_size=1))
@settings(max_examples=25)
def test_every_sign_stands_as_it_was_written(text: str) -> None:
    """Whatever signs a remark is made of, they are its text in the PDF, in their order."""
    case = case_of(date(2003, 5, 14))
    report = report_of(scored(replace(case.reading, remarks=f"[{text}]")), program_version=VERSION)
    assert _close(f"[{text}]") in _close(_text(report_pdf(report)))


@given(text=st.text(min_size=1, max_size=80))
@settings(max_examples=60)
def test_any_text_can_be_printed(text: str) -> None:
    """No text of a person makes the PDF fail: letters that no font shows stand as a frame."""
    case = case_of(date(2003, 5, 14), reader=text)
    report = report_of(scored(replace(case.reading, remarks=text)), program_version=VERSION)
    assert report_pdf(report).startswith(b"%PDF-1.7")


def test_other_scripts_are_printed() -> None:
    """Arabic, Hebrew, Greek and Cyrillic letters stand in the PDF; so do letters that only a frame is shown of."""
    names = ("\u05e9\u05dc\u05d5\u05dd", "\u0395\u03bb\u03ad\u03bd\u03b7", "\u0418\u0432\u0430\u043d", "\u674e")
    case = case_of(date(2003, 5, 14), reader=" ".join(names))
    text = _text(report_pdf(report_of(case, program_version=VERSION)))
    for name in names:
        assert name in text or name[::-1] in text


@pytest.mark.skipif(shutil.which("fc-list") is None, reason="fc-list tells which fonts are installed")
def test_fonts_of_the_system_show_what_ours_do_not() -> None:
    """A Chinese name is shown by a font of the system that has it; a Greek one needs none, and is the same anywhere."""
    found = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=True).stdout
    if not found.strip():
        pytest.skip("no font with Chinese letters is installed")
    chinese, greek = (
        _names_of_fonts(report_pdf(report_of(case_of(date(2003, 5, 14), reader=name), program_version=VERSION)))
        for name in ("\u674e\u660e", "\u0395\u03bb\u03ad\u03bd\u03b7")
    )
    ours = re.compile("Libertinus|DejaVu")
    assert [name for name in chinese if not ours.search(name) and "LastResort" not in name]
    assert not [name for name in greek if not ours.search(name)]


def test_long_words_stay_on_the_page() -> None:
    """A word that is wider than its place is broken between lines, and all of it is there."""
    word = "W" * 400
    report = report_of(case_of(date(2003, 5, 14), reader=word), program_version=VERSION)
    assert word in _close(_text(report_pdf(report)))


@pytest.mark.parametrize(("module", "library"), [("typst", "Typst"), ("matplotlib", "matplotlib"), ("PIL", "Pillow")])
def test_a_missing_library_is_told(
    module: str, library: str, reports: dict[str, Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a library of the extra is missing, the error names it and the command that installs it."""
    monkeypatch.setitem(sys.modules, module, None)
    kind = "scan" if module == "PIL" else "three visits"
    with pytest.raises(OutputError, match=rf"{library}: pip install kazerooni\[report\]"):
        report_pdf(reports[kind])


def test_the_fonts_that_matplotlib_brings_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib a report that needs no plot of it lacks its fonts, and the error says so."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(OutputError, match=r"fonts of matplotlib: pip install kazerooni\[report\]"):
        report_pdf(report_of(case_of(date(2003, 5, 14)), program_version=VERSION))
