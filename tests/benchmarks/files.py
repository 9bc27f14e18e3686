"""Files: the paths of a folder, listed alike for every program that wants them listed."""

from __future__ import annotations

import os


def paths_in(folder: str) -> list[str]:
    """List the files below a folder, at any depth, sorted within each folder."""
    found = []
    for place, _, names in os.walk(folder):
        found += [f"{place}/{name}" for name in sorted(names)]
    return found
