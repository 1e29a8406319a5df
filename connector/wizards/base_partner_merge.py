# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Merge the bindings of contacts that are merged.

Odoo's wizard changes foreign keys by SQL, and deletes the rows for which that violates
a constraint: one of two bindings to the same backend, and rows of a model that are
unique per contact, together with their bindings. So bindings are merged before.
"""

from __future__ import annotations

from collections.abc import Iterator

from odoo import api, models
from odoo.tools import SQL

from ..binding_links import find_link_fields


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys_generic(self, model, src_records, dst_record):
        """Merge the bindings of the records, and those of rows that refer to them."""
        aliases = self.env["connector.external.alias"].sudo()
        aliases._merge_bindings(src_records, dst_record)
        for referring, column in self._find_unique_references(model):
            self._merge_referring(referring, column, src_records, dst_record)
        return super()._update_foreign_keys_generic(model, src_records, dst_record)

    def _find_unique_references(
        self, model_name: str
    ) -> Iterator[tuple[models.BaseModel, str]]:
        """Yield the models that are bound, and their unique many2ones to a model."""
        bound = set()
        for name in self.env.registry.descendants(["external.binding"], "_inherit"):
            binding_model = self.env[name]
            link = None if binding_model._abstract else find_link_fields(binding_model)
            if link:
                bound.add(binding_model._fields[link.record].comodel_name)
        for name in sorted(bound - {model_name}):
            model = self.env[name].sudo().with_context(active_test=False)
            for field in model._fields.values():
                if field.type != "many2one" or not field.column_type:
                    continue
                if field.comodel_name == model_name and field.store:
                    if self._has_check_or_unique_constraint(model._table, field.name):
                        yield model, field.name

    def _merge_referring(
        self, model: models.BaseModel, column: str, src_records, dst_record
    ) -> None:
        """Merge the bindings of rows that would be deleted; move the other rows.

        A row has a twin if the survivor has a row with equal other unique columns.
        """
        aliases = self.env["connector.external.alias"].sudo()
        for record in model.search([(column, "in", src_records.ids)], order="id"):
            twin = self._find_twin(record, column, dst_record)
            if twin:
                aliases._merge_bindings(record, twin)
            else:
                record.flush_recordset()
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE id = %s",
                        SQL.identifier(model._table),
                        SQL.identifier(column),
                        dst_record.id,
                        record.id,
                    )
                )
                record.invalidate_recordset()

    def _find_twin(self, record: models.BaseModel, column: str, dst_record):
        """Return the row of the survivor that conflicts with a row, if any."""
        for columns in self._unique_columns(record._table, column):
            same = SQL(" AND ").join(
                SQL("own.%s = twin.%s", SQL.identifier(name), SQL.identifier(name))
                for name in columns
                if name != column
            )
            table = SQL.identifier(record._table)
            self.env.cr.execute(
                SQL(
                    "SELECT twin.id FROM %s AS own JOIN %s AS twin ON %s"
                    " WHERE own.id = %s AND twin.%s = %s LIMIT 1",
                    table,
                    table,
                    same or SQL("TRUE"),
                    record.id,
                    SQL.identifier(column),
                    dst_record.id,
                )
            )
            if found := self.env.cr.fetchone():
                return record.browse(found[0])
        return record.browse()

    def _unique_columns(self, table: str, column: str) -> list[list[str]]:
        """Return the columns of each unique constraint that contains a column."""
        self.env.cr.execute(
            """
            SELECT array_agg(attribute.attname::text)
              FROM pg_constraint AS con
              JOIN pg_class AS cl ON cl.oid = con.conrelid
              JOIN pg_attribute AS attribute
                ON attribute.attrelid = cl.oid AND attribute.attnum = ANY(con.conkey)
             WHERE con.contype = 'u'
               AND cl.relname = %s
               AND cl.relnamespace = current_schema::regnamespace
             GROUP BY con.oid
            """,
            [table],
        )
        return [columns for (columns,) in self.env.cr.fetchall() if column in columns]
