# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find and read settings in the environment and in files."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from ._errors import ConfigurationError
from ._secret import Secret


def _boolean(text: str) -> bool | str:
    """Read ``verify``: a truth value, or else a path."""
    lowered = text.lower()
    if lowered in ("1", "true", "yes", "on"):
        return True
    if lowered in ("0", "false", "no", "off"):
        return False
    return text


#: setting: (environment variable, how its text is read)
VARIABLES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "url": ("ODOO_URL", str),
    "database": ("ODOO_DATABASE", str),
    "username": ("ODOO_USERNAME", str),
    "password": ("ODOO_PASSWORD", Secret),
    "password_ref": ("ODOO_PASSWORD_REF", str),
    "default_user_id": ("ODOO_DEFAULT_USER_ID", int),
    "retry_count": ("ODOO_RETRY_COUNT", int),
    "retry_backoff": ("ODOO_RETRY_BACKOFF", float),
    "retry_max_backoff": ("ODOO_RETRY_MAX_BACKOFF", float),
    "http_headers": ("ODOO_HTTP_HEADERS", json.loads),
    "timeout": ("ODOO_TIMEOUT", float),
    "verify": ("ODOO_VERIFY", _boolean),
    "proxy": ("ODOO_PROXY", Secret),
    "max_concurrency": ("ODOO_MAX_CONCURRENCY", int),
    "max_answer_bytes": ("ODOO_MAX_ANSWER_BYTES", int),
    "trust_env": ("ODOO_TRUST_ENV", _boolean),
    "protocol": ("ODOO_PROTOCOL", str),
}


#: Where requests go, and whom the client trusts on the way.
_DESTINATION = ("url", "proxy", "verify", "trust_env")
_PASSWORD_SETTINGS = frozenset({"password_ref", "password"})


def settings_from_environment(given: Collection[str] = ()) -> dict[str, Any]:
    """Return the settings of the environment and, below it, of ``./.env``.

    :param given: the settings that come from elsewhere and win over these
    """
    dotenv = Path(".env")
    variables = read_variables(dotenv) if dotenv.is_file() else {}
    if variables:
        _refuse_other_password(dotenv, variables, given)
    variables.update(os.environ)
    found = settings_of(variables, ".env or the environment")
    if not _PASSWORD_SETTINGS.isdisjoint(given):
        found = {k: v for k, v in found.items() if k not in _PASSWORD_SETTINGS}
    return found


def settings_from_file(
    path: str | Path | None = None, instance: str | None = None
) -> dict[str, Any]:
    """Return the settings of a file or an instance, the environment on top.

    :raises ConfigurationError: if a file that was asked for does not exist.
    """
    found = find_file(path, instance)
    variables = read_variables(found) if found else {}
    is_chosen = path or instance or os.environ.get("VODOO_INSTANCE")
    if found and not is_chosen and not found.is_absolute():
        _refuse_other_password(found, variables)
    variables.update(os.environ)
    return settings_of(variables, str(found or "the environment"))


def _refuse_other_password(
    file: Path, variables: Mapping[str, str], given: Collection[str] = ()
) -> None:
    """Raise if a file that lies in the working directory directs a password elsewhere.

    Whoever unpacks an archive and works in it has not chosen the file.
    """

    def is_in_file(setting: str) -> bool:
        variable = VARIABLES[setting][0]
        return (
            setting not in given
            and bool(variables.get(variable))
            and not os.environ.get(variable)
        )

    directing = [VARIABLES[name][0] for name in _DESTINATION if is_in_file(name)]
    has_other_password = any(
        name in given or os.environ.get(VARIABLES[name][0])
        for name in _PASSWORD_SETTINGS
    )
    if directing and has_other_password:
        raise ConfigurationError(
            f"{' and '.join(directing)} of {file} in the working directory decides "
            "where a password goes that is not from this file; write the password "
            "there, too, or give these settings where the password comes from"
        )


def settings_of(variables: Mapping[str, str], source: str) -> dict[str, Any]:
    """Return the settings that the variables hold."""
    settings = {}
    for setting, (variable, read) in VARIABLES.items():
        if not variables.get(variable):
            continue
        try:
            settings[setting] = read(variables[variable])
        except ValueError:
            unreadable = variable
            break
    else:
        return settings
    raise ConfigurationError(f"cannot read the value of {unreadable} in {source}")


