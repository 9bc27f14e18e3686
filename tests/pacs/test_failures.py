"""What goes wrong between us and a PACS is told in words: which profile, what was found, what to do."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kazerooni.errors import KazerooniError, ObjectError, PacsError, PassingError, ProfileError
from kazerooni.pacs import Profile, connected, patiently
from tests.pacs import certificates
from tests.pacs import orthanc as server_of_tests
from tests.pacs.conftest import dimse, port_of, profile_to, web
from tests.pacs.orthanc import Orthanc
from tests.pacs.proxy import Proxy, before

Pems = dict[str, tuple[Path, Path]]


def echoed(profile: Profile) -> None:
    """Ask a server whether it is there, as often as its profile says."""
    with connected(profile) as server:
        patiently(server.echo, profile.tries)


def told(profile: Profile, kind: type[KazerooniError]) -> str:
    """Give the message of an echo that fails."""
    with pytest.raises(kind) as caught:
        echoed(profile)
    assert type(caught.value) is kind
    assert str(caught.value).startswith("profile clinic: ")
    return str(caught.value)


def test_nothing_listens(way: str, pacs: Orthanc) -> None:
    """A port at which nothing listens is told at once, not after five tries."""
    begin = time.monotonic()
    assert "nothing listens there" in told(profile_to(server_of_tests.free_port(), way), PacsError)
    assert time.monotonic() - begin < 2


def test_an_unknown_host(pacs: Orthanc) -> None:
    """A host that no name server knows is told; `.invalid` is kept free for that (RFC 2606)."""
    assert "host is not known" in told(web(80, url="http://pacs.invalid/dicom-web"), PacsError)
    assert "host is not known" in told(dimse(104, host="pacs.invalid"), PacsError)


def test_a_silent_server(way: str, pacs: Orthanc) -> None:
    """A server that takes the connection and says nothing is given up after the time of the profile."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        profile = profile_to(silent.getsockname()[1], way, timeout_s=0.4, tries=1)
        assert "no answer within 0.4 s" in told(profile, PassingError)


def test_a_server_that_falls_silent_amid_a_message(filled: Orthanc, way: str) -> None:
    """A server that stops in the middle of an answer is given up after the time of the profile."""
    with before(Proxy(port_of(filled, way), stall_at=1)) as proxy:
        profile = profile_to(proxy.port, way, timeout_s=0.4, tries=1)
        assert "0.4 s" in told(profile, PassingError)


def test_a_wrong_ae_title(pacs: Orthanc) -> None:
    """The server's refusal of the title it is called by is told as that."""
    assert "not called WRONG" in told(dimse(pacs.dicom_port, ae_title="WRONG"), ProfileError)


def test_a_web_server_where_dimse_is_wanted_and_the_other_way_round(pacs: Orthanc) -> None:
    """Each way to the other's port ends in words, within the time of the profile."""
    told(dimse(pacs.http_port, timeout_s=2.0, tries=1), PassingError)
    told(web(pacs.dicom_port, timeout_s=2.0, tries=1), PassingError)


