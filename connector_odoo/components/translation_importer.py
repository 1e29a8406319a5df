# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo.addons.connector.api import Component, source_fields


class OdooTranslationImporter(Component):
    """Importer of texts in all languages that both sides have installed.

    An importer calls it in its ``_after_import``; none does so by default.
    """

    _name = "odoo.translation.importer"
    _inherit = ["odoo.connector", "generic.translation.importer"]

    def _languages(self) -> Mapping[str, str]:
        """Return the languages other than that of the import."""
        remote = self.work.remote
        installed = remote.remember(
            "languages",
            lambda: remote.call("res.lang", "search_read", [], fields=["code"]),
        )
        codes = {language["code"] for language in installed}
        return {code: code for code in codes - {self.env.lang or "en_US"}}

    def _read_many(self, external_ids: list[Any], language: str) -> dict[int, Any]:
        fields = sorted(self._translated_sources())
        if not fields:
            return {}
        ids = map(int, external_ids)
        return self.backend_adapter.read_many(ids, fields, language=language)

    def _map_values(self, external_record: dict[str, Any]) -> dict[str, Any]:
        fields = self._translated_sources() & external_record.keys()
        map_record = self._map_data(external_record)
        return map_record.values(for_create=False, fields=fields)

    def _translated_sources(self) -> set[str]:
        """Return the remote fields of the rows whose target is translated."""
        own_fields = self.model._fields
        return {
            name
            for source, target in self.mapper.direct
            if target in own_fields and own_fields[target].translate
            for name in source_fields(source)
        }
