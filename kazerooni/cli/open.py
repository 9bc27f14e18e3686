"""`kazerooni open`: the reading room, napari with the plugin, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from kazerooni.cli.edge import UNUSABLE, edge
from kazerooni.cli.options import Log, Verbose
from kazerooni.cli.terminal import say

_PLUGIN = "napari_kazerooni"


def open_room(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH...]", readable=False, help="Folders, DICOMDIR files, zip files or DICOM files."),
    ] = None,
    *,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Open scans in the reading room: napari, with a list of their series.

    Drafts of `kazerooni rescore --draft` are offered where the folder of its results is given beside the scans.

    Waits until its window is closed. Needs the plugin napari-kazerooni and napari with a Qt binding.

    \b
    Examples:
      kazerooni open /scans/visit-1
      kazerooni open /archive drafted
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        missing = [path.name for path in paths or () if not path.exists()]
        if missing:
            say(f"kazerooni: {', '.join(missing)}: no such file or folder; a folder, DICOMDIR, zip or file is wanted")
            raise typer.Exit(UNUSABLE)
        if find_spec(_PLUGIN) is None:
            say('kazerooni: the reading room is not installed: pip install napari-kazerooni "napari[all]"')
            raise typer.Exit(UNUSABLE)
        room = [sys.executable, "-m", _PLUGIN, *(str(path.resolve()) for path in paths or ())]
        status = subprocess.run(room, check=False).returncode  # noqa: S603 - our own program, no shell
        if status:
            raise typer.Exit(UNUSABLE)
