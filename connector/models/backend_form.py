# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The form, list and cards of a backend: one base view for all backend models.

A connector's view inherits the base view in primary mode, as a form of ``product.
product`` inherits that of ``product.template``, and adds its own fields only::

    connector.connector_backend_view_form     header, banner, numbers, tabs
      └ shop_connector.shop_backend_view_form  url, new_token, ...   (mode primary)

The base views belong to the abstract model ``connector.backend.mixin``, so they name
only fields of this model. :meth:`_get_view` adds the optional parts of a backend model
when the view is read: its name, company, ribbon and chatter.

==========================  ========================================================
``backend_form.py``         completes the views; imports or exports
``backend_numbers.py``      the numbers above the form, and the lists they open
``backend_health.py``       the health in words, the banner, the last success
``backend_more.py``         the menu *More*
``backend_grid.py``         the synchronized models, and the last runs
``backend_mapping.py``      the mapping of a model in plain words
``backend_tracking.py``     changes of settings in the chatter
==========================  ========================================================
"""

from __future__ import annotations

from lxml import etree

from odoo import api, fields, models

BASE_VIEWS = {
    "list": "connector.connector_backend_view_list",
    "kanban": "connector.connector_backend_view_kanban",
    "search": "connector.connector_backend_view_search",
}


class ConnectorBackendMixin(models.AbstractModel):
    """Backend whose views are completed."""

    _inherit = "connector.backend.mixin"

    is_importing = fields.Boolean(compute="_compute_directions")
    is_exporting = fields.Boolean(compute="_compute_directions")

    def _compute_directions(self):
        for backend in self:
            backend.is_importing = bool(backend._imported_models())
            backend.is_exporting = bool(backend._exported_models())

    # -- views ----------------------------------------------------------------

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Complete a view that inherits a base view; others stay as they are."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if arch.get("class") and "o_connector_backend" in arch.get("class").split():
            self._complete_view(arch)
        return arch, view

    @api.model
    def _complete_view(self, arch: etree._Element) -> None:
        """Add the fields that the model has, and remove the parts that need others."""
        for node in arch.xpath("//*[@data-name]"):
            del node.attrib["data-name"]
            if self._rec_name in self._fields:
                node.set("for" if node.tag == "label" else "name", self._rec_name)
        for node in arch.xpath("//*[@data-needs]"):
            if node.attrib.pop("data-needs") not in self._fields:
                node.getparent().remove(node)
            elif invisible := node.attrib.pop("data-invisible", None):
                node.set("invisible", invisible)
        for node in arch.xpath("//*[@data-field]"):
            self._add_field(arch, node)
        for group in reversed(arch.xpath("//group[not(*)]")):
            group.getparent().remove(group)

    @api.model
    def _add_field(self, arch: etree._Element, node: etree._Element) -> None:
        """Replace a placeholder by the field, unless the view has the field."""
        name = node.attrib.pop("data-field")
        if name not in self._fields or arch.xpath(f"//field[@name='{name}']"):
            node.getparent().remove(node)
            return
        node.tag = "field"
        node.set("name", name)

    def _get_base_view(self, view_type: str) -> etree._Element:
        view = self.env.ref(BASE_VIEWS[view_type]).sudo()
        return etree.fromstring(view.get_combined_arch())

    @api.model
    def _get_default_list_view(self):
        """Return the base list: a backend model needs no separate list."""
        return self._get_base_view("list")

    @api.model
    def _get_default_kanban_view(self):
        """Return the base cards, which a phone shows instead of the list."""
        return self._get_base_view("kanban")

    @api.model
    def _get_default_search_view(self):
        """Return the base search."""
        return self._get_base_view("search")
