# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Edits of bindings whose export is not confirmed.

::

    edit ──► listener INSERTs a row per field, in the transaction of the edit
    export ─ reads the rows, sends the fields, DELETEs the rows that it read
    import ─ does not overwrite a field that has a row

Rows are never updated by an edit, and an export deletes only rows that it read. So a
user who saves never waits for an export, and a running export cannot confirm an edit
that it does not see.

The table is written by SQL, without events, constraints or log fields: the listener
runs in every transaction that edits a bound record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from odoo import api, fields, models

from ..components.exporter.queue import delay_export
from ..components.two_way.unconfirmed import (
    ALL_FIELDS,
    UnconfirmedField,
    UnconfirmedFields,
    plain_name,
    stores_unconfirmed_edits,
)


class ConnectorUnconfirmedField(models.Model):
    """A field of a binding that was edited and whose export is not confirmed."""

    _name = "connector.unconfirmed.field"
    _description = "Edited Field Whose Export Is Not Confirmed"
    _log_access = False
    _rec_name = "name"

    model_name = fields.Char(string="Binding model", required=True, readonly=True)
    binding_id = fields.Many2oneReference(
        model_field="model_name", string="Binding ID", required=True, readonly=True
    )
    name = fields.Char(
        string="Field",
        required=True,
        readonly=True,
        help="Technical name; * stands for all fields",
    )
    edited_at = fields.Datetime(required=True, readonly=True)
    in_conflict = fields.Boolean(
        readonly=True,
        help="Changed in the backend, too: a user decides which version is kept. "
        "Until then no job exports it.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Decides",
        readonly=True,
        ondelete="set null",
        help="The user who was asked to decide",
    )

    _binding_index = models.Index("(model_name, binding_id)")

    @api.model
    def _note(self, edits: Mapping[models.BaseModel, Iterable[str] | None]) -> None:
        """Store the edited fields of bindings, None for all fields, in one INSERT.

        Bindings without ``connector.binding.mixin`` are ignored.
        """
        rows = [
            (binding._name, binding.id, name)
            for binding, names in edits.items()
            if stores_unconfirmed_edits(binding)
            for name in (
                [ALL_FIELDS] if names is None else sorted(map(plain_name, names))
            )
        ]
        if not rows:
            return
        model_names, binding_ids, names = map(list, zip(*rows, strict=True))
        self.env.cr.execute(
            """
            INSERT INTO connector_unconfirmed_field
                (model_name, binding_id, name, edited_at)
            SELECT model_name, binding_id, name, %s
            FROM unnest(%s::varchar[], %s::int[], %s::varchar[])
                AS edit (model_name, binding_id, name)
            """,
            [fields.Datetime.now(), model_names, binding_ids, names],
        )

    @api.model
    def _find(self, bindings: models.BaseModel) -> dict[int, UnconfirmedFields]:
        """Return ``{binding id: unconfirmed fields}`` of the bindings that have any."""
        if not bindings.ids:
            return {}
        self.env.cr.execute(
            """
            SELECT binding_id, id, name, edited_at, coalesce(in_conflict, false)
            FROM connector_unconfirmed_field
            WHERE model_name = %s AND binding_id = ANY(%s)
            ORDER BY id
            """,
            [bindings._name, bindings.ids],
        )
        rows = defaultdict(list)
        for binding_id, *row in self.env.cr.fetchall():
            rows[binding_id].append(UnconfirmedField(*row))
        return {key: UnconfirmedFields(found) for key, found in rows.items()}

    @api.model
    def _find_models(self, model_names: list[str]) -> list[str]:
        """Return the given models that have unconfirmed edits, in the given order."""
        self.env.cr.execute(
            """
            SELECT model.name FROM unnest(%s::varchar[]) AS model (name) WHERE EXISTS (
                SELECT FROM connector_unconfirmed_field AS edit
                WHERE edit.model_name = model.name
            )
            """,
            [model_names],
        )
        found = {name for (name,) in self.env.cr.fetchall()}
        return [name for name in model_names if name in found]

    @api.model
    def _set_in_conflict(
        self,
        rows: Iterable[UnconfirmedField],
        value: bool,
        user: models.BaseModel | None = None,
    ) -> None:
        """Store whether a user must decide about some edits, and which one."""
        row_ids = [row.id for row in rows if row.in_conflict != value]
        if row_ids:
            self.env.cr.execute(
                "UPDATE connector_unconfirmed_field SET in_conflict = %s, user_id = %s "
                "WHERE id = ANY(%s)",
                [value, (value and user and user.id) or None, row_ids],
            )

    @api.model
    def _confirm(self, row_ids: Iterable[int]) -> None:
        """Delete rows whose edits reached the backend, or were overwritten."""
        row_ids = list(row_ids)
        if row_ids:
            self.env.cr.execute(
                "DELETE FROM connector_unconfirmed_field WHERE id = ANY(%s)", [row_ids]
            )

    @api.model
    def _forget(self, bindings: models.BaseModel) -> None:
        """Delete the rows of bindings that are deleted."""
        if bindings.ids:
            self.env.cr.execute(
                """
                DELETE FROM connector_unconfirmed_field
                WHERE model_name = %s AND binding_id = ANY(%s)
                RETURNING binding_id, in_conflict
                """,
                [bindings._name, bindings.ids],
            )
            in_conflict = {key for key, is_asked in self.env.cr.fetchall() if is_asked}
            bindings.browse(in_conflict)._end_conflict_activities()

    @api.model
    def _delay_exports(self, bindings: models.BaseModel) -> int:
        """Delay exports of the unconfirmed fields; return the number of bindings.

        For exports that were held back, for example while the backend was paused.
        """
        found = self._find(bindings)
        for binding in bindings.browse(found):
            unconfirmed = found[binding.id]
            names = None if ALL_FIELDS in unconfirmed.names else unconfirmed.names
            delay_export(binding, names, only_unconfirmed=True)
        return len(found)

    @api.autovacuum
    def _gc_rows(self) -> None:
        """Delete rows of bindings that a foreign key deleted, and repeated rows.

        Of several rows of one field the newest is kept. Rows that a running export has
        locked are skipped.
        """
        self.env.cr.execute(
            """
            DELETE FROM connector_unconfirmed_field WHERE id IN (
                SELECT id FROM connector_unconfirmed_field AS row WHERE EXISTS (
                    SELECT FROM connector_unconfirmed_field AS newer
                    WHERE newer.model_name = row.model_name
                    AND newer.binding_id = row.binding_id
                    AND newer.name = row.name
                    AND newer.id > row.id
                ) FOR UPDATE SKIP LOCKED
            )
            """
        )
        for model_name, rows in self._read_group([], ["model_name"], ["id:recordset"]):
            if model_name not in self.env:
                rows.unlink()
                continue
            bindings = self.env[model_name].browse(set(rows.mapped("binding_id")))
            deleted = bindings - bindings.exists()
            self._forget(deleted)


