"""PDF: a report as tagged, archivable pages (PDF/UA-1 and PDF/A-2a) by Typst, whose source holds no word of it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kazerooni.errors import OutputError
from kazerooni.report import captions
from kazerooni.report.blocks import Section, as_plain
from kazerooni.report.colours import GRADE_FILLS, GRADE_TEXTS, INK, LINE
from kazerooni.report.content import Report
from kazerooni.report.sheet import sections_of, who_of

if TYPE_CHECKING:
    from typst import Fonts, PDFStandard

STANDARDS: Final[tuple[PDFStandard, ...]] = ("a-2a", "ua-1")
"""Archiving (ISO 19005-2, level A) and accessibility (ISO 14289-1), both at once."""

_UNDATED: Final = date(1970, 1, 1)
# Typst brings the first; matplotlib the other two, for scripts that the first does not know. The last one has a frame
# for every letter there is, so that none is dropped where no font shows it.
_FONTS: Final = ("Libertinus Serif", "DejaVu Sans", "Last Resort High-Efficiency")
# Private use, not assigned, half of a pair, control.
_MEANINGLESS: Final = frozenset({"Co", "Cn", "Cs", "Cc"})
_CODE: Final = "DejaVu Sans Mono"


def report_pdf(report: Report) -> bytes:
    """Lay a report out as PDF on its paper; the same report always gives the same bytes.

    Raises OutputError where a library of the extra `report` is missing.
    """
    try:
        import typst  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise OutputError("PDF reports need Typst: pip install kazerooni[report]") from None
    data = _data(report, sections_of(report))
    beyond = _is_beyond_own_fonts(data)
    made = typst.compile(
        files("kazerooni.report").joinpath("templates", "report.typ").read_bytes(),
        format="pdf",
        sys_inputs={"report": json.dumps(_printable({**data, "look": _look(beyond=beyond)}), ensure_ascii=False)},
        font_paths=_fonts(beyond=beyond),
        ignore_system_fonts=not beyond,
        pdf_standards=list(STANDARDS),
        timestamp=0,
    )
    assert isinstance(made, bytes), "one document was asked for"
    return made


def _printable(value: object) -> object:
    """Put a sign in the place of characters that mean nothing outside one program; PDF/A-2a forbids them."""
    if isinstance(value, Mapping):
        return {name: _printable(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(one) for one in value]
    if not isinstance(value, str) or (value.isascii() and value.isprintable()):
        return value
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in _MEANINGLESS and not c.isspace() else c for c in value
    )


def _is_beyond_own_fonts(value: object) -> bool:
    """Tell whether a text has letters that none of the fonts shows that Typst and matplotlib bring."""
    if isinstance(value, Mapping):
        return any(map(_is_beyond_own_fonts, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_is_beyond_own_fonts, value))
    return isinstance(value, str) and not value.isascii() and not _own_letters().issuperset("".join(value.split()))


@cache
def _own_letters() -> frozenset[str]:
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415 - an extra

    return frozenset(map(chr, FT2Font(str(_font_folder() / "DejaVuSans.ttf")).get_charmap()))


def _font_folder() -> Path:
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise OutputError("PDF reports need the fonts of matplotlib: pip install kazerooni[report]")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


def _fonts(*, beyond: bool) -> Fonts:
    """Give the fonts that Typst and matplotlib bring: those of the system differ from machine to machine.

    beyond: with those of the system, for letters that no other shows.
    """
    import typst  # noqa: PLC0415 - an extra

    return typst.Fonts(include_system_fonts=beyond, font_paths=[str(_font_folder())])


def _look(*, beyond: bool) -> Mapping[str, object]:
    """Give fonts and colours. beyond: Typst looks for what shows a letter itself, and takes the frames last."""
    fonts = _FONTS if not beyond else _FONTS[:-1]
    return {
        "fonts": fonts,
        "code": (_CODE, *fonts),
        "ink": INK,
        "line": LINE,
        "fills": GRADE_FILLS,
        "texts": GRADE_TEXTS,
    }


def _data(report: Report, sections: tuple[Section, ...]) -> Mapping[str, object]:
    session, study = report.case.reading.session, report.case.reading.scan.study_date
    moment = session.ended or session.started
    on = _UNDATED if moment is None and study is None else moment.date() if moment is not None else study
    assert on is not None, "an unknown day has a stand-in"
    return {
        "title": f"{report.title}, {report.patient}, {report.study_day}",
        "title_shown": report.title,
        "lang": captions.LANGUAGE,
        "date": {"year": on.year, "month": on.month, "day": on.day},
        "paper": "us-letter" if report.paper == "letter" else "a4",
        "disclaimer": report.disclaimer,
        "every_page": captions.every_page(report.patient, report.study_day, report.title),
        "who": as_plain(who_of(report)),
        "sections": as_plain(sections),
    }
