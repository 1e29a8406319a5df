# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Domains of the backend that select the new records to export.

They apply to new records only. A bound record stays synchronized, even if it no longer
matches: a contact that gets an account is still the same remote contact.
"""

from __future__ import annotations

import ast
import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import mute_logger

_logger = logging.getLogger(__name__)

#: raised for a text that is not a domain
NOT_A_DOMAIN = (ValueError, TypeError, KeyError, AttributeError, SyntaxError)

#: without internal users, companies of this database, public users and bots (which are
#: archived); portal users are customers
CONTACTS = (
    "[('active', '=', True), ('partner_share', '=', True), "
    "('odoo_own_company_ids', '=', False)]"
)


class OdooBackend(models.Model):
    """Backend with a domain for each kind of new records."""

    _inherit = "odoo.backend"

    export_partner_domain = fields.Char(
        string="New contacts",
        default=CONTACTS,
        help="Which new contacts are exported. By default not those of internal users, "
        "companies, public users and bots. Empty: all",
    )
    export_product_domain = fields.Char(
        string="New products",
        help="Which new products are exported, with their variants. Empty: all",
    )

    @api.model
    def _models_by_export_domain(self) -> dict[str, str]:
        """Return ``{domain field: model}``."""
        return {
            binding._export_domain: binding._fields["odoo_id"].comodel_name
            for binding in map(
                self.env.get, self.pool.descendants(["odoo.binding"], "_inherit")
            )
            if binding._export_domain
        }

    @api.constrains(lambda self: list(self._models_by_export_domain()))
    def _check_export_domains(self):
        for field_name, model_name in self._models_by_export_domain().items():
            for backend in self:
                try:
                    backend._try_export_domain(field_name, model_name)
                except (*NOT_A_DOMAIN, psycopg2.Error) as error:
                    raise ValidationError(
                        self.env._(
                            "%(field)s must be a domain on %(model)s, like "
                            "[('active', '=', True)]; found %(found)s: %(error)s",
                            field=self._fields[field_name]._description_string(
                                self.env
                            ),
                            model=model_name,
                            found=backend[field_name],
                            error=error,
                        )
                    ) from error

    def _try_export_domain(self, field_name: str, model_name: str) -> None:
        """Search and filter by a domain, which finds wrong fields and values."""
        domain = self._read_export_domain(field_name)
        model = self.env[model_name].sudo()
        with self.env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
            model.search(domain, limit=1).filtered_domain(domain)

    def _read_export_domain(self, field_name: str) -> Domain:
        """Return a domain of the backend.

        :raise ValueError: it is not a domain; also ``SyntaxError``, ``TypeError``
        """
        model_name = self._models_by_export_domain()[field_name]
        text = (self[field_name] or "").strip() or "[]"
        try:
            terms = ast.literal_eval(text)
        except (MemoryError, RecursionError) as error:
            raise ValueError("it is nested too deeply") from error
        if not isinstance(terms, list | tuple):
            raise ValueError("a domain is a list")
        domain = Domain(terms)
        domain.validate(self.env[model_name])
        return domain

    def _exports_new(self, record: models.BaseModel, field_name: str | None) -> bool:
        """Return whether a new record is in the domain of the backend.

        If the domain cannot be evaluated, because a field was removed, the record is
        saved and not exported.
        """
        if not field_name or not self[field_name]:
            return True
        try:
            domain = self._read_export_domain(field_name)
            return bool(record.with_context(active_test=False).filtered_domain(domain))
        except NOT_A_DOMAIN:
            _logger.exception(
                "%s is not exported to %s: %s %s cannot be evaluated. Correct it on "
                "the backend.",
                record,
                self.display_name,
                field_name,
                self[field_name],
            )
            return False
