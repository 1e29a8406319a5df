# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stop exports of a record that moved to another company than its backend's.

Its edits stay unconfirmed meanwhile, like those of a paused backend, and are exported
when it returns.
"""

from __future__ import annotations

from collections.abc import Iterable

from odoo import api, fields, models

from odoo.addons.connector.jobs.lifecycle import company_of


class OdooBackend(models.Model):
    """Backend that resumes exports when it moves to the company of its records."""

    _inherit = "odoo.backend"

    def write(self, vals):
        written = super().write(vals)
        if "company_id" in vals:
            unconfirmed = self.env["connector.unconfirmed.field"].sudo()
            groups = unconfirmed._read_group(
                [("model_name", "in", list(self._models_of_bindings()))],
                ["model_name"],
                ["binding_id:array_agg_distinct"],
            )
            for model_name, binding_ids in groups:
                bindings = self.env[model_name].sudo().browse(binding_ids).exists()
                bindings.filtered(lambda b: b.backend_id in self)._export_kept_back()
        return written

    def _models_of_bindings(self) -> Iterable[str]:
        return self.pool.descendants(["odoo.binding"], "_inherit")


class OdooBinding(models.AbstractModel):
    """Binding that stops the export of a record of another company."""

    _inherit = "odoo.binding"

    stop_reason = fields.Char(
        string="Not exported",
        compute="_compute_stop_reason",
        compute_sudo=True,
        help="Why changes are not exported now; they are kept until then",
    )

    @api.depends(lambda self: self._fields_to_stop_by())
    @api.depends_context("lang")
    def _compute_stop_reason(self):
        for binding in self:
            binding.stop_reason = binding._find_reason_to_stop()

    @api.model
    def _fields_to_stop_by(self) -> list[str]:
        """Return the fields that ``_find_reason_to_stop`` reads."""
        record = self.env[self._fields["odoo_id"].comodel_name]
        names = ["backend_id.company_id", "odoo_id", "is_deleted_remotely"]
        if "company_id" in record._fields:
            names.append("odoo_id.company_id")
        if self._part_of:
            whole = self.env[record._fields[self._part_of].comodel_name]
            if "company_id" in whole._fields:
                names.append(f"odoo_id.{self._part_of}.company_id")
        return names

    def _find_reason_to_stop(self) -> str | None:
        """Return why the record is not exported: it belongs to another company.

        A part belongs to the company of its whole. Records and backends without a
        company belong to all companies.
        """
        company, own = self._company_of_record(), self.backend_id.sudo().company_id
        if not company or not own or company == own:
            return super()._find_reason_to_stop()
        return self.env._(
            "%(record)s belongs to %(company)s, and %(backend)s to %(own)s: changes "
            "are exported once both belong to the same company.",
            record=self.display_name,
            company=company.display_name,
            backend=self.backend_id.sudo().display_name,
            own=own.display_name,
        )

    def _company_of_record(self) -> models.BaseModel:
        self.ensure_one()
        record = self.sudo().odoo_id
        company = company_of(record)
        if not company and self._part_of:
            company = company_of(record[self._part_of])
        return company

    @api.model
    def _find_of_records(self, records: models.BaseModel) -> list[models.BaseModel]:
        """Return the bindings of records and of their parts, by model."""
        found = []
        for name in self.pool.descendants(["odoo.binding"], "_inherit"):
            model = self.env[name].with_context(active_test=False)
            bound = self.env[model._fields["odoo_id"].comodel_name]
            part_of = model._part_of and bound._fields[model._part_of].comodel_name
            if model._abstract or records._name not in (bound._name, part_of):
                continue
            path = "odoo_id" if records._name == bound._name else None
            path = path or f"odoo_id.{model._part_of}"
            found.append(model.search([(path, "in", records.ids)]).with_env(self.env))
        return found

    def _export_kept_back(self) -> None:
        """Export the edits that were made while the exports were stopped."""
        resumed = self.filtered(
            lambda binding: (
                not binding._find_reason_to_stop()
                and not binding.backend_id._find_reason_to_pause()
                and binding._name in binding.backend_id._exported_models()
            )
        )
        self.env["connector.unconfirmed.field"].sudo()._delay_exports(resumed)
