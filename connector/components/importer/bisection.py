# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find the records that fail, and let the others pass."""

from __future__ import annotations

from collections.abc import Callable

import psycopg2
from psycopg2 import errors

from odoo.sql_db import BaseCursor

from odoo.addons.component.exception import ComponentException

from .items import ImportItem

Step = Callable[[list[ImportItem]], None]
Explain = Callable[[ImportItem, Exception], Exception]


def concerns_the_job(error: Exception) -> bool:
    """Return whether an error concerns the job: a bug, or a lost transaction.

    A text that is too long for an index is a record's, though it is an operational
    error of psycopg2.
    """
    if isinstance(error, errors.ProgramLimitExceeded):
        return False
    return isinstance(
        error,
        ComponentException | psycopg2.OperationalError | psycopg2.InterfaceError,
    )


def isolate(
    cr: BaseCursor,
    items: list[ImportItem],
    step: Step,
    explain: Explain = lambda item, error: error,
) -> None:
    """Run a step on all items; where that fails, on each half by itself.

    A failing record is found in log₂ n tries and marked as failed; the database
    is as if it had never been there. Errors that concern the job are raised.

    :param explain: returns the error by which a record failed, in words; called when
        the database works again
    """
    if not items:
        return
    before = [(item.binding, item.outcome) for item in items]
    try:
        with cr.savepoint():
            step(items)
    except Exception as error:
        if concerns_the_job(error):
            raise
        for item, (binding, outcome) in zip(items, before, strict=True):
            item.binding, item.outcome = binding, outcome
        if len(items) == 1:
            items[0].fail(explain(items[0], error))
            return
        middle = len(items) // 2
        isolate(cr, items[:middle], step, explain)
        isolate(cr, items[middle:], step, explain)
