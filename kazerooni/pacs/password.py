"""Password: of a profile's user, from the environment or the keyring; never from a file or the command line."""

from __future__ import annotations

import os
import re

from kazerooni.errors import ProfileError
from kazerooni.pacs.profile import WebProfile

_VARIABLE = "KAZEROONI_PACS_PASSWORD_"


def password_variable(profile: WebProfile) -> str:
    """Give the name of the environment variable, such as `KAZEROONI_PACS_PASSWORD_CLINIC`."""
    return _VARIABLE + re.sub(r"\W|-", "_", profile.name).upper()


def keyring_service(profile: WebProfile) -> str:
    """Give the name under which the keyring keeps it, such as `kazerooni-pacs-clinic`."""
    return f"kazerooni-pacs-{profile.name}"


def password_of(profile: WebProfile) -> str:
    """Give the password of a profile's user. Raises ProfileError where there is none."""
    if given := os.environ.get(password_variable(profile)):
        return given
    if profile.user is not None and (kept := _from_keyring(keyring_service(profile), profile.user)):
        return kept
    raise ProfileError(
        f"profile {profile.name}: there is no password for its user; keep it in the keyring with "
        f"`keyring set {keyring_service(profile)} {profile.user}`, or in the variable {password_variable(profile)}"
    )


def _from_keyring(service: str, user: str) -> str | None:
    import keyring  # noqa: PLC0415 - slow, and not wanted where the environment has it
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        return keyring.get_password(service, user)
    except KeyringError:  # there is none, or it is locked: as if it did not hold it
        return None
