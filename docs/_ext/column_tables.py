"""`{column-table} long`: the dictionary of a CSV table, made from the values that the table is written by.

long, wide, and the tables of `kazerooni agree`, `kazerooni cohort` and a score book by their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from kazerooni.model import Lobe
from kazerooni.records import KINDS
from kazerooni.report import AGREEMENT_TABLES, COHORT_TABLES, CROSS_TABLE, DIFFERENCE, LONG, WIDE
from kazerooni.tables import Column

_ANY_LOBE = "RUL"


class ColumnTable(SphinxDirective):
    """The columns of a table; of the wide one those of one lobe stand for those of all."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, object]] = {}

    def run(self) -> list[nodes.Node]:
        """Give the table."""
        books = {name: kind.columns for name, kind in KINDS.items()}
        own = {"long": LONG, "wide": WIDE, "difference": DIFFERENCE, "crosstable": CROSS_TABLE}
        columns = {**own, **AGREEMENT_TABLES, **COHORT_TABLES, **books}[self.arguments[0]]
        return self.parse_text_to_nodes("\n".join(_lines(columns)))


def _lines(columns: tuple[Column, ...]) -> Iterator[str]:
    others = tuple(f"{lobe.name}_" for lobe in Lobe if lobe.name != _ANY_LOBE)
    yield "| column | type | unit | meaning | values |"
    yield "|---|---|---|---|---|"
    for column in columns:
        if not column.name.startswith(others):
            yield f"| `{column.name}` | {column.type} | {column.unit} | {column.meaning} | {column.values} |"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive."""
    app.add_directive("column-table", ColumnTable)
    return {"version": "1", "parallel_read_safe": True}
