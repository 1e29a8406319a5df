# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import the translated fields of records that are in Odoo already.

The backend is read once per language, for any number of records. An importer calls
``run`` in its ``_after_import``: the record is created and bound then. Code that has
many bindings calls ``run_many``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter, signature
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ..comparison.changes import changed_values, remember_held
from ..external_id import check_storable, external_key
from ..two_way.unconfirmed import UnconfirmedFields, find_unconfirmed
from .hooks import IMPORT_CONTEXT


class TranslationImporter(AbstractComponent):
    """Importer of the translations of one model."""

    _name = "generic.translation.importer"
    _inherit = "base.importer"
    _usage = "translation.importer"

    #: unconfirmed edits by id of the binding; an import does not overwrite them
    _unconfirmed: dict[int, UnconfirmedFields] = {}

    def _languages(self) -> Mapping[str, Any]:
        """Return ``{code of a language in Odoo: its name in the backend}``.

        Languages that are not installed in Odoo are ignored.
        """
        raise NotImplementedError(
            f"{self._name} does not say in which languages to read the backend: "
            "override _languages to return {'fr_FR': <its name in the backend>}."
        )

    def _read_many(self, external_ids: list[Any], language: Any) -> dict[Any, Any]:
        """Return ``{external id: external record}`` in a language of the backend.

        :raise NotImplementedError: the adapter does not support languages
        """
        adapter = self.backend_adapter
        if not _takes_language(adapter.read_many):
            raise NotImplementedError(
                f"{adapter._name} cannot read in the language {language!r}: its "
                "read_many has no parameter `language`. Add it, or override _read_many "
                f"of {self._name}."
            )
        return adapter.read_many(external_ids, language=language)

    def _map_data(self, external_record: Any):
        """Return the map record of an external record."""
        return self.mapper.map_record(external_record)

    def _map_values(self, external_record: Any) -> dict[str, Any]:
        """Return the values of an external record, with the translated ones."""
        return self._map_data(external_record).values(for_create=False)

    def run(self, external_id: Any, binding: models.BaseModel) -> int:
        """Import the translations of one record; return how many were written."""
        return self.run_many([(external_id, binding)])

    def run_many(self, pairs: Iterable[tuple[Any, models.BaseModel]]) -> int:
        """Import translations of ``(external id, binding)``; return how many."""
        bindings = dict(pairs)
        if not bindings:
            return 0
        of_model = self.model.union(*bindings.values())
        self._unconfirmed = find_unconfirmed(self.work, of_model)
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        return sum(
            self._import_language(bindings, code, language)
            for code, language in self._languages().items()
            if code in installed
        )

    def _import_language(
        self, bindings: dict[Any, models.BaseModel], code: str, language: Any
    ) -> int:
        found = self._read_many(list(bindings), language)
        records = {external_key(key): record for key, record in found.items()}
        return sum(
            self._write_language(binding, code, records[external_key(external_id)])
            for external_id, binding in bindings.items()
            if records.get(external_key(external_id))
        )

    def _write_language(
        self, binding: models.BaseModel, code: str, external_record: Any
    ) -> bool:
        """Write the translations that differ; return whether any did."""
        binding = binding.with_context(**IMPORT_CONTEXT, lang=code)
        values = self._translated_values(self._map_values(external_record))
        check_storable(values, f"{binding._name} {binding.id} in {code}", binding)
        changes = changed_values(binding, values)
        edits = self._unconfirmed.get(binding.id)
        for name in edits.edited(binding, changes) if edits else ():
            del changes[name]
        if changes:
            binding.write(changes)
            remember_held(binding, changes)
        return bool(changes)

    def _translated_values(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values of translated fields that are not empty."""
        fields = self.model._fields
        return {
            name: value
            for name, value in values.items()
            if value and name in fields and fields[name].translate
        }


def _takes_language(read_many: Callable[..., Any]) -> bool:
    parameters = signature(read_many).parameters.values()
    return any(
        parameter.name == "language" or parameter.kind is Parameter.VAR_KEYWORD
        for parameter in parameters
    )
