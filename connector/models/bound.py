# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Connectors tab of every model that a connector binds, and the filters of lists.

======================  =============================================================
the tab                 on each form of a model that a binding model wraps: nothing
                        to declare
the filters             on models that inherit ``connector.bound``: one line
======================  =============================================================

::

    class ProductTemplate(models.Model):
        _name = "product.template"
        _inherit = ["product.template", "connector.bound"]

The tab is put into the page ``connector`` of a form, or into a new page. It is
shown where the record is bound, as far as a field of the record says so:
``synchronized_with`` of ``connector.bound``, or the one2many to the bindings.
"""

from __future__ import annotations

from collections import defaultdict

from lxml import etree

from odoo import api, fields, models
from odoo.fields import Domain

from ..binding_models import (
    BACKEND_FIELD,
    WRAPPED_FIELD,
    find_binding_models,
    find_inverse,
)

PAGE = "connector"
SYNCHRONIZED_WITH = "synchronized_with"
USERS = "base.group_user"


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Put the Connectors tab into the forms of bound models."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and not self._transient:
            if binding_models := find_binding_models(self.pool, self._name):
                _add_tab(arch, self._find_visibility(binding_models))
        return arch, view

    def _find_visibility(self, binding_models: list[str]) -> list[str]:
        """Return the fields that are set where a record is bound, if all are known."""
        if SYNCHRONIZED_WITH in self._fields:
            return [SYNCHRONIZED_WITH]
        names = [find_inverse(self.pool, name) for name in binding_models]
        return [] if None in names else names


def _add_tab(form: etree._Element, fields_when_bound: list[str]) -> None:
    """Put the tab into the page ``connector``, or into a new page."""
    if form.xpath("//widget[@name='connector_tab']"):
        return
    pages = form.xpath(f"//page[@name='{PAGE}'][not(ancestor::field)]")
    page = pages[0] if pages else _add_page(form)
    if page is None:
        return
    page.insert(0, etree.Element("widget", name="connector_tab"))
    hidden = page.get("invisible") or ("0" if pages else "1")
    if hidden not in ("0", "False"):
        unbound = f"not ({' or '.join(fields_when_bound) or 'id'})"
        is_own = hidden in ("1", "True")
        page.set("invisible", unbound if is_own else f"({hidden}) and {unbound}")
    if not page.get("groups"):
        page.set("groups", USERS)


def _add_page(form: etree._Element) -> etree._Element | None:
    """Return a new page of the form, None for a form without a sheet."""
    notebooks = form.xpath("//notebook[not(ancestor::field)]")
    if notebooks:
        notebook = notebooks[-1]
    else:
        sheets = form.xpath("//sheet[not(ancestor::field)]")
        if not sheets:
            return None
        notebook = etree.SubElement(sheets[0], "notebook")
    return etree.SubElement(notebook, "page", name=PAGE, string="Connectors")


class ConnectorBound(models.AbstractModel):
    """Base of models whose lists are filtered by the backends they are bound to."""

    _name = "connector.bound"
    _description = "Record That Connectors Bind"

    synchronized_with = fields.Char(
        compute="_compute_synchronized_with",
        search="_search_synchronized_with",
        compute_sudo=True,
        groups=USERS,
        help="The backends in which the record is bound",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_synchronized_with(self):
        names = defaultdict(list)
        for model in self._binding_models():
            for record, backend in model._read_group(
                [(WRAPPED_FIELD, "in", self.ids)], [WRAPPED_FIELD, BACKEND_FIELD]
            ):
                names[record.id].append(backend.sudo().display_name)
        for record in self:
            record.synchronized_with = ", ".join(sorted(set(names[record.id]))) or False

    def _binding_models(self) -> list[models.BaseModel]:
        """Return the binding models of the model that the user may read."""
        user_env = self.env(su=False)
        models_found = [
            user_env[name].with_context(active_test=False)
            for name in find_binding_models(self.pool, self._name)
        ]
        return [model for model in models_found if model.has_access("read")]

    @api.model
    def _search_synchronized_with(self, operator, value):
        """Search by the names of backends, or by ``model,id`` of a backend.

        Nothing, False, finds the records that are bound nowhere.
        """
        if operator not in ("in", "ilike", "like", "=ilike", "=like"):
            return NotImplemented
        values = value if operator == "in" else [value]
        found = []
        for each in values:
            if not each:
                found.append(~self._domain_of_bound(lambda _backend: Domain.TRUE))
            else:
                found.append(
                    self._domain_of_bound(
                        lambda backend, each=each: _matches(backend, operator, each)
                    )
                )
        return Domain.OR(found)

    def _domain_of_bound(self, find_backends) -> Domain:
        """Return the domain of the records bound in the found backends."""
        bound = []
        for model in self._binding_models():
            backends = find_backends(model[BACKEND_FIELD])
            # users may read the bindings, and not the backends
            found = model._search(Domain(BACKEND_FIELD, "any!", backends))
            bound.append(Domain("id", "in", found.subselect(WRAPPED_FIELD)))
        return Domain.OR(bound)

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """Add the filters *Not synchronized with …* of the backends that users see."""
        result = super().get_view(view_id, view_type, **options)
        if view_type == "search":
            arch = etree.fromstring(result["arch"])
            if self._add_filters(arch):
                result["arch"] = etree.tostring(arch, encoding="unicode")
        return result

    def _add_filters(self, arch: etree._Element) -> bool:
        """Add a filter for each backend; return whether there are any."""
        if not self.env.user.has_group(USERS):
            return False
        backends = []
        for model in self._binding_models():
            backend_model = model[BACKEND_FIELD].sudo()
            for backend in backend_model.search(Domain.TRUE).sudo(False):
                company = backend.sudo()["company_id"] if "company_id" in backend else 0
                if not company or company in self.env.companies:
                    backends.append(backend.sudo())
        for number, backend in enumerate(dict.fromkeys(backends)):
            if not number:
                etree.SubElement(arch, "separator")
            key = f"{backend._name},{backend.id}"
            etree.SubElement(
                arch,
                "filter",
                name=f"not_synchronized_{backend._table}_{backend.id}",
                string=self.env._("Not synchronized with %s", backend.display_name),
                domain=repr([(SYNCHRONIZED_WITH, "not in", [key])]),
            )
        return bool(backends)


def _matches(backend: models.BaseModel, operator: str, value: str) -> Domain:
    """Return the domain of the backends that a value names."""
    model_name, comma, backend_id = str(value).partition(",")
    if operator == "in" and comma and backend_id.isdigit():
        same = model_name == backend._name
        return Domain("id", "=", int(backend_id)) if same else Domain.FALSE
    name = backend._rec_name or "id"
    return Domain(name, "=" if operator == "in" else operator, value)
