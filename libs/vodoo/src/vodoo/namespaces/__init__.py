# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Methods for the parts of Odoo that people use most."""

from __future__ import annotations

from typing import Any

from .account_moves import AccountMoves, build_account_move_domain
from .activities import Activities
from .base import Namespace
from .crm import CRM
from .documents import Documents
from .generic import Generic
from .helpdesk import Helpdesk
from .knowledge import Knowledge
from .projects import Projects
from .records import RecordNamespace
from .security import Security
from .tasks import Tasks
from .timer import Timer, TimerHandle, Timesheet

#: attribute of the client: its namespace
NAMESPACES: dict[str, type[Namespace[Any]]] = {
    "account_moves": AccountMoves,
    "activities": Activities,
    "crm": CRM,
    "documents": Documents,
    "generic": Generic,
    "helpdesk": Helpdesk,
    "knowledge": Knowledge,
    "projects": Projects,
    "security": Security,
    "tasks": Tasks,
    "timer": Timer,
}

__all__ = [
    "NAMESPACES",
    "CRM",
    "AccountMoves",
    "Activities",
    "Documents",
    "Generic",
    "Helpdesk",
    "Knowledge",
    "Namespace",
    "Projects",
    "RecordNamespace",
    "Security",
    "Tasks",
    "Timer",
    "TimerHandle",
    "Timesheet",
    "build_account_move_domain",
]
