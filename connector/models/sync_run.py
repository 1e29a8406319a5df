# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A run: one import, export, deletion check or dry run of one model with one backend.

A run is a ledger. Each of its jobs adds one ``connector.sync.outcome`` row and changes
none, so that workers never wait for one another; the run adds the rows up
(``sync_run_numbers.py``). A record that fails counts as failed in the row of its chunk.
Once its own job succeeds, that job's row has a negative number of failures.

Runs, errors, cursors and history have the same *subject*: a backend and a model, by
name and id without a foreign key. They outlive a connector that is uninstalled, and
show its technical names then.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from odoo import api, fields, models
from odoo.exceptions import AccessError


def _domain_of_key(key: tuple[str, int, str]) -> list[tuple]:
    names = ("backend_model", "backend_id", "model_name")
    return [(name, "=", value) for name, value in zip(names, key, strict=True)]


class ConnectorSyncSubject(models.AbstractModel):
    """Base of records about a backend and a model."""

    _name = "connector.sync.subject"
    _description = "Synchronized Model of a Backend"

    #: identify the record; users with the right to write may not change them
    _identifying_fields = ("backend_model", "backend_id", "model_name", "company_id")

    backend_model = fields.Char(required=True, index=True, readonly=True)
    backend_id = fields.Many2oneReference(
        model_field="backend_model",
        string="Backend ID",
        required=True,
        index=True,
        readonly=True,
    )
    model_name = fields.Char(string="Model", required=True, index=True, readonly=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        compute_sudo=True,
        store=True,
        index="btree_not_null",
    )
    backend_name = fields.Char(string="Backend", compute="_compute_names")
    model_description = fields.Char(string="Records", compute="_compute_names")

    def write(self, vals):
        changed = [name for name in self._identifying_fields if name in vals]
        if changed and not self.env.su:
            raise AccessError(
                self.env._(
                    "%(subject)s: %(names)s cannot be changed.",
                    subject=self._description,
                    names=", ".join(changed),
                )
            )
        return super().write(vals)

    def _subject_key(self) -> tuple[str, int, str]:
        """Return the key of the backend and model."""
        self.ensure_one()
        return self.backend_model, self.backend_id, self.model_name

    @api.model
    def _domain_of(self, backend: models.BaseModel, model_name: str) -> list[tuple]:
        """Return the domain of the records about a backend and a model."""
        return _domain_of_key((backend._name, backend.id, model_name))

    def _domain_of_subject(self) -> list[tuple]:
        """Return the domain of the records about the same backend and model."""
        return _domain_of_key(self._subject_key())

    @api.depends("backend_model", "backend_id")
    def _compute_company_id(self):
        for subject in self:
            backend_model = subject.backend_model
            has_company = (
                backend_model in self.env
                and "company_id" in self.env[backend_model]._fields
            )
            subject.company_id = (
                self.env[backend_model].browse(subject.backend_id).exists().company_id
                if has_company
                else False
            )

    @api.depends("model_name", "backend_model", "backend_id")
    @api.depends_context("lang")
    def _compute_names(self):
        for backend_model, subjects in self.grouped("backend_model").items():
            backend_names = subjects._read_backend_names(backend_model)
            for subject in subjects:
                subject.backend_name = backend_names.get(
                    subject.backend_id, f"{backend_model} {subject.backend_id}"
                )
        descriptions = self._read_model_descriptions()
        for subject in self:
            subject.model_description = descriptions.get(
                subject.model_name, subject.model_name
            )

    def _read_backend_names(self, backend_model: str) -> dict[int, str]:
        """Return ``{id: name}`` of the backends of one model that exist."""
        if not backend_model or backend_model not in self.env:
            return {}
        backends = self.env[backend_model].sudo().browse(set(self.mapped("backend_id")))
        return {backend.id: backend.display_name for backend in backends.exists()}

    def _read_model_descriptions(self) -> dict[str, str]:
        """Return ``{model: name of its records}``: the name of the wrapped model."""
        known_as = {
            name: self._find_wrapped_model(name)
            for name in set(self.mapped("model_name"))
            if name in self.env
        }
        models_found = (
            self.env["ir.model"]
            .sudo()
            .search_fetch([("model", "in", list(known_as.values()))], ["model", "name"])
        )
        names = {model.model: model.name for model in models_found}
        return {name: names[known_as[name]] for name in known_as}

    def _find_wrapped_model(self, model_name: str) -> str:
        wrapping_field = self.env[model_name]._fields.get("odoo_id")
        return (wrapping_field and wrapping_field.comodel_name) or model_name

    @api.depends("backend_name", "model_description")
    def _compute_display_name(self):
        for subject in self:
            subject.display_name = (
                f"{subject.backend_name}: {subject.model_description}"
            )


