# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A deadline for all waits on a socket during one request.

The timeouts of httpx2 bound each wait for bytes: a server that sends one byte a second
never exceeds them. Imported on first use: httpcore2 takes as long to import as vodoo.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore2


class Deadline(threading.local):
    """The deadline of the request of this thread, by ``time.monotonic``."""

    at: float | None = None

    def shorten(
        self, timeout: float | None, error_class: type[Exception]
    ) -> float | None:
        """Return the timeout, or what remains until the deadline if that is less."""
        if self.at is None:
            return timeout
        remaining = self.at - time.monotonic()
        if remaining <= 0:
            raise error_class("the deadline of the call has passed")
        return remaining if timeout is None else min(timeout, remaining)


class BoundedStream(httpcore2.NetworkStream):
    """A connection whose reads and writes end at the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        timeout = self._deadline.shorten(timeout, httpcore2.ReadTimeout)
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        timeout = self._deadline.shorten(timeout, httpcore2.WriteTimeout)
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        timeout = self._deadline.shorten(timeout, httpcore2.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return BoundedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class BoundedBackend(httpcore2.SyncBackend):
    """Connections whose reads and writes end at the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        timeout = self._deadline.shorten(timeout, httpcore2.ConnectTimeout)
        stream = super().connect_tcp(host, port, timeout, local_address, socket_options)
        return BoundedStream(stream, self._deadline)


def bound_connections(client: Any) -> Deadline:
    """Make the connections of an ``httpx2.Client`` end at the deadline returned.

    httpx2 offers no public way to give its pools a backend.
    """
    deadline = Deadline()
    backend = BoundedBackend(deadline)
    for transport in [client._transport, *client._mounts.values()]:
        pool = getattr(transport, "_pool", None)
        if pool is not None:
            pool._network_backend = backend
    return deadline
