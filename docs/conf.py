"""How Sphinx builds the documentation: `make docs`."""

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from kazerooni import __version__

logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of each of its plugins

project = "kazerooni"
author = "The kazerooni developers"
copyright = f"2026, {author}"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "markdown_docstrings",
    "program_help",
    "criteria_tables",
    "scheme_tables",
    "column_tables",
    "dicom_tables",
    "sr_codes",
    "sizing_tables",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"kazerooni {version}"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
