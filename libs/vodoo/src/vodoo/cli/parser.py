# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The words of the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from .._release import DISTRIBUTION, VERSION
from .other_groups import (
    add_activities,
    add_config,
    add_documents,
    add_security,
    add_timer,
)
from .record_groups import add_model, add_records

#: command group: (namespace, whether its records have tags, whether it creates)
RECORD_GROUPS: dict[str, tuple[str, bool, bool]] = {
    "account-move": ("account_moves", False, False),
    "crm": ("crm", True, True),
    "helpdesk": ("helpdesk", True, True),
    "knowledge": ("knowledge", False, True),
    "project": ("projects", False, False),
    "project-task": ("tasks", True, True),
}

_MODEL = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)+")

#: Options that take a value, before the command.
_VALUED = ("-i", "--instance", "-c", "--config")


def normalized(words: Sequence[str]) -> list[str]:
    """Turn ``vodoo res.partner search …`` into ``vodoo model search res.partner …``.

    The options of the whole may stand anywhere: they are moved to the front.
    """
    moved = [word for word in words if word in ("--json", "--simple", "--debug")]
    rest = [word for word in words if word not in ("--json", "--simple", "--debug")]
    position = 0
    while position < len(rest) and rest[position].startswith("-"):
        position += 2 if rest[position] in _VALUED else 1
    front, command = rest[:position], rest[position:]
    if len(command) > 1 and _MODEL.fullmatch(command[0]):
        command = ["model", command[1], command[0], *command[2:]]
    return [*moved, *front, *command]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="vodoo",
        description="Work with an Odoo server. vodoo MODEL COMMAND … is short for "
        "vodoo model COMMAND MODEL …: vodoo res.partner search",
    )
    parser.add_argument(
        "--version", action="version", version=f"vodoo {VERSION} ({DISTRIBUTION})"
    )
    parser.add_argument("-i", "--instance", help="the instance to work with")
    parser.add_argument("-c", "--config", type=Path, help="a configuration file")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--simple", action="store_true", help="print lines with tabs")
    parser.add_argument(
        "--debug", action="store_true", help="print the server's traceback"
    )
    groups = parser.add_subparsers(dest="group", required=True, metavar="GROUP")
    add_model(groups)
    for name, (namespace, has_tags, creates) in RECORD_GROUPS.items():
        add_records(groups, name, namespace, has_tags, creates)
    add_activities(groups)
    add_documents(groups)
    add_timer(groups)
    add_security(groups)
    add_config(groups)
    return parser
