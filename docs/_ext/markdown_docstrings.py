"""Docstrings are Markdown, like the pages; autodoc reads reStructuredText, so they go to the Markdown parser."""

from __future__ import annotations

import re
from typing import ClassVar

from docutils import nodes
from docutils.utils import new_document
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

_FIELD = re.compile(r"^(?P<names>[a-z]\w*(?:, [a-z]\w*)*): ")
_FENCE = "```"


class Markdown(SphinxDirective):
    """Content that is read as Markdown."""

    has_content = True
    option_spec: ClassVar[dict[str, object]] = {}

    def run(self) -> list[nodes.Node]:
        """Give the nodes of the content."""
        document = new_document(self.get_source_info()[0], self.state.document.settings)
        MystParser().parse("\n".join(self.content), document)
        return list(document.children)


def as_markdown(lines: list[str]) -> list[str]:
    """Give a docstring as Markdown: lines such as `name: what it is` become a list, examples become code."""
    out: list[str] = []
    fenced = example = False
    for line in lines:
        fenced ^= line.startswith(_FENCE)
        if not fenced and line.startswith(">>>") and not example:
            out.append(f"{_FENCE}pycon")
            example = True
        elif example and not line.strip():
            out.append(_FENCE)
            example = False
        out.append(line if fenced or example else _FIELD.sub(r"* `\g<names>`: ", line))
    return [*out, _FENCE] if example else out


def _hand_on(_app: Sphinx, _what: str, _name: str, _obj: object, _options: object, lines: list[str]) -> None:
    lines[:] = ["", ".. markdown::", "", *(f"   {line}" for line in as_markdown(lines)), ""]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive and of the docstrings."""
    app.add_directive("markdown", Markdown)
    app.connect("autodoc-process-docstring", _hand_on)
    return {"version": "1", "parallel_read_safe": True}