class ConnectorSyncRun(models.Model):
    """One synchronization of one model with one backend."""

    _name = "connector.sync.run"
    _inherit = ["connector.sync.subject"]
    _description = "Synchronization Run"
    _order = "id desc"

    direction = fields.Selection(
        [
            ("import", "Import"),
            ("export", "Export"),
            ("removal", "Deletions"),
            ("dry_run", "Dry run"),
        ],
        string="Kind",
        default="import",
        required=True,
        readonly=True,
    )
    question = fields.Text(readonly=True, help="A decision that a user must make first")
    searched = fields.Boolean(
        readonly=True, help="The search for the records has ended"
    )
    found_count = fields.Integer(string="Found", readonly=True)
    dry_run_line_ids = fields.One2many(
        "connector.dry.run.line", "run_id", string="Changes", readonly=True
    )
    is_summed = fields.Boolean(
        readonly=True, help="Its outcomes are one row: those of its jobs were old"
    )
    outcome_ids = fields.One2many("connector.sync.outcome", "run_id", readonly=True)
    change_ids = fields.One2many(
        "connector.sync.change", "run_id", string="Changed records", readonly=True
    )
    job_ids = fields.One2many("queue.job", "sync_run_id", readonly=True)

    _unsummed_index = models.Index(
        "(backend_id, backend_model, create_date) WHERE is_summed IS NOT TRUE"
    )

    # -- the ledger -----------------------------------------------------------

    @api.model
    def _start(
        self,
        backend,
        model_name: str,
        direction: str = "import",
        batch_id: int | None = None,
    ):
        """Return a new run; every user who may synchronize may start one."""
        return self.sudo().create(
            {
                "backend_model": backend._name,
                "backend_id": backend.id,
                "model_name": model_name,
                "direction": direction,
                "batch_id": batch_id,
            }
        )

    def _set_found(self, found_count: int) -> None:
        """Store the number of records; all their jobs are enqueued."""
        self.exists().write({"found_count": found_count, "searched": True})

    def _note_outcome(
        self,
        counts: Mapping[str, int],
        started_at: float,
        binding_ids: Mapping[str, Iterable[int]] | None = None,
    ) -> None:
        """Add a row with the outcomes of a job.

        :param started_at: seconds since 1970, UTC
        :param binding_ids: ``{outcome: ids of its bindings}``
        """
        if self.exists():
            self.env["connector.sync.outcome"].create(
                {
                    "run_id": self.id,
                    "started_at": started_at,
                    "finished_at": time.time(),
                    "binding_ids": {
                        outcome: list(ids)
                        for outcome, ids in (binding_ids or {}).items()
                    },
                    **counts,
                }
            )

    def _note_dry_run(
        self,
        counts: Mapping[str, int],
        lines: list[dict],
        binding_ids: Mapping[str, Iterable[int]],
        started_at: float,
    ) -> None:
        """Add a line for each record of a dry run, and a row with their outcomes."""
        if self.exists():
            self.env["connector.dry.run.line"].create(
                [{**line, "run_id": self.id} for line in lines]
            )
            self._note_outcome(counts, started_at, binding_ids)

    def _get_backend(self) -> models.BaseModel:
        return self.env[self.backend_model].browse(self.backend_id)
