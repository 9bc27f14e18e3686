"""A program that makes a reading, saves its draft after every stroke and is killed while it does so."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from napari_kazerooni.autosave import DraftKeeper
from tests.plugins.builders import small_session


def main() -> None:
    """Paint pixel after pixel, save, and say how many pixels the saved draft holds."""
    session = small_session()
    keeper = DraftKeeper(session, Path(sys.argv[1]))
    marked = 0
    while True:
        index, row, column = 1 + marked // 3600 % 10, marked // 60 % 60, marked % 60
        box = (slice(row, row + 1), slice(column, column + 1))
        session.apply_box("alveolar", index, box, np.zeros((1, 1), np.uint8), np.ones((1, 1), np.uint8))
        marked += 1
        session.say.set_remarks(f"{marked} pixels")
        keeper.save()
        print(marked, flush=True)  # noqa: T201 - the test that kills it reads this


if __name__ == "__main__":
    main()
