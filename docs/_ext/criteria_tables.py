"""`{criteria-tables}`: the criteria of the timeline as tables, made from the values that the program judges by."""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from kazerooni.scoring import CRITERIA, FACTS


class CriteriaTables(SphinxDirective):
    """Each criterion with its name, version, source, rule and notes; then the facts that a person may say."""

    def run(self) -> list[nodes.Node]:
        """Give the tables."""
        return self.parse_text_to_nodes("\n".join(_lines()))


def _lines() -> Iterator[str]:
    for name, criterion in CRITERIA.items():
        yield "| | |"
        yield "|---|---|"
        yield f"| **`{name}` {criterion.version}** | **{criterion.title}** |"
        yield f"| source | {criterion.citation} |"
        yield f"| rule | {criterion.rule.words()} |"
        yield from (f"| note | {note} |" for note in criterion.notes)
        yield ""
    yield f"What a person may say: {', '.join(f'`{fact}`' for fact in FACTS)}."


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive."""
    app.add_directive("criteria-tables", CriteriaTables)
    return {"version": "1", "parallel_read_safe": True}
