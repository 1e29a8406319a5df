# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where the numbers of the dashboard lead.

A link names an action by its ``xmlid``, which the screen loads and limits by a domain;
so the screen it opens decides about its views and filters. Jobs have an action of the
connector's own list, which users without the rights of the job queue may open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odoo.api import Environment

from ..jobs.lifecycle import PENDING_STATES
from .sync_error import OPEN_STATES

Link = dict[str, Any]

ERRORS = "connector.connector_sync_error_action"
RUNS = "connector.connector_sync_run_action"


def link_errors(model: str, res_id: int, names: Sequence[str] = ()) -> Link:
    """Return the link to the open errors of a backend, or of some of its models."""
    domain = [*of_backend(model, res_id, names), ("state", "in", OPEN_STATES)]
    return {"xmlid": ERRORS, "domain": domain}


def link_runs(model: str, res_id: int, names: Sequence[str] = ()) -> Link:
    """Return the link to the runs of a backend, or of some of its models."""
    return {"xmlid": RUNS, "domain": of_backend(model, res_id, names)}


def link_jobs(env: Environment, model: str, res_id: int) -> Link:
    """Return the link to the jobs of a backend that are to be performed."""
    xmlid = "connector.queue_job_view_list_sync"
    list_id = env["ir.model.data"]._xmlid_to_res_id(xmlid)  # cached
    return {
        "action": {
            "type": "ir.actions.act_window",
            "name": env._("Waiting jobs"),
            "res_model": "queue.job",
            "views": [(list_id, "list"), (False, "form")],
            "domain": [
                ("sync_backend_model", "=", model),
                ("sync_backend_id", "=", res_id),
                ("state", "in", PENDING_STATES),
            ],
            "context": {"create": False},
        }
    }


def of_backend(model: str, res_id: int, names: Sequence[str]) -> list[tuple]:
    """Return the domain of a backend, and of some of its models."""
    domain: list[tuple] = [("backend_model", "=", model), ("backend_id", "=", res_id)]
    return [*domain, ("model_name", "in", list(names))] if names else domain
