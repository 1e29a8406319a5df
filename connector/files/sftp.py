# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SFTP with a checked host key; only the given credentials are tried.

Imported by ``filesystem.py`` when an address begins with ``sftp://``.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from .errors import FileError, LoginRefused

#: seconds without an answer
TIMEOUT_SECONDS = 30.0
#: seconds between two signs of life, so that the server does not close the session
KEEPALIVE_SECONDS = 30


def fingerprint(key: paramiko.PKey) -> str:
    """Return a key's fingerprint as ``ssh-keygen -lf`` shows it."""
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode()
    return f"SHA256:{digest.rstrip('=')}"


class _RefuseUnknownKey(paramiko.MissingHostKeyPolicy):
    """Policy that names the key of a server that is not known."""

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> NoReturn:
        raise LoginRefused(_describe_key(hostname, key))


def _describe_key(host: str, key: paramiko.PKey) -> str:
    return (
        f"{host} shows the unknown host key {key.get_name()} {fingerprint(key)}. If "
        "its administrator confirms this fingerprint, enter the key as host_key: "
        f"{key.get_name()} {key.get_base64()}"
    )


class CheckedSFTP(SFTPFileSystem):
    """SFTP file system that connects to one host key only."""

    cachable = False

    def __init__(self, host: str, host_key: str = "", **options: Any) -> None:
        self._host_key = host_key
        super().__init__(host, **options)

    def _connect(self) -> None:
        options = {
            "timeout": TIMEOUT_SECONDS,
            "banner_timeout": TIMEOUT_SECONDS,
            "auth_timeout": TIMEOUT_SECONDS,
            "allow_agent": False,
            "look_for_keys": False,
            **self.ssh_kwargs,
        }
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(_RefuseUnknownKey())
        if self._host_key:
            port = options.get("port") or 22
            name = self.host if port == 22 else f"[{self.host}]:{port}"
            key = read_host_key(self._host_key)
            self.client.get_host_keys().add(name, key.get_name(), key)
        try:
            self.client.connect(self.host, **options)
            self.client.get_transport().set_keepalive(KEEPALIVE_SECONDS)
            self.ftp = self.client.open_sftp()
            self.ftp.get_channel().settimeout(options["timeout"])
        except paramiko.BadHostKeyException as error:
            self.client.close()
            raise LoginRefused(_describe_key(self.host, error.key)) from None
        except BaseException:
            self.client.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    def mv(self, old: str, new: str) -> None:
        """Rename a file; the protocol refuses to replace another one."""
        self.ftp.rename(old, new)

    def rm_file(self, path: str) -> None:
        """Delete one file."""
        self.ftp.remove(path)


def open_sftp(url: str, options: Mapping[str, Any]) -> tuple[CheckedSFTP, str]:
    """Return the file system of an address, and the path of the folder in it.

    :param options: ``username``, ``password``, ``private_key`` (its text) and
        ``passphrase``, ``host_key`` (``ssh-ed25519 AAAA…``), ``timeout``
    """
    parts, known = urlsplit(url), dict(options)
    if not parts.hostname:
        raise FileError("The address has no host; expected sftp://host/folder.")
    if parts.port:
        known.setdefault("port", parts.port)
    for name, value in (("username", parts.username), ("password", parts.password)):
        if value:
            known.setdefault(name, unquote(value))
    private_key = known.pop("private_key", None)
    if private_key:
        known["pkey"] = _read_private_key(private_key, known.get("passphrase"))
    known = {name: value for name, value in known.items() if value is not None}
    path = unquote(parts.path).rstrip("/") or "/"
    return CheckedSFTP(parts.hostname, **known), path


def read_host_key(text: str) -> paramiko.PKey:
    """Return the key of a line of ``known_hosts``, or of ``ssh-keyscan``."""
    words = text.split()
    for kind, value in zip(words, words[1:], strict=False):
        if kind.startswith(("ssh-", "ecdsa-")):
            try:
                return paramiko.PKey.from_type_string(kind, base64.b64decode(value))
            except Exception:
                break
    raise FileError(
        "host_key must be the public key of the server, as in ssh-ed25519 AAAA…; the "
        f"given text has {len(words)} words and is not such a key."
    )


def _read_private_key(text: str, passphrase: str | None) -> paramiko.PKey:
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), passphrase or None)
        except paramiko.PasswordRequiredException:
            raise LoginRefused("The private key needs its passphrase.") from None
        except (paramiko.SSHException, ValueError):
            continue
    raise LoginRefused(
        "The private key cannot be read. Expected the text of an Ed25519, ECDSA or RSA "
        "key, and its passphrase if it has one."
    )
