# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which module brings the models that the namespaces work on."""

from __future__ import annotations

MODULE_BY_MODEL: dict[str, tuple[str, bool]] = {
    # model: (module, Enterprise only)
    "account.analytic.line": ("analytic", False),
    "account.move": ("account", False),
    "crm.lead": ("crm", False),
    "crm.stage": ("crm", False),
    "crm.tag": ("crm", False),
    "documents.document": ("documents", True),
    "documents.folder": ("documents", True),
    "helpdesk.stage": ("helpdesk", True),
    "helpdesk.tag": ("helpdesk", True),
    "helpdesk.ticket": ("helpdesk", True),
    "hr.timesheet.stop.timer.confirmation.wizard": ("timesheet_grid", True),
    "knowledge.article": ("knowledge", True),
    "mail.activity": ("mail", False),
    "mail.message": ("mail", False),
    "project.milestone": ("project", False),
    "project.project": ("project", False),
    "project.tags": ("project", False),
    "project.task": ("project", False),
    "project.task.type": ("project", False),
    "sale.order": ("sale", False),
    "timer.timer": ("timer", True),
}


def module_hint(model: str) -> str:
    """Return what to install to have the model, empty where it is not known."""
    module, enterprise = MODULE_BY_MODEL.get(model, ("", False))
    if not module:
        return ""
    return f"install the module {module!r}" + (
        " (Odoo Enterprise)" if enterprise else ""
    )
