# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from odoo import models

#: what else says which external record is written into the wrapped one
SOURCE_FIELDS = ("backend_id", "external_id")


class ConnectorBindingMixin(models.AbstractModel):
    """A binding grants no right on the record that it wraps.

    An import writes into the wrapped record what the external record holds. So who
    links the two must have the right to write the record, however the link is made: by
    the fields of a new binding or of an existing one, by a copy, a file, or a command
    of the wrapped record.
    """

    _inherit = "connector.binding.mixin"

    def _check_access(self, operation):
        """Ask also for the right to read the model that the binding wraps.

        Its fields are searched, sorted and grouped by as if they were the binding's,
        and then Odoo asks for its record rules only.
        """
        refused = super()._check_access(operation)
        for model_name in () if refused else self._inherits:
            if wrapped := self.env[model_name].browse()._check_access("read"):
                _records, make_error = wrapped
                return self, make_error
        return refused

    def _prepare_create_values(self, vals_list):
        """Refuse to bind existing records that the user must not write."""
        prepared = super()._prepare_create_values(vals_list)
        if not self.env.su:
            self._check_may_link(prepared)
        return prepared

    def _check_may_link(self, vals_list: list[dict[str, Any]]) -> None:
        """Raise an error unless the user may write the records that are bound.

        Those for which there are values are written by Odoo, which checks it.
        """
        for name in self._wrapping_fields():
            linked = {
                vals[name]
                for vals in vals_list
                if vals.get(name) and not self._has_values_for(name, vals)
            }
            self._check_may_write(self.env[self._fields[name].comodel_name], linked)

    def _has_values_for(self, wrapping_field: str, vals: Mapping[str, Any]) -> bool:
        """Return whether Odoo writes some of the values to the wrapped record."""
        if wrapping_field not in self._inherits.values():
            return False
        return any(
            field.inherited and field.related.split(".", 1)[0] == wrapping_field
            for field in map(self._fields.get, vals)
            if field is not None
        )

    def write(self, vals):
        """Check the rules for what a binding becomes, not only for what it was.

        And the right to write the wrapped record, where the link becomes another one.
        """
        if self.env.su or not self._linking_fields() & vals.keys():
            return super().write(vals)
        before = self._read_links()
        written = super().write(vals)
        if "backend_id" in vals or "odoo_id" in vals:
            self.check_access("write")
        relinked = self.browse(
            binding_id
            for binding_id, link in self._read_links().items()
            if link != before[binding_id]
        )
        for name in self._wrapping_fields():
            wrapped = relinked[name]
            self._check_may_write(wrapped.browse(), wrapped.ids)
        return written

    def _wrapping_fields(self) -> list[str]:
        """Return the fields that say which record is wrapped."""
        names = dict.fromkeys(self._inherits.values())
        if self._odoo_model and "odoo_id" in self._fields:
            names["odoo_id"] = None
        return list(names)

    def _linking_fields(self) -> set[str]:
        """Return the fields of which each change links another record."""
        return {*self._wrapping_fields(), *SOURCE_FIELDS} & self._fields.keys()

    def _read_links(self) -> dict[int, dict[str, Any]]:
        """Return ``{binding id: what it links}``."""
        links: dict[int, dict[str, Any]] = defaultdict(dict)
        for name in sorted(self._linking_fields()):
            for binding in self.sudo():
                value = binding[name]
                links[binding.id][name] = (
                    value.id if isinstance(value, models.BaseModel) else value
                )
        return links

    def _check_may_write(self, model: models.BaseModel, record_ids) -> None:
        """Raise an error unless the user may write the records.

        A write of nothing asks all there is to ask: models refuse by more than access
        rights and rules, as contacts do that belong to another user.

        :raise odoo.exceptions.AccessError: naming the right, or the rule
        """
        model.with_env(self.env).browse(sorted(record_ids)).write({})
