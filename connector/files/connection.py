# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A connection to the system that holds files, opened when it is first used.

An operation that finds the connection closed opens it again, once. Errors of fsspec and
of its libraries are raised as those of ``errors.py``, without secrets.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from .errors import ConnectionLost, FileError, kind_of
from .filesystem import close_filesystem, open_filesystem
from .info import without_password

T = TypeVar("T")
C = TypeVar("C", bound="Connection")


class Connection:
    """Connection to a folder.

    :param url: ``sftp://user@host/in``, ``s3://bucket/in``, ``https://host/in``, or a
        local path
    :param options: passed to the file system of fsspec, with the credentials
    :param redact: masks secrets in errors
    """

    def __init__(
        self,
        url: str,
        options: Mapping[str, Any] | None = None,
        redact: Callable[[object], str] = str,
    ) -> None:
        self.url = url
        self._options = dict(options or {})
        self._redact = redact
        self._fs: Any = None
        self._base = ""
        #: whether the open connection has answered
        self._has_answered = False

    @property
    def label(self) -> str:
        """Return the address without a password."""
        return self._redact(without_password(self.url))

    def close(self) -> None:
        """Close the connection; the next operation opens a new one."""
        fs, self._fs, self._has_answered = self._fs, None, False
        if fs is not None:
            with contextlib.suppress(Exception):
                close_filesystem(fs)

    def __enter__(self: C) -> C:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _open(self) -> Any:
        if self._fs is None:
            with self._translated():
                self._fs, self._base = open_filesystem(self.url, self._options)
        return self._fs

    def _do(self, act: Callable[[Any], T], repeatable: bool = True) -> T:
        """Run an operation; once more if its connection was closed meanwhile."""
        may_repeat = self._has_answered and repeatable
        try:
            return self._try(act)
        except ConnectionLost:
            self.close()
            if not may_repeat:
                raise
            return self._try(act)

    def _try(self, act: Callable[[Any], T]) -> T:
        fs = self._open()
        with self._translated():
            result = act(fs)
        self._has_answered = True
        return result

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except FileError as error:
            raise type(error)(self._redact(error)) from None
        except Exception as error:
            text = self._redact(f"{type(error).__name__}: {error}")
            # its cause would show what was masked
            raise kind_of(error)(f"{self.label}: {text}") from None
