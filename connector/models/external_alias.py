# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Aliases: external records that were merged into the record of a binding.

::

    external 7 ─ binding ─ record ◄─┐ merged
    external 8 ─ binding ─ record ──┘        ═►   external 7 ─ binding ─ record
                                                  external 8 ─ alias ──┘

The binder finds the binding also by its aliases, so an import updates the record that
was kept, and creates nothing. An alias stores the state of its external record at the
last import; it is imported when that changes, so that it does not undo the values of
the other external record.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from ..binding_links import LinkFields, find_binding_models
from ..components.binder import ALIAS_FLAG
from ..jobs.lifecycle import company_of

_logger = logging.getLogger(__name__)

#: fields of a binding and an alias about the last import of the external record
KNOWN_FIELDS = {"external_updated_at", "external_fingerprint"}


class ConnectorExternalAlias(models.Model):
    """Another external record of a binding."""

    _name = "connector.external.alias"
    _description = "Alias of an External Record"
    _rec_name = "external_id"

    model_name = fields.Char(string="Binding model", required=True, readonly=True)
    binding_id = fields.Many2oneReference(
        model_field="model_name", string="Binding ID", required=True, readonly=True
    )
    backend_model = fields.Char(string="Backend model", required=True, readonly=True)
    backend_id = fields.Many2oneReference(
        model_field="backend_model", required=True, readonly=True
    )
    external_id = fields.Char(string="ID in the backend", required=True, readonly=True)
    external_updated_at = fields.Datetime(string="Changed remotely", readonly=True)
    external_fingerprint = fields.Char(readonly=True)
    is_gone = fields.Boolean(
        string="Deleted remotely",
        readonly=True,
        help="The last search did not find it",
    )
    company_id = fields.Many2one("res.company", readonly=True)

    _external_uniq = models.Constraint(
        "UNIQUE (model_name, backend_model, backend_id, external_id)",
        "An external record is the alias of one binding only.",
    )
    _binding_index = models.Index("(model_name, binding_id)")

    @api.model_create_multi
    def create(self, vals_list):
        aliases = super().create(vals_list)
        self._forget_whether_used()
        return aliases

    def _forget_whether_used(self) -> None:
        """Clear the cached answer of all processes, also of other threads."""
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    # -- find -----------------------------------------------------------------

    @api.model
    @ormcache("model_name")
    def _is_used(self, model_name: str) -> bool:
        """Return whether a binding model has any alias; most have none."""
        return bool(
            self.sudo().search_count([("model_name", "=", model_name)], limit=1)
        )

    @api.model
    def _may_be_used(self, model_name: str) -> bool:
        """Return whether a query for aliases of a binding model may find any."""
        # callers have checked the flag of the binding, if it has one
        return ALIAS_FLAG in self.env[model_name]._fields or self._is_used(model_name)

    @api.model
    def _find(self, backend: Any, model_name: str, external_ids: Iterable[Any]):
        """Return the aliases of external records, in at most one query."""
        wanted = list(map(str, external_ids))
        if not wanted or not self._may_be_used(model_name):
            return self.sudo().browse()
        return self.sudo().search(
            [
                ("model_name", "=", model_name),
                ("backend_model", "=", backend._name),
                ("backend_id", "=", backend.id),
                ("external_id", "in", wanted),
            ]
        )

    @api.model
    def _find_binding_ids(
        self, backend: Any, model_name: str, external_ids: Iterable[str]
    ) -> SQL:
        """Return the subquery of the ids of the bindings with these aliases."""
        self.flush_model()
        return SQL(
            "(SELECT binding_id FROM connector_external_alias WHERE model_name = %s"
            " AND backend_model = %s AND backend_id = %s AND external_id IN %s)",
            model_name,
            backend._name,
            backend.id,
            tuple(external_ids),
        )

    @api.model
    def _find_of_bindings(self, bindings: models.BaseModel):
        """Return the aliases of bindings."""
        if ALIAS_FLAG in bindings._fields:
            bindings = bindings.sudo().filtered(ALIAS_FLAG)
        elif bindings and not self._is_used(bindings._name):
            bindings = bindings.browse()
        if not bindings:
            return self.sudo().browse()
        return self.sudo().search(
            [("model_name", "=", bindings._name), ("binding_id", "in", bindings.ids)],
            order="id",
        )

    @api.model
    def _take_over(self, binding: models.BaseModel, external_field: str) -> str | None:
        """Link a binding whose external record was deleted to its first alias.

        The deleted external record becomes the alias. Return the new external id, None
        if the binding has no alias that may exist.
        """
        alias = self._find_of_bindings(binding).filtered(lambda a: not a.is_gone)[:1]
        if not alias:
            return None
        names = KNOWN_FIELDS & binding._fields.keys()
        before = {name: binding[name] for name in names}
        before["external_id"] = binding[external_field]
        binding.with_context(connector_no_export=True).write(
            {external_field: alias.external_id, **{name: alias[name] for name in names}}
        )
        alias.write({**before, "is_gone": True})
        return binding[external_field]

    # -- merge ----------------------------------------------------------------

    @api.model
    def _merge_bindings(
        self, merged: models.BaseModel, survivor: models.BaseModel
    ) -> None:
        """Move the bindings of records to the record that they are merged into.

        Call it before the merged records are deleted or replaced by SQL. One binding
        per backend is kept: that of the survivor if it was ever synchronized, else the
        oldest synchronized one. The external ids of the others become its aliases;
        nothing is deleted remotely.
        """
        merged -= survivor
        if not merged or not survivor:
            return
        for model, link in find_binding_models(survivor):
            bindings = model.search(
                [(link.record, "in", (merged | survivor).ids)], order="id"
            )
            for backend, of_backend in bindings.grouped(link.backend).items():
                self._merge_of_backend(backend, of_backend, link, survivor)

    def _merge_of_backend(
        self,
        backend: models.BaseModel,
        bindings: models.BaseModel,
        link: LinkFields,
        survivor: models.BaseModel,
    ) -> None:
        own = bindings.filtered(lambda binding: binding[link.record] == survivor)
        if own == bindings:
            return
        known = bindings.filtered(link.external)
        kept = (own & known)[:1] or known[:1] or own[:1] or bindings[:1]
        gone = bindings - kept - (own if kept in own else own.browse())
        external_ids = gone.filtered(link.external).mapped(link.external)
        self._make_aliases(gone, link, kept)
        # the external records were not deleted
        gone.with_context(connector_no_export=True).unlink()
        if kept not in own:
            kept.write({link.record: survivor.id})
        if external_ids:
            if ALIAS_FLAG in kept._fields:
                kept.with_context(connector_no_export=True)[ALIAS_FLAG] = True
            self._post_merge(backend, external_ids, kept[link.external], survivor)

    def _make_aliases(
        self, gone: models.BaseModel, link: LinkFields, kept: models.BaseModel
    ) -> None:
        """Turn other bindings, and their aliases, into aliases of a binding."""
        self._find_of_bindings(gone).binding_id = kept.id
        backend = kept[link.backend]
        known = gone.filtered(link.external)
        self._find(backend, kept._name, known.mapped(link.external)).unlink()
        self.sudo().create(
            [
                {
                    "model_name": kept._name,
                    "binding_id": kept.id,
                    "backend_model": backend._name,
                    "backend_id": backend.id,
                    "external_id": binding[link.external],
                    "company_id": company_of(backend).id,
                    **{n: binding[n] for n in KNOWN_FIELDS & binding._fields.keys()},
                }
                for binding in known
            ]
        )

    def _post_merge(
        self,
        backend: models.BaseModel,
        external_ids: list[str],
        kept_id: str,
        survivor: models.BaseModel,
    ) -> None:
        """Post on the record, and log, which external records were merged."""
        names = {
            "backend": backend.display_name,
            "merged": ", ".join(external_ids),
            "kept": kept_id,
        }
        _logger.info(
            "%s: external records %s of %s were merged into external record %s",
            survivor,
            names["merged"],
            names["backend"],
            names["kept"],
        )
        if "message_ids" in survivor._fields:
            survivor.message_post(
                body=Markup("<p>%s</p>")
                % self.env._(
                    "Merged in Odoo only: the records %(merged)s of %(backend)s still "
                    "exist there. Changes of this record are exported to %(kept)s; "
                    "changes of the others are imported into this record. Merge or "
                    "delete the others in %(backend)s to have one record there, too.",
                    **names,
                )
            )
