# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo import api, fields, models

#: the language in which Odoo keeps the texts that are not translated
SOURCE_LANGUAGE = "en_US"
#: keys of whoever delayed a job that would change what it writes and compares
FOREIGN_KEYS = ("lang", "tz", "active_test", "force_company")


class ConnectorBackendMixin(models.AbstractModel):
    """Run the jobs of a backend in its own context.

    The texts that a job reads, compares and writes are those of the backend's language,
    its times are UTC, whoever pressed the button.
    """

    _inherit = "connector.backend.mixin"

    _has_own_context = True

    lang = fields.Selection(
        selection="_select_lang",
        string="Language",
        default=lambda self: self._default_lang(),
        help="The texts of which language are imported and exported, where a field is "
        "translated",
    )

    @api.model
    def _select_lang(self) -> list[tuple[str, str]]:
        """Return the installed languages."""
        return self.env["res.lang"].get_installed()

    @api.model
    def _default_lang(self) -> str:
        """Return English if it is installed, the language of the company otherwise."""
        installed = [code for code, __ in self._select_lang()]
        preferred = (SOURCE_LANGUAGE, self.env.company.partner_id.sudo().lang)
        return next((code for code in preferred if code in installed), installed[0])

    def _get_own_context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        kept = {
            key: value
            for key, value in super()._get_own_context(context).items()
            if key not in FOREIGN_KEYS
            and not key.startswith(("default_", "search_default_"))
        }
        return {**kept, "lang": self.lang or SOURCE_LANGUAGE, "tz": "UTC"}
