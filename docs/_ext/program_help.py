"""`{program-help} inspect`: what `kazerooni inspect --help` prints, asked of the program while the docs are built."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata


class ProgramHelp(SphinxDirective):
    """A literal block with the help of a command; the arguments are its name, none stand for the program itself."""

    optional_arguments = 2
    option_spec: ClassVar[dict[str, object]] = {}

    def run(self) -> list[nodes.Node]:
        """Give the block."""
        command = [sys.executable, "-m", "kazerooni", *self.arguments, "--help"]
        environment = {**os.environ, "COLUMNS": "90", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(command, capture_output=True, check=True, env=environment, encoding="utf-8")  # noqa: S603
        block = nodes.literal_block(done.stdout, done.stdout.strip())
        block["language"] = "text"
        return [block]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive."""
    app.add_directive("program-help", ProgramHelp)
    return {"version": "1", "parallel_read_safe": True}