def test_a_wrong_password(pacs: Orthanc, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password that the server does not take is tried once, and not shown."""
    monkeypatch.setenv("KAZEROONI_PACS_PASSWORD_CLINIC", "hunter2")
    with before(Proxy(pacs.http_port)) as proxy:
        message = told(web(proxy.port), PacsError)
        assert len(proxy.requests) == 1
    assert "does not let us in (401" in message
    assert "hunter2" not in message


def test_a_wrong_address(pacs: Orthanc) -> None:
    """An address that leads to another place of the server, or to what is no DICOMweb, is told."""
    port = pacs.http_port
    assert "knows nothing there (404" in told(web(port, url=f"http://127.0.0.1:{port}/nothing"), ObjectError)
    assert "not what DICOMweb answers" in told(
        web(port, url=f"http://127.0.0.1:{port}/app/explorer.html?"), ObjectError
    )
    assert "sends us to another address" in told(web(port, url=f"http://127.0.0.1:{port}/?"), PacsError)


def test_a_busy_server_is_waited_for(pacs: Orthanc) -> None:
    """Two answers of 503 are got over; the third try comes no sooner than Retry-After asks."""
    with before(Proxy(pacs.http_port, busy=2, retry_after="1")) as proxy:
        begin = time.monotonic()
        echoed(web(proxy.port, tries=3))
        assert time.monotonic() - begin >= 2
        assert proxy.connections == 3


def test_a_server_that_stays_busy_is_told(pacs: Orthanc) -> None:
    """After the tries of the profile the status is told, and how often it was tried."""
    with before(Proxy(pacs.http_port, busy=9)) as proxy:
        assert "busy or down (503, a test); tried 2 times" in told(web(proxy.port, tries=2), PassingError)
    with before(Proxy(pacs.http_port, busy=9, retry_after="Fri, 31 Dec 2999 23:59:59 GMT")) as proxy:
        assert "it asks to wait" in told(web(proxy.port), PassingError)
        assert proxy.connections == 1


@pytest.fixture(scope="module")
def pems(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Pems:
    """Give certificates with their keys: of the server, of a stranger, of ourselves."""
    folder, openssl = tmp_path_factory.mktemp("certificates"), tool("openssl")
    return {name: certificates.made(openssl, folder, name) for name in ("server", "stranger", "ours")}


def secure(port: int, way: str, **more: object) -> Profile:
    """Give a profile that speaks TLS."""
    if way == "web":
        more["url"] = f"https://127.0.0.1:{port}/dicom-web"
    return profile_to(port, way, tls=True, tries=1, **more)


def test_tls_with_a_certificate_that_is_trusted(pacs: Orthanc, way: str, pems: Pems) -> None:
    """With the server's certificate as ca the conversation is encrypted, and works."""
    with before(Proxy(port_of(pacs, way), tls=certificates.shown(*pems["server"]))) as proxy:
        echoed(secure(proxy.port, way, ca=pems["server"][0]))
        assert proxy.from_server > 0


@pytest.mark.parametrize("ca", [None, "stranger"])
def test_tls_with_a_certificate_that_is_not_trusted(pacs: Orthanc, way: str, pems: Pems, ca: str | None) -> None:
    """A certificate that nobody vouches for ends the conversation before anything is said."""
    with before(Proxy(port_of(pacs, way), tls=certificates.shown(*pems["server"]))) as proxy:
        message = told(secure(proxy.port, way, ca=None if ca is None else pems[ca][0]), PacsError)
        assert proxy.from_client == 0
    assert "certificate is not trusted (self" in message
    assert "as ca in the profile" in message


def test_a_server_that_wants_our_certificate(pacs: Orthanc, way: str, pems: Pems) -> None:
    """With certificate and key the server lets us in, without them it does not."""
    context = certificates.shown(*pems["server"], client=pems["ours"][0])
    with before(Proxy(port_of(pacs, way), tls=context)) as proxy:
        certificate, key = pems["ours"]
        echoed(secure(proxy.port, way, ca=pems["server"][0], certificate=certificate, key=key))
        with pytest.raises(PacsError):
            echoed(secure(proxy.port, way, ca=pems["server"][0]))


def test_tls_where_the_server_speaks_none(pacs: Orthanc, way: str, pems: Pems) -> None:
    """A server that speaks no TLS is told as that, and nothing is sent to it."""
    message = told(secure(port_of(pacs, way), way, ca=pems["server"][0], timeout_s=2.0), PacsError)
    assert "TLS fails" in message


def test_a_file_that_is_no_certificate(way: str, tmp_path: Path, pacs: Orthanc) -> None:
    """A ca that is none is told before anything is sent."""
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(ProfileError, match="ca, certificate or key cannot be used"):
        echoed(secure(port_of(pacs, way), way, ca=tmp_path / "none.pem"))
