# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A group of commands, and the words that several of them take."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from .commands import connected


class Group:
    """A group of commands."""

    def __init__(self, groups: Any, name: str, help: str, **defaults: Any) -> None:
        parser = groups.add_parser(name, help=help)
        parser.set_defaults(**defaults)
        self.commands = parser.add_subparsers(
            dest="command", required=True, metavar="COMMAND"
        )

    def add(
        self,
        name: str,
        command: Callable[..., Any],
        help: str,
        *,
        offline: bool = False,
    ) -> argparse.ArgumentParser:
        """Add a command."""
        parser: argparse.ArgumentParser = self.commands.add_parser(
            name, help=help, description=help
        )
        parser.set_defaults(run=command if offline else connected(command))
        return parser


def add_domain(parser: argparse.ArgumentParser) -> None:
    """Take a domain."""
    parser.add_argument("domain", nargs="?", help='[["name", "ilike", "x"]]')


def add_shape(parser: argparse.ArgumentParser, limit: int = 50) -> None:
    """Take how much of how many records is shown."""
    parser.add_argument("--fields", help="name,email")
    parser.add_argument("--limit", type=int, default=limit, help="0 for all")
