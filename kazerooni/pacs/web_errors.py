"""Web errors: what goes wrong between us and a DICOMweb server becomes a PacsError in words of the user's.

The words of the libraries are held back: they quote addresses with patient ids in them.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Final

import requests
from pydicom.errors import InvalidDicomError

from kazerooni.errors import ObjectError, PacsError, PassingError
from kazerooni.pacs.profile import WebProfile

# 408 Request Timeout, 429 Too Many Requests, 502 Bad Gateway, 503 Service Unavailable, 504 Gateway Timeout (RFC 9110)
_PASSING: Final = frozenset({408, 429, 502, 503, 504})


@contextmanager
def told(profile: WebProfile, what: str) -> Iterator[None]:
    """Turn what requests, or the reading of an answer, raises into a PacsError. what: what was asked for."""
    where = f"profile {profile.name}"
    try:
        yield
    except requests.exceptions.HTTPError as error:
        raise of_status(error.response, where, what) from None
    except requests.exceptions.SSLError as error:
        raise tls_error(error, where) from None
    except (requests.exceptions.Timeout, TimeoutError):
        raise PassingError(f"{where}: no answer within {profile.timeout_s:g} s ({what})") from None
    except (ValueError, LookupError, TypeError, AttributeError, InvalidDicomError):
        raise ObjectError(
            f"{where}: the answer is not what DICOMweb answers ({what}); see that url leads to the service itself"
        ) from None
    except (requests.exceptions.RequestException, OSError) as error:
        raise connection_error(error, where, what) from None


def of_status(response: requests.Response | None, where: str, what: str) -> PacsError:
    """Give the error of a status other than success."""
    if response is None:
        return PassingError(f"{where}: the connection broke ({what})")
    status = response.status_code
    if status in (401, 403):
        return PacsError(
            f"{where}: the server does not let us in ({status}, {what}); see user and password, and what this user may"
        )
    if status in (404, 410):
        return ObjectError(f"{where}: the server knows nothing there ({status}, {what}); see the UID, and url")
    if status in _PASSING:
        return PassingError(f"{where}: the server is busy or down ({status}, {what})", _wait_s(response))
    return ObjectError(f"{where}: the server answers {status} ({what}); its own log may say why")


def _wait_s(response: requests.Response) -> float | None:
    """Read Retry-After: seconds, or a date (RFC 9110, 10.2.3)."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None


def tls_error(error: BaseException, where: str) -> PacsError:
    """Give the error of a TLS handshake; other programs' certificates are told by the reason alone."""
    cause = next((link for link in chain(error) if isinstance(link, ssl.SSLCertVerificationError)), None)
    if cause is not None:
        return PacsError(
            f"{where}: the server's certificate is not trusted ({cause.verify_message}); give the certificate that "
            "vouches for it as ca in the profile, and see the host's name"
        )
    return PacsError(
        f"{where}: TLS fails; see that the server speaks TLS at this port, and whether it wants a certificate of ours "
        "(certificate, key)"
    )


def connection_error(error: BaseException, where: str, what: str) -> PacsError:
    """Give the error of a connection that does not come about, or breaks."""
    for link in chain(error):
        if isinstance(link, socket.gaierror):
            return PacsError(f"{where}: the host is not known; see its name in the profile, and the network")
        if isinstance(link, ConnectionRefusedError):
            return PacsError(f"{where}: nothing listens there, or a firewall refuses; see host and port in the profile")
    return PassingError(f"{where}: the connection broke ({what})")


def chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error and those that led to it; libraries hang some on `args` and `reason`."""
    waiting, seen = [error], set[int]()
    while waiting:
        link = waiting.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        near = (link.__cause__, link.__context__, getattr(link, "reason", None), *link.args)
        waiting.extend(one for one in near if isinstance(one, BaseException))
