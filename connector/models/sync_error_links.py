# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two records of an error: where the user reads them, in Odoo and in the backend.

::

    binding_id, else external_id ──► binding ──► wrapped record ──► local_url
                     └─ no binding yet ─► a new one, in memory
                                           └─ _external_url() ────► remote_url

The addresses of all errors of a list are found with one search for each model and
backend. An error has no address if its record was deleted, if its connector is
uninstalled, or if the connector does not know one.
"""

from __future__ import annotations

import logging
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import MissingError

from ..servers import is_web_link

_logger = logging.getLogger(__name__)


class ConnectorSyncError(models.Model):
    _inherit = "connector.sync.error"

    local_url = fields.Char(
        string="Address in Odoo",
        compute="_compute_urls",
        help="Page of the record in Odoo, if the user may read it",
    )
    remote_url = fields.Char(
        string="Address in the backend",
        compute="_compute_urls",
        help="Page of the record in the backend",
    )

    @api.depends("backend_model", "backend_id", "model_name", "external_id")
    @api.depends("binding_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_urls(self):
        self.update({"local_url": False, "remote_url": False})
        for (model_name, backend), errors in self._group_by_binding_model().items():
            bindings = errors._find_bindings(model_name, backend)
            errors._set_local_urls(bindings)
            for error in errors:
                error.remote_url = error._find_remote_url(bindings.get(error.id))

    def _group_by_binding_model(self) -> dict:
        """Return ``{(binding model, backend): errors}`` of installed models."""
        groups = self.grouped(lambda e: (e.model_name, e.backend_model, e.backend_id))
        found = {}
        for (model_name, backend_model, backend_id), errors in groups.items():
            if backend_model not in self.env or model_name not in self.env:
                continue
            backend = self.env[backend_model].sudo().browse(backend_id).exists()
            model_fields = self.env[model_name]._fields
            if backend and {"backend_id", "external_id"} <= model_fields.keys():
                found[model_name, backend] = errors
        return found

    def _find_bindings(self, model_name: str, backend: models.BaseModel) -> dict:
        """Return ``{id of an error: binding}``; unbound records have a new one."""
        model = self.env[model_name].sudo().with_context(active_test=False)
        external_ids = [e.external_id for e in self if not e.binding_id]
        bound = model.search(
            [("backend_id", "=", backend.id), ("external_id", "in", external_ids)]
        )
        by_external_id = {binding.external_id: binding for binding in bound}
        existing = model.browse(filter(None, self.mapped("binding_id"))).exists()
        found = {}
        for error in self:
            if error.binding_id:
                found[error.id] = existing & model.browse(error.binding_id)
            elif error.external_id in by_external_id:
                found[error.id] = by_external_id[error.external_id]
            elif error.external_id:
                values = {"backend_id": backend.id, "external_id": error.external_id}
                found[error.id] = model.new(values)
        return {key: binding for key, binding in found.items() if binding}

    def _set_local_urls(self, bindings: dict) -> None:
        """Set the addresses of the wrapped records that the user may read."""
        records = {}
        for error in self:
            binding = bindings.get(error.id)
            if binding and binding.id and "odoo_id" in binding._fields:
                records[error.id] = binding.odoo_id.sudo(False).with_env(self.env)
        readable = self._filter_readable(records.values())
        for error in self:
            record = records.get(error.id)
            if record and record.id in readable:
                error.local_url = f"/odoo/{_path_of(record)}"

    def _filter_readable(self, records) -> set[int]:
        """Return the ids of the existing records that the user may read."""
        records = list(records)
        if not records:
            return set()
        joined = records[0].browse().union(*records).exists()
        return set(joined._filtered_access("read").ids)

    def _find_remote_url(self, binding: models.BaseModel | None) -> str | bool:
        """Return the address of the external record, False if it has none.

        A connector that fails to build an address must not hide the error.
        """
        if not binding or not binding.external_id:
            return False
        try:
            url = binding._external_url()
        except Exception:
            _logger.warning(
                "%s._external_url() failed for ID %s",
                binding._name,
                binding.external_id,
                exc_info=True,
            )
            return False
        return url if is_web_link(url) else False

    def action_open_local(self) -> dict:
        """Open the record in Odoo.

        :raise odoo.exceptions.MissingError: it is unknown, deleted or not readable
        """
        self.ensure_one()
        self.check_access("read")
        if not self.local_url:
            raise MissingError(
                self.env._("%s: there is no record in Odoo.", self.display_name)
            )
        path, res_id = self.local_url.removeprefix("/odoo/").rsplit("/", 1)
        return {
            "type": "ir.actions.act_window",
            "res_model": path.removeprefix("m-"),
            "res_id": int(res_id),
            "views": [(False, "form")],
        }

    def action_open_remote(self) -> dict:
        """Open the page of the record in the backend.

        :raise odoo.exceptions.MissingError: the connector knows no page of it
        """
        self.ensure_one()
        self.check_access("read")
        if not self.remote_url:
            raise MissingError(
                self.env._(
                    "%(error)s: there is no page in %(backend)s.",
                    error=self.display_name,
                    backend=self.backend_name,
                )
            )
        return {"type": "ir.actions.act_url", "url": self.remote_url, "target": "new"}


def _path_of(record: models.BaseModel) -> str:
    """Return the path of a record, as the web client writes it."""
    name = record._name if "." in record._name else f"m-{record._name}"
    return f"{quote(name)}/{record.id}"
