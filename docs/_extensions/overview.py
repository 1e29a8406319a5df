# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Write docs/overview.rst: the buttons, hooks and class attributes for authors.

Start it by hand after a change: ``python docs/_extensions/overview.py``; a test
compares.
It reads the sources, so that it needs neither Odoo nor Sphinx.

A hook or an attribute is for authors if a manual or the list of published names has it.
All other names with an underscore may change.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).parents[1]
ADDON = DOCS.parent / "connector"
OVERVIEW = DOCS / "overview.rst"
#: pages that name methods without being a manual for authors
NO_MANUALS = {"architecture.rst", "rights.rst", "overview.rst"}
#: attributes with the same meaning for each component or model
COMMON = {
    *("_name", "_inherit", "_inherits", "_description"),
    *("_collection", "_apply_on", "_usage"),
}
BUTTON = re.compile(r"(?:button|action)_[a-z_]+")
HOOK = re.compile(r"_[a-z]\w*")
#: first words of the names of models
NO_COMPONENTS = ("connector.", "external.", "queue.", "component.")
#: models that a connector inherits, and their titles
MODELS = {
    "connector.backend.mixin": "Backends: ``connector.backend.mixin``",
    "connector.backend": "Backends without screens: ``connector.backend``",
    "connector.oauth.mixin": "Backends with OAuth 2.0: ``connector.oauth.mixin``",
    "connector.webhook.mixin": "Backends with webhooks: ``connector.webhook.mixin``",
    "connector.binding.mixin": "Bindings: ``connector.binding.mixin``",
    "connector.access": "Access rights of both: ``connector.access``",
}
HEAD = """\
========
Overview
========

All buttons, hooks and class attributes of the addon ``connector`` that an author of a
connector calls or overrides. The page is generated from the sources.

- A *button* is a public method that a view or ``_describe_actions`` names. Each public
  method returns an action or a value, never None, which the external API cannot send.
- A *hook* is a method that you override or call.
- An *attribute* is set in the class; the value here is the default.

`API reference <reference/index.rst>`__ has signatures and whole docstrings.

.. contents::
   :local:
   :depth: 2

Often needed
============

- Addresses end with a slash: ``_trailing_slash`` of ``generic.rest.adapter``
- Ids are addresses: ``_id_field`` and ``_id_is_address`` of ``generic.rest.adapter``
- A record is below another one, ``/products/1/variants/2``: ``_path`` and
  ``_external_id`` of ``generic.rest.adapter``, `REST adapter <rest_adapter.rst>`__
- A child finds its parent: ``_imports_references`` of ``generic.importer`` and
  ``external_to_m2o`` in its mapper, `Importing <importer.rst>`__
- An edit of a product template, or of the stock, is exported: ``_follow`` of
  ``generic.export.listener``, `Select edits to export <how_to/exported_changes.rst>`__
- The size of a job, and the version that wins: the fields ``chunk_size`` and
  ``conflict_policy`` of the backend, below

Fields that a backend may declare
=================================

``connector.backend.mixin`` adds none of these fields. If your backend model declares
one, the framework uses it. `The backend's form <how_to/backend_form.rst>`__ has a place
for each.

===================  ==============================================================
field                effect
===================  ==============================================================
``url``              the address of the backend, for REST and GraphQL
``active``           the backend can be archived
``company_id``       jobs of buttons, schedule and webhooks run in this company
``chunk_size``       records of one job:
                     `Import many records <how_to/large_imports.rst>`__
``conflict_policy``  which version wins: ``remote``, ``local``, ``newest``, ``ask``:
                     `Resolve conflicts <how_to/conflicts.rst>`__
``first_import``     ``bind`` or ``create``, if records exist in both systems:
                     `Copy and restore <how_to/copies_and_restores.rst>`__
===================  ==============================================================

A backend model that also inherits ``mail.thread`` and ``mail.activity.mixin`` logs
changed settings in its chatter, and shows problems as activities.
"""


class Entry(NamedTuple):
    """One row of the page."""

    name: str
    text: str


class Owner(NamedTuple):
    """The entries of a component or model."""

    buttons: dict[str, Entry]
    hooks: dict[str, Entry]
    attributes: dict[str, Entry]


def find_documented_names() -> set[str]:
    """Return the names with an underscore in the manuals, and the published ones."""
    texts = [(DOCS / "reference" / "published_names.txt").read_text()]
    texts += [
        page.read_text()
        for page in DOCS.rglob("*.rst")
        if page.name not in NO_MANUALS and "_build" not in page.parts
    ]
    return {name for text in texts for name in re.findall(r"\b_[a-z]\w+", text)}


