"""The distribution: manifest, version, dependencies."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from npe2 import PluginManifest
from npe2.cli import app
from typer.testing import CliRunner

import kazerooni
import napari_kazerooni

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugins" / "napari-kazerooni"


def test_the_manifest_is_valid() -> None:
    """`npe2 validate` passes, and every command of the manifest can be imported."""
    path = PLUGIN / "napari_kazerooni" / "napari.yaml"
    assert CliRunner().invoke(app, ["validate", str(path)]).exit_code == 0
    manifest = PluginManifest.from_file(path)
    manifest.validate_imports()
    assert PluginManifest.from_distribution("napari-kazerooni").contributions == manifest.contributions


def test_the_version_is_that_of_the_toolkit() -> None:
    """Plugin and toolkit have one version, and the plugin asks for exactly its own toolkit."""
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == napari_kazerooni.__version__ == kazerooni.__version__
    assert f"kazerooni[report]=={kazerooni.__version__}" in project["dependencies"]


def test_no_qt_binding_is_asked_for() -> None:
    """The user chooses the Qt binding: none stands among the dependencies, and no module imports one by name."""
    bindings = re.compile(r"PyQt|PySide|napari\[", re.IGNORECASE)
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text("utf-8"))["project"]
    assert not [each for each in project["dependencies"] if bindings.search(each)]
    imports = re.compile(r"^\s*(?:from|import) (?:PyQt|PySide)", re.MULTILINE)
    assert not [p.name for p in (PLUGIN / "napari_kazerooni").glob("*.py") if imports.search(p.read_text("utf-8"))]


def test_only_public_names_of_the_toolkit_are_used() -> None:
    """The plugin imports from packages of the toolkit, never from a module inside one."""
    inside = re.compile(r"^\s*(?:from|import) (kazerooni\.\w+\.\w+)", re.MULTILINE)
    modules = (PLUGIN / "napari_kazerooni").glob("*.py")
    assert not [found for p in modules for found in inside.findall(p.read_text("utf-8"))]
