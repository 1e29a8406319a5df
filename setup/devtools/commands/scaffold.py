# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev scaffold NAME [FOLDER]"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.prompt import Prompt

from ..addons import TEST_ADDONS
from ..environment import Environment
from ..errors import SetupError
from ..odoo_models import FoundModel, find_models, required_fields
from ..scaffolding import (
    KINDS,
    Scaffold,
    check_backend,
    check_destination,
    check_models,
    default_backend,
    module_name,
    needed_addons,
    render,
)

MAPPED = {"name"}


def main(environment: Environment, arguments: list[str]) -> int:
    # so that a folder may follow the options
    options = make_parser().parse_intermixed_args(arguments)
    addons = find_addons_to_know(environment)
    models = find_models(addons)
    folder = choose_folder(options.folder, environment.clone)
    name = module_name(options.name)
    check_destination(name, folder, {path.name for path in addons})
    scaffold = ask(name, options, models)
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


def ask(
    name: str, options: argparse.Namespace, known: Mapping[str, FoundModel]
) -> Scaffold:
    """Return the scaffold of the options, with answers for missing options.

    :param known: the existing models
    :raises SetupError: if it would not work
    """
    kind = options.kind or prompt("System to connect to", "rest", KINDS)
    usual, backend = "res.partner", options.backend
    if kind == "odoo":
        usual, backend = "res.partner.industry", backend or "odoo"
    question = "System name, the first word of its models"
    backend = choose(backend, question, default_backend(name), check_backend)

    def with_models(words: str, author: str = "") -> Scaffold:
        models = tuple(dict.fromkeys(split_words(words)))
        return Scaffold(name, kind, backend, models, author)

    models = choose(
        " ".join(options.models or ()),
        "Odoo models to synchronize",
        usual,
        lambda words: check_models(with_models(words), known),
    )
    return with_models(models, options.author or prompt("Author", find_author()))


def split_words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def choose(
    given: str | None, question: str, default: str, check: Callable[[str], None]
) -> str:
    """Return the option, or an answer; a person is asked until it can be used.

    :raises SetupError: if the option, or the default, cannot be used
    """
    while True:
        answer = given or prompt(question, default)
        try:
            check(answer)
            return answer
        except SetupError as error:
            if given or not is_terminal():
                raise
            print(f"  {error}")


def is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def prompt(
    question: str, default: str, choices: Mapping[str, str] | None = None
) -> str:
    """Return the answer of the user; the default without a terminal.

    :param choices: ``{possible answer: what it means}``
    """
    if not is_terminal():
        return default
    for choice, meaning in (choices or {}).items():
        print(f"  {choice}  {meaning}")
    try:
        names = list(choices) if choices else None
        return Prompt.ask(question, default=default, choices=names).strip()
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
            them = "it" if len(missing) == 1 else "them"
            print(
                f"{model.name} also requires {', '.join(missing)}: map {them} in "
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
