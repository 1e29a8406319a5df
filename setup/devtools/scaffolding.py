# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generate a connector addon from setup/templates, a template of copier.

Jinja renders it. A test compares the result with that of ``copier copy``.
"""

from __future__ import annotations

import difflib
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jinja2

from .errors import SetupError
from .home import ensure_writable
from .odoo_models import FoundModel

TEMPLATES = Path(__file__).parents[1] / "templates"
SUFFIX = ".template"
KINDS = {
    "rest": "a REST API: JSON over HTTP",
    "odoo": "another Odoo: add models to connector_odoo",
    "none": "any other system: starts with records from JSON files",
}
IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True)
class Scaffold:
    """Options of a new connector."""

    name: str
    kind: str
    backend: str
    models: tuple[str, ...]
    author: str

    @property
    def template(self) -> Path:
        return TEMPLATES / ("odoo_models" if self.kind == "odoo" else "connector")

    @property
    def new_models(self) -> list[str]:
        """The models that the addon will define."""
        prefix = "odoo" if self.kind == "odoo" else self.backend.replace("_", ".")
        backends = [] if self.kind == "odoo" else [f"{prefix}.backend"]
        return [*(f"{prefix}.{model}" for model in self.models), *backends]


def module_name(words: str) -> str:
    """Return the technical name of an addon, as Odoo makes it.

    :raises SetupError: if the name is invalid
    """
    spaced = re.sub(r"(?<=[^A-Z])\B([A-Z])", r" \1", words)
    name = "_".join(spaced.lower().split())
    check_identifier(name, f"addon name {words!r}", "my_shop")
    return name


def default_backend(name: str) -> str:
    """Return the name of the backend: for connector_shop, shop."""
    return name.replace("connector_", "").replace("_connector", "") or name


def check_identifier(name: str, what: str, example: str) -> None:
    if not IDENTIFIER.fullmatch(name):
        raise SetupError(
            f"invalid {what}: use lower case letters, digits and single underscores, "
            f"and begin with a letter, as in {example}."
        )


def check_destination(name: str, folder: Path, addons: set[str]) -> None:
    """Check that the addon can be created.

    :raises SetupError: if there is an addon of that name, or something at its path
    """
    if name in addons:
        raise SetupError(f"an addon {name} exists already: choose another name.")
    destination = folder / name
    if destination.exists():
        raise SetupError(
            f"{destination} exists already; nothing was written. Choose another name "
            "or folder."
        )


def check_backend(backend: str) -> None:
    """:raises SetupError: if models cannot have this first word"""
    check_identifier(backend, f"system name {backend!r}", "shop")


def check_models(scaffold: Scaffold, models: Mapping[str, FoundModel]) -> None:
    """Check the models of a scaffold against the existing ones.

    :raises SetupError: if it would not work
    """
    if not scaffold.models:
        raise SetupError("no model was named: name at least one, such as res.partner.")
    for model in scaffold.models:
        if model not in models:
            close = difflib.get_close_matches(model, models, n=3)
            advice = f" Did you mean {' or '.join(close)}?" if close else ""
            raise SetupError(
                f"no model {model!r} was found in Odoo's addons and those of this "
                f"clone.{advice}"
            )
    for model in scaffold.new_models:
        if model in models:
            raise SetupError(
                f"{models[model].addon} already defines the model {model}: choose "
                "another system name, or another model."
            )
    paths = {model.partition(".")[2] for model in scaffold.models}
    if len(paths) < len(scaffold.models):
        raise SetupError(
            f"two of the models {', '.join(scaffold.models)} would have the same path "
            "in the API: generate one of them, and add the other one by hand."
        )


def needed_addons(scaffold: Scaffold, models: dict[str, FoundModel]) -> list[str]:
    """Return the addons that the new one depends on for its models."""
    found = {models[model].addon for model in scaffold.models}
    return sorted(found - {"base", "connector", "connector_odoo"})


def render(scaffold: Scaffold, addons: list[str], folder: Path) -> Path:
    """Write the addon to a folder atomically; return its path.

    :raises SetupError: if it exists already, or the folder cannot be written to
    """
    destination = folder / scaffold.name
    check_destination(scaffold.name, folder, set())
    advice = "Pass another folder after the name of the addon."
    ensure_writable(folder, "the folder", advice)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".scaffold_") as part:
        made = Path(part) / scaffold.name
        write_files(scaffold.template, made, {**asdict(scaffold), "addons": addons})
        shutil.move(made, destination)
    return destination


def write_files(template: Path, target: Path, answers: dict[str, Any]) -> None:
    """Render the files with the suffix, and copy the others."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    # Without autoescape: Python and XML with fixed texts; the answers are checked.
    jinja = jinja2.Environment(loader=loader, keep_trailing_newline=True)
    for source in filter(Path.is_file, template.rglob("*")):
        path = target / source.relative_to(template)
        path.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix != SUFFIX:
            shutil.copyfile(source, path)
            continue
        name = source.relative_to(TEMPLATES).as_posix()
        text = jinja.get_template(name).render(answers)
        # Files that a kind does not need are rendered empty.
        if text.strip():
            path.with_suffix("").write_text(text)
