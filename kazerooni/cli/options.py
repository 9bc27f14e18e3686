"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Tell more.")]
SeriesUid = Annotated[
    str | None,
    typer.Option("--series", metavar="UID", help="Take this series, not the best; UID:2 is its second part."),
]
StudyUid = Annotated[str | None, typer.Option("--study", metavar="UID", help="Take the best series of this study.")]
Lobes = Annotated[Path | None, typer.Option("--lobes", metavar="FILE", readable=False, help="Map of the lobes.")]
Labels = Annotated[
    str | None,
    typer.Option(
        "--labels", metavar="NAME", help="Numbering of the lobe map: lungmask, totalsegmentator, lola11 or cip."
    ),
]
ByIndex = Annotated[bool, typer.Option("--by-index", help="Take maps of the scan's shape as they lie, slice by slice.")]
Method = Annotated[
    str | None, typer.Option("--method", metavar="NAME", help="How lobes are found; classical where none is named.")
]
Points = Annotated[
    Path | None,
    typer.Option("--points", metavar="FILE.json", readable=False, help="Points placed on fissures, states of lobes."),
]
Log = Annotated[Path | None, typer.Option("--log", metavar="FILE", help="Append what is told to FILE.")]
Deidentify = Annotated[
    bool,
    typer.Option("--deidentify", help="DICOM objects with the pseudonym, moved dates and other UIDs (PS3.15)."),
]
