# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhooks: a backend notifies Odoo of changed records; see ``mixin.py``."""

from . import mixin
from . import secrets
from . import event
from . import event_errors
from . import duplicate
from . import event_actions
from . import inbox
from . import import_notified
