# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Let autodoc read the addons, and know what a component, a model and a hook is.

No database is needed to import them.
"""

import os
import re
from pathlib import Path

DOCS = Path(__file__).parents[1]
# Told once, at the head of each component.
COMPONENT_ATTRIBUTES = {"_name", "_inherit", "_collection", "_apply_on", "_usage"}


def make_addons_importable():
    # Imported late: Odoo registers docutils directives that Sphinx must register.
    import odoo
    from odoo.modules.module import initialize_sys_path

    odoo.tools.config.parse_config(["--config", os.environ["CONNECTOR_ODOO_CONFIG"]])
    initialize_sys_path()


def find_documented_names():
    """Return the published names, and the hooks that a manual names."""
    published = (DOCS / "reference" / "published_names.txt").read_text()
    names = set(re.findall(r"^ .*", published, re.MULTILINE))
    names = {word.rstrip(":") for line in names for word in line.split()}
    for page in DOCS.glob("*.rst"):
        names.update(re.findall(r"\b_[a-z]\w+", page.read_text()))
    return names


class Reference:
    """Select the members in the reference, and add to their docstrings."""

    def __init__(self):
        self.documented_names = find_documented_names()

    def skip_member(self, app, what, name, member, skip, options):
        if name in COMPONENT_ATTRIBUTES or name in (options.exclude_members or ()):
            return True
        if is_field(member):
            return name.startswith("_")
        if is_component(member) or is_model(member):
            return None if name.startswith("_") else False
        if name in self.documented_names:
            return False
        return True if name.startswith("_") else None

    def add_component_name(self, app, what, name, member, options, lines):
        """Add the name and the usage of a component, or the name of a model."""
        if what not in ("class", "exception"):
            return
        attributes = vars(member)
        facts = []
        if is_model(member):
            model = attributes.get("_name") or attributes.get("_inherit")
            facts.append(f"Model ``{model}``.")
        elif is_component(member) and attributes.get("_name"):
            facts.append(f"Component ``{attributes['_name']}``.")
            if attributes.get("_usage"):
                facts.append(f"Usage ``{attributes['_usage']}``.")
        if facts:
            lines[:0] = [" ".join(facts), ""]

    def replace_field_docstring(self, app, what, name, member, options, lines):
        if what == "attribute" and is_field(member):
            arguments = member._args__ or {}
            title = arguments.get("string") or name.rpartition(".")[2]
            lines[:] = [f"{type(member).__name__}: {arguments.get('help') or title}"]


def is_field(member):
    from odoo.orm.fields import Field

    return isinstance(member, Field)


def is_model(member):
    from odoo.models import BaseModel

    return isinstance(member, type) and issubclass(member, BaseModel)


def is_component(member):
    from odoo.addons.component.core import AbstractComponent

    return isinstance(member, type) and issubclass(member, AbstractComponent)


def setup(app):
    make_addons_importable()
    reference = Reference()
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-skip-member", reference.skip_member)
    app.connect("autodoc-process-docstring", reference.add_component_name)
    app.connect("autodoc-process-docstring", reference.replace_field_docstring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
