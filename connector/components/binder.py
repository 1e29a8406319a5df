# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import fields, models

from odoo.addons.component.core import AbstractComponent


def is_external_id(value: Any) -> bool:
    """Tell whether ``value`` names an external record: 0 does, True does not."""
    if isinstance(value, bool):
        return False
    return value == 0 or bool(value)


class Binder(AbstractComponent):
    """Know the link between an external id, a binding and a record."""

    _name = "base.binder"
    _inherit = "base.connector"
    _usage = "binder"

    _external_field = "external_id"
    _backend_field = "backend_id"
    _odoo_field = "odoo_id"
    _sync_date_field = "sync_date"

    def to_internal(self, external_id: Any, unwrap: bool = False) -> models.BaseModel:
        """Return the binding of ``external_id``, archived or not.

        Empty when nothing is bound. With ``unwrap``, the record behind it.
        """
        bindings = self._search_bindings(self._external_field, [external_id])
        bindings = bindings[:1] if not bindings else bindings.ensure_one()
        return bindings[self._odoo_field] if unwrap else bindings

    def to_internal_many(
        self, external_ids: Iterable[Any], unwrap: bool = False
    ) -> dict[Any, models.BaseModel]:
        """Return ``{external id: binding}`` of those that are bound, in one query.

        A binder that defines its own ``to_internal`` is asked for each.
        """
        wanted = list(dict.fromkeys(external_ids))
        if type(self).to_internal is not Binder.to_internal:
            found = {key: self.to_internal(key, unwrap=unwrap) for key in wanted}
            return {key: record for key, record in found.items() if record}
        by_text = {
            str(binding[self._external_field]): binding
            for binding in self._search_bindings(self._external_field, wanted)
        }
        return {
            key: by_text[str(key)][self._odoo_field] if unwrap else by_text[str(key)]
            for key in wanted
            if is_external_id(key) and str(key) in by_text
        }

    def _search_bindings(self, field: str, values: Iterable[Any]) -> models.BaseModel:
        """Return the backend's bindings by external id or by record, in one query."""
        wanted = [value for value in values if is_external_id(value)]
        if not wanted:
            return self.model.browse()
        if field == self._external_field:
            wanted = [str(value) for value in wanted]
        bindings = self.model.with_context(active_test=False).search(
            [
                (field, "in", wanted),
                (self._backend_field, "=", self.backend_record.id),
            ]
        )
        return bindings.with_context(self.env.context)

    def to_external(self, binding: models.BaseModel | int, wrap: bool = False) -> Any:
        """Return the external id of a binding, or of a record with ``wrap``.

        None or False when the record is not bound.
        """
        if isinstance(binding, models.BaseModel):
            record_id = binding.id
        else:
            record_id = binding
        if not wrap:
            return self.model.browse(record_id)[self._external_field]
        bindings = self._search_bindings(self._odoo_field, [record_id])
        return bindings.ensure_one()[self._external_field] if bindings else None

    def bind(self, external_id: Any, binding: models.BaseModel | int) -> None:
        """Link ``external_id`` to a binding and note the time of synchronization."""
        assert is_external_id(external_id), f"no external id: {external_id!r}"
        assert binding, f"no binding for external id {external_id!r}"
        if not isinstance(binding, models.BaseModel):
            binding = self.model.browse(binding)
        binding.with_context(connector_no_export=True).write(
            {
                self._external_field: str(external_id),
                self._sync_date_field: fields.Datetime.now(),
            }
        )

    def unwrap_binding(self, binding: models.BaseModel | int) -> models.BaseModel:
        """Return the record behind a binding."""
        if not isinstance(binding, models.BaseModel):
            binding = self.model.browse(binding)
        return binding[self._odoo_field]

    def unwrap_model(self) -> str:
        """Return the name of the model that the bindings wrap.

        :raise ValueError: the working model has no such many2one
        """
        field = self.model._fields.get(self._odoo_field)
        if field is None:
            raise ValueError(
                f"Model {self.model._name} has no field {self._odoo_field!r} by which "
                f"binder {self._name} could unwrap it: it is no binding."
            )
        return field.comodel_name
