"""A real PostgreSQL server for the tests: started once, on the loopback, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

_FOLDERS = "/usr/lib/postgresql"  # Debian keeps initdb out of the PATH


def program(name: str) -> str | None:
    """Find a program of the server: the newest of Debian's, or what is on the PATH."""
    for folder in sorted(Path(_FOLDERS).glob("*/bin"), key=lambda bin_: float(bin_.parent.name), reverse=True):
        if (folder / name).is_file():
            return str(folder / name)
    return shutil.which(name)


class Server:
    """A server that runs; `database` gives the URL of a new, empty database."""

    def __init__(self, port: int) -> None:
        self._root = f"postgresql://tester@127.0.0.1:{port}"

    def database(self) -> str:
        """Make a database and give its URL."""
        name = f"book_{uuid.uuid4().hex}"
        engine = create_engine(self._root.replace("postgresql", "postgresql+pg8000") + "/postgres")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return f"{self._root}/{name}"


@contextmanager
def running(initdb: str, postgres: str) -> Iterator[Server]:
    """Start a server; it ends with the context. It runs as a user of its own where the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="kazerooni-pg-"))
    user = _own_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, port = folder / "data", _free_port()
    run_as = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    make = [initdb, "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(make, check=True, capture_output=True, cwd=folder, **run_as)  # type: ignore[call-overload]
    start = [postgres, "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-k", folder, "-F"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(start, stdout=log, stderr=log, cwd=folder, **run_as)  # type: ignore[call-overload]
    try:
        _wait(port, server, folder / "log")
        yield Server(port)
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _own_user() -> pwd.struct_passwd | None:
    """Give an unprivileged user where we are root: that of Debian's package, or nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    engine = create_engine(f"postgresql+pg8000://tester@127.0.0.1:{port}/postgres")
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            engine.connect().close()
        except Exception:  # noqa: BLE001 - it is not there yet, whatever the driver calls that
            server_is_up = False
        else:
            server_is_up = True
        if server_is_up:
            engine.dispose()
            return
        try:
            server.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError(f"the server did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
