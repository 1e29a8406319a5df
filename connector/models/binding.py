# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The binding: the link of a record to an external record of a backend.

::

    backend_id ───► backend          unique per backend: external_id
    external_id     (text)           unique per backend: odoo_id
    odoo_id ──────► wrapped record

A binding model inherits ``connector.binding.mixin``, and names its backend model and
the model that it wraps; or it inherits ``external.binding`` and declares all fields.

**A binding grants no access to the record it wraps.** An import writes values of the
external record into the wrapped record. So a user who links the two must have the right
to write the record, whether the link is made by a new binding, a changed one, a copy,
an imported file, or a command of the wrapped record.

Jobs are in ``binding_jobs.py`` and ``binding_export_jobs.py``, buttons in
``binding_buttons.py``, edits that wait for their export in ``unconfirmed_field.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from odoo import api, fields, models

from ..binding_links import bound_message
from ..components.binding_memory import note_touched
from ..database import violated_key

#: fields that, besides the wrapped record, decide what an import writes into it
LINK_FIELDS = ("backend_id", "external_id")


class ExternalBinding(models.AbstractModel):
    """Base of all bindings, with or without ``connector.binding.mixin``."""

    _name = "external.binding"
    _inherit = ["connector.access"]
    _description = "External Binding"

    sync_date = fields.Datetime(string="Last synchronization date", copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        bindings = super().create(vals_list)
        note_touched(bindings)
        return bindings

    def write(self, vals):
        written = super().write(vals)
        note_touched(self)
        return written

    def unlink(self):
        """Delete the bindings and the aliases of their external records."""
        aliases = self.env["connector.external.alias"]._find_of_bindings(self)
        deleted = super().unlink()
        aliases.unlink()
        return deleted


class UniqueLink(models.Constraint):
    """Unique constraint on backend and external id, or on backend and record.

    A violation raises an error that names the existing binding.
    """

    def __init__(self, *columns: str) -> None:
        # without a message: a stored one would be shown instead of this error
        super().__init__(f"UNIQUE ({', '.join(columns)})")

    def get_error_message(self, model: models.BaseModel, diagnostics=None) -> str:
        key = violated_key(diagnostics and diagnostics.message_detail)
        if binding := self._find_binding(model, key):
            return bound_message(binding, binding.external_id)
        return model.env._(
            "%(model)s: two bindings must not have the same %(link)s.",
            model=model._description,
            link=", ".join(f"{name} {value}" for name, value in key.items())
            or model.env._("backend and external id, or backend and record"),
        )

    def _find_binding(
        self, model: models.BaseModel, key: dict[str, str]
    ) -> models.BaseModel:
        """Return the existing binding, if the user may read it."""
        if not key or not model.has_access("read"):
            return model.browse()
        domain = [
            (name, "=", int(value) if model._fields[name].type == "many2one" else value)
            for name, value in key.items()
        ]
        return model.with_context(active_test=False).search(domain, limit=1)


def find_odoo_model(model_class: type) -> str:
    """Return the model that a binding wraps: by ``_odoo_model`` or ``_inherits``."""
    if model_class._odoo_model:
        return model_class._odoo_model
    for comodel_name, field_name in model_class._inherits.items():
        if field_name == "odoo_id":
            return comodel_name
    return "base"


class ConnectorBindingMixin(models.AbstractModel):
    """Fields and constraints of a binding.

    The model sets ``_connector_backend``, and the model that it wraps, by
    ``_inherits = {model: "odoo_id"}`` or by ``_odoo_model``. A field that the model
    declares wins over the field of this mixin.
    """

    _name = "connector.binding.mixin"
    _inherit = ["external.binding"]
    _description = "Connector Binding"

    _connector_backend = "connector.backend"  #: name of the backend model
    _odoo_model: str | None = None  #: the model, if ``_inherits`` names none
    #: whether a listener that applies to all bindings of the connector applies to it
    _is_exported = True

    backend_id = fields.Many2one(
        find_comodel=lambda model_class: model_class._connector_backend,
        required=True,
        index=True,
        ondelete="restrict",
    )
    odoo_id = fields.Many2one(
        find_comodel=find_odoo_model,
        string="Record",
        required=True,
        index=True,
        ondelete="cascade",
    )
    external_id = fields.Char(string="ID in the backend", index=True, copy=False)
    external_updated_at = fields.Datetime(
        string="Changed in the backend",
        copy=False,
        help="Last change of the external record that was imported",
    )
    external_created_at = fields.Datetime(
        string="Created in the backend",
        copy=False,
        help="When the external record was created. A record with the same ID that was "
        "created at another time is refused",
    )
    external_fingerprint = fields.Char(
        copy=False,
        help="Fingerprint of the values that were last imported",
    )
    stored_differently = fields.Json(
        copy=False,
        help="Digests of imported values that Odoo stores in another form",
    )

    has_aliases = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether other external records were merged into this one",
    )

    _backend_external_uniq = UniqueLink("backend_id", "external_id")
    #: a record has at most one binding for each backend
    _backend_record_uniq = UniqueLink("backend_id", "odoo_id")

    def _valid_field_parameter(self, field, name):
        """Set the comodel of a field that declares it by ``find_comodel``.

        Odoo calls this while it sets a field up, and no other method of the model. A
        subclass of ``Many2one`` would not do: where a binding model redeclares some
        attributes, as in ``backend_id = fields.Many2one(ondelete="cascade")``, Odoo
        ignores those of a field of another class.
        """
        if name != "find_comodel":
            return super()._valid_field_parameter(field, name)
        if not (field.related or field.comodel_name):
            field.comodel_name = field.find_comodel(type(self))
        return True

    def _prepare_create_values(self, vals_list):
        """Refuse to bind existing records that the user may not write."""
        prepared = super()._prepare_create_values(vals_list)
        if not self.env.su:
            self._check_may_link(prepared)
        return prepared

    def write(self, vals):
        """Check the record rules also after the write, for the new link.

        Where the link changes, check the right to write the wrapped record, too.
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

    def unlink(self):
        """Delete the bindings, their unconfirmed edits and their export errors."""
        unconfirmed = self.env["connector.unconfirmed.field"].sudo()
        bindings = self.browse(self.ids)
        deleted = super().unlink()
        self._resolve_errors_of_deleted()
        unconfirmed._forget(bindings)
        return deleted

    def _find_reason_to_stop(self) -> str | None:
        """Return why this record is not exported now although the backend is on.

        Its edits are kept until there is no reason, as those for a paused backend.
        """
        return self._describe_kept() if self.is_deleted_remotely else None

    # -- rights ---------------------------------------------------------------

    def _check_access(self, operation):
        """Check also the right to read the model that the binding wraps.

        Its fields are searched, sorted and grouped by as fields of the binding, for
        which Odoo checks only the record rules of the wrapped model.
        """
        refused = super()._check_access(operation)
        for model_name in () if refused else self._inherits:
            if wrapped := self.env[model_name].browse()._check_access("read"):
                _records, make_error = wrapped
                return self, make_error
        return refused

    def _check_may_link(self, vals_list: list[dict[str, Any]]) -> None:
        """Raise an error unless the user may write the records that are bound.

        Odoo itself checks the records for which there are values.
        """
        for name in self._wrapping_fields():
            linked = {
                vals[name]
                for vals in vals_list
                if vals.get(name) and not self._has_values_for(name, vals)
            }
            self._check_may_write(self.env[self._fields[name].comodel_name], linked)

    def _has_values_for(self, wrapping_field: str, vals: Mapping[str, Any]) -> bool:
        """Return whether Odoo writes any of the values to the wrapped record."""
        if wrapping_field not in self._inherits.values():
            return False
        return any(
            field.inherited and field.related.split(".", 1)[0] == wrapping_field
            for field in map(self._fields.get, vals)
            if field is not None
        )

    def _wrapping_fields(self) -> list[str]:
        """Return the fields that hold the wrapped record."""
        names = dict.fromkeys(self._inherits.values())
        if self._odoo_model and "odoo_id" in self._fields:
            names["odoo_id"] = None
        return list(names)

    def _linking_fields(self) -> set[str]:
        """Return the fields that make up the link."""
        return {*self._wrapping_fields(), *LINK_FIELDS} & self._fields.keys()

    def _read_links(self) -> dict[int, dict[str, Any]]:
        """Return ``{binding id: {field: value}}`` of the link."""
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

        An empty write makes all checks: models refuse by more than access rights and
        rules, as contacts do that belong to another user.

        :raise odoo.exceptions.AccessError: naming the right, or the rule
        """
        model.with_env(self.env).browse(sorted(record_ids)).write({})
