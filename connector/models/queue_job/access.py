# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs on screens: which ones a user may see, open and change.

``queue_job`` stores a job with superuser rights, and its buttons ask only for the right
to read the job. A record rule limits connector operators to the jobs of connectors
whose backend they may read; every public method checks it. Operators requeue these
jobs, managers also complete and cancel them. Managers of *Job Queue* have a rule
without limits.
"""

from __future__ import annotations

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.component.core import WorkContext
from odoo.addons.component.exception import NoComponentError

from ..access import MANAGER, OPERATOR

#: a job is of a connector where its model inherits one of these
CONNECTOR_MODELS = ("external.binding", "connector.backend", "connector.sync.subject")
#: the arguments of an import job, where they are given by name
_IMPORTED = ("backend", "external_id", "external_ids")


class QueueJob(models.Model):
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

        A job without a backend is limited by its company only, and so is a job whose
        backend was deleted or uninstalled: a manager must be able to cancel it.
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
        """Yield each backend model and its records that the user cannot read.

        A record rule is evaluated with superuser rights, which are dropped here.
        """
        for model_name in self.pool.descendants(["connector.backend"], "_inherit"):
            model = self.env(su=False)[model_name].with_context(active_test=False)
            if model._abstract or not model._auto:
                continue
            backends = model.sudo().search(Domain.TRUE).sudo(False)
            if hidden := backends - backends._filtered_access("read"):
                yield model_name, hidden

    # -- methods --------------------------------------------------------------

    def _check_may_manage(self, group: str = MANAGER) -> None:
        """Raise an error unless the user, of a group, may change the state of the jobs.

        :raise odoo.exceptions.AccessError: naming the right, or the rule
        """
        if self.env.su or self.has_access("write"):
            return
        if not self.env.user.has_group(group):
            self.check_access("write")
        self.check_access("read")

    def _check_may_end(self) -> None:
        """Raise an error unless the user may end the jobs and all their dependents.

        :raise odoo.exceptions.AccessError: naming the right, or the rule
        """
        self._check_may_manage()
        found = jobs = self.sudo()
        while jobs := jobs.dependent_ids - found:
            found |= jobs
        found.sudo(self.env.su)._check_may_manage()

    def requeue(self):
        self._check_may_manage(OPERATOR)
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

    # -- related records ------------------------------------------------------

    def related_action_unwrap_binding(
        self, component_usage: str = "binder"
    ) -> dict | None:
        """Open the record that the job's binding wraps, or the binding itself.

        Return None if the binding was deleted, and for a job of several records.
        """
        self.ensure_one()
        self.check_access("read")
        binding = self.records.exists()
        if len(binding) != 1:
            return None
        record = self._unwrap(binding, component_usage) or binding
        return {
            "name": self.env._("Related Record"),
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "view_type": "form",
        }

    @api.model
    def _unwrap(self, binding, component_usage: str):
        """Return the record that a binding wraps, or None."""
        if "backend_id" not in binding._fields:
            return None

        def unwrap(work: WorkContext):
            return work.component(usage=component_usage).unwrap_binding(binding)

        try:
            try:
                # not by work_on(), which may connect to the external system
                return unwrap(WorkContext(binding._name, binding.backend_id))
            except AttributeError:
                # the choice of the binder may depend on attributes that work_on() adds
                with binding.backend_id.work_on(binding._name) as work:
                    return unwrap(work)
        except (ValueError, KeyError, NoComponentError):
            return None  # no binder, or not a model that wraps another one

    def related_action_imported_bindings(self) -> dict | None:
        """Open the bindings that an import job created or updated.

        Its first two arguments are the backend and one external id, or a list of them.
        Return None while none of them is bound, and for a job with other arguments.
        """
        self.ensure_one()
        self.check_access("read")
        named = [self.kwargs[name] for name in _IMPORTED if name in self.kwargs]
        backend, external_ids, *__ = [*self.args[:2], *named, None, None]
        if external_ids is None or not isinstance(backend, models.BaseModel):
            return None
        if not isinstance(external_ids, (list, tuple)):
            external_ids = [external_ids]
        binder = WorkContext(self.model_name, backend).component(usage="binder")
        bound = binder.to_internal_many(external_ids)
        bindings = self.env[self.model_name].union(*bound.values())
        if not bindings:
            return None
        action = {
            "name": self.env._("Imported Records"),
            "type": "ir.actions.act_window",
            "res_model": self.model_name,
        }
        if len(bindings) == 1:
            return {**action, "res_id": bindings.id, "view_mode": "form"}
        return {
            **action,
            "view_mode": "list,form",
            "domain": [("id", "in", bindings.ids)],
            "context": {"active_test": False},
        }
