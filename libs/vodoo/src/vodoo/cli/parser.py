# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The parser of the command line, built from the groups of commands.

::

    vodoo [options] GROUP COMMAND …
    vodoo [options] MODEL COMMAND …     short for: vodoo model COMMAND MODEL …

A group is a class and each public method a command: ``tag_create`` is ``tag-create``.
Parameters become arguments, keyword-only ones options; their annotations say how a word
is read, the first line of the docstring is the help.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .._release import DISTRIBUTION, VERSION
from . import namespaces
from .any_model import AnyModel
from .configuration import Configuration
from .group import Group

GROUPS: dict[str, type[Group]] = {
    "model": AnyModel,
    "account-move": namespaces.AccountMoves,
    "crm": namespaces.CRM,
    "helpdesk": namespaces.Helpdesk,
    "knowledge": namespaces.Knowledge,
    "project": namespaces.Projects,
    "project-task": namespaces.Tasks,
    "activity": namespaces.Activities,
    "document": namespaces.Documents,
    "timer": namespaces.Timer,
    "security": namespaces.Security,
    "config": Configuration,
}

_MODEL = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)+")
_FLAGS = ("--json", "--simple", "--debug")
#: options that take a value, before the command
_VALUED = ("-i", "--instance", "-c", "--config")


def _id_or_name(word: str) -> int | str:
    return int(word) if word.isdigit() else word


def _id_list(word: str) -> list[int]:
    return [int(part) for part in word.split(",")]


#: annotation: how ``add_argument`` reads a word
_READERS: dict[str, dict[str, Any]] = {
    "bool": {"action": "store_true"},
    "int": {"type": int},
    "int | str": {"type": _id_or_name},
    "str": {},
    "Path": {"type": Path},
    "Commas": {"type": _id_list},
    "Kind": {"choices": ["task", "ticket", "timesheet"]},
    "list[int]": {"type": int, "nargs": "+"},
    "list[str]": {"nargs": "+"},
    "list[Path]": {"type": Path, "nargs": "+"},
}
_HELP = {
    "args": "in JSON",
    "days": "include this many days before today",
    "deadline": "YYYY-MM-DD",
    "domain": '[["name", "ilike", "x"]]',
    "fields": "name,email",
    "html": "the message is HTML",
    "kwargs": '{"name": "value"}',
    "limit": "0 for all",
    "user": "id or login",
    "values": "field=value",
}


def normalized(words: Sequence[str]) -> list[str]:
    """Turn ``vodoo res.partner search …`` into ``vodoo model search res.partner …``.

    Flags may stand anywhere: they move to the front.
    """
    moved = [word for word in words if word in _FLAGS]
    rest = [word for word in words if word not in _FLAGS]
    position = 0
    while position < len(rest) and rest[position].startswith("-"):
        position += 2 if rest[position] in _VALUED else 1
    front, command = rest[:position], rest[position:]
    if len(command) > 1 and _MODEL.fullmatch(command[0]):
        command = ["model", command[1], command[0], *command[2:]]
    return [*moved, *front, *command]


def build_parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of a command line; only the groups it names have commands."""
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
    for name, group in GROUPS.items():
        added = groups.add_parser(name, help=group.__doc__)
        if name not in words:
            continue
        added.set_defaults(run=group.run)
        commands = added.add_subparsers(
            dest="command", required=True, metavar="COMMAND"
        )
        for method in group.commands():
            _add_command(commands, method, getattr(group, method))
    return parser


def _add_command(commands: Any, method: str, function: Callable[..., Any]) -> None:
    help = (function.__doc__ or "").partition("\n")[0].rstrip(".")
    name = method.rstrip("_").replace("_", "-")
    parser = commands.add_parser(name, help=help, description=help)
    code = function.__code__
    first_optional = code.co_argcount - len(function.__defaults__ or ())
    for position in range(1, code.co_argcount):
        name = code.co_varnames[position]
        reader = _reader(function, name)
        if position >= first_optional:
            reader["nargs"] = "*" if "nargs" in reader else "?"
        parser.add_argument(name, **reader)
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    defaults = function.__kwdefaults__ or {}
    for name in names[code.co_argcount - 1 :]:
        reader = _reader(function, name)
        if name in defaults:
            reader["default"] = defaults[name]
        flags = ["-o"] if name == "output" else []
        flag = "--" + name.replace("_", "-")
        parser.add_argument(*flags, flag, required=name not in defaults, **reader)
    parser.set_defaults(function=method, parameters=names)


def _reader(function: Callable[..., Any], name: str) -> dict[str, Any]:
    """Return what ``add_argument`` needs to know of a parameter."""
    annotation = function.__annotations__[name].removesuffix(" | None")
    return {"help": _HELP.get(name), **_READERS[annotation]}
