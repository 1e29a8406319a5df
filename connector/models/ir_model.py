# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterator

from odoo import fields, models
from odoo.tools import SQL, sql

from odoo.addons.queue_job.job import (
    CANCELLED,
    ENQUEUED,
    FAILED,
    PENDING,
    WAIT_DEPENDENCIES,
)

#: a job in one of these states may still run
RUNNABLE_STATES = (WAIT_DEPENDENCIES, PENDING, ENQUEUED, FAILED)


class IrModel(models.Model):
    """Forget what the connector keeps by the name of a model that is uninstalled.

    Cursors, receipts, runs and the like know backends and bindings by the name of
    their model and an id, without a foreign key. When the connector is installed
    again, its ids begin with 1 again: what the old backend 1 left would be taken for
    that of the new one.
    """

    _inherit = "ir.model"

    def unlink(self):
        """Delete the models with what is kept by their names, and cancel their jobs."""
        names = self.mapped("model")
        if names:
            self._cancel_jobs_of(names)
            self._forget_models(names)
        return super().unlink()

    def _forget_models(self, names: list[str]) -> None:
        """Delete the records that are kept by one of the names."""
        for model, columns in self._find_kept_by_name():
            # by SQL: the models of this addon may be going themselves
            model.flush_model(columns)
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE %s",
                    SQL.identifier(model._table),
                    SQL(" OR ").join(
                        SQL("%s = ANY(%s)", SQL.identifier(column), list(names))
                        for column in columns
                    ),
                )
            )
        self.env.invalidate_all()

    def _find_kept_by_name(self) -> Iterator[tuple[models.BaseModel, list[str]]]:
        """Yield the models kept by names of models, and the fields of these names.

        Those are the models called ``connector.…`` that store the name of a model: as
        the ``model_field`` of a reference, or in a field called ``model_name`` or
        ``…_model``.
        """
        for name, model in self.env.items():
            if not name.startswith("connector.") or not is_kept(model):
                continue
            wanted = [
                field.name
                for field in model._fields.values()
                if field.store and field.type == "char" and is_model_name(model, field)
            ]
            # while this addon is uninstalled, tables and columns are gone already
            there = sql.table_columns(self.env.cr, model._table) if wanted else {}
            columns = [column for column in wanted if column in there]
            if columns:
                yield model, columns

    def _cancel_jobs_of(self, names: list[str]) -> None:
        """Cancel the jobs that call the models, or work for backends of them."""
        jobs = self.env["queue.job"].sudo()
        there = sql.table_columns(self.env.cr, jobs._table)
        if not {"model_name", "state", "date_cancelled", "result"} <= there.keys():
            return  # uninstalled, too
        domain = fields.Domain("model_name", "in", names)
        if "sync_backend_model" in there:
            domain |= fields.Domain("sync_backend_model", "in", names)
        runnable = fields.Domain("state", "in", RUNNABLE_STATES)
        unparked = {}
        if "sync_is_parked" in there:
            # another backend that gets the id of this one would wake them
            runnable |= fields.Domain("sync_is_parked", "=", True)
            unparked["sync_is_parked"] = False
        jobs = jobs.search(domain & runnable)
        while jobs:
            jobs.write(
                {
                    **unparked,
                    "state": CANCELLED,
                    "date_cancelled": fields.Datetime.now(),
                    "result": self.env._(
                        "Cancelled: a model that it needs was uninstalled."
                    ),
                }
            )
            # what waits for a cancelled job would wait for ever
            jobs = jobs.dependent_ids.filtered_domain(
                [("state", "=", WAIT_DEPENDENCIES)]
            )


def is_kept(model: models.BaseModel) -> bool:
    """Return whether a model keeps its records in a table, for longer than a screen."""
    return model._auto and not model._abstract and not model._transient


def is_model_name(model: models.BaseModel, field: fields.Field) -> bool:
    """Return whether a text field of a model holds the name of a model."""
    return (
        field.name == "model_name"
        or field.name.endswith("_model")
        or any(
            other.type == "many2one_reference" and other.model_field == field.name
            for other in model._fields.values()
        )
    )