class ConnectorBindingMixin(models.AbstractModel):
    _inherit = "connector.binding.mixin"

    unconfirmed_fields = fields.Char(
        string="Edits to export",
        compute="_compute_unconfirmed_fields",
        compute_sudo=True,
        help="Fields that were edited in Odoo and are not exported yet. An import does "
        "not overwrite them, unless they changed in the backend, too: then its policy "
        "decides.",
    )

    external_base = fields.Json(
        copy=False,
        help="Digests of the values that were last equal in Odoo and in the backend, "
        "for each field that is imported and exported",
    )
    known_fingerprint = fields.Char(
        copy=False,
        help="Digest of the values of the external record, while its date "
        "cannot show another change",
    )

    @api.depends_context("lang")
    def _compute_unconfirmed_fields(self) -> None:
        found = self.env["connector.unconfirmed.field"]._find(self)
        for binding in self:
            unconfirmed = found.get(binding.id)
            names = unconfirmed.names if unconfirmed else ()
            binding.unconfirmed_fields = (
                self.env._("all fields")
                if ALL_FIELDS in names
                else binding._labels_of(names)
            )

    def _labels_of(self, names: Iterable[str]) -> str:
        """Return the labels of fields, or the names that are of no field."""
        known = self._fields
        labels = [
            known[name]._description_string(self.env) if name in known else name
            for name in names
        ]
        return ", ".join(sorted(labels))
