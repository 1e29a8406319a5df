# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows that are deleted with a backend, and with a model that is uninstalled.

Cursors, receipts, runs and the like refer to backends and bindings by the name of their
model and an id, without a foreign key. When a connector is installed again, its ids
start with 1 again, and rows of the old backend 1 would be taken for those of the new
one. So they are deleted with the backend or the model, and jobs are cancelled. A
backend with bindings is not deleted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning
from odoo.tools import SQL, sql

from odoo.addons.queue_job.job import (
    CANCELLED,
    ENQUEUED,
    FAILED,
    PENDING,
    WAIT_DEPENDENCIES,
)

#: models whose records are deleted with their backend
KEPT_OF_BACKEND = (
    "connector.alert",
    "connector.backend.pause",
    "connector.bulk.operation",
    "connector.cursor",
    "connector.export.receipt",
    "connector.external.alias",
    "connector.file",
    "connector.kept.records",
    "connector.oauth.request",
    "connector.oauth.token",
    "connector.request.budget",
    "connector.sync.error",
    "connector.sync.cause",
    "connector.sync.rollup",
    "connector.sync.run",
    "connector.sync.total",
    "connector.sync.batch",
    "connector.webhook.event",
)
#: a job in one of these states may still run
RUNNABLE_STATES = (WAIT_DEPENDENCIES, PENDING, ENQUEUED, FAILED)


class ConnectorBackend(models.AbstractModel):
    _inherit = "connector.backend"

    def unlink(self):
        """Delete the backends with the rows that name them, and cancel their jobs."""
        backends = self.browse(self.ids)
        deleted = super().unlink()
        jobs = self.env["queue.job"]
        jobs._cancel_of_backends(
            backends, *RUNNABLE_STATES, reason=jobs._reason_of_deletion()
        )
        domain = [
            ("backend_model", "=", self._name),
            ("backend_id", "in", backends.ids),
        ]
        self.env["connector.sync.change"]._delete_of(self._name, backends.ids)
        for model_name in KEPT_OF_BACKEND:
            self.env[model_name].sudo().search(domain).unlink()
        return deleted


class ConnectorBackendMixin(models.AbstractModel):
    _inherit = "connector.backend.mixin"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_bound(self):
        """Offer to unbind the records first, which would lose their bindings."""
        for backend in self:
            counts = backend._count_bindings()
            if counts:
                labels = backend._label_models(list(counts))
                offer = RedirectWarning(
                    self.env._(
                        "%(backend)s cannot be deleted, records are bound to it: "
                        "%(bindings)s. Unbind them first, or archive the backend.",
                        backend=backend.display_name,
                        bindings=", ".join(
                            f"{count} {labels[name]}" for name, count in counts.items()
                        ),
                    ),
                    self.env["connector.backend.deletion"]._describe_action(backend),
                    self.env._("Unbind %s records and delete…", sum(counts.values())),
                )
                offer.loglevel = logging.INFO  # a question, not an error
                raise offer

    def _count_bindings(self) -> dict[str, int]:
        """Return ``{binding model: number}`` of bindings that do not cascade."""
        self.ensure_one()
        counts = {}
        for model_name in self.pool.descendants(["external.binding"], "_inherit"):
            model = self.env[model_name].sudo().with_context(active_test=False)
            if model._abstract:
                continue
            for name in self._find_restricting(model):
                count = model.search_count([(name, "=", self.id)])
                if count:
                    counts[model_name] = count
        return counts

    def _find_restricting(self, model: models.BaseModel) -> list[str]:
        """Return the fields of a model that refer to the backend without cascade."""
        return [
            name
            for name, field in model._fields.items()
            if field.type == "many2one"
            and field.store
            and field.comodel_name == self._name
            and field.ondelete != "cascade"
        ]


class IrModel(models.Model):
    """Delete the rows that name a model with the model."""

    _inherit = "ir.model"

    def unlink(self):
        """Delete the models with the rows that name them, and cancel their jobs."""
        names = self.mapped("model")
        if names:
            self._cancel_jobs_of(names)
            self._forget_models(names)
        return super().unlink()

    def _forget_models(self, names: list[str]) -> None:
        """Delete the rows that hold one of the names of models."""
        for model, columns in self._find_kept_by_name():
            # by SQL: the models of this addon may be uninstalled, too
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
        """Yield the models whose rows name models, and their fields with these names.

        They are the models called ``connector.…`` with a stored field that is the
        ``model_field`` of a reference, or is called ``model_name`` or ``…_model``.
        """
        for name, model in self.env.items():
            if not name.startswith("connector.") or not is_kept(model):
                continue
            wanted = [
                field.name
                for field in model._fields.values()
                if field.store and field.type == "char" and is_model_name(model, field)
            ]
            # while this addon is uninstalled, columns may not exist any more
            there = sql.table_columns(self.env.cr, model._table) if wanted else {}
            columns = [column for column in wanted if column in there]
            if columns:
                yield model, columns

    def _cancel_jobs_of(self, names: list[str]) -> None:
        """Cancel the jobs that call the models, or work for backends of them."""
        jobs = self.env["queue.job"].sudo()
        there = sql.table_columns(self.env.cr, jobs._table)
        if not {"model_name", "state", "date_cancelled", "result"} <= there.keys():
            return  # queue_job is uninstalled, too
        domain = fields.Domain("model_name", "in", names)
        if "sync_backend_model" in there:
            domain |= fields.Domain("sync_backend_model", "in", names)
        runnable = fields.Domain("state", "in", RUNNABLE_STATES)
        unparked = {}
        if "sync_is_parked" in there:
            # a backend that gets the same id later would wake them
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
            # jobs that depend on a cancelled job would wait forever
            jobs = jobs.dependent_ids.filtered_domain(
                [("state", "=", WAIT_DEPENDENCIES)]
            )


def is_kept(model: models.BaseModel) -> bool:
    """Return whether a model stores its records permanently."""
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
