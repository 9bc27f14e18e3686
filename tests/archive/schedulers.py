"""Dask schedulers and workers of the tests: real processes on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "127.0.0.1"


@contextmanager
def process(
    *words: str, folder: Path, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of Dask until the end of the block."""
    own = {"PYTHONPATH": str(ROOT), "DASK_TEMPORARY_DIRECTORY": str(folder)} | (env or {})
    command = [sys.executable, "-m", *words]
    with (
        (folder / "log").open("ab") as log,
        subprocess.Popen(command, cwd=cwd, env=os.environ | own, stdout=log, stderr=log) as running,
    ):
        try:
            yield running
        finally:
            running.kill()


@contextmanager
def scheduler(folder: Path, env: dict[str, str] | None = None) -> Iterator[str]:
    """Run a scheduler; give the address at which it will answer, so that workers start beside it (`wait_for`)."""
    with socket.socket() as free:
        free.bind((ADDRESS, 0))
        port = free.getsockname()[1]
    address = f"tcp://{ADDRESS}:{port}"
    words = ("distributed.cli.dask_scheduler", "--host", ADDRESS, "--port", str(port), "--no-dashboard", "--no-show")
    with process(*words, folder=folder, env=env):
        yield address


@contextmanager
def worker(address: str, folder: Path, *more: str, cwd: Path = ROOT) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker of one thread."""
    words = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", *more)
    with process(*words, folder=folder, cwd=cwd) as running:
        yield running


def wait_for(address: str, workers: int) -> dict[str, int]:
    """Wait for a scheduler and so many workers; give their process ids by address."""
    from distributed import Client  # noqa: PLC0415 - may not be installed

    with Client(address, timeout=90, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=90) if workers else None
        found: dict[str, int] = client.run(os.getpid)
    return found


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a scheduler with two workers, one under a nanny as by default, one without; give its address."""
    with scheduler(folder) as address, worker(address, folder), worker(address, folder, "--no-nanny"):
        wait_for(address, 2)
        yield address
