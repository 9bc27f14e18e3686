"""Take the pictures of the reading room that the documentation shows, under Xvfb at 1280 x 800.

`make screenshots` writes docs/images/room-*.png. Every shot is a function below, in a window of its own, of the sample
scans. Names of shots as arguments take only these.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from PIL import Image

IMAGES: Final = Path(__file__).parent / "images"
SAMPLES: Final = Path(__file__).parents[1] / "sample_scans"
_SIZE: Final = (1280, 800)
_PATIENCE_S: Final = 120.0
_STARTED: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Shot = Callable[[Any, Path], Any]
"""Brings a window to what is to be seen; gives a dialog where that alone is the picture."""


def main(wanted: list[str]) -> None:
    """Take the shots that are wanted, or all; several each in a process of its own.

    Qt ends a process in which a second window of napari opens after the first was closed.
    """
    if len(wanted) != 1:
        for name in wanted or SHOTS:
            _file_of(name).unlink(missing_ok=True)
            subprocess.run([sys.executable, __file__, name], check=False)  # noqa: S603 - this script
            if not _file_of(name).is_file():  # how the process ends tells nothing: Qt may break on its way out
                raise SystemExit(f"{name} was not taken")
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(_environment(Path(folder)))
        server = None if not sys.platform.startswith("linux") else _start_screen()
        try:
            _take(wanted[0], SHOTS[wanted[0]], Path(folder) / wanted[0])
        finally:
            if server is not None:
                server.terminate()


def _file_of(name: str) -> Path:
    return IMAGES / f"room-{name}.png"


def _environment(folder: Path) -> dict[str, str]:
    """Give napari settings, and drafts a folder, of their own, and a renderer that needs no graphics card."""
    return {
        "NAPARI_CONFIG": str(folder / "settings.yaml"),
        "NAPARI_ASYNC": "0",
        "XDG_DATA_HOME": str(folder / "data"),
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }


def _start_screen() -> subprocess.Popen[bytes]:
    """Start a screen that nobody sees, and let windows open there."""
    program = shutil.which("Xvfb")
    if program is None:
        raise SystemExit("Xvfb is wanted for the pictures: make system")
    read, write = os.pipe()
    options = ("-screen", "0", f"{_SIZE[0]}x{_SIZE[1]}x24", "-nolisten", "tcp")
    server = subprocess.Popen(  # noqa: S603 - a program of the system
        [program, "-displayfd", str(write), *options], pass_fds=(write,), stderr=subprocess.DEVNULL
    )
    os.close(write)
    with os.fdopen(read) as told:
        os.environ.update(DISPLAY=f":{told.readline().strip()}", QT_QPA_PLATFORM="xcb")
    return server


def _take(name: str, shot: Shot, folder: Path) -> None:
    import napari  # noqa: PLC0415 - wants the screen

    folder.mkdir()
    viewer = napari.Viewer(show=True)
    try:
        window = viewer.window._qt_window  # noqa: SLF001 - napari offers no size
        window.setGeometry(0, 0, *_SIZE)
        dialog = shot(viewer, folder)
        _let_pass(1.0)
        IMAGES.mkdir(exist_ok=True)
        picture = _picture(viewer, dialog, folder)
        small = picture.quantize(256, Image.Quantize.MAXCOVERAGE)
        small.save(_file_of(name), optimize=True)
        print(f"room-{name}.png")  # noqa: T201 - a script, which says what it wrote
    finally:
        viewer.close()


def _picture(viewer: Any, dialog: Any, folder: Path) -> Image.Image:
    if dialog is None:
        return Image.fromarray(viewer.window.screenshot(canvas_only=False, flash=False)).convert("RGB")
    file = folder / "dialog.png"
    dialog.grab().save(str(file))
    dialog.close()
    return Image.open(file).convert("RGB")


def _let_pass(seconds: float) -> None:
    from qtpy.QtWidgets import QApplication  # noqa: PLC0415 - wants the screen

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.01)


def _wait(is_done: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not is_done():
        if time.monotonic() > until:
            raise SystemExit(f"not done in {_PATIENCE_S:.0f} s: {what}")
        _let_pass(0.05)
    _let_pass(0.3)


# --- What the shots do with the window --------------------------------------------------------------------------------


def _dock(viewer: Any, name: str) -> Any:
    dock, widget = viewer.window.add_plugin_dock_widget("napari-kazerooni", name, tabify=name != "Other visits")
    dock.raise_()
    return widget


def _open(viewer: Any, year: str, folder: Path) -> Any:
    """Open a visit out of the folder of all three, as by a double click, and give the desk."""
    from napari_kazerooni.desk import desk_of  # noqa: PLC0415

    desk = desk_of(viewer)
    desk.reading_folder, desk.reader = folder / "readings", "Reader A"
    desk.keeping.folder = folder / "drafts"
    dock = _dock(viewer, "Series")
    dock.look_at([SAMPLES / name for name in ("1999", "2000", "2009")])
    _wait(lambda: not dock.is_busy, "series")
    dock.open(next(one for one in desk.room.found if str(one.study_date).startswith(year)))
    _wait(lambda: not dock.is_busy and desk.session is not None, "scan")
    desk.room.acknowledge()
    return desk


def _close(viewer: Any, *names: str) -> None:
    """Put docks out of sight."""
    for dock in viewer.window._qt_window.findChildren(_dock_class()):  # noqa: SLF001 - as above
        if dock.windowTitle().split(" (")[0] in names:
            dock.hide()
    _let_pass(0.2)


def _dock_class() -> Any:
    from qtpy.QtWidgets import QDockWidget  # noqa: PLC0415 - wants the screen

    return QDockWidget


def _type(session: Any, percents: dict[str, tuple[str, str]]) -> None:
    """Type ground glass and honeycombing of lobes; nothing in the others."""
    from kazerooni.model import Component, Finding, Lobe  # noqa: PLC0415

    for lobe in (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL):
        session.say.nothing_found(lobe)
        glass, comb = percents.get(lobe.name, ("0", "0"))
        if glass != "0":
            session.say.type_percent(lobe, Component.ALVEOLAR, glass, Finding.GROUND_GLASS)
        if comb != "0":
            session.say.type_percent(lobe, Component.INTERSTITIAL, comb, Finding.HONEYCOMBING)


def _sign(year: str, folder: Path, percents: dict[str, tuple[str, str]]) -> None:
    """Sign a typed reading of a visit into the folder of readings."""
    from kazerooni.dicom import choose, find_series, read_volume  # noqa: PLC0415
    from napari_kazerooni.session import ReadingSession  # noqa: PLC0415
    from napari_kazerooni.setting import Setting  # noqa: PLC0415
    from napari_kazerooni.signing import sign  # noqa: PLC0415

    series = choose(find_series(SAMPLES / year))
    setting = Setting(reading_id=f"reading-{year}", started=_STARTED)
    session = ReadingSession(read_volume(series), setting, reader="Reader A")
    _type(session, percents)
    session.looking.seen.update(range(series.slices))
    sign(session, series, folder / "readings", lambda: _STARTED)


def _load_maps(desk: Any) -> None:
    """Take over the maps of the phantom: lobes and marks as they are."""
    from kazerooni.labels import read_finding_map, read_lobe_map  # noqa: PLC0415
    from kazerooni.model import Component  # noqa: PLC0415
    from napari_kazerooni.lobe_finding import lungs_in  # noqa: PLC0415

    maps, session = SAMPLES / "maps" / "2000", desk.open_session
    session.set_lobes(read_lobe_map(maps / "lobes.dcm", desk.room.series))
    for component in Component:
        found = read_finding_map(maps / f"{component}.dcm", desk.room.series, component)
        session.canvas.replace(component.value, found.labels)
    desk.on_lobes(lungs_in(session))
    desk.layers.refresh()


_THEN: Final = {
    "1999": {"RUL": ("20", "0"), "RML": ("20", "0"), "RLL": ("60", "10"), "LUL": ("20", "0"), "LLL": ("60", "0")},
    "2000": {"RUL": ("3", "0"), "RML": ("10", "0"), "RLL": ("30", "10"), "LUL": ("3", "0"), "LLL": ("20", "4")},
    "2009": {"RML": ("3", "0"), "RLL": ("10", "20"), "LUL": ("3", "0"), "LLL": ("7", "10")},
}


# --- The shots --------------------------------------------------------------------------------------------------------


def opened(viewer: Any, folder: Path) -> None:
    """Show the scan of 2000, just opened."""
    _open(viewer, "2000", folder)


def keys(viewer: Any, folder: Path) -> None:
    """Show all keys over the scan of 2000."""
    _open(viewer, "2000", folder).room.events.help()


def marking(viewer: Any, folder: Path) -> None:
    """Show ground glass that is marked within the lobe under the first click."""
    desk = _open(viewer, "2000", folder)
    _load_maps(desk)
    desk.room.go_to(9)
    layer = desk.layers["alveolar"]
    viewer.layers.selection.active = layer
    layer.mode = "paint"
    layer.brush_mm = 25.0
    _dock(viewer, "Marking").in_lobe.click()
    _dock(viewer, "Score")
    with layer.block_history():  # one stroke, from the lower lobe upwards over the fissure
        for row in range(300, 150, -4):
            layer.paint((9, row, 140), 1)
    desk.tick()


def score(viewer: Any, folder: Path) -> None:
    """Show the score of marks, and a lobe that was typed."""
    from kazerooni.model import Component, Lobe  # noqa: PLC0415

    desk = _open(viewer, "2000", folder)
    _load_maps(desk)
    for lobe in (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL):
        desk.do(lambda say, lobe=lobe: say.nothing_else(lobe))
    desk.do(lambda say: say.type_percent(Lobe.LUL, Component.ALVEOLAR, "5"))
    _close(viewer, "Series", "layer list", "layer controls", "Marking")
    desk.tick()


def sign(viewer: Any, folder: Path) -> Any:
    """Show what is asked before signing: lung that was not on the screen, a lobe without a grade."""
    from kazerooni.model import Component, Lobe  # noqa: PLC0415

    desk = _open(viewer, "2000", folder)
    _type(desk.session, _THEN["2000"])
    desk.session.say.clear(Lobe.RML, Component.INTERSTITIAL)
    desk.session.looking.seen.update(range(13))
    desk.now = lambda: _STARTED
    score = _dock(viewer, "Score")
    score.ask_to_sign()
    score.dialog.folder.setText("/data/readings")
    return score.dialog


def prior(viewer: Any, folder: Path) -> None:
    """Show the visit of 1999 beside that of 2000, its grades in the table."""
    _sign("1999", folder, _THEN["1999"])
    desk = _open(viewer, "2000", folder)
    _type(desk.session, _THEN["2000"])
    dock = _dock(viewer, "Other visits")
    _wait(lambda: dock.busy.job is None and dock.visits.count() == 2, "readings")
    _close(viewer, "Series", "layer list", "layer controls", "Marking")
    row = next(row for row in dock.priors.rows if row.on is not None and row.on.year < 2000)
    dock.show_visit(row)
    _wait(lambda: dock.view is not None, "the other visit")


def timeline(viewer: Any, folder: Path) -> None:
    """Show the score over time: two signed readings and the draft of 2009."""
    for year in ("1999", "2000"):
        _sign(year, folder, _THEN[year])
    desk = _open(viewer, "2009", folder)
    _type(desk.session, _THEN["2009"])
    _close(viewer, "Series", "layer list", "layer controls", "Marking")
    dock = _dock(viewer, "Timeline")
    _wait(lambda: dock.course.line is not None and len(dock.course.line.points) == 3, "timeline")
    _let_pass(1.0)


def reading_list(viewer: Any, folder: Path) -> None:
    """Show the reading list of the three visits, the first one signed."""
    _sign("1999", folder, _THEN["1999"])
    desk = _open(viewer, "2000", folder)
    _type(desk.session, _THEN["2000"])
    desk.keeping.flush()
    _close(viewer, "Series", "layer list", "layer controls", "Marking")
    dock = _dock(viewer, "Reading list")
    dock.look_at(SAMPLES)
    _wait(lambda: dock.list is not None and dock.busy.job is None, "the list")


def empty(viewer: Any, folder: Path) -> None:
    """Show the window before a scan is opened."""
    from napari_kazerooni.room import WELCOME, room_of  # noqa: PLC0415

    del folder
    dock = _dock(viewer, "Series")
    captions = room_of(viewer).captions
    _wait(lambda: captions["scan"] == WELCOME, "the empty layers and docks")
    dock.parentWidget().raise_()


SHOTS: Final[dict[str, Shot]] = {
    "empty": empty,
    "opened": opened,
    "keys": keys,
    "marking": marking,
    "score": score,
    "sign": sign,
    "prior": prior,
    "timeline": timeline,
    "list": reading_list,
}

if __name__ == "__main__":
    main(sys.argv[1:])
