"""`{sr-codes}`: every code of the private scheme that structured reports are written with, made from the values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from kazerooni.labels.sr.codes import own_codes


class SrCodes(SphinxDirective):
    """The table of the private codes."""

    option_spec: ClassVar[dict[str, object]] = {}

    def run(self) -> list[nodes.Node]:
        """Give the table."""
        return self.parse_text_to_nodes("\n".join(_lines()))


def _lines() -> Iterator[str]:
    yield "| code value | code meaning |"
    yield "|---|---|"
    yield from (f"| `{code.value}` | {code.meaning} |" for code in own_codes())


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive."""
    app.add_directive("sr-codes", SrCodes)
    return {"version": "1", "parallel_read_safe": True}
