# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real SFTP server in a thread, for tests: it serves one folder of the disk."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from pathlib import Path
from typing import Any

import paramiko

USER, PASSWORD = "odoo", "s3cr3t/pass word"


class _Handle(paramiko.SFTPHandle):
    def stat(self):
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    def chattr(self, attr):
        return paramiko.SFTP_OK


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: Any, *args: Any, root: Path, **kwargs: Any) -> None:
        super().__init__(server, *args, **kwargs)
        self._root = root

    def _real(self, path: str) -> Path:
        return self._root / self.canonicalize(path).lstrip("/")

    def _answer(self, act):
        try:
            return act() or paramiko.SFTP_OK
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    def list_folder(self, path):
        def act():
            entries = []
            for entry in os.scandir(self._real(path)):
                attributes = paramiko.SFTPAttributes.from_stat(
                    entry.stat(follow_symlinks=False), entry.name
                )
                entries.append(attributes)
            return entries

        found = self._answer(act)
        return [] if found == paramiko.SFTP_OK else found

    def stat(self, path):
        return self._answer(
            lambda: paramiko.SFTPAttributes.from_stat(os.stat(self._real(path)))
        )

    lstat = stat

    def open(self, path, flags, attr):
        def act():
            descriptor = os.open(self._real(path), flags, 0o600)
            mode = {os.O_WRONLY: "wb", os.O_RDWR: "r+b"}.get(flags & 3, "rb")
            handle = _Handle(flags)
            handle.filename = path
            handle.readfile = handle.writefile = os.fdopen(descriptor, mode)
            return handle

        return self._answer(act)

    def remove(self, path):
        return self._answer(lambda: os.remove(self._real(path)))

    def rename(self, old, new):
        if self._real(new).exists():
            return paramiko.SFTP_FAILURE
        return self._answer(lambda: os.rename(self._real(old), self._real(new)))

    def mkdir(self, path, attr):
        return self._answer(lambda: os.mkdir(self._real(path)))


class _Login(paramiko.ServerInterface):
    def check_auth_password(self, username, password):
        known = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username):
        return "password"


class SftpServer:
    """Server of one folder; a context manager."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.key = paramiko.ECDSAKey.generate()
        self.logins = 0
        self._transports: list[paramiko.Transport] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def host_key(self) -> str:
        return f"{self.key.get_name()} {self.key.get_base64()}"

    def url(self, folder: str = "/in") -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}{folder}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler(
                "sftp", paramiko.SFTPServer, _Files, root=self.root
            )
            self._transports.append(transport)
            try:
                transport.start_server(server=_Login(), event=threading.Event())
            except (paramiko.SSHException, EOFError):
                continue
            self.logins += 1

    def drop_sessions(self) -> None:
        """Close all connections, as a server does with idle ones."""
        while self._transports:
            self._transports.pop().close()

    def __enter__(self) -> SftpServer:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes ``accept``
        self._socket.close()
        self.drop_sessions()
        self._thread.join(5)
