"""`{scheme-table} kazerooni`: a published scheme as tables, made from the values that the program grades with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from kazerooni.scoring import Scheme, find_scheme


class SchemeTable(SphinxDirective):
    """The citation, lobes, combination, maximum and both tables of grades of a scheme; the argument is its name."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, object]] = {}

    def run(self) -> list[nodes.Node]:
        """Give the tables."""
        scheme = find_scheme(self.arguments[0])
        return self.parse_text_to_nodes("\n".join(_lines(scheme)))


def _lines(scheme: Scheme) -> Iterator[str]:
    lobes = (
        region.lobe.name + "".join(f" with {lobe.name}" for lobe in region.holds if lobe is not region.lobe)
        for region in scheme.regions
    )
    yield f"Version {scheme.version}. {scheme.citation}."
    yield ""
    yield f"Lobes: {', '.join(lobes)}. Combined by their {scheme.combine}; total 0 to {scheme.maximum}."
    for criterion in (scheme.alveolar, scheme.interstitial):
        yield ""
        measured = " or ".join(finding.full_name for finding in criterion.measured)
        yield f"| grade | {criterion.component}: {measured}, share of the lobe |"
        yield "|---|---|"
        yield from (f"| {grade} | {words} |" for grade, words in criterion.rows())


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive."""
    app.add_directive("scheme-table", SchemeTable)
    return {"version": "1", "parallel_read_safe": True}
