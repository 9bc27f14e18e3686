"""Certificates for the tests: one that vouches for itself, for 127.0.0.1, and a client's."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path


def made(openssl: str, folder: Path, name: str) -> tuple[Path, Path]:
    """Make a certificate that vouches for itself, and its key; gives their files."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    what = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    where = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, *kind, *what, *where], check=True, capture_output=True)
    return certificate, key


def shown(certificate: Path, key: Path, *, client: Path | None = None) -> ssl.SSLContext:
    """Give the context of a server that shows a certificate, and wants that of the client where one is given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if client is not None:
        context.load_verify_locations(client)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
