"""Take the picture of the difference report that the documentation shows, by Chromium without a window.

`make pictures` writes docs/images/difference.png, from the archive of some hundred series that the tests build. Nothing
of it is of a person.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from kazerooni.archive import Settings, rescore
from tests.archive.hundred import build

IMAGES: Final = Path(__file__).parent / "images"
_SIZE: Final = (1280, 2150)
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
# Without a screen, and without a word to anybody.
_QUIET: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync"),
    *("--disable-quic", "--disable-background-networking", "--disable-component-update"),
)


def main() -> None:
    """Score the archive again, and take the picture of what changed."""
    os.environ["KAZEROONI_KEY"] = "the key of the pictures"  # pseudonyms are the same on every machine
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = build(folder, None)
        settings = Settings(scheme="kazerooni-fibrosis", version=1, out=folder / "out", store=str(archive.book))
        rescore(archive.root, settings, workers=2, index=folder / "index.sqlite")
        take(folder / "out" / "difference.html", IMAGES / "difference.png", folder)


def take(page: Path, picture: Path, folder: Path) -> None:
    """Take a picture of the head of a page. folder: for what the browser leaves behind."""
    browser = next(filter(None, map(shutil.which, _NAMES)), None)
    if browser is None:
        raise SystemExit("Chromium is wanted for the pictures (Debian, Ubuntu: apt-get install chromium)")
    part = folder / "part.png"
    size = f"--window-size={_SIZE[0]},{_SIZE[1]}"
    words = [browser, *_QUIET, f"--user-data-dir={folder / 'browser'}", size, f"--screenshot={part}", page.as_uri()]
    subprocess.run(words, check=True, stderr=subprocess.DEVNULL, timeout=120)  # noqa: S603 - a program of the system
    Image.open(part).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(picture, optimize=True)
    print(picture.name)  # noqa: T201 - a script, which says what it wrote


if __name__ == "__main__":
    main()
