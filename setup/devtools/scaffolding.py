# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generate a connector addon from setup/templates, a template of copier.

It is rendered here by Jinja: copier would be 21 more packages, of 41 MB, to download
before the first addon. A test compares the result with that of ``copier copy``.
"""

from __future__ import annotations

import difflib
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jinja2

from .errors import SetupError
from .odoo_models import FoundModel

TEMPLATES = Path(__file__).parents[1] / "templates"
SUFFIX = ".template"
KINDS = {
    "rest": "a backend that offers its records as JSON over HTTP",
    "odoo": "more models for the connector to another Odoo, connector_odoo",
    "none": "no protocol yet: records are JSON files in a folder",
}
DEFAULT_MODELS = {
    "rest": ["res.partner"],
    "odoo": ["res.partner.industry"],
    "none": ["res.partner"],
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
    def binding_prefix(self) -> str:
        """The first words of the names of its models and components."""
        return "odoo" if self.kind == "odoo" else self.backend.replace("_", ".")


def module_name(words: str) -> str:
    """Return the technical name of an addon, as Odoo makes it.

    :raises SetupError: if the name is invalid
    """
    spaced = re.sub(r"(?<=[^A-Z])\B([A-Z])", r" \1", words)
    name = "_".join(spaced.lower().split())
    check_identifier(name, f"{words!r} as the name of an addon", "my_shop")
    return name


def default_backend(name: str) -> str:
    """Return the name of the backend: for connector_shop, shop."""
    without = name.replace("connector_", "").replace("_connector", "")
    return without or name


def check_identifier(name: str, what: str, example: str) -> None:
    if not IDENTIFIER.fullmatch(name):
        raise SetupError(
            f"{what} cannot be used: it has to be lower case letters, digits and "
            f"single underscores, and begin with a letter, as {example}."
        )


def check_scaffold(
    scaffold: Scaffold, addons: set[str], models: dict[str, FoundModel]
) -> None:
    """Check a scaffold against the existing addons and models.

    :raises SetupError: if it would not work
    """
    check_identifier(scaffold.backend, f"{scaffold.backend!r} as a backend", "shop")
    if scaffold.name in addons:
        raise SetupError(
            f"there is an addon {scaffold.name} already; choose another name."
        )
    for model_name in scaffold.models:
        if model_name not in models:
            close = difflib.get_close_matches(model_name, models, n=3)
            advice = f" Did you mean {' or '.join(close)}?" if close else ""
            raise SetupError(
                f"no model {model_name!r} was found in Odoo's addons and those of this "
                f"clone.{advice}"
            )
    prefix = scaffold.binding_prefix
    new_models = [f"{prefix}.{model_name}" for model_name in scaffold.models]
    if scaffold.kind != "odoo":
        new_models.append(f"{prefix}.backend")
    for model_name in new_models:
        if model_name in models:
            raise SetupError(
                f"the model {model_name} would be made, and {models[model_name].addon} "
                "has it already: choose another backend, or another model."
            )
    paths = [model_name.partition(".")[2] for model_name in scaffold.models]
    if len(set(paths)) < len(paths):
        raise SetupError(
            f"of {', '.join(scaffold.models)}, two would have the same path in the "
            "backend: scaffold one of them, and add the other by hand."
        )


def needed_addons(scaffold: Scaffold, models: dict[str, FoundModel]) -> list[str]:
    """Return the addons that the new one depends on for its models."""
    found = {models[model_name].addon for model_name in scaffold.models}
    return sorted(found - {"base", "connector", "connector_odoo"})


def render(scaffold: Scaffold, addons: list[str], folder: Path) -> Path:
    """Write the addon to a folder atomically; return its path.

    :raises SetupError: if the folder exists already
    """
    destination = folder / scaffold.name
    if destination.exists():
        raise SetupError(
            f"{destination} exists already: nothing was written. Choose another name "
            "or folder."
        )
    make_folder(folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".scaffold_") as temporary:
        made = Path(temporary) / scaffold.name
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


def make_folder(folder: Path) -> None:
    """Create the folder of an addon.

    :raises SetupError: if it cannot be created
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # only writing shows whether the folder is writable
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise SetupError(
            f"{folder.absolute()} cannot be written to: {error.strerror}. Name another "
            "folder after the name of the addon."
        ) from error


def count_lines(addon: Path) -> tuple[int, int]:
    """Return the lines of Python of an addon, and how many of them are tests."""
    total = tests = 0
    for path in addon.rglob("*.py"):
        lines = len(path.read_text().splitlines())
        total += lines
        tests += lines if "tests" in path.relative_to(addon).parts else 0
    return total, tests
