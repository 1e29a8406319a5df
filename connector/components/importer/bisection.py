# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run steps of an import over its items, and find the items that fail.

In a chunk, the steps run over all items in one savepoint, one after the other. If one
fails, the savepoint is rolled back and each half runs alone, down to the items that
fail::

    8 items ✗ ─┬─ 4 ✓
               └─ 4 ✗ ─┬─ 2 ✗ ─┬─ 1 ✓
                       │       └─ 1 ✗   fails, with its own error
                       └─ 2 ✓

A failing record costs about 2·log₂ n savepoints and leaves nothing in the database. A
record that is imported alone raises its error instead. A record whose hook raises
``SkipError`` is found in the same way, and skipped.

Where the last step writes and an earlier one fails, the halves run without the last
step, and all of it is rolled back: it only finds the records that fail. Then the others
are written in one call.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

import psycopg2
from psycopg2 import errors

from odoo.addons.component.exception import ComponentException
from odoo.addons.queue_job.exception import RetryableJobError

from ...exception import SkipError
from ...jobs.failure import about_record
from .items import ImportItem

Step = Callable[[list[ImportItem]], None]
Explain = Callable[[ImportItem, Exception], Exception]
Savepoint = Callable[[], AbstractContextManager]


def concerns_the_job(error: Exception) -> bool:
    """Return whether an error is a bug or a lost transaction, not an error of a record.

    ``ProgramLimitExceeded`` (a text too long for an index) is an error of one record,
    although psycopg2 derives it from ``OperationalError``.
    """
    return isinstance(
        error,
        ComponentException | psycopg2.OperationalError | psycopg2.InterfaceError,
    ) and not isinstance(error, errors.ProgramLimitExceeded)


def _about(item: ImportItem, error: Exception) -> Exception:
    """Note the name and the values of an item for the stored failure."""
    values = item.values or item.external_record
    return about_record(error, item.remote_name, values)


class _Undone(Exception):
    """Rolls back a savepoint whose block has only looked for failing items."""


def _pending(items: list[ImportItem]) -> list[ImportItem]:
    return [item for item in items if item.pending]


class StepRunner:
    """Runs the steps for one record and raises its error.

    :param explain: returns the error that a person can act on; called after the
        rollback of the savepoint
    """

    def __init__(self, savepoint: Savepoint, explain: Explain) -> None:
        self._savepoint = savepoint
        self._explain = explain

    def fail(self, item: ImportItem, error: Exception) -> None:
        """Raise the error of an item, or skip it."""
        if not isinstance(error, SkipError):
            raise _about(item, error)
        item.skip(error)

    def run_reading(self, step: Step, items: list[ImportItem]) -> None:
        """Run the step that reads the external record, in no savepoint."""
        try:
            step(items)
        except SkipError as error:
            items[0].skip(error)

    def run(self, items: list[ImportItem], *steps: Step) -> None:
        """Run steps in one savepoint if the item is pending."""
        items = _pending(items)
        if not items:
            return
        item, binding = items[0], items[0].binding
        try:
            with self._savepoint():
                for step in steps:
                    if item.pending:
                        step(items)
        except SkipError as error:
            item.binding = binding
            item.skip(error)
        except Exception as error:
            explained = _about(item, self._explain(item, error))
            if explained is error:
                raise
            raise explained from explained.__cause__ or error


class BisectingStepRunner(StepRunner):
    """Runs steps over a chunk; items that fail get the outcome *failed*.

    Errors that concern the job are raised.
    """

    def fail(self, item: ImportItem, error: Exception) -> None:
        """Give an item the outcome *failed* or *skipped*."""
        if isinstance(error, SkipError):
            item.skip(error)
        else:
            item.fail(error)

    def run_reading(self, step: Step, items: list[ImportItem]) -> None:
        """Run the step that reads the external records, in no savepoint if it works.

        Bisect it only where the first or the last record can be read alone: an error
        that all records have, as missing rights, is raised once.
        """
        try:
            step(items)
        except Exception as error:
            if isinstance(error, RetryableJobError) or concerns_the_job(error):
                raise
            ends = [items[0], items[-1]]
            for item in ends:
                self._bisect([item], step)
            if all(item.error for item in ends):
                raise
            self.run(items, step)

    def run(self, items: list[ImportItem], *steps: Step) -> None:
        """Run steps over the pending items; a half that runs again repeats them all."""
        self._bisect(_pending(items), *steps)

    def _bisect(self, items: list[ImportItem], *steps: Step) -> None:
        if not items:
            return
        before = [(item.binding, item.outcome) for item in items]
        step = steps[-1]
        try:
            with self._savepoint():
                for step in steps:
                    if pending := _pending(items):
                        step(pending)
        except Exception as error:
            if concerns_the_job(error):
                raise
            for item, (binding, outcome) in zip(items, before, strict=True):
                item.binding, item.outcome = binding, outcome
            if len(items) == 1:
                self.fail(items[0], self._explain(items[0], error))
                return
            if step is not steps[-1] and self._find_failing(items, *steps[:-1]):
                self._bisect(_pending(items), *steps)
            else:
                self._bisect_halves(items, *steps)

    def _bisect_halves(self, items: list[ImportItem], *steps: Step) -> None:
        middle = len(items) // 2
        self._bisect(items[:middle], *steps)
        self._bisect(items[middle:], *steps)

    def _find_failing(self, items: list[ImportItem], *steps: Step) -> bool:
        """Give the items that fail in some steps their outcome; change nothing else.

        Return whether any item fails: perhaps none does without the others.
        """
        before = [(item.binding, item.outcome) for item in items]
        with suppress(_Undone), self._savepoint():
            self._bisect_halves(items, *steps)
            raise _Undone
        for item, (binding, outcome) in zip(items, before, strict=True):
            item.binding = binding
            if not (item.error or item.skip_error):
                item.outcome = outcome
        return len(_pending(items)) < len(items)
