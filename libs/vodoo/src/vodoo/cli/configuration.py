# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Commands on the configuration."""

from __future__ import annotations

import sys
from typing import Any

from .group import Group


class Configuration(Group):
    """instances and settings"""

    def list_instances(self) -> list[dict[str, str]]:
        """Show the instances."""
        from .._config_files import instances

        return [{"instance": n, "file": str(f)} for n, f in sorted(instances().items())]

    def show(self) -> dict[str, Any]:
        """Show the settings."""
        names = ["url", "database", "username", "protocol", "timeout"]
        return {n: getattr(self._config, n) for n in [*names, "max_concurrency"]}

    def use(self, name: str) -> str:
        """Make an instance the default."""
        from .._config_files import use_instance

        return str(use_instance(name))

    def test(self) -> dict[str, Any]:
        """Log in."""
        from .._runners.sync import run

        client = self._client
        for user in client.read("res.users", [client.uid], ["login"]):
            if user["login"] != client.username:
                print(
                    f"vodoo: the key belongs to {user['login']!r}; "
                    f"the setting username={client.username!r} is ignored",
                    file=sys.stderr,
                )
        return {
            "uid": client.uid,
            "transport": type(client.transport).__name__,
            "version": run(client.transport._version()),
        }