def find_file(path: str | Path | None, instance: str | None) -> Path | None:
    """Return the file to read, None for the environment alone."""
    if path is not None:
        explicit = Path(path).expanduser()
        if not explicit.is_file():
            raise ConfigurationError(f"there is no configuration file {explicit}")
        return explicit
    chosen = instance or os.environ.get("VODOO_INSTANCE")
    name = chosen or _default_instance() or "default"
    candidates = instance_files(name)
    if not chosen:
        candidates += [Path(".vodoo.env"), Path(".env"), _user_folder() / "config.env"]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    if chosen and not os.environ.get("ODOO_URL"):
        raise ConfigurationError(
            f"there is no instance {name!r}: sought "
            + " and ".join(map(str, candidates))
        )
    return None


def instance_files(name: str) -> list[Path]:
    """Return where the settings of an instance may stand, in order."""
    if name != Path(name).name:
        raise ConfigurationError(f"an instance's name is no path: {name!r}")
    return [folder / "instances" / f"{name}.env" for folder in _folders()]


def instances() -> dict[str, Path]:
    """Return all instances with their files."""
    found: dict[str, Path] = {}
    for folder in reversed(_folders()):
        for file in sorted((folder / "instances").glob("*.env")):
            found[file.stem] = file
    return found


def use_instance(name: str) -> Path:
    """Make the instance the default one of its folder; return the file written."""
    for file in instance_files(name):
        if file.is_file():
            default = file.parent.parent / "default-instance"
            default.write_text(name + "\n")
            return default
    raise ConfigurationError(f"there is no instance {name!r}")


#: As python-dotenv reads a line: a value in quotes may go over several.
_BINDING = re.compile(
    r"""
    [^\S\n]* (?:export[^\S\n]+)? (?P<name>'[^'\n]+'|[^='"\#\s]+) [^\S\n]* = [^\S\n]*
    (?: '(?P<single>(?:\\'|[^'])*)' | "(?P<double>(?:\\"|[^"])*)"
      | (?P<plain>(?!['"])[^\n]*) )
    [^\S\n]* (?:\#[^\n]*)? (?:\n|\Z)
    """,
    re.X,
)
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_REFERENCE = re.compile(r"\$\{(?P<name>[^}:]*)(?::-(?P<default>[^}]*))?\}")


def read_variables(path: Path) -> dict[str, str]:
    """Read ``NAME=value`` lines as python-dotenv does.

    That is: with quotes, escapes, comments, ``export``, and ``${NAME:-default}``.
    """
    text = path.read_text(encoding="utf-8-sig")
    variables: dict[str, str] = {}

    def referred(found: re.Match[str]) -> str:
        name, default = found["name"], found["default"] or ""
        return os.environ.get(name, variables.get(name, default))

    position = 0
    while position < len(text):
        binding = _BINDING.match(text, position)
        if binding is None:  # a comment, or nothing that can be read
            position = (text.find("\n", position) + 1) or len(text)
            continue
        position = binding.end()
        value = _REFERENCE.sub(referred, _value_of(binding))
        variables[binding["name"].strip("'")] = Secret(value)
    return variables


def _value_of(binding: re.Match[str]) -> str:
    if binding["single"] is not None:
        return re.sub(r"\\([\\'])", r"\1", binding["single"])
    if binding["double"] is not None:
        return re.sub(
            r"\\([\\'\"abfnrtv])",
            lambda found: _ESCAPES.get(found[1], found[1]),
            binding["double"],
        )
    return re.sub(r"\s+#.*", "", binding["plain"]).rstrip()


def read_password_reference(reference: str) -> str:
    """Ask 1Password's ``op read`` for the password behind ``op://…``."""
    import subprocess

    try:
        done = subprocess.run(
            ["op", "read", reference],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        reason = type(error).__name__
    else:
        return Secret(done.stdout.strip())
    raise ConfigurationError(f"'op read' gave no password for {reference!r}: {reason}")


def _default_instance() -> str | None:
    for folder in _folders():
        file = folder / "default-instance"
        if file.is_file():
            return file.read_text().strip() or None
    return None


def _folders() -> list[Path]:
    return [Path(".vodoo"), _user_folder()]


def _user_folder() -> Path:
    return Path.home() / ".config" / "vodoo"
