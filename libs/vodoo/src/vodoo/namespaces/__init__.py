# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Methods for the parts of Odoo that people use most."""

from .account_moves import AccountMoves, build_account_move_domain
from .activities import Activities
from .base import Namespace, RecordNamespace
from .crm import CRM
from .documents import Documents
from .generic import Generic
from .helpdesk import Helpdesk
from .knowledge import Knowledge
from .projects import Projects
from .security import Security
from .tasks import Tasks
from .timer import Timer, TimerHandle, Timesheet

__all__ = [
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
