"""Association: how a conversation over DIMSE begins and ends, and in what words it fails to begin."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Final

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext

from kazerooni.errors import ObjectError, PacsError, PassingError, ProfileError
from kazerooni.pacs.profile import DimseProfile
from kazerooni.pacs.tls import tls_context
from kazerooni.pacs.web_errors import connection_error, tls_error

_PDU_BYTES: Final = 128 * 1024
_LAST_WORDS_S: Final = 1.0
_TRANSIENT: Final = 2  # a rejection that may pass (PS3.8, 9.3.4)
_BY_USER: Final = 1
_CALLING_NOT_KNOWN, _CALLED_NOT_KNOWN = 3, 7


class Associations:
    """Opens associations with one server, one at a time."""

    def __init__(self, profile: DimseProfile) -> None:
        self._profile = profile
        self._tls = tls_context(profile) if profile.tls else None
        self._open: Association | None = None
        self._wire: socket.socket | None = None
        self._is_reached = False

    @contextmanager
    def open(
        self,
        contexts: Sequence[PresentationContext],
        handlers: Sequence[tuple[Any, Any]] = (),
        roles: Sequence[object] = (),
    ) -> Iterator[Association]:
        """Give an association whose first context the server accepts; it is released at the end, or aborted.

        Raises PacsError where none comes about, in words that say why.
        """
        self._reach()
        begin = monotonic()
        entity = AE(self._profile.own_ae_title)
        limit_s = self._profile.timeout_s
        entity.connection_timeout = entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = limit_s
        association = entity.associate(
            self._address(),
            self._profile.port,
            contexts=list(contexts),
            ae_title=self._profile.ae_title,
            max_pdu=_PDU_BYTES,
            ext_neg=list(roles),  # type: ignore[arg-type]
            evt_handlers=[
                (evt.EVT_CONN_OPEN, self._limit_silence),
                (evt.EVT_DATA_RECV, self._hurry),
                (evt.EVT_DATA_SENT, self._hurry),
                *handlers,
            ],
            tls_args=None if self._tls is None else (self._tls, self._profile.host),
        )
        self._open = association
        try:
            self._check_accepted(association, contexts[0])
            if not association.is_established:
                raise self._why_not(association, monotonic() - begin)
            yield association
            association.release()
        finally:
            self.close()

    def close(self) -> None:
        """End what is open still, in the thread that opened it."""
        association, self._open = self._open, None
        if association is None:
            return
        if association.is_established:
            _hang_up(association)
            association.kill()
        association.dul.join(_LAST_WORDS_S)
        if self._wire is not None:
            self._wire.close()  # pynetdicom leaves it to the garbage collector where the server was first to close

    def interrupt(self) -> None:
        """Break the connection from another thread: whoever waits for the server is told that it broke."""
        if self._open is not None:
            _hang_up(self._open)

    def _limit_silence(self, event: evt.Event) -> None:
        """Give up on a server that falls silent amid a message, for which pynetdicom would wait for ever."""
        wire = event.assoc.dul.socket
        if wire is not None and wire.socket is not None:
            self._wire = wire.socket
            self._wire.settimeout(self._profile.timeout_s)

    def _address(self) -> str:
        """Find the address of the host: a name that is not known is no matter of the association."""
        try:
            return str(socket.getaddrinfo(self._profile.host, self._profile.port, type=socket.SOCK_STREAM)[0][4][0])
        except OSError as error:
            raise connection_error(error, self._where, "connecting") from None

    @property
    def _where(self) -> str:
        return f"profile {self._profile.name}"

    def _check_accepted(self, association: Association, first: PresentationContext) -> None:
        """Raise ObjectError where the server answers, and does not accept what matters."""
        answered = (*association.accepted_contexts, *association.rejected_contexts)
        if answered and first.abstract_syntax not in {one.abstract_syntax for one in association.accepted_contexts}:
            name = "" if first.abstract_syntax is None else first.abstract_syntax.name
            raise ObjectError(f"{self._where}: the server does not offer what was asked for ({name})")

    def _why_not(self, association: Association, waited_s: float) -> PacsError:
        if association.is_rejected and association.acceptor.primitive is not None:
            return self._rejection(association.acceptor.primitive)
        if waited_s >= self._profile.timeout_s:
            return PassingError(f"{self._where}: no answer within {self._profile.timeout_s:g} s (a greeting)")
        return PassingError(f"{self._where}: the server ended the conversation before it began")

    def _rejection(self, answer: Any) -> PacsError:
        profile = self._profile
        if answer.result == _TRANSIENT:
            return PassingError(f"{self._where}: the server is too busy for another conversation")
        if answer.result_source == _BY_USER and answer.diagnostic == _CALLED_NOT_KNOWN:
            return ProfileError(f"{self._where}: the server is not called {profile.ae_title}; give its ae_title")
        if answer.result_source == _BY_USER and answer.diagnostic == _CALLING_NOT_KNOWN:
            return ProfileError(
                f"{self._where}: the server does not know {profile.own_ae_title}; have it registered there, or give "
                "the title it knows as own_ae_title"
            )
        return PacsError(f"{self._where}: the server does not want to speak with us; see both AE titles")

    def _hurry(self, _: evt.Event) -> None:
        """Acknowledge what comes at once, where the system can (Linux).

        Some servers wait for that before they send the end of an object (Nagle's algorithm), and a system waits some
        40 ms for something to send along: for each object of a C-GET.
        """
        if self._wire is not None and hasattr(socket, "TCP_QUICKACK"):
            with suppress(OSError):  # it is closed already
                self._wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def _reach(self) -> None:
        """Connect once, before the first association: pynetdicom does not tell why it cannot, and leaks its socket."""
        if self._is_reached:
            return
        limit_s = self._profile.timeout_s
        try:
            plain = socket.create_connection((self._profile.host, self._profile.port), limit_s)
        except TimeoutError:
            raise PassingError(f"{self._where}: no answer within {limit_s:g} s (connecting)") from None
        except OSError as error:
            raise connection_error(error, self._where, "connecting") from None
        with plain:
            if self._tls is not None:
                try:
                    self._tls.wrap_socket(plain, server_hostname=self._profile.host).close()
                except OSError as error:  # some servers that speak no TLS hang up, some stay silent
                    raise tls_error(error, self._where) from None
        self._is_reached = True


def _hang_up(association: Association) -> None:
    wire = association.dul.socket
    if wire is not None and wire.socket is not None:
        with suppress(OSError):  # it is closed already
            wire.socket.shutdown(socket.SHUT_RDWR)
