# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings in the environment and in files.

An instance is a file ``NAME.env`` in ``.vodoo/instances`` or in
``~/.config/vodoo/instances``. A ``.env`` in the working directory may belong to an
unpacked archive: it must not send a password from elsewhere to its own address.
"""

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
    """Return a truth value, or the text itself: ``verify`` may be a path."""
    lowered = text.lower()
    if lowered in ("1", "true", "yes", "on"):
        return True
    if lowered in ("0", "false", "no", "off"):
        return False
    return text


#: setting: (environment variable, function that reads its text)
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


#: settings that decide where requests go, and which servers the client trusts
_DESTINATION = ("url", "proxy", "verify", "trust_env")
_PASSWORD_SETTINGS = frozenset({"password_ref", "password"})


def settings_from_environment(given: Collection[str] = ()) -> dict[str, Any]:
    """Return the settings of the environment and of ``./.env``; the environment wins.

    :param given: the settings given as arguments, which win over both
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
    """Return the settings of a file or an instance; the environment wins over them.

    :raises ConfigurationError: if the chosen file does not exist.
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
    """Raise if a file of the working directory directs a password from elsewhere."""

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
    if directing and (has_other_password or _borrows(file)):
        raise ConfigurationError(
            f"{' and '.join(directing)} of {file} in the working directory decides "
            "where a password goes that is not in this file; add the password to the "
            "file, or give these settings where the password comes from"
        )


def _borrows(file: Path) -> bool:
    """Return whether a value in the file refers to a variable of the environment."""
    values = " ".join(read_variables(file, interpolate=False).values())
    return any(name in os.environ for name in re.findall(r"\$\{([^}:]*)", values))


def settings_of(variables: Mapping[str, str], source: str) -> dict[str, Any]:
    """Return the settings in the variables."""
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
            raise ConfigurationError(f"no configuration file {explicit}")
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
            f"no instance {name!r}: looked for " + " and ".join(map(str, candidates))
        )
    return None


def instance_files(name: str) -> list[Path]:
    """Return the files that may hold the settings of an instance, in order."""
    if name != Path(name).name:
        raise ConfigurationError(f"the name of an instance is not a path: {name!r}")
    return [folder / "instances" / f"{name}.env" for folder in _folders()]


def instances() -> dict[str, Path]:
    """Return all instances with their files."""
    found: dict[str, Path] = {}
    for folder in reversed(_folders()):
        for file in sorted((folder / "instances").glob("*.env")):
            found[file.stem] = file
    return found


def use_instance(name: str) -> Path:
    """Make an instance the default of its folder; return the written file."""
    for file in instance_files(name):
        if file.is_file():
            default = file.parent.parent / "default-instance"
            default.write_text(name + "\n")
            return default
    raise ConfigurationError(f"no instance {name!r}")


def read_variables(path: Path, *, interpolate: bool = True) -> dict[str, str]:
    """Return the variables in a file of ``NAME=value`` lines."""
    from dotenv import dotenv_values

    values = dotenv_values(path, interpolate=interpolate, encoding="utf-8-sig")
    return {name: Secret(value) for name, value in values.items() if value is not None}


def read_password_reference(reference: str) -> str:
    """Return the password behind ``op://…``, read by 1Password's ``op read``."""
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
    raise ConfigurationError(f"'op read' failed for {reference!r}: {reason}")


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
