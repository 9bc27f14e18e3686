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


def pause(seconds: float) -> None:
    """Let the window go on for a while."""
    from qtpy.QtTest import QTest  # noqa: PLC0415

    QTest.qWait(round(1000 * seconds))


def take(viewer: Any, name: str) -> None:
    """Save the window as a picture."""
    wait_until(lambda: True)
    picture = Image.fromarray(viewer.window.screenshot(canvas_only=False, flash=False)).convert("RGB")
    picture.quantize(256, Image.Quantize.MAXCOVERAGE).save(IMAGES / f"{name}.png", optimize=True)


def paint_maps(desk: Any, maps: Path) -> None:
    """Mark what the sample scan is known to hold, as a reader would have painted it."""
    from kazerooni.labels import read_finding_map  # noqa: PLC0415
    from kazerooni.model import Component  # noqa: PLC0415

    for component in Component:
        found = read_finding_map(maps / f"{component.value}.dcm", desk.room.volume, component)
        desk.open_session.canvas.replace(component.value, found.labels.copy())
    desk.layers.refresh()


def show_marking(desk: Any, marking: Any) -> None:
    """Paint one stroke over a fissure: it keeps to the lobe under the first click."""
    marking.choose_tool("paint")
    marking.in_lobe.setChecked(True)
    layer, index = desk.layers.painted, desk.room.index
    layer.brush_mm = 25.0
    with layer.block_history():  # one stroke, from the lower lobe upwards over the fissure
        for row in range(300, 150, -4):
            layer.paint((index, row, 140), 1)


def show_scores(desk: Any) -> None:
    """Type some of the scores beside what is painted; look at some slices."""
    from kazerooni.model import Component, Finding, Lobe, State  # noqa: PLC0415

    desk.reader = desk.open_session.reader = "Reader A"
    desk.do(lambda say: say.type_percent(Lobe.RML, Component.ALVEOLAR, "5", Finding.GROUND_GLASS))
    desk.do(lambda say: say.tick_traction(Lobe.RLL, seen=True))
    desk.do(lambda say: say.nothing_else(Lobe.RUL))
    desk.do(lambda say: say.set_state(Lobe.LUL, Component.INTERSTITIAL, State.NOT_ASSESSABLE, "motion"))
    for index in range(4, 16):
        desk.room.go_to(index)
        pause(0.15)


def dock_of(viewer: Any, name: str) -> Any:
    """Give a dock of the window by its name."""
    return next(widget for title, widget in viewer.window.dock_widgets.items() if title.startswith(name))


def main() -> None:
    """Take all pictures."""
    start_screen()
    folder = Path(tempfile.mkdtemp())
    os.environ |= {"NAPARI_CONFIG": str(folder / "settings.yaml"), "XDG_DATA_HOME": str(folder)}
    import napari  # noqa: PLC0415 - Qt wants the screen first

    from kazerooni.phantom import sample_folder  # noqa: PLC0415
    from napari_kazerooni.desk import desk_of  # noqa: PLC0415
    from napari_kazerooni.reader import series_dock  # noqa: PLC0415

    viewer = napari.Viewer(title="kazerooni", show_welcome_screen=False)
    viewer.window.resize(*SIZE)
    dock, maps = series_dock(viewer), sample_folder() / "maps" / "2000"
    dock.look_at([sample_folder() / "2000"])
    wait_until(lambda: dock.room.is_whole and dock.job is None)
    dock.parentWidget().raise_()
    take(viewer, "room-opened")
    dock.room.events.help()
    take(viewer, "room-keys")
    dock.room.events.help()
    dock.room.acknowledge()
    desk, score = desk_of(viewer), dock_of(viewer, "Score")
    score.parentWidget().raise_()
    desk.find_lobes(maps / "lobes.dcm")
    wait_until(lambda: desk.busy is None)
    dock.room.go_to(9)
    show_marking(desk, dock_of(viewer, "Marking"))
    take(viewer, "room-marking")
    desk.layers.painted.undo()
    paint_maps(desk, maps)
    show_scores(desk)
    take(viewer, "room-score")
    desk.reading_folder = Path("/data/readings")
    score.ask_to_sign()
    wait_until(lambda: True)
    score.dialog.grab().save(str(IMAGES / "room-sign.png"))
    score.dialog.close()
    viewer.close()


if __name__ == "__main__":
    main()
