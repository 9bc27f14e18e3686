"""Fixtures of the PACS tests: a real Orthanc, and profiles that lead to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kazerooni.pacs import DimseProfile, Profile, WebProfile
from tests.pacs import orthanc as server
from tests.pacs.orthanc import Orthanc

ROOT = Path(__file__).resolve().parent.parent.parent
VISIT = ROOT / "sample_scans" / "1999"
MAPS = ROOT / "sample_scans" / "maps" / "1999"


@pytest.fixture(scope="session")
def orthanc(tool: Callable[[str], str]) -> Iterator[Orthanc]:
    """Give a server of Orthanc; skips where it is not installed, fails with CI=true."""
    program = tool("Orthanc")
    if not server.PLUGIN.is_file():
        missing = "the DICOMweb plugin of Orthanc is not installed: run 'make system'"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with server.running(program) as running:
        yield running


@pytest.fixture
def pacs(orthanc: Orthanc, monkeypatch: pytest.MonkeyPatch) -> Orthanc:
    """Give the server, empty, with the password of its user in the environment and no keyring."""
    monkeypatch.setenv("KAZEROONI_PACS_PASSWORD_CLINIC", server.PASSWORD)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    orthanc.empty()
    return orthanc


@pytest.fixture
def filled(pacs: Orthanc) -> Orthanc:
    """Give the server with the visit of 1999, ten slices."""
    pacs.add(*sorted(VISIT.glob("*.dcm")))
    return pacs


Way = Callable[..., Profile]


def web(port: int, **more: object) -> WebProfile:
    """Give a profile of DICOMweb at a port of the loopback."""
    asked: dict[str, object] = {
        "name": "clinic",
        "url": f"http://127.0.0.1:{port}/dicom-web",
        "user": server.USER,
        "tls": False,
        "timeout_s": 20.0,
        **more,
    }
    return WebProfile(**asked)  # type: ignore[arg-type]


def dimse(port: int, **more: object) -> DimseProfile:
    """Give a profile of DIMSE at a port of the loopback."""
    asked: dict[str, object] = {
        "name": "clinic",
        "host": "127.0.0.1",
        "port": port,
        "ae_title": server.AE_TITLE,
        "tls": False,
        "timeout_s": 20.0,
        **more,
    }
    return DimseProfile(**asked)  # type: ignore[arg-type]


@pytest.fixture(params=["web", "dimse"])
def way(request: pytest.FixtureRequest) -> str:
    """Give each of the two ways to speak to a PACS."""
    return str(request.param)


def port_of(pacs: Orthanc, way: str) -> int:
    """Give the port at which the server speaks a way."""
    return pacs.http_port if way == "web" else pacs.dicom_port


def profile_to(port: int, way: str, **more: object) -> Profile:
    """Give a profile of a way to a port of the loopback."""
    return web(port, **more) if way == "web" else dimse(port, **more)
