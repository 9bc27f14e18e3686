"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Tell more.")]
Log = Annotated[Path | None, typer.Option("--log", metavar="FILE", help="Append what is told to FILE.")]
