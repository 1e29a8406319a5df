# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev scaffold NAME [FOLDER]"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.prompt import Prompt

from ..addons import TEST_ADDONS
from ..environment import Environment
from ..odoo_models import FoundModel, find_models, required_fields
from ..scaffolding import (
    KINDS,
    Scaffold,
    check_scaffold,
    default_backend,
    module_name,
    needed_addons,
    render,
)

MAPPED = {"name"}


def main(environment: Environment, arguments: list[str]) -> int:
    # so that a folder may follow the options
    options = make_parser().parse_intermixed_args(arguments)
    scaffold = ask(options)
    addons = find_addons_to_know(environment)
    models = find_models(addons)
    check_scaffold(scaffold, {path.name for path in addons}, models)
    folder = choose_folder(options.folder, environment.clone)
    made = render(scaffold, needed_addons(scaffold, models), folder)
    report(made, [models[name] for name in scaffold.models], environment.clone / "dev")
    return 0


def choose_folder(word: str | None, clone: Path) -> Path:
    """Return the requested folder; by default, one outside of the clone.

    A new addon does not have to pass the tests for addons of the clone.
    """
    if word is not None:
        return Path(word).expanduser()
    return clone.parent if Path.cwd().is_relative_to(clone) else Path()


def find_addons_to_know(environment: Environment) -> list[Path]:
    """Return the addons on which a new one may depend, and whose names are taken."""
    return [
        manifest.parent
        for folder in environment.addons_folders
        if folder != environment.clone / TEST_ADDONS
        for manifest in sorted(folder.glob("*/__manifest__.py"))
    ]


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev scaffold",
        description="Create an addon with a working connector. On a terminal, it asks "
        "for options that are not given.",
    )
    parser.add_argument(
        "name", help="name of the addon, such as shop or connector_shop"
    )
    parser.add_argument(
        "folder",
        nargs="?",
        help="parent folder (default: this one, or the parent of the clone)",
    )
    kinds = "; ".join(f"{name}: {text}" for name, text in KINDS.items())
    parser.add_argument("--kind", choices=KINDS, help=f"system to connect to: {kinds}")
    parser.add_argument("--backend", help="system name (default: from the addon)")
    parser.add_argument(
        "--model",
        action="extend",
        type=split_words,
        dest="models",
        metavar="MODEL",
        help="Odoo model to synchronize, such as res.partner; may be repeated",
    )
    parser.add_argument("--author", help="for the manifest (default: git's user.name)")
    return parser


def ask(options: argparse.Namespace) -> Scaffold:
    """Return the scaffold of the options, with answers for missing options."""
    name = module_name(options.name)
    kind = options.kind or prompt("System to connect to", "rest", KINDS)
    backend = options.backend or ("odoo" if kind == "odoo" else "")
    backend = backend or prompt("System name", default_backend(name))
    usual = "res.partner.industry" if kind == "odoo" else "res.partner"
    models = options.models or split_words(prompt("Odoo models to synchronize", usual))
    author = options.author or prompt("Author", find_author())
    return Scaffold(name, kind, backend, tuple(dict.fromkeys(models)), author)


def split_words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def prompt(
    question: str, default: str, choices: Mapping[str, str] | None = None
) -> str:
    """Return the answer of the user; the default without a terminal.

    :param choices: ``{possible answer: what it means}``
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return default
    for choice, meaning in (choices or {}).items():
        print(f"  {choice}  {meaning}")
    try:
        names = list(choices) if choices else None
        return Prompt.ask(question, default=default, choices=names)
    except EOFError:
        raise KeyboardInterrupt from None


def find_author() -> str:
    command = ["git", "config", "user.name"]
    try:
        return subprocess.check_output(command, text=True).strip() or "My Company"
    except (OSError, subprocess.CalledProcessError):
        return "My Company"


def report(made: Path, models: list[FoundModel], dev: Path) -> None:
    shown, dev_shown = show_path(made), show_path(dev)
    print(f"created {shown}\n")
    for model in models:
        missing = sorted(set(required_fields(model)) - MAPPED)
        if missing:
            print(
                f"{model.name} also requires {', '.join(missing)}: map them in "
                f"{shown}/components.py, or its tests fail.\n"
            )
    lines = {
        f"{dev_shown} test {shown}": "run its tests",
        f"{dev_shown} lint {shown}": "check its code",
        f"{dev_shown} serve --addon {shown}": "start an Odoo server with the addon",
    }
    for command, text in lines.items():
        print(f"    {command:<{max(map(len, lines))}}  {text}")


def show_path(path: Path) -> str:
    """Return the shortest form of a path for a command in the current folder."""
    relative = os.path.relpath(path)
    if relative.startswith(os.path.join("..", "..")):
        return str(path.absolute())
    return relative if relative.startswith("..") else os.path.join(".", relative)
