"""TLS: whom we trust, and by what we are known."""

from __future__ import annotations

import ssl

from kazerooni.errors import ProfileError
from kazerooni.pacs.profile import Profile


def tls_context(profile: Profile) -> ssl.SSLContext:
    """Make the context of a profile. Raises ProfileError where its files cannot be used."""
    try:
        context = ssl.create_default_context(cafile=profile.ca)
        if profile.certificate is not None:
            context.load_cert_chain(profile.certificate, profile.key, password=lambda: b"")  # it would ask
    except (ssl.SSLError, OSError):
        raise ProfileError(
            f"profile {profile.name}: ca, certificate or key cannot be used; files of PEM are wanted, and a key "
            "without a password"
        ) from None
    return context
