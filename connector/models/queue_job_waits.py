# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import logging

import psycopg2

from odoo import api, models

from odoo.addons.queue_job.job import Job

from ..exception import BackendPaused, RetryableJobError
from ..job_waits import asks_to_wait, clamp_wait
from .queue_job_sync import BACKEND, find_backend, is_model

_logger = logging.getLogger(__name__)


class QueueJob(models.Model):
    """Postpone jobs while their backend asks to wait; let none wait for ever."""

    _inherit = "queue.job"

    @api.model
    def _prepare_to_perform(self, job: Job) -> None:
        super()._prepare_to_perform(job)
        backend = find_backend(job.recordset, (*job.args, *job.kwargs.values()))
        if backend:
            self.env["connector.backend.pause"].sudo()._check(backend, job.priority)

    @api.model
    def _note_wait(self, job: Job, error: RetryableJobError) -> None:
        """Note a backend's wish to wait, and limit for how long the job is postponed.

        A number that cannot be a time would hold the worker: ``queue_job`` fails where
        it postpones the job.
        """
        arguments = (*job.args, *job.kwargs.values())
        is_of_connector = any(
            is_model(value, "external.binding") or is_model(value, BACKEND)
            for value in (job.recordset, *arguments)
        )
        if isinstance(error, BackendPaused) or not is_of_connector:
            return
        error.seconds = clamp_wait(error.seconds)
        if not asks_to_wait(error):
            return
        try:
            backend = find_backend(job.recordset, arguments)
            if backend:
                pauses = self.env["connector.backend.pause"].sudo()
                pauses._note(backend, error, job.priority)
        except psycopg2.Error:
            _logger.warning("The pause for %s was not noted", job, exc_info=True)
