"""Pages: what all HTML pages are made with: templates that escape every text, and text that is safe in CSS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kazerooni.errors import OutputError

if TYPE_CHECKING:
    from jinja2 import Environment

_LONGEST_ON_EVERY_PAGE: Final = 60


def environment() -> Environment:
    """Give the templates; raises OutputError where Jinja2 is missing."""
    try:
        import jinja2  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise OutputError("HTML reports need Jinja2: pip install kazerooni[report]") from None
    return jinja2.Environment(
        loader=jinja2.PackageLoader("kazerooni.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def css_text(text: str) -> str:
    """Write text as a CSS string in which every character but letters and digits is escaped."""
    short = text if len(text) <= _LONGEST_ON_EVERY_PAGE * 2 else f"{text[: _LONGEST_ON_EVERY_PAGE * 2]}\u2026"
    return "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in short)
