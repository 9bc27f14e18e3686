"""A real PACS for the tests: Orthanc with its DICOMweb plugin, on the loopback, in a folder of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
USER, PASSWORD = "reader", "correct horse battery staple"
AE_TITLE = "ORTHANC"


@dataclass(frozen=True)
class Orthanc:
    """A server that runs, and the folder that it keeps things in."""

    http_port: int
    dicom_port: int
    folder: Path

    @property
    def url(self) -> str:
        """Give the address of its DICOMweb."""
        return f"http://127.0.0.1:{self.http_port}/dicom-web"

    def rest(self, path: str) -> requests.Response:
        """Ask Orthanc's own interface, by which the tests look behind ours."""
        return requests.get(f"http://127.0.0.1:{self.http_port}/{path}", auth=(USER, PASSWORD), timeout=30)

    def add(self, *files: Path) -> None:
        """Put files into it by its own interface."""
        with requests.Session() as session:
            session.auth = (USER, PASSWORD)
            for file in files:
                answer = session.post(
                    f"http://127.0.0.1:{self.http_port}/instances", data=file.read_bytes(), timeout=30
                )
                answer.raise_for_status()

    def empty(self) -> None:
        """Take everything out."""
        with requests.Session() as session:
            session.auth = (USER, PASSWORD)
            root = f"http://127.0.0.1:{self.http_port}/patients"
            for patient in session.get(root, timeout=30).json():
                session.delete(f"{root}/{patient}", timeout=30).raise_for_status()

    def count(self) -> int:
        """Count the objects that it holds."""
        return int(self.rest("statistics").json()["CountInstances"])


def free_port() -> int:
    """Give a port of the loopback that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(program: str, **more: object) -> Iterator[Orthanc]:
    """Start a server; it ends with the context. more: of its configuration."""
    folder = Path(tempfile.mkdtemp(prefix="kazerooni-orthanc-"))
    http_port, dicom_port = free_port(), free_port()
    file = folder / "orthanc.json"
    file.write_text(json.dumps({**_configuration(folder, http_port, dicom_port), **more}), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([program, file], stdout=log, stderr=log, cwd=folder)
    try:
        found = Orthanc(http_port, dicom_port, folder)
        _wait(found, server, folder / "log")
        yield found
    finally:
        server.kill()  # nothing of it is wanted
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _configuration(folder: Path, http_port: int, dicom_port: int) -> Mapping[str, object]:
    return {
        "Name": "tests of kazerooni",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [str(PLUGIN)],
        "HttpPort": http_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {USER: PASSWORD},
        "DicomPort": dicom_port,
        "DicomAet": AE_TITLE,
        "DicomCheckCalledAet": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowGet": True,
        "KeepAlive": True,
        "SaveJobs": False,
        "MaximumStorageCacheSize": 0,
        "SynchronousCMove": True,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "EnableWado": False},
    }


def _wait(found: Orthanc, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            if found.rest("system").ok:
                return
        except requests.exceptions.ConnectionError:
            pass
        try:
            server.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"Orthanc did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
