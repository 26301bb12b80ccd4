"""The sockets below the HTTP client: a wall clock, a byte budget, and connections to checked addresses only."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpcore2
import httpx2
import truststore

from vitrina.protocols import addresses

_CONNECT_SECONDS = 15.0
# At DEBUG it writes every header that comes back, and a redirect may carry our own secrets in its Location.
logging.getLogger("httpcore2").setLevel(logging.WARNING)


class Late(Exception):
    """The wall clock of the request or of the source ran out."""


class OverBudget(Exception):
    """The source sent more bytes than its budget."""


class Forbidden(Exception):
    """The host resolves to an address that may not be contacted."""


class Clock:
    """Seconds and bytes left, for the source and for the request in course. One per source, one thread."""

    def __init__(self, seconds: float, budget: int, stop: threading.Event) -> None:
        self._source_end = self._end = time.monotonic() + seconds
        self._budget, self._stop = budget, stop

    def start(self, seconds: float) -> None:
        """Start a request that may last *seconds*, tries and waits included."""
        self._end = min(self._source_end, time.monotonic() + seconds)

    def left(self, most: float | None = None) -> float:
        """Return the seconds left (at most *most*); Late when there are none."""
        left = self._end - time.monotonic()
        if left <= 0 or self._stop.is_set():
            raise Late
        return left if most is None else min(left, most)

    def spend(self, size: int) -> None:
        """Take *size* received bytes from the budget."""
        self._budget -= size
        if self._budget < 0:
            raise OverBudget

    def sleep(self, seconds: float) -> None:
        """Wait, unless the night is being abandoned."""
        self._stop.wait(seconds)


class _Stream(httpcore2.NetworkStream):
    """A connection whose every read and write obeys the clock: a timeout per chunk does not stop a drip."""

    def __init__(self, inner: httpcore2.NetworkStream, clock: Clock) -> None:
        self._inner, self._clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._inner.read(max_bytes, self._clock.left(timeout))
        self._clock.spend(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secure = self._inner.start_tls(ssl_context, server_hostname, self._clock.left(timeout))
        return _Stream(secure, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    """Resolve once, check every address, connect to one of those checked: no second look-up to be deceived by."""

    def __init__(self, clock: Clock, *, private: bool) -> None:
        self._clock, self._private = clock, private
        self._tcp = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        most = min(timeout or _CONNECT_SECONDS, _CONNECT_SECONDS)
        try:
            found = addresses.resolve(host, port, self._clock.left(most))
        except OSError as error:
            raise httpcore2.ConnectError(f"{host}: {error}") from error
        if not all(addresses.allowed(a, private=self._private) for a in found):
            raise Forbidden(host)
        for number, address in enumerate(found, 1):
            try:
                stream = self._tcp.connect_tcp(
                    address, port, self._clock.left(most), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if number == len(found):
                    raise
            else:
                return _Stream(stream, self._clock)
        raise httpcore2.ConnectError(host)


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class Transport(httpx2.BaseTransport):
    """HTTP/1.1 over the checked sockets: no proxy, no cookies, no redirect, TLS always verified.

    Raises httpcore2's exceptions as they are, and Late, OverBudget and Forbidden.
    """

    def __init__(self, clock: Clock, *, private: bool, ca_file: Path | None) -> None:
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if ca_file is not None:
            context.load_verify_locations(cafile=str(ca_file))
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context, max_connections=4, max_keepalive_connections=2, keepalive_expiry=15,
            network_backend=_Backend(clock, private=private),
        )  # fmt: skip

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        response = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(response.status, headers=response.headers, stream=_Body(response))

    def close(self) -> None:
        self._pool.close()
