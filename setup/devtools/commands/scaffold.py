# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev scaffold NAME [FOLDER]"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ..addons import find_usable_addons
from ..environment import Environment
from ..odoo_models import FoundModel, find_models, required_fields
from ..scaffolding import (
    DEFAULT_MODELS,
    KINDS,
    Scaffold,
    check_scaffold,
    count_lines,
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
    report(made, scaffold, models, environment.clone / "dev")
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
    ours = find_usable_addons(environment.clone).values()
    return [
        *(
            manifest.parent
            for folder in environment.odoo.addons_paths
            for manifest in sorted(folder.glob("*/__manifest__.py"))
        ),
        *(addon.path for addon in ours if not addon.is_test_only),
    ]


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev scaffold",
        description="Create a working connector addon. On a terminal, it asks for "
        "options that are not given.",
    )
    parser.add_argument(
        "name", help="name of the addon, such as shop or connector_shop"
    )
    parser.add_argument(
        "folder",
        nargs="?",
        help="parent folder (default: this one, or the parent of the clone)",
    )
    parser.add_argument(
        "--kind",
        choices=KINDS,
        help="; ".join(f"{name}: {text}" for name, text in KINDS.items()),
    )
    parser.add_argument(
        "--backend", help="name of the backend (default: from the addon)"
    )
    parser.add_argument(
        "--model",
        action="extend",
        type=split_words,
        dest="models",
        metavar="MODEL",
        help="a model of Odoo to synchronize, such as res.partner; may be repeated",
    )
    parser.add_argument("--author", help="for the manifest (default: git's user.name)")
    return parser


def ask(options: argparse.Namespace) -> Scaffold:
    """Return the scaffold of the options, with answers for missing options."""
    name = module_name(options.name)
    kind = options.kind or prompt("kind", "rest", KINDS)
    backend = options.backend or (
        "odoo"
        if kind == "odoo"
        else prompt("name of the backend, one word", default_backend(name))
    )
    models = options.models or split_words(
        prompt("models of Odoo to synchronize", ", ".join(DEFAULT_MODELS[kind]))
    )
    return Scaffold(
        name=name,
        kind=kind,
        backend=backend,
        models=tuple(dict.fromkeys(models)),
        author=options.author or prompt("author", find_author()),
    )


def split_words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def prompt(
    question: str, default: str, choices: Mapping[str, str] | None = None
) -> str:
    """Return the answer of the user; the default without a terminal.

    :param choices: ``{possible answer: what it means}``
    """
    choices = choices or {}
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return default
    for choice, meaning in choices.items():
        print(f"  {choice:<{max(map(len, choices))}}  {meaning}")
    while True:
        try:
            answer = input(f"{question} [{default}]: ").strip() or default
        except EOFError:
            raise KeyboardInterrupt from None
        if not choices or answer in choices:
            return answer
        print(f"  {answer!r} is none of {', '.join(choices)}.")


def find_author() -> str:
    command = ["git", "config", "user.name"]
    try:
        return subprocess.check_output(command, text=True).strip() or "My Company"
    except (OSError, subprocess.CalledProcessError):
        return "My Company"


def report(
    made: Path, scaffold: Scaffold, models: dict[str, FoundModel], dev: Path
) -> None:
    total, tests = count_lines(made)
    shown = show_path(made)
    print(f"{shown}: {total} lines of Python, {tests} of them tests.\n")
    for model_name in scaffold.models:
        missing = sorted(set(required_fields(models[model_name])) - MAPPED)
        if missing:
            print(
                f"{model_name} also requires {', '.join(missing)}: map them in "
                f"{shown}/components.py, or its tests fail.\n"
            )
    lines = {
        f"{show_path(dev)} test {shown}": "its tests",
        f"{show_path(dev)} lint {shown}": "pylint-odoo, ruff and the others",
        f"{show_path(dev)} serve --addon {shown}": "an Odoo server with the addon",
    }
    width = max(map(len, lines))
    for command, text in lines.items():
        print(f"    {command:<{width}}  {text}")


def show_path(path: Path) -> str:
    """Return the shortest form of a path for a command in the current folder."""
    relative = os.path.relpath(path)
    if relative.startswith(os.path.join("..", "..")):
        return str(path.absolute())
    return relative if relative.startswith("..") else os.path.join(".", relative)
