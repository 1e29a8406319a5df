# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connections to public servers only, for addresses that come from records.

A user of the backend who edits a record may enter any address, also that of a server
which only the network of Odoo can reach. The address to which a connection leads is
checked after it was opened and before anything is sent: a host name may stand for
another address each time. Behind a proxy, the proxy decides which servers are reached.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ..exception import InvalidDataError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: IPv6 addresses that end with an IPv4 address, to which a gateway translates them
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Return whether an IP address is that of a server on the internet."""
    address = _find_target(ipaddress.ip_address(text.partition("%")[0]))
    return address.is_global and not address.is_multicast


def _find_target(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, or the address."""
    if address.version == 4:
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _checked(connection: socket.socket, host: str) -> socket.socket:
    """Return a connection to a public server; close another one.

    :raise InvalidDataError: the server is not on the internet
    """
    address = connection.getpeername()[0]
    if is_public(address):
        return connection
    connection.close()
    raise InvalidDataError(
        f"the server {host} is at {address}, which is not an address on the internet. "
        "If files may be read from it, name it in _file_hosts of the adapter"
    )


class _PublicConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), self.host)


class _PublicSecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), self.host)


class _PublicPool(HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicSecurePool(HTTPSConnectionPool):
    ConnectionCls = _PublicSecureConnection


class PublicAdapter(HTTPAdapter):
    """Adapter of requests that connects to public servers only."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _PublicPool,
            "https": _PublicSecurePool,
        }
