"""Connect: the server of a profile, by the way that the profile speaks."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kazerooni.errors import PacsError
from kazerooni.pacs.profile import DimseProfile, Profile, WebProfile
from kazerooni.pacs.server import Server

_PACKAGES: Final = ("dicomweb_client", "keyring", "pynetdicom")


@contextmanager
def connected(profile: Profile) -> Iterator[Server]:
    """Give the server of a profile; its connections end with the context.

    Raises PacsError where a package is missing, ProfileError where there is no password.
    """
    server = open_server(profile)
    try:
        yield server
    finally:
        server.close()


def open_server(profile: Profile) -> Server:
    """Give the server of a profile; nothing is sent yet. Raises as `connected` does."""
    if not all(map(importlib.util.find_spec, _PACKAGES)):
        raise PacsError('a PACS wants dicomweb-client, keyring and pynetdicom: pip install "kazerooni[pacs]"')
    if isinstance(profile, WebProfile):
        from kazerooni.pacs.web import WebServer  # noqa: PLC0415 - an optional package

        return WebServer(profile)
    assert isinstance(profile, DimseProfile)
    from kazerooni.pacs.dimse import DimseServer  # noqa: PLC0415 - an optional package

    return DimseServer(profile)
