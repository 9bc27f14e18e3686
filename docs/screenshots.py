"""Take the pictures of the reading room that the documentation shows: `make screenshots`.

Where no screen is there, a hidden one is started (Xvfb, with OpenGL in software). The scans are the sample scans.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

IMAGES = Path(__file__).parent / "images"
SIZE = (1280, 800)
PATIENCE_MS = 60_000


def start_screen() -> None:
    """Start a hidden screen of the size of the pictures, also where there is another one."""
    program = shutil.which("Xvfb")
    if program is None:
        sys.exit("Xvfb is missing: make system")
    read, write = os.pipe()
    options = ("-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp")
    server = subprocess.Popen(  # noqa: S603 - a program of the system
        [program, "-displayfd", str(write), *options], pass_fds=(write,), stderr=subprocess.DEVNULL
    )
    os.close(write)
    atexit.register(server.terminate)
    with os.fdopen(read) as told:
        os.environ["DISPLAY"] = f":{told.readline().strip()}"
    os.environ |= {"LIBGL_ALWAYS_SOFTWARE": "1", "QT_QPA_PLATFORM": "xcb"}


def wait_until(done: Callable[[], bool]) -> None:
    """Let the window work until something is done."""
    from qtpy.QtTest import QTest  # noqa: PLC0415 - Qt wants the screen first

    for _ in range(PATIENCE_MS // 20):
        if done():
            QTest.qWait(300)
            return
        QTest.qWait(20)
    sys.exit("the window was too slow")


def take(viewer: Any, name: str) -> None:
    """Save the window as a picture."""
    wait_until(lambda: True)
    picture = Image.fromarray(viewer.window.screenshot(canvas_only=False, flash=False)).convert("RGB")
    picture.quantize(256, Image.Quantize.MAXCOVERAGE).save(IMAGES / f"{name}.png", optimize=True)


def show_marking(viewer: Any, dock: Any, maps: Path) -> None:
    """Load lobes, show ground glass, and mark within the lobe that lies under the click."""
    from kazerooni.labels import read_finding_map, read_lobe_map  # noqa: PLC0415
    from kazerooni.model import Component  # noqa: PLC0415
    from napari_kazerooni.locks import Locks  # noqa: PLC0415
    from napari_kazerooni.paint import MarkingLabels  # noqa: PLC0415

    room = dock.room
    lobes = read_lobe_map(maps / "lobes.dcm", room.volume)
    alveolar = read_finding_map(maps / "alveolar.dcm", room.volume, Component.ALVEOLAR)
    locks = Locks(lobes=lobes.labels, hu=room.volume.hu, in_lobe=True, in_lungs=True)
    placed = {name: getattr(room.layer, name) for name in ("scale", "translate", "units", "axis_labels")}
    outlines = viewer.add_labels(lobes.labels.copy(), name="lobes", **placed)
    outlines.contour = 1
    layer = MarkingLabels(alveolar.labels.copy(), highest=2, locks=locks, name="alveolar", opacity=0.5, **placed)
    viewer.add_layer(layer)
    layer.mode = "paint"
    layer.brush_mm = 25.0
    index = room.index
    with layer.block_history():  # one stroke, from the lower lobe upwards over the fissure
        for row in range(300, 150, -4):
            layer.paint((index, row, 140), 1)
    dock.message.setText("Marks keep to the lobe under the first click.")


def main() -> None:
    """Take all pictures."""
    start_screen()
    os.environ["NAPARI_CONFIG"] = str(Path(tempfile.mkdtemp()) / "settings.yaml")
    import napari  # noqa: PLC0415 - Qt wants the screen first

    from kazerooni.phantom import sample_folder  # noqa: PLC0415
    from napari_kazerooni.reader import series_dock  # noqa: PLC0415

    viewer = napari.Viewer(title="kazerooni", show_welcome_screen=False)
    viewer.window.resize(*SIZE)
    dock = series_dock(viewer)
    dock.look_at([sample_folder() / "2000"])
    wait_until(lambda: dock.room.is_whole and dock.job is None)
    take(viewer, "room-opened")
    dock.room.events.help()
    take(viewer, "room-keys")
    dock.room.events.help()
    dock.room.acknowledge()
    dock.room.go_to(9)
    show_marking(viewer, dock, sample_folder() / "maps" / "2000")
    take(viewer, "room-marking")
    viewer.close()


if __name__ == "__main__":
    main()
