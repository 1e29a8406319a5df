# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.component.component_plans import (
    definitions_of,
    is_component_class,
    parents_of,
)
from odoo.addons.component.core import _get_addon_name
from odoo.addons.component.definitions import source_of
from odoo.addons.component.utils import get_component_registry

from ..components.exporter.sources import describe_unknown_sources
from ..jobs.descriptions import name_of_model
from .component_mapping import ModelMapping, describe_mapping


class ConnectorComponent(models.TransientModel):
    """A component of the registry; a user's list is created when it is opened."""

    _name = "connector.component"
    _description = "Component"
    _order = "sequence, id"

    sequence = fields.Integer(string="Order of registration", readonly=True)
    name = fields.Char(readonly=True)
    usage = fields.Char(readonly=True)
    collection = fields.Char(readonly=True)
    apply_on = fields.Char(string="Models", readonly=True, help="Empty: any model")
    is_abstract = fields.Boolean(
        string="Abstract", readonly=True, help="Only inherited by other components"
    )
    is_asked = fields.Boolean(
        string="Matches by code",
        readonly=True,
        help="Every lookup calls its _component_match()",
    )
    addon = fields.Char(readonly=True, help="The addon that defines it first")
    extended_by = fields.Char(
        string="Extended by", readonly=True, help="The addons that extend it"
    )
    file = fields.Char(readonly=True)
    line = fields.Integer(compute="_compute_line")
    unknown_sources = fields.Char(
        readonly=True,
        help="Rows and methods of an export mapper without known source fields: they "
        "cause an export after every change of a record",
    )
    parent_ids = fields.Many2many(
        "connector.component",
        relation="connector_component_parent_rel",
        column1="child_id",
        column2="parent_id",
        string="Inherits",
        readonly=True,
    )
    child_ids = fields.Many2many(
        "connector.component",
        relation="connector_component_parent_rel",
        column1="parent_id",
        column2="child_id",
        string="Inherited by",
        readonly=True,
    )
    resolution_order = fields.Html(
        compute="_compute_resolution_order",
        help="The classes in which an attribute is looked up, first to last",
    )
    mapping = fields.Html(
        compute="_compute_mapping", help="The conversions of a mapper in their order"
    )

    @api.model
    def action_open(self) -> dict[str, Any]:
        """List the components that are registered now."""
        self.check_access("read")
        # the user may read the list, not write it
        components = self.sudo()
        components.search([("create_uid", "=", self.env.uid)]).unlink()
        components._create_from_registry()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "connector.connector_component_action"
        )

    @api.model
    def _get_registry(self):
        registry = get_component_registry(self.env.cr.dbname)
        if registry is None:
            raise UserError(self.env._("The components are not built yet: try again."))
        return registry

    @api.model
    def _create_from_registry(self):
        registry = self._get_registry()
        classes = [registry[name] for name in registry]
        components = self.create(
            [
                self._prepare_values(position, component_class)
                for position, component_class in enumerate(classes, start=1)
            ]
        )
        by_class = dict(zip(classes, components, strict=True))
        for component_class, component in by_class.items():
            parents = [
                by_class[parent].id
                for parent in parents_of(component_class)
                if parent in by_class
            ]
            component.parent_ids = [fields.Command.set(parents)]
        return components

    @api.model
    def _prepare_values(self, position: int, component_class) -> dict[str, Any]:
        definitions = definitions_of(component_class)
        first = definitions[-1]
        extending = dict.fromkeys(d._module for d in reversed(definitions[:-1]))
        return {
            "sequence": position,
            "name": component_class._name,
            "usage": component_class._usage,
            "collection": component_class._collection,
            "apply_on": ", ".join(component_class.apply_on_models or ()),
            "is_abstract": component_class._abstract,
            "is_asked": any(
                "_component_match" in vars(cls)
                for cls in component_class.__mro__
                if getattr(cls, "_name", None)
            ),
            "addon": first._module,
            "extended_by": ", ".join(extending),
            "file": path_in_addon(first),
            "unknown_sources": "; ".join(
                describe_unknown_sources(
                    self.env, component_class, self._get_registry()
                )
            ),
        }

    def _compute_line(self):
        registry = self._get_registry()
        for component in self:
            component_class = registry.get(component.name)
            component.line = (
                source_of(definitions_of(component_class)[-1])[1]
                if component_class
                else False
            )

    def _compute_resolution_order(self):
        registry = self._get_registry()
        titles = [
            self.env._("Name"),
            self.env._("Class"),
            self.env._("Addon"),
            self.env._("File"),
        ]
        for component in self:
            component_class = registry.get(component.name)
            rows = [
                (
                    getattr(cls, "_name", None) or getattr(cls, "_inherit", None) or "",
                    cls.__name__,
                    _get_addon_name(cls.__module__),
                    f"{path_in_addon(cls)}:{source_of(cls)[1] or ''}",
                )
                for cls in (component_class.__mro__ if component_class else ())
                if not is_component_class(cls) and cls is not object
            ]
            component.resolution_order = html_table(self.env, titles, rows)

    def _compute_mapping(self):
        registry = self._get_registry()
        for component in self:
            found = describe_mapping(self.env, registry.get(component.name), registry)
            component.mapping = Markup("").join(
                component._show_mapping(each, has_title=len(found) > 1)
                for each in found
                if each.lines
            )

    def _show_mapping(self, mapping: ModelMapping, has_title: bool) -> Markup:
        """Return the table of the mapping of one model."""
        titles = [
            self.env._("Source"),
            self.env._("Target"),
            self.env._("How"),
            self.env._("Only on create"),
        ]
        rows = [
            (
                line["source"],
                line["target"],
                line["how"],
                self.env._("yes") if line["only_create"] else "",
            )
            for line in mapping.lines
        ]
        table = html_table(self.env, titles, rows)
        if not has_title:
            return table
        name = name_of_model(self.env[mapping.model_name])
        return Markup("<h3>%s (%s)</h3>%s") % (name, mapping.model_name, table)


def path_in_addon(definition) -> str:
    """Return the path of a definition's file, from the folder of its addon."""
    parts = Path(source_of(definition)[0]).parts
    addon = _get_addon_name(definition.__module__)
    start = len(parts) - 1 - parts[::-1].index(addon) if addon in parts else 0
    return str(Path(*parts[start:]))


def html_table(env: api.Environment, titles: list[str], rows: list[tuple]) -> Markup:
    """Return a table for an HTML field."""
    return env["ir.qweb"]._render(
        "connector.component_table", {"titles": titles, "rows": rows}
    )
