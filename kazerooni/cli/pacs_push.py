"""`kazerooni pacs push`: segmentations, structured reports and PDFs to a PACS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kazerooni.cli.edge import CASE_FAILED, edge
from kazerooni.cli.options import Json, Log, Verbose
from kazerooni.cli.pacs_options import Name, Profiles, profile_of
from kazerooni.cli.terminal import print_json, progress, say

PUSH_SCHEMA_VERSION = 1
_WORDS = {"sent": "Sent", "there": "There already", "failed": "Failed"}


def push_results(
    name: Name,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", readable=False, help="Segmentations, reports, PDFs in DICOM.")
    ],
    *,
    profiles: Profiles = None,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Send segmentations, structured reports and PDFs to the PACS; each once.

    The PACS is asked first: what it holds is not sent again, so the same command sends what failed before. Ends with
    status 1 where something was not taken, and says why. Pictures are not sent.

    \b
    Example:
      kazerooni pacs push clinic reports/*.dcm
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.pacs import connected, push, read_results

        results = read_results(files)
        profile = profile_of(name, profiles)
        with connected(profile) as server, progress("Sending") as tell:
            pushed = push(server, results, tries=profile.tries, tell=tell)
        if as_json:
            listed = [
                {"file": one.name, "sop_uid": one.sop_uid, "outcome": one.outcome, "reason": one.why or None}
                for one in pushed
            ]
            print_json({"schema_version": PUSH_SCHEMA_VERSION, "profile": profile.name, "objects": listed})
        for one in pushed:
            say(f"{_WORDS[one.outcome]}: {one.name}{f': {one.why}' if one.why else ''}")
        if any(one.outcome == "failed" for one in pushed):
            say("The same command sends again what failed, and nothing else.")
            raise typer.Exit(CASE_FAILED)
