# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Commands on the configuration."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ... import _config_files
from ..output import show
from .common import Options, configuration

if TYPE_CHECKING:
    from ..._client import OdooClient


def config_instances(options: Options) -> None:
    found = _config_files.instances()
    show(options, [{"instance": n, "file": str(f)} for n, f in sorted(found.items())])


def config_show(options: Options) -> None:
    config = configuration(options)
    names = ("url", "database", "username", "protocol", "timeout", "max_concurrency")
    show(options, {name: getattr(config, name) for name in names})


def config_use(options: Options) -> None:
    show(options, str(_config_files.use_instance(options.name)))


def config_test(options: Options, client: OdooClient) -> Any:
    from ..._runners.sync import run as run_operation

    for user in client.read("res.users", [client.uid], ["login"]):
        if user["login"] != client.username:
            print(
                f"vodoo: the key is that of {user['login']!r}; "
                f"the setting username={client.username!r} is ignored",
                file=sys.stderr,
            )
    return {
        "uid": client.uid,
        "transport": type(client.transport).__name__,
        "version": run_operation(client.transport._version()),
    }
