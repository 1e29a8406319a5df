# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OdooConfig: the settings of a client."""

from __future__ import annotations

import dataclasses
import functools
import re
import ssl
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args
from urllib.parse import urlsplit

from . import _config_files
from ._errors import ConfigurationError
from ._retry import RetryConfig
from ._secret import Secret

ProtocolName = Literal["auto", "json2", "legacy", "web"]

_LEAST = {"timeout": 0.001, "max_concurrency": 1, "max_answer_bytes": 1}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


T = TypeVar("T")


def _secrets(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: Secret(value) for name, value in headers.items()}


def _hide_secrets(cls: type[T]) -> type[T]:
    """Wrap secrets before the dataclass gets them: a traceback shows arguments."""
    generated: Callable[..., None] = cls.__init__

    @functools.wraps(generated)
    def __init__(self: Any, **settings: Any) -> None:
        object.__setattr__(self, "_given", frozenset(settings))
        for name in ("password", "password_ref", "proxy"):
            if isinstance(settings.get(name), str):
                settings[name] = Secret(settings[name])
        for name in ("http_headers", "extra_headers"):
            if settings.get(name):
                settings[name] = _secrets(settings[name])
        generated(self, **settings)

    cls.__init__ = __init__  # type: ignore[method-assign]
    return cls


@_hide_secrets
@dataclass(frozen=True, kw_only=True, repr=False)
class OdooConfig:
    """The settings of a client: server, user, and limits of requests.

    If address, database, user or password are not given, the environment
    (``ODOO_URL``, …) and then a file ``.env`` in the working directory complete the
    settings; an argument always wins.

    :param password: a password or an API key
    :param timeout: in seconds
    :param verify: True, False, the path of a CA bundle, or an SSL context
    :param max_concurrency: how many requests run at the same time
    :param max_answer_bytes: a larger answer, decompressed, is an error
    :param trust_env: use the proxies of the environment (``HTTPS_PROXY``, …)
    :param protocol: ``"web"`` logs in to a web session; the others are detected
    """

    url: str = ""
    database: str = ""
    username: str = ""
    password: str = ""
    password_ref: str | None = None
    default_user_id: int | None = None
    retry: RetryConfig | None = None
    retry_count: int = 2
    retry_backoff: float = 0.5
    retry_max_backoff: float = 30.0
    http_headers: Mapping[str, str] = field(default_factory=dict)
    extra_headers: Mapping[str, str] | None = None
    timeout: float = 30.0
    verify: bool | str | ssl.SSLContext = True
    proxy: str | None = None
    max_concurrency: int = 16
    keepalive_seconds: float = 5.0
    max_answer_bytes: int = 256 * 2**20
    trust_env: bool = True
    protocol: ProtocolName = "auto"

    def __post_init__(self) -> None:
        if not (self.url and self.database and self.username and self._has_password()):
            self._complete_from_environment()
        self._normalize()
        self._check()

    @classmethod
    def from_file(
        cls, path: str | Path | None = None, *, instance: str | None = None
    ) -> OdooConfig:
        """Read a file of ``ODOO_…=value`` lines; the environment wins over it.

        Without a path, read the file of the instance: see ``docs/vodoo.rst``.
        """
        return cls(**_config_files.settings_from_file(path, instance))

    @property
    def retry_config(self) -> RetryConfig:
        """Return ``retry``, or a RetryConfig of the three ``retry_…`` settings."""
        return self.retry or RetryConfig(
            max_retries=self.retry_count,
            backoff_base=self.retry_backoff,
            backoff_max=self.retry_max_backoff,
        )

    def __repr__(self) -> str:
        return (
            f"OdooConfig(url={self.url!r}, database={self.database!r}, "
            f"username={self.username!r}, password='********')"
        )

    __str__ = __repr__

    def _has_password(self) -> bool:
        return bool(self.password or self.password_ref)

    def _complete_from_environment(self) -> None:
        given: frozenset[str] = self._given  # type: ignore[attr-defined]
        found = _config_files.settings_from_environment(given)
        for setting in dataclasses.fields(self):
            if setting.name in found and setting.name not in given:
                self._set(setting.name, found[setting.name])

    def _normalize(self) -> None:
        password: str = self.password or ""
        if self.password_ref or password.startswith("op://"):
            reference = self.password_ref or password
            password = _config_files.read_password_reference(reference)
        headers = {**self.http_headers, **(self.extra_headers or {})}
        self._set("password", Secret(password.strip()))
        self._set("url", _checked_url(self.url))
        self._set("database", self.database.strip())
        self._set("username", self.username.strip())
        self._set("http_headers", _secrets(headers))
        self._set("extra_headers", self.http_headers)

    def _check(self) -> None:
        if self.protocol not in get_args(ProtocolName):
            raise ConfigurationError(
                f"unknown protocol {self.protocol!r}; known are "
                + ", ".join(get_args(ProtocolName))
            )
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if not (isinstance(value, int | float) and value >= least):
                raise ConfigurationError(
                    f"{name} must be a number, at least {least}; found {value!r}"
                )
        schemes = ("http", "https", "socks5", "socks5h")
        if self.proxy and urlsplit(self.proxy).scheme not in schemes:
            raise ConfigurationError(
                "the setting 'proxy' must begin with one of " + ", ".join(schemes)
            )
        required = ("url", "database", "username", "password")
        missing = [name for name in required if not getattr(self, name)]
        if missing:
            raise ConfigurationError(
                f"the settings {', '.join(missing)} are missing; give them to "
                "OdooConfig(), or set "
                + ", ".join(f"ODOO_{name.upper()}" for name in missing)
                + " in the environment or in a file .env"
            )

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


def get_config(instance: str | None = None) -> OdooConfig:
    """Return the configuration of an instance, by default the current one."""
    return OdooConfig.from_file(instance=instance)


def _checked_url(url: str) -> str:
    url = url.strip().rstrip("/")
    if not url:
        return url
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises for a port that is not a number
    except ValueError:
        parts = urlsplit("")
    is_address = url.isprintable() and not re.search(r"[\s?#]", url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_address:
        raise ConfigurationError(
            "the setting 'url' must look like https://my.odoo.com, "
            f"found {_without_userinfo(url)!r}"
        )
    if parts.username or parts.password:
        raise ConfigurationError(
            "the setting 'url' holds a user name or password; move it to the settings "
            "'username' and 'password', or for a proxy into 'http_headers'"
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        warnings.warn(
            f"{url} is not https: the password travels in clear text", stacklevel=5
        )
    return url


def _without_userinfo(url: str) -> str:
    return url.rpartition("@")[2]