def read_owners(documented: set[str]) -> dict[str, Owner]:
    """Return the entries of each component and model of the addon, by its name."""
    owners: dict[str, Owner] = {}
    for path in sorted(ADDON.rglob("*.py")):
        if "tests" in path.parts:
            continue
        source = path.read_text()
        lines = source.splitlines()
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and (name := find_name(node)):
                owner = owners.setdefault(name, Owner({}, {}, {}))
                read_class(node, lines, owner, documented)
    return owners


def find_name(node: ast.ClassDef) -> str | None:
    """Return the component or model that a class defines or extends."""
    values = {
        target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    value = values.get("_name", values.get("_inherit"))
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return value.value if is_text else None


def read_class(
    node: ast.ClassDef, lines: list[str], owner: Owner, documented: set[str]
) -> None:
    """Add the entries of a class to its owner; the first text of a name stays."""
    for statement in node.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name, text = statement.name, first_sentence(ast.get_docstring(statement))
            if BUTTON.fullmatch(name):
                owner.buttons.setdefault(name, Entry(name, text))
            elif name in documented and HOOK.fullmatch(name) and text:
                owner.hooks.setdefault(name, Entry(name, text))
            continue
        for name, value in assigned(statement):
            if name not in documented or name in COMMON or is_database_object(value):
                continue
            text = comment_of(lines, statement) or docstring_after(node, statement)
            default = ast.unparse(value) if value else "None"
            title = f"{name} = {default}" if len(default) <= 40 else name
            owner.attributes.setdefault(name, Entry(title, text))


def assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the private names that a statement of a class sets, and the value."""
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    for target in targets:
        if isinstance(target, ast.Name) and HOOK.fullmatch(target.id):
            yield target.id, getattr(statement, "value", None)


def is_database_object(value: ast.expr | None) -> bool:
    """Return whether a value is a constraint or an index."""
    return isinstance(value, ast.Call) and ast.unparse(value.func).startswith("models.")


def first_sentence(docstring: str | None) -> str:
    """Return the first paragraph of a docstring, as one line."""
    return " ".join((docstring or "").split("\n\n")[0].split())


def comment_of(lines: list[str], statement: ast.stmt) -> str:
    """Return the comment ``#:`` above a statement, or at the end of its first line."""
    found: list[str] = []
    for line in reversed(lines[: statement.lineno - 1]):
        if not line.strip().startswith("#:"):
            break
        found.insert(0, line.strip()[2:].strip())
    text = " ".join(found) or lines[statement.lineno - 1].partition("#:")[2].strip()
    return text[:1].upper() + text[1:]


def docstring_after(node: ast.ClassDef, statement: ast.stmt) -> str:
    """Return the first paragraph of the text that follows a statement."""
    following = node.body[node.body.index(statement) + 1 :][:1]
    for after in following:
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            return first_sentence(str(after.value.value))
    return ""


def make_title(text: str, mark: str) -> str:
    return f"{text}\n{mark * len(text)}\n"


def make_table(head: str, entries: dict[str, Entry]) -> Iterator[str]:
    yield ".. list-table::\n   :header-rows: 1\n   :widths: 40 60\n"
    yield f"   * - {head}\n     - meaning"
    for _name, (title, text) in sorted(entries.items()):
        text = re.sub(r":\w+:`~?\.?([^`]+)`", r"``\1``", text)
        yield f"   * - ``{title}``\n     - {text}".rstrip()
    yield ""


def make_section(title: str, owner: Owner) -> Iterator[str]:
    yield make_title(title, "-")
    heads = ("button", "hook", "attribute")
    for head, entries in zip(heads, owner, strict=True):
        if entries:
            yield from make_table(head, entries)


def share_texts(owners: dict[str, Owner]) -> None:
    """Give attributes without a text the text of the same attribute elsewhere."""
    texts = {
        name: entry.text
        for owner in owners.values()
        for name, entry in owner.attributes.items()
        if entry.text
    }
    for owner in owners.values():
        for name, entry in owner.attributes.items():
            text = entry.text or texts.get(name, "")
            owner.attributes[name] = entry._replace(text=text)


def make_overview() -> str:
    """Return the text of the page."""
    owners = read_owners(find_documented_names())
    share_texts(owners)
    parts = [HEAD, make_title("Models", "=")]
    for name, title in MODELS.items():
        parts += make_section(title, owners.pop(name))
    parts.append(make_title("Components", "="))
    for name, owner in sorted(owners.items()):
        is_component = not name.startswith(NO_COMPONENTS) or name.endswith("mapper")
        if is_component and (owner.hooks or owner.attributes):
            parts += make_section(f"``{name}``", owner._replace(buttons={}))
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    OVERVIEW.write_text(make_overview())
