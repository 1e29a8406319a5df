# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Methods for the apps of Odoo that are used most."""

from __future__ import annotations

from .account_moves import (
    AccountMoves,
    AsyncAccountMoves,
    build_account_move_domain,
)
from .activities import Activities, AsyncActivities
from .base import Namespace
from .crm import CRM, AsyncCRM
from .documents import Documents, AsyncDocuments
from .generic import Generic, AsyncGeneric
from .helpdesk import Helpdesk, AsyncHelpdesk
from .knowledge import Knowledge, AsyncKnowledge
from .project import AsyncProjects, AsyncTasks, Projects, Tasks
from .records import AsyncRecordNamespace, RecordNamespace
from .security import Security, AsyncSecurity
from .timer import AsyncTimer, AsyncTimerHandle, Timer, TimerHandle, Timesheet

__all__ = [
    "CRM",
    "AccountMoves",
    "AsyncAccountMoves",
    "AsyncActivities",
    "AsyncCRM",
    "AsyncDocuments",
    "AsyncGeneric",
    "AsyncHelpdesk",
    "AsyncKnowledge",
    "AsyncProjects",
    "AsyncRecordNamespace",
    "AsyncSecurity",
    "AsyncTasks",
    "AsyncTimer",
    "AsyncTimerHandle",
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
