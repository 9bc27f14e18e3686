"""A network that fails: a proxy on the loopback that cuts, stalls, is busy, or speaks TLS before a real server."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_CHUNK = 16384


@dataclass
class Proxy:
    """What the proxy does, and what it saw.

    cuts: after so many bytes of the server, counted over all connections, the connection that brought them is cut, in
    turn. cut_answers: so many times, a connection over which the client sent `big` bytes or more is cut in place of the
    answer. stall_at: after so many bytes of the server nothing goes on until `go` is set. busy: so many connections are
    answered by 503, with Retry-After of `retry_after`. tls: the certificate to show.
    """

    target: int
    cuts: list[int] = field(default_factory=list)
    cut_answers: int = 0
    big: int = 10_000
    stall_at: int | None = None
    busy: int = 0
    retry_after: str | None = None
    tls: ssl.SSLContext | None = None
    go: threading.Event = field(default_factory=threading.Event)
    stalled: threading.Event = field(default_factory=threading.Event)
    connections: int = 0
    open_now: int = 0
    from_server: int = 0
    from_client: int = 0
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._take, args=(client,), daemon=True).start()

    def _take(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            with self._lock:
                self.connections += 1
                is_busy, self.busy = self.busy > 0, max(0, self.busy - 1)
            if self.tls is not None:
                client = self.tls.wrap_socket(client, server_side=True)
            with client:
                if is_busy:
                    self._refuse(client)
                else:
                    self._pass_on(client)

    def _refuse(self, client: socket.socket) -> None:
        """Read a whole request head, as a server would, and say 503."""
        head = b""
        while b"\r\n\r\n" not in head and (data := client.recv(_CHUNK)):
            head += data
        wish = f"Retry-After: {self.retry_after}\r\n" if self.retry_after else ""
        client.sendall(f"HTTP/1.1 503 Busy\r\n{wish}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())

    def _pass_on(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self.target)) as server:
            with self._lock:
                self.open_now += 1
            sent = [0]
            up = threading.Thread(target=self._up, args=(client, server, sent), daemon=True)
            up.start()
            try:
                self._down(server, client, sent)
            finally:
                for one in (client, server):
                    with suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)
                up.join(5)
                with self._lock:
                    self.open_now -= 1

    def _up(self, client: socket.socket, server: socket.socket, sent: list[int]) -> None:
        with suppress(OSError):
            while data := client.recv(_CHUNK):
                sent[0] += len(data)
                with self._lock:
                    self.from_client += len(data)
                    if data[:5] in (b"GET /", b"POST "):
                        self.requests.append(data.partition(b"\r\n")[0])
                server.sendall(data)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _down(self, server: socket.socket, client: socket.socket, sent: list[int]) -> None:
        while data := server.recv(_CHUNK):
            with self._lock:
                if self.cut_answers and sent[0] >= self.big:
                    self.cut_answers -= 1
                    return
                self.from_server += len(data)
                is_cut = bool(self.cuts) and self.from_server >= self.cuts[0]
                if is_cut:
                    self.cuts.pop(0)
                is_stalled = self.stall_at is not None and self.from_server >= self.stall_at
            if is_cut:
                client.sendall(data[: len(data) // 2])
                return
            if is_stalled:
                self.stalled.set()
                self.go.wait(60)
            client.sendall(data)


@contextmanager
def before(proxy: Proxy) -> Iterator[Proxy]:
    """Let a proxy listen while the context lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy.port = int(listener.getsockname()[1])
        thread = threading.Thread(target=proxy.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.go.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
            thread.join(5)
