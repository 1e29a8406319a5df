# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The suggested action for an error, for each code of a cause.

An exception may have its own: ``with_hint`` (``failure.py``).
"""

from __future__ import annotations

from odoo.tools.translate import LazyGettext, LazyTranslate

_lt = LazyTranslate(__name__)

#: ``{code: sentences}``; ``%(backend)s`` is the name of the backend
FIXES: dict[str, LazyGettext] = {
    "refused": _lt(
        "Correct the login or its rights in %(backend)s, or the credentials of the "
        "backend. Then press Test connection."
    ),
    "connection": _lt(
        "Check whether %(backend)s is running, and whether its address is right. Jobs "
        "are tried again automatically. Retry tests the connection now."
    ),
    "busy": _lt(
        "Retry. If it fails again, look at the log of the server: the worker may have "
        "run out of memory or time."
    ),
    "missing": _lt(
        "The record, or one that it needs, was deleted. Restore it in %(backend)s, "
        "then retry, or ignore the error."
    ),
    "rights": _lt(
        "Give the missing right to the user under Synchronize as of the backend, or "
        "choose another user. Then retry."
    ),
    "data": _lt("Correct the record as the reason says, then retry."),
    "database": _lt("Correct the value that the database refuses, then retry."),
    "unloadable": _lt(
        "Install or update the addon that the reason names, then retry, or ignore the "
        "error."
    ),
    "schedule": _lt(
        "Correct the settings of the backend as the reason says. The schedule tries "
        "again every minute."
    ),
    "webhook": _lt("Correct the webhook in %(backend)s, then retry the event."),
    "receipt": _lt(
        "Retry. The export binds the record that %(backend)s has already, and creates "
        "no second one."
    ),
    "code": _lt(
        "Retry. If it fails again, send the reason and the traceback to the developer "
        "of the connector."
    ),
}
