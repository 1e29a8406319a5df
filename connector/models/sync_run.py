# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A run: one import, export, deletion check or dry run of one model with one backend.

A run is a ledger. Each of its jobs adds one ``connector.sync.outcome`` row and changes
none, so that workers never wait for one another; the run adds the rows up
(``sync_run_numbers.py``). A record that fails counts as failed in the row of its chunk.
Once its own job succeeds, that job's row has a negative number of failures.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from odoo import api, fields, models

#: values of the field *Started by*
TRIGGERS = [
    ("user", "User"),
    ("edit", "Edit"),
    ("schedule", "Schedule"),
    ("webhook", "Webhook"),
]


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
