# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Open lists of the records and jobs of a subject."""

from __future__ import annotations

from odoo import models


class ConnectorSyncSubject(models.AbstractModel):
    """Subject that opens lists of records and jobs."""

    _inherit = "connector.sync.subject"

    def _open_list(self, name: str, res_model: str, domain, **values) -> dict:
        """Return the action that lists records."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": res_model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
            **values,
        }

    def _open_jobs(self, name: str, domain) -> dict:
        """Return the action that lists jobs, in the list for managers of connectors."""
        job_list = self.env.ref("connector.queue_job_view_list_sync").id
        return self._open_list(
            f"{self.display_name}: {name}",
            "queue.job",
            domain,
            views=[(job_list, "list"), (False, "form")],
            context={"create": False},
        )
