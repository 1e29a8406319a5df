# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of files and of the systems that hold them, by the reaction they ask for.

fsspec raises the errors of each library as they are. They are recognized by the names
of their classes: no library is imported that the protocol does not need.
"""

from __future__ import annotations

import errno


class FileError(Exception):
    """A file, or the system that holds it, cannot be used."""


class BrokenFile(FileError):
    """A file does not have the declared format: none of its records is read."""


class MissingFile(FileError):
    """A file or a folder does not exist."""


class FileExists(FileError):
    """A file of this name exists; nothing was overwritten."""


class ChangedFile(FileError):
    """A file changed while it was read: its sender has not finished it."""


class ConnectionLost(FileError):
    """The system that holds the files does not answer; it may later."""


class LoginRefused(FileError):
    """The system refuses the login, or its host key is not the expected one."""


class AccessDenied(FileError):
    """The system refuses access to a file or a folder."""


class MissingLibrary(FileError):
    """A Python package that the protocol needs is not installed."""


#: names of classes, in the order in which they are sought
_NAMES: dict[type[FileError], set[str]] = {
    LoginRefused: {
        "AuthenticationException",
        "BadHostKeyException",
        "NoCredentialsError",
        "PartialCredentialsError",
    },
    ConnectionLost: {
        "BotoCoreError",
        "ClientConnectionError",
        "ClientPayloadError",
        "ConnectionError",
        "EOFError",
        "HTTPClientError",
        "NoValidConnectionsError",
        "SSHException",
        "TimeoutError",
        "gaierror",
    },
    MissingFile: {"FileNotFoundError"},
    FileExists: {"FileExistsError"},
    AccessDenied: {"PermissionError"},
}
_NETWORK = {
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.ENETDOWN,
    errno.ENOTCONN,
    errno.ETIMEDOUT,
}


def kind_of(error: BaseException) -> type[FileError]:
    """Return the class for the error of a library."""
    status = getattr(error, "status", None)  # of an answer over HTTP
    if isinstance(status, int) and status >= 400:
        if status in (401, 407):
            return LoginRefused
        if status in (408, 425, 429) or status >= 500:
            return ConnectionLost
        return AccessDenied if status == 403 else FileError
    names = {base.__name__ for base in type(error).__mro__}
    for kind, known in _NAMES.items():
        if names & known:
            return kind
    if isinstance(error, OSError):
        lost = error.errno in _NETWORK or "socket is closed" in str(error).lower()
        return ConnectionLost if lost else FileError
    return FileError
