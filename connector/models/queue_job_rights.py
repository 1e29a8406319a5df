# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which jobs a connector manager may see, requeue, complete and cancel.

queue_job stores a job with superuser rights, so the right to read a job was all
that its buttons asked for. A record rule limits connector managers to the jobs of
connectors whose backend they may read; every public method asks for it. Managers
of *Job Queue* have a rule without limits, as before.
"""

from __future__ import annotations

from odoo import api, fields, models
from odoo.fields import Domain

GROUP = "connector.group_connector_manager"
#: a job is of a connector where its model inherits one of these
CONNECTOR_MODELS = ("external.binding", "connector.backend", "connector.sync.subject")


class QueueJob(models.Model):
    """Limit connector managers to the jobs of their connectors."""

    _inherit = "queue.job"

    sync_is_manageable = fields.Boolean(
        string="Of a connector of the user",
        compute="_compute_sync_is_manageable",
        search="_search_sync_is_manageable",
        help="The job is of a connector, whose backend the user may read",
    )

    @api.depends("model_name", "sync_backend_model", "sync_backend_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_sync_is_manageable(self):
        manageable = self.filtered_domain(self._domain_of_manageable())
        for job in self:
            job.sync_is_manageable = job in manageable

    @api.model
    def _search_sync_is_manageable(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._domain_of_manageable()
        return Domain.OR(domain if flag else ~domain for flag in set(value))

    @api.model
    def _domain_of_manageable(self) -> Domain:
        """Return the domain of the connector jobs that the user may manage.

        A job that names no backend is limited by its company only, and so is one
        whose backend was deleted or uninstalled: somebody must be able to cancel it.
        """
        is_of_connector = Domain("sync_backend_model", "!=", False) | Domain(
            "model_name", "in", self._connector_model_names()
        )
        hidden = [
            Domain("sync_backend_model", "=", model_name)
            & Domain("sync_backend_id", "in", backends.ids)
            for model_name, backends in self._hidden_backends()
        ]
        return is_of_connector & ~Domain.OR(hidden)

    @api.model
    def _connector_model_names(self) -> list[str]:
        """Return the models whose jobs are those of a connector."""
        return sorted(self.pool.descendants(CONNECTOR_MODELS, "_inherit"))

    @api.model
    def _hidden_backends(self):
        """Yield each backend model and those of its records that the user cannot read.

        A record rule is evaluated with superuser rights: these are put off here.
        """
        for model_name in self.pool.descendants(["connector.backend"], "_inherit"):
            model = self.env(su=False)[model_name].with_context(active_test=False)
            if model._abstract or not model._auto:
                continue
            backends = model.sudo().search(Domain.TRUE).sudo(False)
            if hidden := backends - backends._filtered_access("read"):
                yield model_name, hidden

    # -- methods --------------------------------------------------------------

    def _check_may_manage(self) -> None:
        """Raise an error unless the user may change the state of the jobs.

        :raise odoo.exceptions.AccessError: naming the right, or the rule
        """
        if self.env.su or self.has_access("write"):
            return
        self.check_access("read")
        if not self.env.user.has_group(GROUP):
            self.check_access("write")

    def _check_may_end(self) -> None:
        """Raise an error unless the user may end the jobs and all that wait for them.

        :raise odoo.exceptions.AccessError: naming the right, or the rule
        """
        self._check_may_manage()
        found = jobs = self.sudo()
        while jobs := jobs.dependent_ids - found:
            found |= jobs
        found.sudo(self.env.su)._check_may_manage()

    def requeue(self):
        self._check_may_manage()
        return super().requeue()

    def button_done(self):
        self._check_may_end()
        return super().button_done()

    def button_cancelled(self):
        self._check_may_end()
        return super().button_cancelled()

    def open_related_action(self):
        self.check_access("read")
        return super().open_related_action()

    def open_graph_jobs(self):
        self.check_access("read")
        return super().open_graph_jobs()

    def related_action_open_record(self):
        self.check_access("read")
        return super().related_action_open_record()
