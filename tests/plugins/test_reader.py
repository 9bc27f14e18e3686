"""The reader contribution: it takes what holds a CT, and leaves everything else at once."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from napari._app_model import get_app_model
from napari.components import ViewerModel
from npe2 import PluginManager
from qtpy.QtWidgets import QFileDialog

from kazerooni.phantom import build_series, sequential_hrct, write_dicomdir, write_series, write_zip
from napari_kazerooni.reader import get_reader


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a small CT."""
    folder = tmp_path_factory.mktemp("visit") / "ct"
    write_series(build_series(sequential_hrct(slices=6)), folder)
    return folder


def zipped(visit: Path, tmp_path: Path) -> Path:
    """Zip a folder."""
    path = tmp_path / "visit.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in visit.iterdir():
            archive.write(file, file.name)
    return path


def test_what_holds_a_ct_is_taken(visit: Path, tmp_path: Path) -> None:
    """Folder, folder above it, zip and single file are taken."""
    for path in (visit, visit.parent, zipped(visit, tmp_path), next(visit.iterdir())):
        assert get_reader(str(path)) is not None, path.name


def test_a_dicomdir_is_taken(tmp_path: Path) -> None:
    """A DICOMDIR is taken as an index."""
    path = write_dicomdir(build_series(sequential_hrct(slices=3)), tmp_path / "disc")
    assert get_reader(path) is not None


def test_what_holds_no_ct_is_left(visit: Path, tmp_path: Path) -> None:
    """A folder of texts, an empty one, one with another modality, a zip of texts, and what is not there, are left."""
    texts, empty, magnet = tmp_path / "texts", tmp_path / "empty", tmp_path / "magnet"
    texts.mkdir()
    empty.mkdir()
    (texts / "notes.txt").write_text("no scan")
    datasets = build_series(sequential_hrct(slices=4))
    for dataset in datasets:
        dataset.Modality = "MR"
        dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    write_series(datasets, magnet)
    archive = tmp_path / "texts.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("notes.txt", "no scan")
    for path in (texts, empty, magnet, archive, texts / "notes.txt", tmp_path / "nowhere"):
        assert get_reader(str(path)) is None, path.name
    assert get_reader([str(visit), str(texts)]) is None
    assert get_reader([]) is None


def test_a_folder_of_thousands_of_other_files_is_left_at_once(tmp_path: Path) -> None:
    """5000 files without a CT cost less than a second."""
    for number in range(5000):
        (tmp_path / f"{number}.png").write_bytes(b"\x89PNG")
    start = time.perf_counter()
    assert get_reader(str(tmp_path)) is None
    assert time.perf_counter() - start < 1


def test_without_a_window_the_scan_is_read_at_once(visit: Path) -> None:
    """A model of a viewer, as a script has it, gets the image layer itself, in mm and in the lung window."""
    PluginManager.instance().discover()
    viewer = ViewerModel()
    (layer,) = viewer.open(visit, plugin="napari-kazerooni")
    assert layer.name == "CT"
    assert layer.data.shape[0] == 6
    assert tuple(layer.contrast_limits) == (-1350, 150)
    assert layer.scale[0] == pytest.approx(10.0)


def test_the_zip_of_the_phantom_is_taken(tmp_path: Path) -> None:
    """A zip with folders in it is taken."""
    assert get_reader(write_zip(build_series(sequential_hrct(slices=3)), tmp_path / "visit.zip")) is not None


@pytest.mark.parametrize("kind", ["zip", "DICOMDIR"])
def test_file_open_hands_files_to_the_dock(
    make_napari_viewer: Any, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """File > Open of a zip or a DICOMDIR asks nothing and opens the scan in the series dock."""
    datasets = build_series(sequential_hrct(slices=4))
    path = write_zip(datasets, tmp_path / "visit.zip") if kind == "zip" else write_dicomdir(datasets, tmp_path / "disc")
    viewer = make_napari_viewer()
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: ([str(path)], ""))
    get_app_model().commands.execute_command("napari.window.file.open_files_dialog").result()
    dock = viewer.window.dock_widgets["Series (napari-kazerooni)"]
    qtbot.waitUntil(lambda: dock.room.is_whole and not dock.is_busy, timeout=30000)
    assert dock.room.volume.geometry.shape[0] == 4


def test_a_dropped_folder_opens_in_the_dock(make_napari_viewer: Any, visit: Path, qtbot: Any) -> None:
    """Opening a folder in a window hands it to the dock, which finds the only series there is and opens it."""
    viewer = make_napari_viewer()
    assert viewer.open(visit, plugin="napari-kazerooni") == []
    dock = viewer.window.dock_widgets["Series (napari-kazerooni)"]
    qtbot.waitUntil(lambda: dock.room.is_whole, timeout=20000)
    assert viewer.layers[0].name == "CT"
